"""A figure that was shown, or that was not, and the people it counts."""

from dataclasses import dataclass
from math import isnan, nan


@dataclass(frozen=True)
class Released:
    """A figure, the people it counts, and what was shown of it: a number, or nothing (NaN)."""

    item: str
    """What is counted, such as a code under a question."""
    part: str
    """The group within which it is counted: an attribute and its level, with a | between them."""
    people: frozenset[str]
    shown: float
    fewest: int
    erased: int = 0
    """People who were counted when it was released and have been erased since."""
    true: float = nan
    """What it would be without rounding, of the people now there; missing where it is their number."""
    people_a_unit: float = 1.0
    """How many people it takes at least for the figure to move by one."""

    @property
    def now(self) -> float:
        """What it would be without rounding, of the people now there."""
        return float(len(self.people)) if isnan(self.true) else self.true

    @property
    def counts_people(self) -> bool:
        """Whether it is a number of people: not a mean, and not a number of answers."""
        return isnan(self.true)

    @property
    def attribute(self) -> str:
        """What the people are parted by; no two parts of one attribute share a person."""
        return self.part.rpartition("|")[0]

    def differs_by(self, now: "Released") -> int:
        """Return by how many people it and a later figure differ."""
        return len(self.people ^ now.people) + self.erased

    def is_off_by(self, now: "Released") -> float:
        """Return how far what was shown is from what a later figure truly is: in people, or in answers."""
        return abs(self.shown - now.now) * max(now.people_a_unit, 1.0)

    def is_false(self, slack: float) -> bool:
        """Say whether a number of people cannot have been true when it was shown, as with tables of two runs side by side."""
        return abs(self.shown - len(self.people) - self.erased) > slack
