"""Pack excerpts for a person to code in a spreadsheet, in the order that helps most."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pipeline.artefacts import write_atomically
from pipeline.errors import ReviewError
from pipeline.report.excerpts import code_meanings, excerpts_to_review
from pipeline.report.source import read_source
from pipeline.report.tables import write_csv
from pipeline.review.drawing import GIVEN, draw
from pipeline.review.sheet import SHEET
from pipeline.review.store import decisions
from pipeline.study import Study


if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_WIDTHS = {"question": 30, "whole_answer": 60, "words_to_code": 50, "your_codes": 30, "note": 30, "definition": 60}
# Excel refuses the characters that XML cannot hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def pack(
    study: Study, *, order: str = GIVEN, n: int = 50, out: Path | None = None, reviewer: str | None = None, seed: int = 42
) -> tuple[Path, int]:
    """Write a sheet of at most n excerpts to code, .xlsx or .csv, and return its path and how many excerpts it has.

    Left out are excerpts that people have decided on, or those that this reviewer has. An audit draws from all excerpts,
    decided ones too, and leaves out only those an audit has drawn before. The sheet does not show what the model would say.

    Raises
    ------
    ReviewError
        There is no such order, nothing is left to review, or the file is there already.
    DataError
        The study has not been run yet.
    """
    path = out or study.exports / "sheet.xlsx"
    write = _writer(path)
    source = read_source(study, ("segments", "comments", "suggestions"))
    codes = [code.code for code in source.codebook.codes]
    made = _of(decisions(study), reviewer)
    chosen = draw(source["segments"], source["suggestions"], made, codes, order=order, n=n, seed=seed)
    if chosen.empty:
        raise ReviewError("Nothing is left to review in this order; people have decided on every excerpt.")
    path.parent.mkdir(parents=True, exist_ok=True)
    write(excerpts_to_review(source, chosen, drawn=order), code_meanings(source.codebook), path)
    return path, len(chosen)


def _writer(path: Path) -> Callable[[pd.DataFrame, pd.DataFrame, Path], None]:
    if path.exists():
        raise ReviewError(f"{path.name} is there already and may hold somebody's answers; give another name with --out.")
    writers = {".csv": _write_csv, ".xlsx": _write_workbook}
    if path.suffix.lower() not in writers:
        raise ReviewError(f"{path.name}: a sheet is written as .xlsx or .csv; let its name end so.")
    return writers[path.suffix.lower()]


def _of(made: pd.DataFrame, reviewer: str | None) -> pd.DataFrame:
    return made if reviewer is None else made[made["reviewer"].str.casefold() == reviewer.casefold()]


def _write_csv(excerpts: pd.DataFrame, meanings: pd.DataFrame, path: Path) -> None:
    write_csv(excerpts, path)


def _write_workbook(excerpts: pd.DataFrame, meanings: pd.DataFrame, path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    _fill(book.active, excerpts)
    book.active.title = SHEET
    _fill(book.create_sheet("codes"), meanings)
    write_atomically(path, book.save)


def _fill(sheet: "Worksheet", table: pd.DataFrame) -> None:
    from openpyxl.styles import Alignment, Font

    for row, cells in enumerate([tuple(table.columns), *table.itertuples(index=False)], start=1):
        for column, value in enumerate(cells, start=1):
            cell = sheet.cell(row, column, _UNWRITABLE.sub("", str(value)) or None)
            if value:
                # Or else an answer that begins with an equals sign would be run as a formula.
                cell.data_type = "s"
            cell.alignment, cell.font = Alignment(wrap_text=True, vertical="top"), Font(size=14, bold=row == 1)
    for place, name in enumerate(table.columns):
        letter = sheet.cell(1, place + 1).column_letter
        sheet.column_dimensions[letter].width = _WIDTHS.get(name, 20)
    sheet.freeze_panes = "A2"
