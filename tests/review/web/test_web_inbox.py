"""What people write while they read comes back to them, and reaches the group: nothing is kept that nobody sees."""

import io
import re
from html import unescape

import pytest
from asking import Browser
from openpyxl import load_workbook
from saying import say

from pipeline.codebook.codebook import read_codebook
from pipeline.review.suggested_codes import suggested_codes


@pytest.fixture
def excerpt(review):
    return review.last_run().tables.excerpts[0]


@pytest.fixture
def suggested(review, excerpt):
    """Ann and Ben have read an excerpt; Ann suggests a code and writes a note."""
    say(review, "Ann", excerpt, "none", new_code="Buses at night", note="They come home late.")
    say(review, "Ben", excerpt, "time", seconds=600)


def test_a_note_and_a_suggestion_stand_in_ones_inbox_with_when_others_see_them(ann, review, excerpt):
    assert "You have not written anything yet." in ann.get("/came-of-it").text
    say(review, "Ann", excerpt, "none", new_code="Buses at night", note="They come home late.")
    ann.get("/came-of-it")
    assert "Buses at night" in ann.page.text and "They come home late." in ann.page.text
    assert "Others see it when everybody has read this excerpt." in ann.page.text
    say(review, "Ben", excerpt, "time")
    assert "The group can read it now" in ann.get("/came-of-it").text
    assert "The group can decide about it now" in ann.page.text


def test_a_suggestion_is_adopted_agreed_by_another_and_written_and_its_author_reads_so(ann, another, study, suggested):
    ben = another().be("Ben")
    ben.get("/group")
    assert "Buses at night" in ben.page.text and "They come home late." in ben.page.text
    ben.get(ben.page.text.partition("/codebook/new?")[2].partition('"')[0].join(("/codebook/new?", "")))
    ben.send(label="Buses at night", definition="No bus home.", parent="Getting there", why="Ann missed it.")
    assert ben.heading == "New code: Buses at night"
    ben.send(button="accept", to="why")
    assert ben.page.status_code == 422 and "another group has to agree" in ben.page.text
    ann.get("/came-of-it")
    assert "proposed it as a new code" in ann.page.text
    ann.get(ben.path)
    ann.send(button="agree", to="why")
    ben.get(ben.path)
    ben.send(button="accept", to="why")
    assert read_codebook(study.codebook)["buses-at-night"].agreed_by == "Ann, Ben"
    assert read_codebook(study.codebook)["buses-at-night"].parent == "transport", "a family is named by its label"
    assert "Accepted by Ben" in ann.get("/came-of-it").text


def test_a_suggestion_is_declined_with_a_sentence_or_merged_and_its_author_reads_so(ann, another, suggested):
    ben = another().be("Ben")
    ben.get("/group")
    ben.send(to="/group/suggestion/", button="decline")
    assert ben.page.status_code == 422 and "Say in a sentence why not" in ben.page.text
    ben.send(to="/group/suggestion/", button="decline", why="It came up only once.")
    assert "It came up only once." in ann.get("/came-of-it").text
    ben.press("Let it wait again")
    ben.send(to="/group/suggestion/", button="merge", code="")
    assert ben.page.status_code == 422 and "Choose the code" in ben.page.text
    ben.send(to="/group/suggestion/", button="merge", code="transport")
    assert "belongs to <bdi>Getting there</bdi>" in ann.get("/came-of-it").text


def test_a_sentence_about_a_suggestion_is_not_lost_when_it_cannot_be_kept(ann, another, review, excerpt, suggested, clock):
    ben, di = another().be("Ben"), another().be("Di")
    say(review, "Di", excerpt, "time")
    di.get("/group")
    first = di.page
    ben.get("/group")
    # A code is chosen wrongly, and the sentence of the other form on the page is sent with it by a script-less browser.
    ben.send(to="/group/suggestion/", button="merge", code="gone", why="It came up only once.")
    assert ben.page.status_code == 422 and "It came up only once.</textarea>" in ben.page.text
    ben.send(to='value="decline"', button="decline", why="It came up only once.")
    di.page = first
    di.send(to='value="decline"', button="decline", why="Ask Ann first.")
    assert di.page.status_code == 409 and "Ben has decided about this suggestion" in di.page.text
    assert "Ask Ann first.</blockquote>" in di.page.text and "It came up only once." in ann.get("/came-of-it").text
    di.get("/group")
    di.press("Let it wait again")
    di.get("/group")
    clock[0] += 22 * 3600
    di.send(to='value="decline"', button="decline", why="Asked her.")
    di.be("Di")
    assert "Asked her.</textarea>" in di.page.text, "what was typed when the session had ended is there again"


