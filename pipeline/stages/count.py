"""Count how many people of each group spoke of each code, and how they answered the closed questions."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from pipeline.artefacts import empty_table
from pipeline.codebook import Codebook
from pipeline.methods.disclosure import PROFILES, Profile, disclose
from pipeline.study import Intake


EVERYONE = "everyone"
ANY = "any"


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
    levels = _levels(comments, ratings, people, groups)
    reviewed = float((codings["status"] != "suggested").mean()) if len(codings) else 0.0
    counts = _open(codings, segments, comments, levels, codebook=codebook, profile=profile)
    return counts.assign(reviewed=reviewed), _closed(ratings, levels, profile=profile, plan=settings.intake)


def _levels(comments: pd.DataFrame, ratings: pd.DataFrame, people: pd.DataFrame, groups: tuple[str, ...]) -> pd.DataFrame:
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
    usable = _with_any(comments.loc[comments["set_aside"].isna(), ["response_id", "question", "comment_id"]])
    if usable.empty or not len(codebook):
        return empty_table("counts").drop(columns="reviewed")
    places = segments[["segment_id", "comment_id"]].merge(usable, on="comment_id")
    spoken = codings[["segment_id", "code"]].merge(places, on="segment_id")
    base = _people(usable.merge(levels, on="response_id"), ["question", "group", "level"]).rename("base").reset_index()
    said = _people(spoken.merge(levels, on="response_id"), ["question", "code", "group", "level"]).rename("n").reset_index()
    cells = base.merge(pd.DataFrame({"code": [code.code for code in codebook.codes]}), how="cross")
    cells = cells.merge(said, how="left", on=["question", "code", "group", "level"]).fillna({"n": 0})
    return shares_of(cells, profile).rename(columns={"estimate": "share"})


def _with_any(usable: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([usable, usable.assign(question=ANY)], ignore_index=True)


def _people(rows: pd.DataFrame, keys: list[str]) -> "pd.Series[int]":
    return rows.groupby(keys)["response_id"].nunique()


def shares_of(cells: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """Add share and 95 % Wilson interval, computed from the figures that may be shown and from no others."""
    from statsmodels.stats.proportion import proportion_confint

    base = disclose(cells["base"].to_numpy(float), profile)
    n = np.minimum(disclose(cells["n"].to_numpy(float), profile), base)
    low, high = proportion_confint(np.nan_to_num(n), np.nan_to_num(base, nan=1), method="wilson")
    hidden = np.isnan(n)
    return cells.assign(
        n=n,
        base=base,
        estimate=n / base,
        low=np.where(hidden, np.nan, low),
        high=np.where(hidden, np.nan, high),
        suppressed=hidden,
    )


def _closed(ratings: pd.DataFrame, levels: pd.DataFrame, *, profile: Profile, plan: Intake) -> pd.DataFrame:
    if ratings.empty:
        return empty_table("closed")
    rows = ratings.merge(levels, on="response_id")
    scaled = {name for name, rating in plan.ratings.items() if rating.scale or rating.labels}
    parts = [_means(rows[rows["question"].isin(scaled)], profile), _options(rows[~rows["question"].isin(scaled)], profile)]
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else empty_table("closed")


def _options(rows: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    if rows.empty:
        return rows
    base = _people(rows, ["question", "group", "level"]).rename("base").reset_index()
    chosen = _people(rows, ["question", "value", "group", "level"]).rename("n").reset_index()
    cells = base.merge(rows[["question", "value"]].drop_duplicates(), on="question")
    cells = cells.merge(chosen, how="left", on=["question", "value", "group", "level"]).fillna({"n": 0})
    return shares_of(cells, profile).assign(measure="share")


def _means(rows: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    scored = rows.dropna(subset="score")
    if scored.empty:
        return scored
    found = scored.groupby(["question", "group", "level"])["score"].agg(["mean", "std", "count"]).reset_index()
    base = disclose(found["count"].to_numpy(float), profile)
    half = _half_width(found)
    shown = found["mean"].where(~np.isnan(base))
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
