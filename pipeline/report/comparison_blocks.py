"""A comparison as blocks: its table, the chart beside it and what the chart shows in words."""

from collections.abc import Mapping

import pandas as pd

from pipeline.report.blocks import Axis, Block, Cell, Chart, Figure, Point, Points, Series, TableBlock
from pipeline.report.group_comparison import GroupComparison, GroupEstimate, differences, level_name
from pipeline.report.numbers_in_words import NOT_SHOWN, number, sentence_case
from pipeline.runtime.plurals import listed


# As many as the Analysis Function has colours that can be told apart.
MOST_SERIES = 6
MOST_LABELS = 12
NO_ANSWERS = "no answers"


def comparison_blocks(comparison: GroupComparison, table: TableBlock, axis: Axis, *, title: str) -> tuple[Block, ...]:
    """Return the sentences, the chart and the table of a comparison."""
    sentences = differences(comparison)
    chart = comparison_chart(comparison, table, axis, title=title)
    return (*((Points(sentences),) if sentences else ()), chart or table)


def comparison_table(
    comparison: GroupComparison, name: str, *, caption: str, first: str, beside: tuple[str, Mapping[str, str]] | None = None
) -> TableBlock:
    """Return one row a thing and one column a group, each cell with figure, interval and base.

    `beside` is the heading of a last column, and what stands in it for each thing.
    """
    levels, rule = comparison.levels, sentence_case(comparison.profile.rule)
    heading, last = beside or ("", {})
    people = "how many people said it at least" if comparison.of_excerpts else "number of people"
    return TableBlock(
        name=name,
        caption=f"{caption}{comparison.by_group}",
        header=(first, *map(level_name, levels), *([heading] if heading else [])),
        rows=tuple(
            (label, *(_cell(comparison, key, level) for level in levels), *([last.get(key, NOT_SHOWN)] if heading else []))
            for key, label in comparison.labels.items()
        ),
        note=f"Each cell holds {comparison.measure}, 95% interval and {people}. {rule}.{_rounding(comparison)}",
    )


def _cell(comparison: GroupComparison, key: str, level: str) -> Cell:
    cell = comparison.cell(key, level)
    if cell is None:
        return NOT_SHOWN if (key, level) in comparison.cells else NO_ANSWERS
    return Figure(
        comparison.written(cell.value),
        f"{comparison.written(cell.low)} to {comparison.written(cell.high)}",
        _people(comparison, cell),
    )


def _rounding(comparison: GroupComparison) -> str:
    # A percentage of the true numbers would undo their rounding: in a group of 60 it leaves a single number possible.
    if comparison.profile.round_to == 1 or comparison.unit == "score" or comparison.of_excerpts:
        return ""
    return " Percentages are of the rounded numbers, so in small groups they may be off by a few points."


def _people(comparison: GroupComparison, cell: GroupEstimate) -> str:
    if comparison.unit == "score":
        return f"{number(cell.base)} people"
    if comparison.of_excerpts:
        # What people read so far may be of too few to be shown, where the share is of more.
        return f"of {number(cell.base)} people" if pd.isna(cell.n) else f"at least {number(cell.n)} of {number(cell.base)} people"
    return f"{number(cell.n)} of {number(cell.base)}"


def comparison_chart(comparison: GroupComparison, table: TableBlock, axis: Axis, *, title: str) -> Chart | None:
    """Return the chart of the first things that can be shown; None where it would be empty or too crowded to read."""
    shown = [key for key in comparison.labels if comparison.shown(key)]
    keys = shown[:MOST_LABELS]
    levels = [level for level in comparison.compared if any(comparison.cell(key, level) for key in keys)]
    if not keys or len(comparison.compared) > MOST_SERIES:
        return None
    cut = f" (the first {len(keys)}; the table holds all {len(shown)})" if len(keys) < len(shown) else ""
    return Chart(
        name=f"chart-{table.name}",
        title=f"{title}{comparison.by_group}{cut}",
        alternative=_in_words(comparison, keys, levels),
        labels=tuple(comparison.labels[key] for key in keys),
        series=tuple(_series(comparison, keys, level) for level in levels),
        axis=axis,
        table=table,
    )


def _series(comparison: GroupComparison, keys: list[str], level: str) -> Series:
    cells = (comparison.cell(key, level) for key in keys)
    points = tuple(Point(cell.value, cell.low, cell.high) if cell else None for cell in cells)
    return Series(level_name(level), comparison.compared.index(level), points)


def _in_words(comparison: GroupComparison, keys: list[str], levels: list[str]) -> str:
    sentences = [f"Dots with 95% intervals for {listed([level_name(level) for level in levels])}."]
    for key in keys:
        ends = [f"{comparison.written(cell.value)} ({cell.name})" for cell in comparison.shown(key)]
        range_ = ends[0] if len(ends) == 1 else f"from {ends[-1]} to {ends[0]}"
        sentences.append(f"{comparison.labels[key]}: {range_}.")
    return " ".join([*sentences, "The table below holds every figure."])


def share_axis(comparison: GroupComparison) -> Axis:
    """Return an axis of shares that ends at the tenth above all that is shown."""
    # Over the ends of intervals, or they would run out of the picture.
    highest = max((cell.high for cell in comparison.cells.values() if cell.shown), default=0.1)
    title = "Share of what was said" if comparison.of_excerpts else "Share of the people who answered"
    return Axis(title, 0, min(1.0, (int(highest * 10) + 1) / 10), "share")
