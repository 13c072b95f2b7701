"""Say why a code is suggested: the nearest words that people agreed on, and what in the text weighed most."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.coder.examples import TrainingExample, targets
from pipeline.methods.coder.features import TextFeatures, split_units
from pipeline.methods.coder.kernel_ridge import Features


_MOST_WORDS = 3


@dataclass(frozen=True)
class Reasons:
    """The codebook's examples and phrases and people's agreed excerpts, each with the codes it stands for."""

    phrases: tuple[str, ...]
    vectors: NDArray[np.float32]
    stands_for: NDArray[np.bool_]

    def nearest(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.intp]:
        """Return for each text and code the number of the nearest phrase, which is not the text itself if avoidable."""
        cosines = vectors @ self.vectors.T
        places: dict[str, list[int]] = {}
        for number, phrase in enumerate(self.phrases):
            places.setdefault(phrase, []).append(number)
        for row, text in enumerate(texts):
            cosines[row, places.get(text, [])] = -2.0
        nearest_phrases = np.empty((len(texts), self.stands_for.shape[1]), dtype=np.intp)
        for code, members in enumerate(self.stands_for.T):
            numbers = np.flatnonzero(members)
            nearest_phrases[:, code] = numbers[cosines[:, numbers].argmax(axis=1)]
        return nearest_phrases


def find_reasons(lessons: Sequence[TrainingExample], reading: TextFeatures, *, code_ids: Sequence[str]) -> Reasons:
    """Return what can be quoted as a reason: examples and agreed excerpts as they are, definitions phrase by phrase."""
    shares = targets(lessons, code_ids) > 0.5
    divided = set(reading.owners.tolist())
    phrased = [row for row, lesson in enumerate(lessons) if lesson.source == "description" and row in divided]
    quoted = [row for row in range(len(lessons)) if shares[row].any() and row not in phrased]
    units = np.flatnonzero(np.isin(reading.owners, phrased))
    phrases = [phrase for row in phrased for phrase in split_units(lessons[row].text)]
    return Reasons(
        (*(lessons[row].text for row in quoted), *phrases),
        np.vstack([reading.whole.vectors[quoted], reading.units.vectors[units]]),
        np.vstack([shares[quoted], shares[reading.owners[units]]]),
    )


def weightiest_words(features: Features, row: int, *, weights: NDArray[np.float64], words: NDArray[np.str_]) -> tuple[str, ...]:
    """Return the words of one text that spoke most for a code with these weights, heaviest first."""
    start, end = features.words.indptr[row : row + 2]
    columns = features.words.indices[start:end]
    shares = features.words.data[start:end] * weights[columns]
    order = np.argsort(-shares, kind="stable")[:_MOST_WORDS]
    return tuple(str(words[columns[place]]) for place in order if shares[place] > 0)
