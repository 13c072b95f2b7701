"""Excerpts that are marked in some way, and how many of them the study has now, counted as they are marked."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field


@dataclass
class Marks:
    """Marked excerpts; with 50,000 of them, counting them for each page would take longer than the page."""

    every: set[str] = field(default_factory=set)
    n_here: int = 0
    """How many of them the study has now."""

    def put(self, segment_id: str, here: AbstractSet[str], *, belongs: bool) -> None:
        """Mark an excerpt, or take its mark away; `here` are those that the study has now."""
        if belongs == (segment_id in self.every):
            return
        self.every.add(segment_id) if belongs else self.every.discard(segment_id)
        self.n_here += (1 if belongs else -1) * (segment_id in here)

    def count(self, here: AbstractSet[str]) -> None:
        """Count anew after a run that may have brought other excerpts."""
        self.n_here = len(self.every & here)
