"""A text without what does not matter where texts are compared or kept on one line: blanks, case, signs between words."""

import re
import unicodedata


def one_line(text: str) -> str:
    """Return a text on one line: each run of blanks is one space, and none is left at its ends."""
    return " ".join(text.split())


def plain_words(text: str) -> str:
    """Return the words of a text in lower case, without what stands between them."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def is_right_to_left(text: str) -> bool:
    """Say whether the first letter is of a script that is written from right to left, as Urdu and Arabic are."""
    strong = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind for kind in strong if kind in ("L", "R", "AL")), "L") != "L"
