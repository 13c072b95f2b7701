"""Read texts into features: as a whole and, where they say several things, unit by unit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.methods.coder.kernel_ridge import Features, HeldOut, LikenessModel, Matrix, frame_columns, stack
from pipeline.methods.embedding.embedder import Embedder


# Bounded, as from each blank of a long row of blanks an unbounded one would look to the row's end.
_BREAK = re.compile(r"(?<=[.!?;])\s+|\n+|,?\s{1,40}(?:but|although|however|though)\s+", re.IGNORECASE)


def split_units(text: str) -> list[str]:
    """Return the sentences of a text, split also where it turns; a text without a break is its own unit."""
    units = [unit.strip() for unit in _BREAK.split(text) if len(unit.strip()) > 2]
    return units if len(units) > 1 else [text]


@dataclass(frozen=True)
class TextFeatures:
    """Texts as features, with the units of those that have several; `owners` says which text each unit is of."""

    whole: Features
    units: Features
    owners: NDArray[np.intp]

    def take(self, rows: NDArray[np.intp]) -> "TextFeatures":
        """Return the reading of these texts, given by ascending row numbers."""
        kept = np.flatnonzero(np.isin(self.owners, rows))
        return TextFeatures(self.whole.take(rows), self.units.take(kept), np.searchsorted(rows, self.owners[kept]))

    def joined(self, other: "TextFeatures") -> "TextFeatures":
        """Return the reading of these texts followed by the other's."""
        owners = np.concatenate([self.owners, other.owners + len(self.whole)])
        return TextFeatures(stack([self.whole, other.whole]), stack([self.units, other.units]), owners)

    def scores(self, model: LikenessModel) -> Matrix:
        """Return the mean of each text's own score and its best unit's, for an answer may say several things."""
        return self._combined(model.scores(self.whole), model.scores(self.units))

    def held_out_scores(self, held_out: HeldOut) -> Matrix:
        """Return the same for texts that were lessons, in their order, each as if it had never been learnt."""
        return self._combined(held_out.own, held_out.scores(self.units, self.owners))

    def _combined(self, whole: Matrix, units: Matrix) -> Matrix:
        best = whole.copy()
        best[self.owners] = -np.inf
        np.maximum.at(best, self.owners, units)
        return np.asarray((whole + best) / 2)


@dataclass(frozen=True)
class FeatureExtractor:
    """Turns texts into features with one embedder and one vocabulary."""

    embedder: Embedder
    vectorizer: Any

    @classmethod
    def knowing(cls, texts: Sequence[str], embedder: Embedder) -> Self:
        """Return a reader that knows the words of these texts, alone and in pairs."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b")  # noqa: S106
        # One word at least: a vocabulary must not be empty, whatever signs a codebook is written in.
        return cls(embedder, vectorizer.fit([*texts, "codebook"]))

    @property
    def words(self) -> NDArray[np.str_]:
        """The words and pairs it knows, in the order of the features' columns."""
        return np.asarray(self.vectorizer.get_feature_names_out(), dtype=np.str_)

    def read(self, texts: Sequence[str], frames: Sequence[str], *, vectors: NDArray[np.floating] | None = None) -> TextFeatures:
        """Return the reading of these texts; with vectors, (n_texts, d), each text is taken as one unit."""
        if vectors is not None:
            whole = self._features(texts, frames, self._checked(vectors, n_texts=len(texts)))
            return TextFeatures(whole, whole.take(np.arange(0)), np.arange(0))
        parts = [split_units(text) for text in texts]
        pairs = [(owner, unit) for owner, units in enumerate(parts) if len(units) > 1 for unit in units]
        units = [unit for _, unit in pairs]
        embedded = self._embedded([*texts, *units])
        return TextFeatures(
            self._features(texts, frames, embedded[: len(texts)]),
            self._features(units, [frames[owner] for owner, _ in pairs], embedded[len(texts) :]),
            np.array([owner for owner, _ in pairs], dtype=np.intp),
        )

    def _features(self, texts: Sequence[str], frames: Sequence[str], vectors: NDArray[np.float32]) -> Features:
        words = self.vectorizer.transform([*texts, ""])[: len(texts)]  # it refuses an empty list
        return Features(vectors, words, frame_columns(frames))

    def _embedded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        return self.embedder.encode(list(places))[np.array([places[text] for text in texts], dtype=np.intp)]

    def _checked(self, vectors: NDArray[np.floating], *, n_texts: int) -> NDArray[np.float32]:
        matrix = np.asarray(vectors, dtype=np.float32)
        wanted = (n_texts, self.embedder.dimension)
        if matrix.shape != wanted:
            raise ModelError(
                f"The vectors have the shape {matrix.shape}, but {n_texts} texts embedded with {self.embedder.name} "
                f"have {wanted}; embed the texts with the coder's own model."
            )
        return matrix
