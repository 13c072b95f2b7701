"""Disclosure control: small cells are suppressed first and the rest is rounded, before anything is computed from it.

After the rules of OpenSAFELY (redact 7 or fewer, round to 5) and the SDC handbook (fewer than 10).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray


Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Profile:
    """From which number of people on a figure is shown, and what it is rounded to."""

    fewest: int
    round_to: int
    rule: str


PROFILES: dict[Literal["strict", "standard", "small"], Profile] = {
    "strict": Profile(8, 5, "figures about 7 or fewer people are not shown, others are rounded to the nearest 5"),
    "standard": Profile(10, 1, "figures about fewer than 10 people are not shown"),
    "small": Profile(5, 1, "figures about fewer than 5 people are not shown; others may still point to a person"),
}


def disclose(counts: Floats, profile: Profile) -> Floats:
    """Return counts of people as they may be shown: NaN where too few, rounded elsewhere; any shape."""
    rounded = np.floor(counts / profile.round_to + 0.5) * profile.round_to
    return np.where(counts < profile.fewest, np.nan, rounded)
