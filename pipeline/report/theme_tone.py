"""What a theme's excerpts mostly do, in words: praise, complain or suggest.

Figures would tell more of few people than numbers that are rounded.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.methods.themes.phrases import says_what_is_wrong


MOST, TWO = 0.6, 0.75
"""From which share on a theme is mostly one thing, and two things together."""

AGAINST = 0.25
"""From which share on excerpts that speak against a title are many enough for the title to say so."""
OUTWEIGHS = 1.5

_PLURALS = {"praise": "praise", "complaint": "complaints", "suggestion": "suggestions"}
SHARES = tuple(_PLURALS)
"""The columns of the table of themes that hold the shares."""

NO_TONES = (
    "The program did not read whether people praise or complain: this study's language model cannot tell, or answers are not "
    "in English."
)
_BY_PROGRAM = "as the program read it; nobody has checked this"


def has_tones(themes: pd.DataFrame) -> bool:
    """Say whether the valence of any theme was read; not by every language model, and not by an earlier version."""
    return set(SHARES) <= set(themes.columns) and bool(themes[list(SHARES)].notna().any(axis=None))


def tone_of(row: Mapping[Any, Any]) -> str:
    """Return what most of a theme's excerpts do, as "complaints" or "complaints and suggestions"; "" where that is unknown."""
    shares = {name: float(share) for name in SHARES if (share := row.get(name)) is not None and share == share}
    if len(shares) < len(SHARES):
        return ""
    first, second, _ = sorted(shares, key=lambda name: (-shares[name], name))
    if shares[first] >= MOST:
        return _PLURALS[first]
    if shares[first] + shares[second] >= TWO:
        return f"{_PLURALS[first]} and {_PLURALS[second]}"
    return "no one kind"


def shown_tone(row: Mapping[Any, Any]) -> str:
    """Return the same of a theme with shown figures; "" where too few people spoke of it to show how many."""
    return "" if row["rare"] or row["withheld"] else tone_of(row)


def title_with_tone(title: str, row: Mapping[Any, Any]) -> str:
    """Return a title that the program gave with what speaks against it: "Something really changed (praise and complaints)".

    A code holds what people say for it and against it, and its label speaks for one side. Complaints speak against a title,
    and praise against one that says what is wrong. Nothing is added where few people spoke of it, or their tone is unknown.
    """
    if not title or not shown_tone(row):
        return title
    sides = ("complaint", "praise") if says_what_is_wrong(title) else ("praise", "complaint")
    with_it, against = (float(row[side]) for side in sides)
    if against < AGAINST:
        return title
    if against >= MOST:
        return f"{title} (mostly {_PLURALS[sides[1]]})"
    more = f"more {_PLURALS[sides[1]]} than {_PLURALS[sides[0]]}"
    return f"{title} ({more if against >= OUTWEIGHS * with_it else 'praise and complaints'})"


def tone_in_words(tone: str) -> str:
    """Return the sentence about what a theme's excerpts do."""
    if tone == "no one kind":
        return f"Neither mostly praise nor complaints nor suggestions, {_BY_PROGRAM}."
    which = "Both" if " and " in tone else "Mostly"
    return f"{which} {tone}, {_BY_PROGRAM}." if tone else ""
