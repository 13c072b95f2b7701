"""Find excerpts: by words in the de-identified answers, and by meaning."""

from dataclasses import dataclass

from pipeline.review.room import Room


@dataclass(frozen=True)
class Found:
    """An excerpt that was found; `before + words + after` is the part of the answer that is shown."""

    segment_id: str
    before: str
    words: str
    after: str
    question: str
    group: str
    codes: tuple[str, ...]
    """As things stood at the last run."""
    likeness: float | None = None
    """Cosine to the excerpt one started from, for "more like this"."""


@dataclass(frozen=True)
class Finds:
    """A page of what was found, and how many answers hold the words in all."""

    excerpts: tuple[Found, ...]
    n_all: int


def find(room: Room, words: str, *, n: int = 20, start: int = 0) -> Finds:
    """Return excerpts of answers that hold all these words (or a "phrase in quotation marks", or the beginning of a word*)."""
    raise NotImplementedError


def more_like(room: Room, segment_id: str, *, n: int = 20) -> tuple[Found, ...]:
    """Return other excerpts nearest in meaning, each text once."""
    raise NotImplementedError
