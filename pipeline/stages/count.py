"""Count how many people of each group spoke of each code, and how they answered the closed questions."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.artefacts import empty_table
from pipeline.codebook import Codebook
from pipeline.methods.disclosure import PROFILES, Breakdown, Hidden, Profile, disclose, hide
from pipeline.methods.disclosure.cells import EVERYONE, crossed, shares_of, with_any
from pipeline.study import Intake


def count(
    codings: pd.DataFrame,
    segments: pd.DataFrame,
    comments: pd.DataFrame,
    people: pd.DataFrame,
    ratings: pd.DataFrame,
    codebook: Codebook,
    *,
    settings: SimpleNamespace,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return counts of people by code and group, and the closed questions by group, after disclosure control."""
    profile = PROFILES[settings.count.profile]
    groups = settings.count.groups or settings.intake.attributes[:1]
    levels = levels_of(comments, ratings, people, groups)
    reviewed = float((codings["status"] != "suggested").mean()) if len(codings) else 0.0
    counts = _open(codings, segments, comments, levels, codebook=codebook, profile=profile)
    return counts.assign(reviewed=reviewed), _closed(ratings, levels, profile=profile, plan=settings.intake)


def levels_of(comments: pd.DataFrame, ratings: pd.DataFrame, people: pd.DataFrame, groups: tuple[str, ...]) -> pd.DataFrame:
    """Return one row per person and level that the person counts in, `everyone` among them."""
    everyone = pd.concat([comments["response_id"], ratings["response_id"]]).drop_duplicates()
    known = people.loc[people["attribute"].isin(groups)].rename(columns={"attribute": "group", "value": "level"})
    return pd.concat([pd.DataFrame({"response_id": everyone, "group": EVERYONE, "level": EVERYONE}), known], ignore_index=True)


def _open(
    codings: pd.DataFrame,
    segments: pd.DataFrame,
    comments: pd.DataFrame,
    levels: pd.DataFrame,
    *,
    codebook: Codebook,
    profile: Profile,
) -> pd.DataFrame:
    usable = with_any(comments.loc[comments["set_aside"].isna(), ["response_id", "question", "comment_id"]])
    if usable.empty or not len(codebook):
        return empty_table("counts").drop(columns="reviewed")
    places = codings[["segment_id", "code"]].merge(segments[["segment_id", "comment_id"]], on="segment_id")
    spoken = places.merge(usable, on="comment_id")
    base = _people(usable, ["question"], levels).rename("base").reset_index()
    said = _people(spoken, ["question", "code"], levels).rename("n").reset_index()
    cells = base.merge(pd.DataFrame({"code": [code.code for code in codebook.codes]}), how="cross")
    cells = cells.merge(said, how="left", on=["question", "code", "group", "level"]).fillna({"n": 0})
    hidden = _hidden(cells, "code", profile)
    return shares_of(cells, hidden, profile).rename(columns={"estimate": "share"})


def _people(rows: pd.DataFrame, keys: list[str], levels: pd.DataFrame) -> "pd.Series[int]":
    """Return how many people are in the rows by these keys, group and level, one group after another to spare memory."""
    said = rows[["response_id", *keys]].drop_duplicates()
    keys = [*keys, "group", "level"]
    parts = [
        said.merge(known, on="response_id").groupby(keys)["response_id"].nunique()
        for _, known in levels.groupby("group", sort=False)
    ]
    return pd.concat(parts).sort_index()


def _hidden(cells: pd.DataFrame, item: str, profile: Profile) -> pd.DataFrame:
    """Return which bases and counts of each question and item must not be shown: bool columns `base` and `n`."""
    found = pd.DataFrame({"base": True, "n": True}, index=cells.index)
    for _, asked in cells.groupby("question", sort=False):
        first = asked[asked[item] == asked[item].iloc[0]]
        base = _breakdown(first, "base")
        gone = hide(base, profile)
        for _, rows in asked.groupby(item, sort=False):
            found.loc[rows.index, "base"] = _by_row(rows, gone)
            found.loc[rows.index, "n"] = _by_row(rows, hide(_breakdown(rows, "n"), profile, of=(base, gone)))
    return found


