"""Check whether open questions hold people's own words, and whether masking took more out of them than names."""

from collections.abc import Iterator

import pandas as pd

from pipeline.errors import DataError
from pipeline.runtime.plurals import n_of
from pipeline.survey.columns.column import shown
from pipeline.survey.columns.several_choices import share_that_comes_back
from pipeline.tables.parquet import undamaged
from pipeline.workflow.checks.check_context import CheckContext, Problem


_HALF = 0.5
_MOST_MASKED, _FEWEST_ANSWERS = 0.05, 20


def check_own_words(context: CheckContext) -> Iterator[Problem]:
    """Yield a problem for each open question whose answers are made of pieces that come back, as options do."""
    if context.plan.layout == "long":
        return
    for question in context.plan.questions.values():
        if question.write_ins or question.column not in context.frame:
            continue
        column = context.column(question.column)
        share, n_pieces = share_that_comes_back(column)
        if share >= _HALF:
            made = n_of(round(share * len(column.spoken)), "answer")
            pieces = n_of(n_pieces, "piece that comes back", "pieces that come back")
            text = f"{made} of {len(column.spoken):,} to this open question are made of {pieces}."
            hint = "If they are options of a form, move the column to [intake.ratings]."
            yield Problem("warning", f"{context.place(column=column.name)}{text} {hint}")


def check_masking(context: CheckContext) -> Iterator[Problem]:
    """Yield a problem for each question in many of whose answers the last run masked something."""
    path = context.study.derived / "comments.parquet"
    if not path.is_file():
        return
    try:
        with undamaged(path):
            comments = pd.read_parquet(path, columns=["question", "redactions", "set_aside"])
    except DataError:
        # A table that is damaged is told of, and made again, by the next run.
        return
    kept = comments[comments["set_aside"].isna()]
    for question, redactions in kept.groupby("question", sort=True)["redactions"]:
        n, n_masked = len(redactions), int((redactions > 0).sum())
        if n >= _FEWEST_ANSWERS and n_masked > _MOST_MASKED * n:
            asked = shown(context.plan.wording(str(question)))
            text = f"the last run masked something in {n_masked:,} of {n:,} answers to {asked}."
            hint = "Read some of them on the review page: words that are no names may be gone."
            yield Problem("warning", f"{context.study.source.name}: {text} {hint}")
