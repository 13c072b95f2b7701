"""Guessing a password is slow, and keeps nobody out whose name is guessed at."""

import pytest
from asking import TEAM_ADDRESS, Browser
from test_web_roles import PASSWORD, quick_hashes, sign_in

from pipeline.review.web import browser_sessions
from pipeline.review.web.login_throttle import LoginThrottle, Visit


GUS = "Somebody, co-analyst"
__all__ = ["quick_hashes"]


@pytest.fixture
def gus(team_app, quick_hashes):
    """Gus, who has signed in before, from 127.0.0.1."""
    return sign_in(team_app, "co-analyst")


def give(app, password, address, *, browser=None, name=GUS):
    """Give a password from an address, and return what the page says."""
    browser = browser or Browser(app, TEAM_ADDRESS)
    page = browser.get("/sign-in")
    form = {**dict(browser.hidden(browser.forms("password")[0])), "name": name, "password": password}
    headers = {"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": f"spoofed, {address}"}
    page = browser.post("/sign-in", form, headers=headers, follow=False)
    return "in" if page.status_code == 303 else "wait" if "Too many wrong passwords" in page.text else "wrong"


def guess(app, n_addresses=100):
    """Guess from many addresses, as long as each is let."""
    return [give(app, f"guess {n}", f"198.51.100.{n}") for n in range(n_addresses)]


def test_one_address_is_slowed_down_and_not_for_ever(team_app, gus, clock):
    tries = [give(team_app, f"guess {n}", "203.0.113.9") for n in range(10)]
    assert tries == ["wrong"] * 5 + ["wait"] * 5
    assert give(team_app, PASSWORD, "203.0.113.9") == "wait"
    clock[0] += 21
    assert give(team_app, PASSWORD, "203.0.113.9") == "in"


def test_guesses_from_many_addresses_are_slowed_down(team_app, gus):
    assert guess(team_app).count("wrong") == 20


def test_whose_name_is_guessed_comes_in_from_where_they_were_before(team_app, gus):
    guess(team_app)
    assert give(team_app, PASSWORD, "127.0.0.1") == "in"


def test_whose_name_is_guessed_comes_in_by_their_own_browser_from_anywhere(team_app, gus, clock):
    clock[0] += browser_sessions.LASTS_S + 60
    guess(team_app)
    # Not even somebody beside them who guesses from the same address keeps them waiting.
    assert [give(team_app, f"guess {n}", "203.0.113.9") for n in range(3)] == ["wait"] * 3
    assert gus.get("/mine").request.path == "/sign-in"
    assert give(team_app, PASSWORD, "203.0.113.9", browser=gus) == "in"


def test_whose_name_is_guessed_waits_once_at_a_new_place_whatever_others_do_meanwhile(team_app, gus, clock):
    guess(team_app)
    assert give(team_app, PASSWORD, "203.0.113.9") == "wait"
    for _ in range(21):
        clock[0] += 1
        give(team_app, "guess", "203.0.113.10")
        guess(team_app, 10)
    assert give(team_app, PASSWORD, "203.0.113.9") == "in"


def test_a_name_that_is_not_there_is_slowed_down_alike(team_app, gus):
    assert [give(team_app, "guess", "203.0.113.9", name="Nobody") for _ in range(7)] == ["wrong"] * 5 + ["wait"] * 2


def test_signing_in_oneself_frees_no_guesses_at_others(team_app, gus):
    for n in range(30):
        give(team_app, "guess", "203.0.113.9", name=f"Nobody {n}")
        give(team_app, PASSWORD, "203.0.113.9")
    assert give(team_app, "guess", "203.0.113.9", name="Somebody else") == "wait"


def test_when_many_sign_in_at_once_strangers_are_asked_to_come_again_and_nothing_is_counted(team_app, gus, clock):
    here = team_app.extensions["manyvoices"]
    taken = [here.checking.acquire(blocking=False) for _ in range(3)]
    assert taken == [True] * 3 and not here.checking.acquire(blocking=False)
    for _ in range(30):
        assert give(team_app, PASSWORD, "203.0.113.9") == "wrong"
    for _ in taken:
        here.checking.release()
    assert give(team_app, PASSWORD, "203.0.113.9") == "in"


def tries_in(seconds, visits):
    """Return how many passwords can be tried in so long by whoever comes as all of these visits, every half second."""
    brake, now, n = LoginThrottle(), 0.0, 0
    while now < seconds:
        n += sum(brake.try_now(visit, now=now) == 0 for visit in visits)
        now += 0.5
    return n


def test_a_guesser_gets_few_tries():
    assert tries_in(60, [Visit("Fay", "203.0.113.9")]) <= 10
    assert tries_in(3600, [Visit("Fay", "203.0.113.9")]) <= 30


def test_a_visitor_has_all_addresses_of_a_network_and_is_one_visitor():
    network = [Visit("Fay", f"2001:db8::{n:x}") for n in range(1, 200)]
    assert tries_in(60, network) == tries_in(60, network[:1])
    assert tries_in(60, [Visit("Fay", f"made up {n}") for n in range(200)]) == tries_in(60, network[:1])


def test_what_is_remembered_of_guesses_is_bounded():
    brake = LoginThrottle()
    for n in range(11_000):
        brake.try_now(Visit(f"{n} " + "x" * 1_000, f"10.0.{n // 256 % 256}.{n % 256}"), now=0)
    assert len(brake._wrong) == 10_000 and all(len(key) == 32 for key in brake._wrong)
