"""Written examples: invented answers with their codes, which teach a code until people have decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.coder.examples import TrainingExample


# A written answer counts like this part of a decision before anybody has decided, and half as much after so many decisions.
_WEIGHT, _HALVED_BY, _NONE_FROM = 0.9, 150, 1_000


@dataclass(frozen=True)
class WrittenExamples:
    """Answers that were written to teach codes: each with its codes, its frame and the codes it says nothing about.

    Where `later` says of some that the language model was not taught with them, the coder is judged by those alone.
    `excerpts` are of such answers: what a study codes are excerpts, of which few show what a whole answer says.
    `vectors` are float (n_texts + n_excerpts, d), by the coder's own language model; without them the coder embeds the
    texts itself.
    """

    texts: Sequence[str] = ()
    codes: Sequence[Sequence[str]] = ()
    frames: Sequence[str] = ()
    silent: Sequence[frozenset[str]] = ()
    later: Sequence[bool] = ()
    vectors: NDArray[np.floating] | None = field(default=None, repr=False)
    excerpts: Sequence["WrittenExcerpt"] = field(default=(), repr=False)

    def __len__(self) -> int:
        """Return the number of answers."""
        return len(self.texts)


class WrittenExcerpt(NamedTuple):
    """An excerpt of a written answer: how surely it shows each of the answer's codes, and what it says nothing about."""

    text: str
    shares: Mapping[str, float]
    frame: str
    silent: frozenset[str]


def weight_beside(n_decisions: int) -> float:
    """Return how much a written answer counts where so many texts have been decided: always less than one decision."""
    return 0.0 if n_decisions >= _NONE_FROM else _WEIGHT / (1 + n_decisions / _HALVED_BY)


def written_note(n_written: int, *, n_decisions: int) -> str:
    """Return the sentence that says how many invented answers taught the coder; empty where none did."""
    if not n_written or not weight_beside(n_decisions):
        return ""
    return f"The coder also learnt from {n_written:,} invented answers that come with the program; people's decisions count more."


def written_examples(written: WrittenExamples, *, n_decisions: int) -> list[TrainingExample]:
    """Return the lessons that are written answers, then their excerpts; none where enough has been decided."""
    weight = weight_beside(n_decisions)
    later = written.later if any(written.later) else [True] * len(written)
    rows = zip(written.texts, written.codes, written.frames, written.silent, later, strict=True) if weight else ()
    answers = [
        TrainingExample(text, "written", dict.fromkeys(codes, 1.0), "", frame, weight, silent, judges)
        for text, codes, frame, silent, judges in rows
    ]
    excerpts = written.excerpts if weight else ()
    return answers + [
        TrainingExample(text, "excerpt", dict(shares), "", frame, weight, silent) for text, shares, frame, silent in excerpts
    ]
