"""Words that people use for other things than people and places, and how a word is folded before it is looked up."""

import unicodedata
from functools import cache
from pathlib import Path


_UNMARKED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})


def fold(word: str) -> str:
    """Return the word in lower case without accents, apostrophes made plain and a possessive ending cut."""
    plain = word.lower().replace("\u2019", "'")
    if not plain.isascii():
        parts = unicodedata.normalize("NFKD", plain.translate(_UNMARKED))
        plain = "".join(character for character in parts if not unicodedata.combining(character))
    return plain[:-2] if plain.endswith("'s") else plain


@cache
def common_words() -> frozenset[str]:
    """Return the folded words that people use for other things than people and places."""
    lines = Path(__file__).with_name("common_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
