"""Compare what a coder suggested before and after learning with what people agreed on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.active_learning.intervals import Booleans, Interval, agreement, agreement_gained, paired_difference


Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Changes:
    """What learning would change in n excerpts that people agree on; counts are int (n_codes,).

    `added` people gave and are newly suggested; `dropped` people did not give and are suggested no longer: both are gains.
    `wrong` people did not give and are newly suggested; `lost` people gave and are suggested no longer: both are losses.
    """

    n: int
    added: Counts
    dropped: Counts
    wrong: Counts
    lost: Counts
    net: tuple[Interval, ...]
    """Gains less losses of each code, as a share of the excerpts."""
    before: float
    after: float
    gained: Interval
    """`before` and `after` are the F1 of all suggestions with what people gave, `gained` the difference."""

    @property
    def gains(self) -> Counts:
        """How often each code is newly right."""
        return self.added + self.dropped

    @property
    def losses(self) -> Counts:
        """How often each code is newly wrong."""
        return self.wrong + self.lost


def compare(before: Booleans, after: Booleans, agreed: Booleans, *, seed: int) -> Changes:
    """Return the gains and losses from `before` to `after`, judged by `agreed`; all are bool (n_excerpts, n_codes).

    `after` (and `before`, where that coder had learnt from people too) must come from coders that did not see the
    excerpt: a coder that learnt from it would only repeat it.
    """
    added, dropped = (after & ~before & agreed).sum(axis=0), (before & ~after & ~agreed).sum(axis=0)
    wrong, lost = (after & ~before & ~agreed).sum(axis=0), (before & ~after & agreed).sum(axis=0)
    n = len(agreed)
    net = tuple(
        paired_difference(int(gains), int(losses), n) for gains, losses in zip(added + dropped, wrong + lost, strict=True)
    )
    gained = agreement_gained(before, after, agreed, seed=seed)
    return Changes(n, added, dropped, wrong, lost, net, agreement(before, agreed), agreement(after, agreed), gained)
