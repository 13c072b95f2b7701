"""Every file in the collection of exports that other tools wrote is read right or refused with a sentence."""

from pathlib import Path

import pytest

from pipeline.errors import DataError
from pipeline.survey.readers import read_export


DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
FORMATS = DATA / "formats"

pytestmark = pytest.mark.skipif(not FORMATS.is_dir(), reason="the shared collection of exports is not on this machine")

CROSSED = "Which of the following Star Wars films have you seen? Please select all that apply."
NOT_SIDE = "Which of these side dishes aretypically served at your Thanksgiving dinner? Please select all that apply."

# file, kind, shape, first row, a column, its question, the row and the value of one cell
READ = [
    (
        "citizen-space/qu_format_a_numeric.xlsx",
        ("table", (3, 3), 4),
        ("Number", "Number", 0, "2"),
    ),
    (
        "citizen-space/responses_biomass_format.csv",
        ("citizen-space", (5, 5), 3),
        ("Ident 1", "What is your name?", 0, None),
    ),
    (
        "citizen-space/responses_lgr_format.csv",
        ("table", (5, 8), 2),
        ("Location - address", "Location - address", 2, "Derby City"),
    ),
    (
        "citizen-space/responses_scr_format.csv",
        ("table", (5, 5), 3),
        ("Organisation name", "Organisation name", 0, None),
    ),
    (
        "google-forms/bubblbu_survey_google_forms_export.csv",
        ("google-forms", (9, 24), 2),
        ("Timestamp", "Timestamp", 1, "2018/11/26 7:16:03 pm GMT-8"),
    ),
    (
        "limesurvey/CONSTRUCTED_limesurvey_codes.csv",
        ("limesurvey", (12, 12), 2),
        ("G01Q02[SQ002]", "G01Q02", 1, "Y"),
    ),
    (
        "limesurvey/CONSTRUCTED_limesurvey_fulltext.csv",
        ("limesurvey", (12, 12), 2),
        ("Which apply to you? [Professional]", "Which apply to you?", 1, "Y"),
    ),
    (
        "ms-forms/CONSTRUCTED_ms_forms.xlsx",
        ("ms-forms", (12, 10), 2),
        ("Start time", "Start time", 1, "2025-03-01T09:34:00"),
    ),
    (
        "qualtrics/qualtRics_sample.csv",
        ("qualtrics", (1, 20), 4),
        ("RecipientLastName", "Nachname des Empfängers", 0, None),
    ),
    (
        "qualtrics/qualtRics_sample_legacy.csv",
        ("qualtrics", (1, 15), 3),
        ("Q1", "This is a multiple choice question.", 0, "2"),
    ),
    (
        "spss/haven_labelled-num-na.sav",
        ("spss", (2, 1), 1),
        ("VAR00002", "Only one value", 1, None),
    ),
    (
        "spss/haven_umlauts.sav",
        ("spss", (4, 1), 1),
        ("var1", "This is an ä-umlaut", 3, "the ö umlaut"),
    ),
    (
        "spss/pyreadstat_ordered_category.sav",
        ("spss", (4, 1), 1),
        ("Col1", "Col1", 2, "medium"),
    ),
    (
        "spss/pyreadstat_sample.por",
        ("spss", (5, 7), 1),
        ("DTIME", "datetime", 1, "1880-05-06T10:10:10"),
    ),
    (
        "spss/pyreadstat_sample.sav",
        ("spss", (5, 7), 1),
        ("mydate", "date", 3, "1583-01-01"),
    ),
    (
        "spss/pyreadstat_sample.zsav",
        ("spss", (5, 7), 1),
        ("mytime", "time", 1, "23:10:10"),
    ),
    (
        "spss/pyreadstat_sample_missing.sav",
        ("spss", (7, 7), 1),
        ("mylabl", "labeled", 5, None),
    ),
    (
        "surveymonkey/538_StarWars.csv",
        ("surveymonkey", (1186, 38), 3),
        (f"{CROSSED} – Star Wars: Episode I The Phantom Menace", CROSSED, 1, None),
    ),
    (
        "surveymonkey/538_comma-survey.csv",
        ("surveymonkey", (1129, 13), 2),
        ("Household Income", "Household Income", 0, "$50,000 - $99,999"),
    ),
    (
        "surveymonkey/538_flying-etiquette.csv",
        ("surveymonkey", (1040, 27), 2),
        ("Age", "Age", 1039, "> 60"),
    ),
    (
        "surveymonkey/538_thanksgiving-2015-poll-data.csv",
        ("surveymonkey", (1058, 65), 2),
        (f"{NOT_SIDE} - Other (please specify)", f"{NOT_SIDE} - Other (please specify)", 1, "Other (please specify)"),
    ),
    (
        "../nhs-fft/responses.csv",
        ("table", (5626, 9), 2),
        ("service_type_1", "service_type_1", 0, "PTS\xa0 - Patient Transport"),
    ),
    (
        "../documents",
        ("documents", (5, 2), 1),
        ("document", "document", 0, "000_1443aed07574b229.txt"),
    ),
]

