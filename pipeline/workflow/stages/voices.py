"""Find which themes each group speaks of more than others, however few its people are, and rank themes by group."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd

from pipeline.methods.disclosure import PROFILES, Profile, disclose
from pipeline.methods.disclosure.profiles import Bools, Floats
from pipeline.methods.disclosure.single_base_tables import classes_by, hide_bases, hide_themes
from pipeline.methods.groups.overrepresentation import standing_out, tempered_shares
from pipeline.study.study_settings import compared_groups
from pipeline.tables.lookup import Places, factorize, index_in, levels
from pipeline.tables.parquet import empty_table


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
    (numbers,), persons = factorize(comments["response_id"])
    spoken = _spoken(segments, comments["comment_id"], numbers, members)
    standing, ranks = [empty_table("voices")], [empty_table("theme_ranks")]
    group_levels = levels(people, persons, compared_groups(settings))
    groups = [(group, *_counts(spoken, level, counted)) for group, level in group_levels.items()]
    groups = [(group, counts, base) for group, counts, base in groups if counts.size]
    everyone = spoken.groupby("theme_id", observed=True)["person"].nunique().reindex(counted, fill_value=0).astype(float)
    n_people = float(spoken.loc[spoken["theme_id"].isin(counted), "person"].nunique())
    shown = _shown(groups, everyone, n_people, _hidden(spoken, group_levels, len(persons), counted, profile), profile)
    for (group, counts, base), figures in zip(groups, shown, strict=True):
        standing.append(_standing_out(counts, base, figures).assign(group=group))
        ranks.append(_ranks(counts, base, everyone, figures, profile).assign(group=group))
    return _joined(standing), _joined(ranks)


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]


def _spoken(segments: pd.DataFrame, comment_ids: pd.Series, numbers: Places, members: pd.DataFrame) -> pd.DataFrame:
    """Return once who spoke of which theme; `numbers` says of whom each comment is. Texts on their own are of no theme."""
    members = members[members["theme_id"].notna()]
    comment, text = index_in(segments["comment_id"], comment_ids), index_in(segments["text_id"], members["text_id"])
    placed = (comment >= 0) & (text >= 0)
    themes = pd.Categorical(members["theme_id"]).take(text[placed])
    return pd.DataFrame({"person": numbers[comment[placed]], "theme_id": themes}).drop_duplicates()


def _counts(spoken: pd.DataFrame, level: pd.Categorical, themes: list[str]) -> tuple[pd.DataFrame, "pd.Series[float]"]:
    """Return how many people of each level spoke of each theme, and how many spoke of anything."""
    rows = spoken.assign(level=level.take(spoken["person"].to_numpy()))
    base = rows.groupby("level", observed=True)["person"].nunique().astype(float)
    base.index = base.index.astype("str")
    counts = rows.groupby(["level", "theme_id"], observed=True).size().unstack(fill_value=0)
    counts.index, counts.columns = counts.index.astype("str"), counts.columns.astype("str")
    return counts.reindex(index=base.index, columns=themes, fill_value=0).astype(float), base


Group = tuple[str, pd.DataFrame, "pd.Series[float]"]


@dataclass(frozen=True)
class _Shown:
    """What may be shown of one attribute: counts and bases after disclosure control, and what they leave for all others."""

    n: Floats
    base: Floats
    elsewhere: Floats
    total: Bools
    """Whether the number of everybody who spoke of a theme may be shown beside these, (n_themes,)."""


def _shown(
    groups: list[Group], everyone: "pd.Series[float]", n_people: float, hidden: "_Hidden", profile: Profile
) -> list[_Shown]:
    """Hide and round what each theme's people and their groups may not show; all groups share the same themes."""
    shown = []
    for group, counts, base in groups:
        # People without a level are a row, too, so that all rows add up to everybody.
        all_counts = np.vstack([counts.to_numpy(float), np.maximum(everyone - counts.sum(axis=0), 0.0)])
        all_bases = np.append(base.to_numpy(float), max(n_people - base.sum(), 0.0))
        rows = [hidden.names[group, str(level)] for level in [*counts.index, ""]]
        shown.append(_figures(all_counts, all_bases, hidden, rows, profile))
    return shown


@dataclass(frozen=True)
class _Hidden:
    """Which figures may not be shown: bases (n_figures,) and counts (n_themes, n_figures), and where each group's level is."""

    base: Bools
    themes: Bools
    names: dict[tuple[str, str], int]


