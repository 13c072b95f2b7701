"""How far people have come, and how much time each spent, so that they can be paid."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.review.room import Room


@dataclass(frozen=True)
class Effort:
    """What one person, or all of a group, has done."""

    name: str
    group: str
    people: int
    decided: int
    skipped: int
    changed_after_suggestion: int
    minutes: float
    first: str
    last: str


@dataclass(frozen=True)
class Doing:
    """How we are doing."""

    excerpts: int
    complete: int
    """Excerpts that all their readers have answered."""
    begun: int
    to_discuss: int
    contested: int
    agreed_by_talk: int
    people: tuple[Effort, ...]
    groups: tuple[Effort, ...]


def how_are_we_doing(room: Room) -> Doing:
    """Return how far people and groups have come."""
    raise NotImplementedError


def write_time_spent(room: Room, path: Path) -> Path:
    """Write a CSV for paying people: name, group, decisions, minutes, first and last day."""
    raise NotImplementedError
