"""Names of people who review: one person has one, and no two look alike."""

import unicodedata
from collections.abc import Iterable

from pipeline.errors import ReviewError
from pipeline.runtime.plain_text import one_line


# Letters of some languages are joined, or kept apart, by these; they are no trick inside a name.
_JOINERS = "\u200c\u200d"


def check_new_name(name: str, others: Iterable[str]) -> str:
    """Return a name as it is to be kept; ReviewError if it holds what nobody sees, or looks like somebody else's."""
    kept = unicodedata.normalize("NFC", name)
    if any(_is_unseen(letter) for letter in kept):
        raise ReviewError("This name holds a character that nobody can see. Delete it, and type the name again by hand.")
    if not any(letter.isalnum() for letter in kept):
        raise ReviewError("A name needs a letter or a number.")
    alike = next((other for other in others if _looks(other) == _looks(kept)), None)
    if alike is not None:
        raise ReviewError(
            f"{alike} is on the list already, and looks the same. Choose that name, or another if you are not {alike}."
        )
    return kept


def _is_unseen(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn") and letter not in _JOINERS


def _looks(name: str) -> str:
    # Letters that differ only in width, style or case look the same to people.
    plain = unicodedata.normalize("NFKC", name).casefold()
    return one_line("".join(letter for letter in plain if not _is_unseen(letter) and letter not in _JOINERS))
