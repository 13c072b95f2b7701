"""Teach a model from lessons and unread texts, and judge by held-out scores how far its scores can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.coder.calibration import MATCHED, Calibration, calibrate, thresholds
from pipeline.methods.coder.examples import ExampleSource, TrainingExample, balanced_weights, targets
from pipeline.methods.coder.features import TextFeatures
from pipeline.methods.coder.kernel_ridge import Features, HeldOut, LikenessModel, Matrix, evenly, learn, stack
from pipeline.methods.coder.matching import CodebookMatcher, lead


# A guess at an unread text is taken as a lesson when its score is at least this; it counts a tenth of a decision.
_SURE_GUESS, _GUESS_WEIGHT = 0.3, 0.1
# What a text's theme was said to be about holds for most of its texts, so people's word for it is a guess like the others.
_HINTED = 0.8
# Examples are written to be clear; against real decisions they count like this many answers.
_BOOK_EVIDENCE = 50
# With no answers beside them, examples count little: codes were better calibrated so over 14 codebooks that were left out.
_ALONE = 0.1
# What was written is plainer than what people say: learnt from short answers, suggestions for long ones were right less often
# than was asked for. How much more to ask for is a judgement.
_CAUTION = 0.05
# Together, texts that lent their words hold the curve like this many answers.
_LENT_EVIDENCE = 500
_SETTLED: tuple[ExampleSource, ...] = ("example", "description", "decision", "written")
# Written answers are more typical than what people say, so together they count like this many answers.
_WRITTEN_EVIDENCE = 500
_MOST_EVIDENCE = 4_000


@dataclass(frozen=True)
class FittedModel:
    """A model with its curve from scores to probabilities and the probability from which each code is suggested."""

    model: LikenessModel
    matcher: CodebookMatcher
    calibration: Calibration
    thresholds: Matrix

    def probabilities(self, texts: Sequence[str], reading: TextFeatures) -> Matrix:
        """Return how likely each code is right, float (n_texts, n_codes), for texts that were read as `reading`."""
        scores = reading.scores(self.model)
        return self.calibration.probabilities(scores, [lead(scores), *self.matcher.clues(texts, reading)])


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
    """Texts nobody has decided on, which lend their words, with the matcher's clues; those with a hint, and the code's number."""

    lent: Features
    clues: list[Matrix]
    hinted: Features
    hints: NDArray[np.intp]


class _Material(NamedTuple):
    features: Features
    shares: Matrix
    weights: Matrix

    def learn(self) -> tuple[LikenessModel, HeldOut]:
        return learn(self.features, self.shares, weights=self.weights)


def fit_model(
    lessons: Sequence[TrainingExample],
    reading: TextFeatures,
    *,
    matcher: CodebookMatcher,
    unread: Unread,
    code_ids: Sequence[str],
    wanted: Wanted,
) -> tuple[FittedModel, HeldOutEvidence]:
    """Return what the lessons, read as `reading`, teach, and how it was judged; texts in `unread` lend what is known of them."""
    evidence, trust = _evidence(lessons)
    material, named = _settled(lessons, reading, code_ids)
    silent = np.array([[code in lessons[row].silent for code in code_ids] for row in evidence])
    seen = reading.take(evidence)
    clues = matcher.clues([lessons[row].text for row in evidence], seen)
    places = np.searchsorted(_rows(lessons, *_SETTLED), evidence)
    proof = _Proof(seen, places, clues, named[evidence], trust[:, None] * ~silent)
    model, held_out = material.learn()
    if contrasts := _rows(lessons, "contrast").tolist():
        excluded = np.array([[lessons[row].excluded == code for code in code_ids] for row in contrasts])
        material = _joined([material, _contrast_guesses(model, reading.whole.take(np.array(contrasts)), excluded)])
        model, held_out = material.learn()
    calibration, chances = proof.judge(held_out)
    if len(unread.lent) or len(unread.hinted):
        guesses = _guesses(model, calibration, unread)
        model, held_out = _joined([material, *_unread_lessons(guesses, model, unread)]).learn()
        # What lent its words is judged by what was thought of it before, lest the model take its own guesses for proof.
        extra = None if _rows(lessons, "decision").size else (model.scores(unread.lent), guesses)
        calibration, chances = proof.judge(held_out, lent=extra, clues=unread.clues)
    judged = HeldOutEvidence(evidence, proof.truth, chances, proof.trust)
    n_decided = len(_rows(lessons, "decision"))
    careful = wanted._replace(min_precision=_careful(wanted.min_precision, n_decided))
    levels = thresholds(chances, proof.truth, weights=proof.trust, **careful._asdict())
    return FittedModel(model, matcher, calibration, levels), judged


class _Proof(NamedTuple):
    """Lessons that scores are judged by: their reading, places among what is learnt, clues, truth and how each counts."""

    seen: TextFeatures
    places: NDArray[np.intp]
    clues: list[Matrix]
    truth: Matrix
    trust: Matrix

    def judge(
        self, held_out: HeldOut, *, lent: tuple[Matrix, Matrix] | None = None, clues: Sequence[Matrix] = ()
    ) -> tuple[Calibration, Matrix]:
        """Return the curve from scores to probabilities and what it makes of these lessons, each held out."""
        scores = self.seen.held_out_scores(held_out, self.places)
        own = [lead(scores), *self.clues]
        if lent is None or not len(lent[0]):
            calibration = calibrate(scores, self.truth, weights=self.trust, expected=MATCHED, clues=own)
            return calibration, calibration.probabilities(scores, own)
        lent_scores, guesses = lent
        more = [lead(lent_scores), *clues]
        counts = np.full(guesses.shape, min(1.0, _LENT_EVIDENCE / len(lent_scores)))
        calibration = calibrate(
            np.vstack([scores, lent_scores]),
            np.vstack([self.truth, guesses]),
            weights=np.vstack([self.trust, counts]),
            expected=MATCHED,
            clues=[np.vstack(pair) for pair in zip(own, more, strict=True)],
        )
        return calibration, calibration.probabilities(scores, own)


def _settled(lessons: Sequence[TrainingExample], reading: TextFeatures, code_ids: Sequence[str]) -> tuple[_Material, Matrix]:
    """Return what is learnt first, and the shares of all lessons."""
    named = targets(lessons, code_ids)
    rows = _rows(lessons, *_SETTLED)
    material = _material(lessons, reading, named, rows)
    silent = np.array([[code in lessons[row].silent for code in code_ids] for row in rows])
    if silent.any():
        model, _ = _material(lessons, reading, named, rows[~silent.any(axis=1)]).learn()
        # Of what a written answer says nothing about, it keeps what the model thinks without it.
        guesses = np.clip(model.scores(material.features), 0, 1)
        material = material._replace(shares=np.where(silent, guesses, material.shares))
    return material, named


def _material(lessons: Sequence[TrainingExample], reading: TextFeatures, named: Matrix, rows: NDArray[np.intp]) -> _Material:
    weights = balanced_weights(named[rows], np.array([lessons[row].weight for row in rows]))
    return _Material(reading.whole.take(rows), named[rows], weights)


def _contrast_guesses(model: LikenessModel, features: Features, excluded: NDArray[np.bool_]) -> _Material:
    # A contrast speaks about one code only; of the others it keeps what the model thinks already.
    guesses = np.where(excluded, 0.0, np.clip(model.scores(features), 0, 1))
    return _Material(features, guesses, np.ones(len(features)))


def _guesses(model: LikenessModel, calibration: Calibration, unread: Unread) -> Matrix:
    scores = model.scores(unread.lent)
    return calibration.probabilities(scores, [lead(scores), *unread.clues])


def _unread_lessons(guesses: Matrix, model: LikenessModel, unread: Unread) -> list[_Material]:
    # What the codebook's words and phrases say of a text is news to the model, which knows only what texts are like.
    sure = np.flatnonzero(guesses.max(axis=1, initial=0) >= _SURE_GUESS)
    lent = _Material(unread.lent.take(sure), guesses[sure], np.full(len(sure), _GUESS_WEIGHT))
    return [lent, _hinted_guesses(model, unread)]


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
    sources = {name: _rows(lessons, name) for name in ("example", "description", "decision", "written")}
    written, decided = (sources[name][evenly(len(sources[name]), _MOST_EVIDENCE)] for name in ("written", "decision"))
    book = sources["example"] if len(sources["example"]) else sources["description"]
    counts = np.zeros(len(lessons))
    counts[book] = _share(_BOOK_EVIDENCE, book) if len(decided) or len(written) else _ALONE
    counts[written] = _share(_WRITTEN_EVIDENCE, written) / (1 + len(decided) / _BOOK_EVIDENCE)
    counts[decided] = [lessons[row].weight for row in decided]
    rows = np.sort(np.concatenate([book, decided, written]))
    return rows, counts[rows]


def _careful(min_precision: float, n_decided: int) -> float:
    return min_precision + min(_CAUTION, (1 - min_precision) / 2) / (1 + n_decided / _BOOK_EVIDENCE)


def _share(most: int, rows: NDArray[np.intp]) -> float:
    return min(1.0, most / max(1, len(rows)))


def _rows(lessons: Sequence[TrainingExample], *sources: ExampleSource) -> NDArray[np.intp]:
    return np.flatnonzero([lesson.source in sources for lesson in lessons])
