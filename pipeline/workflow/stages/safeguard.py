"""Set out which answers may speak of harm, before anything is clustered, for a named person to read."""

from collections.abc import Iterator
from itertools import chain
from types import SimpleNamespace

import pandas as pd

from pipeline.methods.text.safeguarding import find_concerns
from pipeline.runtime.executors import Executor, Parts
from pipeline.tables.lazy import Rows, batches, concat_or_stream
from pipeline.tables.parquet import empty_table


def safeguard(comments: Rows, *, settings: SimpleNamespace, engine: Executor = map) -> pd.DataFrame | Iterator[pd.DataFrame]:
    """Return the answers that may speak of harm and the kinds of it; it shows too many rather than too few."""
    return concat_or_stream((_concerns(part, engine) for part in batches(comments)), comments)


def _concerns(comments: pd.DataFrame, engine: Executor) -> pd.DataFrame:
    # Of what is set aside there are no words to read.
    read = comments.loc[comments["text"] != "", ["comment_id", "text"]]
    concerns = chain.from_iterable(engine(find_concerns, Parts(read["text"])))
    rows = [
        (comment_id, "; ".join(concern.kinds))
        for comment_id, concern in zip(read["comment_id"], concerns, strict=True)
        if concern
    ]
    return pd.DataFrame(rows, columns=["comment_id", "kinds"]) if rows else empty_table("concerns")
