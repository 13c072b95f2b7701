"""The report's tables as an Excel workbook by the Analysis Function's rules for accessible spreadsheets."""

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipeline.report.blocks import Cell, Figure, Report, TableBlock
from pipeline.report.content import build_report
from pipeline.report.formats.docx_styles import ALWAYS, plain
from pipeline.report.numbers_in_words import NOT_SHOWN
from pipeline.report.report_tables import report_tables
from pipeline.runtime.files import write_atomically
from pipeline.workflow.results import RunResults


if TYPE_CHECKING:
    from gptables import GPTable

TIDY = "All figures"
_IN_SIGHT = 20
"""Rows that a screen shows at once."""
NOTHING = "There is nothing to show"
HELD_BACK, NOT_APPLICABLE = "[c]", "[z]"
SIGNS = {HELD_BACK: "not shown, as it is about too few people", NOT_APPLICABLE: "does not apply"}
"""Signs in the place of figures, as the Analysis Function asks: an empty cell could mean anything."""

_WHOLE = re.compile(r"\d{1,3}(,\d{3})*|\d+")
_DECIMAL = re.compile(r"\d+\.\d+")
_PERCENT = re.compile(r"(\d+)%")
_RANGE = " to "
_A4 = 9
# Nothing that people wrote may become a formula, a link or a number.
_AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# Parts that are files first bear the date of the clock, which an archive may be unable to hold.
_UNDATED = {"in_memory": True}


def write_xlsx(source: RunResults, folder: Path) -> None:
    """Write report.xlsx."""
    write_tables_workbook(build_report(source), folder / "report.xlsx")


def write_tables_workbook(report: Report, path: Path) -> None:
    """Write a cover, a list of contents and a sheet for each table of a report."""
    import gptables

    tables = list(report_tables(report))
    sheets = {f"Table {number}": _sheet(table, number, report.draft) for number, table in enumerate(tables, start=1)}
    figures = tidy_figures(tables)
    if figures.rows:
        # Shares, scores and numbers stand in one column there, so that no one form of showing them is right.
        sheets = {TIDY: _sheet(figures, 0, report.draft, title=figures.caption, formatted=False)} | sheets
    # A sentence a row: a text that has to wrap is cut short where a program sets all rows alike.
    sentences = re.split(r"(?<=\.) ", report.notice)
    cover = gptables.Cover(title=plain(report.title), intro=[plain(text) for text in (report.banner, *sentences)], width=130)

    def write(temporary: Path) -> None:
        with warnings.catch_warnings():
            # Notes stand on the sheet of their table, where a reader looks for them.
            warnings.filterwarnings("ignore", "No note text provided", UserWarning)
            book = gptables.produce_workbook(str(temporary), sheets, cover=cover, workbook_options=_AS_TEXT | _UNDATED)
        for sheet in book.worksheets():
            # A sheet that is printed is as wide as a page.
            sheet.set_landscape()
            sheet.set_paper(_A4)
            sheet.fit_to_pages(1, 0)
            _with_names_in_sight(sheet)
        book.set_properties({"title": plain(report.title), "author": "Many Voices", "created": ALWAYS})
        book.close()

    write_atomically(path, write)


def tidy_figures(tables: Sequence[TableBlock]) -> TableBlock:
    """Return all figures of tables as one table with a row for each, to filter and to pivot."""
    rows = tuple(
        (f"Table {number}", table.caption, _as_words(row[0]), table.header[place], _unit(cell), cell)
        for number, table in enumerate(tables, start=1)
        for row in table.rows
        for place, cell in enumerate(row)
        if place and (isinstance(cell, Figure) or place in table.numeric)
    )
    header = ("Sheet", "What it is of", "Row", "Group or column", "Unit", "Figure")
    return TableBlock("figures", "All figures, a row for each", header, rows, numeric=(5,))


def _unit(cell: Cell) -> str:
    text = _as_words(cell)
    return "share, from 0 to 1" if _PERCENT.fullmatch(text) else "score" if _DECIMAL.fullmatch(text) else "number"


def _as_words(cell: Cell) -> str:
    return cell.value if isinstance(cell, Figure) else cell


def _with_names_in_sight(sheet: Any) -> None:
    """Let the names of columns stay in sight, and rows be filtered by them, where a sheet has a table of many rows."""
    for table in sheet.tables:
        first = re.match(r"[A-Z]+(\d+):", str(table["range"]))
        if first and len(sheet.table) > _IN_SIGHT:
            sheet.freeze_panes(int(first[1]), 0)
            if sheet.name == TIDY:
                table["autofilter"] = table["range"]