def test_a_suggestion_that_was_settled_meanwhile_is_not_proposed_behind_that(another, review, excerpt, suggested):
    ben, di = another().be("Ben"), another().be("Di")
    say(review, "Di", excerpt, "time")
    (suggestion,) = suggested_codes(review)
    ben.get(f"/codebook/new?suggestion={suggestion.answer.decision_id}")
    di.get("/group")
    di.send(to='value="decline"', button="decline", why="Only once.")
    ben.send(label="Buses at night", why="Ann missed it.")
    assert ben.page.status_code == 409 and "Somebody has decided about this suggestion" in ben.page.text
    ben.send(label="Buses at night", why="Ann missed it.")
    assert ben.heading == "New code: Buses at night" and suggested_codes(review)[0].outcome == "declined"


def test_every_note_can_be_reached_however_many_there_are(ann, review):
    for place, each in enumerate(review.last_run().tables.excerpts[:52]):
        for who in ("Ann", "Ben"):
            say(review, who, each, "time", note=f"Note {place} of {who}.")
    for path, more in (("/came-of-it", "Older notes"), ("/group", "Older notes"), ("/mine", "Older answers")):
        assert "Note 0 of Ann." not in ann.get(path).text and more in ann.page.text
        while more in ann.page.text:
            ann.get(unescape(re.search(rf'href="([^"]+)">{more}', ann.page.text).group(1)))
        assert "Note 0 of Ann." in ann.page.text, path


def test_who_asks_for_a_talk_that_another_asked_for_takes_back_only_their_own(ann, another, review, excerpt):
    for who in ("Ann", "Ben"):
        say(review, who, excerpt, "time")
    ben = another().be("Ben")
    ann.get("/mine"), ben.get("/mine")
    ann.press("Ask to talk about it")
    ben.press("Ask to talk about it")
    theirs = re.search(r"/undo/(\d+)", ann.page.text).group(0)
    mine = re.search(r"/undo/(\d+)", ben.page.text).group(0)
    assert mine != theirs
    ben.press("Undo")
    assert "<bdi>Ann</bdi> asked to talk about it" in ben.get("/talk").text
    ben.post(f"/talk/{excerpt}{theirs}", dict(ben.hidden(ben.forms()[0])))
    assert ben.page.status_code == 409 and "only they can take that back" in ben.page.text


def test_what_others_wrote_waits_until_one_has_read_the_excerpt_or_asks(ann, another, review, suggested, excerpt):
    cy = another().be("Cy")
    cy.get("/group")
    assert "Buses at night" not in cy.page.text and "1 excerpt with a note or a suggestion is not shown" in cy.page.text
    cy.press("Show it all the same")
    assert "Buses at night" in cy.page.text and not say(review, "Cy", excerpt, "time").blind


def test_who_asks_to_talk_finds_it_under_talk_about_it_once_everybody_has_read(ann, another, review, excerpt):
    say(review, "Ann", excerpt, "time", note="Is this time?")
    ann.get("/mine")
    ann.press("Ask to talk about it")
    assert "Waits until everybody has read it." in ann.page.text
    ben = another().be("Ben")
    assert excerpt not in ben.get("/talk").text
    assert ben.get(f"/talk/{excerpt}").status_code == 409, "what Ann said is not shown to somebody who has yet to read it"
    say(review, "Ben", excerpt, "time")
    assert "<bdi>Ann</bdi> asked to talk about it" in ben.get("/talk").text
    assert excerpt in ben.page.text and ben.get(f"/talk/{excerpt}").status_code == 200
    assert "Talk about it" in ann.get("/came-of-it").text


