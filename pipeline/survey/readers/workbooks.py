"""Read Excel and OpenDocument workbooks."""

import re
from collections.abc import Iterator
from itertools import groupby, product
from operator import itemgetter
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml.ElementTree import DefusedXMLParser

from pipeline.errors import DataError
from pipeline.runtime.archives import check_archive, unpacked
from pipeline.runtime.sandbox import ParsedSheet, parse_workbook
from pipeline.survey.readers.cell_rows import Export, build_export
from pipeline.survey.readers.decoding import name_foreign
from pipeline.survey.readers.headers import Row


MERGED = "\ufffc"
# calamine makes room for every cell up to the outermost, filled or not.
_MAX_CELLS = 20_000_000
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_LOCKED = "it is protected with a password. Save it without one."
_DAMAGED = "it is damaged or not a workbook. Open it in Excel or LibreOffice and save it again as .xlsx."

_FILLED_CELL = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'](?:[^>]*[^/>])?>""")
_UNCOMPUTED = re.compile(rb"</f>(?:<v>\s*</v>|<v ?/>)?</c>")
_ERROR = re.compile(rb"""<c\s[^>]*\bt=["']e["']""")


def read_workbook(path: Path, *, sheet: str | None = None) -> Export:
    """Read one sheet of a workbook: the one named, or else the largest that is not hidden."""
    return _read(path, sheet, _examine(path))


def read_sheets(path: Path) -> tuple[dict[str, list[Row]], list[str]]:
    """Return the rows of every sheet of a workbook, hidden ones too, each from the sheet's first row, and what reading hid."""
    notes = _examine(path)
    return {sheet.name: _with_merged(sheet) for sheet in parse_workbook("every sheet", path, damaged=_DAMAGED)}, notes


def _with_merged(sheet: ParsedSheet) -> list[Row]:
    """Return the rows of a sheet with MERGED in each cell that is merged into another, for what stood there is gone."""
    rows = sheet.rows
    for (first, left), (last, right) in sheet.merged:
        for number, place in product(range(first, last + 1), range(left, right + 1)):
            if (number, place) != (first, left) and number < len(rows) and place < len(rows[number]):
                rows[number][place] = MERGED
    return rows


def _examine(path: Path) -> list[str]:
    """Refuse what is unsafe or no workbook before it is opened, and note what opening it would hide."""
    with path.open("rb") as file:
        start = file.read(1024)
    if not start:
        raise DataError("it is empty. Export the answers again.")
    if start.startswith(_ZIP):
        return _examine_parts(path)
    if not start.startswith(_OLE):
        content = name_foreign(start) or "perhaps text (.csv)"
        raise DataError(f"its content is not a workbook but {content}. Save it as .xlsx, or as .csv if text.")
    # Excel puts a workbook with a password, whatever its kind, into an old Office file under this name.
    if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        raise DataError(_LOCKED)
    return []


def _examine_parts(path: Path) -> list[str]:
    uncomputed = errors = 0
    is_locked, is_sound = False, True
    for name, parts in groupby(unpacked(path), key=itemgetter(0)):
        pieces = (piece for _, piece in parts)
        if name == "META-INF/manifest.xml":
            # OpenDocument keeps its list of files readable and says in it which are encrypted.
            is_locked = b"encryption-data" in b"".join(pieces)
        elif name == "content.xml":
            # All of it is counted before any of it is parsed, which takes long over what has no tags.
            check_archive(path)
            is_sound = _is_well_formed(pieces)
        elif name.startswith("xl/worksheets/"):
            for piece in _measured(pieces):
                uncomputed += len(_UNCOMPUTED.findall(piece))
                errors += len(_ERROR.findall(piece))
    if is_locked or not is_sound:
        raise DataError(_LOCKED if is_locked else _DAMAGED)
    notes = [f"cells with a formula but no saved result read as blank: {uncomputed:,}"] if uncomputed else []
    return notes + ([f"cells with an error such as #N/A read as blank: {errors:,}"] if errors else [])


def _is_well_formed(pieces: Iterator[bytes]) -> bool:
    """Tell whether an OpenDocument sheet is XML as it should be; over some that is not, calamine never ends."""
    parser = DefusedXMLParser(target=_Nothing(), forbid_dtd=True)
    try:
        for piece in pieces:
            parser.feed(piece)
        parser.close()
    except (ParseError, ValueError, LookupError):
        return False
    return True


class _Nothing:
    """What a parser builds that is only to check."""

    def close(self) -> None:
        """Build nothing."""


def _measured(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pass a sheet's XML on until a cell shows so far out that calamine could not make room for it."""
    columns, rows, tail = 0, 0, b""
    for piece in pieces:
        for letters, number in _FILLED_CELL.findall(tail + piece):
            columns, rows = max(columns, _column_number(letters)), max(rows, int(number))
        if columns * rows > _MAX_CELLS:
            raise DataError(
                f"a sheet reaches to row {rows:,} and column {columns:,}, which is too large to open. "
                "Delete what stands far outside the table, or export the answers as .csv."
            )
        # A cell's tag may begin in one piece and end in the next.
        tail = piece[-100:]
        yield piece


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _read(path: Path, sheet: str | None, notes: list[str]) -> Export:
    doubts: list[str] = []
    name, rows = _named(path, sheet) if sheet is not None else _largest(path, notes, doubts)
    try:
        return build_export(rows, notes=notes, doubts=doubts, sheet=name)
    except DataError as error:
        raise DataError(f'sheet "{name}": {error}') from error


def _named(path: Path, sheet: str) -> tuple[str, list[Row]]:
    sheets = {parsed.name: parsed for parsed in parse_workbook("one sheet", path, sheet, damaged=_DAMAGED)}
    if sheet not in sheets:
        names = ", ".join(f'"{name}"' for name in [*sheets][:10])
        raise DataError(f'it has no sheet "{sheet}". Its sheets are {names}.')
    return sheet, sheets[sheet].rows


def _largest(path: Path, notes: list[str], doubts: list[str]) -> tuple[str, list[Row]]:
    sheets = parse_workbook("shown sheets", path, damaged=_DAMAGED)
    with_cells = [sheet for sheet in sheets if sheet.has_cells]
    shown = [sheet for sheet in with_cells if sheet.is_shown] or with_cells
    if not shown:
        raise DataError("it has no sheet with cells. Export the answers again.")
    largest = max(shown, key=lambda sheet: _filled(sheet.rows))
    if len(sheets) > 1:
        others = ", ".join(f'"{sheet.name}"' for sheet in sheets if sheet.name != largest.name)
        notes.append(f'read the largest sheet, "{largest.name}"; not read: {others}')
    n_rows = sum(map(any, largest.rows))
    as_long = [sheet.name for sheet in shown if sheet is not largest and sum(map(any, sheet.rows)) >= max(10, n_rows / 2)]
    if as_long:
        named = ", ".join(f"“{name}”" for name in as_long[:5]) + (f" and {len(as_long) - 5} more" if len(as_long) > 5 else "")
        doubts.append(
            f"Only the sheet “{largest.name}” is read, and there are others with about as many rows: {named}. If they hold "
            "answers, too, put all into one sheet, or make a study of each (sheet = … in study.toml says which is read)."
        )
    return largest.name, largest.rows


def _filled(rows: list[Row]) -> int:
    """Count filled cells, a sheet without a second row being no table."""
    counts = [sum(cell is not None for cell in row) for row in rows]
    return sum(counts) if sum(map(bool, counts)) > 1 else 0
