"""What somebody who has never signed in can make grow: nothing."""

import gc
import re
import tracemalloc

import pytest
from asking import ADDRESS, TEAM_ADDRESS, Browser

from pipeline.review.web import browser_sessions, waiting_forms
from pipeline.review.web.waiting_forms import WaitingForm, WaitingForms


SENT = {"Sec-Fetch-Site": "same-origin"}


def held_after(ask, n_visitors):
    """Return by how many bytes this process grew while many asked, after the first had."""
    for n in range(50):
        ask(n)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for n in range(50, n_visitors):
        ask(n)
    gc.collect()
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return held


def rows(review):
    def count(store):
        tables = [row[0] for row in store.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: store.connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}

    return review.read(count)


def post(app, address, path, fields):
    return app.test_client().post(path, base_url=address, data=fields, headers=SENT, buffered=True)


FORMS = {
    "long values": lambda n: {"person": "Ann", "note": f"{n} " + "x" * 10_000},
    "long names": lambda n: {"person": "Ann", f"{n} " + "x" * 10_000: ""},
    "many names": lambda n: {"person": "Ann", **{f"{n} {number}": "" for number in range(500)}},
    "more than may be sent": lambda n: {"person": "Ann", f"{n} " + "x" * 100_000: ""},
}


def any_form(n):
    return list(FORMS.values())[n % len(FORMS)](n)


def test_thousands_of_strangers_forms_leave_nothing_behind_on_a_team_server(team_app, review):
    before = rows(review)
    paths = ("/excerpt/1", "/sign-in", "/excerpt/1/draft")
    assert held_after(lambda n: post(team_app, TEAM_ADDRESS, paths[n % 3], any_form(n)), 1_000) < 500_000
    assert rows(review) == before


def test_strangers_forms_leave_nothing_behind_on_a_laptop(app, review, told):
    before = rows(review)
    assert held_after(lambda n: post(app, ADDRESS, "/excerpt/1", any_form(n)), 500) < 500_000
    assert rows(review) == before and len(told) == 1


def test_whoever_looks_at_the_door_leaves_nothing_behind(team_app, review):
    before = rows(review)
    assert held_after(lambda n: team_app.test_client().get("/sign-in", base_url=TEAM_ADDRESS, buffered=True), 500) < 500_000
    assert rows(review) == before


def test_the_form_for_signing_in_works_without_anything_being_kept(team_app):
    browser = Browser(team_app, TEAM_ADDRESS)
    browser.get("/sign-in")
    browser.send(name="Ann", password="not hers")
    assert "do not go together" in browser.page.text
    assert team_app.extensions["manyvoices"].sessions._known == {}
    stranger = Browser(team_app, TEAM_ADDRESS)
    form = dict(browser.hidden(browser.forms("password")[0]))
    assert stranger.post("/sign-in", form | {"name": "Ann", "password": "x"}).status_code == 400


def test_a_visitors_cookie_is_no_session_and_cannot_be_made_up(team_app):
    browser = Browser(team_app, TEAM_ADDRESS)
    browser.get("/sign-in")
    cookie = browser.client.get_cookie("__Host-manyvoices", domain="review.example.org").value
    for value in (cookie, cookie + "x", cookie[5:], "x" * 3_000):
        other = Browser(team_app, TEAM_ADDRESS)
        other.client.set_cookie("__Host-manyvoices", value, domain="review.example.org", secure=True)
        assert other.get("/mine").request.path == "/sign-in"


@pytest.fixture
def excerpt(ann):
    """Ann at an excerpt."""
    ann.get("/begin")
    ann.send(size="5", order="given order")
    return re.search("/excerpt/(\\w+)", ann.path).group(1)


def waits(app):
    here = app.extensions["manyvoices"]
    return [form.words for form in here.waiting.all(here.clock())]


def test_a_form_is_kept_for_a_week_after_its_session_ended_and_then_for_nobody(ann, excerpt, app, clock):
    page = ann.page
    clock[0] += browser_sessions.LASTS_S + browser_sessions.FORMER_S - 60
    ann.send(button="save", note="typed for half an hour")
    assert "What you typed is kept for you." in ann.page.text and len(waits(app)) == 1
    ann.page = page
    clock[0] += 22 * 3600
    ann.send(button="save", note="typed for half an hour")
    assert ann.page.status_code == 401 and "is kept for you" not in ann.page.text and waits(app) == []


def test_a_form_is_kept_after_a_restart_too(ann, excerpt, app, clock):
    app.extensions["manyvoices"].sessions._known.clear()
    clock[0] += 22 * 3600
    ann.send(button="save", note="typed for half an hour")
    assert len(waits(app)) == 1


def test_a_form_for_somebody_else_than_was_in_the_browser_is_not_kept(ann, excerpt, app, clock):
    clock[0] += 22 * 3600
    ann.post(f"/excerpt/{excerpt}", {"person": "Ben", "note": "put into his mouth"})
    assert waits(app) == []


def test_a_form_too_large_to_be_kept_is_not_said_to_be(ann, excerpt, app, clock):
    clock[0] += 22 * 3600
    ann.post(f"/excerpt/{excerpt}", {"person": "Ann", **{f"name {n}": "" for n in range(2_000)}})
    assert waits(app) == [] and "is kept for you" not in ann.page.text


def test_whoever_was_signed_out_on_purpose_leaves_no_form(team_app, review, clock):
    from test_web_roles import sign_in

    gus = sign_in(team_app, "co-analyst")
    cookie = gus.client.get_cookie("__Host-manyvoices", domain="review.example.org").value
    gus.press("Sign out")
    thief = Browser(team_app, TEAM_ADDRESS)
    thief.client.set_cookie("__Host-manyvoices", cookie, domain="review.example.org", secure=True)
    thief.post("/excerpt/1", {"person": "Somebody, co-analyst", "note": "x"})
    assert waits(team_app) == []


def test_so_many_forms_wait_and_no_more():
    forms = WaitingForms()
    for n in range(1_000):
        forms.put(WaitingForm("Ann", f"/{n}", {}, float(n)))
    assert [form.path for form in forms.all(1_000)] == ["/999", "/998", "/997", "/996", "/995"]
    for n in range(1_000):
        forms.put(WaitingForm(f"Person {n}", "/", {}, 1_000.0 + n))
    assert len(forms.all(2_000)) == waiting_forms.MOST_FORMS
    assert forms.take("person 999", "/", 2_000) == {} and forms.take("Person 999", "/", 2_000) is None
    assert forms.all(2_000 + waiting_forms.LONGEST_S) == ()
