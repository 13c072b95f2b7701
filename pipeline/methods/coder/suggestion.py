"""Make suggestions from probabilities: which codes are named, which are suggested, why, and why none is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.coder.explain import Reasons, weightiest_words
from pipeline.methods.coder.features import TextFeatures


Abstention = Literal["too short", "two codes tie", "not sure enough", "outside the codebook"]

# At least so many codes are named for each text, suggested or not.
_NAMED = 3
# A text of fewer words is too short to judge unless a code is recognised in it.
_FEW_WORDS = 3
# Two codes tie when the second is nearly as likely as the first and it is likelier than not that one of them fits.
_NEARLY = 0.6
# Below this even the likeliest code is so unlikely that the codebook may have none: that, and not a lack of confidence, is a
# finding. Chosen on answers written for seven codebooks, the coder knowing the codebook only. On seven others, whose answers the
# language model has learnt, 26 % of the answers that have no code lie below, and 2 % of those that have one.
_OUTSIDE = 0.15
_WORD = re.compile(r"\w+")


class Candidate(NamedTuple):
    """A code that may fit a text: how likely, because of which agreed words, and whether likely enough to suggest."""

    code: str
    score: float
    because: str
    suggested: bool


@dataclass(frozen=True)
class Suggestion:
    """The likeliest codes of a text, best first, or why none is suggested; `words` spoke most for the first."""

    codes: tuple[Candidate, ...]
    abstained: Abstention | None
    words: tuple[str, ...] = ()


def has_words(text: str) -> bool:
    """Say whether a text holds anything that can be read."""
    return bool(_WORD.search(text))


@dataclass(frozen=True)
class Adviser:
    """Puts chances and the reasons for them into suggestions."""

    code_ids: tuple[str, ...]
    thresholds: NDArray[np.float64]
    word_weights: NDArray[np.float64]
    reasons: Reasons
    words: NDArray[np.str_]

    def suggestions(self, texts: Sequence[str], reading: TextFeatures, chances: NDArray[np.float64]) -> Iterator[Suggestion]:
        """Yield a suggestion for each of the texts, which were read as `reading`, by its chances (n_texts, n_codes)."""
        nearest = self.reasons.nearest(texts, reading.whole.vectors)
        for row, text in enumerate(texts):
            order = np.argsort(-chances[row], kind="stable")
            sure = (chances[row] >= self.thresholds) & has_words(text)
            named = [code for rank, code in enumerate(order) if rank < _NAMED or sure[code]]
            yield Suggestion(
                tuple(self._candidate(code, chances[row], nearest[row], sure) for code in named),
                None if sure.any() else _why_silent(text, chances[row, order]),
                weightiest_words(reading.whole, row, weights=self.word_weights[:, order[0]], words=self.words),
            )

    def _candidate(
        self, code: int, chances: NDArray[np.float64], nearest: NDArray[np.intp], sure: NDArray[np.bool_]
    ) -> Candidate:
        because = self.reasons.phrases[nearest[code]]
        return Candidate(self.code_ids[code], float(chances[code]), because, bool(sure[code]))


def _why_silent(text: str, chances: NDArray[np.float64]) -> Abstention:
    if len(_WORD.findall(text)) < _FEW_WORDS:
        return "too short"
    first, second = (*chances[:2], 0.0)[:2]
    if second >= _NEARLY * first and first + second > 0.5:
        return "two codes tie"
    return "outside the codebook" if first < _OUTSIDE else "not sure enough"
