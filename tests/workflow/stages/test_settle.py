import json
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.codebook.codebook import Code, Codebook
from pipeline.tables.parquet import check_table, empty_table
from pipeline.workflow.stages.code import rows_to_learn
from pipeline.workflow.stages.settle import settle


SEGMENTS = pd.DataFrame({"segment_id": ["s2", "s1"], "text_id": ["t2", "t1"]})
SUGGESTIONS = pd.DataFrame(
    [("t1", "time", True), ("t1", "money", True), ("t1", "trust", False), ("t2", "time", True)],
    columns=["text_id", "code", "suggested"],
)


def decided(*rows):
    """Return decisions from reviewer, codes or outcome, and perhaps the segment and text if not s1, t1."""
    made = []
    for number, (reviewer, said, *place) in enumerate(rows, start=1):
        outcome = said if said in ("none", "not sure", "skip") else "codes"
        segment, text = place or ("s1", "t1")
        made.append(
            {
                "decision_id": number,
                "segment_id": segment,
                "text_id": text,
                "reviewer": reviewer,
                "reviewer_group": "g",
                "codes": said if outcome == "codes" else "",
                "outcome": outcome,
                "drawn": "given order",
                "blind": True,
                "channel": "web",
                "made_at": "2026-01-01T00:00:00+00:00",
            }
        )
    return check_table("decisions", pd.DataFrame(made)) if made else empty_table("decisions")


def talked(*rows):
    """Return discussions from an outcome, codes that were agreed or the codes of each reading, and perhaps the text if not t1."""
    made = []
    for number, (outcome, codes, *text) in enumerate(rows, start=1):
        readings = [{"codes": one.split("|") if one else [], "sentence": "So.", "people": []} for one in codes.split("/")]
        made.append(
            {
                "discussion_id": number,
                "segment_id": "s1",
                "text_id": text[0] if text else "t1",
                "outcome": outcome,
                "codes": codes if outcome == "agreed" else "",
                "readings": json.dumps(readings),
                "by": "Ann",
                "made_at": "2026-01-01T00:00:00+00:00",
            }
        )
    return check_table("discussions", pd.DataFrame(made)) if made else empty_table("discussions")


def settled(*rows, segment="s1", talks=()):
    found = check_table("codings", settle(SEGMENTS, SUGGESTIONS, decided(*rows), talked(*talks), settings=SimpleNamespace()))
    rows = found[found["segment_id"] == segment]
    return {row.code: (row.status, row.reviewers) for row in rows.itertuples()}


@pytest.mark.parametrize(
    ("decisions", "codings"),
    [
        ([], {"time": ("suggested", 0), "money": ("suggested", 0)}),
        ([("Ann", "time")], {"time": ("accepted", 1)}),
        ([("Ann", "trust")], {"trust": ("added", 1)}),
        ([("Ann", "new")], {"new": ("added", 1)}),
        ([("Ann", "none")], {}),
        ([("Ann", "time"), ("Ben", "time|trust")], {"time": ("accepted", 2), "trust": ("contested", 2)}),
        ([("Ann", "time"), ("Ben", "none")], {"time": ("contested", 2)}),
        ([("Ann", "none"), ("Ben", "none")], {}),
        ([("Ann", "trust"), ("Ben", "trust"), ("Cy", "trust")], {"trust": ("added", 3)}),
        ([("Ann", "not sure")], {"time": ("suggested", 0), "money": ("suggested", 0)}),
        ([("Ann", "skip"), ("Ben", "money")], {"money": ("accepted", 1)}),
        ([("Ann", "trust", "s1", "t9")], {"time": ("suggested", 0), "money": ("suggested", 0)}),
        ([("Ann", "trust", "s9", "t1")], {"time": ("suggested", 0), "money": ("suggested", 0)}),
    ],
)
def test_people_have_the_last_word(decisions, codings):
    assert settled(*decisions) == codings


TWO = (("Ann", "time"), ("Ben", "trust"))
BOTH_CONTESTED = {"time": ("contested", 2), "trust": ("contested", 2)}


