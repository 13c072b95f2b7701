"""Tables with a row for each count of people, by what was said or asked, by group and by level."""

import numpy as np
import pandas as pd

from pipeline.methods.disclosure.crossing import hide_crossing
from pipeline.methods.disclosure.profiles import Profile, disclose


EVERYONE = "everyone"
"""The group, and its one level, in which everybody counts."""
ANY = "any"
"""What stands for a question where answers to any of them count."""


def with_any(usable: pd.DataFrame) -> pd.DataFrame:
    """Return the rows as they are, and once more as rows of any question."""
    return pd.concat([usable, usable.assign(question=ANY)], ignore_index=True)


def shares_of(cells: pd.DataFrame, hidden: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """Add share and 95 % Wilson interval, computed from the figures that may be shown and from no others."""
    from statsmodels.stats.proportion import proportion_confint

    base = disclose(cells["base"].to_numpy(float), profile)
    base[hidden["base"].to_numpy(bool)] = np.nan
    n = disclose(cells["n"].to_numpy(float), profile)
    n[(hidden["n"] | hidden["base"]).to_numpy(bool)] = np.nan
    low, high = proportion_confint(np.nan_to_num(n), np.nan_to_num(base, nan=1), method="wilson")
    gone = np.isnan(n)
    return cells.assign(
        n=n,
        base=base,
        estimate=n / base,
        low=np.where(gone, np.nan, low),
        high=np.where(gone, np.nan, high),
        suppressed=gone,
    )


def crossed(asked: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """Return what to hide where each person counts in one value, so that values and groups both add up: bool, `base` and `n`.

    Rows, of one question, hold `n` of `base` people by value, group and level, and those of everyone.
    """
    values = list(dict.fromkeys(asked["value"]))
    tables = {str(group): _by_option(rows, values) for group, rows in asked.groupby("group", sort=False)}
    everyone = tables[EVERYONE].to_numpy(float)
    found = {(EVERYONE, EVERYONE): np.zeros(len(values) + 1, dtype=bool)}
    groups = [group for group in tables if group != EVERYONE]
    # What is hidden of everyone for the sake of one attribute is hidden for all of them; a second pass makes that good.
    for group in [*groups, *groups] or [EVERYONE]:
        parts = tables[group].to_numpy(float)
        rest = np.clip(everyone - parts.sum(axis=0), 0.0, None)
        start = np.zeros((len(parts) + 2, len(values) + 1), dtype=bool)
        start[-1] = found[EVERYONE, EVERYONE]
        gone = hide_crossing(np.vstack([parts, rest]), profile, unknown=True, hidden=start)
        found |= {(group, str(level)): gone[place] for place, level in enumerate(tables[group].index)}
        found[EVERYONE, EVERYONE] = gone[-1]
    flags = np.array([found[group, level] for group, level in zip(asked["group"], asked["level"], strict=True)])
    places = [values.index(value) for value in asked["value"]]
    return pd.DataFrame({"base": flags[:, -1], "n": flags[range(len(flags)), places]}, index=asked.index)


def _by_option(rows: pd.DataFrame, values: list[str]) -> pd.DataFrame:
    return rows.set_index(["level", "value"])["n"].unstack()[values]
