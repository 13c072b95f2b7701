"""Shares are estimated from excerpts drawn at random; what people did not read is no fact, and few people are not shown."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipeline.codebook.codebook import Code, Codebook
from pipeline.study.study_settings import Count, Intake
from pipeline.tables.parquet import check_table, empty_table
from pipeline.workflow.stages.count import count
from pipeline.workflow.stages.estimate import estimate


CODEBOOK = Codebook((Code("time", label="Time"), Code("trust", label="Trust")))
N = 600


def plan(profile="strict"):
    return SimpleNamespace(count=Count(groups=("group",), profile=profile), intake=Intake(file="x.csv", attributes=("group",)))


def survey(*, hears=0.5, leaders=12):
    """Return tables of 300 people with two excerpts each, four in ten of trust, of which the coder hears only some."""
    rng = np.random.default_rng(1)
    ids = [f"{place:016x}" for place in range(N)]
    persons = [f"{place // 2:016x}" for place in range(N)]
    people = pd.DataFrame({"response_id": persons, "attribute": "group"})
    people["value"] = ["Leader" if place < 2 * leaders else "Worker" if place % 4 < 2 else "Family" for place in range(N)]
    comments = pd.DataFrame({"comment_id": ids, "response_id": persons, "question": "q", "weight": 1.0})
    comments = comments.assign(set_aside=None, consent="quote")
    segments = pd.DataFrame({"segment_id": ids, "comment_id": ids, "text_id": ids, "text": "we need far more time"})
    truth = rng.random(N) < np.where(people["value"] == "Worker", 0.6, 0.2)
    heard = truth & (rng.random(N) < hears)
    suggestions = pd.DataFrame({"text_id": ids, "code": "trust", "score": np.where(heard, 0.8, 0.1), "suggested": heard})
    return SimpleNamespace(
        segments=segments,
        comments=comments,
        people=people.drop_duplicates("response_id"),
        suggestions=suggestions.assign(abstained=None, because="", rank=1, even=0.5),
        truth=truth,
    )


def decided(tables, places, *, drawn="random audit"):
    ids = tables.segments["segment_id"].to_numpy()[places]
    given = np.where(tables.truth[places], "trust", "")
    return pd.DataFrame(
        {
            "decision_id": range(1, len(ids) + 1),
            "segment_id": ids,
            "text_id": ids,
            "reviewer": "Ana",
            "reviewer_group": "lived experience",
            "codes": given,
            "outcome": np.where(tables.truth[places], "codes", "none"),
            "drawn": drawn,
            "blind": True,
            "channel": "web",
            "made_at": "2026-11-30T10:00:00Z",
        }
    )


def estimated(tables, decisions, *, lessons=None, profile="strict"):
    """Return the counts and the estimates that a run would make of these decisions."""
    suggested = tables.suggestions[tables.suggestions["suggested"] & ~tables.suggestions["text_id"].isin(decisions["segment_id"])]
    named = decisions[decisions["outcome"] == "codes"]
    codings = pd.concat(
        [
            pd.DataFrame({"segment_id": suggested["text_id"], "code": "trust", "status": "suggested", "reviewers": 0}),
            pd.DataFrame({"segment_id": named["segment_id"], "code": "trust", "status": "added", "reviewers": 1}),
        ]
    )
    settings = plan(profile)
    people, comments, segments = tables.people, tables.comments, tables.segments
    counts, _ = count(codings, segments, comments, people, empty_table("ratings"), CODEBOOK, settings=settings)
    learnt = empty_table("lessons") if lessons is None else lessons
    discussions = empty_table("discussions")
    estimates = estimate(
        *(segments, comments, people, codings, tables.suggestions, decisions, discussions, learnt, counts, CODEBOOK),
        settings=settings,
    )
    return counts, check_table("estimates", estimates)


def cell(table, **keys):
    for column, value in {"question": "any", "code": "trust", **keys}.items():
        table = table[table[column] == value]
    (row,) = table.to_dict("records")
    return row


AUDIT = np.random.default_rng(2).choice(N, 150, replace=False)


def test_suggestions_are_no_facts():
    counts, estimates = estimated(survey(), empty_table("decisions"))
    assert counts["suppressed"].all()
    assert set(estimates["method"]) == {"none"}
    assert estimates[["share", "low", "high"]].isna().all(axis=None)


def test_what_was_not_drawn_at_random_says_how_many_at_least_and_no_share():
    tables = survey()
    likely = np.flatnonzero(tables.truth)[:60]
    counts, estimates = estimated(tables, decided(tables, likely, drawn="uncertain"))
    assert cell(counts, level="everyone")["n"] >= 40
    assert cell(estimates, level="everyone")["method"] == "none"
    assert np.isnan(cell(estimates, level="everyone")["share"])
    assert cell(estimates, level="everyone")["read"] == pytest.approx(0.10)


def test_an_audit_gives_the_share_though_the_coder_hears_half():
    tables = survey(leaders=0)
    _, estimates = estimated(tables, decided(tables, AUDIT))
    row, truth = cell(estimates, level="everyone"), tables.truth.mean()
    assert row["method"] == "audit and coder"
    assert row["low"] <= truth <= row["high"]
    assert tables.suggestions["suggested"].mean() < row["low"]
    assert (row["audited"], row["read"]) == (150, 0.25)
    workers, families = (cell(estimates, level=level) for level in ("Worker", "Family"))
    assert workers["low"] > families["high"]


def test_a_coder_that_learnt_from_the_audit_has_no_say():
    tables = survey()
    decisions = decided(tables, AUDIT)
    _, estimates = estimated(tables, decisions, lessons=decisions)
    row = cell(estimates, level="everyone")
    assert row["method"] == "audit" and row["learnt"]
    assert row["share"] == pytest.approx(tables.truth[AUDIT].mean(), abs=0.006)


def test_where_all_is_read_the_share_is_that_of_people():
    tables = survey()
    counts, estimates = estimated(tables, decided(tables, np.arange(N)))
    assert cell(estimates, level="everyone")["method"] == "all read"
    spoke = pd.Series(tables.truth).groupby(tables.comments["response_id"]).any()
    assert cell(counts, level="everyone")["share"] == pytest.approx(spoke.mean(), abs=0.01)


def test_a_group_of_few_is_not_shown_and_no_other_gives_it_away():
    tables = survey()
    _, estimates = estimated(tables, decided(tables, np.arange(0, N, 4)))
    group = estimates[(estimates["question"] == "any") & (estimates["code"] == "trust") & (estimates["group"] == "group")]
    assert group.set_index("level")["suppressed"].to_dict()["Leader"]
    assert group["suppressed"].sum() != 1


def test_what_people_differ_on_counts_in_parts():
    tables = survey()
    first = decided(tables, AUDIT)
    second = first.assign(reviewer="Ben", codes="", outcome="none", decision_id=first["decision_id"] + len(first))
    _, estimates = estimated(tables, pd.concat([first, second]))
    assert cell(estimates, level="everyone")["share"] == pytest.approx(tables.truth.mean() / 2, abs=0.05)


def test_an_excerpt_whose_words_changed_is_not_read():
    tables = survey()
    _, estimates = estimated(tables, decided(tables, AUDIT).assign(text_id="f" * 16))
    assert set(estimates["method"]) == {"none"}
