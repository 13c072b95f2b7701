"""How far a share differs between two surveys, whether other people answered the second, the same, or some of both."""

import numpy as np
from numpy.typing import NDArray


Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def difference_of_shares(n: Floats, base: Floats, earlier: Floats, earlier_base: Floats, *, correlation: float = 0.0) -> Floats:
    """Return difference, lower and upper end of its 95 % interval; (3, n_shares), NaN where a figure is missing.

    Newcombe's hybrid score interval (Statistics in Medicine 17, 1998: method 10 for two samples, which with the correlation
    between the two is his method for the same people twice). It holds at few people and at shares near none and all, where the
    usual one does not. `correlation` is that of the two shares as estimates: 0 where nobody answered both surveys.
    """
    from statsmodels.stats.proportion import proportion_confint

    complete = ~np.isnan(n + base + earlier + earlier_base)
    # The library refuses missing figures; any others do in their place, as they are missing again below.
    ends = [
        proportion_confint(np.where(complete, count, 0.0), np.where(complete, total, 1.0), method="wilson")
        for count, total in ((n, base), (earlier, earlier_base))
    ]
    (low, high), (earlier_low, earlier_high) = ends
    share, earlier_share = n / base, earlier / earlier_base
    down = _together(share - low, earlier_high - earlier_share, correlation)
    up = _together(high - share, earlier_share - earlier_low, correlation)
    difference = share - earlier_share
    return np.where(complete, np.array([difference, difference - down, difference + up]), np.nan)


def correlation_of_shares(mentions: Bools, earlier_mentions: Bools, *, base: int, earlier_base: int) -> float:
    """Return how far two surveys' shares move together, over all things said; 0 where too few people answered both to tell.

    The rows of `mentions` and `earlier_mentions` (n_people, n_things) are the same people, those who answered both surveys.
    """
    if not mentions.size or not base or not earlier_base:
        return 0.0
    now, then = (rows.astype(np.float64) - rows.mean(axis=0) for rows in (mentions, earlier_mentions))
    spread = np.sqrt((now**2).mean(axis=0) * (then**2).mean(axis=0)).sum()
    together = float((now * then).mean(axis=0).sum() / spread) if spread else 0.0
    return together * len(mentions) / float(np.sqrt(base * earlier_base))


def _together(first: Floats, second: Floats, correlation: float) -> Floats:
    return np.sqrt(np.maximum(first**2 + second**2 - 2 * correlation * first * second, 0.0))
