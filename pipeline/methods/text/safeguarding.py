"""Find answers that may speak of harm, so that a named person reads them before anything else is done with them.

It would rather show an answer too many than miss one. Words are looked for by kind of harm, and an answer is also likened to
invented ones. What it does not show may still speak of harm: people must read on.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.embedding.embedders import load_embedder


LIKE = "like other answers about harm"
# By so much nearer: about one answer in twenty of an ordinary survey is, and one in four that speaks of harm in no usual words.
_NEARER = 0.1
_LISTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_PATTERNS = tuple((kind, re.compile("|".join(parts), re.IGNORECASE)) for kind, parts in _LISTS["kinds"].items())
# For texts in small letters: without regard to case a search takes four times as long.
_SMALL_PATTERNS = tuple((kind, re.compile("|".join(parts))) for kind, parts in _LISTS["kinds"].items())
_HARM, _NO_HARM = _LISTS["invented"]["harm"], _LISTS["invented"]["other"]


@dataclass(frozen=True)
class Concern:
    """Why an answer may speak of harm: the kinds of harm its words are of, or that it is like other such answers."""

    kinds: tuple[str, ...]


def find_concerns(texts: Sequence[str]) -> list[Concern | None]:
    """Return for each answer why it may speak of harm, or None."""
    by_words = [_kinds(text.replace("\u2019", "'")) for text in texts]
    alike = _alike(texts)
    return [Concern(kinds or (LIKE,)) if kinds or like else None for kinds, like in zip(by_words, alike, strict=True)]


def _kinds(text: str) -> tuple[str, ...]:
    # Beyond ASCII a letter may be small in more than one way.
    patterns, text = (_SMALL_PATTERNS, text.lower()) if text.isascii() else (_PATTERNS, text)
    return tuple(kind for kind, pattern in patterns if pattern.search(text))


def _alike(texts: Sequence[str]) -> list[bool]:
    """Say which answers are nearer to invented answers about harm than to others, by the small model that is shipped."""
    if not texts:
        return []
    vectors = load_embedder("static").encode(list(texts))
    harm, other = (_nearness(vectors, invented) for invented in _invented())
    return [bool(is_like) for is_like in harm - other > _NEARER]


@cache
def _invented() -> tuple[NDArray[np.float32], ...]:
    """Return the vectors of invented answers about harm, and about other things."""
    return tuple(load_embedder("static").encode(list(texts)) for texts in (_HARM, _NO_HARM))


def _nearness(vectors: NDArray[np.float32], invented: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.sort(vectors @ invented.T, axis=1)[:, -3:].mean(axis=1))
