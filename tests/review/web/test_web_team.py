"""A team server: invitations, passwords, and who runs it."""

import re

import pytest
from asking import TEAM_ADDRESS, Browser

from pipeline.errors import ReviewError
from pipeline.review.web.passwords import Brake, hash_password, is_right
from pipeline.review.web.serving import first_words


PASSWORD = "otter lamp tuesday"


def path(text):
    return re.search(rf"{TEAM_ADDRESS}(/invitation/[\w-]+)", text).group(1)


@pytest.fixture
def visitor(team_app):
    return Browser(team_app, TEAM_ADDRESS)


@pytest.fixture
def facilitator(team_app, room, visitor):
    """Fay, who was invited by the command line."""
    visitor.get(path(first_words(team_app, room, "Fay")))
    visitor.send(password=PASSWORD)
    return visitor


def sign_in(browser, name, password, **more):
    browser.get("/sign-in")
    return browser.send(name=name, password=password, **more)


def test_a_server_on_which_nobody_could_sign_in_is_not_started(team_app, room):
    with pytest.raises(ReviewError, match="--invite NAME"):
        first_words(team_app, room, None)


def test_the_first_facilitator_takes_up_the_invitation_once(facilitator, team_app, room):
    assert facilitator.path == "/" and "You are <bdi>Fay</bdi>" in facilitator.page.text
    assert "passwords" in first_words(team_app, room, None)


def test_an_invitation_works_once(team_app, room, visitor):
    link = path(first_words(team_app, room, "Fay"))
    visitor.get(link)
    visitor.send(password=PASSWORD)
    assert Browser(team_app, TEAM_ADDRESS).get(link).status_code == 404


def test_a_short_password_is_refused(team_app, room, visitor):
    visitor.get(path(first_words(team_app, room, "Fay")))
    visitor.send(password="short")
    assert "Choose a password of at least 10 letters." in visitor.page.text


def test_nobody_chooses_a_name_or_registers_without_an_invitation(visitor):
    for asked in ("/who", "/who/add", "/open/x", "/invitation/x"):
        assert visitor.get(asked).status_code == 404
    assert visitor.get("/").request.path == "/sign-in"


def test_people_invite_others_and_these_sign_in(facilitator, team_app):
    facilitator.get("/people")
    facilitator.send(name="Gus", group="family", role="co-analyst", to="Make a link")
    gus = Browser(team_app, TEAM_ADDRESS)
    gus.get(path(facilitator.page.text))
    assert "invites you to review as co-analyst" in gus.page.text
    gus.send(password=PASSWORD)
    gus.press("Sign out")
    assert gus.path == "/sign-in" and gus.get("/mine").request.path == "/sign-in"
    sign_in(gus, "gus", PASSWORD, then="/mine")
    assert gus.path == "/mine"
    assert gus.get("/people").status_code == 403


def test_somebody_whose_account_was_closed_is_out_at_once(facilitator, team_app):
    facilitator.get("/people")
    facilitator.send(name="Gus", group="family", role="co-analyst", to="Make a link")
    gus = Browser(team_app, TEAM_ADDRESS)
    gus.get(path(facilitator.page.text))
    gus.send(password=PASSWORD)
    facilitator.get("/people")
    facilitator.press("Let ")
    assert "Gus can no longer sign in." in facilitator.page.text
    assert gus.get("/mine").request.path == "/sign-in"
    sign_in(gus, "Gus", PASSWORD)
    assert "do not go together" in gus.page.text


def test_a_part_can_be_changed_and_counts_at_once(facilitator, team_app):
    facilitator.get("/people")
    facilitator.send(name="Gus", group="family", role="co-analyst", to="Make a link")
    gus = Browser(team_app, TEAM_ADDRESS)
    gus.get(path(facilitator.page.text))
    gus.send(password=PASSWORD)
    facilitator.get("/people")
    form = next(form for form in facilitator.forms("role") if 'value="Gus"' in form)
    facilitator.post("/people/role", dict(facilitator.hidden(form)) | {"role": "facilitator"})
    assert "Gus is now facilitator." in facilitator.page.text
    assert gus.get("/people").status_code == 200


def test_wrong_passwords_make_the_next_try_wait_and_lock_nobody_out(facilitator, team_app, clock):
    thief = Browser(team_app, TEAM_ADDRESS)
    tries = [("do not go together" in sign_in(thief, "Fay", f"guess {n} of many").text) for n in range(12)]
    assert tries.count(True) == 5
    assert "Too many wrong passwords. Wait" in thief.page.text
    clock[0] += 400
    sign_in(thief, "Fay", PASSWORD)
    assert thief.path == "/"


def test_a_guesser_gets_no_more_than_ten_tries_a_minute():
    brake, now, n = Brake(), 0.0, 0
    while now < 60:
        if brake.wait_s("name fay", now=now) == 0:
            brake.wrong("name fay", now=now)
            n += 1
        now += 0.5
    assert n <= 10


def test_a_name_that_is_not_there_takes_a_password_check_too():
    kept = hash_password(PASSWORD)
    assert kept.startswith("$argon2id$") and is_right(kept, PASSWORD) and not is_right(kept, "else")
    assert not is_right(None, "of an account that is not there")
