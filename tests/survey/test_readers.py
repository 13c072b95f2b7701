"""What any export may be like: refusals, headings, and what is noted."""

import pytest

from pipeline.errors import DataError
from pipeline.survey.readers import READERS, read_export
from pipeline.survey.readers.headers import find_headings


QUALTRICS = (
    "StartDate,ResponseId,Q1,Q1_2\n"
    "Start Date,Response ID,What helped?,How much did it help?\n"
    '"{""ImportId"":""startDate""}","{""ImportId"":""_recordId""}","{""ImportId"":""QID1_TEXT""}","{""ImportId"":""QID2""}"\n'
    "2025-03-01 09:00:00,R_1abc,Time,3\n"
)
SURVEYMONKEY = (
    "Respondent ID,Collector ID,What helps?,,,What else?,Why?\n"
    ",,Time,Money,Other (please specify),Response,Open-Ended Response\n"
    "1001,7,Time,,,More,Because\n"
)


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path, **options):
    with pytest.raises(DataError) as caught:
        read_export(path, **options)
    return str(caught.value)


def test_qualtrics_with_three_header_rows(tmp_path):
    export = read_export(write(tmp_path, "q.csv", QUALTRICS))
    assert export.questions["Q1"] == "What helped?"
    assert export.frame["Q1"].tolist() == ["Time"]
    assert (export.kind, export.first_row) == ("qualtrics", 4)
    assert "three header rows of Qualtrics; two left out" in export.notes


@pytest.mark.parametrize("left_out", [1, 2])
def test_qualtrics_with_two_header_rows(tmp_path, left_out):
    rows = QUALTRICS.splitlines(keepends=True)
    del rows[left_out]
    export = read_export(write(tmp_path, "q.csv", "".join(rows)))
    assert export.frame["Q1"].tolist() == ["Time"]
    assert export.first_row == 3
    assert export.questions["Q1"] == ("Q1" if left_out == 1 else "What helped?")


def test_qualtrics_with_bare_question_ids_as_third_row(tmp_path):
    rows = QUALTRICS.splitlines()
    rows[2] = "startDate,_recordId,QID1_TEXT,QID2"
    assert read_export(write(tmp_path, "q.csv", "\n".join(rows))).frame.shape == (1, 4)


def test_surveymonkey_joins_question_and_option(tmp_path):
    export = read_export(write(tmp_path, "s.csv", SURVEYMONKEY))
    assert list(export.frame.columns) == [
        "Respondent ID",
        "Collector ID",
        "What helps? – Time",
        "What helps? – Money",
        "What helps? – Other (please specify)",
        "What else?",
        "Why?",
    ]
    assert export.questions["What helps? – Money"] == "What helps?"
    assert (export.kind, export.first_row, len(export.frame)) == ("surveymonkey", 3, 1)


def test_surveymonkey_without_the_columns_about_the_respondent(tmp_path):
    export = read_export(write(tmp_path, "s.csv", "What else?,Why?\nResponse,Open-Ended Response\nMore,Because\n"))
    assert export.frame["Why?"].tolist() == ["Because"]


def test_a_first_answer_is_not_taken_for_a_header_row(tmp_path):
    export = read_export(write(tmp_path, "a.csv", "id,What helps?,\n,Response times that are short,yes\n2,b,c\n"))
    assert len(export.frame) == 2
    export = read_export(write(tmp_path, "b.csv", "Q1,Q2,Q3\nTime,Why is it so slow?,Who knows?\n"))
    assert len(export.frame) == 1


def test_codes_above_questions_are_two_header_rows():
    headings = find_headings([["Ident 1", "Ident 2", "Ident 3"], ["What is your name?", "Who are you?", "What helps you?"]])
    assert (headings.depth, headings.kind) == (2, "citizen-space")
    assert headings.questions[2] == "What helps you?"


def test_a_blank_second_header_row_is_left_out(tmp_path):
    export = read_export(write(tmp_path, "c.csv", "id,What helps?\n\n1,Time\n"))
    assert export.frame["id"].tolist() == ["1"]
    assert export.first_row == 3