def _hidden(
    spoken: pd.DataFrame, group_levels: dict[str, pd.Categorical], n_persons: int, themes: list[str], profile: Profile
) -> _Hidden:
    # All attributes together, which may nest and overlap: what one leaves open another could give away.
    classes = classes_by(group_levels, n_persons)
    counted = spoken[spoken["theme_id"].isin(themes)]
    base = classes.count(counted["person"].unique())
    no_base = hide_bases(classes, base, profile)
    persons = {str(theme): rows.unique() for theme, rows in counted.groupby("theme_id", observed=True)["person"]}
    nobody = np.zeros(0, dtype=np.intp)
    counts = np.array([classes.count(persons.get(theme, nobody)) for theme in themes]).reshape(len(themes), len(base))
    names = {name: place for place, name in enumerate(classes.names)}
    return _Hidden(no_base, hide_themes(classes, base, counts, no_base, profile), names)


def _figures(counts: Floats, base: Floats, hidden: "_Hidden", rows: list[int], profile: Profile) -> _Shown:
    n = np.where(hidden.themes[:, rows].T, np.nan, disclose(counts, profile))[:-1]
    bases = np.where(hidden.base[rows], np.nan, disclose(base, profile))[:-1, None]
    # From what may be shown of the other groups and nothing else: a true share of theirs would give a hidden figure away.
    others = np.array([np.delete(n, place, axis=0).sum(axis=0) for place in range(len(n))])
    other_bases = np.array([np.delete(bases, place, axis=0).sum(axis=0) for place in range(len(n))])
    with np.errstate(invalid="ignore", divide="ignore"):
        return _Shown(n, np.broadcast_to(bases, n.shape), others / other_bases, ~hidden.themes[:, 0])


def _standing_out(counts: pd.DataFrame, base: "pd.Series[float]", shown: _Shown) -> pd.DataFrame:
    from statsmodels.stats.proportion import proportion_confint

    result = standing_out(counts.to_numpy(np.float64), np.asarray(base, dtype=np.float64))
    low, high = proportion_confint(np.nan_to_num(shown.n), np.nan_to_num(shown.base, nan=1), method="wilson")
    hidden = np.isnan(shown.n)
    figures = {
        "n": shown.n,
        "base": shown.base,
        "share": shown.n / shown.base,
        "low": np.where(hidden, np.nan, low),
        "high": np.where(hidden, np.nan, high),
        "elsewhere": np.where(hidden, np.nan, shown.elsewhere),
        "evidence": np.where(result.clear, "clear", np.where(result.sign, "a sign", "none")),
        "suppressed": hidden,
        "total_shown": np.broadcast_to(shown.total, hidden.shape),
    }
    cells = pd.MultiIndex.from_product([counts.index, counts.columns], names=["level", "theme_id"]).to_frame(index=False)
    return cells.assign(**{name: values.ravel() for name, values in figures.items()})


def _ranks(
    counts: pd.DataFrame, base: "pd.Series[float]", everyone: "pd.Series[float]", figures: _Shown, profile: Profile
) -> pd.DataFrame:
    first = everyone.rank(ascending=False, method="min")
    # Rounded, or the last digits would tell apart what is the same.
    equal = pd.Series(
        tempered_shares(counts.to_numpy(np.float64), np.asarray(base, dtype=np.float64)).mean(axis=0).round(9),
        index=counts.columns,
    )
    # Of a group of which figures are shown, these alone are ranked: a hidden one with a rank between two would be as they are.
    shown = pd.DataFrame(figures.n, counts.index, counts.columns)
    ranked = shown.where(shown.notna().any(axis=1), counts.where(counts >= profile.fewest), axis=0)
    within = ranked.rank(axis=1, ascending=False, method="min")
    parts = [
        _ranked(first, first, weighting="people", level=""),
        _ranked(equal.rank(ascending=False, method="min"), first, weighting="equal groups", level=""),
        *(_ranked(within.loc[level], first, weighting="within", level=str(level)) for level in counts.index),
    ]
    return pd.concat(parts, ignore_index=True)


def _ranked(ranks: "pd.Series[float]", first: "pd.Series[float]", *, weighting: str, level: str) -> pd.DataFrame:
    figures = {"theme_id": ranks.index, "rank": ranks.to_numpy(), "change": (first - ranks).to_numpy()}
    return pd.DataFrame({**figures, "weighting": weighting, "level": level})
