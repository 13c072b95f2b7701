"""What only one person said."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.themes.distinct_texts import Vectors
from pipeline.methods.themes.tokens import words
from pipeline.tables.lazy import LazyMatrix


# Below this cosine to every other answer, an answer is unlike anything else; compared with at most so many others.
UNLIKE, OTHERS = 0.4, 10_000
# What was heard must say something: "??" and "asdf" are unlike anything else, too.
FEWEST_WORDS = 3
SLICE = 2_048


def heard_once(texts: Sequence[str], vectors: Vectors) -> NDArray[np.bool_]:
    """Return whether each text says something unlike anything else, bool (n_texts,); `vectors` are unit rows (n_texts, d).

    Texts are compared with the first 10,000, which are a fair sample where texts are in the order of their hashed ids.
    """
    rows = vectors if isinstance(vectors, LazyMatrix) else np.asarray(vectors)
    others = rows[:OTHERS].astype(np.float32).T
    alone = np.fromiter((len(words(text)) >= FEWEST_WORDS for text in texts), dtype=bool, count=len(texts))
    for start in range(0, len(rows), SLICE):
        likeness = rows[start : start + SLICE].astype(np.float32) @ others
        own = np.arange(start, min(start + len(likeness), likeness.shape[1]))
        likeness[own - start, own] = -1
        alone[start : start + SLICE] &= likeness.max(axis=1, initial=-1) < UNLIKE
    return alone
