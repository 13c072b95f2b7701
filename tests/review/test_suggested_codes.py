import pytest
from saying import key, say

from pipeline.decisions.store import verify_store
from pipeline.errors import CodebookError, ReviewError
from pipeline.review.codebook_changes import propose_code, undo_code_edit
from pipeline.review.coding import StaleError, take_back
from pipeline.review.shared_answers import look_at_all, notes, notes_of, unread_of
from pipeline.review.suggested_codes import (
    adopt_suggestion,
    decline_suggestion,
    merge_suggestion,
    open_suggestion,
    shared_suggestions,
    suggested_codes,
)


@pytest.fixture
def excerpt(review):
    return review.last_run().tables.excerpts[0]


def named(suggestions):
    return [(each.answer.new_code, each.outcome) for each in suggestions]


def test_every_code_that_people_suggest_is_listed_the_last_first(review):
    first, second = review.last_run().tables.excerpts[:2]
    say(review, "Ann", first, "none", new_code="Buses")
    say(review, "Ann", second, "time", new_code="Benches")
    say(review, "Ann", first, "none", new_code="Buses at night")
    assert named(suggested_codes(review)) == [("Buses at night", "open"), ("Benches", "open")]


def test_others_see_a_suggestion_once_everybody_and_they_have_read_the_excerpt(review, excerpt):
    say(review, "Ann", excerpt, "none", new_code="Buses", note="A note.")
    assert named(shared_suggestions(review, "Ann")) == [("Buses", "open")]
    assert shared_suggestions(review, "Ben") == () and notes(review, "Ben") == () and len(notes_of(review, "Ann")) == 1
    say(review, "Ben", excerpt, "time")
    assert named(shared_suggestions(review, "Ben")) == [("Buses", "open")] and len(notes(review, "Ben")) == 1
    assert shared_suggestions(review, "Cy") == () and unread_of(review, "Cy") == (excerpt,)
    look_at_all(review, "Cy")
    assert named(shared_suggestions(review, "Cy")) == [("Buses", "open")] and unread_of(review, "Cy") == ()
    assert not say(review, "Cy", excerpt, "time").blind


def test_notes_that_one_may_not_read_take_no_place_among_the_last(review):
    older, newer = review.last_run().tables.excerpts[:2]
    for who in ("Ann", "Ben"):
        say(review, who, older, "time", note=f"{who} on the older.")
    for who in ("Ann", "Di"):
        say(review, who, newer, "time", note=f"{who} on the newer.")
    assert [made.note for made in notes(review, "Ben", n=1)] == ["Ben on the older."]
    assert [made.note for made in notes(review, "Di", n=1)] == ["Di on the newer."]


def test_a_suggestion_is_merged_declined_in_a_sentence_or_waits_again(review, study, excerpt):
    number = say(review, "Ann", excerpt, "none", new_code="Buses").decision_id
    with pytest.raises(CodebookError):
        merge_suggestion(review, number, "nothing", by="Ben", version=0)
    with pytest.raises(ReviewError, match="Say in a sentence why not"):
        decline_suggestion(review, number, by="Ben", why=" ", version=0)
    merged = merge_suggestion(review, number, "transport", by="Ben", version=0)
    assert (merged.outcome, merged.code, merged.by) == ("merged", "transport", "Ben")
    again = open_suggestion(review, number, by="Di", version=merged.version)
    assert again.outcome == "open"
    declined = decline_suggestion(review, number, by="Di", why="Only once.", version=again.version)
    assert (declined.outcome, declined.why, declined.by) == ("declined", "Only once.", "Di")
    assert "as they were written" in verify_store(study)


def test_of_two_who_decide_about_a_suggestion_at_once_the_second_overwrites_nothing(review, excerpt):
    number = say(review, "Ann", excerpt, "none", new_code="Buses").decision_id
    merged = merge_suggestion(review, number, "transport", by="Ben", version=0)
    assert merge_suggestion(review, number, "transport", by="Ben", version=0) == merged, "a form that is sent twice counts once"
    with pytest.raises(StaleError, match="Ben has decided"):
        decline_suggestion(review, number, by="Di", why="Only once.", version=0)
    assert named(suggested_codes(review)) == [("Buses", "merged")]


def test_what_came_of_a_suggestion_stays_with_it_when_the_codes_are_changed(review, excerpt):
    number = say(review, "Ann", excerpt, "none", new_code="Buses").decision_id
    merge_suggestion(review, number, "transport", by="Ben", version=0)
    say(review, "Ann", excerpt, "transport", new_code="Buses")
    assert named(suggested_codes(review)) == [("Buses", "merged")]
    take_back(review, say(review, "Ann", excerpt, "transport", new_code="Trams").decision_id, "Ann")
    assert named(suggested_codes(review)) == [("Buses", "merged")]


def test_an_adopted_suggestion_says_what_came_of_its_proposal(review, excerpt):
    number = say(review, "Ann", excerpt, "none", new_code="Buses").decision_id
    made = propose_code(review, {"label": "Buses"}, why="Ann missed it.", by="Ben", key=key())
    assert adopt_suggestion(review, number, made, by="Ben", version=0).proposal.status == "open"
    undo_code_edit(review, made.code_edit_id, by="Ben", today=None)
    (suggestion,) = suggested_codes(review)
    assert (suggestion.outcome, suggestion.proposal.status) == ("adopted", "taken back")


def test_a_suggestion_that_was_taken_back_is_not_there_any_more(review, excerpt):
    made = say(review, "Ann", excerpt, "none", new_code="Buses")
    take_back(review, made.decision_id, "Ann")
    with pytest.raises(ReviewError, match="not there any more"):
        merge_suggestion(review, made.decision_id, "transport", by="Ben", version=0)
