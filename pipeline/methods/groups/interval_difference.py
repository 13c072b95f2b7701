"""How far two independent estimates differ, from their own intervals."""

from typing import NamedTuple

import numpy as np


class Difference(NamedTuple):
    """A difference with the ends of its 95 % interval."""

    estimate: float
    low: float
    high: float

    @property
    def told_apart(self) -> bool:
        """Whether the interval leaves out "no difference"."""
        return self.low > 0 or self.high < 0


def difference(first: tuple[float, float, float], second: tuple[float, float, float]) -> Difference:
    """Return how much the first estimate is above the second; each is a value with the ends of its 95 % interval.

    The ends are put together as Newcombe does with Wilson's intervals of two shares (Statistics in Medicine 17, 1998, method
    10), which holds for other estimates with good intervals of their own, too (Zou and Donner, 27, 2008). Two intervals may
    overlap although the estimates differ: to ask whether they do is too cautious, and is not done.
    """
    (value, low, high), (other, other_low, other_high) = first, second
    gap = value - other
    down = np.hypot(value - low, other_high - other)
    up = np.hypot(high - value, other - other_low)
    return Difference(gap, gap - float(down), gap + float(up))
