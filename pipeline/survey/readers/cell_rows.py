"""From rows of cells, however they were stored, to an `Export`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import pandas as pd
import pyarrow
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.runtime.plurals import agreeing, n_of
from pipeline.survey.readers.frame_doubts import doubts_of_frame, without_error_cells
from pipeline.survey.readers.headers import DEEPEST, Headings, Row, find_headings
from pipeline.survey.readers.markup import without_markup
from pipeline.survey.readers.outer_rows import foot_of, n_titles, refuse_summary


_SHOWN = 5  # how many rows or columns a sentence names before it says how many more
_AT_ONCE = 20_000  # how many rows are held as objects
_MOST_COLUMNS = 16_384  # Excel's own bound


@dataclass(frozen=True)
class Export:
    """A survey export as it was read: each answer as text, what was asked, and what was done to read it."""

    frame: pd.DataFrame
    """One row a response and one column a question; text, or missing where nothing was written."""
    kind: str
    """qualtrics, surveymonkey, google-forms, ms-forms, limesurvey, citizen-space, spss, documents, table."""
    questions: dict[str, str]
    """Column name to the wording of the question, or to the column name where the export has no other."""
    value_labels: dict[str, dict[str, str]] = field(default_factory=dict)
    """Column name to SPSS value to its label; the frame holds the labels."""
    notes: tuple[str, ...] = ()
    """What was found and what was done about it, in plain English."""
    first_row: int = 1
    """Where the first response stands in the file, so that row i of the frame is row first_row + i there."""
    sheet: str | None = None
    """The sheet of a workbook that was read."""
    doubts: tuple[str, ...] = ()
    """What a person should look at before a run, as sentences without a word of any answer."""
    places: tuple[int, ...] = ()
    """Where each column stands in the file, from 0, where one without name or value was left out."""


def build_export(
    rows: Iterable[Row], *, notes: Sequence[str] = (), doubts: Sequence[str] = (), first: int = 1, sheet: str | None = None
) -> Export:
    """Turn rows into an export; `first` is the number in the file of the first of them."""
    remarks, concerns = list(notes), list(doubts)
    cells = _gather(iter(rows), first, remarks)
    cells.check(remarks)
    headings = find_headings(cells.top)
    remarks += [headings.note] if headings.note else []
    concerns += [headings.doubt] if headings.doubt else []
    body = _without_blank_end(cells.frame().iloc[headings.depth :], remarks)
    first_row = cells.first + headings.depth
    body = _without_foot(body, concerns, first_row)
    if body.empty:
        raise DataError("it has column names but no answers below them. Export it again with the responses.")
    return _assemble(headings, body, Remarks(remarks, concerns), first_row=first_row, sheet=sheet)


@dataclass(frozen=True)
class Remarks:
    """What was done to read an export, and what a person should look at."""

    notes: list[str]
    doubts: list[str]


def _gather(rows: Iterator[Row], first: int, remarks: list[str]) -> "_Cells":
    piece = list(islice(rows, _AT_ONCE))
    refuse_summary(piece)
    if titles := n_titles(piece):
        remarks.append(f"{titles} rows above the column names left out" if titles > 1 else "a title row left out")
    cells = _Cells(first + titles)
    piece = piece[titles:]
    while piece:
        if (widest := max(map(len, piece))) > _MOST_COLUMNS:
            raise DataError(
                f"it has {widest:,} columns, and no spreadsheet has more than {_MOST_COLUMNS:,}. Export each answer as a row, "
                "or fewer questions."
            )
        cells.add(piece)
        piece = list(islice(rows, _AT_ONCE))
    if not cells.top:
        raise DataError("there is nothing in it. Export the answers again.")
    return cells


class _Cells:
    """The rows that have come so far, from the first that is not blank, each with as many cells as that one.

    They are kept column by column, as text that lies side by side: as objects they would take many times the memory.
    """

    def __init__(self, first: int) -> None:
        self.first = first
        self.n_leading = self.n_rows = self.n_trimmed = 0
        self.top: list[Row] = []
        self.uneven: list[tuple[int, int]] = []
        self.parts: list[list[pyarrow.Array | None]] = []

    def add(self, rows: Sequence[Row]) -> None:
        if not self.top:
            n_blank = next((i for i, row in enumerate(rows) if any(row)), len(rows))
            self.n_leading, self.first, rows = self.n_leading + n_blank, self.first + n_blank, rows[n_blank:]
        if not rows:
            return
        width = len(self.top[0] if self.top else rows[0])
        level = [self.levelled(row, width, number) for number, row in enumerate(rows, start=self.first + self.n_rows)]
        self.n_rows += len(rows)
        self.top += level[: DEEPEST - len(self.top)] if len(self.top) < DEEPEST else []
        # Once a row is uneven the export is refused, and only the other rows are still counted.
        if not self.uneven:
            self.parts.append([pyarrow.array(column, pyarrow.large_string()) for column in zip(*level, strict=True)])

    def levelled(self, row: Row, width: int, number: int) -> Row:
        if len(row) > width and not any(row[width:]):
            row = row[:width]
            self.n_trimmed += 1
        if not any(row):
            return [None] * width
        if len(row) != width:
            self.uneven.append((number, len(row)))
        return row

    def check(self, remarks: list[str]) -> None:
        """Name the rows that have too few or too many cells, and say what was left out."""
        if self.uneven:
            raise DataError(_uneven(self.uneven, len(self.top[0]), self.first))
        if self.n_leading:
            remarks.append(f"{n_of(self.n_leading, 'blank row')} above the column names left out")
        if self.n_trimmed:
            remarks.append(f"blank cells beyond the last column name left out in {n_of(self.n_trimmed, 'row')}")

    def frame(self) -> pd.DataFrame:
        """Give up the cells as a table."""
        return pd.DataFrame({str(i): self._column(i) for i in range(len(self.top[0]))})

    def _column(self, number: int) -> pd.Series:
        # As one that lies together: whatever is taken from several would have to copy them first.
        text = pyarrow.concat_arrays([part[number] for part in self.parts])
        for part in self.parts:
            part[number] = None
        return pd.Series(pd.array(text, dtype="str"))


def _assemble(headings: Headings, body: pd.DataFrame, remarks: Remarks, *, first_row: int, sheet: str | None) -> Export:
    kept = [i for i, name in enumerate(headings.names) if name or _filled(body.iloc[:, i]).any()]
    if len(kept) < len(headings.names):
        remarks.notes.append(f"{n_of(len(headings.names) - len(kept), 'column')} with neither a name nor a value left out")
    names = _distinct([headings.names[i] or f"column {i + 1}" for i in kept], remarks.notes)
    unnamed = [f"column {i + 1}" for i in kept if not headings.names[i]]
    if unnamed:
        remarks.notes.append(f"columns without a name are called {_list(unnamed)}")
    questions = {name: without_markup(headings.questions[i]) or without_markup(name) for name, i in zip(names, kept, strict=True)}
    frame = body.iloc[:, kept].set_axis(names, axis="columns").reset_index(drop=True)
    frame = without_error_cells(frame, remarks.notes, remarks.doubts)
    remarks.doubts.extend(doubts_of_frame(frame, questions, first_row=first_row))
    places = tuple(kept)
    return Export(frame, headings.kind, questions, {}, tuple(remarks.notes), first_row, sheet, tuple(remarks.doubts), places)


def frame_of(columns: dict[str, Sequence[str | None]]) -> pd.DataFrame:
    """Return the columns as a table of text, in which None is missing."""
    return pd.DataFrame({name: pd.Series(list(cells), dtype="str") for name, cells in columns.items()})


def _uneven(uneven: list[tuple[int, int]], width: int, first: int) -> str:
    number, n_cells = uneven[0]
    others = f" Other rows differ too: {_list([str(n) for n, _ in uneven[1:]])}." if len(uneven) > 1 else ""
    return (
        f"row {number} has {n_of(n_cells, 'cell')}, but row {first} names {n_of(width, 'column')}.{others} "
        "Put quotation marks round answers that hold a separator or a line break, "
        "and delete any title above the names."
    )


def _without_blank_end(body: pd.DataFrame, remarks: list[str]) -> pd.DataFrame:
    filled = np.zeros(len(body), dtype=bool)
    for column in body:
        filled |= _filled(body[column])
    end = int(filled.nonzero()[0].max(initial=-1)) + 1
    if 0 < end < len(body):
        remarks.append(f"{n_of(len(body) - end, 'blank row')} at the end left out")
    return body.iloc[:end]


def _without_foot(body: pd.DataFrame, doubts: list[str], first_row: int) -> pd.DataFrame:
    n = foot_of(body)
    if not n:
        return body
    end = len(body) - n
    which = f"row {first_row + end}" if n == 1 else f"rows {first_row + end} to {first_row + len(body) - 1}"
    doubts.append(
        f"The export ends in {which}, which {agreeing(n, 'looks', 'look')} like a total or a remark and not like a person, so "
        f"{agreeing(n, 'it is', 'they are')} left out. If somebody answered there, put a number of theirs into the first column."
    )
    return body.iloc[:end]


def _filled(column: pd.Series) -> NDArray[np.bool_]:
    return (column.notna() & (column != "")).to_numpy(dtype=bool)


def _distinct(names: list[str], remarks: list[str]) -> list[str]:
    taken, distinct, repeated = set(names), [], []
    seen: set[str] = set()
    for name in names:
        unique, n = name, 1
        while unique in seen or (n > 1 and unique in taken):
            n += 1
            unique = f"{name} ({n})"
        if unique != name:
            repeated.append(unique)
        seen.add(unique)
        distinct.append(unique)
    if repeated:
        remarks.append(f"columns with the same name are told apart as {_list(repeated)}")
    return distinct


def _list(items: list[str]) -> str:
    shown = ", ".join(item if len(item) <= 60 else f"{item[:40]}…{item[-15:]}" for item in items[:_SHOWN])
    return shown if len(items) <= _SHOWN else f"{shown} and {len(items) - _SHOWN} more"
