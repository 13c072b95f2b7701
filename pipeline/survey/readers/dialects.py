"""Find out which sign stands between the cells of a table of text, and what quotation marks mean in it."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING

from pipeline.survey.readers.header_evidence import speaks_for_names


if TYPE_CHECKING:
    from _csv import Reader

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 1_000_000  # characters: enough to tell the delimiter, quick to parse a few times
_LONGEST_CELL = 100_000_000
_DEEPEST_TITLE = 10
_ROWS_LOOKED_AT = 200


@dataclass(frozen=True)
class Dialect:
    """How a table of text is written."""

    delimiter: str
    quoted: bool = True
    """Whether a quotation mark at the beginning of a cell is a sign around it, and not a letter."""
    escape: str | None = None
    """The sign before a quotation mark within a cell, where it is not doubled."""
    blank_before: bool = False
    """Whether a blank stands between the delimiter and the quotation mark."""
    within_one: bool = False
    """Whether each row was put into quotation marks as a whole, as if it were one cell."""

    def reader(self, lines: Iterable[str]) -> "Reader":
        """Return a reader of the lines; it raises csv.Error where a quotation mark stands wrong."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quoting=csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE,
            escapechar=self.escape,
            doublequote=self.escape is None,
            skipinitialspace=self.blank_before,
            strict=self.quoted,
        )

    def cells(self, record: list[str]) -> list[str]:
        """Return the cells of a record, also where the whole of it had been made one cell."""
        if not self.within_one or len(record) != 1:
            return record
        try:
            return next(csv.reader([record[0]], delimiter=self.delimiter), [])
        except csv.Error:
            # A line end within the cell: then it is an answer, and no row of cells.
            return record


@dataclass(frozen=True)
class _Fit:
    """The share of rows as wide as the row of names, and that width."""

    share: float = 0.0
    width: int = 0


def find_dialect(text: str, lines: Callable[[], Iterator[str]], *, delimiter: str = "") -> tuple[Dialect, list[str]]:
    """Return how a table is written and what is unusual in it.

    `text` is its beginning, `lines` gives all of its lines anew with each call, and `delimiter` is the one that the file names.
    """
    sample = text[:_SAMPLE]
    chosen = delimiter or find_delimiter(sample)
    dialect = Dialect(chosen)
    if '"' not in sample and not any('"' in line for line in lines()):
        return dialect, []
    # Tools that part cells by tabs seldom put quotation marks round them: those that stand there are people's own.
    if chosen in "\t|" and _has_bare_quotation_marks(dialect, lines):
        note = "quotation marks read as part of the answers, since cells are not put into them"
        return replace(dialect, quoted=False), [note]
    fit = _fit(sample, dialect)
    for other, note in (
        (replace(dialect, escape="\\"), "a backslash before a quotation mark read as part of the mark"),
        (replace(dialect, blank_before=True), "blanks between cells and their quotation marks left out"),
    ):
        if (other.escape is None or '\\"' in sample) and _fit(sample, other).share > fit.share:
            dialect, fit = other, _fit(sample, other)
            return dialect, [note]
    return _without_outer_marks(sample, dialect, fit, is_named=bool(delimiter))


def find_delimiter(text: str) -> str:
    """Choose the delimiter with which most rows have as many cells as the row of names, and that more than one."""
    sample = text[:_SAMPLE]
    fits = {delimiter: _fit(sample, Dialect(delimiter)) for delimiter in _DELIMITERS}
    for delimiter in "\t|":
        bare = _fit(sample, Dialect(delimiter, quoted=False))
        fits[delimiter] = max(fits[delimiter], bare, key=lambda fit: (fit.share, fit.width))
    several = {delimiter: fit for delimiter, fit in fits.items() if fit.width > 1 and fit.share >= 0.5}
    if several:
        return max(several, key=lambda delimiter: (several[delimiter].share, several[delimiter].width))
    # Where answers hold the delimiter bare, hardly a row fits; read as one column, it would be wrong without a word.
    torn = [delimiter for delimiter in _DELIMITERS if _names_columns(sample, delimiter)]
    single = {delimiter: fit for delimiter, fit in fits.items() if fit.width == 1} or fits
    return torn[0] if torn else max(single, key=lambda delimiter: (single[delimiter].share, single[delimiter].width))


