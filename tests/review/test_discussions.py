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
def excerpts(room):
    return room.material().tables.excerpts


@pytest.fixture
def differing(room, excerpts):
    """An excerpt that two people read differently."""
    say(room, "Ann", excerpts[0], "time", note="hours")
    say(room, "Ben", excerpts[0], "trust|time", note="not believed")
    return excerpts[0]


def waiting(room):
    return [talk.segment_id for talk in to_discuss(room)]


def test_only_what_all_have_read_and_read_differently_is_to_discuss(room, excerpts, differing):
    say(room, "Ann", excerpts[1], "time")
    say(room, "Ann", excerpts[2], "time|trust")
    say(room, "Ben", excerpts[2], "trust|time")
    assert waiting(room) == [differing]
    (talk,) = to_discuss(room)
    assert [(made.reviewer, made.codes, made.note, made.reviewer_group) for made in talk.answers] == [
        ("Ann", ("time",), "hours", "lived experience"),
        ("Ben", ("trust", "time"), "not believed", "researcher"),
    ]
    with pytest.raises(ReviewError, match="Not everybody"):
        talk_about(room, excerpts[1])


def test_somebody_who_is_not_sure_wants_to_talk(room, excerpts):
    say(room, "Ann", excerpts[0], "not sure")
    say(room, "Ben", excerpts[0], "not sure")
    assert waiting(room) == [excerpts[0]]


def test_blind_answers_count_not_what_the_suggestion_made_of_them(room, differing):
    say(room, "Ben", differing, "time")
    (talk,) = to_discuss(room)
    assert [made.codes for made in talk.answers] == [("time",), ("trust", "time")]
    assert [made.codes for made in talk.now] == [("time",), ("time",)]


def test_an_agreement_is_for_settle_and_keeps_what_each_had_read(room, study, differing):
    made = agree(room, differing, ("time",), by="Ann", version=0, key=key(), note="We read it twice.")
    assert waiting(room) == [] and [talk.segment_id for talk in discussed(room)] == [differing]
    assert made.readings == (
        ReaderCoding(("time",), "hours", ("Ann",)),
        ReaderCoding(("time", "trust"), "not believed", ("Ben",)),
    )
    (row,) = read_review(study, "discussions").to_dict("records")
    assert (row["segment_id"], row["outcome"], row["codes"], row["by"]) == (differing, "agreed", "time", "Ann")


def test_contested_is_an_outcome_too(room, study, differing):
    leave_contested(room, differing, READINGS, by="Ben", version=0, key=key())
    assert waiting(room) == []
    assert read_review(study, "discussions")["outcome"].tolist() == ["contested"]
    assert talk_about(room, differing).discussion.readings == READINGS


@pytest.mark.parametrize(
    ("readings", "said"),
    [
        ((READINGS[0],), "two readings differ"),
        ((READINGS[0], ReaderCoding(("time",), "Same.")), "two readings differ"),
        ((READINGS[0], ReaderCoding(("trust",), " ")), "needs a sentence"),
    ],
)
def test_contested_takes_two_readings_and_a_sentence_for_each(room, study, differing, readings, said):
    with pytest.raises(ReviewError, match=said):
        leave_contested(room, differing, readings, by="Ann", version=0, key=key())
    assert read_review(study, "discussions").empty


def test_undo_puts_it_back_on_the_list(room, study, differing):
    made = agree(room, differing, (), by="Ann", version=0, key=key())
    undo_discussion(room, made.discussion_id, by="Ben")
    undo_discussion(room, made.discussion_id, by="Ben")
    assert waiting(room) == [differing] and read_review(study, "discussions").empty
    with pytest.raises(ReviewError, match="no discussion 9"):
        undo_discussion(room, 9, by="Ben")


def test_two_who_write_it_down_at_once_see_each_other(room, study, differing):
    once = key()
    first = agree(room, differing, ("time",), by="Ann", version=0, key=once)
    assert agree(room, differing, ("time",), by="Ann", version=0, key=once) == first
    with pytest.raises(StaleError) as stale:
        leave_contested(room, differing, READINGS, by="Ben", version=0, key=key())
    assert stale.value.stands == first and stale.value.yours == ((), READINGS)
    assert agree(room, differing, ("trust",), by="Ben", version=first.discussion_id, key=key()).codes == ("trust",)
    assert read_review(study, "discussions")["codes"].tolist() == ["trust"]


def test_a_code_that_is_not_in_the_codebook_is_refused(room, differing):
    with pytest.raises(CodebookError):
        agree(room, differing, ("tiem",), by="Ann", version=0, key=key())
    with pytest.raises(CodebookError):
        leave_contested(room, differing, (READINGS[0], ReaderCoding(("tiem",), "So.")), by="Ann", version=0, key=key())


def test_who_says_something_else_after_the_talk_is_seen(room, differing):
    agree(room, differing, ("time",), by="Ann", version=0, key=key())
    say(room, "Ben", differing, "time")
    assert not talk_about(room, differing).changed_since
    say(room, "Ben", differing, "money")
    assert talk_about(room, differing).changed_since


def test_what_people_agree_on_may_be_talked_about_when_somebody_asks(room, study, excerpts):
    say(room, "Ann", excerpts[0], "time")
    say(room, "Ben", excerpts[0], "time")
    asked = ask_to_talk(room, excerpts[0], by="Ann", note="Is this really time?", key=key())
    assert waiting(room) == [excerpts[0]] and read_review(study, "discussions").empty
    agree(room, excerpts[0], ("trust",), by="Ann", version=asked.discussion_id, key=key())
    assert waiting(room) == []
