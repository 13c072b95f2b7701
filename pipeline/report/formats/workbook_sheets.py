"""Which tables of a report stand together on a sheet of its workbook, and where each is found."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.report.blocks import Chart, Report, TableBlock
from pipeline.report.report_tables import charts_among, tables_among


SHEETS = {
    "The story": ("story",),
    "Who took part": ("who-took-part", "who-is-missing"),
    "Themes": ("themes", "themes-and-codebook"),
    "Themes by group": ("smaller-groups",),
    "Codes": ("shares-by-group",),
    "Closed questions": ("closed-questions",),
    "Two groups": ("side-by-side",),
    "What changed": ("since-the-last-wave",),
    "What came of it": ("what-came-of-it",),
    "How it was done": ("how-it-was-done", "not-sure", "set-aside", "disagreements", "agreement"),
}
"""Sections whose tables a reader looks for in one place; every other section has a sheet of its own."""
DIFFERENCES = "Differences"
"""Which groups differ on what: long lists that nobody reads beside the figures."""
DRAWN = ("chart-themes", "chart-options-1-1", "chart-means-1-1")
"""Charts that the workbook draws itself, from the cells of their table, so that they can be pasted and changed."""
LONGEST_NAME = 31
"""Letters: Excel takes no longer name of a sheet."""


@dataclass(frozen=True)
class NumberedTable:
    """A table with its number in the report's order, and the chart that is drawn of it."""

    number: int
    block: TableBlock
    chart: Chart | None = None

    @property
    def name(self) -> str:
        """What the report calls it."""
        return f"Table {self.number}"

    @property
    def title(self) -> str:
        """Its name and what it is of."""
        return f"{self.name}: {self.block.caption}"


@dataclass(frozen=True)
class SheetPlan:
    """A sheet and the tables on it, one below the other."""

    name: str
    tables: tuple[NumberedTable, ...]


def planned_sheets(report: Report) -> tuple[SheetPlan, ...]:
    """Return the sheets of a report's tables, in its order: no table is left out, and none stands twice."""
    on_sheet: dict[str, list[NumberedTable]] = {}
    for name, table in _numbered(report):
        on_sheet.setdefault(name, []).append(table)
    order = [*SHEETS, *(name for name in on_sheet if name not in SHEETS and name != DIFFERENCES), DIFFERENCES]
    return tuple(SheetPlan(name, tuple(on_sheet[name])) for name in order if name in on_sheet)


def _numbered(report: Report) -> Iterator[tuple[str, NumberedTable]]:
    number = 0
    for section in report.sections:
        charts = {chart.table.name: chart for chart in charts_among(section.blocks) if chart.name in DRAWN}
        for block in tables_among(section.blocks):
            number += 1
            is_list = block.name.endswith("-differences")
            table = NumberedTable(number, block, charts.get(block.name))
            yield DIFFERENCES if is_list else _sheet_name(section.name, section.heading), table


def _sheet_name(section: str, heading: str) -> str:
    named = next((name for name, sections in SHEETS.items() if section in sections), heading)
    # Excel takes none of these signs in the name of a sheet, and no apostrophe at its ends.
    return re.sub(r"[\[\]:*?/\\]", " ", named)[:LONGEST_NAME].strip().strip("'") or "Tables"


def with_a_row(table: TableBlock, nothing: str, blank: str) -> TableBlock:
    """Return a table that has at least a row: Excel takes none without, and here it says that there is nothing."""
    if table.rows:
        return table
    return replace(table, rows=((nothing, *[blank] * (len(table.header) - 1)),), targets=(), only_in_workbook=())


def unlike(names: Sequence[str]) -> list[str]:
    """Return names of columns of which no two are alike: Excel takes two that differ by capitals alone for the same."""
    made: list[str] = []
    for name in names:
        base, n = name or "Column", 1
        while (base if n == 1 else f"{base} ({n})").casefold() in {other.casefold() for other in made}:
            n += 1
        made.append(base if n == 1 else f"{base} ({n})")
    return made
