"""Write a few cells of the codebook's file, which people open in Excel too: all else in it stays as it is."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import zip_longest
from pathlib import Path

from pipeline.codebook.codebook import (
    LISTS,
    SEPARATOR,
    Code,
    Codebook,
    build_codebook,
    read_codebook,
    write_codebook,
)
from pipeline.codebook.other_tables import refuse_foreign
from pipeline.codebook.table_files import column_name, delimiter_of
from pipeline.errors import CodebookError
from pipeline.runtime.edited_csv import Reword, write_if_unchanged
from pipeline.runtime.files import write_atomically
from pipeline.runtime.plain_text import one_line
from pipeline.runtime.spreadsheet_cells import guarded, unguarded


@dataclass(frozen=True)
class _CodebookSheet:
    """A codebook's CSV as it stands in the file: its header, rows and how it is written."""

    header: list[str]
    rows: list[list[str]]
    delimiter: str
    line_end: str

    def column(self, name: str) -> int:
        """Return the place of a column, made at the end if it is not there."""
        if name not in self.plain_header:
            self.header.append(name)
            return len(self.header) - 1
        return self.plain_header.index(name)

    @property
    def plain_header(self) -> list[str]:
        """The names of the columns, however people wrote them."""
        return [column_name(heading) for heading in self.header]

    def cells(self) -> Iterator[tuple[int, str, str]]:
        """Yield each cell below the header with the number of its row and the plain name of its column."""
        for number, row in enumerate(self.rows, start=2):
            yield from ((number, name, unguarded(cell)) for name, cell in zip_longest(self.plain_header, row, fillvalue=""))

    def name_of(self, row: list[str], number: int) -> str:
        """Return the code of a row, or the row's number where it has none."""
        codes = [unguarded(cell).strip() for name, cell in zip(self.plain_header, row, strict=False) if name == "code"]
        return next(filter(None, codes), f"row {number}")

    def put(self, row: list[str], values: Mapping[str, str]) -> None:
        """Put values into the cells of a row."""
        for name, value in values.items():
            place = self.column(name)
            row.extend([""] * (place + 1 - len(row)))
            row[place] = guarded(value)

    def find(self, code: str) -> list[str]:
        """Return the row of a code; CodebookError if there is none."""
        place = self.column("code")
        for row in self.rows:
            if len(row) > place and unguarded(row[place]).strip() == code:
                return row
        raise CodebookError(f"The codebook has no code {code!r} any more.")

    def as_bytes(self) -> bytes:
        """Return the file's content; with the mark at its beginning, or Excel would misread it."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator=self.line_end)
        # Cells that were there before are kept from running, too; they are read back as they were.
        writer.writerows([self.header, *([guarded(unguarded(cell)) for cell in row] for row in self.rows)])
        return text.getvalue().encode("utf-8-sig")


def fields_of(code: Code) -> dict[str, str]:
    """Return a code's fields as people edit them: the lists with a line for each entry."""
    return {name: value if isinstance(value, str) else "\n".join(value) for name, value in asdict(code).items()}