@dataclass(frozen=True)
class _Column:
    """A column of the sheet: its name, its cells, and whether they are figures."""

    name: str
    cells: tuple[str, ...]
    figures: bool

    def values(self) -> list[Any]:
        """Return figures as numbers to the digit they are printed with, and all else as text."""
        return [_value(cell) if self.figures else cell for cell in self.cells]

    @property
    def form(self) -> str:
        """How its numbers are shown: as they are printed in the report."""
        forms = ((_PERCENT, "0%"), (_DECIMAL, "0.00"), (_WHOLE, "#,##0"))
        return next((form for kind, form in forms if self.figures and any(map(kind.fullmatch, self.cells))), "")


def _sheet(table: TableBlock, number: int, draft: str, *, title: str = "", formatted: bool = True) -> "GPTable":
    import gptables

    if not table.rows:
        # gptables takes a table without rows for a mistake; here it says that nobody spoke of anything.
        table = replace(table, rows=((NOTHING, *[NOT_APPLICABLE] * (len(table.header) - 1)),), targets=(), only_in_workbook=())
    columns = [column for place in range(len(table.header)) for column in _columns_at(table, place)]
    columns += [_column(name, cells, figures=False) for name, cells in table.only_in_workbook]
    names = _unlike([column.name for column in columns])
    frame = pd.DataFrame(dict(zip(names, (column.values() for column in columns), strict=True)), dtype=object)
    signs = SIGNS.keys() & {cell for column in columns for cell in column.cells}
    return gptables.GPTable(
        table=frame,
        table_name=f"table_{number}",
        title=plain(title or f"Table {number}: {table.caption}"),
        instructions=f"{draft}. This worksheet contains one table." if draft else "This worksheet contains one table.",
        legend=[f"{sign} {meaning}" for sign, meaning in SIGNS.items() if sign in signs],
        scope=plain(table.note) or None,
        index_columns={},
        additional_formatting=[
            {"column": {"columns": [place], "format": {"num_format": column.form}}}
            for place, column in enumerate(columns)
            if formatted and column.form
        ],
    )


def _columns_at(table: TableBlock, place: int) -> Iterator[_Column]:
    # An estimate is four columns, so that they can be sorted: its value, the ends of its interval, its people.
    cells = [row[place] for row in table.rows]
    name = table.header[place]
    if not any(isinstance(cell, Figure) for cell in cells):
        yield _column(name, [cell for cell in cells if isinstance(cell, str)], figures=place in table.numeric)
        return
    # People stay words ("12 of 40 people"), as two numbers in one cell are no figure.
    parts = list(zip(*map(_parts, cells), strict=True))
    for part, texts, figures in zip(("", ": from", ": to", ": people"), parts, (True, True, True, False), strict=True):
        yield _column(name + part, texts, figures=figures)


def _column(name: str, cells: Sequence[str], *, figures: bool) -> _Column:
    return _Column(plain(name), tuple(_readable(plain(cell)) for cell in cells), figures)


def _readable(text: str) -> str:
    # gptables takes a cell without a Latin letter or a figure for a stray sign.
    if not text.strip():
        return NOT_APPLICABLE
    # Two dollar signs begin a reference to a note for gptables.
    text = text.replace("$$", "$ $")
    return text if re.search("[a-zA-Z0-9]", text) else f"{text} (as written)"


def _parts(cell: Cell) -> tuple[str, str, str, str]:
    if isinstance(cell, str):
        blank = HELD_BACK if cell == NOT_SHOWN or cell.casefold().startswith("fewer than") else NOT_APPLICABLE
        return cell, blank, blank, blank
    low, _, high = cell.interval.partition(_RANGE)
    return cell.value, low, high, cell.people


def _unlike(names: Sequence[str]) -> list[str]:
    # Two columns of one name would become one in the frame.
    unlike: list[str] = []
    for place, name in enumerate(names):
        same = names[:place].count(name)
        unlike.append(f"{name or 'Column'} ({same + 1})" if same else name or "Column")
    return unlike


def _value(text: str) -> Any:
    # A number as a number, so that it can be sorted and summed; all that is not quite one stays text.
    if _WHOLE.fullmatch(text):
        return int(text.replace(",", ""))
    if _DECIMAL.fullmatch(text):
        return float(text)
    percentage = _PERCENT.fullmatch(text)
    return int(percentage[1]) / 100 if percentage else text
