"""The report's tables in Excel: a few sheets that matter, one with every figure to pivot, and a list that leads to each table."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.report.blocks import Cell, Figure, Report, TableBlock
from pipeline.report.content import build_report
from pipeline.report.formats.docx_styles import ALWAYS, plain
from pipeline.report.formats.workbook_sheets import NumberedTable, SheetPlan, planned_sheets, unlike, with_a_row
from pipeline.report.formats.workbook_writing import BookWriter, TableColumn
from pipeline.report.numbers_in_words import NOT_SHOWN
from pipeline.runtime.files import write_atomically
from pipeline.workflow.results import RunResults


TIDY, CONTENTS, COVER = "All figures", "Contents", "Cover"
NOTHING = "There is nothing to show"
HELD_BACK, NOT_APPLICABLE = "[c]", "[z]"
SIGNS = {HELD_BACK: "not shown, as it is about too few people", NOT_APPLICABLE: "does not apply"}
"""Signs in the place of figures, as the Analysis Function asks: an empty cell could mean anything."""
HOW_TO_FIND = (
    "Each figure of all tables, a row for each. Filter by table, sheet or group, or make a pivot table of it. An estimate that "
    "is not shown has no row here."
)

_PERCENT, _DECIMAL = re.compile(r"(\d+)%"), re.compile(r"\d+\.\d+")
_RANGE = " to "


def write_xlsx(source: RunResults, folder: Path) -> None:
    """Write report.xlsx."""
    write_tables_workbook(build_report(source), folder / "report.xlsx")


def write_tables_workbook(report: Report, path: Path) -> None:
    """Write a cover, a list of contents, all figures on one sheet, and a report's tables, those of a kind on a sheet."""
    plans = planned_sheets(report)
    figures = tidy_figures(plans)

    def write(temporary: Path) -> None:
        book = BookWriter(temporary, title=plain(report.title), created=ALWAYS, draft=report.draft)
        # A sentence a row: a text that has to wrap is cut short where a program sets all rows alike.
        sentences = [report.banner, *re.split(r"(?<=\.) ", report.notice)]
        book.cover(COVER, plain(report.title), [plain(text) for text in sentences])
        contents = book.add(CONTENTS)
        if figures.rows:
            sheet = book.add(TIDY)
            notes = [*_intro(report.draft, 1), HOW_TO_FIND]
            book.titles(sheet, figures.caption, notes, back=CONTENTS)
            book.table(sheet, "figures", _columns(figures, formatted=False), keep_header=True)
        places = {table.number: place for plan in plans for table, place in _write_sheet(book, plan, report.draft)}
        sheets = [(TIDY, HOW_TO_FIND)] if figures.rows else []
        sheets += [(plan.name, _what_is_there(plan)) for plan in plans]
        rows = [
            (table.name, plain(table.block.caption), plan.name, places[table.number]) for plan in plans for table in plan.tables
        ]
        book.contents(contents, sheets, sorted(rows, key=lambda row: int(row[0].removeprefix("Table "))))
        book.close()

    write_atomically(path, write)


def _intro(draft: str, n: int) -> list[str]:
    tables = "one table" if n == 1 else f"{n} tables, one below the other"
    return [f"{draft}. This worksheet contains {tables}." if draft else f"This worksheet contains {tables}."]


def _what_is_there(plan: SheetPlan) -> str:
    captions = [table.block.caption for table in plan.tables]
    return captions[0] if len(captions) == 1 else f"{len(captions)} tables, the first: {captions[0]}"


