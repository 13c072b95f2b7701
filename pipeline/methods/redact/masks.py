"""What stands in the place of personal data: tokens that keep the kind of thing and are the same all through a study."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.methods.redact.name_context import KIN
from pipeline.methods.redact.spans import Span
from pipeline.methods.text.common_words import fold


_KIN = re.compile(rf"{KIN}(?=\s)", re.IGNORECASE)
_KINDS = (
    ("nursing home", r"nursing home"),
    ("care home", r"(?:care|residential|rest) (?:care )?home|\b(?:lodge|court|manor|grange|villas?|house|view|hall)$"),
    ("day centre", r"day (?:care )?(?:centre|service)"),
    ("respite centre", r"respite"),
    ("hospital", r"hospital|infirmary|\bward$"),
    ("hospice", r"hospice"),
    ("surgery", r"surgery|practice|medical centre|health centre|clinic"),
    ("school", r"school|college|academy|nursery"),
    ("supported living", r"living|extra care|sheltered housing"),
    ("centre", r"centre|center|unit|hub"),
)


@dataclass(frozen=True)
class Redaction:
    """One mask: where the personal data stood in the answer, what it was, and the token put there."""

    start: int
    end: int
    label: str
    token: str
    original: str


@dataclass(frozen=True)
class Masked:
    """An answer with tokens for what was masked, what stood there, and what a person should look at in it."""

    text: str
    redactions: tuple[Redaction, ...] = ()
    flags: tuple[Span, ...] = ()

    def unmask(self) -> str:
        """Return the answer as it was written; only who holds the redactions can."""
        pieces, position, shift = [], 0, 0
        for redaction in self.redactions:
            start = redaction.start + shift
            pieces += [self.text[position:start], redaction.original]
            position = start + len(redaction.token)
            shift += len(redaction.token) - len(redaction.original)
        return "".join([*pieces, self.text[position:]])


def number(
    identities: Iterable[tuple[str, str]],
    numbered: Mapping[tuple[str, str], int] | None = None,
    last: Mapping[str, int] | None = None,
) -> dict[tuple[str, str], int]:
    """Number what was found, given as (kind, identity), within its kind, by hash and so in no order of the answers.

    What has a number keeps it, and new numbers begin after the last of each kind.
    """
    numbers = dict(numbered or {})
    counts = dict(last or {})
    for kind, identity in sorted(
        set(identities) - set(numbers), key=lambda key: (key[0], hashlib.sha256(key[1].encode()).digest())
    ):
        counts[kind] = counts.get(kind, 0) + 1
        numbers[kind, identity] = counts[kind]
    return numbers


def identify(label: str, original: str) -> tuple[str, str]:
    """Return what kind of thing the token names, and what two mentions of the same thing have in common."""
    if label == "name":
        return label, " ".join(re.findall(r"\w+", fold(_KIN.sub("", original, count=1).strip())))
    if label == "care provider":
        written = fold(original)
        kind = next((kind for kind, pattern in _KINDS if re.search(pattern, written)), label)
        return kind, written
    letters = "".join(character for character in fold(original) if character.isalnum())
    # With the country's code and without, a number is the same telephone.
    return label, re.sub(r"^(?:44|0044)0?(?=\d{9})", "0", letters) if label == "phone" else letters


def mask(text: str, spans: Iterable[Span], numbers: Mapping[tuple[str, str], int]) -> Masked:
    """Put tokens in the place of the spans to be masked; offsets of flags are moved to the masked text."""
    pieces, redactions, position = [], [], 0
    spans = tuple(spans)
    for span in (span for span in spans if not span.flagged_only):
        original = text[span.start : span.end]
        key = identify(span.label, original)
        kin = _KIN.match(original) if span.label == "name" else None
        token = f"[{kin.group().lower()}, {key[0]} {numbers[key]}]" if kin else f"[{key[0]} {numbers[key]}]"
        redactions.append(Redaction(span.start, span.end, span.label, token, original))
        pieces += [text[position : span.start], token]
        position = span.end
    moved = tuple(_moved(span, redactions) for span in spans if span.flagged_only)
    return Masked("".join([*pieces, text[position:]]), tuple(redactions), moved)


def _moved(flag: Span, redactions: list[Redaction]) -> Span:
    # A mask inside the flag moves its end and not its beginning.
    before = sum(len(r.token) - len(r.original) for r in redactions if r.end <= flag.start)
    within = sum(len(r.token) - len(r.original) for r in redactions if flag.start < r.end <= flag.end)
    return Span(flag.start + before, flag.end + before + within, flag.label, True)
