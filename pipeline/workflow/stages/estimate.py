"""Estimate the share of each code in what people said, from the excerpts of a random audit and the coder's probabilities."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.codebook.codebook import Codebook
from pipeline.decisions.queries import as_agreed
from pipeline.methods.active_learning.sampling import chances_of
from pipeline.methods.disclosure import PROFILES, Profile
from pipeline.methods.disclosure.cells import ANY, EVERYONE
from pipeline.methods.disclosure.profiles import NEARLY_ALL
from pipeline.methods.estimates import FEWEST_AUDITED, estimate_shares
from pipeline.study.study_settings import compared_groups
from pipeline.tables.lookup import factorize, index_in, levels, take
from pipeline.tables.parquet import empty_table


Bools = NDArray[np.bool_]
COLUMNS = ("share", "low", "high", "audited", "read")


def estimate(
    segments: pd.DataFrame,
    comments: pd.DataFrame,
    people: pd.DataFrame,
    codings: pd.DataFrame,
    suggestions: pd.DataFrame,
    decisions: pd.DataFrame,
    discussions: pd.DataFrame,
    lessons: pd.DataFrame,
    counts: pd.DataFrame,
    codebook: Codebook,
    *,
    settings: SimpleNamespace,
) -> pd.DataFrame:
    """Return for each row of `counts` how far the share of its code can be told, and the share where an audit tells it.

    ===========================  =======================================================================================
    people have read             the row says
    ===========================  =======================================================================================
    every excerpt                "all read": `counts` holds the share of people
    ten drawn at random or more  "audit and coder" or "audit": the share of excerpts with its 95 % interval
    less                         "none": what people decided is the least that was said, and no share can be told
    ===========================  =======================================================================================
    """
    if counts.empty:
        return empty_table("estimates")
    excerpts = _excerpts(segments, comments, people, compared_groups(settings))
    reading = _reading(excerpts.rows, decisions, discussions, [code.code for code in codebook.codes])
    chances, learnt = _chances(excerpts.rows, suggestions, reading, lessons)
    profile = PROFILES[settings.count.profile]
    parts = [
        _of_question(str(question), rows, excerpts, reading, chances, profile).assign(learnt=learnt)
        for question, rows in counts.groupby("question", sort=False)
    ]
    estimates = pd.concat(parts).loc[counts.index]
    checked = _checked(excerpts.rows, codings, profile)
    keys = pd.MultiIndex.from_frame(estimates[["question", "code"]])
    return estimates.assign(checked=checked.reindex(keys).to_numpy(float)).reset_index(drop=True)


@dataclass(frozen=True)
class _ReadableExcerpts:
    """Excerpts of answers that were read, each with its person's number, question and weight, and the groups of people."""

    rows: pd.DataFrame
    levels: dict[str, pd.Categorical]

    def of(self, question: str, group: str, level: str) -> Bools:
        """Say which excerpts answer a question and are of people of a group, (n_excerpts,)."""
        inside = np.ones(len(self.rows), dtype=bool) if question == ANY else self.rows["question"].to_numpy() == question
        if group == EVERYONE:
            return inside
        in_level: Bools = np.asarray(self.levels[group] == level, dtype=bool)[self.rows["person"].to_numpy()]
        return inside & in_level


def _excerpts(segments: pd.DataFrame, comments: pd.DataFrame, people: pd.DataFrame, groups: tuple[str, ...]) -> _ReadableExcerpts:
    usable = comments[comments["set_aside"].isna()].reset_index(drop=True)
    at = index_in(segments["comment_id"], usable["comment_id"])
    (person,), persons = factorize(usable["response_id"])
    rows = segments.loc[at >= 0, ["segment_id", "text_id"]].reset_index(drop=True)
    at = at[at >= 0]
    questions = np.asarray(usable["question"].astype(str))
    weights = usable["weight"].to_numpy(float)
    rows = rows.assign(person=person[at], question=questions[at], weight=weights[at])
    asked = [group for group in groups if group in set(people["attribute"])]
    return _ReadableExcerpts(rows, levels(people, persons, asked))


@dataclass(frozen=True)
class _PeoplesReading:
    """What people made of excerpts: which are read, which of these an audit drew, and their codes (n_audited, n_codes)."""

    codes: list[str]
    read: Bools
    audited: NDArray[np.intp]
    labels: NDArray[np.float64]


def _reading(excerpts: pd.DataFrame, decisions: pd.DataFrame, discussions: pd.DataFrame, codes: list[str]) -> _PeoplesReading:
    """Return what people made of the excerpts; where they differ, a code has the share of those who gave it."""
    clear = as_agreed(decisions, discussions)
    clear = clear[clear["outcome"].isin(["codes", "none"])]
    at = index_in(clear["segment_id"], excerpts["segment_id"])
    clear, at = clear[at >= 0], at[at >= 0]
    # Not of words that the excerpt no longer holds.
    same = np.asarray(clear["text_id"]) == np.asarray(take(excerpts["text_id"], at))
    clear = clear[same].assign(place=at[same])
    audited = np.unique(clear.loc[clear["drawn"] == "random audit", "place"]).astype(np.intp)
    readings = clear[clear["place"].isin(audited)]
    votes = readings["codes"].str.get_dummies("|").reindex(columns=codes, fill_value=0)
    labels = votes.groupby(readings["place"].to_numpy()).mean().reindex(audited).to_numpy(float)
    read = np.zeros(len(excerpts), dtype=bool)
    read[clear["place"].to_numpy(dtype=np.intp)] = True
    return _PeoplesReading(codes, read, audited, labels.reshape(len(audited), len(codes)))


