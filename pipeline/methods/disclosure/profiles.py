"""How careful a study is: from which number of people on a figure is shown, and what it is rounded to."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray


Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ends = tuple[Floats, Floats]
"""The lowest and the highest number that a count may be, for all that a reader can tell."""
NEARLY_ALL = 0.9
WITHHELD = -1
"""What stands for a number of people that is not shown, though it is not small."""


@dataclass(frozen=True)
class Profile:
    """From which number of people on a figure is shown, and what it is rounded to."""

    fewest: int
    round_to: int
    rule: str

    @property
    def slack(self) -> float:
        """By how much a figure that is shown may differ from the true one."""
        return (self.round_to - 1) / 2

    @property
    def tolerance(self) -> int:
        """By how much a figure that is given as in an earlier release may be off.

        Half the threshold: a smaller one would have to be withheld whenever one person leaves, and so tell what they had said.
        """
        return (self.fewest - 1) // 2


PROFILES: dict[Literal["strict", "standard", "small"], Profile] = {
    "strict": Profile(
        8,
        5,
        "figures about 7 or fewer people, and those that would give them away, are not shown; others are rounded to the "
        "nearest 5",
    ),
    "standard": Profile(10, 1, "figures about fewer than 10 people, and those that would give them away, are not shown"),
    "small": Profile(
        5,
        1,
        "figures about fewer than 5 people, and those that would give them away, are not shown; "
        "in so small a study others may still point to a person",
    ),
}


MOST_SLACK = max(profile.slack for profile in PROFILES.values())
"""By how much an earlier figure may differ from the true one by its rounding, whatever the profile was."""


def disclose(counts: Floats, profile: Profile) -> Floats:
    """Return counts of people as they may be shown: NaN where too few, rounded elsewhere; any shape.

    This looks at each count by itself. Use `hide_linked` or `hide_crossing` for counts that add up.
    """
    rounded = np.floor(counts / profile.round_to + 0.5) * profile.round_to
    return np.where(counts < profile.fewest, np.nan, rounded)


def nearly_all(counts: Floats, base: Floats) -> Bools:
    """Say where all of a base, or more than nine in ten, are counted: to be in the base is then to have said it."""
    return np.asarray(counts > NEARLY_ALL * base)


def ends_if_shown(counts: Floats, profile: Profile, *, sure: float = 1.0) -> Ends:
    """Return what a reader knows of counts that are shown; `sure` below 1 takes the reader to know more than rounding lets."""
    slack = profile.slack * sure
    shown = disclose(counts, profile)
    low, high = np.maximum(shown - slack, profile.fewest), shown + slack
    # Taking the reader to know more must not put the truth outside what they know.
    return np.minimum(low, counts), np.maximum(high, counts)


def too_narrow(low: Floats, high: Floats, profile: Profile) -> Bools:
    """Say where fewer different whole numbers lie between the ends than a figure must have people to be shown."""
    return np.asarray(np.floor(high + 1e-6) - np.ceil(low - 1e-6) + 1 < profile.fewest)
