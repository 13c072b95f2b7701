"""Choose which excerpts people look at next."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataError


Order = Literal["uncertain", "rare codes first", "random audit"]
ORDERS: tuple[Order, ...] = get_args(Order)

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
# Nobody reviews more at a time; further down a code's list the chances say little.
_DEEPEST = 2_000


def next_to_review(
    chances: Floats,
    thresholds: Floats,
    decided: NDArray[np.bool_],
    order: Order,
    *,
    n: int,
    seed: int,
    counts: NDArray[np.integer] | None = None,
    audited: NDArray[np.bool_] | None = None,
) -> Rows:
    """Return the rows of at most n excerpts for people to look at, the first one first.

    Parameters
    ----------
    chances : float (n_excerpts, n_codes)
        How likely each code is right.
    thresholds : float (n_codes,)
        From which chance on each code is suggested.
    decided : bool (n_excerpts,)
        Which excerpts people have decided on.
    order : "uncertain", "rare codes first" or "random audit"
        "uncertain" takes undecided excerpts with a code closest to its threshold, where a person's word changes most
        (the smallest margin over the codes: Brinker 2006). "rare codes first" takes undecided excerpts that are likely
        to have a code people have seldom given. "random audit" draws from all excerpts with the same probability,
        **decided ones too**: only so do the audit's figures hold for all of them.
    n : int
        How many at most.
    seed : int
        Settles ties, and the draw of an audit; with the same seed a longer audit begins with the shorter one.
    counts : int (n_codes,), optional
        How many decisions name each code; "rare codes first" takes every code as new without it.
    audited : bool (n_excerpts,), optional
        Which excerpts an earlier audit has drawn; they are not drawn again.

    Raises
    ------
    DataError
        There is no such order.
    """
    # Shuffled first and sorted stably later, so that ties are in no order that the export has.
    shuffled = np.random.default_rng(seed).permutation(len(chances))
    if order == "random audit":
        return (shuffled if audited is None else shuffled[~audited[shuffled]])[:n]
    rows = shuffled[~decided[shuffled]]
    if order == "uncertain":
        margins = np.abs(chances[rows] - thresholds).min(axis=1, initial=np.inf)
        return rows[np.argsort(margins, kind="stable")][:n]
    if order == "rare codes first":
        frequency = np.zeros(chances.shape[1]) if counts is None else counts.astype(float)
        return rows[_for_rare_codes(chances[rows], frequency, n=n)]
    raise DataError(f"There is no order {order!r}; excerpts can be drawn {', '.join(ORDERS)}.")


def _for_rare_codes(chances: Floats, counts: Floats, *, n: int) -> Rows:
    """Return rows one by one: whose chance of a code, divided by how often that code is known, is highest.

    What has been chosen counts as known by its chances, so that not all are for the same code.
    """
    if not chances.size:
        return np.arange(min(n, len(chances)))
    likeliest = np.argsort(-chances, axis=0, kind="stable")[:_DEEPEST]
    pool = np.unique(likeliest)
    frequency, free, chosen = 1 + counts, chances[pool], []
    for _ in range(min(n, len(pool))):
        place = int((free / frequency).max(axis=1).argmax())
        chosen.append(pool[place])
        frequency = frequency + chances[pool[place]]
        # Below every chance, so it is not chosen again.
        free[place] = -1.0
    return np.array(chosen, dtype=np.intp)
