"""Every page and method as every role, each really signed in: the server answers what the table of access says."""

import re

import pytest
from argon2 import PasswordHasher
from asking import TEAM_ADDRESS, Browser
from werkzeug.exceptions import MethodNotAllowed

from pipeline.decisions.sign_in_links import make_invitation
from pipeline.review.web.access import ACCESS


PASSWORD = "otter lamp tuesday"
ROLES = ("co-analyst", "facilitator", "researcher", "report writer")
SIGNED_OUT, NOT_OPENED = "signed out", "without the launch address"
METHODS = ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "POST")


def sign_in(app, role):
    """Invite somebody to a team server, let them choose a password, leave, and sign in with it."""
    browser, name = Browser(app, TEAM_ADDRESS), f"Somebody, {role}"
    who = {"name": name, "group": "family", "role": role, "by": "the command line"}
    here = app.extensions["manyvoices"]
    link, _ = here.review.write(lambda store: make_invitation(store, TEAM_ADDRESS, now=here.now, **who))
    browser.get(link.removeprefix(TEAM_ADDRESS))
    browser.send(password=PASSWORD)
    browser.press("Sign out")
    browser.get("/sign-in")
    browser.send(name=name, password=PASSWORD)
    assert browser.path == "/" and f"You are <bdi>{name}</bdi>" in browser.page.text
    return browser


def choose_name(app, review, role):
    """Open the page on a laptop, and be somebody of a role."""
    review.write(lambda store: store.add_reviewer(f"Somebody, {role}", "family", role))
    return Browser(app).be(f"Somebody, {role}")


@pytest.fixture
def quick_hashes(monkeypatch):
    """Keep passwords with the least work: what is tested here is not how hard they are to guess."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("pipeline.review.web.passwords.PasswordHasher", lambda: quick)


def addresses(app):
    """Return each address once, with something in each of its blanks; the one that ends the session last."""
    blanks = {"int": "1", None: "nothing"}
    rules = [rule.rule for rule in app.url_map.iter_rules()]
    found = {re.sub(r"<(?:(\w+):)?\w+>", lambda blank: blanks.get(blank.group(1), "nothing"), rule) for rule in rules}
    return sorted(found, key=lambda path: (path == "/leave", path))


def endpoint_of(app, path, method):
    try:
        return app.url_map.bind("").match(path, method)[0]
    except MethodNotAllowed:
        return None


def token_of(browser):
    """Return the token of the page's forms, so that nothing but who asks stops a form."""
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', browser.get("/settings").text)
    return found.group(1) if found else ""


def ask(browser, path, method, token):
    return browser.client.open(
        path,
        method=method,
        base_url=browser.address,
        headers={"Sec-Fetch-Site": "same-origin"},
        data={"csrf_token": token} if method not in ("GET", "HEAD") else None,
        buffered=True,
    )


def expected(endpoint, role):
    """Return what the table of access promises."""
    who = ACCESS[endpoint]
    if who == "anyone" or (who == "opened" and role != NOT_OPENED):
        return "let in"
    if role == NOT_OPENED:
        return "not opened"
    if role == SIGNED_OUT:
        return "sent to sign in"
    return "let in" if who == "people" or (who == "facilitators" and role == "facilitator") else "refused"


def seen(answer):
    """Return what came of asking."""
    if answer.status_code in (401, 403, 405, 500):
        return {401: "not opened", 403: "refused", 405: "no such method", 500: "a fault"}[answer.status_code]
    sent = answer.status_code == 303 and answer.location.startswith(("/sign-in", "/who"))
    return "sent to sign in" if sent else "let in"


def walk(app, browser, role):
    """Ask for everything by every method, leaving last; return what was not as the table says, and what was asked for."""
    wrong, asked, token = [], set(), token_of(browser)
    for path in addresses(app):
        for method in METHODS:
            answer, endpoint = ask(browser, path, method, token), endpoint_of(app, path, method)
            wanted = expected(endpoint, role) if endpoint else "no such method"
            if endpoint == "who.open_page" and role == NOT_OPENED and method != "OPTIONS":
                # It is open to anyone who has the token; this one has not.
                wanted = "not opened"
            if (endpoint, method, wanted) == ("home.leave", "POST", "let in"):
                # Whoever leaves is led to where people sign in.
                wanted = "sent to sign in"
            asked.add(endpoint)
            wrong += [] if seen(answer) == wanted else [(path, method, wanted, answer.status_code, answer.location)]
    return wrong, asked - {None}


@pytest.mark.parametrize("role", [*ROLES, SIGNED_OUT])
def test_a_team_server_answers_each_role_as_the_table_says(team_app, quick_hashes, role):
    browser = Browser(team_app, TEAM_ADDRESS) if role == SIGNED_OUT else sign_in(team_app, role)
    wrong, asked = walk(team_app, browser, role)
    assert not wrong and asked == {rule.endpoint for rule in team_app.url_map.iter_rules()}


@pytest.mark.parametrize("role", [*ROLES, SIGNED_OUT, NOT_OPENED])
def test_a_laptop_answers_each_role_as_the_table_says(app, review, role):
    browser = choose_name(app, review, role) if role in ROLES else Browser(app)
    if role == SIGNED_OUT:
        browser.open()
    wrong, asked = walk(app, browser, role)
    assert not wrong and asked == {rule.endpoint for rule in app.url_map.iter_rules()}


@pytest.mark.parametrize("role", [*ROLES, SIGNED_OUT])
def test_a_page_that_nobody_listed_is_open_to_nobody(team_app, quick_hashes, role):
    team_app.add_url_rule("/new", "a.new.page", lambda: "people's words", methods=["GET", "POST"])
    browser = Browser(team_app, TEAM_ADDRESS) if role == SIGNED_OUT else sign_in(team_app, role)
    assert [ask(browser, "/new", method, "").status_code for method in ("GET", "POST", "HEAD")] == [403] * 3
