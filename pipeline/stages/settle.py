"""Settle which codes each segment has: as people decided, and as the model suggests where nobody has yet."""

import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd


COLUMNS = ["segment_id", "code", "status", "reviewers"]


def settle(
    segments: pd.DataFrame,
    suggestions: pd.DataFrame,
    decisions: pd.DataFrame,
    discussions: pd.DataFrame,
    *,
    settings: SimpleNamespace,
) -> pd.DataFrame:
    """Return the codings of each segment; people have the last word, and what they said together goes before what each said.

    =====================================  ==========================================================
    on this segment                        codings
    =====================================  ==========================================================
    nobody has decided                     the model's suggestions, "suggested"
    all who decided give a code            "accepted" if the model suggests it, "added" if it does not
    some give it and some do not           "contested"
    nobody gives it                        none: the model's suggestion is gone
    talked about, agreed on a code         "accepted" if the model suggests it, "added" if it does not
    talked about, agreed on no code        none
    talked about, left contested           codes of all its readings as above, of some of them "contested"
    =====================================  ==========================================================

    "not sure" and "skip" are no decisions. Neither decisions nor discussions count about a text that the segment no longer
    holds.
    """
    places = segments[["segment_id", "text_id"]]
    suggested = places.merge(suggestions.loc[suggestions["suggested"], ["text_id", "code"]], on="text_id")[["segment_id", "code"]]
    counted = decisions[decisions["outcome"].isin(["codes", "none"])].merge(places, on=["segment_id", "text_id"])
    talked = discussions.merge(places, on=["segment_id", "text_id"])
    n_reviewers = counted.groupby("segment_id")["reviewer"].nunique()
    spoken_of = {*n_reviewers.index, *talked["segment_id"]}
    untouched = suggested[~suggested["segment_id"].isin(spoken_of)].assign(status="suggested", reviewers=0)
    alone = _votes(counted[~counted["segment_id"].isin(talked["segment_id"])])
    decided = _decided([*alone, *_readings(talked)], suggested)
    decided["reviewers"] = decided["segment_id"].map(n_reviewers).fillna(0).astype(int)
    found = pd.concat([untouched, decided[COLUMNS]], ignore_index=True)
    place = pd.Series(range(len(places)), index=places["segment_id"])
    return found.iloc[np.argsort(found["segment_id"].map(place), kind="stable")].reset_index(drop=True)


def _votes(counted: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """Return each reviewer's codes of a segment, once."""
    rows = counted.drop_duplicates(["segment_id", "reviewer"], keep="last")
    return [(segment_id, _split(codes)) for segment_id, codes in zip(rows["segment_id"], rows["codes"], strict=True)]


def _readings(talked: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """Return the codes of each reading that is left of a segment after people have talked."""
    found: list[tuple[str, list[str]]] = []
    columns = (talked[name].tolist() for name in ("segment_id", "outcome", "codes", "readings"))
    for segment_id, outcome, codes, readings in zip(*columns, strict=True):
        remain: list[Any] = json.loads(readings) if outcome == "contested" else [{"codes": _split(codes)}]
        found += [(segment_id, list(reading["codes"])) for reading in remain]
    return found


def _split(codes: str) -> list[str]:
    return codes.split("|") if codes else []


def _decided(readings: Sequence[tuple[str, list[str]]], suggested: pd.DataFrame) -> pd.DataFrame:
    """Return each code that some reading of a segment has, and whether all have it."""
    n_readings = pd.Series([segment_id for segment_id, _ in readings], dtype=str).value_counts()
    given = [(segment_id, code) for segment_id, codes in readings for code in dict.fromkeys(codes)]
    votes = pd.DataFrame(given, columns=["segment_id", "code"], dtype=str)
    found = votes.groupby(["segment_id", "code"], sort=True).size().rename("votes").reset_index()
    found = found.merge(suggested.assign(known=True), how="left", on=["segment_id", "code"])
    agreed = np.where(found["known"].notna(), "accepted", "added")
    unanimous = found["votes"] == found["segment_id"].map(n_readings)
    return found.assign(status=np.where(unanimous, agreed, "contested"))
