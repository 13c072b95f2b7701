"""Find rows of one table in another by their place: to merge on ids as text takes many times the memory of the tables."""

import binascii
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.compute
from numpy.typing import NDArray


Places = NDArray[np.int32]

# As `content_id` writes ids: 16 digits are 64 bits, which fit into one integer.
_DIGITS = 16


def index_in(ids: pd.Series, among: pd.Series) -> Places:
    """Return where each id first stands among others, shape (len(ids),); -1 where it does not stand there."""
    if not len(among):
        return np.full(len(ids), -1, dtype=np.int32)
    wanted, others = _as_integers(ids, among)
    # Stable, so that of ids that stand there twice the first is given.
    order = np.argsort(others, kind="stable").astype(np.int32)
    others = others[order]
    at = np.searchsorted(others, wanted).astype(np.int32)
    # What lies beyond the last is compared with the last, from which it differs.
    np.minimum(at, len(others) - 1, out=at)
    return np.where(others[at] == wanted, order[at], np.int32(-1))


def take(column: pd.Series, at: "Places | pd.Series[int]") -> pd.Series:
    """Return what stands at these places of a column, shape (len(at),)."""
    # To take from a column that was read in parts, Arrow would copy all of it into one.
    at, wanted = np.asarray(at), np.zeros(len(column), dtype=bool)
    wanted[at] = True
    return pd.Series(column.array[wanted].take((np.cumsum(wanted, dtype=np.int32) - 1)[at]))


def factorize(*columns: pd.Series) -> tuple[list[Places], pd.Series]:
    """Return for each column the number of each of its ids, and the different ids of all in the order of their numbers."""
    together = pd.concat(columns, ignore_index=True)
    numbers = pd.factorize(_as_integers(together)[0])[0].astype(np.int32)
    firsts = np.empty(numbers.max(initial=-1) + 1, dtype=np.int32)
    # From the last to the first, so that of all places of an id the first is left.
    firsts[numbers[::-1]] = np.arange(len(numbers), dtype=np.int32)[::-1]
    ends = np.cumsum([len(column) for column in columns])[:-1]
    return np.split(numbers, ends), take(together, firsts)


def is_duplicate(ids: pd.Series, *beside: pd.Series) -> NDArray[np.bool_]:
    """Return whether each id, with what stands beside it, has stood before, shape (len(ids),)."""
    numbers = _as_integers(ids)[0]
    duplicated = pd.Series(numbers).duplicated().to_numpy()
    if not beside or not duplicated.any():
        return duplicated
    return pd.DataFrame({-1: numbers} | {n: pd.factorize(column)[0] for n, column in enumerate(beside)}).duplicated().to_numpy()


def levels(
    people: pd.DataFrame, persons: pd.Series, groups: Iterable[str], *, unknown: str | None = None
) -> dict[str, pd.Categorical]:
    """Return for each group the level of each person, shape (len(persons),); `unknown` where it is not known, or missing."""
    of_whom = index_in(people["response_id"], persons)
    attributes, values = pd.Categorical(people["attribute"]), pd.Categorical(people["value"])
    if unknown is not None and unknown not in values.categories:
        values = values.add_categories([unknown])
    missing = -1 if unknown is None else values.categories.get_loc(unknown)
    levels_of = {}
    for group in groups:
        rows = (attributes == group) & (of_whom >= 0)
        codes = np.full(len(persons), missing, dtype=values.codes.dtype)
        # Of several values the first counts, so it is written last.
        codes[of_whom[rows][::-1]] = values.codes[rows][::-1]
        levels_of[group] = pd.Categorical.from_codes(codes, values.categories)
    return levels_of


def _as_integers(*columns: pd.Series) -> list[NDArray[Any]]:
    """Return integers that are the same where ids are: what they are as numbers if they are all 64 bits in hex digits."""
    texts = [_as_text(column) for column in columns]
    if all(map(_are_hex, texts)):
        return [_from_hex(text) for text in texts]
    numbers = pd.factorize(pd.concat(columns, ignore_index=True))[0]
    return np.split(numbers, np.cumsum([len(column) for column in columns])[:-1])


def _as_text(ids: pd.Series) -> pyarrow.ChunkedArray:
    text = pyarrow.array(ids, from_pandas=True).cast(pyarrow.large_string())
    return text if isinstance(text, pyarrow.ChunkedArray) else pyarrow.chunked_array([text])


def _are_hex(text: pyarrow.ChunkedArray) -> bool:
    lengths = pyarrow.compute.min_max(pyarrow.compute.binary_length(text)).as_py()
    # Capitals would be the same number as small letters, and another id.
    if text.null_count or set(lengths.values()) - {_DIGITS, None}:
        return False
    return not any(_letters(chunk).translate(None, b"0123456789abcdef") for chunk in text.chunks)


def _letters(text: pyarrow.Array) -> bytes:
    """Return ids of equal length one after another."""
    # Arrow's layout: the second buffer holds where each text begins, the third the letters; a slice shares them from its offset.
    start = text.buffers()[1]
    begin = np.frombuffer(start, np.int64)[text.offset] if len(text) else 0
    return bytes(memoryview(text.buffers()[2])[begin : begin + _DIGITS * len(text)]) if len(text) else b""


def _from_hex(text: pyarrow.ChunkedArray) -> NDArray[np.uint64]:
    numbers, end = np.empty(len(text), dtype=np.uint64), 0
    for chunk in text.chunks:
        begin, end = end, end + len(chunk)
        numbers[begin:end] = np.frombuffer(binascii.unhexlify(_letters(chunk)), ">u8")
    return numbers
