"""Talk about it: where people read an excerpt differently, and what came of talking."""

from dataclasses import dataclass
from typing import Literal

from pipeline.review.room import Room
from pipeline.review.store import Decision, Drawn, Outcome  # noqa: F401


@dataclass(frozen=True)
class Reading:
    """One way to read an excerpt, in a sentence by those who read it so; no codes means: none of these."""

    codes: tuple[str, ...]
    sentence: str
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Discussion:
    """What is on record of a talk about an excerpt."""

    discussion_id: int
    segment_id: str
    text_id: str
    outcome: Literal["open", "agreed", "contested"]
    codes: tuple[str, ...]
    readings: tuple[Reading, ...]
    note: str
    by: str
    made_at: str


@dataclass(frozen=True)
class Talk:
    """An excerpt to talk about: what each person said of it, and what has come of talking so far."""

    segment_id: str
    answers: tuple[Decision, ...]
    """Blind answers, with notes and groups, in the order they were given."""
    now: tuple[Decision, ...]
    """What each says as things stand, after the suggestion was shown."""
    discussion: Discussion | None
    changed_since: bool
    """Somebody has said something else after the discussion."""

    @property
    def version(self) -> int:
        """To be sent back with an outcome: the number of the discussion it would take the place of, or 0."""
        return self.discussion.discussion_id if self.discussion else 0


def to_discuss(room: Room) -> tuple[Talk, ...]:
    """Return excerpts that all their readers have answered and read differently, or that somebody wants to talk about."""
    raise NotImplementedError


def discussed(room: Room) -> tuple[Talk, ...]:
    """Return excerpts that have been talked about, the last one first."""
    raise NotImplementedError


def talk_about(room: Room, segment_id: str) -> Talk:
    """Return one excerpt with its readings; ReviewError until all its readers have answered."""
    raise NotImplementedError


def ask_to_talk(room: Room, segment_id: str, *, by: str, note: str, key: str) -> Discussion:
    """Put an excerpt that all have answered on the list to talk about, though people agree on it."""
    raise NotImplementedError


def agree(room: Room, segment_id: str, codes: tuple[str, ...], *, by: str, version: int, key: str, note: str = "") -> Discussion:
    """Record that people agreed; no codes means: none of these. StaleError if another outcome was recorded since."""
    raise NotImplementedError


def leave_contested(
    room: Room, segment_id: str, readings: tuple[Reading, ...], *, by: str, version: int, key: str, note: str = ""
) -> Discussion:
    """Record that people go on reading it differently, with a sentence for each of two readings or more."""
    raise NotImplementedError


def undo_discussion(room: Room, discussion_id: int, *, by: str) -> None:
    """Take a recorded outcome back; it stays on record. Twice is as once."""
    raise NotImplementedError
