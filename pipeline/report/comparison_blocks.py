"""A comparison as blocks: its table, the chart beside it and what the chart shows in words."""

from collections.abc import Mapping

import pandas as pd

from pipeline.report.blocks import Axis, Block, Cell, Chart, Figure, InWorkbook, Point, Points, Series, TableBlock
from pipeline.report.group_comparison import GroupComparison, GroupEstimate, above, apart, differences, level_name
from pipeline.report.numbers_in_words import NOT_SHOWN, number, score, sentence_case
from pipeline.runtime.plurals import listed


# As many as the Analysis Function has colours that can be told apart.
MOST_SERIES = 6
MOST_DOTS = 24
INTERVALS = ", with 95% intervals"
NO_ANSWERS = "no answers"


def comparison_blocks(comparison: GroupComparison, table: TableBlock, axis: Axis, *, title: str) -> tuple[Block, ...]:
    """Return the sentences, the chart and the table of a comparison, and every difference for the workbook."""
    return (*difference_blocks(comparison, table), comparison_chart(comparison, table, axis, title=title) or table)


def difference_blocks(comparison: GroupComparison, table: TableBlock) -> tuple[Block, ...]:
    """Return the sentences about the largest differences of a comparison, and a table of all of them for the workbook."""
    sentences = differences(comparison)
    every = _every_difference(comparison, table)
    return (*((Points(sentences),) if sentences else ()), *((InWorkbook((every,)),) if every.rows else ()))


def _every_difference(comparison: GroupComparison, table: TableBlock) -> TableBlock:
    pairs = [(key, *pair) for key in comparison.labels for pair in apart(comparison, key)]
    return TableBlock(
        name=f"{table.name}-differences",
        caption=f"{table.caption}: which groups differ",
        header=(
            table.header[0],
            "Higher",
            "Lower",
            "Difference in percentage points" if comparison.unit == "share" else "Difference",
        ),
        rows=tuple(_difference(comparison, *pair) for pair in pairs),
        note="With the 95% interval of the difference. Only pairs are listed whose interval leaves out “no difference”.",
    )


def _difference(comparison: GroupComparison, key: str, high: GroupEstimate, low: GroupEstimate) -> tuple[Cell, ...]:
    gap, times = above(high, low), 100 if comparison.unit == "share" else 1
    least = 1 if comparison.unit == "share" else 0.01
    written = number if comparison.unit == "share" else score
    size, low_end, high_end = (written(max(least, times * value)) for value in (high.value - low.value, gap.low, gap.high))
    ends = (f"{cell.name} ({comparison.written(cell.value)})" for cell in (high, low))
    return (comparison.labels[key], *ends, f"{size} ({low_end} to {high_end})")


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
    if not _is_of_rounded(comparison):
        return ""
    return " Percentages are of the rounded numbers, so in small groups they may be off by a few points."


def _is_of_rounded(comparison: GroupComparison) -> bool:
    return comparison.profile.round_to > 1 and comparison.unit != "score" and not comparison.of_excerpts


def _people(comparison: GroupComparison, cell: GroupEstimate) -> str:
    if comparison.unit == "score":
        return f"{number(cell.base)} people"
    if comparison.of_excerpts:
        # What people read so far may be of too few to be shown, where the share is of more.
        return f"of {number(cell.base)} people" if pd.isna(cell.n) else f"at least {number(cell.n)} of {number(cell.base)} people"
    return f"{number(cell.n)} of {number(cell.base)}"


def comparison_chart(
    comparison: GroupComparison, table: TableBlock, axis: Axis, *, title: str, headline: str = ""
) -> Chart | None:
    """Return the chart of what can be shown; None where it would be empty, or has more groups than can be told apart.

    `title` says what is measured, and `headline` what comes of it, where that is not the largest difference.
    """
    keys = [key for key in comparison.labels if comparison.shown(key)]
    levels = [level for level in comparison.compared if any(comparison.cell(key, level) for key in keys)]
    if not keys or len(comparison.compared) > MOST_SERIES:
        return None
    # Dots with intervals for as many as can be taken in; of more, a cell each.
    is_grid = len(keys) * len(levels) > MOST_DOTS
    return Chart(
        name=f"chart-{table.name}",
        title=headline or _headline(comparison, keys),
        subtitle=f"{title.removesuffix(INTERVALS) if is_grid else title}{comparison.by_group}{of_rounded(comparison)}",
        alternative=_in_words(comparison, keys, levels, is_grid=is_grid),
        labels=tuple(comparison.labels[key] for key in keys),
        series=tuple(_series(comparison, keys, level) for level in levels),
        axis=axis,
        table=table,
        form="grid" if is_grid else "dots",
    )


def _headline(comparison: GroupComparison, keys: list[str]) -> str:
    """Say what a reader should see first: where two groups lie furthest apart, where that is told apart from chance."""
    if len(comparison.compared) < 2:
        first = comparison.shown(keys[0])[0]
        return f"“{comparison.labels[keys[0]]}” comes first ({comparison.written(first.value)})"
    ends = [(comparison.labels[key], shown[0], shown[-1]) for key in keys if len(shown := comparison.shown(key)) > 1]
    apart = [(label, high, low) for label, high, low in ends if above(high, low).told_apart]
    if not apart:
        return "No two groups lie further apart than chance can make them"
    label, high, low = max(apart, key=lambda pair: pair[1].value - pair[2].value)
    sides = f"{high.name} {comparison.written(high.value)}, {low.name} {comparison.written(low.value)}"
    return f"Groups differ most on “{label}”: {sides}"


def of_rounded(comparison: GroupComparison) -> str:
    """Say in a chart's subtitle that its percentages are of rounded numbers, where they are."""
    return f"; percentages of numbers rounded to the nearest {comparison.profile.round_to}" if _is_of_rounded(comparison) else ""


def _series(comparison: GroupComparison, keys: list[str], level: str) -> Series:
    cells = (comparison.cell(key, level) for key in keys)
    points = tuple(Point(cell.value, cell.low, cell.high) if cell else None for cell in cells)
    return Series(level_name(level), comparison.compared.index(level), points)


def _in_words(comparison: GroupComparison, keys: list[str], levels: list[str], *, is_grid: bool) -> str:
    marks = "A cell for each of" if is_grid else "Dots with 95% intervals for"
    sentences = [f"{marks} {listed([level_name(level) for level in levels])}."]
    for key in keys:
        ends = [f"{comparison.written(cell.value)} ({cell.name})" for cell in comparison.shown(key)]
        range_ = ends[0] if len(ends) == 1 else f"from {ends[-1]} to {ends[0]}"
        sentences.append(f"{comparison.labels[key]}: {range_}.")
    return " ".join(sentences)


def share_axis(comparison: GroupComparison) -> Axis:
    """Return an axis of shares that ends at the tenth above all that is shown."""
    # Over the ends of intervals, or they would run out of the picture.
    highest = max((cell.high for cell in comparison.cells.values() if cell.shown), default=0.1)
    title = "Share of what was said" if comparison.of_excerpts else "Share of the people who answered"
    return Axis(title, 0, min(1.0, (int(highest * 10) + 1) / 10), "share")
