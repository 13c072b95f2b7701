"""From rows of cells, however they were stored, to an `Export`."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from pipeline.errors import DataError
from pipeline.readers.headers import Headings, Row, find_headings


_SHOWN = 5  # how many rows or columns a sentence names before it says how many more


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


def build_export(rows: list[Row], *, notes: Sequence[str] = (), first: int = 1, sheet: str | None = None) -> Export:
    """Turn rows into an export; `first` is the number in the file of the first of them."""
    said = list(notes)
    leading = next((i for i, row in enumerate(rows) if any(row)), len(rows))
    if leading == len(rows):
        raise DataError("there is nothing in it. Export the answers again.")
    if leading:
        said.append(f"{_count(leading, 'blank row')} above the column names left out")
    rows, first = rows[leading:], first + leading
    rows = _level(rows, first, said)
    headings = find_headings(rows)
    if headings.note:
        said.append(headings.note)
    body = _without_blank_end(rows[headings.depth :], said)
    if not body:
        raise DataError("it has column names but no answers below them. Export it again with the responses.")
    return _assemble(headings, body, said, first_row=first + headings.depth, sheet=sheet)


def _assemble(headings: Headings, body: list[Row], said: list[str], *, first_row: int, sheet: str | None) -> Export:
    columns = list(zip(*body, strict=True))
    kept = [i for i, name in enumerate(headings.names) if name or any(columns[i])]
    if len(kept) < len(columns):
        said.append(f"{_count(len(columns) - len(kept), 'column')} with neither a name nor a value left out")
    names = _distinct([headings.names[i] or f"column {i + 1}" for i in kept], said)
    unnamed = [f"column {i + 1}" for i in kept if not headings.names[i]]
    if unnamed:
        said.append(f"columns without a name are called {_list(unnamed)}")
    questions = {name: headings.questions[i] or name for name, i in zip(names, kept, strict=True)}
    frame = frame_of({name: columns[i] for name, i in zip(names, kept, strict=True)})
    return Export(frame, headings.kind, questions, {}, tuple(said), first_row, sheet)


def frame_of(columns: dict[str, Sequence[str | None]]) -> pd.DataFrame:
    """Return the columns as a table of text, in which None is missing."""
    return pd.DataFrame({name: pd.Series(list(cells), dtype="str") for name, cells in columns.items()})


def _level(rows: list[Row], first: int, said: list[str]) -> list[Row]:
    """Give every row as many cells as the first has, or name the rows that have too few or too many."""
    width = len(rows[0])
    levelled: list[Row] = []
    uneven, trimmed = [], 0
    for number, row in enumerate(rows, start=first):
        if len(row) > width and not any(row[width:]):
            row, trimmed = row[:width], trimmed + 1
        if not any(row):
            row = [None] * width
        if len(row) != width:
            uneven.append((number, len(row)))
        levelled.append(row)
    if uneven:
        raise DataError(_uneven(uneven, width, first))
    if trimmed:
        said.append(f"blank cells beyond the last column name left out in {_count(trimmed, 'row')}")
    return levelled


def _uneven(uneven: list[tuple[int, int]], width: int, first: int) -> str:
    number, found = uneven[0]
    others = f" Other rows differ too: {_list([str(n) for n, _ in uneven[1:]])}." if len(uneven) > 1 else ""
    return (
        f"row {number} has {_count(found, 'cell')}, but row {first} names {_count(width, 'column')}.{others} "
        "Put quotation marks round answers that hold a separator or a line break, "
        "and delete any title above the names."
    )


def _without_blank_end(body: list[Row], said: list[str]) -> list[Row]:
    end = next((i for i in range(len(body), 0, -1) if any(body[i - 1])), 0)
    if 0 < end < len(body):
        said.append(f"{_count(len(body) - end, 'blank row')} at the end left out")
    return body[:end]


def _distinct(names: list[str], said: list[str]) -> list[str]:
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
        said.append(f"columns with the same name are told apart as {_list(repeated)}")
    return distinct


def _list(items: list[str]) -> str:
    shown = ", ".join(item if len(item) <= 60 else f"{item[:40]}…{item[-15:]}" for item in items[:_SHOWN])
    return shown if len(items) <= _SHOWN else f"{shown} and {len(items) - _SHOWN} more"


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
