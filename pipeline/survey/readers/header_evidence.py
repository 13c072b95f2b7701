"""Tell a row of names from a row of answers, by how its cells differ from those that stand below."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


Cell = str | None

_NUMBER = re.compile(r"[+-]?[£$€]?\d+(?:[.,]\d+)*%?")
_MOMENT = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ](?:\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{2,4}|[A-Za-z]{3,9}\.? \d{1,2},? \d{4})"
    r"(?:[T ,]+\d{1,2}:\d{2}.{0,30})?|\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?"
)
_IDENTIFIER = re.compile(
    r"[^@\s]+@[^@\s]+\.\w+|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16,}|R_\w{8,}|\d{1,3}(?:\.\d{1,3}){3}",
    re.IGNORECASE,
)
_NO_ANSWER = re.compile(
    r"\W*(?:n ?/? ?a|none|nil|unknown|not (?:known|sure|stated|given|applicable)|don'?t know|"
    r"(?:prefer|rather) not.*|missing|\W*)\W*",
    re.IGNORECASE,
)
_MOST = 0.8
_FULL_WEIGHT = 3
_FEW = 8
"""Cells from which on a column's answers can be said to come back."""


@dataclass(frozen=True)
class HeaderEvidence:
    """How many columns say that a row holds names, and how many that it holds answers."""

    names: float = 0.0
    answers: float = 0.0

    @property
    def balance(self) -> float:
        """More than 0 where more speaks for names."""
        return self.names - self.answers


def speaks_for_names(row: Sequence[Cell], body: Sequence[Sequence[Cell]]) -> float:
    """Return by how much more of a row speaks for names than for answers."""
    return evidence_of(row, body).balance


def evidence_of(row: Sequence[Cell], body: Sequence[Sequence[Cell]]) -> HeaderEvidence:
    """Weigh each cell of a row against the cells below it."""
    names = answers = 0.0
    counted = _counts_up(row)
    for place, cell in enumerate(row):
        text = (cell or "").strip()
        below = [other.strip() for line in body if place < len(line) and (other := line[place]) and other.strip()]
        weight = 0.0 if not text or not below or (counted and text.isdecimal()) else _weigh(text, below)
        # One cell or two below are no column yet.
        weight *= min(1, len(below) / _FULL_WEIGHT)
        names += max(weight, 0.0)
        answers += max(-weight, 0.0)
    return HeaderEvidence(names, answers)


def _weigh(text: str, below: list[str]) -> float:
    """Return how much a cell looks like a name of its column (up to 1) or like one more of its answers (down to -1)."""
    for kind in (_NUMBER, _MOMENT, _IDENTIFIER):
        if _share(kind, below) >= _MOST:
            if kind.fullmatch(text):
                return -1.0
            # "about 30" and "n/a" are answers to a question about a number, too.
            is_wordy = re.search(r"[^\W\d_]{2}", text) is not None and _NO_ANSWER.fullmatch(text) is None
            return 0.0 if not is_wordy else 0.5 if re.search(r"\d", text) else 1.0
    if text.endswith("?") and sum(other.endswith("?") for other in below) < 0.2 * len(below):
        return 1.0
    counts = Counter(below)
    if len(below) >= _FEW and len(counts) <= len(below) / 3:
        # A box that was ticked holds its own name; no other option is called as its question is.
        return 0.5 if text not in counts else -1.0 if len(counts) > 1 else 0.0
    return 0.0


def _share(kind: re.Pattern[str], cells: list[str]) -> float:
    answered = [cell for cell in cells if not _NO_ANSWER.fullmatch(cell)]
    return sum(kind.fullmatch(cell) is not None for cell in answered) / len(answered) if answered else 0.0


def _counts_up(row: Sequence[Cell]) -> bool:
    """Tell whether the numbers in a row are 1, 2, 3 …, as statements of a grid are numbered, or years."""
    cells = [cell.strip() for cell in row if cell]
    numbers = [int(cell) for cell in cells if cell.isdecimal() and len(cell) < 9]
    return len(numbers) > 1 and all(later - earlier == 1 for earlier, later in pairwise(numbers))
