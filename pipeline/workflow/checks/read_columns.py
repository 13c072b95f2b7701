"""Check whether open questions hold people's own words."""

from collections.abc import Iterator

from pipeline.runtime.plurals import n_of
from pipeline.survey.columns.several_choices import share_that_comes_back
from pipeline.workflow.checks.check_context import CheckContext, Problem


_HALF = 0.5


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
