"""Teach a model from lessons and unread texts, and judge by held-out scores how far its scores can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.coder.calibration import MATCHED, Calibration, calibrate, thresholds
from pipeline.methods.coder.examples import ExampleSource, TrainingExample, balanced_weights, targets
from pipeline.methods.coder.features import TextFeatures
from pipeline.methods.coder.kernel_ridge import (
    Features,
    Learnt,
    LikenessModel,
    Matrix,
    TaughtTexts,
    evenly,
    learn,
    stack,
)
from pipeline.methods.coder.matching import CodebookMatcher, lead
from pipeline.methods.coder.shares_by_frame import shifted, shifts_by_frame


# A guess at an unread text is taken as a lesson when its score is at least this; it counts a tenth of a decision.
_SURE_GUESS, _GUESS_WEIGHT = 0.3, 0.1
# What a text's theme was said to be about holds for most of its texts, so people's word for it is a guess like the others.
_HINTED = 0.8
# Examples are written to be clear; against real decisions they count like this many answers.
_BOOK_EVIDENCE = 50
# With no answers beside them, examples count little: codes were better calibrated so over 14 codebooks that were left out.
_ALONE = 0.1
# Nobody has decided yet how this team codes, and what was written is plainer than what people say: suggestions are right less
# often than held-out lessons show. How much more to ask for, without and with written answers, is a judgement.
_CAUTION, _CAUTION_WRITTEN = 0.05, 0.1
# What people say is less plain than what was written. For the three of twelve writers that the coder was most too sure of when it
# had not learnt them, log odds would have been right times and plus so much (Platt 1999); that was before excerpts taught it.
_LESS_PLAIN = (0.9, -0.29)
_SETTLED: tuple[ExampleSource, ...] = ("example", "description", "decision", "written", "excerpt")
# Written answers are more typical than what people say, so together they count like this many answers.
_WRITTEN_EVIDENCE = 500
_MOST_EVIDENCE: dict[ExampleSource, int] = {"written": 800, "decision": 4_000}


@dataclass(frozen=True)
class FittedModel:
    """A model with its curve from scores to probabilities and the probability from which each code is suggested.

    `shifts` say how far answers to each kind of question move a code's log odds, float (n_frames, n_codes). `even` is what a
    chance of 0.5 became where all chances were made less sure (`for_people`).
    """

    model: LikenessModel
    matcher: CodebookMatcher
    calibration: Calibration
    shifts: Matrix
    thresholds: Matrix
    even: float = 0.5

    def probabilities(self, texts: Sequence[str], reading: TextFeatures) -> Matrix:
        """Return how likely each code is right, float (n_texts, n_codes), for texts that were read as `reading`."""
        scores = reading.scores(self.model)
        chances = self.calibration.probabilities(scores, [lead(scores), *self.matcher.clues(texts, reading)])
        return shifted(chances, reading.whole.frames @ self.shifts)


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
    named, contrasts = targets(lessons, code_ids), _rows(lessons, "contrast")
    learnt = _learn_settled(lessons, reading, named, code_ids)
    silent = np.array([[code in lessons[row].silent for code in code_ids] for row in evidence])
    seen = reading.take(evidence)
    clues = matcher.clues([lessons[row].text for row in evidence], seen)
    places = np.searchsorted(_rows(lessons, *_SETTLED), evidence)
    proof = _Proof(seen, places, clues, named[evidence], trust[:, None] * ~silent)
    if len(contrasts):
        excluded = np.array([[lessons[row].excluded == code for code in code_ids] for row in contrasts])
        learnt = learnt.joined(_contrast_guesses(learnt.model, reading.whole.take(contrasts), excluded))
    held_out = proof.scores(learnt)
    calibration = proof.curve(held_out)
    if len(unread.lent) or len(unread.hinted):
        guesses = _guesses(learnt.model, calibration, unread)
        learnt = learnt.joined(_unread_lessons(guesses, learnt.model, unread))
        held_out = proof.scores(learnt)
        # Taught its own guesses, the model is surer of them, and nobody has said that it is right to be.
        calibration = proof.curve(held_out)
        calibration = calibration.tempered(_guesses(learnt.model, calibration, unread), guesses)
    even = 0.5
    if len(_rows(lessons, "written")):
        slope, level = for_people(len(_rows(lessons, "decision")))
        calibration, even = calibration.moved(slope, level), 1 / (1 + exp(-level))
    chances = calibration.probabilities(held_out, proof.clues_of(held_out))
    shifts = shifts_by_frame(_guesses(learnt.model, calibration, unread), unread.lent.frames)
    # Only what people decided on is of this study.
    decided = np.isin(evidence, _rows(lessons, "decision"))
    chances[decided] = shifted(chances[decided], seen.whole.frames[decided] @ shifts)
    judged = HeldOutEvidence(evidence, proof.truth, chances, proof.trust)
    n_decided = len(_rows(lessons, "decision"))
    caution = _CAUTION_WRITTEN if len(_rows(lessons, "written")) else _CAUTION
    careful = wanted._replace(min_precision=_careful(wanted.min_precision, caution, n_decided))
    levels = thresholds(chances, proof.truth, weights=proof.trust, **careful._asdict())
    return FittedModel(learnt.model, matcher, calibration, shifts, levels, even), judged


class _Proof(NamedTuple):
    """Lessons that scores are judged by: their reading, places among what is learnt, clues, truth and how each counts."""

    seen: TextFeatures
    places: NDArray[np.intp]
    clues: list[Matrix]
    truth: Matrix
    trust: Matrix

    def scores(self, learnt: Learnt) -> Matrix:
        """Return the score of each lesson held out, float (n_lessons, n_codes)."""
        return self.seen.held_out_scores(learnt.held_out(self.places))

    def clues_of(self, scores: Matrix) -> list[Matrix]:
        """Return all that speaks for a code beside its score."""
        return [lead(scores), *self.clues]

    def curve(self, scores: Matrix) -> Calibration:
        """Return the curve from scores to probabilities that these lessons show."""
        return calibrate(scores, self.truth, weights=self.trust, expected=MATCHED, clues=self.clues_of(scores))


def _learn_settled(lessons: Sequence[TrainingExample], reading: TextFeatures, named: Matrix, code_ids: Sequence[str]) -> Learnt:
    rows = _rows(lessons, *_SETTLED)
    counts = np.array([lesson.weight for lesson in lessons])
    silent = np.array([[code in lessons[row].silent for code in code_ids] for row in rows])
    heard = rows[~silent.any(axis=1)]
    learnt = learn(TaughtTexts(reading.whole.take(heard), named[heard], balanced_weights(named[heard], counts[heard])))
    if len(heard) == len(rows):
        return learnt
    # Of what a written answer says nothing about, it keeps what the model thinks without it.
    features = reading.whole.take(rows)
    shares = np.where(silent, np.clip(learnt.model.scores(features), 0, 1), named[rows])
    return learn(TaughtTexts(features, shares, balanced_weights(named[rows], counts[rows])))


def _contrast_guesses(model: LikenessModel, features: Features, excluded: NDArray[np.bool_]) -> TaughtTexts:
    # A contrast speaks about one code only; of the others it keeps what the model thinks already.
    guesses = np.where(excluded, 0.0, np.clip(model.scores(features), 0, 1))
    return TaughtTexts(features, guesses, np.ones(len(features)))


def _guesses(model: LikenessModel, calibration: Calibration, unread: Unread) -> Matrix:
    scores = model.scores(unread.lent)
    return calibration.probabilities(scores, [lead(scores), *unread.clues])


def _unread_lessons(guesses: Matrix, model: LikenessModel, unread: Unread) -> TaughtTexts:
    # What the codebook's words and phrases say of a text is news to the model, which knows only what texts are like.
    sure = np.flatnonzero(guesses.max(axis=1, initial=0) >= _SURE_GUESS)
    shares = np.vstack([guesses[sure], _hinted_guesses(model, unread)])
    return TaughtTexts(stack([unread.lent.take(sure), unread.hinted]), shares, np.full(len(shares), _GUESS_WEIGHT))


def _hinted_guesses(model: LikenessModel, unread: Unread) -> Matrix:
    # Of the codes that the theme was not given, it keeps some of what the model thinks already: a text may have several.
    guesses = np.clip(model.scores(unread.hinted), 0, 1) * (1 - _HINTED)
    guesses[np.arange(len(unread.hinted)), unread.hints] = _HINTED
    return guesses


def _evidence(lessons: Sequence[TrainingExample]) -> tuple[NDArray[np.intp], Matrix]:
    """Return the rows that scores are judged by, ascending, and how much each counts."""
    sources = {name: _rows(lessons, name) for name in ("example", "description", "decision")}
    # Excerpts among them, since excerpts are what a study codes.
    sources["written"] = np.array([row for row in _rows(lessons, "written", "excerpt") if lessons[row].judges], dtype=np.intp)
    written, decided = (sources[name][evenly(len(sources[name]), most)] for name, most in _MOST_EVIDENCE.items())
    book = sources["example"] if len(sources["example"]) else sources["description"]
    counts = np.zeros(len(lessons))
    counts[book] = _share(_BOOK_EVIDENCE, book) if len(decided) or len(written) else _ALONE
    counts[written] = _share(_WRITTEN_EVIDENCE, written) / (1 + len(decided) / _BOOK_EVIDENCE)
    counts[decided] = [lessons[row].weight for row in decided]
    rows = np.sort(np.concatenate([book, decided, written]))
    return rows, counts[rows]


def _careful(min_precision: float, caution: float, n_decided: int) -> float:
    return min_precision + min(caution, (1 - min_precision) / 2) / (1 + n_decided / _BOOK_EVIDENCE)


def for_people(n_decided: int) -> tuple[float, float]:
    """Return slope and level that make a curve taught by written answers less sure, as people are less plain than writers.

    The more texts people have decided on, the less they change it.
    """
    share = 1 / (1 + n_decided / _BOOK_EVIDENCE)
    return 1 - share * (1 - _LESS_PLAIN[0]), share * _LESS_PLAIN[1]


def as_before_people(chances: NDArray[np.floating], even: float) -> Matrix:
    """Return chances as they were before `for_people` moved them, where 0.5 became `even`; a chance of 0 stays."""
    from scipy.special import expit, logit

    level = log(even / (1 - even))
    slope = 1 - level / _LESS_PLAIN[1] * (1 - _LESS_PLAIN[0])
    return np.asarray(expit((logit(np.asarray(chances, dtype=np.float64)) - level) / slope))


def _share(most: int, rows: NDArray[np.intp]) -> float:
    return min(1.0, most / max(1, len(rows)))


def _rows(lessons: Sequence[TrainingExample], *sources: ExampleSource) -> NDArray[np.intp]:
    return np.flatnonzero([lesson.source in sources for lesson in lessons])
