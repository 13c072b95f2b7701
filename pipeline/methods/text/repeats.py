"""Find what somebody wrote in other texts, however it is spaced, cased, punctuated or escaped, and cut it out."""

import html
import re
from collections.abc import Iterable, Sequence


SHORTEST = 12
"""Letters and digits; fewer are nobody's own words."""


def own_words(texts: Iterable[object]) -> tuple[str, ...]:
    """Return the texts that are long enough to be one person's own, each once."""
    return tuple(sorted({text for text in texts if isinstance(text, str) and len(_plain(text)) >= SHORTEST}))


def repeats(text: str, words: Sequence[str]) -> bool:
    """Say whether a text holds something somebody wrote."""
    plain = _plain(html.unescape(text))
    return any(_plain(passage) in plain for passage in words)


def without(text: str, words: Sequence[str], *, left: str) -> str:
    """Return a text in which `left` stands wherever it held something somebody wrote."""
    # The longest first: a shorter one inside it would leave its ends standing.
    for passage in sorted(words, key=len, reverse=True):
        while repeats(text, [passage]) and (cut := _place_of(passage, text)):
            text = text[: cut[0]] + left + text[cut[1] :]
    return text


def _place_of(words: str, text: str) -> tuple[int, int] | None:
    """Return where words begin and end in a text; None where they are there only when entities are read."""
    kept = [(letter, place) for place, character in enumerate(text) for letter in character.casefold() if letter.isalnum()]
    at = "".join(letter for letter, _ in kept).find(_plain(words))
    if at < 0:
        return None
    last = kept[at + len(_plain(words)) - 1][1]
    closing = re.match(r"[.!?]+", text[last + 1 :])
    return kept[at][1], last + 1 + (closing.end() if closing else 0)


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
