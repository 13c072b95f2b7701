import pytest
from saying import judgement, key, say, shown

from pipeline.decisions.store import decisions, open_store
from pipeline.errors import CodebookError, ReviewError
from pipeline.review.coding import StaleError, decide, take_back
from pipeline.review.excerpts import read_excerpt


@pytest.fixture
def excerpt(review):
    return review.last_run().tables.excerpts[0]


def test_a_double_click_is_one_decision(review, study, excerpt):
    once = key()
    first = decide(review, excerpt, "Ann", judgement("time"), version=0, shown=shown(review, excerpt), key=once)
    assert decide(review, excerpt, "Ann", judgement("time"), version=0, shown=shown(review, excerpt), key=once) == first
    assert len(decisions(study)) == 1


def test_time_note_and_a_code_that_is_missed_are_kept(review, study, excerpt):
    made = say(review, "Ann", excerpt, "time", note=" slow ", new_code=" Buses  at night", seconds=9_999, drawn="uncertain")
    assert (made.note, made.new_code, made.seconds, made.drawn) == ("slow", "Buses at night", 3600, "uncertain")
    assert (made.channel, made.blind, made.text_id) == ("web", True, read_excerpt(review, excerpt, "Ann").text_id)
    with open_store(study) as store:
        assert store.history()["note"].tolist() == ["slow"] and store.verify() == []


def test_a_change_after_the_suggestion_is_not_blind_and_the_first_answer_is_kept(review, study, excerpt):
    first, second = say(review, "Ann", excerpt, "time"), say(review, "Ann", excerpt, "trust")
    assert (first.blind, second.blind) == (True, False)
    assert decisions(study)["codes"].tolist() == ["trust"]
    assert review.state().blind(excerpt) == (first,)


def test_taking_an_answer_back_does_not_unsee_the_suggestion(review, excerpt):
    take_back(review, say(review, "Ann", excerpt, "time").decision_id, "Ann")
    assert not say(review, "Ann", excerpt, "trust").blind


def test_skipping_first_leaves_the_answer_blind(review, excerpt):
    say(review, "Ann", excerpt, "skip")
    assert say(review, "Ann", excerpt, "trust").blind


def test_a_stale_page_shows_both_and_overwrites_nothing(review, study, excerpt):
    first = say(review, "Ann", excerpt, "time")
    with pytest.raises(StaleError, match="Nothing was overwritten") as stale:
        say(review, "Ann", excerpt, "trust", note="a long thought", version=0)
    assert stale.value.yours == judgement("trust", note="a long thought") and stale.value.stands == first
    assert decisions(study)["codes"].tolist() == ["time"]
    say(review, "Ann", excerpt, "trust", version=first.decision_id)
    assert decisions(study)["codes"].tolist() == ["trust"]


def test_what_was_withdrawn_elsewhere_makes_a_page_stale_too(review, excerpt):
    first = say(review, "Ann", excerpt, "time")
    take_back(review, first.decision_id, "Ann")
    with pytest.raises(StaleError) as stale:
        say(review, "Ann", excerpt, "trust", version=first.decision_id)
    assert stale.value.stands is None


def test_undo_brings_back_what_was_said_before(review, excerpt):
    first, second = say(review, "Ann", excerpt, "time"), say(review, "Ann", excerpt, "trust")
    assert take_back(review, second.decision_id, "Ann") == first
    assert take_back(review, first.decision_id, "ann") is None


def test_nobody_takes_back_what_another_said(review, study, excerpt):
    made = say(review, "Ann", excerpt, "time")
    with pytest.raises(ReviewError, match="Only the person who gave"):
        take_back(review, made.decision_id, "Ben")
    assert len(decisions(study)) == 1


def test_a_code_that_is_not_in_the_codebook_is_refused(review, study, excerpt):
    with pytest.raises(CodebookError, match=r"no code 'tiem'\. Did you mean 'time'"):
        say(review, "Ann", excerpt, "tiem")
    assert decisions(study).empty


def test_an_excerpt_that_is_gone_takes_no_answer(review):
    with pytest.raises(ReviewError, match="no longer in the study"):
        decide(review, "gone", "Ann", judgement("time"), version=0, shown="", key=key())


def test_what_an_audit_drew_belongs_to_it_whatever_is_said_later(review, study, excerpt):
    say(review, "Ann", excerpt, "time", drawn="random audit")
    say(review, "Ann", excerpt, "trust", drawn="given order")
    assert decisions(study)["drawn"].tolist() == ["random audit"]


def test_a_sheet_that_comes_back_meanwhile_is_seen(review, study, excerpt):
    with open_store(study) as store:
        store.decide(segment_id=excerpt, text_id="t", reviewer="Ann", outcome="none")
    assert read_excerpt(review, excerpt, "Ann").own.outcome == "none"
