"""Find out how another program counted characters, how sure that is, and on which places it depends.

Each way of counting is weighed by how many places it makes whole words or whole sentences, and by what is known of the program
that wrote the file. Ways that are not clearly worse stay possible: a place that they put elsewhere is not taken in unasked.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.errors import DataError
from pipeline.exchange.refi.answer_lines import ANSWER_LINE
from pipeline.exchange.refi.offsets import KEYS, STANDARD, UNITS, OffsetReading, Places, n_marks, plain
from pipeline.runtime.plurals import agreeing, listed


Span = tuple[int, int]
# How much a place speaks for a way of counting, as the logarithm of how much likelier it is under the right way than under a
# wrong one: people mark whole words in 96 of 100 places and often whole sentences; places that are shifted seldom do.
_MISFIT, _WORDS, _SENTENCE = -3.1, 1.6, 3.9
# About 55 to 1: what the origin of a file speaks for its usual way, and by how much a way must be worse to be ruled out.
_KNOWN_PROGRAM, _RULED_OUT = 4.0, 4.0
# What we wrote ourselves is counted as we count, unless very much speaks against it.
_OURS = 12.0
_STANDARD_FIRST = 1.5
_MARK_IS_NO_LETTER = 2.0
_ENDS = ".!?…"
# What some programs count from or to; believed only where it mends at least so many places, and half of those that misfit.
_SHIFTS: dict[Span, str] = {
    (0, 1): "the end is the last character, not the one after it",
    (-1, 0): "characters are counted from 1",
    (-1, -1): "characters are counted from 1",
}
_CLEARLY = 3


@dataclass(frozen=True)
class Counting:
    """How the places of a file are read: the way taken, others that are possible, and what speaks for it in figures."""

    reading: OffsetReading
    possible: tuple[OffsetReading, ...]
    n_places: int = 0
    n_whole: int = 0
    n_next: int | None = None
    """Places that are whole words under the next best way; None where all ways agree."""
    because: str = ""
    shift: Span = (0, 0)

    def sentence(self) -> str:
        """Say how characters were counted and what speaks for it."""
        why = f", {self.because}" if self.because else ""
        if not self.n_places:
            return f"Characters read as: {self.reading.name}{why}."
        words = agreeing(self.n_places, "place is", "places are")
        evidence = f"{self.n_whole:,} of {self.n_places:,} {words} whole words"
        beside = "all ways of counting agree" if self.n_next is None else f"the next best reading {self.n_next:,}"
        return f"Characters read as: {self.reading.name}{why} ({evidence}; {beside})."

    @property
    def shifted(self) -> str:
        """What is odd about where places begin and end; empty where nothing is."""
        return _SHIFTS.get(self.shift, "")


class _Text:
    """A text of a file with its places as the file counts them."""

    def __init__(self, raw: str, spans: Sequence[Span]) -> None:
        self.raw, self.spans, self.plain = raw, spans, plain(raw)

    @cached_property
    def heads(self) -> list[Span]:
        """Where the lines above answers stand."""
        return [match.span() for match in ANSWER_LINE.finditer(self.plain)]

    def placed(self, reading: OffsetReading, shift: Span = (0, 0)) -> list[tuple[int | None, int | None]]:
        counted = Places(self.raw, reading)
        return [(counted.at(start + shift[0]), counted.at(end + shift[1])) for start, end in self.spans]

    def weight(self, start: int | None, end: int | None) -> float:
        """Return what a place speaks for the way of counting that put it there."""
        text = self.plain
        if start is None or end is None or not start < end or text[start].isspace() or self._crosses(start, end):
            return _MISFIT
        if _inside_word(text, start) or _inside_word(text, end):
            return _MISFIT
        begins = start == 0 or text[start - 1] == "\n" or (text[start - 1] == " " and text[start - 2] in _ENDS)
        ends = end == len(text) or text[end] == "\n" or (text[end - 1] in _ENDS and text[end] == " ")
        return _SENTENCE if begins and ends else _WORDS

    def _crosses(self, start: int, end: int) -> bool:
        # Whoever marks an answer may take its line in, but seldom goes on into the next answer or begins inside a line of ours.
        following = bisect_right(self.heads, (start, len(self.plain)))
        before = self.heads[following - 1] if following else (0, 0)
        inside = before[0] < start < before[1]
        return inside or (following < len(self.heads) and self.heads[following][0] < end)


def judge_counting(texts: Sequence[str], places: Sequence[Sequence[Span]], origin: str = "", asked: str = "") -> Counting:
    """Return how places were counted; `places` are those of each text as the file has them, `asked` is the key of a way that a
    person asks for, such as "utf16/2".
    """
    marked = [_Text(text, spans) for text, spans in zip(texts, places, strict=True)]
    n_places = sum(len(text.spans) for text in marked)
    candidates = _distinct(marked, origin)
    priors = {reading: _prior(reading, origin, texts) for reading in candidates}
    weights = {reading: [_weights(text, reading) for text in marked] for reading in candidates}
    whole = {reading: sum(weight > 0 for of_text in weights[reading] for weight in of_text) for reading in candidates}
    scores = {reading: priors[reading] + sum(map(sum, weights[reading])) for reading in candidates}
    ranked = sorted(candidates, key=lambda reading: -scores[reading])
    possible = tuple(reading for reading in ranked if scores[ranked[0]] - scores[reading] < _RULED_OUT)
    # Where more than one is possible, what is known beforehand decides; places on which it depends are asked about.
    best = max(possible, key=lambda reading: (priors[reading], scores[reading]))
    because = f"as {_program(origin)} counts" if len(candidates) > 1 and priors[best] >= _KNOWN_PROGRAM else ""
    if asked:
        if asked not in KEYS:
            raise DataError(f"--counting {asked}: there is no such way to count. There are {listed(KEYS)}.")
        best = next((reading for reading in candidates if reading.key == asked), _by_key(asked, texts))
        possible, because = (best,), "as you asked"
    if not n_places:
        return Counting(best if asked else STANDARD, possible[:1], because=because)
    n_whole = whole.get(best, sum(weight > 0 for text in marked for weight in _weights(text, best)))
    others = [whole[reading] for reading in candidates if reading != best]
    shift = _shift(marked, best)
    return Counting(best, possible, n_places, n_whole, max(others, default=None), because, shift)


def _by_key(key: str, texts: Sequence[str]) -> OffsetReading:
    unit, line_end = next((unit, two) for unit in UNITS for two in (False, True) if key.startswith(OffsetReading(unit, two).key))
    return OffsetReading(unit, line_end, max(map(n_marks, texts), default=0) if key.endswith("mark") else 0)


def _distinct(texts: Sequence[_Text], origin: str) -> list[OffsetReading]:
    """Return one way of counting for each that puts some place elsewhere: of those that agree the likeliest for the program."""
    raw = [text.raw for text in texts]
    most_marks = max(map(n_marks, raw), default=0)
    alike: dict[tuple[object, ...], list[OffsetReading]] = {}
    for marks in range(most_marks + 1):
        for unit in UNITS:
            for two_signs in (False, True):
                reading = OffsetReading(unit, two_signs, marks)
                alike.setdefault(tuple(tuple(text.placed(reading)) for text in texts), []).append(reading)
    return [max(readings, key=lambda reading: _prior(reading, origin, raw)) for readings in alike.values()]


def _weights(text: _Text, reading: OffsetReading, shift: Span = (0, 0)) -> list[float]:
    return [text.weight(start, end) for start, end in text.placed(reading, shift)]


def _prior(reading: OffsetReading, origin: str, texts: Sequence[str]) -> float:
    """Return what is known before any place is looked at: who wrote the file, and what its texts look like."""
    has_two_signs = any("\r\n" in text for text in texts)
    has_mark = any(n_marks(text) for text in texts)
    weight = _MARK_IS_NO_LETTER if reading.marks == 0 or reading.marks < max(map(n_marks, texts), default=0) else 0.0
    usual = next((ways for pattern, ways in _USUAL if re.search(pattern, origin, re.IGNORECASE)), None)
    if usual is not None:
        unit, two_signs = usual
        fits = unit in (None, reading.unit) and (two_signs in (None, reading.two_signs) or not has_two_signs)
        speaks_for_it = _OURS if re.search(r"many voices", origin, re.IGNORECASE) else _KNOWN_PROGRAM
        return weight + (speaks_for_it if fits else 0.0)
    # Byte-order marks and line ends of two signs are how programs for Windows write, which count in UTF-16 units.
    expected = "UTF-16 units" if has_mark and has_two_signs else "code points"
    return weight + (_STANDARD_FIRST if reading.unit == expected else 0.0)


# Which unit a program counts in and whether `\r\n` is two, as its files and its own code show; None where that is not known.
_USUAL: tuple[tuple[str, tuple[str | None, bool | None]], ...] = (
    (r"many voices", ("code points", False)),
    (r"nvivo.*mac", ("UTF-16 units", None)),
    (r"nvivo", ("UTF-16 units", True)),
    (r"atlas", (None, False)),
    (r"qualcoder", ("code points", False)),
)


def _program(origin: str) -> str:
    return " ".join(origin.split())[:40]


def _shift(texts: Sequence[_Text], reading: OffsetReading) -> Span:
    def misfits(shift: Span) -> int:
        return sum(weight < 0 for text in texts for weight in _weights(text, reading, shift))

    plain_misfits = misfits((0, 0))
    if plain_misfits < _CLEARLY:
        return (0, 0)
    best = min(_SHIFTS, key=misfits)
    return best if plain_misfits - misfits(best) >= max(_CLEARLY, plain_misfits / 2) else (0, 0)


def _inside_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()
