"""A figure that was shown, or that was not, and the people it counts."""

from dataclasses import dataclass


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

    @property
    def attribute(self) -> str:
        """What the people are parted by; no two parts of one attribute share a person."""
        return self.part.rpartition("|")[0]

    def differs_by(self, now: "Released") -> int:
        """Return by how many people it and a later figure differ."""
        return len(self.people ^ now.people) + self.erased
