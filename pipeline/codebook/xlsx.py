"""Write a codebook as an Excel workbook whose cells are text, whatever they begin with."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from pipeline.runtime.scratch import scratch
from pipeline.runtime.spreadsheet_cells import FORMULA, guarded
from pipeline.runtime.undated import save_workbook


# A workbook must say when it was made; the real time would make each file another one and tell when somebody worked.
_ALWAYS = datetime(2000, 1, 1)
_WIDE, _NARROW = 60, 18
_PROSE = ("definition", "include", "exclude", "examples", "counter_examples")


def write_codebook_workbook(rows: Sequence[Mapping[str, str]], path: Path, *, columns: Sequence[str]) -> None:
    """Write one sheet with a header row that stays in sight."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    book.properties.creator, book.properties.title, book.properties.language = "Many Voices", "Codebook", "en-GB"
    book.properties.created = book.properties.modified = _ALWAYS
    sheet = book.active
    sheet.title = "codebook"
    for number, cells in enumerate([list(columns), *([row.get(name, "") for name in columns] for row in rows)], start=1):
        for place, text in enumerate(cells, start=1):
            # Text in a workbook is no formula until somebody edits it, unless it is marked as text; what looks guarded already
            # gets the apostrophe that reading takes off.
            cell = sheet.cell(number, place, (text if FORMULA.match(text) else guarded(text)) or None)
            if text:
                cell.data_type = "s"
                cell.quotePrefix = bool(FORMULA.match(text))
            cell.alignment, cell.font = Alignment(wrap_text=True, vertical="top"), Font(bold=number == 1)
    for place, name in enumerate(columns, start=1):
        sheet.column_dimensions[sheet.cell(1, place).column_letter].width = _WIDE if name in _PROSE else _NARROW
    sheet.freeze_panes = "C2"
    # The library writes sheets into temporary files first, examples and all.
    with scratch(path.parent / ".tmp"):
        save_workbook(book, path)
