"""Settings of wide exports, put so that a person can look through them: one line a question, and grids as one entry."""

import json
from collections.abc import Mapping
from itertools import groupby
from typing import Any


MOST_APART = 24
"""Questions up to which each has a table and a comment of its own."""
_SMALLEST_GRID = 4


class Inline(dict[str, Any]):
    """A table that is written on one line."""


def compacted(settings: Mapping[str, Any], why: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return settings and reasons of an export with many questions in fewer lines, and those of others as they are."""
    intake = dict(settings.get("intake", {}))
    questions, ratings = dict(intake.get("questions", {})), dict(intake.get("ratings", {}))
    if len(questions) + len(ratings) <= MOST_APART:
        return dict(settings), dict(why)
    reasons = {place: reason for place, reason in why.items() if not place.startswith("intake.questions.")}
    grids, single = _grids(ratings)
    intake.pop("ratings", None)
    if questions:
        intake["questions"] = {name: Inline(question) for name, question in questions.items()}
    if grids:
        intake["grids"] = grids
    if single:
        # The same reason stands once, above all that it is the reason of.
        ordered = sorted(single, key=lambda name: why.get(f"intake.ratings.{name}", ""))
        intake["ratings"] = {name: Inline(single[name]) for name in ordered}
        reasons = {place: reason for place, reason in reasons.items() if not place.startswith("intake.ratings.")}
        for reason, names in groupby(ordered, key=lambda name: why.get(f"intake.ratings.{name}", "")):
            reasons[f"intake.ratings.{next(names)}"] = reason
    return {**settings, "intake": intake}, reasons


def _grids(ratings: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, dict[str, Any]], dict[str, Mapping[str, Any]]]:
    """Return the closed questions that share their answers as grids, and all others."""
    alike: dict[str, list[str]] = {}
    for name, rating in ratings.items():
        shared = {key: value for key, value in rating.items() if key not in ("column", "wording")}
        # A question that lists its options keeps them, and its name, by which its write-ins call it.
        if rating.get("scale") and shared.keys() <= {"scale", "labels"}:
            alike.setdefault(json.dumps(shared), []).append(name)
    grids: dict[str, dict[str, Any]] = {}
    in_grids: set[str] = set()
    for answers, names in alike.items():
        if len(names) < _SMALLEST_GRID:
            continue
        columns = [ratings[name]["column"] for name in names]
        wordings = [ratings[name].get("wording", ratings[name]["column"]) for name in names]
        values = json.loads(answers)
        grid = {"columns": columns, **({"wordings": wordings} if wordings != columns else {}), "scale": values["scale"]}
        if values.get("labels"):
            grid["labels"] = Inline(values["labels"])
        grids[_free_name(len(grids) + 1, ratings)] = grid
        in_grids |= set(names)
    return grids, {name: rating for name, rating in ratings.items() if name not in in_grids}


def _free_name(number: int, ratings: Mapping[str, Any]) -> str:
    """Return a name for a grid whose questions are called like no other closed question, such as grid_1_2."""
    names = ("_".join(["grid", *["x"] * n, str(number)]) for n in range(len(ratings) + 1))
    return next(name for name in names if not any(other.startswith(f"{name}_") for other in ratings))
