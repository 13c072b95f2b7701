"""Read the cells of a table that may hold a codebook: `.csv` in whatever encoding and with whatever separator, or a workbook."""

import csv
import io
import re
from pathlib import Path

from pipeline.codebook.other_tables import recognised
from pipeline.errors import CodebookError, DataError
from pipeline.runtime.archives import Limits, check_archive
from pipeline.runtime.sandbox import parse_workbook
from pipeline.runtime.spreadsheet_cells import unguarded


_LARGEST = 50_000_000
_BOOK = Limits(n_bytes=_LARGEST)


def csv_cells(path: Path) -> list[list[str]]:
    """Return the cells of a text file, row by row; CodebookError if it is no table."""
    text = _decode(path)
    # Old Macs end lines with \r.
    header = re.split(r"[\r\n]", text.lstrip(), maxsplit=1)[0]
    try:
        cells = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(header)))
    except csv.Error as error:
        raise CodebookError(f"{path.name}: not a table ({error}). Save it again as CSV UTF-8.") from error
    return [[unguarded(cell) for cell in row] for row in cells]


def delimiter_of(header: str) -> str:
    """Return the sign that parts the cells of a header into most columns."""
    # Excel writes ";" where a comma is the decimal mark.
    return max(",;\t", key=lambda mark: len(next(csv.reader([header], delimiter=mark), [])))


def _decode(path: Path) -> str:
    if path.stat().st_size > _LARGEST:
        raise CodebookError(f"{path.name}: larger than {_LARGEST // 1_000_000} MB, which no codebook is. Check the file.")
    data = path.read_bytes()
    # A workbook or UTF-16 named .csv has NULs, and cp1252 may decode either without complaint.
    if b"\0" not in data:
        for encoding in ("utf-8-sig", "cp1252"):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise CodebookError(f"{path.name}: not text that can be read. In Excel, save it as “CSV UTF-8”.")


def workbook_cells(path: Path) -> list[list[str]]:
    """Return the cells of the sheet of a workbook that holds codes, or of its first; CodebookError if it is damaged."""
    try:
        check_archive(path, _BOOK)
        sheets = parse_workbook("every sheet", path, damaged="no workbook, or damaged. Save it again as .xlsx.")
    except DataError as error:
        raise CodebookError(f"{path.name}: {error}") from error
    # A workbook may have been made of a .csv, apostrophes and all.
    tables = [[[unguarded(cell or "") for cell in row] for row in sheet.rows] for sheet in sheets]
    with_codes = [table for table in tables if table and {"code", "label"} <= set(map(column_name, table[0]))]
    theirs = [table for table in tables if table and recognised(table)]
    return next(iter([*with_codes, *theirs, *tables]), [])


def column_name(heading: str) -> str:
    """Return the plain name of a column, however people wrote it."""
    return re.sub(r"[\s_-]+", "_", heading.strip()).casefold()
