"""Guesses that a person should settle: said with figures, without a word of any answer, and not of ordinary columns."""

import pandas as pd
import pytest

from pipeline.study.study_settings import Intake
from pipeline.survey.columns.column import Column
from pipeline.survey.columns.doubts import doubts_of


CANARY = "xyzzy"
HEADING = "What would help you most?"
TOPICS = [f"{CANARY} transport", f"{CANARY} letters", f"{CANARY} time", f"{CANARY} money"]


def column(cells, name=HEADING):
    return Column(name, name, pd.Series(cells, dtype="str"))


def doubts(cells, **settings):
    plan = Intake.model_validate({"file": "e.csv", **(settings or {"questions": {"q": {"column": HEADING}}})})
    return " ".join(map(str, doubts_of([column(cells)], plan)))


SENTENCES = [f"The {word} {n}, and those who run {word} {n}, were kind in week {n}" for n in range(8) for word in ("bus", "hall")]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ([TOPICS[i % 3] for i in range(48)], "its answers come back: 48 answers, 3 different"),
        ([*["Yes", "No"] * 23, f"It depends on {CANARY}", "No"], "its answers come back: 48 answers, 3 different"),
        ([f"{TOPICS[i % 4]}, {TOPICS[(i + 1 + i // 4) % 4]}" for i in range(48)], "come back"),
        ([f"{TOPICS[i % 4]}; {TOPICS[(i + i // 7 + 1) % 4]}; note {i}" for i in range(48)], "options put together"),
        (
            [f"{TOPICS[i % 4]}/{TOPICS[(i + 1) % 4]}/{TOPICS[(i * 7 + i // 5) % 4]}/{i}" for i in range(48)],
            "options put together",
        ),
        ([f"{CANARY}{i}" for i in range(48)], "have 1.0 words each"),
        ([str(i * 3) for i in range(48)], "holds numbers or dates"),
    ],
)
def test_what_speaks_against_an_open_question_is_said_in_figures(cells, says):
    assert says in doubts(cells)
    assert CANARY not in doubts(cells)


@pytest.mark.parametrize("cells", [SENTENCES, ["Nothing", *SENTENCES], SENTENCES[:5], ["yes", "no", "yes"]])
def test_sentences_raise_no_doubt_nor_do_very_few_answers(cells):
    assert doubts(cells) == ""


def test_a_question_that_is_not_used_though_people_wrote_sentences_is_named():
    assert "is not used, though people may have answered it in their own words: 16 answers, 16 different" in doubts(
        SENTENCES, attributes=[]
    )
    plan = Intake.model_validate({"file": "e.csv"})
    assert not list(doubts_of([column(SENTENCES, name="Role")], plan))
    assert not list(doubts_of([column([f"person{i}@example.org" for i in range(30)])], plan))


def test_a_group_that_people_have_to_themselves_is_named():
    cells = [f"{CANARY} {i % 20}" for i in range(48)]
    assert "48 people are in 20 different ones" in doubts(cells, attributes=[HEADING])
    assert doubts([("North", "South")[i % 2] for i in range(48)], attributes=[HEADING]) == ""


def test_nobody_is_asked_to_name_addresses_or_a_ranking_as_an_open_question():
    plan = Intake.model_validate({"file": "e.csv"})
    streets = [
        f"{n} {street} Road, {town}, LS{n % 9 + 1} 4AB" for n in range(1, 9) for street in ("Mill", "Park") for town in "XY"
    ]
    assert not list(doubts_of([column(streets, name="Which address do letters reach you at?")], plan))
    orders = ["; ".join((TOPICS[i % 4 :] + TOPICS[: i % 4])[:: 1 if i % 3 else -1]) for i in range(48)]
    assert not list(doubts_of([column(orders, name="Put these in order, most important first")], plan))
