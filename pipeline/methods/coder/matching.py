"""Say how well a text fits what the codebook says of a code, in words and in meaning, whatever the codes are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook.codebook import Code, Codebook
from pipeline.methods.coder.features import TextFeatures, split_units
from pipeline.methods.coder.kernel_ridge import Matrix
from pipeline.methods.embedding.embedder import Embedder


# Words that differ only in their ends are mostly forms of one word: of the written answers' codes, more were ranked first so.
_STEM = 5
_WORD = re.compile(r"[^\W\d_]{3,}")
_PHRASE = re.compile(r"[;.:]\s+|[;.:]$")
# Phrases less alike than this have nothing to do with each other.
_UNLIKE = 0.3
_MOST_CELLS = 20_000_000


def word_stems(text: str) -> list[str]:
    """Return the beginnings of a text's words, without those that carry no subject."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return [word[:_STEM] for word in _WORD.findall(text.lower()) if word not in ENGLISH_STOP_WORDS]


def lead(scores: Matrix) -> Matrix:
    """Return how far each code's score is ahead of the best other one of its text; less than 0 where it is behind."""
    if scores.shape[1] < 2:
        return np.zeros_like(scores)
    second, first = np.partition(scores, -2, axis=1)[:, -2:].T
    return np.asarray(scores - np.where(scores == first[:, None], second[:, None], first[:, None]))


@dataclass(frozen=True)
class CodebookMatcher:
    """Compares texts with each code's label, definition and what it includes; examples are left to the model of likeness.

    `phrases` are unit vectors of what the codes' `include` lists, `starts` where each code's begin; `shares` say which stems
    a code's words have, float (n_stems, n_codes), less where many codes have them.
    """

    phrases: NDArray[np.float32]
    starts: NDArray[np.intp]
    vectorizer: Any
    shares: Any

    @classmethod
    def of(cls, codebook: Codebook, embedder: Embedder) -> Self:
        """Return what compares texts with these codes."""
        from scipy.sparse import diags
        from sklearn.feature_extraction.text import CountVectorizer

        lists = [_phrases_of(code) for code in codebook.codes]
        starts = np.cumsum([0, *(len(phrases) for phrases in lists)])[:-1].astype(np.intp)
        words = [" ".join((code.name, code.plain_label, code.definition, code.include)) for code in codebook.codes]
        vectorizer = CountVectorizer(analyzer=word_stems, binary=True).fit([*words, "codebook"])
        used = vectorizer.transform(words).astype(np.float64)
        rarity = 1 / np.maximum(np.asarray(used.sum(axis=0)).ravel(), 1)
        phrases = embedder.encode([phrase for phrases in lists for phrase in phrases])
        return cls(phrases, starts, vectorizer, (diags(rarity) @ used.T).tocsr())

    def clues(self, texts: Sequence[str], reading: TextFeatures) -> list[Matrix]:
        """Return what speaks for each code beside likeness, each float (n_texts, n_codes): words, phrases, length."""
        n_codes = len(self.starts)
        words = (self.vectorizer.transform([*texts, ""])[: len(texts)] @ self.shares).toarray()
        nearest = self._cosines(reading.whole.vectors)
        np.maximum.at(nearest, reading.owners, self._cosines(reading.units.vectors))
        lengths = np.log1p([len(text.split()) for text in texts])
        return [
            words - words.mean(axis=1, keepdims=True),
            lead(np.maximum(nearest, _UNLIKE)),
            np.repeat(lengths.reshape(-1, 1), n_codes, axis=1),
        ]

    def _cosines(self, vectors: NDArray[np.float32]) -> Matrix:
        best = np.empty((len(vectors), len(self.starts)))
        step = max(1, _MOST_CELLS // max(1, len(self.phrases)))
        for begin in range(0, len(vectors), step):
            cosines = vectors[begin : begin + step] @ self.phrases.T
            best[begin : begin + step] = np.maximum.reduceat(cosines, self.starts, axis=1)
        return best


def _phrases_of(code: Code) -> list[str]:
    phrases = [phrase.strip() for phrase in _PHRASE.split(code.include) if phrase.strip()]
    return phrases or split_units(code.definition or code.name)