def _write_sheet(book: BookWriter, plan: SheetPlan, draft: str) -> Iterator[tuple[NumberedTable, int]]:
    """Set a sheet, and yield each of its tables with the row in which it begins."""
    sheet = book.add(plan.name)
    tables = [(table, _columns(with_a_row(table.block, NOTHING, NOT_APPLICABLE))) for table in plan.tables]
    signs = SIGNS.keys() & {cell for _, columns in tables for column in columns for cell in column.cells}
    legend = [f"{sign} {meaning}" for sign, meaning in SIGNS.items() if sign in signs]
    book.titles(sheet, plan.name, [*_intro(draft, len(tables)), *legend], back=CONTENTS)
    drawn = [(table, columns) for table, columns in tables if table.chart is not None]
    kept = book.room_for_charts(sheet, [len(table.block.rows) * len(table.chart.series) for table, _ in drawn if table.chart])
    for table, columns in tables:
        notes = [plain(note) for note in (table.block.note, table.block.note_in_workbook) if note]
        begins = book.caption(sheet, plain(table.title), notes)
        ends = book.table(sheet, f"table_{table.number}", columns, keep_header=len(tables) == 1)
        if table.chart is not None:
            book.draw(sheet, kept.pop(0), table.chart, columns, ends)
        yield table, begins


def tidy_figures(plans: Sequence[SheetPlan]) -> TableBlock:
    """Return all figures of all tables as one table with a row for each, to filter and to pivot."""
    placed = sorted(((table, plan.name) for plan in plans for table in plan.tables), key=lambda pair: pair[0].number)
    rows = tuple(
        (table.name, sheet, table.block.caption, _as_words(row[0]), table.block.header[place], _unit(cell), cell)
        for table, sheet in placed
        for row in table.block.rows
        for place, cell in enumerate(row)
        if place and (isinstance(cell, Figure) or place in table.block.numeric)
    )
    header = ("Table", "Sheet", "What it is of", "Row", "Group or column", "Unit", "Figure")
    return TableBlock("figures", "All figures, a row for each", header, rows, numeric=(6,))


def _unit(cell: Cell) -> str:
    text = _as_words(cell)
    return "share, from 0 to 1" if _PERCENT.fullmatch(text) else "score" if _DECIMAL.fullmatch(text) else "number"


def _as_words(cell: Cell) -> str:
    return cell.value if isinstance(cell, Figure) else cell


@dataclass(frozen=True)
class _EstimatePart:
    """A part of the cells of a column: its name, and whether it holds figures."""

    name: str
    figures: bool


_PARTS = (_EstimatePart("", True), _EstimatePart(": from", True), _EstimatePart(": to", True), _EstimatePart(": people", False))
"""An estimate is four columns, so that they can be sorted; people stay words ("12 of 40"), as two numbers are no figure."""


def _columns(table: TableBlock, *, formatted: bool = True) -> list[TableColumn]:
    columns = [column for place in range(len(table.header)) for column in _columns_at(table, place, formatted=formatted)]
    columns += [_column(name, cells, figures=False) for name, cells in table.only_in_workbook]
    names = unlike([column.name for column in columns])
    return [
        TableColumn(name, column.cells, column.figures, column.formatted) for name, column in zip(names, columns, strict=True)
    ]


def _columns_at(table: TableBlock, place: int, *, formatted: bool) -> Iterator[TableColumn]:
    cells = [row[place] for row in table.rows]
    name = table.header[place]
    if not any(isinstance(cell, Figure) for cell in cells):
        texts = [cell for cell in cells if isinstance(cell, str)]
        yield _column(name, texts, figures=place in table.numeric, formatted=formatted)
        return
    for part, column in zip(_PARTS, zip(*map(_parts, cells), strict=True), strict=True):
        yield _column(name + part.name, column, figures=part.figures, formatted=formatted)


def _column(name: str, cells: Sequence[str], *, figures: bool, formatted: bool = True) -> TableColumn:
    return TableColumn(plain(name), tuple(plain(cell) if cell.strip() else NOT_APPLICABLE for cell in cells), figures, formatted)


def _parts(cell: Cell) -> tuple[str, str, str, str]:
    if isinstance(cell, str):
        blank = HELD_BACK if cell == NOT_SHOWN or cell.casefold().startswith("fewer than") else NOT_APPLICABLE
        return cell, blank, blank, blank
    low, _, high = cell.interval.partition(_RANGE)
    return cell.value, low, high, cell.people
