"""Plain words that tell praise from complaint and from suggestion, counted beside what the language model makes of a text."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.valence.question_aims import AIMS, Aim


_APOSTROPHE = "['\N{RIGHT SINGLE QUOTATION MARK}]"


def _read_patterns() -> dict[str, re.Pattern[str]]:
    lists: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

    def either(entries: Sequence[str]) -> str:
        words = "|".join(entries).replace("{not}", lists["parts"]["not"])
        return f"(?:{words})".replace("{'}", _APOSTROPHE) + r"(?!\w)"

    patterns = {name: re.compile(r"(?<!\w)" + either(entries), re.IGNORECASE) for name, entries in lists["clues"].items()}
    asks = rf"^\W{{0,9}}(?:(?:{lists['begins']['after']})\s{{1,9}})?" + either(lists["begins"]["asks for"])
    marks = {"question mark": re.compile(r"\?"), "exclamation mark": re.compile("!")}
    return {**patterns, "asks for": re.compile(asks, re.IGNORECASE), **marks}


CLUES = _read_patterns()
"""What each clue is called, and what is counted for it."""

# A word said more often than this says no more.
_MOST = 4
N_CLUES = len(CLUES) + 3
N_COLUMNS = N_CLUES * (1 + len(AIMS)) + len(AIMS)


def clue_columns(texts: Sequence[str], aims: Sequence[Aim]) -> NDArray[np.float32]:
    """Return the clues of each text, what its question asks for, and both together, float32 (n_texts, N_COLUMNS)."""
    counts = np.array([_clues(text) for text in texts], dtype=np.float32).reshape(len(texts), N_CLUES)
    asked = np.array([[aim == each for each in AIMS] for aim in aims], dtype=np.float32).reshape(len(texts), len(AIMS))
    # A "no" says another thing of what was good than of what gets in the way.
    together = (asked[:, :, None] * counts[:, None, :]).reshape(len(texts), N_CLUES * len(AIMS))
    return np.hstack([counts, asked, together])


def _clues(text: str) -> list[float]:
    n_words = len(text.split())
    counts = (sum(1 for _ in pattern.finditer(text)) for pattern in CLUES.values())
    return [*(float(np.log1p(min(count, _MOST))) for count in counts), float(np.log1p(n_words)) / 3, n_words <= 3, n_words <= 6]
