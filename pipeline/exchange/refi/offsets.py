"""Find out how another program counted characters: the standard says code points, and not all hold to it.

Emoji shift the places of programs that count UTF-16 units, and `\\r\\n` counts as one character for some and two for others.
The reading under which places begin and end where a word does is taken; in doubt the standard's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class OffsetReading:
    """A way to count: what a character beyond the first plane and a line end of two signs are worth."""

    name: str
    utf16: bool
    two_signs: bool


STANDARD = OffsetReading("code points, a line end counted once", utf16=False, two_signs=False)
READINGS = (
    STANDARD,
    OffsetReading("code points, \\r\\n counted twice", utf16=False, two_signs=True),
    OffsetReading("UTF-16 units, a line end counted once", utf16=True, two_signs=False),
    OffsetReading("UTF-16 units, \\r\\n counted twice", utf16=True, two_signs=True),
)
# So many places must fit better before another way of counting than the standard's is believed.
_CLEARLY = 2


def plain_line_ends(text: str) -> str:
    """Return the text with `\\n` for each line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def best_reading(texts: Sequence[str], places: Sequence[Sequence[tuple[int, int]]]) -> OffsetReading:
    """Return how places were counted: by the standard, unless another way lets far more of them be whole words.

    `places` are those of each text, as the file has them.
    """
    # In ASCII without double line ends all readings are the same.
    if all("\r\n" not in text and text.isascii() for text in texts):
        return STANDARD
    misfits = {
        reading: sum(_misfits(text, spans, reading) for text, spans in zip(texts, places, strict=True)) for reading in READINGS
    }
    best = min(READINGS, key=lambda reading: misfits[reading])
    # People mark parts of words, too: one misfit more or less says nothing.
    # Nor do two in a large file, so that another reading must halve them.
    is_clear = misfits[best] <= misfits[STANDARD] - _CLEARLY and misfits[best] <= misfits[STANDARD] / 2
    return best if is_clear else STANDARD


class Places:
    """Leads from another program's count to the place in the text with plain line ends."""

    def __init__(self, text: str, reading: OffsetReading) -> None:
        self.length = len(plain_line_ends(text))
        self.counts: NDArray[np.int64] | None = None
        # Without either every character counts as one under each reading, and no list of a whole text's counts is needed.
        if "\r" in text or (reading.utf16 and not text.isascii()):
            # A line end of two signs is one piece, since our text has one character there.
            pieces = re.findall("\r\n|.", text, re.DOTALL)
            widths = np.fromiter((_width(piece, reading) for piece in pieces), dtype=np.int64, count=self.length)
            self.counts = np.concatenate([[0], np.cumsum(widths)])

    def at(self, count: int) -> int | None:
        """Return the place, or None where no character begins or ends at this count."""
        if self.counts is None:
            return count if 0 <= count <= self.length else None
        # Inside an emoji or between the two signs of a line end there is a count and no place; whoever asks is told None.
        place = int(np.searchsorted(self.counts, count))
        return place if place <= self.length and self.counts[place] == count else None


def _width(piece: str, reading: OffsetReading) -> int:
    if piece == "\r\n":
        return 2 if reading.two_signs else 1
    # UTF-16 writes what lies beyond the first plane, most emoji among it, as two units.
    return 2 if reading.utf16 and ord(piece) > 0xFFFF else 1


def _misfits(text: str, places: Sequence[tuple[int, int]], reading: OffsetReading) -> int:
    counted, plain = Places(text, reading), plain_line_ends(text)
    return sum(not _whole_words(plain, counted.at(start), counted.at(end)) for start, end in places)


def _whole_words(text: str, start: int | None, end: int | None) -> bool:
    if start is None or end is None or not start < end:
        return False
    # Counted another way than it was meant, a place begins or ends inside a word, or begins with the blank before one.
    return not _inside_word(text, start) and not _inside_word(text, end) and not text[start].isspace()


def _inside_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()
