"""How different two categories are, from 0 for the same: a square table for each level of measurement."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray


Floats = NDArray[np.float64]
Metric = Literal["nominal", "ordinal", "interval", "ratio"]


def differences(metric: Metric, values: Floats, totals: Floats) -> Floats:
    """Return the squared differences of Krippendorff's alpha; `totals` is how often each value was given."""
    rows, columns = values[:, None], values[None, :]
    if metric == "nominal":
        return np.asarray((rows != columns).astype(float))
    if metric == "interval":
        return np.asarray((rows - columns) ** 2)
    if metric == "ratio":
        both = rows + columns
        return np.asarray(np.divide(rows - columns, both, out=np.zeros_like(both), where=both != 0) ** 2)
    # Ranks: how many values lie between the two, each of the two by half.
    middle = np.cumsum(totals) - totals / 2
    return np.asarray((middle[:, None] - middle[None, :]) ** 2)


def masi(sets: Sequence[frozenset[str]]) -> Floats:
    """Return the difference of each two sets: 0 for the same, less for one within the other, 1 where nothing is shared.

    Passonneau, R. (2006). Measuring agreement on set-valued items (MASI) for semantic and pragmatic annotation. LREC.
    """
    return np.array([[_masi(first, second) for second in sets] for first in sets]).reshape(len(sets), len(sets))


def _masi(first: frozenset[str], second: frozenset[str]) -> float:
    if first == second:
        return 0.0
    shared = len(first & second)
    # As in the paper: 1 for the same sets, 2/3 where one holds the other, 1/3 where they overlap.
    likeness = 2 / 3 if first <= second or second <= first else 1 / 3 if shared else 0.0
    return 1 - likeness * shared / len(first | second)
