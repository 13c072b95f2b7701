"""Whole exports of the kinds that were misread: what `themes new` makes of them, and what `themes check` warns of."""

import csv

import pandas as pd
import pytest

from pipeline.study.study import load_study
from pipeline.workflow.checks.check import check
from pipeline.workflow.new_study import create_study
from pipeline.workflow.runner import run


WHO = ("The nurse", "My key worker", "Our manager", "Someone", "The driver", "The cook", "A porter", "The chair")
DID = ("never rang back about", "was kind over", "forgot to tell us of")
ANSWERS = [f"{who} {did} {what}" for who in WHO for did in DID for what in ("the visit", "my bill", "the move")]


class Made:
    """A study as `themes new` guesses it, and what `themes check` says of it."""

    def __init__(self, folder, columns, name="answers.csv"):
        rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
        path = folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(columns))
            writer.writeheader()
            writer.writerows(rows)
        self.proposal = create_study(folder / "study", path)
        self.intake = self.proposal.settings["intake"]
        self.checked = check(load_study(folder / "study"))
        self.folder = folder / "study"

    @property
    def open(self):
        return {question["column"] for question in self.intake.get("questions", {}).values() if not question.get("write_ins")}

    @property
    def closed(self):
        return {rating.get("column") for rating in self.intake.get("ratings", {}).values()}

    @property
    def groups(self):
        return set(self.intake.get("attributes", ()))

    @property
    def unused(self):
        return "\n".join(self.proposal.unused)

    @property
    def warnings(self):
        return "\n".join(problem.sentence for problem in self.checked.problems)


@pytest.fixture
def made(tmp_path):
    def make(columns, **others):
        return Made(tmp_path, {"Respondent ID": [str(100 + i) for i in range(48)]} | columns, **others)

    return make


def cycled(*values, n=48):
    return [values[i % len(values)] for i in range(n)]


def prose(n=48):
    return [f"{ANSWERS[i]}, week {i}" for i in range(n)]


def test_nobody_is_withdrawn_for_refusing_to_be_quoted(made):
    wording = "Would you be happy for us to use anonymous quotes from what you said?"
    study = made({"What next?": prose(), wording: cycled("Yes, quote me", "No, do not use any quotes")})
    run(study.folder, until="intake")
    consent = pd.read_parquet(study.folder / "vault" / "responses.parquet")["consent"]
    assert consent.value_counts().to_dict() == {"quote": 24, "analyse": 24}
    assert "withheld" not in study.checked.as_text()


def test_a_consent_box_that_some_left_blank_is_told_by_new_and_by_check(made):
    statement = "I have read the information sheet and agree to take part"
    study = made({"What next?": prose(), "Consent": [statement if i % 6 else "" for i in range(48)]})
    assert study.intake["consent"] == {"column": "Consent", "analyse": [statement]}
    assert any("8 people left the consent box blank" in reason for reason in study.proposal.reasons)
    assert "8 people left the consent box blank. They are analysed like everybody else, and not quoted." in study.warnings
    assert 'otherwise = "none"' in study.warnings


def test_leave_for_something_else_is_named_with_the_number_who_refuse(made):
    wording = "Are you happy for your anonymised answers to be shared in a data set for other researchers?"
    study = made({"What next?": prose(), wording: cycled("Yes", "Yes", "No")})
    assert "consent" not in study.intake
    assert "Not used for consent" in study.unused
    assert "speaks of consent and is not used for it, and 16 rows of it say no" in study.warnings


def test_a_second_column_of_consent_is_named_and_its_refusals_are_counted(made):
    columns = {"I agree to take part in this survey": cycled("Yes", "Yes", "Yes", "No"), "May we quote you?": cycled("Yes", "No")}
    study = made({"What next?": prose(), **columns})
    assert study.intake["consent"]["column"] == "May we quote you?"
    assert (
        "“I agree to take part in this survey”: speaks of consent and is not used for it, and 12 rows of it say no"
        in study.warnings
    )
