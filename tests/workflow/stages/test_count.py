from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipeline.codebook.codebook import Code, Codebook
from pipeline.methods.disclosure import PROFILES, disclose
from pipeline.study.study_settings import Count, Intake, Quote
from pipeline.tables.parquet import check_table, empty_table
from pipeline.workflow.stages.count import count
from pipeline.workflow.stages.quote import quote


CODEBOOK = Codebook((Code("time", label="Time"), Code("trust", label="Trust")))


def plan(profile="strict", **ratings):
    intake = Intake(file="x.csv", attributes=("group",), ratings=ratings)
    return SimpleNamespace(count=Count(groups=("group",), profile=profile), intake=intake, quote=Quote())


def survey(n_workers=40, n_leaders=6, said_time=20):
    """Return tables in which each person gave one answer of one segment; the first `said_time` workers spoke of time."""
    ids = [f"p{i:03d}" for i in range(n_workers + n_leaders)]
    comments = pd.DataFrame({"comment_id": ids, "response_id": ids, "question": "q", "set_aside": None, "consent": "quote"})
    segments = pd.DataFrame(
        {"segment_id": ids, "comment_id": ids, "text_id": ids, "text": "we need far more time", "start": 0, "end": 21}
    )
    codings = pd.DataFrame({"segment_id": ids[:said_time], "code": "time", "status": "accepted", "reviewers": 1})
    levels = ["Worker"] * n_workers + ["Leader"] * n_leaders
    people = pd.DataFrame({"response_id": ids, "attribute": "group", "value": levels})
    return codings, segments, comments, people


def counted(tables=None, ratings=None, **changes):
    codings, segments, comments, people = tables or survey()
    ratings = empty_table("ratings") if ratings is None else ratings
    found, closed = count(codings, segments, comments, people, ratings, CODEBOOK, settings=plan(**changes))
    return check_table("counts", found), check_table("closed", closed)


def cell(counts, **keys):
    for column, value in keys.items():
        counts = counts[counts[column] == value]
    (row,) = counts.to_dict("records")
    return row


def test_shares_are_of_people_who_answered():
    found = cell(counted(survey(n_leaders=0))[0], question="q", code="time", level="Worker")
    assert (found["n"], found["base"], found["share"]) == (20, 40, 0.5)
    # Wilson's interval for 20 of 40.
    assert found["low"] == pytest.approx(0.3520, abs=1e-3)
    assert found["high"] == pytest.approx(0.6480, abs=1e-3)


def test_a_person_who_says_it_twice_counts_once():
    codings, segments, comments, people = survey(n_leaders=0)
    again = segments.head(20).assign(segment_id=lambda rows: rows["segment_id"] + "b")
    tables = (
        pd.concat([codings, codings.assign(segment_id=again["segment_id"])]),
        pd.concat([segments, again]),
        comments,
        people,
    )
    assert cell(counted(tables)[0], question="q", code="time", level="Worker")["n"] == 20


@pytest.mark.parametrize(("profile", "fewest"), [("strict", 8), ("standard", 10), ("small", 5)])
def test_small_groups_are_not_shown(profile, fewest):
    tables = survey(n_leaders=fewest - 1)
    found = cell(counted(tables, profile=profile)[0], question="q", code="time", level="Leader")
    assert found["suppressed"]
    assert all(pd.isna(found[name]) for name in ("n", "base", "share", "low", "high"))


@pytest.mark.parametrize("n", range(12))
def test_strict_profile_shows_nothing_of_seven_or_fewer_and_rounds_the_rest(n):
    shown = disclose(np.array([float(n)]), PROFILES["strict"])[0]
    assert np.isnan(shown) if n <= 7 else shown == 10


