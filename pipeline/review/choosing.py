"""Choose which excerpt a person reads next: each is read by several people, across groups where that can be."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.review.room import Room
from pipeline.review.store import Drawn


@dataclass(frozen=True)
class Ahead:
    """How far a person is: excerpts they have answered, those they skipped, and those that still wait for them."""

    answered: int
    skipped: int
    waiting: int


def next_excerpt(room: Room, reviewer: str, order: Drawn = "given order", *, now: datetime) -> str | None:
    """Return the segment_id a person should read next and hold the place for them for half an hour; None if nothing waits.

    Asked again before they answer, it is the same excerpt. Left out is what they have answered or skipped, what enough
    people have answered or hold, and, unless nothing else is left, what somebody of their own group has answered.
    """
    raise NotImplementedError


def let_go(room: Room, reviewer: str) -> None:
    """Give back the places held for a person who stops, so that others may read those excerpts."""
    raise NotImplementedError


def ahead(room: Room, reviewer: str) -> Ahead:
    """Return how far a person is."""
    raise NotImplementedError
