"""Tables with a row for each count of people, by what was said or asked, by group and by level."""

import numpy as np
import pandas as pd

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