def test_headings_lose_stray_spaces_and_unseen_signs(tmp_path):
    export = read_export(write(tmp_path, "h.csv", 'id,"What  helps\xa0\nyou?\u200b "\n1,Time\n'))
    assert list(export.frame.columns) == ["id", "What helps you?"]


def test_blank_and_repeated_names_become_distinct(tmp_path):
    export = read_export(write(tmp_path, "n.csv", "a,a,a (2),,b,\n1,2,3,4,5,\n"))
    assert list(export.frame.columns) == ["a", "a (3)", "a (2)", "column 4", "b"]
    assert export.frame.iloc[0].tolist() == ["1", "2", "3", "4", "5"]
    notes = " ".join(export.notes)
    assert "a (3)" in notes
    assert "column 4" in notes
    assert "1 column with neither a name nor a value left out" in notes


def test_blank_rows_are_dropped_at_the_end_only(tmp_path):
    export = read_export(write(tmp_path, "b.csv", "id,text\n1,a\n,\n3,c\n,\n\n"))
    assert export.frame["id"].isna().tolist() == [False, True, False]
    assert "2 blank rows at the end left out" in export.notes


def test_rows_keep_the_numbers_they_have_in_the_file(tmp_path):
    export = read_export(write(tmp_path, "b.csv", "\n\nid,text\n1,a\n"))
    assert export.first_row == 4
    assert "2 blank rows above the column names left out" in export.notes


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", "", "it is empty"),
        ("spaces.csv", " \n \n", "it is empty"),
        ("commas.csv", ",,\n,,\n", "there is nothing in it"),
        ("header.csv", "id,text\n", "no answers below them"),
        ("header.csv", "id,text\n,\n,\n", "no answers below them"),
        ("header.csv", "".join(QUALTRICS.splitlines(keepends=True)[:3]), "no answers below them"),
        ("page.csv", "<!DOCTYPE html><html><body>1,2</body></html>", "a web page or XML"),
        ("page.csv", "\ufeff\n  <html>", "a web page or XML"),
        ("pdf.csv", "%PDF-1.7\n1,2\n", "a PDF"),
        ("book.csv", b"PK\x03\x04aaaa", "an Excel workbook"),
        ("binary.csv", bytes(range(256)) * 20, "it is not text"),
        ("zeros.csv", b"id,text\n" + b"\0" * 400, "it is not text"),
        ("survey.lss", "<?xml version='1.0'?>", "without its answers"),
        ("codes.qdc", "<?xml version='1.0'?>", "a codebook"),
        ("schema.xsd", "<?xml version='1.0'?>", "a schema"),
        ("one.docx", b"PK", "Put the documents in a folder"),
        ("one.txt", "Some text", "if it holds a table, name it .csv"),
        ("a.parquet", b"PAR1", 'files ending in ".parquet" cannot be read. Save the export as one of .csv'),
        ("noending", "a,b\n1,2\n", "cannot be read"),
    ],
)
def test_is_refused_with_a_sentence(tmp_path, name, content, said):
    message = refusal(write(tmp_path, name, content))
    assert message.startswith(f"{name}: ")
    assert said in message
    assert message.endswith(".")


def test_a_missing_file_is_named(tmp_path):
    assert "nowhere.csv: there is no such file" in refusal(tmp_path / "nowhere.csv")


def test_what_the_system_cannot_open_is_refused(tmp_path):
    assert "it cannot be opened (File name too long)." in refusal(tmp_path / f"{'x' * 300}.csv")


def test_a_table_of_text_has_no_sheets(tmp_path):
    assert 'leave out the sheet "Answers"' in refusal(write(tmp_path, "a.csv", "a,b\n1,2\n"), sheet="Answers")


def test_endings_are_read_in_capitals_too(tmp_path):
    assert read_export(write(tmp_path, "EXPORT.CSV", "id,text\n1,a\n")).frame.shape == (1, 2)


def test_refusals_do_not_repeat_an_answer(tmp_path):
    secret = "Xanthippe"
    for content in (f"a,b\n{secret},x,y\n", f'a,b\n"{secret},x\n', f'a,b\n"{secret}" x,y\n'):
        assert secret not in refusal(write(tmp_path, "a.csv", content))


def test_every_kind_of_file_has_one_reader():
    assert set(READERS) == {".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods", ".sav", ".zsav", ".por", "folder"}
