"""Tables that the team keeps in the study's folder and opens in Excel too: read with care, and changed without losing a cell."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from pipeline.errors import PipelineError, StudyError
from pipeline.runtime.files import write_atomically
from pipeline.runtime.plain_files import is_there, why_no_file
from pipeline.runtime.plain_text import one_line
from pipeline.runtime.spreadsheet_cells import FORMULA


Row = dict[str, str]
Reword = Callable[[int, str, str], str]
"""Given the number of a row, the name of a column and the cell there, returns the cell anew."""
# The header is row 1 in a spreadsheet.
_FIRST_ROW = 2
_LARGEST = 20_000_000


@dataclass(frozen=True)
class _TeamSheet:
    """The cells of a table as they stand in its file, and how it is written."""

    header: list[str]
    rows: list[list[str]]
    delimiter: str

    def put(self, row: list[str], cells: Mapping[str, str]) -> None:
        """Put cells into a row; the other columns, known or not, stay as they are."""
        for name, cell in cells.items():
            place = self.header.index(name)
            row.extend([""] * (place + 1 - len(row)))
            row[place] = as_text(cell)

    def cells(self) -> Iterator[tuple[int, str, str]]:
        """Yield each cell below the header with the number of its row and the name of its column."""
        for number, row in enumerate(self.rows, start=_FIRST_ROW):
            yield from ((number, name, cell) for name, cell in zip_longest(self.header, row, fillvalue=""))

    def reword(self, reword: Reword) -> list[int]:
        """Change every cell below the header, and return the numbers of the rows that changed."""
        changed = []
        for number, row in enumerate(self.rows, start=_FIRST_ROW):
            before = list(row)
            for place, cell in enumerate(before):
                text = _stripped(cell)
                left = reword(number, self.header[place] if place < len(self.header) else "", text)
                row[place] = cell if left == text else as_text(left)
            changed += [number] if row != before else []
        return changed

    def as_bytes(self) -> bytes:
        """Return the file's content; with the mark at its beginning, or Excel would misread it."""
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.delimiter).writerows([self.header, *self.rows])
        return text.getvalue().encode("utf-8-sig")


def read_rows(path: Path, columns: Sequence[str]) -> dict[int, Row]:
    """Return what stands in each row, by the number a spreadsheet shows for it; none without the file.

    Cells are stripped of the apostrophe that keeps them text. StudyError if a column is missing or a row is too long.
    """
    if not is_there(path):
        return {}
    sheet = _parse(path, _content(path), columns)
    places = {name: sheet.header.index(name) for name in columns}
    rows = {number: _tidy(row, places) for number, row in enumerate(sheet.rows, start=_FIRST_ROW)}
    return {number: row for number, row in rows.items() if any(row.values())}


