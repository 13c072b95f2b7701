"""Teach a model from lessons and unread texts, and judge by held-out scores how far its scores can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.coder.calibration import Calibration, calibrate, thresholds
from pipeline.methods.coder.examples import ExampleSource, TrainingExample, balanced_weights, targets
from pipeline.methods.coder.features import TextFeatures
from pipeline.methods.coder.kernel_ridge import Features, HeldOut, LikenessModel, Matrix, evenly, learn, stack


# A guess at an unread text is taken as a lesson when its score is at least this; it counts a tenth of a decision.
_SURE_GUESS, _GUESS_WEIGHT = 0.3, 0.1
# What a text's theme was said to be about holds for most of its texts, so people's word for it is a guess like the others.
_HINTED = 0.8
# Examples are written to be clear; against real decisions they count like this many answers.
_BOOK_EVIDENCE = 50
_MOST_EVIDENCE = 4_000


@dataclass(frozen=True)
class FittedModel:
    """A model with its curve from scores to probabilities and the probability from which each code is suggested."""

    model: LikenessModel
    calibration: Calibration
    thresholds: Matrix

    def probabilities(self, reading: TextFeatures) -> Matrix:
        """Return how likely each code is right, float (n_texts, n_codes)."""
        return self.calibration.probabilities(reading.scores(self.model))


@dataclass(frozen=True)
class HeldOutEvidence:
    """Lessons the coder was judged by, held out: their rows, what people said and the coder's chances, how each counts."""

    rows: NDArray[np.intp]
    truth: Matrix
    chances: Matrix
    trust: Matrix


class Wanted(NamedTuple):
    """How often suggestions should be right, 0 to 1, and the numbers of the codes that must not be missed."""

    min_precision: float
    recall_first: tuple[int, ...] = ()


class Unread(NamedTuple):
    """Texts nobody has decided on, which lend their words; those with a hint, and the number of the code it names."""

    lent: Features
    hinted: Features
    hints: NDArray[np.intp]


class _Material(NamedTuple):
    features: Features
    shares: Matrix
    weights: Matrix

    def learn(self) -> tuple[LikenessModel, HeldOut]:
        return learn(self.features, self.shares, weights=self.weights)


def fit_model(
    lessons: Sequence[TrainingExample], reading: TextFeatures, *, unread: Unread, code_ids: Sequence[str], wanted: Wanted
) -> tuple[FittedModel, HeldOutEvidence]:
    """Return what the lessons, read as `reading`, teach, and how it was judged; texts in `unread` lend what is known of them."""
    named = targets(lessons, code_ids)
    settled = _rows(lessons, "example", "description", "decision")
    contrasts = _rows(lessons, "contrast")
    weights = balanced_weights(named[settled], np.array([lesson.weight for lesson in lessons])[settled])
    material = _Material(reading.whole.take(settled), named[settled], weights)
    model, held_out = material.learn()
    if len(contrasts) or len(unread.lent) or len(unread.hinted):
        excluded = np.array([[lesson.excluded == code for code in code_ids] for lesson in lessons])[contrasts]
        contrast = _contrast_guesses(model, reading.whole.take(contrasts), excluded)
        guesses = [_unread_guesses(model, unread.lent), _hinted_guesses(model, unread)]
        model, held_out = _joined([material, contrast, *guesses]).learn()
    evidence, trust = _evidence(lessons)
    scores = reading.take(evidence).held_out_scores(held_out, np.searchsorted(settled, evidence))
    calibration = calibrate(scores, named[evidence], weights=trust)
    judged = HeldOutEvidence(evidence, named[evidence], calibration.probabilities(scores), trust)
    levels = thresholds(judged.chances, judged.truth, weights=trust, **wanted._asdict())
    return FittedModel(model, calibration, levels), judged


def _contrast_guesses(model: LikenessModel, features: Features, excluded: NDArray[np.bool_]) -> _Material:
    # A contrast speaks about one code only; of the others it keeps what the model thinks already.
    guesses = np.where(excluded, 0.0, np.clip(model.scores(features), 0, 1))
    return _Material(features, guesses, np.ones(len(features)))


def _unread_guesses(model: LikenessModel, unread: Features) -> _Material:
    scores = model.scores(unread)
    sure = np.flatnonzero(scores.max(axis=1) >= _SURE_GUESS)
    best = np.eye(scores.shape[1])[scores[sure].argmax(axis=1)]
    return _Material(unread.take(sure), best, np.full(len(sure), _GUESS_WEIGHT))


def _hinted_guesses(model: LikenessModel, unread: Unread) -> _Material:
    # Of the codes that the theme was not given, it keeps some of what the model thinks already: a text may have several.
    guesses = np.clip(model.scores(unread.hinted), 0, 1) * (1 - _HINTED)
    rows = np.arange(len(unread.hinted))
    guesses[rows, unread.hints] = _HINTED
    return _Material(unread.hinted, guesses, np.full(len(rows), _GUESS_WEIGHT))


def _joined(parts: Sequence[_Material]) -> _Material:
    return _Material(
        stack([part.features for part in parts]),
        np.vstack([part.shares for part in parts]),
        np.concatenate([part.weights for part in parts]),
    )


def _evidence(lessons: Sequence[TrainingExample]) -> tuple[NDArray[np.intp], Matrix]:
    """Return the rows that scores are judged by, ascending, and how much each counts."""
    book, decided = _rows(lessons, "example"), _rows(lessons, "decision")
    if not len(book):
        book = _rows(lessons, "description")
    decided = decided[evenly(len(decided), _MOST_EVIDENCE)]
    book_trust = min(1.0, _BOOK_EVIDENCE / len(book)) if len(decided) else 1.0
    return np.concatenate([book, decided]), np.array([book_trust] * len(book) + [lessons[row].weight for row in decided])


def _rows(lessons: Sequence[TrainingExample], *sources: ExampleSource) -> NDArray[np.intp]:
    return np.flatnonzero([lesson.source in sources for lesson in lessons])
