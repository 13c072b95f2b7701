"""Learn from likeness: ridge regression on how alike two texts are in meaning, in words and in the question's frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


Matrix = NDArray[np.float64]

FRAMES = ("good", "better", "neutral")
# Weights of the three parts and the ridge: chosen on three folds of coded NHS answers, where halving or doubling
# any of them moved the figures by less than 0.01.
_MEANING, _WORDS, _FRAME, _RIDGE = 4.0, 1.0, 0.09, 1.0
# However much a lesson counts, texts that say the same must not make the matrix singular in float32.
_LEAST_RIDGE = 0.01
# So many rows of likeness in words are made at a time, and so many lessons are held out together.
_ROWS, _COLUMNS = 1_024, 200


@dataclass(frozen=True)
class Features:
    """What is known of n texts: unit vectors (n, d), weighted words (n, v; sparse) and frames (n, 3)."""

    vectors: NDArray[np.float32]
    words: Any
    frames: Matrix

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.vectors)

    def take(self, rows: NDArray[Any]) -> "Features":
        """Return the features of these rows."""
        return Features(self.vectors[rows], self.words[rows], self.frames[rows])


def stack(parts: Sequence[Features]) -> Features:
    """Join the rows of several features."""
    from scipy.sparse import vstack

    words = vstack([part.words for part in parts]).tocsr()
    return Features(np.vstack([part.vectors for part in parts]), words, np.vstack([part.frames for part in parts]))


def frame_columns(frames: Sequence[str]) -> Matrix:
    """Return one column per frame, 1 where it is the text's; a text without a frame has none."""
    return np.array([[float(frame == column) for column in FRAMES] for frame in frames]).reshape(-1, len(FRAMES))


def evenly(n_rows: int, most: int) -> NDArray[np.intp]:
    """Return at most so many row numbers, spread evenly."""
    return np.unique(np.linspace(0, n_rows - 1, min(n_rows, most)).astype(np.intp))


@dataclass(frozen=True)
class LikenessModel:
    """Scores texts by their likeness to landmarks: near 1 where what is alike has the code, 0 where nothing is alike."""

    landmarks: Features
    pulls: Matrix
    word_weights: Matrix
    frame_weights: Matrix

    def scores(self, features: Features) -> Matrix:
        """Return the scores, float (n_texts, n_codes)."""
        by_meaning = _alike_in_meaning(features, self.landmarks) @ self.pulls
        scores: Matrix = by_meaning + features.words @ self.word_weights + features.frames @ self.frame_weights
        return scores


@dataclass(frozen=True)
class TaughtTexts:
    """Texts, their targets in 0..1, float (n_texts, n_codes), and how each counts, more than 0."""

    features: Features
    targets: Matrix
    weights: Matrix

    def __len__(self) -> int:
        """Return the number of lessons."""
        return len(self.features)

    def joined(self, other: "TaughtTexts") -> "TaughtTexts":
        """Return these lessons followed by the others."""
        features = stack([self.features, other.features])
        return TaughtTexts(features, np.vstack([self.targets, other.targets]), np.concatenate([self.weights, other.weights]))