def start_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a new table for people to fill in; StudyError if it is there, since it then holds what people wrote."""
    if is_there(path):
        raise StudyError(f"{path.name} is there already and holds what people wrote. Add to it; nothing was written.")
    sheet = _TeamSheet(list(columns), [[as_text(cell) for cell in row] for row in rows], ",")
    write_atomically(path, lambda temporary: temporary.write_bytes(sheet.as_bytes()))


def add_row(path: Path, columns: Sequence[str], cells: Mapping[str, str]) -> None:
    """Write a row below the others; the first one makes the file."""
    if not is_there(path):
        start_table(path, columns, [])

    def add(sheet: _TeamSheet) -> None:
        sheet.rows.append([""] * len(sheet.header))
        sheet.put(sheet.rows[-1], cells)

    _rewrite(path, columns, add)


def change_row(path: Path, columns: Sequence[str], number: int, cells: Mapping[str, str]) -> None:
    """Write cells of a row that is there."""
    _rewrite(path, columns, lambda sheet: sheet.put(sheet.rows[number - _FIRST_ROW], cells))


def remove_row(path: Path, columns: Sequence[str], number: int) -> None:
    """Take a row out of the table."""
    _rewrite(path, columns, lambda sheet: sheet.rows.__delitem__(number - _FIRST_ROW))


def every_cell(path: Path, columns: Sequence[str]) -> list[tuple[int, str, str]]:
    """Return each cell, in whatever column, with the number of its row and the name of its column; none without the file."""
    if not is_there(path):
        return []
    return [(number, name, _stripped(cell)) for number, name, cell in _parse(path, _content(path), columns).cells()]


def reword_rows(path: Path, columns: Sequence[str], reword: Reword) -> list[int]:
    """Write cells anew where `reword` changes one, in whatever column, and return the numbers of their rows.

    `reword` is given the number of the row, the name of the column, and the cell without the apostrophe that keeps it text.
    """
    if not is_there(path):
        return []
    changed = _parse(path, _content(path), columns).reword(reword)
    # Once more on what the file holds now, so that a table in which nothing changes keeps its bytes.
    if changed:
        _rewrite(path, columns, lambda sheet: sheet.reword(reword))
    return changed


def as_text(cell: str) -> str:
    """Return a cell so that no spreadsheet takes it for a formula; reading takes one apostrophe off again."""
    return f"'{cell}" if cell.startswith("'") or FORMULA.match(cell) else cell


def _stripped(cell: str) -> str:
    return cell.removeprefix("'")


def _rewrite(path: Path, columns: Sequence[str], edit: Callable[[_TeamSheet], object]) -> None:
    before = _content(path)
    sheet = _parse(path, before, columns)
    edit(sheet)
    write_if_unchanged(path, before, sheet.as_bytes(), StudyError)


def write_if_unchanged(path: Path, before: bytes, after: bytes, error: type[PipelineError]) -> None:
    """Write a file anew; `error` if it does not hold any more what was read from it."""

    def write(temporary: Path) -> None:
        temporary.write_bytes(after)
        # As late as can be: somebody may have saved the file in a spreadsheet this moment.
        if path.read_bytes() != before:
            raise error(f"{path.name} was saved by another program this moment, so nothing was written; try again.")

    write_atomically(path, write)


def _content(path: Path) -> bytes:
    if reason := why_no_file(path):
        raise StudyError(f"{path.name}: {reason}. Move it elsewhere, so that the table can stand there.")
    if path.stat().st_size > _LARGEST:
        raise StudyError(f"{path.name} is larger than {_LARGEST // 1_000_000} MB, which no table of a team is. Check the file.")
    return path.read_bytes()


def _parse(path: Path, data: bytes, columns: Sequence[str]) -> _TeamSheet:
    try:
        text = data.decode("utf-8-sig")
        # The one that parts the first row into most of our columns: people add columns of their own, and commas to their names.
        first = text.partition("\n")[0]
        headers = {mark: [name.strip() for name in next(csv.reader([first], delimiter=mark), [])] for mark in ",;\t"}
        delimiter = max(headers, key=lambda mark: len(set(columns) & set(headers[mark])))
        header, *rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)) or [[]]
    except (UnicodeDecodeError, csv.Error) as error:
        raise StudyError(f"{path.name} is no table that can be read. In Excel, save it as “CSV UTF-8”.") from error
    if "\0" in text:
        raise StudyError(f"{path.name} is no table that can be read: it holds signs that are no text. Save it as “CSV UTF-8”.")
    header = [name.strip() for name in header]
    _check(path, header, rows, columns)
    return _TeamSheet(header, rows, delimiter)


def _check(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]], columns: Sequence[str]) -> None:
    missing = [name for name in columns if name not in header]
    if missing:
        faults = [f"the column {name} is missing" for name in missing]
        faults += [f"the column {name} is not known" for name in header if name and name not in columns]
        raise StudyError(f"{path.name}: {'; '.join(faults)}. The columns are {', '.join(columns)}.")
    long = [number for number, row in enumerate(rows, start=_FIRST_ROW) if any(cell.strip() for cell in row[len(header) :])]
    if long:
        numbers = ", ".join(map(str, long))
        raise StudyError(f"{path.name}: something stands to the right of the last column in row {numbers}. Move or delete it.")


def _tidy(row: Sequence[str], places: Mapping[str, int]) -> Row:
    cells = {name: row[place] if place < len(row) else "" for name, place in places.items()}
    return {name: one_line(_stripped(cell)) for name, cell in cells.items()}