@pytest.mark.parametrize(
    ("decisions", "talks", "codings"),
    [
        (TWO, [("agreed", "time")], {"time": ("accepted", 2)}),
        (TWO, [("agreed", "trust")], {"trust": ("added", 2)}),
        (TWO, [("agreed", "money|new")], {"money": ("accepted", 2), "new": ("added", 2)}),
        (TWO, [("agreed", "")], {}),
        (TWO, [("contested", "time/trust")], BOTH_CONTESTED),
        (TWO, [("contested", "time/")], {"time": ("contested", 2)}),
        (
            TWO,
            [("contested", "time|money/time|trust")],
            {"time": ("accepted", 2), "money": ("contested", 2), "trust": ("contested", 2)},
        ),
        (
            [("Ann", "time"), ("Ben", "time")],
            [("contested", "time/trust")],
            {"time": ("contested", 2), "trust": ("contested", 2)},
        ),
        ([], [("agreed", "trust")], {"trust": ("added", 0)}),
        (TWO, [("agreed", "money", "t9")], BOTH_CONTESTED),
        ([], [("agreed", "money", "t9")], {"time": ("suggested", 0), "money": ("suggested", 0)}),
        ([("Ann", "not sure")], [("agreed", "money")], {"money": ("accepted", 0)}),
    ],
)
def test_what_people_said_together_goes_before_what_each_said(decisions, talks, codings):
    assert settled(*decisions, talks=talks) == codings


def test_a_decision_changes_no_other_segment():
    assert settled(("Ann", "none"), segment="s2") == {"time": ("suggested", 0)}


def test_codings_come_in_the_order_of_the_segments():
    found = settle(SEGMENTS, SUGGESTIONS, decided(("Ann", "trust", "s2", "t2")), talked(), settings=SimpleNamespace())
    assert list(zip(found["segment_id"], found["code"], strict=True)) == [("s2", "trust"), ("s1", "time"), ("s1", "money")]


def test_no_segments_no_codings():
    empty = settle(SEGMENTS.head(0), SUGGESTIONS.head(0), decided(), talked(), settings=SimpleNamespace())
    assert check_table("codings", empty).empty


def test_each_person_and_text_teaches_once():
    texts = pd.DataFrame({"text_id": ["t1", "t2", "t3"]})
    codebook = Codebook((Code("time"), Code("trust")))
    lessons = decided(
        ("Ann", "time", "s1", "t1"),
        ("Ann", "trust", "s5", "t1"),
        ("Ben", "none", "s1", "t1"),
        ("Ben", "gone", "s2", "t2"),
        ("Cy", "gone|time", "s3", "t3"),
        ("Cy", "time", "s8", "text no longer there"),
    )
    rows, codes = rows_to_learn(texts, codebook, lessons)
    assert list(zip(rows, codes, strict=True)) == [(1, None), (0, ["trust"]), (0, []), (2, ["time"])]


def test_without_lessons_every_text_only_lends_its_words():
    texts = pd.DataFrame({"text_id": ["t1", "t2"]})
    assert rows_to_learn(texts, Codebook(()), empty_table("lessons")) == ([0, 1], [None, None])


SAID = st.one_of(
    st.sampled_from(["none", "not sure", "skip"]),
    st.lists(st.sampled_from(["time", "money", "trust"]), min_size=1, unique=True).map("|".join),
)


@given(said=st.dictionaries(st.sampled_from(["Ann", "Bob", "Cas"]), SAID))
@settings(max_examples=60, deadline=None)
def test_whatever_people_decide_it_is_their_word_that_stands(said):
    decided_codes = [set() if one == "none" else set(one.split("|")) for one in said.values() if one not in ("not sure", "skip")]
    found = settled(*said.items())
    if not decided_codes:
        assert found == {"time": ("suggested", 0), "money": ("suggested", 0)}
        return
    known = {"time": "accepted", "money": "accepted", "trust": "added"}
    everybody, anybody = set.intersection(*decided_codes), set.union(*decided_codes)
    wanted = {code: known[code] if code in everybody else "contested" for code in anybody}
    assert {code: status for code, (status, _) in found.items()} == wanted
    assert {reviewers for _, reviewers in found.values()} <= {len(decided_codes)}
