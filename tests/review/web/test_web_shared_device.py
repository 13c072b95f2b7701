"""One device, several people: what one of them left open is neither seen nor sent in the name of the next."""

import pytest
from asking import Browser
from saying import say

from pipeline.decisions.sign_ins import draft
from pipeline.review.codebook_changes import code_edits
from pipeline.review.coding import said_by
from pipeline.review.quote_approvals import approvals_of, quote_candidates


@pytest.fixture
def excerpt(review):
    return next(iter(review.last_run().tables.excerpts))


@pytest.fixture
def left_open(ann, excerpt):
    """What the form of Ann's page holds, who leaves it open; Ben then chooses his name in another window."""
    ann.get(f"/excerpt/{excerpt}")
    fields = dict(ann.hidden(ann.forms()[0]))
    ann.get("/who")
    ann.send(name="Ben")
    return fields


def test_an_answer_on_the_page_of_another_is_nobodys_and_waits_for_them(ann, review, excerpt, left_open):
    ann.post(f"/excerpt/{excerpt}", left_open | {"do": "save", "codes": ["money"], "note": "Words of Ann."})
    assert ann.page.status_code == 409 and "This page was opened by Ann, and you are Ben" in ann.page.text
    assert said_by(review, "Ben") == said_by(review, "Ann") == ()
    assert "Words of Ann." not in ann.get(f"/excerpt/{excerpt}").text
    ann.get("/who")
    ann.send(name="Ann")
    assert "Words of Ann." in ann.get(f"/excerpt/{excerpt}").text


def test_a_draft_on_the_page_of_another_tells_nobody(ann, review, excerpt, left_open):
    ann.post(f"/excerpt/{excerpt}/draft", left_open | {"codes": ["money"], "note": "Words of Ann."})
    assert review.read(lambda store: draft(store, "Ben", f"excerpt/{excerpt}")) is None
    assert "Words of Ann." not in ann.get(f"/excerpt/{excerpt}").text


def test_sending_the_form_of_another_again_does_not_show_their_answer(ann, review, excerpt):
    ann.get(f"/excerpt/{excerpt}")
    fields = dict(ann.hidden(ann.forms()[0]))
    ann.post(f"/excerpt/{excerpt}", fields | {"do": "save", "codes": ["money"], "note": "Words of Ann."})
    ann.get("/who")
    ann.send(name="Ben")
    ann.post(f"/excerpt/{excerpt}", fields | {"do": "save", "codes": ["time"]})
    assert ann.page.status_code == 409 and "Words of Ann." not in ann.page.text
    del fields["person"]
    ann.post(f"/excerpt/{excerpt}", fields | {"do": "save", "codes": ["time"]})
    assert ann.page.status_code == 400 and "Words of Ann." not in ann.page.text


def test_a_button_on_the_page_of_another_does_nothing(ann, review, excerpt):
    say(review, "Ann", excerpt, "time")
    ann.get("/codebook/new")
    ann.send(label="Rain", definition="It rained.", why="Many said so.")
    ann.get("/codebook/proposal/1")
    vote = dict(ann.hidden(ann.forms()[0])) | {"do": "object", "why": "No."}
    ann.get("/who")
    ann.send(name="Ben")
    assert ann.post("/codebook/proposal/1", vote).status_code == 400
    assert [edit.votes for edit in code_edits(review)] == [()]


def test_coming_back_under_the_same_name_loses_no_form(ann, review, excerpt):
    ann.get(f"/excerpt/{excerpt}")
    fields = dict(ann.hidden(ann.forms()[0]))
    ann.get("/who")
    ann.send(name="Ann")
    ann.post(f"/excerpt/{excerpt}", fields | {"do": "save", "codes": ["time"]})
    assert [made.codes for made in said_by(review, "Ann")] == [("time",)]


def stamped(browser):
    """Return what the form of a page holds that counts once."""
    return next(dict(browser.hidden(form)) for form in browser.forms() if 'name="key"' in form)


def test_another_decision_about_a_quote_by_the_back_button_is_not_passed_over(ann, review):
    quote = next(one for one in quote_candidates(review, waiting=True) if one.consent == "quote")
    ann.get(f"/quotes/{quote.segment_id}")
    fields = stamped(ann)
    ann.post(f"/quotes/{quote.segment_id}", fields | {"do": "approve"})
    ann.post(f"/quotes/{quote.segment_id}", fields | {"do": "approve"})
    assert ann.page.status_code == 200 and ann.path != f"/quotes/{quote.segment_id}", "the next quote comes at once"
    ann.post(f"/quotes/{quote.segment_id}", fields | {"do": "refuse", "reason": "It names her street."})
    assert ann.page.status_code == 409 and "It names her street." in ann.page.text and "sent this page before" in ann.page.text
    ann.send(do="refuse", reason="It names her street.")
    assert review.read(approvals_of)[quote.segment_id].outcome == "refused"


def test_another_outcome_of_a_talk_by_the_back_button_is_not_passed_over(ann, review, excerpt):
    say(review, "Ann", excerpt, "time")
    say(review, "Ben", excerpt, "money")
    ann.get(f"/talk/{excerpt}")
    fields = stamped(ann)
    ann.post(f"/talk/{excerpt}", fields | {"outcome": "agreed", "codes": ["time"]})
    ann.post(f"/talk/{excerpt}", fields | {"outcome": "agreed", "codes": ["time"]})
    assert ann.path == "/talk"
    ann.post(f"/talk/{excerpt}", fields | {"outcome": "agreed", "codes": ["money"], "note": "Thought again."})
    assert ann.page.status_code == 409 and "Thought again." in ann.page.text


def test_other_words_for_a_code_by_the_back_button_are_another_proposal(ann, review):
    ann.get("/codebook/new")
    fields = stamped(ann)
    for label in ("Rain", "Rain", "Snow", "Snow"):
        ann.post("/codebook/new", fields | {"label": label, "definition": "Weather.", "why": "Many said so."})
    assert sorted(edit.code for edit in code_edits(review)) == ["rain", "snow"]


def test_what_came_of_a_talk_waits_while_its_excerpt_is_read_again(ann, review, excerpt):
    say(review, "Ann", excerpt, "time")
    say(review, "Ben", excerpt, "money")
    cy = Browser(ann.app).be("Cy")
    cy.get("/talk")
    cy.get(f"/talk/{excerpt}")
    assert cy.heading == "You have not read this excerpt yet"
    ann.get(f"/talk/{excerpt}")
    fields = stamped(ann) | {"person": "Cy", "csrf_token": dict(cy.hidden(cy.forms()[0]))["csrf_token"]}
    words = {"outcome": "contested", "note": "We talked.", "sentence-0": "It takes time.", "sentence-1": "It costs."}
    cy.post(f"/talk/{excerpt}", fields | words)
    assert cy.heading == "You have not read this excerpt yet" and "What you wrote is kept." in cy.page.text
    cy.press("See what others said")
    assert all(text in cy.page.text for text in ("We talked.", "It takes time.", "It costs."))
