"""Set out which answers may speak of harm, before anything is clustered, for a named person to read."""

from itertools import chain
from types import SimpleNamespace

import pandas as pd

from pipeline.artefacts import empty_table
from pipeline.engines import Engine, parts_of
from pipeline.methods.safeguarding import find_concerns


def safeguard(comments: pd.DataFrame, *, settings: SimpleNamespace, engine: Engine = map) -> pd.DataFrame:
    """Return the answers that may speak of harm and the kinds of it; it shows too many rather than too few."""
    read = comments.loc[comments["text"] != "", ["comment_id", "text"]]
    texts = read["text"].tolist()
    found = chain.from_iterable(engine(find_concerns, [texts[part] for part in parts_of(len(texts))]))
    rows = [(comment_id, "; ".join(one.kinds)) for comment_id, one in zip(read["comment_id"], found, strict=True) if one]
    return pd.DataFrame(rows, columns=["comment_id", "kinds"]) if rows else empty_table("concerns")
