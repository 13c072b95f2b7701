"""Draw excerpts to read, in the order that helps most: for a sheet or for the next page."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.errors import ReviewError
from pipeline.methods.active_learning.query_strategies import ORDERS, next_to_review


GIVEN: Final = "given order"


def check_order(order: str) -> None:
    """Refuse an order that there is not, with a ReviewError that names those there are."""
    if order not in (GIVEN, *ORDERS):
        raise ReviewError(f"There is no order {order!r}; the orders are {', '.join((GIVEN, *ORDERS))}.")


def draw(
    segments: pd.DataFrame, suggestions: pd.DataFrame, made: pd.DataFrame, codes: Sequence[str], *, order: str, n: int, seed: int
) -> pd.DataFrame:
    """Return at most n segments to read, the first one first; `made` holds the decisions that count as made already.

    An audit draws from all, decided ones too, and leaves out only those an audit has drawn before; ReviewError if there is
    no such order.
    """
    check_order(order)
    segments = segments.sort_values("segment_id", ignore_index=True)
    decided = segments["segment_id"].isin(made["segment_id"])
    if order == GIVEN:
        return segments[~decided].head(n)
    if order != "random audit":
        # The same words twice would teach the coder nothing new.
        segments = segments[~segments["text_id"].isin(made["text_id"])].drop_duplicates("text_id", ignore_index=True)
        decided = pd.Series(False, index=segments.index)
    audited = segments["segment_id"].isin(made.loc[made["drawn"] == "random audit", "segment_id"])
    chances, thresholds = chances_of(suggestions, segments["text_id"], codes)
    n_named = made["codes"].str.split("|").explode().value_counts().reindex(list(codes), fill_value=0)
    rows = next_to_review(
        chances,
        thresholds,
        decided.to_numpy(bool),
        order,  # type: ignore[arg-type]  # check_order has refused all others
        n=n,
        seed=seed,
        counts=n_named.to_numpy(int),
        audited=audited.to_numpy(bool),
    )
    return segments.iloc[rows]


def chances_of(
    suggestions: pd.DataFrame, text_ids: "pd.Series[str] | Sequence[str]", codes: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how likely each code is for each excerpt, 0 where it is not among the likeliest, and from when it is suggested."""
    wide = suggestions.pivot_table(index="text_id", columns="code", values="score", fill_value=0.0)
    chances = wide.reindex(index=list(text_ids), columns=list(codes), fill_value=0.0).to_numpy(float)
    sure = suggestions[suggestions["suggested"]].groupby("code")["score"].min().reindex(list(codes))
    unsure = suggestions[~suggestions["suggested"]].groupby("code")["score"].max().reindex(list(codes))
    # The threshold itself is in no table; it lies between the lowest that is suggested and the highest that is not.
    middle = pd.concat([sure, unsure], axis=1).mean(axis=1).fillna(0.5)
    return chances, middle.to_numpy(float)
