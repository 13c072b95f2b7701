"""Passages of five words in a row are found however they are written; what others wrote, too, is left."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.methods.text.cutting import GAP, Cell, Cutter
from pipeline.methods.text.passages import wording_of


THEIRS = "The minibus from Harrow Lane never waits for my wheelchair, and at the end of the day nobody rings back."
OTHERS = ("It was fine at the end of the day.", "Nobody answers the phone.", "We know my wheelchair and the day")


@pytest.fixture(scope="module")
def wording():
    return wording_of([THEIRS, "Not enough time", "Zqferret waits outside"], [*OTHERS, "time not enough"], ids={"R-0042": True})


@pytest.mark.parametrize(
    "text",
    [
        "never waits for my wheelchair",
        "People say it NEVER  waits\nfor – my “wheelchair”!",
        "minibus_from_harrow_lane_never",
        "the-minibus-from-harrow-lane",
        "from Harrow Lane never w\u00adaits for the others",
        "for my wheelchair, and at the",
        "See R-0042.",
        "see r 0042",
        "zqferret waits outside",
    ],
)
def test_what_nobody_else_wrote_is_theirs_however_it_is_written(wording, text):
    assert wording.holds(text)
    assert not wording.holds(wording.cut(text, left="…"))


@pytest.mark.parametrize("text", ["at the end of the day", "not enough time", "AT THE END, of the day"])
def test_what_others_wrote_too_is_for_a_person_to_decide(wording, text):
    assert not wording.holds(text) and wording.cut(text, left="…") == text
    assert [passage.own for passage in wording.passages(text)] == [False]


@pytest.mark.parametrize("text", ["never waits for my", "the end of the", "", "R-0043", "my wheelchair waits never for"])
def test_fewer_words_in_a_row_and_other_words_are_nothing_of_theirs(wording, text):
    assert wording.passages(text) == []


def test_only_the_passage_is_cut_and_what_stands_beside_it_stays(wording):
    text = "You said: “The minibus from Harrow Lane never waits.” We bought another."
    assert wording.cut(text, left=GAP) == f"You said: “{GAP}” We bought another."


def test_words_behind_entities_are_cut_too(wording):
    assert not wording.holds(wording.cut("never&nbsp;waits&nbsp;for&nbsp;my&nbsp;wheelchair &amp; more", left="…"))


def test_a_place_is_said_without_its_words_and_only_what_was_chosen_is_cut(wording):
    cell, text = Cell("loop.csv", "row 3, column you_said"), "Yes: at the end of the day. Yes, at the end of the day."
    first, second = Cutter(wording).doubtful(text, cell)
    assert str(first) == "loop.csv, row 3, column you_said: words 2 to 7"
    assert Cutter(wording, {second}).cut(text, cell) == f"Yes: at the end of the day. Yes, {GAP}"
    assert Cutter(wording).cut(text, cell) == text


def test_an_entry_of_a_list_goes_as_a_whole(wording):
    cell, text = (
        Cell("codebook.csv", "row 2, column examples"),
        "It was good.|He never waits for my wheelchair|at the end of the day",
    )
    assert Cutter(wording).cut_list(text, cell, separator="|") == "It was good.|at the end of the day"
    chosen = set(Cutter(wording).doubtful(text, cell))
    assert Cutter(wording, chosen).cut_list(text, cell, separator="|") == "It was good."


WORDS = st.lists(st.sampled_from(["a", "bus", "lane", "the", "day", "end", "of", "my"]), min_size=1, max_size=12).map(" ".join)


# The ends of what was left made the passage again.
@example(["bus a bus a bus bus a"], [], "bus a bus bus bus a bus a bus a")
@given(st.lists(WORDS, min_size=1, max_size=3), st.lists(WORDS, max_size=4), st.lists(WORDS, max_size=3).map(", ".join))
def test_after_the_cut_no_five_words_in_a_row_are_left_that_nobody_else_wrote(theirs, others, text):
    def runs(said):
        words = re.findall(r"\w+", said)
        return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}

    own = set().union(*map(runs, theirs)) - set().union(*map(runs, others), set())
    assert not own & runs(wording_of(theirs, others, ids={}).cut(text, left="…"))
