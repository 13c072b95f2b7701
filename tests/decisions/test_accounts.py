import sqlite3
from datetime import timedelta

import pytest
from saying import NOW

from pipeline.decisions.accounts import (
    close_account,
    invitation,
    invitations,
    invite,
    password_hash,
    people,
    person,
    renew,
    set_password_hash,
    set_role,
    take_back,
    take_up,
)
from pipeline.decisions.sign_ins import (
    close_session,
    draft,
    drop_draft,
    open_session,
    remember,
    save_draft,
    session,
    sweep,
)
from pipeline.decisions.store import open_store, store_path
from pipeline.errors import ReviewError


HASH, HOUR = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA", timedelta(hours=1)


@pytest.fixture
def store(study):
    with open_store(study) as found:
        found.add_reviewer("Ann", "lived experience")
        found.add_reviewer("ben", "researcher", "researcher")
        yield found


def test_who_reviews_and_as_what(store):
    set_role(store, "ANN", "facilitator", by="ben")
    set_role(store, "Ann", "facilitator", by="ben")
    assert [(one.name, one.group, one.role, one.has_account) for one in people(store)] == [
        ("Ann", "lived experience", "facilitator", False),
        ("ben", "researcher", "researcher", False),
    ]
    assert person(store, "Ben").name == "ben" and person(store, "Cy") is None
    assert store.frame("SELECT reviewer FROM roles")["reviewer"].tolist() == ["Ann"] and store.verify() == []
    with pytest.raises(ReviewError, match="no reviewer 'Cy'"):
        set_role(store, "Cy", "facilitator", by="ben")


def test_an_invitation_makes_an_account_once(store):
    made = invite(store, "token", name=" Di  E", group="family", role="co-analyst", by="Ann", now=NOW)
    assert invitation(store, "token", now=NOW) == made and invitations(store, now=NOW) == (made,)
    assert invitation(store, "other", now=NOW) is None
    found = take_up(store, "token", HASH, now=NOW)
    assert (found.name, found.group, found.role, found.has_account) == ("Di E", "family", "co-analyst", True)
    assert password_hash(store, "di e") == HASH
    with pytest.raises(ReviewError, match="was used or has run out"):
        take_up(store, "token", HASH, now=NOW)
    with pytest.raises(ReviewError, match="has an account already"):
        invite(store, "again", name="Di E", group="family", role="co-analyst", by="Ann", now=NOW)


def facilitator(store, name):
    store.add_reviewer(name, "researcher", "facilitator")
    set_password_hash(store, name, HASH, now=NOW)


def test_a_link_for_a_new_password_works_once_and_ends_what_was_open(store):
    facilitator(store, "Fay")
    set_password_hash(store, "Ann", HASH, now=NOW)
    open_session(store, "s", reviewer="Ann", now=NOW, lasts=HOUR)
    made = renew(store, "token", name="ann", by="Fay", now=NOW)
    assert made.renews and invitation(store, "token", now=NOW) == made and invitations(store, now=NOW) == (made,)
    assert password_hash(store, "Ann") == HASH and session(store, "s", now=NOW) is not None
    assert take_up(store, "token", HASH + "b", now=NOW) == person(store, "Ann")
    assert password_hash(store, "Ann") == HASH + "b" and session(store, "s", now=NOW) is None
    assert invitation(store, "token", now=NOW) is None and invitations(store, now=NOW) == ()
    with pytest.raises(ReviewError, match="make an invitation"):
        renew(store, "again", name="ben", by="Fay", now=NOW)


def test_a_link_for_a_new_password_runs_out_within_a_day(store):
    set_password_hash(store, "Ann", HASH, now=NOW)
    renew(store, "token", name="Ann", by="Fay", now=NOW)
    assert invitation(store, "token", now=NOW + 23 * HOUR) is not None
    assert invitation(store, "token", now=NOW + 24 * HOUR) is None


def test_a_link_opens_a_closed_account_but_none_that_was_made_before_it_was_closed(store):
    facilitator(store, "Fay")
    set_password_hash(store, "Ann", HASH, now=NOW)
    renew(store, "before", name="Ann", by="Fay", now=NOW)
    close_account(store, "Ann", now=NOW)
    assert invitation(store, "before", now=NOW) is None
    renew(store, "after", name="Ann", by="Fay", now=NOW)
    assert person(store, "Ann").closed
    assert take_up(store, "after", HASH, now=NOW).can_sign_in


def test_a_link_gives_the_part_that_was_chosen_last(store):
    facilitator(store, "Fay")
    facilitator(store, "Flo")
    renew(store, "token", name="Flo", by="Fay", now=NOW)
    set_role(store, "Flo", "co-analyst", by="Fay")
    assert take_up(store, "token", HASH, now=NOW).role == "co-analyst"


