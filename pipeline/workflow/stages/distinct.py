"""Different answers: the same words are read once, wherever and however often they were given."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.runtime.files import content_id
from pipeline.tables.lazy import Rows, batches


Numbers = NDArray[np.uint64]


def different_answers(responses: Rows) -> tuple[NDArray[np.intp], Numbers]:
    """Tell which answers have the same words, in the order in which they first come.

    Parameters
    ----------
    responses : table
        With `text` and `consent`.

    Returns
    -------
    places : int (n_responses,)
        For each response, which of the different answers it is; -1 if it is not read, since it is blank or may not be analysed.
    ids : uint64 (n_different,)
        Their ids as numbers: eight bytes each, where the words of all would fill the memory.
    """
    read, ids = [], []
    for part in batches(responses):
        has_words = [isinstance(text, str) and text.strip() != "" for text in part["text"].tolist()]
        is_read = np.array(has_words, dtype=bool) & (part["consent"] != "none").to_numpy(dtype=bool)
        read.append(is_read)
        ids.append(as_numbers(map(content_id, part.loc[is_read, "text"])))
    is_read = np.concatenate(read)
    places = np.full(len(is_read), -1, dtype=np.intp)
    places[is_read], different = pd.factorize(np.concatenate(ids))
    return places, different


def as_numbers(ids: Iterable[str]) -> Numbers:
    """Return ids of 16 hex digits as numbers, uint64 (n,)."""
    return np.fromiter((int(hex_id, 16) for hex_id in ids), dtype=np.uint64)


def as_id(number: int) -> str:
    """Return the id that a number stands for."""
    return f"{number:016x}"
