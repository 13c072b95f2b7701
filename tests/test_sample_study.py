"""The sample study gives the documents' figures, and its answers keep the promises of its data sheet."""

import re
from pathlib import Path

import pandas as pd
import pytest

from pipeline.codebook.codebook import read_codebook
from pipeline.study.study import load_study


STUDY = Path(__file__).resolve().parents[1] / "corpora" / "coproduction"
QUESTIONS = {
    "barriers": "What gets in the way of good co-production?",
    "works": "What makes co-production work well?",
    "change": "What has changed because people were involved?",
}
GROUP, PERSPECTIVE = "Which group are you in?", "Perspective"
BRINGS, BETTER = "What does co-production bring?", "Has co-production led to better services here?"
PROBLEM = "How much of a problem is: "
DRAMA = re.compile(r"07700900\d{3}|02079460\d{3}|01614960\d{3}")
NHS_TEST_NUMBER = re.compile(r"999\d{7}")


def table(name: str) -> pd.DataFrame:
    # "None" and "n/a" are answers here, so pandas must not read them as missing.
    return pd.read_csv(STUDY / name, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def responses() -> pd.DataFrame:
    return table("responses.csv")


@pytest.fixture(scope="module")
def gold() -> pd.DataFrame:
    return table("gold.csv")


@pytest.fixture(scope="module")
def answers(responses: pd.DataFrame) -> pd.Series:
    """One row for each open answer, by respondent and question."""
    named = responses.set_index("respondent")[list(QUESTIONS.values())].set_axis(list(QUESTIONS), axis=1)
    cells = named.rename_axis(columns="question").stack()
    return cells[cells != ""]


def round_to_five(n: float) -> float:
    return 5 * round(n / 5)


def printed_shares(n: int, base: int) -> set[str]:
    """The share as printed: from the raw figures, and from those that the strict profile rounds."""
    return {f"{n / base:.0%}", f"{round_to_five(n) / round_to_five(base):.0%}"}


def test_820_people_in_four_groups_answered(responses: pd.DataFrame) -> None:
    assert responses["respondent"].nunique() == len(responses) == 820
    assert responses[GROUP].value_counts().to_dict() == {
        "People who draw on care and support": 300,
        "Family and friends": 200,
        "Care workers": 180,
        "Leaders": 140,
    }
    assert responses[PERSPECTIVE].value_counts().to_dict() == {
        "Lived experience": 300,
        "Family and friends": 200,
        "Professionals": 320,
    }


def test_each_group_belongs_to_one_perspective(responses: pd.DataFrame) -> None:
    assert responses.groupby(GROUP)[PERSPECTIVE].nunique().eq(1).all()


def test_about_1200_open_answers_were_written(answers: pd.Series, responses: pd.DataFrame) -> None:
    assert 1_150 <= len(answers) <= 1_250
    assert (responses[list(QUESTIONS.values())] == "").all(axis=1).sum() == 180


@pytest.mark.parametrize(
    ("perspective", "item", "mean"),
    [
        ("Lived experience", "Fragmented services and rigid rules", "3.32"),
        ("Family and friends", "Rushed decisions and lack of time or practical support", "3.42"),
        ("Professionals", "Bureaucracy and inflexible processes", "3.54"),
    ],
)
def test_the_biggest_barrier_of_each_perspective_has_the_printed_mean(
    responses: pd.DataFrame, perspective: str, item: str, mean: str
) -> None:
    items = [column for column in responses.columns if column.startswith(PROBLEM)]
    scores = responses.loc[responses[PERSPECTIVE] == perspective, items].apply(pd.to_numeric)
    assert len(items) == 6
    assert scores.stack().dropna().isin([1, 2, 3, 4]).all()
    assert scores.mean().idxmax() == PROBLEM + item
    assert f"{scores[PROBLEM + item].mean():.2f}" == mean


@pytest.mark.parametrize(
    ("perspective", "option", "share"),
    [
        ("Lived experience", "Fresh ideas from people with experience", "63%"),
        ("Lived experience", "Inclusive, fair collaboration", "41%"),
        ("Family and friends", "A focus on what matters most", "66%"),
        ("Family and friends", "Better results and services that save money", "42%"),
    ],
)
def test_what_co_production_brings_has_the_printed_share_raw_and_rounded(
    responses: pd.DataFrame, perspective: str, option: str, share: str
) -> None:
    cells = responses.loc[(responses[PERSPECTIVE] == perspective) & (responses[BRINGS] != ""), BRINGS]
    chosen = cells.str.split("; ").explode()
    assert printed_shares(int((chosen == option).sum()), len(cells)) == {share}


def test_the_two_options_that_the_documents_name_lead_in_their_perspective(responses: pd.DataFrame) -> None:
    chosen = responses.set_index(PERSPECTIVE)[BRINGS].str.split("; ").explode()
    leading = {name: list(chosen[name][chosen[name] != ""].value_counts().index[:2]) for name in chosen.index.unique()}
    assert leading["Lived experience"] == ["Fresh ideas from people with experience", "Inclusive, fair collaboration"]
    assert leading["Family and friends"] == ["A focus on what matters most", "Better results and services that save money"]


@pytest.mark.parametrize(
    ("perspective", "share"), [("Professionals", "72%"), ("Lived experience", "50%"), ("Family and friends", "25%")]
)
def test_better_services_were_seen_by_the_printed_share_raw_and_rounded(
    responses: pd.DataFrame, perspective: str, share: str
) -> None:
    said = responses.loc[responses[PERSPECTIVE] == perspective, BETTER]
    assert said.isin(["Yes", "No", "Not sure"]).all()
    assert printed_shares(int((said == "Yes").sum()), len(said)) == {share}


def test_care_workers_see_better_services_far_less_often_than_leaders(responses: pd.DataFrame) -> None:
    seen = (responses[BETTER] == "Yes").groupby(responses[GROUP]).mean()
    assert seen["Care workers"] < seen["Leaders"] - 0.2


def test_most_people_say_whether_they_may_be_quoted(responses: pd.DataFrame) -> None:
    shares = responses["May we quote you?"].value_counts(normalize=True).round(2).to_dict()
    assert shares == {
        "Yes, in my words": 0.45,
        "Yes, but reworded": 0.28,
        "No, only analyse it": 0.17,
        "": 0.08,
        "Do not use my answers": 0.02,
    }


def test_the_settings_name_columns_and_options_that_the_export_has(responses: pd.DataFrame) -> None:
    settings = load_study(STUDY).settings
    plan, consent = settings.intake, settings.intake.consent
    assert consent
    asked = [*plan.questions.values(), *plan.ratings.values()]
    named = {plan.id, plan.received, consent.column, *plan.attributes, *(question.column for question in asked)}
    # A role may name a person, so it is nobody's group.
    assert named == set(responses.columns) - {"Role"}
    assert set(settings.count.groups) <= set(plan.attributes)
    assert set(responses[consent.column]) - {""} == {*consent.quote, *consent.paraphrase, *consent.analyse, *consent.none}


def test_gold_has_a_row_for_each_answer_and_only_codes_of_the_codebook(gold: pd.DataFrame, answers: pd.Series) -> None:
    known = {code.code for code in read_codebook(STUDY / "codebook.csv").codes}
    given = gold["codes"].str.split("|").explode()
    assert sorted(zip(gold["respondent"], gold["question"], strict=True)) == sorted(answers.index)
    assert set(given) - {""} <= known
    assert not gold[gold["codes"] != ""]["codes"].str.split("|").map(lambda codes: len(codes) > len(set(codes))).any()


def test_gold_says_why_an_answer_has_no_code(gold: pd.DataFrame) -> None:
    has_none = gold["codes"] == ""
    assert set(gold.loc[has_none, "note"]) == {"non-answer", "outside the codebook"}
    assert set(gold.loc[~has_none, "note"]) == {""}


def test_no_number_or_address_could_reach_a_real_person(answers: pd.Series) -> None:
    numbers = answers.str.findall(r"(?<!\d)\+?\d(?:[ ()/-]?\d){8,}(?!\d)").explode().dropna().str.replace(r"\D", "", regex=True)
    emails = answers.str.findall(r"[\w.+-]+@[\w.-]+\w").explode().dropna()
    assert len(numbers) > 10
    assert len(emails) > 3
    assert numbers.map(lambda number: bool(DRAMA.fullmatch(number) or NHS_TEST_NUMBER.fullmatch(number))).all()
    assert emails.str.fullmatch(r"[\w.+-]+@example\.(org|com)").all()


def test_no_two_real_answers_are_the_same(answers: pd.Series) -> None:
    words = answers.str.casefold().str.findall(r"\w+")
    long = words[words.str.len() > 4].str.join(" ")
    assert not long.duplicated().any()