def test_a_link_can_be_taken_back(store):
    invite(store, "token", name="Di", group="family", role="co-analyst", by="Ann", now=NOW)
    take_back(store, "di")
    assert invitation(store, "token", now=NOW) is None


def test_there_is_always_a_facilitator_who_can_sign_in(store):
    facilitator(store, "Fay")
    for change in (lambda: set_role(store, "Fay", "researcher", by="Fay"), lambda: close_account(store, "fay", now=NOW)):
        with pytest.raises(ReviewError, match="only facilitator who can sign in"):
            change()
    # Somebody without a password, or whose account is closed, could let nobody in.
    set_role(store, "Ann", "facilitator", by="Fay")
    facilitator(store, "Flo")
    close_account(store, "Flo", now=NOW)
    with pytest.raises(ReviewError, match="only facilitator who can sign in"):
        set_role(store, "Fay", "researcher", by="Fay")
    set_password_hash(store, "Ann", HASH, now=NOW)
    set_role(store, "Fay", "researcher", by="Fay")
    assert person(store, "Fay").role == "researcher" and store.verify() == []


def test_an_invitation_runs_out_and_a_new_one_takes_its_place(store):
    for token in ("first", "second"):
        invite(store, token, name="Di", group="family", role="co-analyst", by="Ann", now=NOW, hours=2)
    assert invitation(store, "first", now=NOW) is None
    assert invitation(store, "second", now=NOW + 3 * HOUR) is None and invitation(store, "second", now=NOW) is not None


def test_somebody_known_is_invited_with_the_role_they_are_to_have(store):
    invite(store, "token", name="ann", group="", role="facilitator", by="ben", now=NOW)
    assert take_up(store, "token", HASH, now=NOW).role == "facilitator"


def test_a_password_is_never_kept_only_its_hash_and_tokens_neither(study, store):
    with pytest.raises(ReviewError, match="argon2 hash only"):
        set_password_hash(store, "Ann", "correct horse", now=NOW)
    invite(store, "SECRET-INVITE", name="Di", group="family", role="co-analyst", by="Ann", now=NOW)
    open_session(store, "SECRET-SESSION", reviewer="Ann", now=NOW, lasts=HOUR)
    store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = store_path(study).read_bytes()
    assert b"SECRET" not in kept and b"correct horse" not in kept


def test_a_closed_account_cannot_sign_in_and_is_signed_out(store):
    set_password_hash(store, "Ann", HASH, now=NOW)
    open_session(store, "s", reviewer="Ann", now=NOW, lasts=HOUR)
    close_account(store, "Ann", now=NOW)
    assert password_hash(store, "Ann") is None and session(store, "s", now=NOW) is None and person(store, "Ann").closed
    set_password_hash(store, "Ann", HASH, now=NOW)
    assert password_hash(store, "Ann") == HASH and not person(store, "Ann").closed


def test_a_new_password_ends_all_sessions(store):
    open_session(store, "s", reviewer="Ann", now=NOW, lasts=HOUR)
    open_session(store, "t", reviewer="ben", now=NOW, lasts=HOUR)
    set_password_hash(store, "Ann", HASH, now=NOW)
    assert session(store, "s", now=NOW) is None and session(store, "t", now=NOW) is not None


def test_a_session_remembers_until_it_ends(store):
    open_session(store, "s", reviewer=None, now=NOW, lasts=HOUR)
    remember(store, "s", {"batch": 5, "next": "/é"})
    found = session(store, "s", now=NOW)
    assert (found.reviewer, found.words) == (None, {"batch": 5, "next": "/é"})
    assert session(store, "s", now=NOW + HOUR * 0.9) is not None
    assert session(store, "s", now=NOW + HOUR) is None
    sweep(store, now=NOW + HOUR * 2)
    assert store.frame("SELECT * FROM sessions").empty
    open_session(store, "s", reviewer="Ann", now=NOW, lasts=HOUR)
    close_session(store, "s")
    assert session(store, "s", now=NOW) is None


def test_drafts_are_kept_for_each_person_and_place(store):
    save_draft(store, "Ann", "excerpt/1", {"note": "half a"}, now=NOW)
    save_draft(store, "Ann", "excerpt/1", {"note": "half a thought"}, now=NOW)
    save_draft(store, "ben", "excerpt/1", {"note": "mine"}, now=NOW)
    assert draft(store, "Ann", "excerpt/1") == {"note": "half a thought"}
    assert draft(store, "Ann", "excerpt/2") is None
    drop_draft(store, "Ann", "excerpt/1")
    assert draft(store, "Ann", "excerpt/1") is None and draft(store, "ben", "excerpt/1") == {"note": "mine"}
    with pytest.raises(sqlite3.IntegrityError):
        save_draft(store, "Nobody", "excerpt/1", {}, now=NOW)
