"""The different answers among all that were given, in an order that does not depend on the order of the rows."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.errors import DataError


BLOCK = 16_384


@dataclass(frozen=True)
class Answers:
    """Different answers in the order of their ids.

    `vectors` (n, d) are unit rows, `first` (n,) is the row where each first stands, `counts` (n,) and `weights` (n,) are
    the rows that say it and what they weigh together, and `place` (n_rows,) is the answer of each row.
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    vectors: NDArray[np.float64]
    first: NDArray[np.intp]
    counts: NDArray[np.intp]
    weights: NDArray[np.float64]
    place: NDArray[np.intp]

    def __len__(self) -> int:
        """Return the number of different answers."""
        return len(self.ids)


def answer_id(text: str) -> str:
    """Return the first 16 hex digits of the text's sha256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def distinct_answers(
    texts: Sequence[str], vectors: ArrayLike, *, weights: ArrayLike | None = None, ids: Sequence[str] | None = None
) -> Answers:
    """Gather the rows that say the same, as their ids tell.

    Raises DataError when the texts, vectors, weights and ids are not of one length, or a number is missing or infinite.
    """
    matrix = np.asarray(vectors)
    each = np.ones(len(texts)) if weights is None else np.asarray(weights, dtype=np.float64)
    known = [answer_id(text) for text in texts] if ids is None else list(ids)
    _check_lengths(len(texts), {"vectors": matrix, "weights": each, "ids": known})
    if not (np.isfinite(matrix).all() and np.isfinite(each).all()):
        raise DataError("The vectors or weights hold a missing or infinite number; make them again without it.")
    unique, first, place, counts = np.unique(known, return_index=True, return_inverse=True, return_counts=True)
    return Answers(
        tuple(str(one) for one in unique),
        tuple(texts[i] for i in first),
        _middles(matrix, place, len(unique)),
        first,
        counts,
        np.bincount(place, weights=each, minlength=len(unique)).astype(np.float64),
        place,
    )


def unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale every row to length 1; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1))


def units_of(rows: NDArray[Any]) -> NDArray[np.float64]:
    """Return the rows in double precision, each of length 1; block by block, so that a million of them are there once."""
    found = np.empty(rows.shape)
    for block in _blocks(len(rows)):
        found[block] = unit(rows[block].astype(np.float64))
    return found


def _middles(matrix: NDArray[Any], place: NDArray[np.intp], n: int) -> NDArray[np.float64]:
    # Copies of a text may differ in the last bits; their rounded mean is the same in whatever order the rows come.
    sums = np.zeros((n, matrix.shape[1]))
    for block in _blocks(len(matrix)):
        np.add.at(sums, place[block], unit(matrix[block].astype(np.float64)))
    for block in _blocks(n):
        sums[block] = unit(unit(sums[block]).round(6))
    return sums


def _blocks(n: int) -> list[slice]:
    return [slice(start, start + BLOCK) for start in range(0, n, BLOCK)]


def _check_lengths(n: int, parts: dict[str, Sequence[str] | NDArray[Any]]) -> None:
    for name, part in parts.items():
        if len(part) != n:
            raise DataError(f"There are {n:,} texts but {len(part):,} {name}; give one for each text.")
    if np.ndim(parts["vectors"]) != 2:
        raise DataError("The vectors are not a table with one row per text; give an array of shape (n_texts, dimension).")
