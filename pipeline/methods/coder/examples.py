"""What a coder learns from, as rows of text: the codebook's own words and people's decisions."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook.codebook import Code, Codebook
from pipeline.methods.coder.training_set import TrainingSet


ExampleSource = Literal["example", "description", "contrast", "decision", "written", "excerpt"]


@dataclass(frozen=True)
class TrainingExample:
    """A text and what it teaches: each code's share of agreement, 0 unless said, or the one code it excludes."""

    text: str
    source: ExampleSource
    shares: dict[str, float] = field(default_factory=dict)
    excluded: str = ""
    frame: str = ""
    weight: float = 1.0
    silent: frozenset[str] = frozenset()
    """Codes that it says nothing about."""
    judges: bool = True
    """Whether the coder can be judged by it: not where the language model has learnt it by heart."""


def codebook_examples(codebook: Codebook) -> list[TrainingExample]:
    """Return what the codebook teaches before any answer has been read; an example of two codes has both."""
    lessons: dict[tuple[str, str], TrainingExample] = {}
    for lesson in (lesson for code in codebook.codes for lesson in _code_lessons(code)):
        key = (lesson.text, lesson.excluded)
        if key in lessons:
            lesson = replace(lessons[key], shares={**lessons[key].shares, **lesson.shares})
        lessons[key] = lesson
    return list(lessons.values())


def _code_lessons(code: Code) -> list[TrainingExample]:
    agreed = {code.code: 1.0}
    lessons = [
        *(TrainingExample(text.strip(), "example", agreed) for text in code.examples),
        *(TrainingExample(text.strip(), "description", agreed) for text in (code.name, code.definition, code.include)),
        *(TrainingExample(text.strip(), "contrast", excluded=code.code) for text in (*code.counter_examples, code.exclude)),
    ]
    return [lesson for lesson in lessons if lesson.text]


def decision_examples(answers: TrainingSet) -> list[TrainingExample]:
    """Return one lesson per text that people have read; where they differ, each code gets its share of their weight."""
    totals: dict[tuple[str, str], float] = {}
    votes: dict[tuple[str, str], dict[str, float]] = {}
    read = answers.take([row for row, chosen in enumerate(answers.codes) if chosen is not None and answers.weights[row]])
    for text, chosen, frame, weight in zip(read.texts, read.codes, read.frames, read.weights, strict=True):
        totals[text, frame] = totals.get((text, frame), 0.0) + float(weight)
        tally = votes.setdefault((text, frame), {})
        tally.update({code: tally.get(code, 0.0) + float(weight) for code in set(chosen or ())})
    return [
        TrainingExample(text, "decision", {code: vote / total for code, vote in votes[text, frame].items()}, "", frame, total)
        for (text, frame), total in totals.items()
    ]


def targets(lessons: Sequence[TrainingExample], code_ids: Sequence[str]) -> NDArray[np.float64]:
    """Return the lessons' shares as float (n_lessons, n_codes)."""
    return np.array([[lesson.shares.get(code, 0.0) for code in code_ids] for lesson in lessons])


def balanced_weights(shares: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights with rare codes made heavier, by the square root of their rarity, so that they too are learnt."""
    rarity = 1 / (1 + weights @ shares)
    agreed = shares.sum(axis=1)
    factors = np.sqrt(shares @ rarity / np.maximum(agreed, 1e-9))
    factors = np.where(agreed > 0, factors, np.median(factors[agreed > 0]))
    return np.asarray(weights * factors / factors.mean())