def _fit(sample: str, dialect: Dialect) -> _Fit:
    rows: list[list[str]] = []
    is_torn = False
    try:
        for record in dialect.reader(StringIO(sample, newline="\n")):
            if record:
                rows.append(record)
    except csv.Error:
        is_torn = True
    if not rows:
        return _Fit()
    top = _names_at(rows)
    widths = [len(row) for row in rows[top:]] + [0] * is_torn
    return _Fit(widths.count(widths[0]) / len(widths), widths[0])


def _names_at(rows: list[list[str]]) -> int:
    """Return the place of the row of names, which is not the first where titles of a single cell stand above it."""
    top = next((place for place, row in enumerate(rows[: _DEEPEST_TITLE + 1]) if sum(map(bool, row)) > 1), 0)
    if not top or len(rows[top]) < 3:
        return 0
    body = rows[top + 1 : top + _ROWS_LOOKED_AT]
    even = [row for row in body if len(row) == len(rows[top])]
    # "kind, patient, late" stands in one column, too, if that is how people answer: numbers or dates below tell names.
    return top if len(even) >= max(2, 0.8 * len(body)) and speaks_for_names(rows[top], even) > 0 else 0


def _names_columns(sample: str, delimiter: str) -> bool:
    """Tell whether a bare delimiter stands in the first row, and at least as often in nearly all others.

    A comma before a blank is a comma of prose.
    """
    between = re.compile(rf"{re.escape(delimiter)}(?=\S)")
    lines = [line for line in sample.splitlines()[:_ROWS_LOOKED_AT] if line.strip()]
    n = len(between.findall(lines[0])) if lines else 0
    fitting = sum(len(between.findall(line)) >= n for line in lines)
    return n > 0 and len(lines) > 2 and '"' not in lines[0] and fitting >= 0.9 * len(lines)


def _has_bare_quotation_marks(dialect: Dialect, lines: Callable[[], Iterator[str]]) -> bool:
    """Tell whether every line has the same number of cells, and only while quotation marks are letters."""
    n_lines, delimiter = 0, dialect.delimiter
    widths = set()
    for line in lines():
        if line.strip("\r\n"):
            n_lines += 1
            widths.add(line.count(delimiter))
        if len(widths) > 1:
            return False
    try:
        records = [len(record) for record in dialect.reader(lines()) if record]
    except csv.Error:
        return True
    # Two marks that belong to two people would join all that stands between them to one answer.
    return len(records) < n_lines or len(set(records)) > 1


def _without_outer_marks(sample: str, dialect: Dialect, fit: _Fit, *, is_named: bool) -> tuple[Dialect, list[str]]:
    if fit.width > 1 and not is_named:
        return dialect, []
    rows = list(islice(filter(None, _records_of(sample, dialect)), _ROWS_LOOKED_AT))
    for delimiter in _DELIMITERS:
        inner = Dialect(delimiter, within_one=True)
        widths = [len(inner.cells(row)) for row in rows if len(row) == 1]
        n = widths[0] if widths else 0
        bare = re.compile(rf"{re.escape(delimiter)}(?=\S)")
        if n > 1 and len(widths) > 2 and len(widths) == len(rows) and set(widths) == {n} and bare.search(rows[0][0]):
            return inner, ["each row stands in quotation marks as a whole; they were left out"]
    return dialect, []


def _records_of(sample: str, dialect: Dialect) -> Iterator[list[str]]:
    try:
        yield from dialect.reader(StringIO(sample, newline="\n"))
    except csv.Error:
        return


@contextmanager
def long_cells() -> Iterator[None]:
    """Let cells be longer than the 131,072 characters at which the csv module stops."""
    limit = csv.field_size_limit(_LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(limit)
