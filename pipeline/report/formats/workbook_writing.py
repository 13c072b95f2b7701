"""Writes the sheets of a workbook: tables one below the other, each with its filter, charts drawn from cells, and links."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.report.blocks import Chart


# Nothing that people wrote may become a formula, a link or a number; and parts that are files first bear the clock's date.
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
COLOURS = ("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1")
"""The Analysis Function's colours for categories, as in the report's own charts."""
FONT, SIZE = "Arial", 11
WIDEST, NARROWEST, HEADER_LINES = 60, 9, 14
"""Letters: of a column, and of a line in its name."""
LONGEST = 32_000
"""Letters that Excel takes in a cell, less a little."""
CHART_WIDTH, LEAST_HEIGHT, BAR, ROW = 760, 320, 19, 20
"""Pixels: of a chart, and of a row of cells."""
POINTS_A_LINE = 15
_A4 = 9
_WHOLE, _DECIMAL, _PERCENT = re.compile(r"\d{1,3}(,\d{3})*|\d+"), re.compile(r"\d+\.\d+"), re.compile(r"(\d+)%")


@dataclass(frozen=True)
class TableColumn:
    """A column of a table: its name, its cells, whether they are figures, and whether these are shown as printed."""

    name: str
    cells: tuple[str, ...]
    figures: bool
    formatted: bool = True

    def values(self) -> list[str | int | float]:
        """Return figures as numbers to the digit they are printed with, and all else as text."""
        return [_value(cell) if self.figures else cell for cell in self.cells]

    @property
    def form(self) -> str:
        """How its numbers are shown: as they are printed in the report."""
        forms = ((_PERCENT, "0%"), (_DECIMAL, "0.00"), (_WHOLE, "#,##0"))
        wanted = self.figures and self.formatted
        return next((form for kind, form in forms if wanted and any(map(kind.fullmatch, self.cells))), "")

    @property
    def width(self) -> float:
        """How wide it is set, in letters."""
        longest = max((len(line) for cell in self.cells for line in cell.split("\n")), default=0)
        return min(max(longest + 2, min(len(self.name), HEADER_LINES) + 4, NARROWEST), WIDEST)


def _value(text: str) -> str | int | float:
    # A number as a number, so that it can be sorted and summed; all that is not quite one stays text.
    if _WHOLE.fullmatch(text):
        return int(text.replace(",", ""))
    if _DECIMAL.fullmatch(text):
        return float(text)
    percentage = _PERCENT.fullmatch(text)
    return int(percentage[1]) / 100 if percentage else text


@dataclass
class FilledSheet:
    """A sheet that is filled from above."""

    name: str
    page: Any
    row: int = 0
    widths: tuple[float, ...] = ()


class BookWriter:
    """Fills a workbook, sheet by sheet; nothing of the clock, the machine or the person is in it."""

    def __init__(self, path: Path, *, title: str, created: datetime, draft: str) -> None:
        import xlsxwriter

        self.book = xlsxwriter.Workbook(str(path), OPTIONS)
        self.book.set_properties({"title": title, "author": "Many Voices", "created": created})
        self.draft = draft
        self.forms: dict[tuple[tuple[str, Any], ...], Any] = {}

    def form(self, **how: Any) -> Any:
        """Return a format of cells."""
        key = tuple(sorted(how.items()))
        if key not in self.forms:
            self.forms[key] = self.book.add_format({"font_name": FONT, "font_size": SIZE, "valign": "top", **how})
        return self.forms[key]

    def add(self, name: str) -> FilledSheet:
        """Add a sheet, as wide as a page where it is printed."""
        page = self.book.add_worksheet(name)
        page.set_landscape()
        page.set_paper(_A4)
        page.fit_to_pages(1, 0)
        page.hide_gridlines(2)
        return FilledSheet(name, page)

    def cover(self, name: str, title: str, sentences: Sequence[str]) -> None:
        """Set the first sheet: what the workbook is, and what to know of it."""
        sheet = self.add(name)
        self.titles(sheet, title, sentences)
        sheet.page.set_column(0, 0, 130)

    def titles(self, sheet: FilledSheet, title: str, sentences: Sequence[str], *, back: str = "") -> None:
        """Set the title of a sheet, sentences below it, and a link back."""
        sheet.page.write_string(sheet.row, 0, title, self.form(bold=True, font_size=15, font_color=COLOURS[0]))
        sheet.page.set_row(sheet.row, 22)
        sheet.row += 1
        for sentence in sentences:
            sheet.page.write_string(sheet.row, 0, sentence, self.form())
            sheet.row += 1
        if back:
            self.link(sheet, sheet.row, 0, back, 0, f"Back to {back.lower()}")
            sheet.row += 1
        sheet.row += 1

    def link(self, sheet: FilledSheet, row: int, column: int, target: str, target_row: int, text: str) -> None:
        """Set a link to a place in the workbook."""
        place = f"internal:'{target.replace(chr(39), chr(39) * 2)}'!A{target_row + 1}"
        sheet.page.write_url(row, column, place, self.form(underline=1, font_color=COLOURS[0], text_wrap=True), text)

    def caption(self, sheet: FilledSheet, title: str, notes: Sequence[str]) -> int:
        """Set what a table is of, with notes, and return the row in which it begins."""
        begins = sheet.row
        sheet.page.write_string(sheet.row, 0, title, self.form(bold=True, font_size=12))
        for note in notes:
            sheet.row += 1
            sheet.page.write_string(sheet.row, 0, note, self.form(italic=True, font_color="#54585C"))
        sheet.row += 1
        return begins

    def table(self, sheet: FilledSheet, name: str, columns: Sequence[TableColumn], *, keep_header: bool) -> int:
        """Set a table with a filter; names of rows stay in sight, and of columns if `keep_header`. Returns the row of these."""
        top, n_rows = sheet.row, len(columns[0].cells)
        how = {"bold": True, "text_wrap": True, "bottom": 2, "bg_color": "#E8EDF2"}
        heads = [
            {
                "header": column.name,
                "header_format": self.form(**how, align="right" if column.figures else "left", indent=int(place > 0)),
            }
            for place, column in enumerate(columns)
        ]
        where = (top, 0, top + n_rows, len(columns) - 1)
        sheet.page.add_table(*where, {"name": name, "columns": heads, "style": "Table Style Light 1"})
        for place, column in enumerate(columns):
            number, text = (
                self.form(num_format=column.form or "General"),
                self.form(text_wrap=True, bold=place == 0, indent=int(place > 0)),
            )
            for row, value in enumerate(column.values(), start=top + 1):
                if isinstance(value, str):
                    # Flush right, as the figures are in whose place it stands.
                    held = self.form(align="right", font_color="#54585C") if column.figures else text
                    sheet.page.write_string(row, place, value if len(value) < LONGEST else f"{value[:LONGEST]} …", held)
                else:
                    sheet.page.write_number(row, place, value, number)
        self._widen(sheet, columns)
        for row in range(-1, n_rows):
            texts = [column.name if row < 0 else column.cells[row] for column in columns]
            # Not every program makes a row as high as the text that wraps in it.
            n_lines = max(_n_lines(text, width) for text, width in zip(texts, sheet.widths, strict=False))
            if n_lines > 1:
                sheet.page.set_row(top + 1 + row, POINTS_A_LINE * n_lines)
        sheet.page.freeze_panes(top + 1 if keep_header else 0, 1)
        sheet.row = top + n_rows + 3
        return top

    def _widen(self, sheet: FilledSheet, columns: Sequence[TableColumn]) -> None:
        places = range(max(len(columns), len(sheet.widths)))
        before = dict(enumerate(sheet.widths))
        own = {place: column.width for place, column in enumerate(columns)}
        sheet.widths = tuple(max(before.get(place, 0), own.get(place, 0)) for place in places)
        for place, width in enumerate(sheet.widths):
            sheet.page.set_column(place, place, width)

    def room_for_charts(self, sheet: FilledSheet, n_bars: Sequence[int]) -> list[tuple[int, int]]:
        """Keep rows free for charts, above the tables, where they are seen at once; return where each begins and its height."""
        places = []
        for n in n_bars:
            height = max(LEAST_HEIGHT, 110 + BAR * n)
            places.append((sheet.row, height))
            sheet.row += height // ROW + 2
        return places

    def draw(self, sheet: FilledSheet, place: tuple[int, int], chart: Chart, columns: Sequence[TableColumn], header: int) -> None:
        """Draw bars from the cells of a table: only of rows and groups in which every figure is shown."""
        named = {column.name: (at, column.values()) for at, column in enumerate(columns)}
        groups = [named[series.name] for series in chart.series if series.name in named]
        groups = [(at, values) for at, values in groups if not isinstance(values[0], str)]
        n_rows = min((_leading_numbers(values) for _, values in groups), default=0)
        if not n_rows:
            return
        bars = self.book.add_chart({"type": "bar"})
        first, last = header + 1, header + n_rows
        for number, (at, _) in enumerate(groups):
            bars.add_series(
                {
                    "name": [sheet.name, header, at],
                    "categories": [sheet.name, first, 0, last, 0],
                    "values": [sheet.name, first, at, last, at],
                    "fill": {"color": COLOURS[number % len(COLOURS)]},
                    "data_labels": {"value": True, "font": {"name": FONT, "size": 8}},
                    "gap": 60,
                }
            )
        title = f"{self.draft}. {chart.title}" if self.draft else chart.title
        bars.set_title({"name": title, "name_font": {"name": FONT, "size": 12, "bold": True}, "overlay": False})
        # The first row of a table is the first that is read, so it is the uppermost bar.
        bars.set_y_axis({"reverse": True, "num_font": {"name": FONT, "size": 9}, "line": {"none": True}})
        scale = {"min": chart.axis.low, "max": chart.axis.high} if chart.axis.unit == "score" else {"min": 0}
        bars.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, **scale})
        bars.set_legend({"none": True} if len(groups) == 1 else {"position": "bottom", "font": {"name": FONT, "size": 9}})
        row, height = place
        bars.set_size({"width": CHART_WIDTH, "height": height})
        sheet.page.insert_chart(row, 0, bars, {"description": chart.alternative, "object_position": 3})

    def contents(
        self, sheet: FilledSheet, sheets: Sequence[tuple[str, str]], tables: Sequence[tuple[str, str, str, int]]
    ) -> None:
        """Set the list of sheets and the list of tables, each with links."""
        self.titles(sheet, sheet.name, ["A link leads to each sheet, and to each table."])
        self._linked(sheet, "Sheet", "What is on it", [(name, what, name, 0) for name, what in sheets])
        sheet.row += 2
        self._linked(sheet, "Table", "What it is of", tables)
        sheet.page.set_column(0, 0, 22)
        sheet.page.set_column(1, 1, 110)
        sheet.page.set_column(2, 2, 22)

    def _linked(self, sheet: FilledSheet, first: str, second: str, rows: Sequence[tuple[str, str, str, int]]) -> None:
        for place, head in enumerate((first, second, "On the sheet")):
            sheet.page.write_string(sheet.row, place, head, self.form(bold=True, bottom=2, bg_color="#E8EDF2"))
        for name, what, target, row in rows:
            sheet.row += 1
            self.link(sheet, sheet.row, 0, target, row, name)
            sheet.page.write_string(sheet.row, 1, what, self.form(text_wrap=True))
            sheet.page.write_string(sheet.row, 2, target, self.form())

    def close(self) -> None:
        """Write the file."""
        self.book.close()


def _n_lines(text: str, width: float) -> int:
    return sum(max(1, -(-len(line) // max(int(width * 1.1), 1))) for line in text.split("\n"))


def _leading_numbers(values: Sequence[str | int | float]) -> int:
    return next((place for place, value in enumerate(values) if isinstance(value, str)), len(values))
