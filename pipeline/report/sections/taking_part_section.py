"""Who took part: how many people of each group were asked, answered, and left blank."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipeline.methods.disclosure.cells import ANY, EVERYONE
from pipeline.report.blocks import Block, Fold, Paragraph, ReportSection, TableBlock
from pipeline.report.numbers_in_words import NOT_SHOWN, by, number, percent, sentence_case
from pipeline.workflow.results import RunResults
from pipeline.workflow.stages.respond import ANSWERED, BLANK


def taking_part(source: RunResults) -> ReportSection:
    """Return who was asked, who answered and who is missing, for everyone and by group."""
    blocks: list[Block] = [Paragraph(_sentence(source)), _by_question(source)]
    for place, group in enumerate(source.groups, start=1):
        blocks += _by_group(source, group, place)
    if not source.groups:
        blocks.append(Paragraph("The study names no groups, so people are not compared by group."))
    return ReportSection("who-took-part", "Who took part", tuple(blocks))


def everyone_asked(source: RunResults) -> tuple[float, float, float]:
    """Return how many people were asked anything, wrote something, and left all blank; NaN where it may not be shown."""
    figures = _figures(source, question=ANY, group=EVERYONE)
    return next(iter(figures.values())) if figures else (0.0, 0.0, 0.0)


def _figures(source: RunResults, *, question: str, group: str) -> dict[str, tuple[float, float, float]]:
    """Return, for each level in the order of its name, people asked, with an answer, and without."""
    rates = source["response_rates"]
    rows = rates[(rates["question"] == question) & (rates["group"] == group)]
    asked, n = rows.set_index(["level", "value"])["base"], rows.set_index(["level", "value"])["n"]
    return {str(level): (asked[level, ANSWERED], n[level, ANSWERED], n[level, BLANK]) for level in sorted(rows["level"].unique())}


def _questions(rates: pd.DataFrame) -> list[str]:
    return [str(question) for question in dict.fromkeys(rates["question"]) if question != ANY]


def _sentence(source: RunResults) -> str:
    if source["response_rates"].empty:
        return "Nobody was asked an open question."
    figures = everyone_asked(source)
    asked, answered, blank = _written_of_everyone(ANY, source)
    # From the rounded figures: a share of the true ones would give them away.
    share = "" if np.isnan(figures[:2]).any() else f" ({percent(figures[1] / figures[0])})"
    return (
        f"Asked at least one open question: {asked} people. Wrote something under at least one: {answered}{share}. Left every "
        f"question blank: {blank}."
    )


def _written(figures: tuple[float, ...]) -> tuple[str, ...]:
    return tuple(NOT_SHOWN if np.isnan(figure) else number(figure) for figure in figures)


def _written_of_everyone(question: str, source: RunResults) -> tuple[str, ...]:
    """Write how many of the whole study were asked, answered and left blank; of what is not shown, what other figures say.

    Nothing more is told by it: whose answer was read is shown, and did not leave it blank. Beside earlier releases figures may
    be as they were, and then no sum holds.
    """
    asked, answered, blank = figures = _figures(source, question=question, group=EVERYONE)[EVERYONE]
    slack = source.profile.slack
    read = least_answered(source, question) if np.isnan(answered) else answered - slack
    if np.isnan([asked, read]).any() or source.notes:
        return _written(figures)
    most = asked + slack - read
    wrote = f"{number(read)} or more" if np.isnan(answered) else number(answered)
    return number(asked), wrote, f"{number(most)} or fewer" if np.isnan(blank) else number(blank)


def least_answered(source: RunResults, question: str = ANY) -> float:
    """Return how many people of the whole study answered at least: those whose answer was read; NaN where that is not shown."""
    counts = source["counts"]
    read = counts.loc[(counts["question"] == question) & (counts["group"] == EVERYONE), "base"].max()
    return float(read) - source.profile.slack if not source.notes else float("nan")


def _by_question(source: RunResults) -> TableBlock:
    rows = [
        (source.wording(question), *_written_of_everyone(question, source)) for question in _questions(source["response_rates"])
    ]
    header = ("Open question", "Asked", "Answered", "Left blank")
    caption = "People asked each open question, and how many answered"
    note = f"{sentence_case(source.profile.rule)}."
    return TableBlock("asked-by-question", caption, header, tuple(rows), numeric=(1, 2, 3), note=note)


def _by_group(source: RunResults, group: str, place: int) -> Iterator[Block]:
    name = f"asked-by-group-{place}"
    yield _table(source, question=ANY, group=group, name=name, of="at least one open question")
    tables = [
        _table(source, question=question, group=group, name=f"{name}-{position}", of=f"“{source.wording(question)}”")
        for position, question in enumerate(_questions(source["response_rates"]), start=1)
    ]
    # Of a single question the table above says all.
    if len(tables) > 1:
        yield Fold(f"The same for each question, {by(group)}", tuple(tables))


def _table(source: RunResults, *, question: str, group: str, name: str, of: str) -> TableBlock:
    figures = _figures(source, question=question, group=group)
    return TableBlock(
        name=name,
        caption=f"People asked and answering {of}, {by(group)}",
        header=(sentence_case(group), "Asked", "Answered", "Left blank"),
        rows=tuple((level, *_written(counts)) for level, counts in figures.items()),
        numeric=(1, 2, 3),
        note=f"{sentence_case(source.profile.rule)}.",
    )
