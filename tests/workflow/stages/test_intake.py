from types import SimpleNamespace

import pandas as pd
import pytest

from pipeline.errors import DataError
from pipeline.study.erasures import ErasureRegister
from pipeline.study.study_settings import Intake
from pipeline.survey.readers import Export
from pipeline.tables.parquet import check_table
from pipeline.workflow.stages.intake import intake


def export(columns):
    frame = pd.DataFrame(columns, dtype="str")
    return Export(frame=frame, kind="csv", questions={}, value_labels={}, notes=(), first_row=2, sheet=None)


def taken(columns, key=b"secret", **plan):
    settings = SimpleNamespace(intake=Intake(file="x.csv", **plan))
    tables = intake(export(columns), key, ErasureRegister(), settings=settings)
    return [check_table(name, table) for name, table in zip(("responses", "ratings", "people"), tables, strict=True)]


QUESTIONS = {"works": {"column": "What works?", "frame": "good"}}


def test_wide_layout_gives_a_row_for_every_cell_blank_ones_too():
    columns = {"id": ["a", "b"], "What works?": ["Trust", None], "Barriers?": [None, "Money"]}
    questions = QUESTIONS | {"barriers": {"column": "Barriers?", "frame": "better"}}
    responses, _, _ = taken(columns, id="id", questions=questions)
    assert len(responses) == 4
    assert responses["text"].notna().sum() == 2
    assert responses["row"].tolist() == [2, 3, 2, 3]
    assert dict(zip(responses["question"], responses["frame"], strict=True)) == {"works": "good", "barriers": "better"}


def test_long_layout_reads_the_question_column():
    columns = {"id": ["a", "a"], "question": ["What works?", "Else?"], "text": ["Trust", "No"]}
    responses, _, _ = taken(columns, id="id", layout="long", question="question", questions=QUESTIONS)
    assert responses["question"].tolist() == ["works", "Else?"]
    assert responses["frame"].tolist() == ["good", "neutral"]
    assert responses["response_id"].nunique() == 1


def test_pseudonyms_hide_the_id_and_hang_on_the_vaults_key():
    columns = {"id": ["jo@example.org", "jo@example.org", None, None], "What works?": ["a", "b", "c", "c"]}
    responses, _, _ = taken(columns, id="id", questions=QUESTIONS)
    ids = responses["response_id"].tolist()
    assert "jo" not in "".join(ids)
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert taken(columns, key=b"other", id="id", questions=QUESTIONS)[0]["response_id"].tolist() != ids


def test_consent_that_is_not_clear_allows_analysis_only():
    columns = {"consent": ["Yes", " yes ", "Reworded", "No way", None, "perhaps"], "What works?": list("abcdef")}
    consent = {"column": "consent", "quote": ["Yes"], "paraphrase": ["reworded"], "none": ["No way"]}
    responses, _, _ = taken(columns, consent=consent, questions=QUESTIONS)
    assert responses["consent"].tolist() == ["quote", "quote", "paraphrase", "none", "analyse", "analyse"]


def test_closed_questions_become_ratings():
    columns = {
        "id": ["a", "b", "c"],
        "score": ["4", "7", None],
        "agree": ["Agree", "Disagree", "Agree"],
        "brings": ["Ideas; Trust", "Trust", None],
        "tea": ["Tea", None, "0"],
        "cake": ["1", "Yes", None],
        "What works?": list("xyz"),
    }
    plan = {
        "score": {"column": "score", "scale": [1, 4]},
        "agree": {"column": "agree", "labels": {"Agree": 2, "Disagree": 1}},
        "brings": {"column": "brings", "separator": ";"},
        "treats": {"columns": {"Tea": "tea", "Cake": "cake"}},
    }
    _, ratings, _ = taken(columns, id="id", questions=QUESTIONS, ratings=plan)
    by_question = dict(list(ratings.groupby("question")))
    assert by_question["score"]["score"].tolist()[0] == 4
    assert by_question["score"]["score"].isna().tolist() == [False, True]
    assert by_question["agree"]["score"].tolist() == [2, 1, 2]
    assert sorted(by_question["brings"]["value"]) == ["Ideas", "Trust", "Trust"]
    assert sorted(by_question["treats"]["value"]) == ["Cake", "Cake", "Tea"]


def test_attributes_are_one_row_per_person_and_attribute():
    columns = {"id": ["a", "a", "b"], "group": ["Leader", "Leader", ""], "What works?": list("xyz")}
    _, _, people = taken(columns, id="id", questions=QUESTIONS, attributes=["group"])
    assert people["value"].tolist() == ["Leader"]


def test_missing_columns_are_all_named():
    with pytest.raises(DataError, match=r"'Nope'.*'nobody'"):
        taken({"What works?": ["x"]}, id="nobody", questions={"works": {"column": "Nope"}})


def test_weight_that_is_no_number_is_named_by_row_only():
    with pytest.raises(DataError, match="answers 2") as caught:
        taken({"w": ["1", "CANARY"], "What works?": ["x", "y"]}, weight="w", questions=QUESTIONS)
    assert "CANARY" not in str(caught.value)


def test_an_export_without_rows_is_taken_in():
    responses, ratings, people = taken({"id": [], "What works?": []}, id="id", questions=QUESTIONS)
    assert responses.empty and ratings.empty and people.empty


def test_consent_for_one_question_never_allows_more_than_the_person_does():
    columns = {
        "consent": ["Yes", "Yes", "Yes", "Reworded", "No way", None],
        "here": ["Yes", "No way", None, "Yes", "Yes", "Yes"],
        "What works?": list("abcdef"),
        "Else?": list("abcdef"),
    }
    consent = {
        "column": "consent",
        "quote": ["Yes"],
        "paraphrase": ["Reworded"],
        "none": ["No way"],
        "questions": {"works": "here"},
    }
    questions = QUESTIONS | {"else": {"column": "Else?"}}
    responses, _, _ = taken(columns, consent=consent, questions=questions)
    found = responses.groupby("question")["consent"].agg(list)
    assert found["works"] == ["quote", "none", "quote", "paraphrase", "none", "analyse"]
    assert found["else"] == ["quote", "quote", "quote", "paraphrase", "none", "analyse"]


def test_whoever_did_not_clearly_allow_it_may_be_left_out_altogether():
    columns = {"consent": ["Yes", None], "What works?": ["a", "b"]}
    consent = {"column": "consent", "quote": ["Yes"], "otherwise": "none"}
    assert taken(columns, consent=consent, questions=QUESTIONS)[0]["consent"].tolist() == ["quote", "none"]


def test_closed_answers_of_a_person_who_allows_nothing_are_not_used():
    columns = {"consent": ["Yes", "No way"], "What works?": ["a", "b"], "Score": ["1", "4"]}
    consent = {"column": "consent", "quote": ["Yes"], "none": ["No way"]}
    ratings = {"score": {"column": "Score", "scale": (1, 4)}}
    assert taken(columns, consent=consent, questions=QUESTIONS, ratings=ratings)[1]["value"].tolist() == ["1"]
