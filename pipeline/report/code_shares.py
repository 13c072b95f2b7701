"""How far the share of each code can be told, and the figures that say so: what people read is a fact, a suggestion is none."""

import math
from statistics import median
from typing import Literal

import numpy as np
import pandas as pd

from pipeline.decisions.queries import seconds_spent
from pipeline.methods.disclosure.cells import ANY, EVERYONE
from pipeline.report.group_comparison import GroupComparison, compare
from pipeline.report.numbers_in_words import number, percent
from pipeline.runtime.plurals import n_of
from pipeline.workflow.results import RunResults


Grounds = Literal["all read", "audit", "none"]
"""What a share rests on: every excerpt was read, some were drawn at random and read, or neither."""

KEYS = ["question", "code", "group", "level"]
ENOUGH_EXCERPTS = 200
"""So many tell the share of a code to within seven points, however common it is."""
_USUAL_SECONDS = 30
_ENOUGH_TIMES = 20


def share_rows(source: RunResults) -> pd.DataFrame:
    """Return a row per question, code, group and level: `n` people at least of `base`, and `share`, `low`, `high` if told.

    Shares are of people where all is read, and of excerpts where an audit tells them; else they are missing. Columns are
    those of `counts` and `estimates`.
    """
    rows = source["counts"].merge(source["estimates"], on=KEYS, how="left", suffixes=("", "_estimated"), validate="one_to_one")
    all_read = rows["method"].eq("all read")
    figures = {name: rows[name].where(all_read, rows[f"{name}_estimated"]) for name in ("share", "low", "high", "suppressed")}
    figures["suppressed"] = figures["suppressed"].astype(bool) | figures["share"].isna()
    # A number of people that may not be shown stays hidden beside a share that may.
    n = rows["n"].mask(rows["suppressed"])
    return rows.assign(**figures, n=n).drop(columns=[column for column in rows if str(column).endswith("_estimated")])


def grounds(source: RunResults, question: str) -> Grounds:
    """Return what the shares of answers to a question rest on."""
    estimates = source["estimates"]
    methods = set(estimates.loc[estimates["question"] == question, "method"])
    return "all read" if "all read" in methods else "audit" if methods & {"audit", "audit and coder"} else "none"


def compare_codes(source: RunResults, group: str, question: str) -> GroupComparison:
    """Compare the share of each code by group, in the codebook's order and then those it no longer has."""
    rows = share_rows(source).rename(columns={"share": "estimate", "code": "key"})
    labels = {code: source.label(code) for code in [*source.labels, *rows["key"]]}
    return compare(
        rows[rows["question"] == question],
        group,
        labels=labels,
        unit="share",
        profile=source.profile,
        of_excerpts=grounds(source, question) == "audit",
        things="codes",
    )


def checked(source: RunResults, question: str) -> dict[str, str]:
    """Return for each code what part of its codings people have decided on, in words."""
    rows = source["estimates"]
    whole = rows[(rows["question"] == question) & (rows["group"] == EVERYONE)].dropna(subset="checked")
    return {code: percent(share) for code, share in zip(whole["code"], whole["checked"], strict=True)}


def what_was_read(source: RunResults, question: str) -> str:
    """Say how much people have read, and how much of it was drawn at random."""
    rows = source["estimates"]
    whole = rows[(rows["question"] == question) & (rows["group"] == EVERYONE)]
    share = float(whole["read"].max()) if len(whole) else math.nan
    if math.isnan(share) or not share:
        return "People have read none of the excerpts yet."
    audited = float(whole["audited"].max())
    drawn = "" if math.isnan(audited) else f", {n_of(audited, 'of them', 'of them')} drawn at random"
    return f"People have read {percent(share)} of the excerpts{drawn}."


def next_step(source: RunResults) -> str:
    """Say which step would tell the share of each code, how many excerpts it takes and how long, and what that rests on."""
    n = min(ENOUGH_EXCERPTS, len(source["segments"]))
    times = seconds_spent(source.study)
    measured = len(times) >= _ENOUGH_TIMES
    seconds = median(times) if measured else _USUAL_SECONDS
    minutes = max(1, 5 * round(n * seconds / 300))
    basis = (
        f"reckoned with {number(seconds)} seconds an excerpt, the middle of {number(len(times))} decisions here"
        if measured
        else f"reckoned with {_USUAL_SECONDS} seconds an excerpt, a guess until more people have decided on the page"
    )
    within = max(1, math.ceil(196 * math.sqrt(0.25 / n * (1 - n / max(n + 1, len(source["segments"]))))))
    return (
        f"To learn how much of what was said has each code, people have to read {n_of(n, 'excerpt', 'excerpts')} drawn at random "
        f"(on the review page: “A fair sample”). That tells each share to within "
        f"{n_of(within, 'percentage point', 'percentage points')}, in about {n_of(minutes, 'minute', 'minutes')} for one "
        f"person ({basis})."
    )


def largest_share(source: RunResults) -> pd.Series | None:
    """Return the row of the code with the largest share over all questions, or None where no share can be told."""
    if source["counts"].empty or grounds(source, ANY) == "none":
        return None
    rows = share_rows(source)
    whole = rows[(rows["group"] == EVERYONE) & (rows["question"] == ANY) & ~rows["suppressed"]]
    if whole.empty:
        return None
    # By code where shares are the same, so that the sentence is the same each time.
    row: pd.Series = whole.sort_values(["share", "code"], ascending=[False, True]).iloc[0]
    return row


def at_least(source: RunResults, question: str, group: str) -> dict[str, dict[str, float]]:
    """Return for each code, in the codebook's order, how many people of each level spoke of it at least, where that is shown."""
    rows = source["counts"]
    rows = rows[(rows["question"] == question) & rows["group"].isin([EVERYONE, group])]
    n = rows["n"].mask(rows["suppressed"]).to_numpy(float)
    numbers: dict[str, dict[str, float]] = {code: {} for code in [*source.labels, *rows["code"]]}
    for code, level, value in zip(rows["code"], rows["level"], n, strict=True):
        numbers[code][str(level)] = value
    return {code: levels for code, levels in numbers.items() if not np.isnan(list(levels.values())).all()}
