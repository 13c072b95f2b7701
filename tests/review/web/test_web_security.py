"""What the page refuses, and what every response says."""

import io
import logging
import re

import pytest
from asking import Browser
from werkzeug.test import EnvironBuilder

from pipeline.decisions.accounts import Member
from pipeline.errors import ReviewError
from pipeline.review.web.access import ACCESS, may_open
from pipeline.review.web.app import create_app
from pipeline.review.web.security import HEADERS, local_path
from pipeline.review.web.server_config import make_site


STRANGE_HOSTS = [
    {"Host": "evil.example"},
    {"Host": "evil.example:8765"},
    {"Host": "127.0.0.1"},
    {"Host": "127.0.0.1:80"},
    {"Host": "127.0.0.1:8765."},
    {"Host": "localhost.:8765"},
    {"Host": "LOCALHOST:8765"},
    {"Host": "2130706433:8765"},
    {"Host": "0x7f000001:8765"},
    {"Host": "[::1]:8765"},
    {"Host": "127.0.0.1:8765@evil.example"},
    {"Host": "127.0.0.1:8765, evil.example"},
    {"Host": ""},
    {"Host": "127.0.0.1:8765", "X-Forwarded-Host": "evil.example"},
    {"Host": "127.0.0.1:8765", "Forwarded": "host=evil.example"},
]


def ask(app, path="/", **headers):
    environ = EnvironBuilder(path=path, headers=headers).get_environ()
    environ["HTTP_HOST"] = headers["Host"]
    said = {}
    body = b"".join(app.wsgi_app(environ, lambda status, found: said.update(status=status, headers=dict(found))))
    return int(said["status"][:3]), said["headers"], body.decode()


@pytest.mark.parametrize("headers", STRANGE_HOSTS, ids=lambda headers: " ".join(headers.values()) or "none")
@pytest.mark.parametrize("path", ["/", "/static/review.css", "/nope"])
def test_another_host_is_refused_before_anything_is_looked_up(app, headers, path):
    status, said, body = ask(app, path, **headers)
    assert status == 421 and "What helps" not in body
    assert {name: said[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765"])
def test_our_own_hosts_pass(app, host):
    assert ask(app, Host=host)[0] == 401


CROSS = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8765"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:8766"},
    {"Origin": "https://127.0.0.1:8765"},
    {"Origin": "http://127.0.0.1:8765.evil.example"},
    {"Referer": "http://127.0.0.1:8765/settings"},
    {},
]


@pytest.mark.parametrize("headers", CROSS, ids=str)
def test_what_another_page_sends_changes_nothing(ann, headers):
    ann.get("/settings")
    fields = dict(ann.hidden(ann.forms("shortcuts")[0]))
    ann.post("/settings", fields, headers=headers)
    assert ann.page.status_code == 403
    assert "They are on." in ann.get("/settings").text


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://127.0.0.1:8765"}], ids=str)
def test_our_own_pages_may_send(ann, headers):
    ann.get("/settings")
    ann.post("/settings", dict(ann.hidden(ann.forms("shortcuts")[0])), headers=headers)
    assert "They are off." in ann.get("/settings").text


def test_a_form_without_its_token_changes_nothing(ann):
    assert ann.post("/settings", {"shortcuts": "off"}).status_code == 400
    assert "They are on." in ann.get("/settings").text


def test_another_page_cannot_read_ours_but_may_link_to_it(ann):
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert ann.get("/mine", **headers, **{"Sec-Fetch-Mode": "no-cors"}).status_code == 403
    assert ann.get("/mine", **headers, **{"Sec-Fetch-Mode": "navigate"}).status_code == 200


def rules(app):
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def filled(rule):
    """Return the address of a page, with something in each of its blanks."""
    return re.sub(r"<(?:(\w+):)?(\w+)>", lambda found: "1" if found.group(1) == "int" else "review.css", rule.rule)


def test_every_page_is_listed_with_who_may_open_it(app, team_app):
    listed = {rule.endpoint for one in (app, team_app) for rule in rules(one)}
    assert listed == set(ACCESS)


ROLES = [None, "co-analyst", "facilitator", "researcher", "report writer"]


@pytest.mark.parametrize("role", ROLES, ids=str)
@pytest.mark.parametrize("opened", [True, False], ids=["opened", "not opened"])
def test_each_page_is_open_to_whom_it_should_be(role, opened):
    somebody = Member("Ann", "family", role, True, False) if role else None
    for endpoint, who in ACCESS.items():
        expected = who == "anyone" or (opened and (who == "opened" or (role and (who == "people" or role == "facilitator"))))
        assert may_open(endpoint, opened=opened, person=somebody) is bool(expected), endpoint
    assert not may_open("a.page.nobody.listed", opened=opened, person=somebody)


