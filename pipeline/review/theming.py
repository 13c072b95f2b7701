"""What people ask of themes, on the page or on the command line: kept as edits about texts, carried out by the next run."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.review.revising import CodeEdit
from pipeline.review.room import Room


@dataclass(frozen=True)
class Sharing:
    """How many people of a group spoke of a theme; None where too few to show."""

    group: str
    level: str
    n: int | None
    base: int | None
    share: float | None
    more_than_others: bool


@dataclass(frozen=True)
class ThemeCard:
    """A theme as people read it."""

    number: int
    theme_id: str
    title: str
    named: bool
    set_aside: bool
    keywords: tuple[str, ...]
    exemplars: tuple[tuple[str, str], ...]
    """segment_id and words of the texts nearest to its middle."""
    n_people: int
    n_texts: int
    code: str
    code_label: str
    code_by: str
    """Who says the theme stands for the code: the model, people, or nobody."""
    proposed: str
    said_by: tuple[Sharing, ...]


@dataclass(frozen=True)
class ThemeEdit:
    """What somebody asked of themes, and what came of it in the last run ("waits for the next run" before that)."""

    edit_id: int
    action: str
    detail: str
    by: str
    made_at: str
    result: str


def theme_cards(room: Room) -> tuple[ThemeCard, ...]:
    """Return the themes by number, those set aside last."""
    raise NotImplementedError


def theme_card(room: Room, number: int) -> ThemeCard:
    """Return one theme; DataError if there is none of that number."""
    raise NotImplementedError


def theme_edits(room: Room) -> tuple[ThemeEdit, ...]:
    """Return the edits that stand, the last one first."""
    raise NotImplementedError


def rename(room: Room, number: int, title: str, *, by: str) -> int:
    """Give a theme a title and return the number of the edit."""
    raise NotImplementedError


def merge(room: Room, numbers: Sequence[int], *, by: str) -> int:
    """Make one theme of several and return the number of the edit."""
    raise NotImplementedError


def split(room: Room, number: int, *, into: int, by: str) -> int:
    """Divide a theme by meaning and return the number of the edit."""
    raise NotImplementedError


def set_aside(room: Room, number: int, *, by: str) -> int:
    """Set a theme aside and return the number of the edit."""
    raise NotImplementedError


def restore(room: Room, number: int, *, by: str) -> int:
    """Count a theme again that was set aside, and return the number of the edit."""
    raise NotImplementedError


def map_to_code(room: Room, number: int, code: str, *, by: str) -> int:
    """Say which code a theme stands for and return the number of the edit."""
    raise NotImplementedError


def undo_theme_edit(room: Room, edit_id: int, *, by: str) -> None:
    """Take an edit of themes back; it stays on record."""
    raise NotImplementedError


def propose_code_from(room: Room, number: int, *, label: str, definition: str, why: str, by: str, key: str) -> CodeEdit:
    """Propose a new code made of a theme, with its exemplars as examples."""
    raise NotImplementedError
