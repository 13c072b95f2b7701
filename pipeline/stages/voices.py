"""Find which themes each group speaks of more than others, however few its people are, and rank themes by group."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from pipeline.artefacts import empty_table
from pipeline.methods.disclosure import PROFILES, Profile, disclose
from pipeline.methods.standing_out import standing_out, tempered_shares


def voices(
    themes: pd.DataFrame,
    members: pd.DataFrame,
    segments: pd.DataFrame,
    comments: pd.DataFrame,
    people: pd.DataFrame,
    *,
    settings: SimpleNamespace,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return where groups stand out, and the rank of each theme by people, by groups and within groups.

    Tests are made with the true numbers; figures and ranks are shown after disclosure control.
    """
    profile = PROFILES[settings.count.profile]
    counted = themes.loc[~themes["set_aside"], "theme_id"].tolist()
    spoken = segments.merge(comments[["comment_id", "response_id"]], on="comment_id").merge(members, on="text_id")
    spoken = spoken[["response_id", "theme_id"]].drop_duplicates()
    found, ranks = [empty_table("voices")], [empty_table("theme_ranks")]
    for group in settings.count.groups or settings.intake.attributes[:1]:
        said, base = _counts(spoken, people[people["attribute"] == group], counted)
        if said.size:
            found.append(_standing_out(said, base, profile).assign(group=group))
            ranks.append(_ranks(said, base, _everyone(spoken, counted), profile).assign(group=group))
    return _joined(found), _joined(ranks)


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]


def _counts(spoken: pd.DataFrame, people: pd.DataFrame, themes: list[str]) -> tuple[pd.DataFrame, "pd.Series[float]"]:
    """Return how many people of each level spoke of each theme, and how many spoke of anything."""
    known = people[["response_id", "value"]].drop_duplicates("response_id").rename(columns={"value": "level"})
    rows = spoken.merge(known, on="response_id")
    base = rows.groupby("level")["response_id"].nunique().astype(float)
    said = rows.groupby(["level", "theme_id"])["response_id"].nunique().unstack(fill_value=0)
    return said.reindex(index=base.index, columns=themes, fill_value=0).astype(float), base


def _everyone(spoken: pd.DataFrame, themes: list[str]) -> "pd.Series[float]":
    return spoken.groupby("theme_id")["response_id"].nunique().reindex(themes, fill_value=0).astype(float)


def _standing_out(said: pd.DataFrame, base: "pd.Series[float]", profile: Profile) -> pd.DataFrame:
    from statsmodels.stats.proportion import proportion_confint

    weights = np.asarray(base, dtype=np.float64)
    result = standing_out(said.to_numpy(np.float64), weights)
    bases = np.broadcast_to(disclose(weights, profile)[:, None], said.shape)
    n = np.minimum(disclose(said.to_numpy(), profile), bases)
    low, high = proportion_confint(np.nan_to_num(n), np.nan_to_num(bases, nan=1), method="wilson")
    hidden = np.isnan(n)
    figures = {
        "n": n,
        "base": bases,
        "share": n / bases,
        "low": np.where(hidden, np.nan, low),
        "high": np.where(hidden, np.nan, high),
        # Beside the theme's number of people, what others say would give a hidden figure away.
        "elsewhere": np.where(hidden, np.nan, result.elsewhere),
        "evidence": np.where(result.clear, "clear", np.where(result.sign, "a sign", "none")),
        "suppressed": hidden,
    }
    return _cells(said).assign(**{name: values.ravel() for name, values in figures.items()})


def _cells(said: pd.DataFrame) -> pd.DataFrame:
    return pd.MultiIndex.from_product([said.index, said.columns], names=["level", "theme_id"]).to_frame(index=False)


def _ranks(said: pd.DataFrame, base: "pd.Series[float]", everyone: "pd.Series[float]", profile: Profile) -> pd.DataFrame:
    first = everyone.rank(ascending=False, method="min")
    equal = pd.Series(
        tempered_shares(said.to_numpy(np.float64), np.asarray(base, dtype=np.float64)).mean(axis=0).round(9), index=said.columns
    )
    within = said.rank(axis=1, ascending=False, method="min").where(said >= profile.fewest)
    parts = [
        _ranked(first, first, weighting="people", level=""),
        _ranked(equal.rank(ascending=False, method="min"), first, weighting="equal groups", level=""),
        *(_ranked(within.loc[level], first, weighting="within", level=str(level)) for level in said.index),
    ]
    return pd.concat(parts, ignore_index=True)


def _ranked(ranks: "pd.Series[float]", first: "pd.Series[float]", *, weighting: str, level: str) -> pd.DataFrame:
    found = {"theme_id": ranks.index, "rank": ranks.to_numpy(), "change": (first - ranks).to_numpy()}
    return pd.DataFrame({**found, "weighting": weighting, "level": level})
