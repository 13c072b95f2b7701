"""SPSS files."""

import pandas as pd
import pyreadstat
import pytest

from pipeline.errors import DataError
from pipeline.survey.readers import read_export


def write_sav(path, frame, **options):
    pyreadstat.write_sav(frame, path, **options)
    return path


def refusal(path):
    with pytest.raises(DataError) as caught:
        read_export(path)
    return str(caught.value)


@pytest.fixture
def survey(tmp_path):
    frame = pd.DataFrame({"group": [1.0, 2.0, 9.0, 99.0], "code": ["y", "n", "x", ""], "text": ["Café", "b" * 300, "", "d"]})
    return write_sav(
        tmp_path / "s.sav",
        frame,
        column_labels={"group": "Which group are you in?", "code": "Agree?", "text": ""},
        variable_value_labels={"group": {1: "Carer", 9: "No answer"}, "code": {"y": "Yes", "n": "No"}},
        missing_ranges={"group": [9, {"lo": 90, "hi": 99}], "code": ["x"]},
    )


def test_labels_stand_in_place_of_values(survey):
    export = read_export(survey)
    assert export.frame["group"].fillna("").tolist() == ["Carer", "2", "", ""]
    assert export.frame["code"].fillna("").tolist() == ["Yes", "No", "", ""]
    assert export.value_labels["group"] == {"1": "Carer", "9": "No answer"}


def test_missing_values_set_in_spss_are_noted(survey):
    assert "values set as missing in SPSS read as blank in group, code" in read_export(survey).notes


def test_variable_labels_are_the_questions(survey):
    assert read_export(survey).questions == {"group": "Which group are you in?", "code": "Agree?", "text": "text"}


def test_long_answers_are_whole_and_blank_ones_missing(survey):
    export = read_export(survey)
    assert export.frame["text"].iloc[1] == "b" * 300
    assert export.frame["text"].isna().tolist() == [False, False, True, False]
    assert {str(dtype) for dtype in export.frame.dtypes} == {"str"}


def test_dates_and_times_are_in_iso_order(tmp_path):
    moments = pd.to_datetime(["2025-03-01 09:17:05", None])
    path = write_sav(tmp_path / "s.sav", pd.DataFrame({"when": moments, "day": moments}), variable_format={"day": "EDATE10"})
    export = read_export(path)
    assert export.frame["when"].iloc[0] == "2025-03-01T09:17:05"
    assert export.frame["day"].iloc[0].startswith("2025-03-01")
    assert export.frame["when"].isna().tolist() == [False, True]


def test_whole_numbers_have_no_point(tmp_path):
    path = write_sav(tmp_path / "s.zsav", pd.DataFrame({"id": [1.0, 2.5]}), compress=True)
    assert read_export(path).frame["id"].tolist() == ["1", "2.5"]


def test_a_wrong_encoding_in_the_file_is_put_right(tmp_path):
    path = write_sav(tmp_path / "s.sav", pd.DataFrame({"text": ["a cafe~"]}), column_labels={"text": "Cafe~ or tea?"})
    path.write_bytes(path.read_bytes().replace(b"afe~", b"af\xe9 "))
    export = read_export(path)
    assert export.questions["text"].startswith("Café")
    assert "encoding cp1252" in export.notes


@pytest.mark.parametrize("content", [b"", b"id,text\n1,a\n", b"$FL2@(#) SPSS DATA FILE" + b" " * 500, b"<html>"])
@pytest.mark.parametrize("name", ["s.sav", "s.zsav", "s.por"])
def test_what_is_no_spss_file_is_refused(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert ("damaged or not an SPSS file" if content else "it is empty") in refusal(tmp_path / name)


def test_an_spss_file_cut_short_is_refused(survey):
    survey.write_bytes(survey.read_bytes()[:-200])
    assert "damaged or not an SPSS file" in refusal(survey)


def test_an_spss_file_without_cases_is_refused(tmp_path):
    path = write_sav(tmp_path / "s.sav", pd.DataFrame({"text": pd.Series([], dtype="str")}))
    assert "columns but no cases" in refusal(path)