def test_without_the_launch_address_nothing_is_shown(app, browser):
    for rule in rules(app):
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            page = browser.get(filled(rule)) if method == "GET" else browser.post(filled(rule), {})
            if ACCESS[rule.endpoint] != "anyone" or rule.endpoint == "who.open_page":
                assert page.status_code == 401, (rule, method)


def test_without_a_name_every_page_leads_to_choosing_one(app, browser):
    browser.open()
    for rule in rules(app):
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            page = browser.get(filled(rule), follow=False) if method == "GET" else browser.post(filled(rule), {}, follow=False)
            if ACCESS[rule.endpoint] in ("people", "facilitators"):
                assert page.status_code == 303 and page.location.startswith("/who"), (rule, method)


def test_every_response_carries_the_headers_whatever_its_status(app, ann):
    seen = set()
    for rule in rules(app):
        for method in rule.methods - {"OPTIONS"}:
            page = ann.post(filled(rule), {}, follow=False) if method == "POST" else ann.get(filled(rule), follow=False)
            seen.add(page.status_code)
            assert {name: page.headers.get(name) for name in HEADERS} == HEADERS, (rule, page.status_code)
    assert {200, 303, 400, 409} <= seen
    assert ann.get("/nope").status_code == 404 and ann.page.headers["Cache-Control"] == "no-store"


def test_no_page_changes_the_store_by_being_looked_at(app, ann, review):
    def rows():
        return review.read(lambda store: "\n".join(store.connection.iterdump()))

    ann.get("/begin")
    ann.send(size="5", order="given order")
    before = rows()
    for rule in rules(app):
        if "GET" in rule.methods:
            ann.get(filled(rule))
    assert rows() == before


def test_the_launch_address_works_once_and_is_told_anew_when_somebody_knocks(app, browser, another, told):
    address = app.extensions["manyvoices"].launch.address().removeprefix(browser.address)
    assert browser.get(address).status_code == 200 and browser.path == "/who"
    stranger = another()
    assert stranger.get(address).status_code == 401 and stranger.get("/").status_code == 401
    assert len(told) == 1 and told[0].removeprefix(browser.address) != address
    assert stranger.get(told[0].removeprefix(browser.address)).status_code == 200


def test_a_session_planted_before_is_worth_nothing_after_choosing_a_name(app, browser, another):
    browser.open()
    planted = browser.client.get_cookie("manyvoices-8765", domain="127.0.0.1").value
    browser.send(name="Ann")
    thief = another()
    thief.client.set_cookie("manyvoices-8765", planted, domain="127.0.0.1")
    assert thief.get("/").status_code == 401
    assert browser.get("/").status_code == 200


def test_the_cookie_is_for_this_page_only(browser):
    browser.app.extensions["manyvoices"].launch.address()
    said = browser.client.get(
        browser.app.extensions["manyvoices"].launch.address().removeprefix(browser.address), base_url=browser.address
    ).headers["Set-Cookie"]
    assert "HttpOnly" in said and "SameSite=Strict" in said and "Path=/" in said and "Domain" not in said


def test_a_session_ends_after_more_than_twenty_hours(ann, clock):
    clock[0] += 20.5 * 3600
    assert ann.get("/").status_code == 200
    clock[0] += 3600
    assert ann.get("/").status_code == 401


def test_people_are_told_an_hour_before_a_session_ends_and_stay_with_one_press(ann, clock):
    ann.get("/mine")
    assert "Stay signed in" not in ann.page.text
    clock[0] += 20.5 * 3600
    assert "In 30 minutes this page will ask you again" in ann.get("/mine").text
    ann.press("Stay signed in")
    assert ann.path == "/mine" and "You stay signed in." in ann.page.text and "ask you again" not in ann.page.text
    clock[0] += 20 * 3600 - 60
    assert ann.get("/mine").status_code == 200


def test_a_restart_signs_nobody_out_and_keeps_their_settings(ann, review, told, clock):
    ann.get("/settings")
    ann.press("Switch shortcuts off")
    ann.send(size="largest", aloud="y", to='name="size"')
    restarted = create_app(review, make_site("127.0.0.1", 8765, None), tell=told.append, clock=lambda: clock[0])
    again = Browser(restarted)
    again.client.set_cookie(
        "manyvoices-8765", ann.client.get_cookie("manyvoices-8765", domain="127.0.0.1").value, domain="127.0.0.1"
    )
    assert "They are off." in again.get("/settings").text
    assert '<html lang="en-GB" class="size-largest" data-aloud>' in again.page.text
    again.press("Choose another name")
    for app in (ann.app, restarted):
        app.extensions["manyvoices"].sessions._known.clear()
    assert ann.get("/settings").status_code == 401


