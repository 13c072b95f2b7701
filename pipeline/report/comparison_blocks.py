"""A comparison as blocks: its table, the chart beside it and what the chart shows in words."""

from pipeline.report.blocks import Axis, Block, Cell, Chart, Figure, Point, Points, Series, TableBlock
from pipeline.report.group_comparison import GroupComparison, GroupEstimate, differences, level_name
from pipeline.report.numbers_in_words import NOT_SHOWN, listed, number, sentence_case


MOST_SERIES = 6
MOST_LABELS = 12
NO_ANSWERS = "no answers"


def comparison_blocks(found: GroupComparison, table: TableBlock, axis: Axis, *, title: str) -> tuple[Block, ...]:
    """Return the sentences, the chart and the table of a comparison."""
    sentences = differences(found)
    chart = comparison_chart(found, table, axis, title=title)
    return (*((Points(sentences),) if sentences else ()), chart or table)


def comparison_table(found: GroupComparison, name: str, *, caption: str, first: str) -> TableBlock:
    """Return one row a thing and one column a group, each cell with figure, interval and base."""
    return TableBlock(
        name=name,
        caption=f"{caption}{found.by_group}",
        header=(first, *(level_name(level) for level in found.levels)),
        rows=tuple((label, *(_cell(found, key, level) for level in found.levels)) for key, label in found.labels.items()),
        note=f"Each cell holds {found.measure}, 95% interval and number of people. {sentence_case(found.profile.rule)}.",
    )


def _cell(found: GroupComparison, key: str, level: str) -> Cell:
    cell = found.cell(key, level)
    if cell is None:
        return NOT_SHOWN if (key, level) in found.cells else NO_ANSWERS
    base = f"{number(cell.n)} of {number(cell.base)}" if found.unit == "share" else f"{number(cell.base)} people"
    return Figure(found.written(cell.value), f"{found.written(cell.low)} to {found.written(cell.high)}", base)


def comparison_chart(found: GroupComparison, table: TableBlock, axis: Axis, *, title: str) -> Chart | None:
    """Return the chart of the first things that can be shown; None where it would be empty or too crowded to read."""
    shown = [key for key in found.labels if found.shown(key)]
    keys = shown[:MOST_LABELS]
    levels = [level for level in found.compared if any(found.cell(key, level) for key in keys)]
    if not keys or len(found.compared) > MOST_SERIES:
        return None
    return Chart(
        name=f"chart-{table.name}",
        title=f"{title}{found.by_group}{_cut(len(keys), len(shown))}",
        alternative=_in_words(found, keys, levels),
        labels=tuple(found.labels[key] for key in keys),
        series=tuple(_series(found, keys, level) for level in levels),
        axis=axis,
        table=table,
    )


def _cut(n: int, of: int) -> str:
    return f" (the first {n}; the table holds all {of})" if n < of else ""


def _series(found: GroupComparison, keys: list[str], level: str) -> Series:
    points = tuple(_point(found.cell(key, level)) for key in keys)
    return Series(level_name(level), found.compared.index(level), points)


def _point(cell: GroupEstimate | None) -> Point | None:
    return Point(cell.value, cell.low, cell.high) if cell else None


def _in_words(found: GroupComparison, keys: list[str], levels: list[str]) -> str:
    groups = listed([level_name(level) for level in levels])
    rows = [_row_in_words(found, found.labels[key], found.shown(key)) for key in keys]
    return " ".join([f"Dots with 95% intervals for {groups}.", *rows, "The table below holds every figure."])


def _row_in_words(found: GroupComparison, label: str, shown: list[GroupEstimate]) -> str:
    most, least = (f"{found.written(cell.value)} ({cell.name})" for cell in (shown[0], shown[-1]))
    return f"{label}: {most}." if len(shown) == 1 else f"{label}: from {least} to {most}."


def share_axis(found: GroupComparison) -> Axis:
    """Return an axis of shares that ends at the tenth above all that is shown."""
    highest = max((cell.high for cell in found.cells.values() if cell.shown), default=0.1)
    return Axis("Share of the people who answered", 0, min(1.0, (int(highest * 10) + 1) / 10), "share")
