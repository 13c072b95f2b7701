"""Tell other words for something that was said from the same words in disguise."""

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache


LIKE = 0.6
"""From this likeness on words are no rewording. Chosen between 20 rewordings and 20 tricks that were written before it."""
# Shorter pieces stand in any two texts; to compare longer texts letter by letter takes long.
_PIECE, _LONGEST = 3, 2_000


def too_like(original: str, words: str) -> str:
    """Say how much of what was said stands in other words for it that are none; nothing where they are others."""
    if likeness(original, words) < LIKE:
        return ""
    before, after = compared_words(original), compared_words(words)
    n, of = _in_order(before, after), len(before)
    if n / max(min(of, len(after)), 1) >= LIKE:
        return f"{n} of its {of} words stand in the same order"
    if _shared(before, after) >= LIKE:
        return "most of its words stand there in another order"
    return "most of its letters stand in the same order, though the words are spaced or spelt otherwise"


def likeness(original: str, words: str) -> float:
    """Return how much of the shorter of two texts stands in the other, from 0 to 1: by words in order, words, or letters."""
    before, after = compared_words(original), compared_words(words)
    if not before or not after:
        return 0.0
    in_order = _in_order(before, after) / min(len(before), len(after))
    return max(in_order, _shared(before, after), _letters("".join(before), "".join(after)))


def compared_words(text: str) -> list[str]:
    """Return the words of a text without case, punctuation, accents, invisible characters and letters that look like others."""
    # Cf are the signs that nobody sees, such as soft hyphens and joiners.
    visible = "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    latin = "".join(map(_latin, visible))
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(letter))
    return re.findall(r"\w+", re.sub(r"['\u2019]", "", bare.casefold()))


@lru_cache(maxsize=4096)
def _latin(letter: str) -> str:
    """Return the letter of the Latin alphabet that a letter of another looks like, or the letter itself."""
    if letter.isascii() or not letter.isalpha():
        return letter
    from confusable_homoglyphs.confusables import is_confusable

    alike = is_confusable(letter, greedy=True, preferred_aliases=["latin"]) or []
    shapes = [shape["c"] for match in alike for shape in match["homoglyphs"]]
    return next((shape for shape in shapes if len(shape) == 1 and shape.isascii() and shape.isalpha()), letter)


def _in_order(before: list[str], after: list[str]) -> int:
    """Return how many words stand in both in the same order: the longest common subsequence."""
    row = [0] * (len(after) + 1)
    for word in before:
        last = row
        row = [0]
        for place, other in enumerate(after):
            row.append(last[place] + 1 if word == other else max(last[place + 1], row[place]))
    return row[-1]


def _shared(before: list[str], after: list[str]) -> float:
    """Return which share of the words of the one with fewer stands in the other, in whatever order."""
    left, n = list(after), 0
    for word in before:
        if word in left:
            left.remove(word)
            n += 1
    return n / min(len(before), len(after))


def _letters(before: str, after: str) -> float:
    """Return which share of the letters of the shorter stands in the other, in pieces of three or more and in the same order."""
    before, after = before[:_LONGEST], after[:_LONGEST]
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size >= _PIECE) / min(len(before), len(after))