def _chances(
    excerpts: pd.DataFrame, suggestions: pd.DataFrame, reading: _PeoplesReading, lessons: pd.DataFrame
) -> tuple[NDArray[np.float64], bool]:
    """Return what the coder makes of each excerpt, and whether it has learnt from the audit and so cannot be judged by it."""
    silent = np.zeros((len(excerpts), len(reading.codes)))
    if len(reading.audited) < FEWEST_AUDITED:
        return silent, False
    learnt = bool(excerpts["text_id"].iloc[reading.audited].isin(lessons["text_id"]).any())
    # Of what it has learnt by heart it is surer than of anything else: its chances there say nothing of the others.
    return (silent if learnt else chances_of(suggestions, excerpts["text_id"], reading.codes)[0]), learnt


def _of_question(
    question: str,
    rows: pd.DataFrame,
    excerpts: _ReadableExcerpts,
    reading: _PeoplesReading,
    chances: NDArray[np.float64],
    profile: Profile,
) -> pd.DataFrame:
    cells = rows[["question", "code", "group", "level"]].assign(
        **dict.fromkeys(COLUMNS, np.nan), method="none", suppressed=rows["base"].isna()
    )
    parts = list(dict.fromkeys(zip(rows["group"], rows["level"], strict=True)))
    members = np.array([excerpts.of(question, str(group), str(level)) for group, level in parts])
    place = pd.Series(range(len(parts)), index=pd.MultiIndex.from_tuples(parts))
    of_part = place.reindex(pd.MultiIndex.from_frame(cells[["group", "level"]])).to_numpy(dtype=np.intp)
    whole = members[parts.index((EVERYONE, EVERYONE))]
    n, n_read = members.sum(axis=1), (members & reading.read).sum(axis=1)
    cells["read"] = np.where(cells["suppressed"], np.nan, (n_read / np.maximum(n, 1)).round(2)[of_part])
    if reading.read[whole].all():
        return cells.assign(method="all read")
    # Of answers to this question, so that what was drawn of others does not count as drawn of these.
    drawn = whole[reading.audited]
    if drawn.sum() < FEWEST_AUDITED:
        return cells
    estimates = estimate_shares(
        reading.labels[drawn],
        (np.cumsum(whole) - 1)[reading.audited[drawn]],
        chances[whole],
        people=excerpts.rows.loc[whole, "person"].to_numpy(),
        groups=members[:, whole],
        weights=excerpts.rows.loc[whole, "weight"].to_numpy(),
        beyond=True,
    )
    speakers = excerpts.rows["person"].to_numpy()[reading.audited]
    n_people = np.array([len(np.unique(speakers[drawn & part[reading.audited]])) for part in members])
    of_code = [reading.codes.index(code) for code in cells["code"]]
    figures = {name: getattr(estimates, name)[of_part, of_code] for name in ("share", "low", "high", "corrected")}
    cells["method"] = np.where(figures["corrected"] & chances.any(), "audit and coder", "audit")
    cells["audited"] = estimates.n_audited[of_part]
    return _shown(cells, figures, rows["base"].to_numpy(float), n_people[of_part], profile)


def _shown(
    cells: pd.DataFrame, figures: dict[str, NDArray[Any]], base: NDArray[np.float64], n_people: NDArray[np.intp], profile: Profile
) -> pd.DataFrame:
    """Return the estimates of an audit that may be shown; of few people audited none may, nor how many excerpts they were."""
    few = (n_people < profile.fewest) | np.isnan(figures["share"])
    cells["audited"] = cells["audited"].where(~(few | cells["suppressed"].to_numpy(bool)))
    cells["suppressed"] = _hidden(cells.assign(estimate=figures["share"]), base, few, profile)
    # Many digits would tell how many excerpts a share is of.
    return cells.assign(
        **{name: np.where(cells["suppressed"], np.nan, figures[name].round(2)) for name in ("share", "low", "high")}
    )


def _hidden(cells: pd.DataFrame, base: NDArray[np.float64], few: Bools, profile: Profile) -> Bools:
    """Return which estimates to hide: of few people by what they say, of nearly all, and what would give such a one away."""
    share = cells["estimate"].to_numpy(float)
    hidden = cells["suppressed"].to_numpy(bool) | few | (share * base < profile.fewest) | (share > NEARLY_ALL)
    groups = cells.assign(hidden=hidden, people=share * base)
    for _, rows in groups[groups["group"] != EVERYONE].groupby(["code", "group"], sort=False):
        shown = rows[~rows["hidden"]]
        # A single one would follow from everyone's share and the others'.
        if len(rows) - len(shown) == 1 and len(shown):
            groups.loc[shown["people"].idxmin(), "hidden"] = True
    return groups["hidden"].to_numpy(bool)


def _checked(excerpts: pd.DataFrame, codings: pd.DataFrame, profile: Profile) -> "pd.Series[float]":
    """Return what part of the codings of each code people have decided on, by question and for any; NaN where of few people."""
    at = index_in(codings["segment_id"], excerpts["segment_id"])
    coded = excerpts.take(at[at >= 0])[["person", "question"]].reset_index(drop=True)
    coded = coded.assign(code=codings["code"].to_numpy()[at >= 0], decided=(codings["status"] != "suggested").to_numpy()[at >= 0])
    coded = pd.concat([coded, coded.assign(question=ANY)])
    parts = coded.groupby(["question", "code"], observed=True)
    return parts["decided"].mean().round(2).where(parts["person"].nunique() >= profile.fewest).astype(float)
