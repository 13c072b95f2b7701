"""What a coder says of texts whose decisions it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.active_learning.intervals import Booleans
from pipeline.methods.coder import CodebookClassifier
from pipeline.methods.coder.suggestion import has_words


Rows = NDArray[np.intp]

N_FOLDS = 5


@dataclass(frozen=True)
class CodedTexts:
    """All texts, (n_texts,), with frames and vectors, (n_texts, d); and decisions, oldest first: whose text, which codes.

    `rows` is int (n_decisions,); a text that several people decided on has several decisions. `hints` (n_texts,) are the
    codes that people gave the texts' themes.
    """

    texts: Sequence[str]
    frames: Sequence[str]
    vectors: NDArray[np.float32]
    rows: Rows
    codes: Sequence[Sequence[str]]
    hints: Sequence[str | None]

    @property
    def decided(self) -> Rows:
        """Rows of the texts people have decided on, in the order they first did."""
        return np.array(list(dict.fromkeys(self.rows.tolist())), dtype=np.intp)


@dataclass(frozen=True)
class Predictions:
    """How likely a coder takes each code to be, float (n, n_codes), and which it suggests, bool (n, n_codes)."""

    chances: NDArray[np.float64]
    suggested: Booleans


def taught(coder: CodebookClassifier, material: CodedTexts, learnt: Rows) -> CodebookClassifier:
    """Return a copy of the coder fitted with those decisions that are about the texts `learnt`, and all others unread."""
    from sklearn.base import clone

    chosen = np.flatnonzero(np.isin(material.rows, learnt))
    unread = np.setdiff1d(np.arange(len(material.texts)), material.rows[chosen])
    rows = np.concatenate([unread, material.rows[chosen]])
    codes: list[Sequence[str] | None] = [None] * len(unread) + [material.codes[place] for place in chosen.tolist()]
    return learn(clone(coder), material, rows, codes)


def learn(
    coder: CodebookClassifier, material: CodedTexts, rows: Rows, codes: Sequence[Sequence[str] | None]
) -> CodebookClassifier:
    """Fit the coder with these rows of the material, and the codes people gave each or None, and return it."""
    texts, frames = _named(material, rows)
    hints = [material.hints[row] for row in rows.tolist()]
    return coder.fit(texts, codes, frames=frames, hints=hints, vectors=material.vectors[rows])


def predict(coder: CodebookClassifier, material: CodedTexts, rows: Rows) -> Predictions:
    """Return what a fitted coder says of these texts."""
    texts, frames = _named(material, rows)
    chances = coder.predict_proba(texts, frames, vectors=material.vectors[rows])
    # As in coding: a text without words is suggested nothing, however near a code its vector lies.
    readable = np.array([has_words(text) for text in texts], dtype=bool)
    return Predictions(chances, (chances >= coder.thresholds_) & readable[:, None])


def cross_validate(coder: CodebookClassifier, material: CodedTexts, rows: Rows, *, learnt: Rows, seed: int) -> Predictions:
    """Return what is said of these texts by coders that learnt from `learnt`, less the fold each text is in.

    Five folds, drawn by words, so that an answer given under two questions is in one fold. A fold that holds none of
    `learnt` needs no coder of its own.
    """
    # By different words first, so that the same words always share a fold.
    words, place = np.unique([material.texts[row].casefold().strip() for row in rows], return_inverse=True)
    fold = np.random.default_rng(seed).permutation(len(words))[place] % N_FOLDS
    chances, suggested = np.zeros((len(rows), len(coder.codebook))), np.zeros((len(rows), len(coder.codebook)), dtype=bool)
    if not len(np.intersect1d(rows, learnt)):
        fold = np.zeros_like(fold)
    for number in np.unique(fold):
        in_fold = fold == number
        predictions = predict(taught(coder, material, np.setdiff1d(learnt, rows[in_fold])), material, rows[in_fold])
        chances[in_fold], suggested[in_fold] = predictions.chances, predictions.suggested
    return Predictions(chances, suggested)


def in_steps(coder: CodebookClassifier, material: CodedTexts, rows: Rows, *, step: int, n_steps: int) -> list[Booleans]:
    """Return what is suggested for these texts by coders that learnt from ever more decided texts, up to all of them.

    The last has learnt from all, the one before from `step` fewer, and so on, as far back as there are decisions.
    """
    decided = material.decided
    sizes = [len(decided) - step * back for back in range(n_steps, -1, -1) if len(decided) >= step * back]
    return [predict(taught(coder, material, decided[:size]), material, rows).suggested for size in sizes]


def _named(material: CodedTexts, rows: Rows) -> tuple[list[str], list[str]]:
    return [material.texts[row] for row in rows], [material.frames[row] for row in rows]
