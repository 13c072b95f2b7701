"""The different answers among all that were given, in an order that does not depend on the order of the rows."""

import hashlib
from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.errors import DataError
from pipeline.tables.lazy import LazyMatrix, select


Vectors = ArrayLike | LazyMatrix
"""Rows of numbers in memory, or on the disk."""

BLOCK = 16_384
_DIGITS = 6


@dataclass(frozen=True)
class UnitRows:
    """The rows of a matrix, each of length 1 in double precision, made when they are asked for and not before.

    So a million of them, of half precision in `matrix` (n, d), are never there in double. `order` says which row stands where,
    and `digits` how many decimals count.
    """

    matrix: "NDArray[Any] | LazyMatrix | UnitRows"
    order: NDArray[np.intp] | None = None
    digits: int | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.matrix if self.order is None else self.order)

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and of columns."""
        return len(self), self.matrix.shape[1]

    def __getitem__(self, rows: slice | NDArray[np.intp]) -> NDArray[np.float64]:
        """Return these rows."""
        units = unit(self.matrix[rows if self.order is None else self.order[rows]].astype(np.float64))
        return units if self.digits is None else unit(unit(units).round(self.digits))


Units = NDArray[np.float64] | UnitRows
"""Rows of length 1, there already or made when they are asked for."""


@dataclass(frozen=True)
class DistinctTexts:
    """Different answers in the order of their ids.

    `vectors` (n, d) are unit rows, `first` (n,) is the row where each first stands, `counts` (n,) and `weights` (n,) are
    the rows that say it and what they weigh together, and `place` (n_rows,) is the answer of each row.
    """

    texts: Sequence[str]
    vectors: Units
    first: NDArray[np.intp]
    counts: NDArray[np.intp]
    weights: NDArray[np.float64]
    place: NDArray[np.intp]

    def __len__(self) -> int:
        """Return the number of different answers."""
        return len(self.first)


def answer_id(text: str) -> str:
    """Return the first 16 hex digits of the text's sha256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def distinct_answers(
    texts: Sequence[str],
    vectors: Vectors,
    *,
    weights: ArrayLike | None = None,
    ids: Sequence[str] | NDArray[np.str_] | None = None,
) -> DistinctTexts:
    """Gather the rows that say the same, as their ids tell.

    Raises DataError when the texts, vectors, weights and ids are not of one length, or a number is missing or infinite.
    """
    matrix = vectors if isinstance(vectors, LazyMatrix) else np.asarray(vectors)
    each = np.ones(len(texts)) if weights is None else np.asarray(weights, dtype=np.float64)
    # As bytes, which take a quarter of the memory and have the same order.
    keys = np.char.encode(np.asarray([answer_id(text) for text in texts] if ids is None else ids, dtype=np.str_))
    _check_lengths(len(texts), {"vectors": matrix, "weights": each, "ids": keys}, shape=matrix.shape)
    if not all(np.isfinite(part).all() for part in (each, *(matrix[block] for block in blocks(len(matrix))))):
        raise DataError("The vectors or weights hold a missing or infinite number; make them again without it.")
    _, first, place, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    return DistinctTexts(
        select(texts, first),
        _middles(matrix, place, first),
        first,
        counts,
        np.bincount(place, weights=each, minlength=len(first)).astype(np.float64),
        place,
    )


def unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale every row to length 1; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1))


def blocks(n: int) -> list[slice]:
    """Return the places of rows that are looked at together, so that what is made of them fills no memory."""
    return [slice(start, start + BLOCK) for start in range(0, n, BLOCK)]


def _middles(matrix: NDArray[Any] | LazyMatrix, place: NDArray[np.intp], first: NDArray[np.intp]) -> Units:
    # Copies of a text may differ in the last bits; their rounded mean is the same in whatever order the rows come.
    if len(first) == len(matrix):
        return UnitRows(matrix, first, digits=_DIGITS)
    sums = np.zeros((len(first), matrix.shape[1]))
    for block in blocks(len(matrix)):
        np.add.at(sums, place[block], unit(matrix[block].astype(np.float64)))
    for block in blocks(len(first)):
        sums[block] = unit(unit(sums[block]).round(_DIGITS))
    return sums


def _check_lengths(n: int, parts: Mapping[str, Sized], *, shape: tuple[int, ...]) -> None:
    for name, part in parts.items():
        if len(part) != n:
            raise DataError(f"There are {n:,} texts but {len(part):,} {name}; give one for each text.")
    if len(shape) != 2:
        raise DataError("The vectors are not a table with one row per text; give an array of shape (n_texts, dimension).")
