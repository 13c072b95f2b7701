"""Gather what was said in the same words under the same kind of question: each text is read, placed and coded once."""

from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd

from pipeline.tables import lookup
from pipeline.tables.lazy import LazyTable, Rows, batches, concat_or_stream, n_parts


DIGITS = "0123456789abcdef"
"""What ids begin with, each as often as another, since they are hashes."""


def gather(segments: Rows, comments: Rows, *, settings: SimpleNamespace) -> pd.DataFrame | Iterator[pd.DataFrame]:
    """Return the unique texts among the segments, in the order of their ids, and how often each was said.

    Segments on the disk are gone over several times, and those gathered whose ids begin with some of the digits, for as many of
    them as are read together otherwise; where there are millions, a sixteenth.
    """
    # What the question of each segment asks for.
    asked = pd.Categorical(comments["frame"])
    places = lookup.index_in(segments["comment_id"], comments["comment_id"])
    frames = pd.Categorical.from_codes(asked.codes[places], asked.categories)
    beginnings = [DIGITS]
    if isinstance(segments, LazyTable):
        beginnings = ["".join(part) for part in np.array_split(list(DIGITS), min(n_parts(segments), len(DIGITS)))]
    return concat_or_stream(map(partial(_texts, segments, frames), beginnings), segments)


def _texts(segments: Rows, frames: "pd.Categorical", beginnings: str) -> pd.DataFrame:
    parts, begin = [], 0
    for part in batches(segments):
        rows = part[["text_id", "text"]].assign(frame=frames[begin : begin + len(part)].astype("str"))
        parts.append(rows if beginnings == DIGITS else rows[rows["text_id"].str[0].isin(list(beginnings))])
        begin += len(part)
    by_id = pd.concat(parts).groupby("text_id", sort=True)
    return by_id.agg(text=("text", "first"), frame=("frame", "first"), n=("text", "size")).reset_index()