def test_leaving_ends_the_session_and_empties_the_browser(ann, another, app):
    number = ann.client.get_cookie("manyvoices-8765", domain="127.0.0.1").value
    ann.press("Choose another name", follow=False)
    assert ann.page.headers["Clear-Site-Data"] == '"cache", "storage"'
    thief = another()
    thief.client.set_cookie("manyvoices-8765", number, domain="127.0.0.1")
    assert thief.get("/").status_code == 401
    assert ann.get("/").status_code == 200 and ann.heading == "Who are you?"


@pytest.mark.parametrize(
    "asked", ["//evil.example", "/\\evil.example", "https://evil.example", "\tjavascript:alert(1)", "/\t/evil", "evil", "", None]
)
def test_only_our_own_paths_are_gone_to(asked, browser):
    assert local_path(asked) == "/"
    browser.open()
    browser.get("/who" + (f"?then={asked}" if asked else ""))
    browser.send(name="Ann", follow=False)
    assert browser.page.location == "/"


def test_a_path_of_ours_is_gone_to():
    assert local_path("/excerpt/1?find=a") == "/excerpt/1?find=a"


def test_a_request_that_is_too_large_is_refused(ann):
    ann.get("/settings")
    fields = dict(ann.hidden(ann.forms("shortcuts")[0])) | {"note": "x" * 300_000}
    assert ann.post("/settings", fields).status_code == 413


def test_a_fault_says_nothing_of_answers_or_places(app, review, monkeypatch, caplog):
    # A facilitator may open every page.
    review.write(lambda store: store.add_reviewer("Fay", "family", "facilitator"))
    fay = Browser(app).be("Fay")
    canary = "Forty pages before anybody listens to you."

    def break_down(*_, **__):
        raise ValueError(f"{canary} SELECT * FROM decisions /home/ana/study")

    for endpoint in app.view_functions:
        monkeypatch.setitem(app.view_functions, endpoint, break_down)
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    for rule in rules(app):
        page = fay.get(filled(rule), follow=False) if "GET" in rule.methods else None
        if page is not None:
            assert page.status_code == 500 and {name: page.headers.get(name) for name in HEADERS} == HEADERS
            assert canary not in page.text and "SELECT" not in page.text and "/home" not in page.text
            reference = re.search("this word: <strong>(\\w+)", page.text).group(1)
            assert f"fault {reference}: ValueError in test_web_security.py" in log.getvalue()
    logging.getLogger().removeHandler(handler)
    assert canary not in log.getvalue() and "SELECT" not in log.getvalue()


def test_errors_that_speak_of_files_are_not_shown(app, ann, monkeypatch):
    def break_down(*_, **__):
        raise ReviewError("review.sqlite did not take the entry, since it breaks a rule of the store (CHECK codes <> '').")

    monkeypatch.setitem(app.view_functions, "home.settings", break_down)
    assert ann.get("/settings").status_code == 500 and "sqlite" not in ann.page.text


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "review.example.org"])
def test_other_machines_are_let_in_behind_tls_only(host):
    with pytest.raises(ReviewError, match="--behind-tls"):
        make_site(host, 8765, None)


@pytest.mark.parametrize(
    "address", ["http://review.example.org", "https://", "https://a.example/path", "https://me@a.example", "a"]
)
def test_the_address_behind_tls_must_be_what_people_type(address):
    with pytest.raises(ReviewError, match="give the address people type"):
        make_site("127.0.0.1", 8765, address)


def test_behind_tls_the_address_fixes_host_and_cookie(team_app):
    assert ask(team_app, "/sign-in", Host="review.example.org")[0] == 200
    for host in ("127.0.0.1:8765", "localhost:8765", "evil.example", "review.example.org:8443"):
        assert ask(team_app, "/sign-in", Host=host)[0] == 421
    assert ask(team_app, "/sign-in", Host="review.example.org", **{"X-Forwarded-Host": "review.example.org"})[0] == 200
    cookie = ask(team_app, "/sign-in", Host="review.example.org")[1]["Set-Cookie"]
    assert cookie.startswith("__Host-manyvoices=") and "Secure" in cookie
