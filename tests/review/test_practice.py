import pytest
from saying import key, say

from pipeline.errors import ReviewError
from pipeline.review.discussions import ReaderCoding, agree, leave_contested
from pipeline.review.practice import HowRead, compare, practice_excerpts, read_practice


@pytest.fixture
def read(review):
    """Excerpts that two people have read: agreed, contested, still to discuss, and five alike."""
    excerpts = review.last_run().tables.excerpts[:8]
    for one in excerpts[:3]:
        say(review, "Ann", one, "time", note="hours")
        say(review, "Ben", one, "trust")
    agree(review, excerpts[0], ("time",), by="Ann", version=0, key=key(), note="Read it aloud.")
    readings = (ReaderCoding(("time",), "They wait."), ReaderCoding(("trust", "time"), "Not believed."))
    leave_contested(review, excerpts[1], readings, by="Ann", version=0, key=key())
    for one in excerpts[3:]:
        say(review, "Ann", one, "none")
        say(review, "Ben", one, "none")
    return excerpts


def test_what_was_talked_about_comes_first_and_nothing_undecided(review, read):
    assert practice_excerpts(review)[:2] == (read[1], read[0])
    assert set(practice_excerpts(review)) == {*read} - {read[2]}
    rounds = [practice_excerpts(review, 3, round_number=number) for number in range(3)]
    assert len({one for found in rounds for one in found}) == 7


def test_before_anybody_has_agreed_there_is_nothing_to_practise_on(review):
    assert practice_excerpts(review) == ()


def test_an_excerpt_to_try_shows_nobodys_answer(review, read):
    shown = read_practice(review, read[0])
    assert (shown.own, shown.hint, shown.others) == (None, None, ())


def test_how_others_read_it_and_why(review, read):
    found = compare(review, read[0], ("trust",))
    assert (found.codes_of_group, found.both, found.only_you, found.only_group, found.same) == (
        ("time",),
        (),
        ("trust",),
        ("time",),
        False,
    )
    assert found.readings == (
        HowRead("lived experience", ("time",), "codes", "hours"),
        HowRead("researcher", ("trust",), "codes", ""),
    )
    assert found.sentences == ("hours", "Read it aloud.")
    assert compare(review, read[1], ("time",)).contested and compare(review, read[1], ("time",)).only_group == ("trust",)
    assert compare(review, read[3], ()).same


def test_nothing_counts(review, read):
    before = list(review.state().decisions())
    for _ in range(3):
        compare(review, read[0], ("trust",))
    assert list(review.state().decisions()) == before
    with pytest.raises(ReviewError, match="nothing to compare with"):
        compare(review, read[2], ())
