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
        *("answer", "person", "question", "group", "change", "forms", "time"),
        *(f"theme_{number}" for number in range(1, len(tables["themes"]) + 1)),
        "checked",
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


def test_a_code_that_nobody_has_looked_for_is_missing_and_not_absent(opened, study):
    frame = opened[0]
    unread = frame["checked"] < 2
    codes = [name for name in frame if name.startswith("c_")]
    # As SPSS counts, which leaves missing values out.
    assert not (frame.loc[unread, codes] == 0).any(axis=None) and frame.loc[unread, codes].isna().any(axis=None)
    assert (frame.loc[~unread, codes].notna()).all(axis=None)
    kept, meta = pyreadstat.read_sav(study.exports / "codings.sav", user_missing=True)
    assert set(kept.loc[unread, "c_time"]) <= {1.0, 2.0, 9.0} and meta.missing_ranges["c_time"] == [{"lo": 9.0, "hi": 9.0}]
    assert meta.variable_value_labels["c_time"][9.0].startswith("missing")


def test_each_variable_has_the_form_and_the_measure_of_what_it_holds(opened):
    meta = opened[1]
    assert meta.original_variable_types["c_time"] == meta.original_variable_types["checked"] == "F1.0"
    assert meta.variable_measure["checked"] == meta.variable_measure["forms"] == "ordinal"
    assert meta.variable_measure["c_time"] == meta.variable_measure["group"] == "nominal"


def test_ratings_and_themes_are_there_for_each_answer(opened, tables):
    frame, meta = opened
    assert list(meta.variable_value_labels["forms"]) == sorted(meta.variable_value_labels["forms"])
    assert frame["forms"].notna().any()
    members = tables["members"].merge(tables["segments"], on="text_id")
    for theme in tables["themes"].to_dict("records"):
        speaking = members.loc[members["theme_id"] == theme["theme_id"], "comment_id"]
        assert frame[f"theme_{theme['number']}"].sum() == frame["answer"].isin(set(speaking)).sum() > 0


def test_weights_are_there_where_people_weigh_differently(study, tables):
    comments = tables["comments"].assign(weight=[1.0 + n % 3 for n in range(len(tables["comments"]))])
    save(study, Tables({**tables.frames, "comments": comments}))
    frame, meta = pyreadstat.read_sav(export(study, to=["sav"])[0])
    assert set(frame["weight"]) == {1.0, 2.0, 3.0} and meta.variable_measure["weight"] == "scale"
    assert "WEIGHT BY" in meta.column_names_to_labels["weight"]


def test_who_may_have_the_file_is_not_cut_off_however_long_its_title_is(opened):
    label = opened[1].file_label
    assert label.startswith("Team only, not for publication: What helps") and len(label.encode()) <= 64