def _breakdown(rows: pd.DataFrame, column: str) -> Breakdown:
    """Return a count for everyone, and by each attribute with the people whose value is not known last."""
    counts, groups = rows[column].to_numpy(float), rows["group"].to_numpy()
    total = float(counts[groups == EVERYONE].sum())
    parts = [counts[places] for places in _places(groups)]
    return Breakdown(total, tuple(np.append(found, max(total - found.sum(), 0.0)) for found in parts))


def _by_row(rows: pd.DataFrame, hidden: Hidden) -> "pd.Series[bool]":
    flags = np.full(len(rows), hidden.total, dtype=bool)
    for places, parts in zip(_places(rows["group"].to_numpy()), hidden.parts, strict=True):
        flags[places] = parts[:-1]
    return pd.Series(flags, index=rows.index)


def _places(groups: NDArray[Any]) -> list[NDArray[np.intp]]:
    """Return where the rows of each attribute stand, in the order in which they come. It is asked for each code, so no frames."""
    return [np.flatnonzero(groups == group) for group in dict.fromkeys(groups) if group != EVERYONE]


def _closed(ratings: pd.DataFrame, levels: pd.DataFrame, *, profile: Profile, plan: Intake) -> pd.DataFrame:
    if ratings.empty:
        return empty_table("closed")
    scaled = ratings["question"].isin([name for name, rating in plan.ratings.items() if rating.scale or rating.labels])
    parts = [_means(ratings[scaled], levels, profile), _options(ratings[~scaled], levels, profile)]
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else empty_table("closed")


def _options(rows: pd.DataFrame, levels: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    if rows.empty:
        return rows
    base = _people(rows, ["question"], levels).rename("base").reset_index()
    chosen = _people(rows, ["question", "value"], levels).rename("n").reset_index()
    cells = base.merge(rows[["question", "value"]].drop_duplicates(), on="question")
    cells = cells.merge(chosen, how="left", on=["question", "value", "group", "level"]).fillna({"n": 0})
    several = rows.groupby("question")["response_id"].agg(lambda ids: bool(ids.duplicated().any()))
    hidden = _hidden(cells, "value", profile)
    for question in several.index[~several]:
        asked = cells[cells["question"] == question]
        hidden.loc[asked.index] |= crossed(asked, profile)
    return shares_of(cells, hidden, profile).assign(measure="share")


def _means(rows: pd.DataFrame, levels: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    scored = rows[["response_id", "question", "score"]].dropna(subset="score").merge(levels, on="response_id")
    if scored.empty:
        return scored
    found = scored.groupby(["question", "group", "level"], sort=False)["score"].agg(["mean", "std", "count"]).reset_index()
    found["base"] = found["count"].astype(float)
    base = disclose(found["base"].to_numpy(), profile)
    for _, asked in found.groupby("question", sort=False):
        base[asked.index[_by_row(asked, hide(_breakdown(asked, "base"), profile))]] = np.nan
    # Many digits give away how many people a mean is of; a group of one mind has said what each of its people did.
    half = _half_width(found).round(2)
    shown = found["mean"].round(2).where(~np.isnan(base) & (found["std"] > 0))
    return found[["question", "group", "level"]].assign(
        measure="mean",
        value="",
        n=np.nan,
        base=base,
        estimate=shown,
        low=shown - half,
        high=shown + half,
        suppressed=shown.isna(),
    )


def _half_width(found: pd.DataFrame) -> pd.Series:
    from scipy.stats import t

    freedom = (found["count"] - 1).clip(lower=1)
    error = found["std"] / found["count"].pow(0.5)
    return error * pd.Series(t.ppf(0.975, freedom), index=found.index)
