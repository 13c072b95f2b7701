"""The ways in which programs count characters, and where the places they count lie in a text.

The standard counts Unicode code points. Some programs count UTF-16 units, in which most emoji are two, or bytes; `\\r\\n` is one
character for some and two for others; and some count the byte-order mark at the beginning of a file.
"""

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray


Unit = Literal["code points", "UTF-16 units", "UTF-8 bytes"]
MARK = "\ufeff"
_UNIT_KEYS: dict[Unit, str] = {"code points": "codepoints", "UTF-16 units": "utf16", "UTF-8 bytes": "bytes"}


@dataclass(frozen=True)
class OffsetReading:
    """A way to count: in which unit, what a line end of two signs is worth, and how many byte-order marks count."""

    unit: Unit
    two_signs: bool
    marks: int = 0

    @property
    def name(self) -> str:
        """What people are told of it."""
        line_end = "\\r\\n counted twice" if self.two_signs else "a line end counted once"
        mark = ", the byte-order mark counted" if self.marks else ""
        return f"{self.unit}, {line_end}{mark}"

    @property
    def key(self) -> str:
        """What people type to ask for it, such as "utf16/2"."""
        return f"{_UNIT_KEYS[self.unit]}/{2 if self.two_signs else 1}{'/mark' if self.marks else ''}"


UNITS: tuple[Unit, ...] = ("code points", "UTF-16 units", "UTF-8 bytes")
READINGS = tuple(OffsetReading(unit, two_signs) for unit in UNITS for two_signs in (False, True))
STANDARD = READINGS[0]
KEYS = tuple(OffsetReading(unit, two_signs, marks).key for marks in (0, 1) for unit in UNITS for two_signs in (False, True))


def plain_line_ends(text: str) -> str:
    """Return the text with `\\n` for each line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def n_marks(text: str) -> int:
    """Return how many byte-order marks stand at the beginning of a text; files that were written twice have two."""
    return len(text) - len(text.lstrip(MARK))


def plain(text: str) -> str:
    """Return the text of a file with `\\n` for each line end and without byte-order marks before it."""
    return plain_line_ends(text.lstrip(MARK))


class Places:
    """Leads from another program's count to the place in the plain text of a file."""

    def __init__(self, text: str, reading: OffsetReading) -> None:
        # The last marks are those that a program counts: it never saw the first, which its own reader took off.
        self.before = min(reading.marks, n_marks(text)) * _width(MARK, reading)
        text = text.lstrip(MARK)
        self.length = len(plain_line_ends(text))
        self.counts: NDArray[np.int64] | None = None
        # Without either every character counts as one under each reading, and no list of a whole text's counts is needed.
        if "\r" in text or (reading.unit != "code points" and not text.isascii()):
            # A line end of two signs is one piece, since our text has one character there.
            pieces = re.findall("\r\n|.", text, re.DOTALL)
            widths = np.fromiter((_width(piece, reading) for piece in pieces), dtype=np.int64, count=self.length)
            self.counts = np.concatenate([[0], np.cumsum(widths)])

    def at(self, count: int) -> int | None:
        """Return the place, or None where no character begins or ends at this count."""
        count -= self.before
        if self.counts is None:
            return count if 0 <= count <= self.length else None
        # Inside an emoji or between the two signs of a line end there is a count and no place; whoever asks is told None.
        place = int(np.searchsorted(self.counts, count))
        return place if place <= self.length and self.counts[place] == count else None


def _width(piece: str, reading: OffsetReading) -> int:
    if piece == "\r\n":
        return 2 if reading.two_signs else 1
    if reading.unit == "UTF-16 units":
        # UTF-16 writes what lies beyond the first plane, most emoji among it, as two units.
        return 2 if ord(piece) > 0xFFFF else 1
    return len(piece.encode("utf-8", "surrogatepass")) if reading.unit == "UTF-8 bytes" else 1
