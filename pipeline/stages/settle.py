"""Settle which codes each segment has, as things stand."""

from types import SimpleNamespace

import pandas as pd


def settle(segments: pd.DataFrame, suggestions: pd.DataFrame, *, settings: SimpleNamespace) -> pd.DataFrame:
    """Return the codings of each segment; until people have decided, they are the model's suggestions."""
    suggested = suggestions.loc[suggestions["suggested"], ["text_id", "code"]]
    codings = segments[["segment_id", "text_id"]].merge(suggested, on="text_id").drop(columns="text_id")
    return codings.assign(status="suggested", reviewers=0)