REFUSED = {
    "limesurvey/blank-survey.lss": "without its answers. In LimeSurvey",
    "limesurvey/survey-one-question-two-languages.lss": "without its answers. In LimeSurvey",
    "refi-qda/Codebook.xsd": "a schema",
    "refi-qda/Project.xsd": "a schema",
    "refi-qda/atlasti_23_codebook.qdc": "a codebook",
    "spss/haven_datetime.sav": 'row 1: the date in column "date.posix" is beyond the year 9999',
    "qualtrics": "Take out qualtRics_sample.csv, qualtRics_sample_legacy.csv",
}


@pytest.mark.parametrize(("file", "layout", "cell"), READ, ids=[row[0] for row in READ])
def test_is_read_right(file, layout, cell):
    export = read_export(FORMATS / file)
    column, question, row, value = cell
    assert (export.kind, export.frame.shape, export.first_row) == layout
    assert export.questions[column] == question
    assert set(export.questions) == set(export.frame.columns)
    found = export.frame[column].iloc[row]
    assert found != found if value is None else found == value
    assert {str(dtype) for dtype in export.frame.dtypes} == {"str"}


@pytest.mark.parametrize("file", REFUSED)
def test_is_refused_with_a_sentence(file):
    with pytest.raises(DataError) as refusal:
        read_export(FORMATS / file)
    assert REFUSED[file] in str(refusal.value)
    assert str(refusal.value).startswith(Path(file).name)


def test_no_export_in_the_collection_is_forgotten():
    named = {row[0] for row in READ} | set(REFUSED)
    licences = {".md", ""}
    there = {str(p.relative_to(FORMATS)) for p in FORMATS.rglob("*") if p.is_file() and p.suffix not in licences}
    assert there - named == set()


def test_surveymonkey_bytes_are_decoded_as_cp1252():
    export = read_export(FORMATS / "surveymonkey/538_StarWars.csv")
    assert "encoding cp1252" in export.notes
    assert "Do you consider yourself to be a fan of the Expanded Universe?Œæ" in export.frame.columns


def test_surveymonkey_response_columns_keep_the_question_alone():
    export = read_export(FORMATS / "surveymonkey/538_StarWars.csv")
    assert list(export.frame["Gender"].iloc[:2]) == ["Male", "Male"]
    assert sum(question == CROSSED for question in export.questions.values()) == 6


def test_columns_of_one_name_are_told_apart():
    export = read_export(FORMATS / "surveymonkey/538_thanksgiving-2015-poll-data.csv")
    assert f"{NOT_SIDE} - Other (please specify) (2)" in export.frame.columns
    assert any("same name" in note for note in export.notes)


def test_a_sheet_can_be_chosen_by_name():
    export = read_export(FORMATS / "citizen-space/qu_format_a_numeric.xlsx", sheet="Demographic")
    assert export.sheet == "Demographic"
    assert list(export.frame.columns) == ["Column ID", "Demographic title"]


def test_spss_labels_are_kept_beside_the_texts():
    export = read_export(FORMATS / "spss/pyreadstat_sample_missing.sav")
    assert export.value_labels["mylabl"] == {"-1": "undetermined", "1": "Male", "2": "Female"}
    assert list(export.frame["mylabl"].iloc[:2]) == ["Male", "Female"]
    assert any("mynum, mylabl, myord" in note for note in export.notes)


def test_documents_have_paragraphs_that_a_blank_line_separates():
    export = read_export(DATA / "documents")
    assert all("\n\n" in text for text in export.frame["text"])
