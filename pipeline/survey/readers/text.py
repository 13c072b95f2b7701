"""Read CSV and TSV exports."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import DataError
from pipeline.survey.readers.cell_rows import Export, build_export
from pipeline.survey.readers.decoding import as_utf8
from pipeline.survey.readers.dialects import Dialect, find_dialect, long_cells
from pipeline.survey.readers.headers import Row


_SAMPLE = 1_000_000  # characters: enough to tell the delimiter, quick to parse a few times
_EXCEL_HINT = re.compile(r"\"?sep=(.)\"?\r?\n")
_PIECES = re.compile(r'(?<![^,;|\t\r\n])"(?:[^"]|"")*+"|\r{1,99}\n|\r|\n')  # a quoted cell, or the end of a line


@dataclass(frozen=True)
class TextTable:
    """A table of text as it is being read."""

    rows: Iterator[Row]
    """The rows, read one by one."""
    notes: list[str]
    """What was done to read them."""
    doubts: list[str]
    """What a person should look at."""
    first: int = 1
    """The number of the first row in the file."""
    delimiter: str = ","


def read_text(path: Path) -> Export:
    """Read a table of text, finding out its encoding and how its cells are parted."""
    table = read_rows(path)
    return build_export(table.rows, notes=table.notes, doubts=table.doubts, first=table.first)


def read_rows(path: Path) -> TextTable:
    """Return the rows of a table of text one by one, and what was done to read them."""
    data, notes, doubts = as_utf8(path.read_bytes())
    if re.search(rb"\r(?!\n)", data):
        data = _with_plain_line_ends(data.decode(), notes).encode()
    # No character takes more than four bytes; one that is cut comes too late to count.
    start = data[: 4 * _SAMPLE].decode(errors="ignore")[:_SAMPLE]
    if not start.strip() and not data.decode().strip():
        raise DataError("it is empty. Export the answers again.")
    # Excel takes a first line "sep=;" for the delimiter and shows it to nobody.
    hint, first = _EXCEL_HINT.match(start), 1
    if hint:
        data, first = data[len(hint[0].encode()) :], 2
        start = start[len(hint[0]) :]
    with long_cells():
        dialect, unusual = find_dialect(start, lambda: _lines(data), delimiter=hint[1] if hint else "")
    if dialect.delimiter != ("\t" if path.suffix.lower() == ".tsv" else ","):
        notes.append(f"delimiter {'tab' if dialect.delimiter == chr(9) else dialect.delimiter}")
    return TextTable(_parse(data, dialect, first), notes + unusual, doubts, first, dialect.delimiter)


def _parse(data: bytes, dialect: Dialect, first: int) -> Iterator[Row]:
    n_rows = n_lines = 0
    with long_cells():
        reader = dialect.reader(_lines(data))
        try:
            for record in reader:
                yield [cell or None for cell in dialect.cells(record)]
                n_rows, n_lines = n_rows + 1, reader.line_num
        except csv.Error as error:
            where = f"row {n_rows + first} (line {n_lines + first} of the file)"
            raise DataError(_quoting(where, str(error))) from error


def _lines(data: bytes) -> Iterator[str]:
    # A single smiley makes the whole of a text take four bytes a character, so each line is decoded by itself.
    begin = 0
    while end := data.find(b"\n", begin) + 1:
        yield data[begin:end].decode()
        begin = end
    if begin < len(data):
        yield data[begin:].decode()


def _quoting(where: str, error: str) -> str:
    if "end of data" in error:
        return f"{where}: a quotation mark opens an answer there and none closes it. Close it, or delete it."
    return f"{where}: text follows a closing quotation mark. Double the quotation marks within the answer."


def _with_plain_line_ends(text: str, notes: list[str]) -> str:
    r"""Mend carriage returns outside quotation marks, which end rows (`\r`, `\r\r\n`) or tear them apart."""
    ends = {piece for piece in _PIECES.findall(text) if not piece.startswith('"')}
    if not ends - {"\n", "\r\n"}:
        return text
    notes.append("stray carriage returns between cells mended")
    ends_rows = not any(end.endswith("\n") for end in ends)

    def mend(piece: re.Match[str]) -> str:
        matched = piece[0]
        return matched if matched.startswith('"') else "\n" if ends_rows or matched.endswith("\n") else " "

    return _PIECES.sub(mend, text)
