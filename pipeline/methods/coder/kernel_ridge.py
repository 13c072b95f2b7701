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
# Texts are compared with this many others at most, which bounds time and memory however many people have read.
_LANDMARKS = 2_000


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
class HeldOut:
    """Scores texts as if one row had never been learnt from; exact, without learning again.

    `own` holds what each row itself would then be given, float (n_rows, n_codes).
    """

    own: Matrix
    model: LikenessModel
    basis: Matrix
    system: Matrix
    influences: Matrix
    surprises: Matrix

    def scores(self, features: Features, rows: NDArray[np.intp]) -> Matrix:
        """Return the scores of each text without the row beside it, float (n_texts, n_codes)."""
        places = _solve(self.system, _solve(self.basis, likeness(self.model.landmarks, features)))
        influence = np.einsum("ij,ij->j", places, self.influences[:, rows])
        scores: Matrix = self.model.scores(features) - influence[:, None] * self.surprises[rows]
        return scores


def likeness(texts: Features, others: Features) -> Matrix:
    """Return how alike each of the texts is to each of the others, float (n_texts, n_others)."""
    in_words: Matrix = (texts.words @ others.words.T).toarray()
    return _alike_in_meaning(texts, others) + _WORDS * in_words + _FRAME * (texts.frames @ others.frames.T)


def learn(features: Features, targets: Matrix, *, weights: Matrix) -> tuple[LikenessModel, HeldOut]:
    """Fit targets in 0..1, float (n_rows, n_codes), to the features; rows count by `weights`."""
    from scipy.linalg import cholesky

    landmarks = features.take(evenly(len(features), _LANDMARKS))
    # The small term keeps texts that say the same from making the matrix singular.
    basis = cholesky(likeness(landmarks, landmarks) + 1e-3 * np.eye(len(landmarks)), lower=True)
    places = _solve(basis, likeness(landmarks, features))
    system = cholesky((places * weights) @ places.T + _RIDGE * np.eye(len(landmarks)), lower=True)
    places = _solve(system, places)
    influences = places * weights
    fitted = influences @ targets
    model = _model(landmarks, _solve(basis, _solve(system, fitted, transposed=True), transposed=True))
    leverage = np.einsum("ij,ij->j", places, influences)
    surprises = (targets - places.T @ fitted) / np.maximum(1 - leverage, 1e-6)[:, None]
    return model, HeldOut(targets - surprises, model, basis, system, influences, surprises)


def _model(landmarks: Features, pulls: Matrix) -> LikenessModel:
    return LikenessModel(landmarks, pulls, _WORDS * (landmarks.words.T @ pulls), _FRAME * (landmarks.frames.T @ pulls))


def _alike_in_meaning(texts: Features, others: Features) -> Matrix:
    cosines = (texts.vectors @ others.vectors.T).astype(np.float64)
    # Less what unrelated texts score, so that a text like nothing we know gets no code.
    return np.asarray(_MEANING * (np.exp(2 * (cosines - 1)) - np.exp(-2)))


def _solve(triangle: Matrix, right: Matrix, *, transposed: bool = False) -> Matrix:
    from scipy.linalg import solve_triangular

    return np.asarray(solve_triangular(triangle, right, lower=True, trans="T" if transposed else "N"))
