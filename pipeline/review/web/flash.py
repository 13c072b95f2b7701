"""A word about what was just done, shown once on the next page, with a way to undo it."""

from dataclasses import asdict, dataclass

from flask import session


@dataclass(frozen=True)
class Notice:
    """What was done."""

    text: str
    undo: str = ""
    """Where undoing it is sent to."""
    undo_words: str = "Undo"


def give(notice: Notice) -> None:
    """Show this on the next page."""
    session["notice"] = asdict(notice)


def take() -> Notice | None:
    """Return what is to be shown, once."""
    notice = session.pop("notice", None)
    return Notice(**notice) if notice else None
