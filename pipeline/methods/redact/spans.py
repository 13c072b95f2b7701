"""Spans of personal data in one answer, and the rules by which overlapping ones become a clean list."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


# Which label wins where two masks overlap: the more exact the pattern, the earlier it stands.
PRECEDENCE = (
    "e-mail",
    "web address",
    "handle",
    "postcode",
    "date of birth",
    "health number",
    "National Insurance number",
    "phone",
    "address",
    "number plate",
    "date",
    "reference",
    "age",
    "care provider",
    "name",
    "place",
)

# Tokens that stand in the text already, ours or another tool's: every word in the brackets must be one of these.
_WORDS_OF_MASKS = (
    "name|names|place|address|postcode|phone|e-?mail|web|handle|health|national|insurance|number|plate|reference|date"
    "|birth|age|role|care|day|nursing|residential|home|centre|provider|hospital|surgery|school|ward|service|staff|person"
    "|member|manager|carer|organisation|location|town|city|company|redacted|removed|masked|withheld|deleted|hidden"
    r"|anon\w{0,10}|of|the|our|uncle|aunt|auntie|aunty|nan|nana|nanna|gran|granny|grandma|grandad|grandpa|cousin"
)
_ALREADY_MASKED = re.compile(
    rf"\[ ?(?:(?:{_WORDS_OF_MASKS})[ ,:/'-]{{1,2}}){{0,5}}(?:{_WORDS_OF_MASKS})?[ #_-]?\d{{0,6}} ?\]"
    r"|(?<!\w)(?:[xX]{3,}|\*{3,}|_{3,})(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Span:
    """Personal data at `text[start:end]`, to be masked at once or only flagged for a person to look at."""

    start: int
    end: int
    label: str
    flagged_only: bool = False


def settle(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans in the order of the text, the masks without overlap, flags only where nothing is masked."""
    taken = bytearray(len(text))
    for done in _ALREADY_MASKED.finditer(text):
        _take(taken, done.start(), done.end())
    kept: list[Span] = []
    # The better first, and flags last: what a better span has taken is not parted or flagged again.
    for span in sorted(spans, key=_rank):
        # A flag is for a person to look at, who needs the whole of it to judge.
        whole = span.flagged_only and 0 in taken[span.start : span.end]
        for start, end in [(span.start, span.end)] if whole else _free(taken, span):
            piece = _trimmed(text, start, end)
            if piece is not None:
                kept.append(Span(*piece, span.label, span.flagged_only))
        _take(taken, span.start, span.end)
    return tuple(sorted(kept, key=lambda span: (span.start, -span.end)))


def _rank(span: Span) -> tuple[bool, int, int, int]:
    place = PRECEDENCE.index(span.label) if span.label in PRECEDENCE else len(PRECEDENCE)
    return (span.flagged_only, place, span.start - span.end, span.start)


def _take(taken: bytearray, start: int, end: int) -> None:
    taken[start:end] = b"\1" * (end - start)


def _free(taken: bytearray, span: Span) -> list[tuple[int, int]]:
    """List the stretches of the span that no better span has taken."""
    stretches, start = [], -1
    for position in range(span.start, span.end):
        if taken[position] and start >= 0:
            stretches.append((start, position))
            start = -1
        elif not taken[position] and start < 0:
            start = position
    return [*stretches, (start, span.end)] if start >= 0 else stretches


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Cut white space and punctuation from both ends; nothing is left of a stretch without a letter or digit."""
    while start < end and not (_solid(text[start]) or text[start] in "@+("):
        start += 1
    while end > start and not _solid(text[end - 1]):
        end -= 1
    return (start, end) if start < end else None


def _solid(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"
