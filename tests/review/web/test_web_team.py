"""A team server: invitations, passwords, and who runs it."""

import re

import pytest
from argon2 import PasswordHasher
from asking import TEAM_ADDRESS, Browser
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.errors import ReviewError
from pipeline.review.web.passwords import hash_password, is_right
from pipeline.review.web.server import first_words


PASSWORD = "otter lamp tuesday"


def path(text):
    return re.search(rf"{TEAM_ADDRESS}(/invitation/[\w-]+)", text).group(1)


@pytest.fixture
def visitor(team_app):
    return Browser(team_app, TEAM_ADDRESS)


@pytest.fixture
def facilitator(team_app, review, visitor):
    """Fay, who was invited by the command line."""
    visitor.get(path(first_words(team_app, review, "Fay")))
    visitor.send(password=PASSWORD)
    return visitor


def sign_in(browser, name, password, **more):
    browser.get("/sign-in")
    return browser.send(name=name, password=password, **more)


def test_a_server_on_which_nobody_could_sign_in_is_not_started(team_app, review):
    with pytest.raises(ReviewError, match="--invite NAME"):
        first_words(team_app, review, None)


def test_the_first_facilitator_takes_up_the_invitation_once(facilitator, team_app, review):
    assert facilitator.path == "/" and "You are <bdi>Fay</bdi>" in facilitator.page.text
    assert "passwords" in first_words(team_app, review, None)


def test_an_invitation_works_once(team_app, review, visitor):
    link = path(first_words(team_app, review, "Fay"))
    visitor.get(link)
    visitor.send(password=PASSWORD)
    assert Browser(team_app, TEAM_ADDRESS).get(link).status_code == 404


def test_a_short_password_is_refused(team_app, review, visitor):
    visitor.get(path(first_words(team_app, review, "Fay")))
    visitor.send(password="short")
    assert "Choose a password of at least 10 letters." in visitor.page.text


EASY = {
    "password123": "among the passwords that people use most",
    "Manchester1": "among the passwords that people use most",
    "qwertyuiop": "among the passwords that people use most",
    "aaaaaaaaaaaa": "the same letters again and again",
    "fayresearcher": "holds your name",
    "researcher1": "easy to guess",
    "asdfghjkl;": "row of keys",
    "password password": "the same letters again and again",
    "letmein-letmein-letmein": "the same letters again and again",
    "FayResearcher!7x": "holds your name",
    "          ": "easy to guess",
}


@pytest.mark.parametrize(("password", "why"), EASY.items(), ids=EASY)
def test_a_password_that_is_easy_to_guess_is_refused_and_why_is_said(team_app, review, visitor, password, why):
    visitor.get(path(first_words(team_app, review, "Fay")))
    visitor.send(password=password)
    assert visitor.heading == "Welcome, Fay" and "This password is easy to guess." in visitor.page.text
    assert why in visitor.page.text and "Choose three words that do not belong together." in visitor.page.text
    visitor.send(password=PASSWORD)
    assert visitor.path == "/"


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
    facilitator.press("Stop ")
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


@pytest.fixture
def gus(facilitator, team_app):
    """Gus, whom Fay invited, and who signed in."""
    facilitator.get("/people")
    facilitator.send(name="Gus", group="family", role="co-analyst", to="Make a link")
    browser = Browser(team_app, TEAM_ADDRESS)
    browser.get(path(facilitator.page.text))
    browser.send(password=PASSWORD)
    return browser


def test_who_forgot_the_password_chooses_a_new_one_by_a_link(facilitator, gus, team_app, clock):
    facilitator.get("/people")
    facilitator.press("Give ", "Gus")
    assert "It works once, within a day" in facilitator.page.text and "a new password, by" in facilitator.page.text
    link = path(facilitator.page.text)
    elsewhere = Browser(team_app, TEAM_ADDRESS)
    elsewhere.get(link)
    assert elsewhere.heading == "Welcome back, Gus" and "You stay in the group <bdi>family</bdi>" in elsewhere.page.text
    elsewhere.send(password="walrus teapot november")
    assert elsewhere.path == "/" and "You are <bdi>Gus</bdi>" in elsewhere.page.text
    assert gus.get("/mine").request.path == "/sign-in"
    assert gus.get(link).status_code == 404
    assert "do not go together" in sign_in(gus, "Gus", PASSWORD).text
    assert sign_in(gus, "Gus", "walrus teapot november").request.path == "/"


def test_a_link_for_a_new_password_runs_out(facilitator, gus, team_app, clock):
    facilitator.get("/people")
    facilitator.press("Give ", "Gus")
    link = path(facilitator.page.text)
    clock[0] += 24 * 3600
    assert gus.get(link).status_code == 404


def test_a_closed_account_is_opened_again_by_a_link(facilitator, gus, team_app):
    facilitator.get("/people")
    facilitator.press("Stop ", "Gus")
    facilitator.press("Let ", "Gus")
    assert "It works once" in facilitator.page.text
    gus.get(path(facilitator.page.text))
    gus.send(password="walrus teapot november")
    assert gus.get("/mine").status_code == 200


def test_a_link_that_was_sent_can_be_taken_back(facilitator, gus):
    facilitator.get("/people")
    facilitator.press("Give ", "Gus")
    link = path(facilitator.page.text)
    facilitator.press("Take back")
    assert "The link for Gus works no more." in facilitator.page.text and gus.get(link).status_code == 404


def test_a_name_that_has_an_account_is_not_invited_again_and_the_way_is_said(facilitator, gus):
    facilitator.get("/people")
    facilitator.send(name="gus", group="family", role="co-analyst", to="Make a link")
    assert "Gus has an account already" in facilitator.page.text
    assert "make a link for a new password under their name" in facilitator.page.text


