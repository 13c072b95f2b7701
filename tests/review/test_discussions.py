import pytest
from saying import key, say

from pipeline.decisions.store import read_review
from pipeline.errors import CodebookError, ReviewError
from pipeline.review.coding import StaleError
from pipeline.review.discussions import (
    ReaderCoding,
    agree,
    ask_to_talk,
    discussed,
    leave_contested,
    talk_about,
    to_discuss,
    undo_discussion,
)


READINGS = (ReaderCoding(("time",), "They wait.", ("Ann",)), ReaderCoding(("trust",), "They are not believed.", ("Ben",)))


@pytest.fixture
def excerpts(review):
    return review.last_run().tables.excerpts


@pytest.fixture
def differing(review, excerpts):
    """An excerpt that two people read differently."""
    say(review, "Ann", excerpts[0], "time", note="hours")
    say(review, "Ben", excerpts[0], "trust|time", note="not believed")
    return excerpts[0]


def waiting(review):
    return [talk.segment_id for talk in to_discuss(review)]


def test_only_what_all_have_read_and_read_differently_is_to_discuss(review, excerpts, differing):
    say(review, "Ann", excerpts[1], "time")
    say(review, "Ann", excerpts[2], "time|trust")
    say(review, "Ben", excerpts[2], "trust|time")
    assert waiting(review) == [differing]
    (talk,) = to_discuss(review)
    assert [(made.reviewer, made.codes, made.note, made.reviewer_group) for made in talk.answers] == [
        ("Ann", ("time",), "hours", "lived experience"),
        ("Ben", ("trust", "time"), "not believed", "researcher"),
    ]
    with pytest.raises(ReviewError, match="Not everybody"):
        talk_about(review, excerpts[1])


def test_somebody_who_is_not_sure_wants_to_talk(review, excerpts):
    say(review, "Ann", excerpts[0], "not sure")
    say(review, "Ben", excerpts[0], "not sure")
    assert waiting(review) == [excerpts[0]]


def test_blind_answers_count_not_what_the_suggestion_made_of_them(review, differing):
    say(review, "Ben", differing, "time")
    (talk,) = to_discuss(review)
    assert [made.codes for made in talk.answers] == [("time",), ("trust", "time")]
    assert [made.codes for made in talk.now] == [("time",), ("time",)]


def test_an_agreement_is_for_settle_and_keeps_what_each_had_read(review, study, differing):
    made = agree(review, differing, ("time",), by="Ann", version=0, key=key(), note="We read it twice.")
    assert waiting(review) == [] and [talk.segment_id for talk in discussed(review)] == [differing]
    assert made.readings == (
        ReaderCoding(("time",), "hours", ("Ann",)),
        ReaderCoding(("time", "trust"), "not believed", ("Ben",)),
    )
    (row,) = read_review(study, "discussions").to_dict("records")
    assert (row["segment_id"], row["outcome"], row["codes"], row["by"]) == (differing, "agreed", "time", "Ann")


def test_contested_is_an_outcome_too(review, study, differing):
    leave_contested(review, differing, READINGS, by="Ben", version=0, key=key())
    assert waiting(review) == []
    assert read_review(study, "discussions")["outcome"].tolist() == ["contested"]
    assert talk_about(review, differing).discussion.readings == READINGS


@pytest.mark.parametrize(
    ("readings", "said"),
    [
        ((READINGS[0],), "two readings differ"),
        ((READINGS[0], ReaderCoding(("time",), "Same.")), "two readings differ"),
        ((READINGS[0], ReaderCoding(("trust",), " ")), "needs a sentence"),
    ],
)
def test_contested_takes_two_readings_and_a_sentence_for_each(review, study, differing, readings, said):
    with pytest.raises(ReviewError, match=said):
        leave_contested(review, differing, readings, by="Ann", version=0, key=key())
    assert read_review(study, "discussions").empty


def test_undo_puts_it_back_on_the_list(review, study, differing):
    made = agree(review, differing, (), by="Ann", version=0, key=key())
    undo_discussion(review, made.discussion_id, by="Ben")
    undo_discussion(review, made.discussion_id, by="Ben")
    assert waiting(review) == [differing] and read_review(study, "discussions").empty
    with pytest.raises(ReviewError, match="no discussion 9"):
        undo_discussion(review, 9, by="Ben")


def test_two_who_write_it_down_at_once_see_each_other(review, study, differing):
    once = key()
    first = agree(review, differing, ("time",), by="Ann", version=0, key=once)
    assert agree(review, differing, ("time",), by="Ann", version=0, key=once) == first
    with pytest.raises(StaleError) as stale:
        leave_contested(review, differing, READINGS, by="Ben", version=0, key=key())
    assert stale.value.stands == first and stale.value.yours == ((), READINGS)
    assert agree(review, differing, ("trust",), by="Ben", version=first.discussion_id, key=key()).codes == ("trust",)
    assert read_review(study, "discussions")["codes"].tolist() == ["trust"]


def test_a_code_that_is_not_in_the_codebook_is_refused(review, differing):
    with pytest.raises(CodebookError):
        agree(review, differing, ("tiem",), by="Ann", version=0, key=key())
    with pytest.raises(CodebookError):
        leave_contested(review, differing, (READINGS[0], ReaderCoding(("tiem",), "So.")), by="Ann", version=0, key=key())


def test_who_says_something_else_after_the_talk_is_seen(review, differing):
    agree(review, differing, ("time",), by="Ann", version=0, key=key())
    say(review, "Ben", differing, "time")
    assert not talk_about(review, differing).changed_since
    say(review, "Ben", differing, "money")
    assert talk_about(review, differing).changed_since


def test_what_people_agree_on_may_be_talked_about_when_somebody_asks(review, study, excerpts):
    say(review, "Ann", excerpts[0], "time")
    say(review, "Ben", excerpts[0], "time")
    asked = ask_to_talk(review, excerpts[0], by="Ann", note="Is this really time?", key=key())
    assert waiting(review) == [excerpts[0]] and read_review(study, "discussions").empty
    agree(review, excerpts[0], ("trust",), by="Ann", version=asked.discussion_id, key=key())
    assert waiting(review) == []
