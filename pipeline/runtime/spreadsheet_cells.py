"""Cells that no spreadsheet takes for a formula, and that are read back as they were typed."""

import re


# Spreadsheets skip signs that nobody sees before they look for a formula, and some take full-width and small signs for one.
_UNSEEN = "[\\s\x00-\x1f\x7f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
FORMULA = re.compile(f"{_UNSEEN}[=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]|[\\x00-\\x1f]")
"""What a spreadsheet would work out instead of showing it, also behind characters that nobody sees."""
_GUARDED = re.compile(f"'+(?:{FORMULA.pattern})")


def guarded(text: str) -> str:
    """Return a cell with an apostrophe before what a spreadsheet would run, and before what looks guarded already."""
    return f"'{text}" if FORMULA.match(text) or _GUARDED.match(text) else text


def unguarded(text: str) -> str:
    """Return what was typed: of a cell that `guarded` wrote, without the apostrophe; any other as it is."""
    return text[1:] if _GUARDED.match(text) else text


def as_text(value: str) -> str:
    """Put an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{value}" if FORMULA.match(value) else value