def test_the_last_facilitator_stays_one(facilitator, gus, team_app, review):
    facilitator.get("/people")
    form = next(form for form in facilitator.forms("role") if 'value="Fay"' in form)
    facilitator.post("/people/role", dict(facilitator.hidden(form)) | {"role": "researcher"})
    assert facilitator.page.status_code == 409
    assert "Make somebody else a facilitator first." in facilitator.page.text
    assert facilitator.get("/people").status_code == 200
    assert "passwords" in first_words(team_app, review, None)


def test_a_server_without_a_facilitator_who_can_sign_in_is_not_started(team_app, review, facilitator, gus):
    # As an earlier version let it come about.
    review.write(lambda store: store.append("roles", reviewer="Fay", role="researcher", by="Fay"))
    with pytest.raises(ReviewError, match="No facilitator can sign in"):
        first_words(team_app, review, None)
    told = first_words(team_app, review, "fay")
    assert "For Fay, as facilitator, who has an account" in told
    gus.get(path(told))
    gus.send(password=PASSWORD)
    assert gus.get("/people").status_code == 200


def test_the_only_facilitator_who_forgot_her_password_is_let_in_by_the_command_line(facilitator, team_app, review):
    def themes(*more):
        return CliRunner().invoke(main, ["people", str(review.study.folder), *more])

    assert "Fay (researcher), facilitator: can sign in" in themes().output
    assert "the address people type" in themes("--new-password", "Fay").output
    assert "only facilitator" in themes("--close", "Fay").output
    link = themes("--new-password", "fay", "--behind-tls", TEAM_ADDRESS).output
    elsewhere = Browser(team_app, TEAM_ADDRESS)
    elsewhere.get(path(link))
    elsewhere.send(password="walrus teapot november")
    assert elsewhere.get("/people").status_code == 200 and facilitator.get("/people").request.path == "/sign-in"


def test_wrong_passwords_make_the_next_try_wait_and_lock_nobody_out(facilitator, team_app, clock):
    thief = Browser(team_app, TEAM_ADDRESS)
    tries = [("do not go together" in sign_in(thief, "Fay", f"guess {n} of many").text) for n in range(12)]
    assert tries.count(True) == 5
    assert "Too many wrong passwords. Wait" in thief.page.text
    clock[0] += 400
    sign_in(thief, "Fay", PASSWORD)
    assert thief.path == "/"


def test_a_name_that_is_not_there_takes_a_password_check_too():
    kept = hash_password(PASSWORD)
    assert kept.startswith("$argon2id$") and is_right(kept, PASSWORD) and not is_right(kept, "else")
    assert not is_right(None, "of an account that is not there")


def test_a_password_with_accents_is_the_same_on_every_keyboard(team_app, review, visitor):
    visitor.get(path(first_words(team_app, review, "Fay")))
    visitor.send(password="otter lamp caf\u00e9 tuesday")
    elsewhere = Browser(team_app, TEAM_ADDRESS)
    sign_in(elsewhere, "Fay", "otter lamp cafe\u0301 tuesday")
    assert elsewhere.path == "/"
    # As it was kept before passwords were brought into one form.
    assert is_right(PasswordHasher().hash("otter cafe\u0301 lamp"), "otter cafe\u0301 lamp")


@pytest.mark.parametrize("way", ["close", "role"])
def test_links_that_somebody_made_work_no_more_once_they_may_make_none(facilitator, team_app, way):
    gus = joined(facilitator, team_app, "Gus", "facilitator")
    gus.get("/people")
    gus.send(name="Zed", group="family", role="facilitator", to="Make a link")
    link = path(gus.page.text)
    facilitator.get("/people")
    token = dict(facilitator.hidden(facilitator.forms()[0]))["csrf_token"]
    facilitator.post(f"/people/{way}", {"csrf_token": token, "name": "Gus", "role": "co-analyst"})
    assert facilitator.page.status_code == 200 and "Zed" not in facilitator.page.text
    assert Browser(team_app, TEAM_ADDRESS).get(link).status_code == 404


def joined(facilitator, team_app, name, role):
    """Return the browser of somebody who took up an invitation."""
    facilitator.get("/people")
    facilitator.send(name=name, group="family", role=role, to="Make a link")
    browser = Browser(team_app, TEAM_ADDRESS)
    browser.get(path(facilitator.page.text))
    browser.send(password=PASSWORD)
    return browser


def test_after_a_link_was_made_the_form_is_empty_for_the_next_person(facilitator):
    facilitator.get("/people")
    facilitator.send(name="Gus", group="family", role="co-analyst", to="Make a link")
    assert path(facilitator.page.text) and 'name="name" autocomplete="off" value="Gus"' not in facilitator.page.text
    assert facilitator.page.text.count('value="Gus"') == 1, "only the button that takes the link back names them"


def test_an_invitation_of_the_command_line_is_said_as_people_say_it(team_app, review, visitor):
    visitor.get(path(first_words(team_app, review, "Fay")))
    assert "<p>You are invited to review as facilitator" in visitor.page.text


def test_the_command_line_does_all_that_it_was_asked_or_nothing(facilitator, team_app, review, study):
    joined(facilitator, team_app, "Gus", "co-analyst")
    asked = ["people", str(study.folder), "--close", "Gus", "--new-password", "Nobody", "--behind-tls", TEAM_ADDRESS]
    assert "no reviewer 'Nobody'" in CliRunner().invoke(main, asked).output
    shown = CliRunner().invoke(main, ["people", str(study.folder)]).output
    assert "Gus (family), co-analyst: can sign in" in shown
    refused = CliRunner().invoke(main, ["people", str(study.folder), "--close", "Ann"])
    assert refused.exit_code != 0 and "Ann has no password, so that there is nothing to close" in str(refused.output)
