"""Settle which codes each segment has: as people decided, and as the model suggests where nobody has yet."""

from types import SimpleNamespace

import numpy as np
import pandas as pd


COLUMNS = ["segment_id", "code", "status", "reviewers"]


def settle(
    segments: pd.DataFrame, suggestions: pd.DataFrame, decisions: pd.DataFrame, *, settings: SimpleNamespace
) -> pd.DataFrame:
    """Return the codings of each segment; people have the last word.

    =====================================  ==========================================================
    on this segment                        codings
    =====================================  ==========================================================
    nobody has decided                     the model's suggestions, "suggested"
    all who decided give a code            "accepted" if the model suggests it, "added" if it does not
    some give it and some do not           "contested"
    nobody gives it                        none: the model's suggestion is gone
    =====================================  ==========================================================

    "not sure" and "skip" are no decisions, and neither are decisions about a text that the segment no longer holds.
    """
    places = segments[["segment_id", "text_id"]]
    suggested = places.merge(suggestions.loc[suggestions["suggested"], ["text_id", "code"]], on="text_id")[["segment_id", "code"]]
    counted = decisions[decisions["outcome"].isin(["codes", "none"])].merge(places, on=["segment_id", "text_id"])
    n_reviewers = counted.groupby("segment_id")["reviewer"].nunique()
    untouched = suggested[~suggested["segment_id"].isin(n_reviewers.index)].assign(status="suggested", reviewers=0)
    found = pd.concat([untouched, _decided(counted, n_reviewers, suggested)[COLUMNS]], ignore_index=True)
    place = pd.Series(range(len(places)), index=places["segment_id"])
    return found.iloc[np.argsort(found["segment_id"].map(place), kind="stable")].reset_index(drop=True)


def _decided(counted: pd.DataFrame, n_reviewers: pd.Series, suggested: pd.DataFrame) -> pd.DataFrame:
    given = counted.loc[counted["outcome"] == "codes", ["segment_id", "reviewer", "codes"]]
    votes = given.assign(code=given["codes"].str.split("|")).explode("code").drop_duplicates(["segment_id", "reviewer", "code"])
    found = votes.groupby(["segment_id", "code"], sort=True).size().rename("votes").reset_index()
    found = found.merge(suggested.assign(known=True), how="left", on=["segment_id", "code"])
    reviewers = found["segment_id"].map(n_reviewers).astype(int)
    agreed = np.where(found["known"].notna(), "accepted", "added")
    return found.assign(status=np.where(found["votes"] == reviewers, agreed, "contested"), reviewers=reviewers)