def test_an_objection_stands_on_the_page_for_talking(ann, another):
    ann.get("/codebook/change/time")
    ann.send(label="Hurry", why="Shorter.")
    place = ann.path
    ben = another().be("Ben")
    ben.get(place)
    ben.send(button="object", to="why", why="It is longer.")
    assert place in ann.get("/talk").text and "somebody objects to" in ann.page.text


def test_only_a_facilitator_sees_everybodys_time_and_has_the_sheet_for_paying_people(app, ann, review, suggested):
    review.write(lambda store: store.add_reviewer("Fay", "family", "facilitator"))
    ann.get("/progress")
    assert "You have worked less than a minute." in ann.page.text
    assert "10</td>" not in ann.page.text and "Minutes" not in ann.page.text
    assert ann.get("/time.csv").status_code == 403 and ann.get("/time.xlsx").status_code == 403
    fay = Browser(app).be("Fay")
    assert "10</td>" in fay.get("/progress").text and "Minutes" in fay.page.text
    sheet = fay.get("/time.csv")
    assert sheet.headers["Content-Disposition"].startswith("attachment") and sheet.headers["Cache-Control"] == "no-store"
    assert "Ben,researcher,1,10.0" in sheet.get_data(as_text=True)
    rows = load_workbook(io.BytesIO(fay.get("/time.xlsx").data)).active.iter_rows(values_only=True)
    assert ("Ben", "researcher", 1, 10) in [row[:4] for row in rows]


def test_a_worry_reaches_the_facilitator_and_what_was_done_comes_back(app, ann, review, excerpt):
    ann.get(f"/excerpt/{excerpt}/worry")
    assert "Nobody here is a facilitator yet." in ann.page.text
    ann.send()
    assert ann.page.status_code == 422 and "Choose what it is." in ann.page.text
    ann.send(kind="worry", note="She may be alone.")
    assert ann.path == f"/excerpt/{excerpt}" and "What comes of it stands under" in ann.page.text
    assert ann.get("/worries").status_code == 403
    review.write(lambda store: store.add_reviewer("Fay", "family", "facilitator"))
    fay = Browser(app).be("Fay")
    assert "1 worry or name to look at" in fay.get("/").text
    fay.get("/worries")
    assert "She may be alone." in fay.page.text
    fay.send(to="/worries/", how="")
    assert fay.page.status_code == 422
    form = fay.page
    fay.send(to="/worries/", how="I spoke with the service.")
    assert "I spoke with the service." in ann.get("/came-of-it").text
    assert "nothing waits" in fay.get("/").text
    fay.page = form
    fay.send(to="/worries/", how="Nobody was in danger.")
    assert fay.page.status_code == 409 and "Nobody was in danger.</blockquote>" in fay.page.text
    assert "I spoke with the service." in ann.get("/came-of-it").text


def test_what_was_typed_is_kept_when_somebody_tells_of_a_name(ann, excerpt):
    ann.get(f"/excerpt/{excerpt}")
    ann.send(button="worry", codes=["time"], note="Half a thought")
    assert ann.heading == "Report something about this answer"
    ann.send(kind="name")
    assert "Half a thought" in ann.page.text


def test_a_worry_that_was_sent_after_the_session_had_ended_comes_back_filled(ann, excerpt, clock):
    ann.get(f"/excerpt/{excerpt}/worry")
    clock[0] += 22 * 3600
    ann.send(kind="worry", note="She may be alone.")
    assert "What you typed is kept for you." in ann.page.text
    ann.be("Ann")
    assert ann.path == f"/excerpt/{excerpt}/worry" and "She may be alone." in ann.page.text
    assert re.search('<input[^>]*value="worry"[^>]*checked', ann.page.text)


def test_a_second_worry_on_the_form_of_the_first_is_kept_too(ann, excerpt):
    ann.get(f"/excerpt/{excerpt}/worry")
    form = ann.page
    ann.send(kind="worry", note="She may be alone.")
    ann.page = form
    ann.send(kind="worry", note="She may be alone.")
    assert ann.get("/came-of-it").text.count("She may be alone.") == 1
    ann.page = form
    ann.send(kind="name", note="Her street is there.")
    assert "Her street is there." in ann.get("/came-of-it").text and "She may be alone." in ann.page.text