def test_a_small_group_is_not_the_difference_between_everyone_and_the_other_group():
    # Everyone 46, workers 40, so 6 leaders; of the 20 who spoke of time all were workers, so no leader was.
    counts, _ = counted(profile="standard")
    for code in ("any", "q"):
        # Six leaders at most are not workers, so that 20 of everyone would be 14 to 20 workers: seven numbers, and not ten.
        assert cell(counts, question=code, code="time", level="everyone")["suppressed"]
        assert cell(counts, question=code, code="time", level="Worker")["suppressed"]
        assert np.isnan(cell(counts, question=code, code="time", level="Leader")["base"])
        # That all 46 answered is shown always, and so that all 40 workers did.
        assert cell(counts, question=code, code="time", level="Worker")["base"] == 40


def test_a_figure_of_nearly_everybody_is_not_shown():
    found = cell(counted(survey(n_leaders=0, said_time=38))[0], question="q", code="time", level="everyone")
    assert found["suppressed"], "who knows a person is in the group would know what they said"


def test_options_of_which_each_person_chose_one_do_not_give_each_other_away():
    ids = [f"p{i}" for i in range(40)]
    chosen = ["a"] * 18 + ["b"] * 19 + ["c"] * 3
    ratings = pd.DataFrame({"response_id": ids, "question": "choice", "value": chosen, "score": np.nan})
    _, closed = counted(ratings=ratings, choice={"column": "c"}, profile="standard")
    assert closed.set_index("value")["suppressed"].to_dict() == {"a": True, "b": False, "c": True}


@pytest.mark.parametrize("profile", PROFILES)
def test_a_small_group_hides_nothing_of_everyone_in_questions_that_everybody_answered(profile):
    *_, people = survey(n_workers=100, n_leaders=3)
    people.loc[:39, "value"] = "Carer"
    ids = people["response_id"]
    score = pd.DataFrame({"response_id": ids, "question": "score", "value": "1", "score": [1.0, 2.0] * 51 + [5.0]})
    choice = pd.DataFrame({"response_id": ids, "question": "choice", "value": ["a", "b"] * 51 + ["a"], "score": np.nan})
    plans = {"score": {"column": "s", "scale": (1, 5)}, "choice": {"column": "c"}}
    _, closed = counted((*survey()[:3], people), pd.concat([score, choice]), profile=profile, **plans)
    for question in ("score", "choice"):
        rows = closed[closed["question"] == question]
        assert not rows.loc[rows["group"] == "everyone", "suppressed"].any()
        assert rows.loc[rows["level"] == "Leader", ["n", "base", "estimate"]].isna().all(axis=None)
        hidden = rows.loc[rows["suppressed"], "level"].unique()
        # Leaders' mean or answers would be what everybody's and those of both other groups leave; rounding covers answers.
        assert len(hidden) > 1 or (question == "choice" and PROFILES[profile].round_to > 1)
        assert len(hidden) < rows["level"].nunique()


def test_every_code_has_a_row_even_if_nobody_spoke_of_it():
    counts, _ = counted()
    assert set(counts["code"]) == {"time", "trust"}
    assert cell(counts, question="any", code="trust", level="everyone")["suppressed"]


def test_without_codebook_or_answers_there_are_no_counts():
    tables = [empty_table(name) for name in ("codings", "segments", "comments", "people", "ratings")]
    counts, closed = count(*tables, Codebook(()), settings=plan())
    assert check_table("counts", counts).empty and check_table("closed", closed).empty


def test_scales_give_means_and_choices_give_shares():
    ids = [f"p{i}" for i in range(20)]
    ratings = pd.concat(
        [
            pd.DataFrame({"response_id": ids, "question": "score", "value": ["1", "4"] * 10, "score": [1.0, 4.0] * 10}),
            pd.DataFrame({"response_id": ids, "question": "choice", "value": ["a", "b"] * 10, "score": np.nan}),
        ]
    )
    _, closed = counted(ratings=ratings, score={"column": "s", "scale": (1, 4)}, choice={"column": "c"})
    mean = cell(closed, question="score", level="everyone")
    assert (mean["measure"], mean["estimate"], mean["base"]) == ("mean", 2.5, 20)
    assert mean["low"] < 2.5 < mean["high"]
    share = cell(closed, question="choice", value="a", level="everyone")
    assert (share["measure"], share["n"], share["estimate"]) == ("share", 10, 0.5)


