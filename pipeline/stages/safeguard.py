"""Set out which answers may speak of harm, before anything is clustered, for a named person to read."""

from collections.abc import Iterator
from itertools import chain
from types import SimpleNamespace

import pandas as pd

from pipeline.artefacts import empty_table
from pipeline.engines import Engine, Parts
from pipeline.methods.safeguarding import find_concerns
from pipeline.stored import Rows, in_parts, joined


def safeguard(comments: Rows, *, settings: SimpleNamespace, engine: Engine = map) -> pd.DataFrame | Iterator[pd.DataFrame]:
    """Return the answers that may speak of harm and the kinds of it; it shows too many rather than too few."""
    return joined((_concerns(part, engine) for part in in_parts(comments)), comments)


def _concerns(comments: pd.DataFrame, engine: Engine) -> pd.DataFrame:
    read = comments.loc[comments["text"] != "", ["comment_id", "text"]]
    found = chain.from_iterable(engine(find_concerns, Parts(read["text"])))
    rows = [(comment_id, "; ".join(one.kinds)) for comment_id, one in zip(read["comment_id"], found, strict=True) if one]
    return pd.DataFrame(rows, columns=["comment_id", "kinds"]) if rows else empty_table("concerns")
