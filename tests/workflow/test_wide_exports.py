"""Exports with hundreds of columns: settings that a person can still look through, and that mean what they say."""

import csv

import pytest

from pipeline.errors import StudyError
from pipeline.study.study import load_study
from pipeline.survey.readers import read_export
from pipeline.tables.parquet import TABLES, read_table
from pipeline.workflow.checks.check import check
from pipeline.workflow.new_study import create_study, propose
from pipeline.workflow.runner import run


STEPS = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
SAID = ("the bus stops at six so I miss it", "a quiet corner would help us", "letters are too small", "nobody rang me back")
SERVICES = ("Day centre", "Respite", "Home")


def part_of(part):
    """Return the columns of one part: name, wording and what person i answers."""
    asked = f"To what extent do you agree about part {part} of the service"
    for item in range(1, 7):
        yield f"Q{part}_{item}", f"{asked} - Statement number {item}", lambda i, k=item + part: STEPS[(i + k) % 5]
    for item in range(1, 6):
        mark = f"Option {item}"
        yield f"T{part}_{item}", f"Which apply in part {part}? - {mark}", lambda i, k=item, m=mark: m if (i + k) % 3 else ""
    yield f"C{part}", f"Which did you use last in part {part}?", lambda i: SERVICES[i % 3]
    yield f"O{part}", f"What could be better about part {part}?", lambda i: f"{SAID[i % 4]} ({i}, {part})"
    for item in range(3):
        yield f"E{part}_{item}", f"Unused {item} of part {part}", lambda i: ""


def wide(n_rows=40):
    """Return the rows of an export of 200 columns, as Qualtrics writes them."""
    columns = [
        ("ResponseId", "Response ID", lambda i: f"R_{i:010x}"),
        ("RecordedDate", "Recorded Date", lambda i: f"2025-03-{1 + i % 28:02d}"),
        *(column for part in range(1, 20) for column in part_of(part)),
    ]
    names, wordings, cells = zip(*columns[:200], strict=True)
    ids = [f'{{"ImportId":"QID{place}"}}' for place in range(len(names))]
    return [names, wordings, ids, *([cell(i) for cell in cells] for i in range(n_rows))]


@pytest.fixture
def study(tmp_path):
    with (tmp_path / "export.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(wide())
    create_study(tmp_path / "study", tmp_path / "export.csv")
    return load_study(tmp_path / "study")


def test_the_settings_of_200_columns_are_150_lines_at_most(study):
    lines = (study.folder / "study.toml").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 150


def test_short_settings_mean_what_the_long_ones_do(study):
    export = read_export(study.source)
    proposed = propose(export, name="study", file="vault/export.csv").settings["intake"]
    plan = study.settings.intake
    assert {name: question.column for name, question in plan.questions.items()} == {
        name: question["column"] for name, question in proposed["questions"].items()
    }
    wordings = {rating.column: plan.wording(name) for name, rating in plan.ratings.items() if rating.column}
    scales = {rating.column: rating.scale for rating in plan.ratings.values() if rating.column}
    asked = [rating for rating in proposed["ratings"].values() if "columns" not in rating]
    assert wordings == {rating["column"]: rating.get("wording", rating["column"]) for rating in asked}
    assert scales == {rating["column"]: tuple(rating["scale"]) if "scale" in rating else None for rating in asked}
    assert [r.columns for r in plan.ratings.values() if r.columns] == [
        r["columns"] for r in proposed["ratings"].values() if "columns" in r
    ]
    assert check(study).problems == ()


def test_questions_of_a_grid_are_counted_with_their_wordings(study):
    run(study.folder, until="intake")
    ratings = read_table("ratings", study.folder / TABLES["ratings"].file)
    name = next(name for name, rating in study.settings.intake.ratings.items() if rating.column == "Q1_1")
    assert study.settings.intake.wording(name).endswith("part 1 of the service - Statement number 1")
    scores = ratings[ratings["question"] == name]
    assert len(scores) == 40 and set(scores["score"]) == {1, 2, 3, 4, 5}


def test_a_grid_whose_wordings_do_not_fit_is_a_sentence(study):
    path = study.folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    first = text.index("wordings = [") + len("wordings = [")
    path.write_text(text[:first] + '"One more", ' + text[first:], encoding="utf-8")
    with pytest.raises(StudyError, match=r"columns and .* wordings"):
        load_study(study.folder)


def test_write_ins_in_a_wide_export_stay_beside_their_question(tmp_path):
    rows = wide(48)
    names, wordings, ids = ([*row] for row in rows[:3])
    for item in range(6):
        names.append(f"W{item}")
        wordings.append(f"How far do you agree with rule {item}?")
        ids.append(f'{{"ImportId":"QIDW{item}"}}')
    # Options come in the order of how often they were chosen, here the same for all six.
    words, often = "I cannot say since nobody ever told me of it", "011222333344444"
    cells = [
        [*row, *(words if i == 8 + item else STEPS[int(often[i % 15])] for item in range(6))] for i, row in enumerate(rows[3:])
    ]
    with (tmp_path / "export.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([names, wordings, ids, *cells])
    create_study(tmp_path / "study", tmp_path / "export.csv")
    study = load_study(tmp_path / "study")
    plan = study.settings.intake
    beside = {question.column: question.write_ins for question in plan.questions.values() if question.write_ins}
    assert len(beside) == 6
    assert all(plan.ratings[closed].column == column and plan.ratings[closed].options for column, closed in beside.items())
    assert not [problem.sentence for problem in check(study).problems if problem.severity == "error"]
