"""Say in a sentence what personal data stands in words that the team wrote, by its kind and place and never in its own words."""

from collections.abc import Sequence

from pipeline.methods.redact.detector import Redactor
from pipeline.methods.redact.spans import Span


HARMLESS = frozenset({"date", "place", "web address"})
"""Kinds that the team's own words may hold: when something is done, and where."""


def identifiers_in(redactor: Redactor, texts: Sequence[str]) -> list[tuple[str, ...]]:
    """Return for each text what a person must look at: kind and place, such as "phone (word 7)"."""
    places = zip(texts, redactor.find_all(texts), strict=True)
    return [tuple(_described(text, span) for span in spans if _counts(span)) for text, spans in places]


def _counts(span: Span) -> bool:
    return not span.flagged_only and span.label not in HARMLESS


def _described(text: str, span: Span) -> str:
    first = len(text[: span.start].split()) + (not text[: span.start] or text[: span.start][-1].isspace())
    last = first + len(text[span.start : span.end].split()) - 1
    return f"{span.label} (word {first})" if last <= first else f"{span.label} (words {first} to {last})"