@dataclass(frozen=True)
class Learnt:
    """A model, and what is needed to learn more and to say how it would be without one of its lessons.

    `system` is the Cholesky factor, float32 (n_lessons, n_lessons), of the likeness of all lessons and their ridge.
    """

    lessons: TaughtTexts
    system: NDArray[np.float32]
    model: LikenessModel

    def joined(self, lessons: TaughtTexts) -> "Learnt":
        """Return what these lessons teach together with those learnt before, without solving for those again."""
        if not len(lessons):
            return self
        across = _solve(self.system, likeness(self.lessons.features, lessons.features))
        corner = _factor(_ridged(lessons) - across.T @ across)
        n, more = across.shape
        system = np.zeros((n + more, n + more), dtype=np.float32)
        system[:n, :n], system[n:, :n], system[n:, n:] = self.system, across.T, corner
        return _learnt(self.lessons.joined(lessons), system)

    def held_out(self, rows: NDArray[np.intp]) -> "HeldOut":
        """Return these lessons, by their rows, each scored as if it had not been learnt."""
        surprises = self.model.pulls[rows] / self._influence_on_itself(rows)[:, None]
        return HeldOut(self.lessons.targets[rows] - surprises, self, rows, surprises)

    def influences(self, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return how far the target of each of these lessons moves all pulls, float32 (n_lessons, n_rows)."""
        units = np.zeros((len(self.lessons), len(rows)), dtype=np.float32)
        units[rows, np.arange(len(rows))] = 1
        return _solve(self.system, _solve(self.system, units), transposed=True)

    def _influence_on_itself(self, rows: NDArray[np.intp]) -> Matrix:
        """Return how far the target of each of these lessons moves its own pull, float (n_rows,)."""
        own = np.zeros(len(rows))
        for part in np.array_split(np.argsort(rows, kind="stable"), max(1, len(rows) // _COLUMNS)):
            # What is solved for is 0 above the first of these rows, so the lessons before it play no part.
            first = rows[part].min(initial=0)
            units = np.zeros((len(self.lessons) - first, len(part)), dtype=np.float32)
            units[rows[part] - first, np.arange(len(part))] = 1
            own[part] = np.square(_solve(self.system[first:, first:], units)).sum(axis=0, dtype=np.float64)
        return own


@dataclass(frozen=True)
class HeldOut:
    """Scores texts as if one lesson had never been learnt; exact, without learning again (Cawley and Talbot 2003).

    `own` holds what each lesson itself would then be given, float (n_lessons, n_codes).
    """

    own: Matrix
    learnt: Learnt
    rows: NDArray[np.intp]
    surprises: Matrix

    def scores(self, features: Features, lessons: NDArray[np.intp]) -> Matrix:
        """Return the scores of each text without the lesson beside it, float (n_texts, n_codes)."""
        model = self.learnt.model
        # Few lessons are read part by part, and only of theirs all influences are worked out.
        needed, place = np.unique(lessons, return_inverse=True)
        influences = self.learnt.influences(self.rows[needed])
        influence = np.einsum("ij,ji->i", likeness(features, model.landmarks), influences[:, place])
        scores: Matrix = model.scores(features) - influence[:, None] * self.surprises[lessons]
        return scores


def likeness(texts: Features, others: Features) -> NDArray[np.float32]:
    """Return how alike each of the texts is to each of the others, float32 (n_texts, n_others)."""
    alike = _alike_in_meaning(texts, others)
    alike += _FRAME * (texts.frames @ others.frames.T).astype(np.float32)
    words, others_words = texts.words.astype(np.float32), others.words.T.astype(np.float32).tocsr()
    for begin in range(0, len(texts), _ROWS):
        alike[begin : begin + _ROWS] += _WORDS * (words[begin : begin + _ROWS] @ others_words).toarray()
    return alike


def learn(lessons: TaughtTexts) -> Learnt:
    """Fit the lessons' targets by kernel ridge regression over likeness."""
    return _learnt(lessons, _factor(_ridged(lessons)))


def _learnt(lessons: TaughtTexts, system: NDArray[np.float32]) -> Learnt:
    pulls = _solve(system, _solve(system, lessons.targets.astype(np.float32)), transposed=True)
    return Learnt(lessons, system, _model(lessons.features, pulls.astype(np.float64)))


def _ridged(lessons: TaughtTexts) -> NDArray[np.float32]:
    """Return how alike the lessons are, with their ridge: what stands on and below the diagonal, as the rest mirrors it."""
    n, features = len(lessons), lessons.features
    alike = np.zeros((n, n), dtype=np.float32)
    for begin in range(0, n, _ROWS):
        end = min(begin + _ROWS, n)
        alike[begin:end, :end] = likeness(features.take(np.arange(begin, end)), features.take(np.arange(end)))
    # A lesson that counts less is followed less closely.
    alike[np.diag_indices(n)] += np.maximum(_RIDGE / lessons.weights, _LEAST_RIDGE).astype(np.float32)
    return alike


def _factor(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the lower Cholesky factor, of which only what stands on and below the diagonal is read; in the same memory."""
    from scipy.linalg import cholesky

    # LAPACK has rows for columns, so the lower half is the upper one to it, and nothing is copied.
    return np.asarray(cholesky(matrix.T, lower=False, overwrite_a=True, check_finite=False).T)


def _model(landmarks: Features, pulls: Matrix) -> LikenessModel:
    return LikenessModel(landmarks, pulls, _WORDS * (landmarks.words.T @ pulls), _FRAME * (landmarks.frames.T @ pulls))


def _alike_in_meaning(texts: Features, others: Features) -> NDArray[np.float32]:
    alike = texts.vectors.astype(np.float32) @ others.vectors.T.astype(np.float32)
    alike -= 1
    alike *= 2
    np.exp(alike, out=alike)
    # Less what unrelated texts score, so that a text like nothing we know gets no code.
    alike -= np.float32(np.exp(-2))
    alike *= _MEANING
    return np.asarray(alike, dtype=np.float32)


def _solve(triangle: NDArray[np.float32], right: NDArray[np.float32], *, transposed: bool = False) -> NDArray[np.float32]:
    from scipy.linalg import solve_triangular

    return np.asarray(solve_triangular(triangle, right, lower=True, trans="T" if transposed else "N", check_finite=False))
