"""Read CSV and TSV exports."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

from pipeline.errors import DataError
from pipeline.survey.readers.cell_rows import Export, build_export
from pipeline.survey.readers.decoding import as_utf8
from pipeline.survey.readers.headers import Row


_DELIMITERS = (",", ";", "\t")
_SAMPLE = 1_000_000  # characters: enough to tell the delimiter, quick to parse three times
_EXCEL_HINT = re.compile(r"\"?sep=(.)\"?\r?\n")
_LONGEST_CELL = 100_000_000
_PIECES = re.compile(r'(?<![^,;\t\r\n])"(?:[^"]|"")*+"|\r{1,99}\n|\r|\n')  # a quoted cell, or the end of a line


def read_text(path: Path) -> Export:
    """Read a table of text, finding out its encoding and its delimiter."""
    rows, notes, first = read_rows(path)
    return build_export(rows, notes=notes, first=first)


def read_rows(path: Path) -> tuple[Iterator[Row], list[str], int]:
    """Return the rows of a table of text one by one, what was done to read them, and the number of the first in the file."""
    data, notes = as_utf8(path.read_bytes())
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
    with long_cells():
        delimiter = hint[1] if hint else find_delimiter(start)
    if delimiter != ("\t" if path.suffix.lower() == ".tsv" else ","):
        notes.append(f"delimiter {'tab' if delimiter == chr(9) else delimiter}")
    return _parse(data, delimiter, first), notes, first


def find_delimiter(text: str) -> str:
    """Choose the delimiter with which most rows have as many cells as the first, and that more than one."""
    fits = {delimiter: _fit(text[:_SAMPLE], delimiter) for delimiter in _DELIMITERS}
    several = {delimiter: fit for delimiter, fit in fits.items() if fit[1] > 1 and fit[0] >= 0.5}
    candidates = several or {delimiter: fit for delimiter, fit in fits.items() if fit[1] == 1} or fits
    return max(candidates, key=lambda delimiter: candidates[delimiter])


def _fit(sample: str, delimiter: str) -> tuple[float, int]:
    """Return the share of rows as wide as the first, and that width."""
    widths = []
    try:
        for record in csv.reader(StringIO(sample, newline="\n"), delimiter=delimiter, strict=True):
            if record:
                widths.append(len(record))
    except csv.Error:
        widths.append(0)
    return (widths.count(widths[0]) / len(widths), widths[0]) if widths else (0.0, 0)


def _parse(data: bytes, delimiter: str, first: int) -> Iterator[Row]:
    n_rows = n_lines = 0
    with long_cells():
        reader = csv.reader(_lines(data), delimiter=delimiter, strict=True)
        try:
            for record in reader:
                yield [cell or None for cell in record]
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


@contextmanager
def long_cells() -> Iterator[None]:
    """Let cells be longer than the 131,072 characters at which the csv module stops."""
    limit = csv.field_size_limit(_LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(limit)


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