def tidy_field(name: str, text: str) -> str:
    """Return a field as it is read back from the file; CodebookError where it could not be."""
    lines = [one_line(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    if name not in LISTS:
        return ("\n" if name in ("definition", "include", "exclude") else " ").join(lines).strip()
    if any(SEPARATOR in line for line in lines):
        raise CodebookError(f"An entry of {name} holds a {SEPARATOR!r}, which the codebook keeps between entries; leave it out.")
    return "\n".join(filter(None, lines))


def change_code(path: Path, code: str, values: Mapping[str, str]) -> None:
    """Write fields of a code, given as people edit them; CodebookError if the codebook would not be right afterwards."""

    def change(book: Codebook) -> Codebook:
        return Codebook(tuple(_with(entry, values) if entry.code == code else entry for entry in book.codes))

    _rewrite(path, lambda sheet: sheet.put(sheet.find(code), _cells(values)), change)


def add_code(path: Path, code: str, values: Mapping[str, str]) -> None:
    """Write a new code below the others."""

    def add(sheet: _CodebookSheet) -> None:
        sheet.rows.append([""] * len(sheet.header))
        sheet.put(sheet.rows[-1], {"code": code, **_cells(values)})

    _rewrite(path, add, lambda book: Codebook((*book.codes, _with(Code(code), values))))


def remove_code(path: Path, code: str) -> None:
    """Take a code out of the file."""

    def remove(sheet: _CodebookSheet) -> None:
        sheet.rows.remove(sheet.find(code))

    _rewrite(path, remove, lambda book: Codebook(tuple(entry for entry in book.codes if entry.code != code)))


def every_cell(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yield each cell of a .csv with the number of its row and the name of its column; CodebookError if it is no table."""
    yield from _read_sheet(path, path.read_bytes()).cells()


def reword_cells(path: Path, reword: Reword) -> list[str]:
    """Write every cell of a .csv as `reword` returns it, and return the codes whose rows changed; CodebookError if it is none.

    `reword` is given the number of the row, the name of the column and the cell. A row without a code goes by its number, for
    words must go from a codebook that is not right, too.
    """
    content = path.read_bytes()
    sheet = _read_sheet(path, content)
    before = [list(row) for row in sheet.rows]
    cells: dict[int, list[str]] = {}
    for number, name, cell in list(sheet.cells()):
        cells.setdefault(number, []).append(reword(number, name, cell))
    for number, row in enumerate(sheet.rows, start=2):
        new = cells.get(number, [])
        row[:] = [old if text == unguarded(old) else guarded(text) for old, text in zip(row, new, strict=False)]
    # By the code that stands there now: the one before may have been words of the person.
    names = [sheet.name_of(row, number) for number, row in enumerate(sheet.rows, start=2)]
    changed = [name for name, old, new in zip(names, before, sheet.rows, strict=True) if old != new]
    if changed:
        write_if_unchanged(path, content, sheet.as_bytes(), CodebookError)
    return changed


def _rewrite(path: Path, edit: Callable[[_CodebookSheet], None], change: Callable[[Codebook], Codebook]) -> None:
    if path.suffix.lower() == ".csv":
        content = path.read_bytes()
        sheet = _read_sheet(path, content)
        refuse_foreign(sheet.header, path.name)
        edit(sheet)
        rows = [dict(zip(sheet.header, map(unguarded, row), strict=False)) for row in sheet.rows]
        # Only to be refused here: a codebook that cannot be read back would stop the next run.
        build_codebook(rows, source=path.name)
        write_if_unchanged(path, content, sheet.as_bytes(), CodebookError)
    elif path.suffix.lower() == ".qdc":
        book = change(read_codebook(path))
        write_atomically(path, lambda temporary: write_codebook(book, temporary))
    else:
        raise CodebookError(
            f"{path.name}: changes that people accept are written to a .csv. Make one with `themes codebook convert {path.name} "
            'codebook.csv` and name it in study.toml: codebook = "codebook.csv".'
        )


def _read_sheet(path: Path, data: bytes) -> _CodebookSheet:
    try:
        text = _decode(data)
        first = text.lstrip().partition("\n")[0]
        delimiter = delimiter_of(first)
        header, *rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)) or [[]]
    except (UnicodeDecodeError, csv.Error) as error:
        raise CodebookError(f"{path.name} is no table that can be read. In Excel, save it as “CSV UTF-8”.") from error
    return _CodebookSheet(header, rows, delimiter, "\r\n" if first.endswith("\r") else "\n")


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def _cells(values: Mapping[str, str]) -> dict[str, str]:
    return {name: SEPARATOR.join(text.split("\n")) if name in LISTS else text for name, text in values.items()}


def _with(code: Code, values: Mapping[str, str]) -> Code:
    typed = {name: tuple(filter(None, text.split("\n"))) if name in LISTS else text for name, text in values.items()}
    return replace(code, **typed)  # type: ignore[arg-type]  # each field has the type of its name
