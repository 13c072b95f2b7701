"""Patterns made of the word lists in `vocabulary.toml`, over headings and options in plain words."""

import re
import tomllib
from functools import cache
from pathlib import Path


@cache
def _lists() -> dict[str, list[str]]:
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {name: list(words) for name, words in tomllib.loads(text).items()}


def either(name: str) -> str:
    """Return the pattern of a list, with the lists it names in braces put in their places."""
    lists = _lists()
    words = (re.sub(r"\{([a-z_]+)\}", lambda match: either(match[1]), word) for word in lists[name])
    return f"(?:{'|'.join(words)})"


def whole(name: str) -> re.Pattern[str]:
    """Return a pattern for what consists of an entry of the list and nothing else; use it with `fullmatch`."""
    return re.compile(either(name))


def within(name: str) -> re.Pattern[str]:
    """Return a pattern for what holds an entry of the list somewhere, as words of their own."""
    return re.compile(rf"\b{either(name)}\b")


def at_start(name: str) -> re.Pattern[str]:
    """Return a pattern for what begins with an entry of the list; use it with `match`."""
    return re.compile(rf"{either(name)}\b")