def test_a_mean_of_few_people_is_not_shown():
    ratings = pd.DataFrame({"response_id": list("abcdefg"), "question": "score", "value": "4", "score": 4.0})
    _, closed = counted(ratings=ratings, score={"column": "s", "scale": (1, 4)})
    assert closed["suppressed"].all() and closed["estimate"].isna().all() and closed["low"].isna().all()


def test_the_share_that_people_have_decided_on_is_said():
    codings, *rest = survey()
    decided = codings.assign(status=["accepted"] * 3 + ["added", "contested"] + ["suggested"] * 15, reviewers=[1] * 5 + [0] * 15)
    assert set(counted((codings.assign(status="suggested"), *rest))[0]["reviewed"]) == {0.0}
    assert set(counted((decided, *rest))[0]["reviewed"]) == {0.25}


def quoted(consent, approvals=None):
    codings, segments, comments, people = survey()
    comments = comments.assign(consent=consent, frame="better")
    members = pd.DataFrame({"text_id": segments["text_id"], "similarity": 0.5})
    suggestions = pd.DataFrame({"text_id": segments["text_id"], "code": "time", "score": 0.9})
    decided = empty_table("approvals") if approvals is None else approvals
    return check_table("quotes", quote(codings, segments, comments, people, members, suggestions, decided, settings=plan()))


@pytest.mark.parametrize("consent", ["analyse", "none"])
def test_nobody_is_quoted_against_their_will(consent):
    assert quoted(consent).empty


def approvals(outcomes):
    """Return approvals of segments, given by their ids; with a wording where they are reworded."""
    segments = survey()[1].set_index("segment_id")
    rows = [
        (number, one, segments.at[one, "text_id"], outcome, "Others" * (outcome == "reworded"), "So.", "Ann", "2026-01-01")
        for number, (one, outcome) in enumerate(outcomes.items(), start=1)
    ]
    columns = ["approval_id", "segment_id", "text_id", "outcome", "wording", "reason", "by", "made_at"]
    return check_table("approvals", pd.DataFrame(rows, columns=columns))


def test_what_people_decided_about_a_quotation_is_in_it_and_stays():
    """An excerpt that would not be picked by itself stays once people have decided about it."""
    everything, before = survey()[0]["segment_id"], quoted("quote")["segment_id"]
    unpicked = everything[~everything.isin(before)].iloc[0]
    found = quoted("quote", approvals({unpicked: "reworded", before[0]: "approved", before[1]: "refused"}))
    rows = found.set_index("segment_id")[["approved", "wording", "refused"]]
    assert rows.loc[unpicked].tolist() == [True, "Others", False]
    assert rows.loc[before[0]].tolist() == [True, "", False]
    assert rows.loc[before[1]].tolist() == [False, "", True]
    assert not rows.drop([unpicked, before[0], before[1]])[["approved", "refused"]].any(axis=None)


def test_an_approval_of_other_words_counts_no_longer():
    first = quoted("quote")["segment_id"][0]
    assert not quoted("quote", approvals({first: "approved"}).assign(text_id="another"))["approved"].any()


def test_quotes_wait_for_approval_and_name_the_group_only():
    found = quoted("paraphrase")
    assert len(found) and not found["approved"].any()
    assert set(found["caption"]) <= {"Worker", "Leader"}
    assert set(found["consent"]) == {"paraphrase"}


@pytest.mark.parametrize("status", ["suggested", "contested"])
def test_what_nobody_decided_or_people_differ_on_is_not_counted(status):
    codings, *others = survey(n_leaders=0)
    tables = (pd.concat([codings, codings.assign(code="trust", status=status)]), *others)
    counts, _ = counted(tables)
    assert cell(counts, question="q", code="time", level="Worker")["n"] == 20
    assert cell(counts, question="q", code="trust", level="Worker")["suppressed"]
