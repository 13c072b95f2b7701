"""Settle which codes each segment has: as people decided, and as the model suggests where nobody has yet."""

import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.tables.lookup import factorize, index_in, take


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
    suggested = _suggested(segments, suggestions)
    counted = _still_there(decisions[decisions["outcome"].isin(["codes", "none"])], segments)
    talked = _still_there(discussions, segments)
    n_reviewers = counted.groupby("segment_id")["reviewer"].nunique()
    touched = suggested["place"].isin(np.concatenate([counted["place"], talked["place"]]))
    untouched = _with_ids(suggested[~touched], segments).assign(status="suggested", reviewers=0)
    # Whoever changed their mind counts once, with what they said last.
    last = counted[~counted["segment_id"].isin(talked["segment_id"])].drop_duplicates(["segment_id", "reviewer"], keep="last")
    alone = [(segment_id, _split(codes)) for segment_id, codes in zip(last["segment_id"], last["codes"], strict=True)]
    decided = _decided([*alone, *_readings(talked)], _with_ids(suggested[touched], segments))
    decided["reviewers"] = decided["segment_id"].map(n_reviewers).fillna(0).astype(int)
    # In the order of the segments, whether people have decided about them or not.
    order = np.concatenate([suggested.loc[~touched, "place"], index_in(decided["segment_id"], segments["segment_id"])])
    codings = pd.concat([untouched, decided[COLUMNS]], ignore_index=True)
    return codings.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)


def _suggested(segments: pd.DataFrame, suggestions: pd.DataFrame) -> pd.DataFrame:
    """Return the place of each segment among all, with each code that is suggested for its text."""
    suggested = suggestions.loc[suggestions["suggested"], ["text_id", "code"]]
    (numbers,), texts = factorize(suggested["text_id"])
    at = index_in(segments["text_id"], texts)
    codes = pd.DataFrame({"text": numbers, "code": suggested["code"].array})
    return pd.DataFrame({"place": np.flatnonzero(at >= 0), "text": at[at >= 0]}).merge(codes, on="text")[["place", "code"]]


def _still_there(records: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """Return what people said of texts that their segments still hold, with the place of the segment."""
    at = index_in(records["segment_id"], segments["segment_id"])
    records, at = records[at >= 0], at[at >= 0]
    same = np.asarray(records["text_id"]) == np.asarray(take(segments["text_id"], at))
    same_text: pd.DataFrame = records[same].assign(place=at[same])
    return same_text


def _with_ids(suggested: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"segment_id": take(segments["segment_id"], suggested["place"]).array, "code": suggested["code"].array})


def _readings(talked: pd.DataFrame) -> list[tuple[str, list[str]]]:
    codes_left: list[tuple[str, list[str]]] = []
    columns = (talked[name].tolist() for name in ("segment_id", "outcome", "codes", "readings"))
    for segment_id, outcome, codes, readings in zip(*columns, strict=True):
        remain: list[Any] = json.loads(readings) if outcome == "contested" else [{"codes": _split(codes)}]
        codes_left += [(segment_id, list(reading["codes"])) for reading in remain]
    return codes_left


def _split(codes: str) -> list[str]:
    return codes.split("|") if codes else []


def _decided(readings: Sequence[tuple[str, list[str]]], suggested: pd.DataFrame) -> pd.DataFrame:
    """Return each code that some reading of a segment has, and whether all have it."""
    n_readings = pd.Series([segment_id for segment_id, _ in readings], dtype=str).value_counts()
    coded = [(segment_id, code) for segment_id, codes in readings for code in dict.fromkeys(codes)]
    votes = pd.DataFrame(coded, columns=["segment_id", "code"], dtype=str)
    codings = votes.groupby(["segment_id", "code"], sort=True).size().rename("votes").reset_index()
    codings = codings.merge(suggested.assign(known=True), how="left", on=["segment_id", "code"])
    agreed = np.where(codings["known"].notna(), "accepted", "added")
    # A vote a reviewer or reading: what all have is decided, what some have is contested.
    unanimous = codings["votes"] == codings["segment_id"].map(n_readings)
    return codings.assign(status=np.where(unanimous, agreed, "contested"))
