"""Whatever the format of the export, one person's row or answer goes from the vault's copy, and all else is read as before."""

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from pipeline.erasure.source import read_source, take_out
from pipeline.study.study import load_study
from pipeline.survey.readers import read_export


SETTINGS = """
schema = 1
name = "A few people"
[intake]
file = "vault/export{suffix}"
id = "who"
attributes = ["group"]
[intake.questions.helps]
column = "What helps?"
wording = "What helps?"
"""
ROWS = [
    ("R-001", "family", "Being listened to, =SUM(1) and all."),
    ("R-002", "staff", "Zqcanary: the night porter, and 'his' \"dog\"."),
    ("R-003", "family", None),
    ("R-004", "0012", "1E5 people; a line\nand another"),
]
FRAME = pd.DataFrame(ROWS, columns=["who", "group", "What helps?"])


def write_workbook(path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Answers"
    sheet.append(["Our survey, spring"])
    sheet.append(list(FRAME.columns))
    for row in ROWS:
        sheet.append(row)
    for cell in sheet["C"]:
        cell.data_type = "s" if cell.value else cell.data_type
    notes = book.create_sheet("Notes")
    notes.append(["nothing here"])
    book.save(path)


WRITERS = {
    ".csv": lambda path: FRAME.to_csv(path, index=False),
    ".tsv": lambda path: FRAME.to_csv(path, index=False, sep="\t", encoding="utf-16"),
    ".xlsx": write_workbook,
    ".xlsm": write_workbook,
    ".ods": lambda path: FRAME.to_excel(path, index=False, engine="odf"),
    ".sav": lambda path: pyreadstat.write_sav(
        FRAME.rename(columns={"What helps?": "q1"}), path, column_labels={"q1": "What helps?", "who": "who", "group": "group"}
    ),
}


@pytest.fixture(params=WRITERS)
def study(request, tmp_path):
    (tmp_path / "vault").mkdir()
    settings = SETTINGS.format(suffix=request.param)
    if request.param == ".sav":
        settings = settings.replace('column = "What helps?"', 'column = "q1"')
    (tmp_path / "study.toml").write_text(settings, encoding="utf-8")
    WRITERS[request.param](tmp_path / "vault" / f"export{request.param}")
    return load_study(tmp_path)


def answers(study):
    return read_source(load_study(study.folder)).frame


def holding(study, word):
    from test_person import files_with

    return files_with(study.folder, word)


def test_a_row_goes_and_every_other_cell_is_as_it_was(study):
    before = answers(study)
    take_out(study, read_source(study), [1])
    assert before["who"].tolist() == [row[0] for row in ROWS]
    pd.testing.assert_frame_equal(answers(study), before.drop(index=1).reset_index(drop=True))
    assert holding(study, "qcanary") == [] and holding(study, "R-002") == []


def test_an_answer_goes_and_every_other_cell_is_as_it_was(study):
    before = answers(study)
    column = before.columns[-1]
    take_out(study, read_source(study), [1], columns=[column])
    before.loc[1, column] = None
    pd.testing.assert_frame_equal(answers(study), before)
    assert holding(study, "qcanary") == [] and holding(study, "R-002") != []


def test_the_wording_of_the_questions_is_kept(study):
    take_out(study, read_source(study), [1])
    assert "What helps?" in read_source(load_study(study.folder)).questions.values() or "What helps?" in (
        load_study(study.folder).settings.intake.questions["helps"].wording
    )


def test_what_is_written_anew_opens_for_its_owner_alone(study):
    take_out(study, read_source(study), [1])
    written = load_study(study.folder).source
    assert written.stat().st_mode & 0o077 == 0
    assert read_export(written).frame.shape == (3, 3)


def test_the_right_answer_is_blanked_beside_a_column_without_name_or_value(tmp_path):
    (tmp_path / "study.toml").write_text(SETTINGS.format(suffix=".csv"), encoding="utf-8")
    (tmp_path / "vault").mkdir()
    path = tmp_path / "vault" / "export.csv"
    path.write_text("who,,group,What helps?,area\nR-001,,family,Tea,North\nR-002,,staff,Zqcanary,South\n", encoding="utf-8")
    study = load_study(tmp_path)
    take_out(study, read_source(study), [1], columns=["What helps?"])
    after = read_export(path).frame
    assert after.iloc[1].fillna("").tolist() == ["R-002", "staff", "", "South"]
    assert after.iloc[0].tolist() == ["R-001", "family", "Tea", "North"]
