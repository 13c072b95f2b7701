"""Coded answers open in SPSS with their labels, and hold no word of anybody."""

import pandas as pd
import pyreadstat
import pytest
from small_study import Tables, save

from pipeline.decisions.store import open_store
from pipeline.exchange.spss_export import _name
from pipeline.report import export


@pytest.fixture
def opened(study, tables):
    codings = tables["codings"].copy()
    codings.loc[codings.index[0], ["status", "reviewers"]] = ["contested", 2]
    save(study, Tables({**tables.frames, "codings": codings}))
    with open_store(study) as store:
        store.add_reviewer("Ann", "researcher")
        row = tables["segments"].iloc[0]
        store.decide(segment_id=row["segment_id"], text_id=row["text_id"], reviewer="Ann", outcome="none")
    export(study, to=["sav"])
    return pyreadstat.read_sav(study.exports / "codings.sav")


def test_a_row_an_answer_and_a_variable_a_code(opened, tables):
    frame, meta = opened
    kept = tables["comments"][tables["comments"]["set_aside"].isna()]
    assert sorted(frame["answer"]) == sorted(kept["comment_id"])
    assert list(frame.columns) == [
        *("answer", "person", "question", "group", "checked"),
        *("c_forms", "c_time", "c_trust", "c_money", "c_transport"),
    ]
    assert meta.column_names_to_labels["c_trust"] == "Trust & respect"


def test_codes_count_as_in_the_study(opened, tables):
    frame, _ = opened
    found = tables["codings"].merge(tables["segments"], on="segment_id")
    for code in ("forms", "time", "trust", "money", "transport"):
        assert (frame[f"c_{code}"] > 0).sum() == found.loc[found["code"] == code, "comment_id"].nunique()
    assert (frame[[name for name in frame if name.startswith("c_")]] == 2).to_numpy().sum() == 1
    assert frame["checked"].value_counts().to_dict() == {0.0: len(frame) - 1, 2.0: 1}


def test_values_say_what_they_mean(opened):
    meta = opened[1]
    assert meta.variable_value_labels["c_time"][2.0].startswith("contested")
    assert meta.variable_value_labels["group"] == {
        1: "Care workers",
        2: "Family & friends",
        3: "Leaders",
        4: "People who use services",
    }
    assert set(meta.variable_value_labels["question"].values()) == {"What gets in the way?", "What helps?"}
    assert "not for publication" in " ".join([meta.file_label, *meta.notes])


def test_no_word_of_an_answer_is_in_it(opened, study, tables):
    written = (study.exports / "codings.sav").read_bytes()
    assert not [text for text in tables["texts"]["text"] if text.encode() in written]


def test_the_file_does_not_tell_when_or_where_it_was_made(study):
    (path,) = export(study, to=["sav"])
    first = path.read_bytes()
    assert first[92:109] == b"01 Jan 0000:00:00"
    export(study, to=["sav"])
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("text", "name"),
    [("Which group are you in?", "which_group_are_you_in"), ("BY", "v_by"), ("2nd", "v_2nd"), ("Person", "person_2")],
)
def test_names_are_such_as_spss_takes(text, name):
    assert _name(text, {"person"}) == name
    assert len(_name("x" * 100, set())) <= 64


def test_a_study_without_codings_still_opens(study, tables):
    save(study, Tables({**tables.frames, "codings": tables["codings"].iloc[:0]}))
    frame, _ = pyreadstat.read_sav(export(study, to=["sav"])[0])
    assert isinstance(frame, pd.DataFrame) and not frame["c_time"].any()
