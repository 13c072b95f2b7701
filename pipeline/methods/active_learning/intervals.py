"""How sure a figure is: 95 % intervals of shares, of paired differences and of agreement with people."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


Booleans = NDArray[np.bool_]

# The normal distribution's 97.5th percentile.
_Z = 1.959963984540054
_RESAMPLES = 2_000


class Interval(NamedTuple):
    """An estimate with the ends of its 95 % interval; NaN where there is nothing to estimate."""

    estimate: float
    low: float
    high: float


def wilson(n_right: float, n: float, *, n_all: float | None = None) -> Interval:
    """Return a share with its score interval (Wilson 1927).

    With `n_all`, the n were drawn without replacement from so many; a large part of them tells more than n drawn from
    an endless supply, and the interval is that of the n which would tell as much.
    """
    if not n:
        return Interval(np.nan, np.nan, np.nan)
    share = n_right / n
    if n_all is not None and n >= n_all:
        return Interval(share, share, share)
    n_worth = n if n_all is None else n * (n_all - 1) / (n_all - n)
    middle = (share + _Z**2 / (2 * n_worth)) / (1 + _Z**2 / n_worth)
    half = _Z * np.sqrt(share * (1 - share) / n_worth + _Z**2 / (4 * n_worth**2)) / (1 + _Z**2 / n_worth)
    return Interval(share, max(0.0, float(middle - half)), min(1.0, float(middle + half)))


def paired_difference(n_gains: int, n_losses: int, n: int) -> Interval:
    """Return (gains - losses) / n, with the interval of the n + 2 method for paired shares (Bonett and Price 2012).

    Like McNemar's test it looks at nothing but the pairs that differ; one more of each kind keeps small numbers honest.
    """
    gained, lost = (n_gains + 1) / (n + 2), (n_losses + 1) / (n + 2)
    half = _Z * np.sqrt((gained + lost - (gained - lost) ** 2) / (n + 2))
    low, high = max(-1.0, gained - lost - half), min(1.0, gained - lost + half)
    return Interval((n_gains - n_losses) / n if n else np.nan, float(low), float(high))


def agreement(suggested: Booleans, agreed: Booleans) -> float:
    """Return the F1 of suggestions over all codes: 1 where they are just what people said, NaN where nobody said any."""
    both, either = (suggested & agreed).sum(), suggested.sum() + agreed.sum()
    return float(2 * both / either) if either else np.nan


def agreement_gained(before: Booleans, after: Booleans, agreed: Booleans, *, seed: int) -> Interval:
    """Return how much better `after` agrees with people than `before`, in F1; all are bool (n, n_codes).

    The interval is that of a paired bootstrap over the rows (Efron and Tibshirani 1993), for codes of a row go together.
    """
    gained = agreement(after, agreed) - agreement(before, agreed)
    n = len(agreed)
    if not n or np.isnan(gained):
        return Interval(gained, np.nan, np.nan)
    # Both coders are judged by the same draw: what makes an excerpt easy is easy for both, and falls out of the difference.
    times = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=_RESAMPLES)
    differences = _resampled(after, agreed, times) - _resampled(before, agreed, times)
    low, high = np.nanpercentile(differences, [2.5, 97.5])
    return Interval(gained, float(low), float(high))


def _resampled(suggested: Booleans, agreed: Booleans, times: NDArray[np.int64]) -> NDArray[np.float64]:
    both, either = times @ (suggested & agreed).sum(axis=1), times @ (suggested.sum(axis=1) + agreed.sum(axis=1))
    return np.asarray(2 * both / np.where(either, either, np.nan))
