"""Tables that may be too large for memory: left on the disk, and read where they are looked at."""

from collections.abc import Iterator, Sequence
from math import ceil
from pathlib import Path
from typing import Any, cast, overload

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet
from numpy.typing import ArrayLike, NDArray

from pipeline.tables.parquet import ROWS_OF_TABLE, Vectors, check_stored, read_table, undamaged


# Of vectors: 16,384 rows each. Rows asked for one after the other mostly lie in the same few groups.
KEPT_GROUPS = 8


class LazyTable:
    """A table on the disk, or some columns of it: columns are read whole when they are asked for, rows part by part.

    Parameters
    ----------
    name : str
        The table's name in `pipeline.tables.parquet.TABLES`.
    path : Path
        Its file, which must not change meanwhile.
    columns : sequence of str, optional
        The columns it has for whoever looks; all of them if left out.
    """

    def __init__(self, name: str, path: Path, columns: Sequence[str] | None = None) -> None:
        self._name = name
        self._path = path
        self._columns = None if columns is None else list(columns)
        with _opened(path) as file:
            self._ends = _ends(file)
        # Where each group of rows begins; to look rows up by these takes no look into the file.
        self._starts = np.append(0, self._ends)

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self._ends[-1]) if len(self._ends) else 0

    @property
    def empty(self) -> bool:
        """Whether it has no rows."""
        return not len(self)

    @overload
    def __getitem__(self, columns: str) -> "pd.Series[Any]": ...
    @overload
    def __getitem__(self, columns: list[str]) -> pd.DataFrame: ...
    def __getitem__(self, columns: str | list[str]) -> "pd.Series[Any] | pd.DataFrame":
        """Return a column, or some, whole."""
        wanted = columns if isinstance(columns, list) else [columns]
        frame = cast(pd.DataFrame, read_table(self._name, self._path, wanted))
        return frame if isinstance(columns, list) else frame[columns]

    def only(self, *columns: str) -> "LazyTable":
        """Return the same table with some of its columns."""
        return LazyTable(self._name, self._path, columns)

    def parts(self) -> Iterator[pd.DataFrame]:
        """Yield the rows in their order, 65,536 at a time; at least one part, which may be empty."""
        with _opened(self._path) as file:
            batches = file.iter_batches(ROWS_OF_TABLE, columns=self._columns)
            frames = (check_stored(self._name, batch.to_pandas(), self._columns) for batch in batches)
            # A file without rows has no batches, and who reads parts must still learn the columns.
            first = next(frames, None)
            yield self[self._columns or file.schema_arrow.names] if first is None else first
            yield from frames

    def take(self, rows: ArrayLike) -> pd.DataFrame:
        """Return these rows, int (n,), in this order; of the others, only those that are stored beside them are read."""
        wanted, places = np.unique(np.asarray(rows, dtype=np.intp), return_inverse=True)
        if not len(wanted):
            return next(self.parts()).iloc[:0]
        groups = np.searchsorted(self._ends, wanted, side="right")
        with _opened(self._path) as file:
            parts = [
                file.read_row_group(int(group), columns=self._columns).take(wanted[groups == group] - self._starts[group])
                for group in np.unique(groups)
            ]
        frame = check_stored(self._name, pyarrow.concat_tables(parts).to_pandas(), self._columns)
        return frame.iloc[places].reset_index(drop=True)


class LazyColumn(Sequence[str]):
    """What a column of words on the disk says in some of its rows, int (n,), in their order: read when it is looked at."""

    def __init__(self, table: LazyTable, column: str, rows: NDArray[np.intp]) -> None:
        self._table = table
        self._column = column
        self._rows = rows

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        """Return one, or a list of some."""
        texts: list[str] = self._table.take(np.atleast_1d(self._rows[place]))[self._column].tolist()
        return texts if isinstance(place, slice) else texts[0]

    def __iter__(self) -> Iterator[str]:
        """Yield them in their order; few are in memory at a time."""
        for start in range(0, len(self), ROWS_OF_TABLE):
            yield from self[start : start + ROWS_OF_TABLE]

    def chosen(self, places: ArrayLike) -> "LazyColumn":
        """Return some of them, int (m,), in this order."""
        return LazyColumn(self._table, self._column, self._rows[np.asarray(places, dtype=np.intp)])


class LazyMatrix:
    """The numbers of vectors on the disk, float16 (n, d), read like an array's rows: by a slice, or by their places.

    Rows are read together with those they were written with, and the last 131,072 are kept, since the next are often among them.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with _opened(path) as file:
            self._ends = _ends(file)
            self._width = int(file.schema_arrow.field("vector").type.list_size)
        self._starts = np.append(0, self._ends)
        self._kept: dict[int, NDArray[np.float16]] = {}

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self._ends[-1]) if len(self._ends) else 0

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and of columns."""
        return len(self), self._width

    def __getitem__(self, rows: slice | NDArray[Any]) -> NDArray[np.float16]:
        """Return these rows, given as a slice, int (m,) or bool (n,)."""
        wanted = np.arange(len(self))[rows]
        numbers = np.empty((len(wanted), self._width), dtype=np.float16)
        groups = np.searchsorted(self._ends, wanted, side="right")
        for group in np.unique(groups):
            in_group = groups == group
            numbers[in_group] = self._group(int(group))[wanted[in_group] - self._starts[group]]
        return numbers

    def _group(self, number: int) -> NDArray[np.float16]:
        numbers = self._kept.pop(number, None)
        if numbers is None:
            with _opened(self._path) as file:
                part = file.read_row_group(number, columns=["vector"]).column("vector").combine_chunks()
            numbers = part.flatten().to_numpy(zero_copy_only=False).reshape(len(part), self._width)
        # What was looked at last stands last.
        kept = [*self._kept.items(), (number, numbers)]
        self._kept = dict(kept[-KEPT_GROUPS:])
        return numbers


def lazy_vectors(path: Path) -> Vectors:
    """Return vectors whose numbers stay on the disk, and whose ids are there."""
    with _opened(path) as file:
        facts = {key.decode(): value.decode() for key, value in (file.schema_arrow.metadata or {}).items()}
        ids = file.read(columns=["id"]).column("id").to_pandas()
    return Vectors(ids, LazyMatrix(path), facts.get("model", ""), facts.get("sha256", ""))


Rows = pd.DataFrame | LazyTable
"""A table that is in memory, or on the disk."""


def n_parts(table: Rows) -> int:
    """Return how many parts a table has."""
    return max(ceil(len(table) / ROWS_OF_TABLE), 1)


def batches(table: Rows) -> Iterator[pd.DataFrame]:
    """Yield the rows of a table in their order, 65,536 at a time; at least one part, which may be empty."""
    if isinstance(table, LazyTable):
        yield from table.parts()
    else:
        for start in range(0, max(len(table), 1), ROWS_OF_TABLE):
            yield table.iloc[start : start + ROWS_OF_TABLE]


def take(table: Rows, rows: ArrayLike) -> pd.DataFrame:
    """Return some rows of a table, int (n,), in this order and numbered anew."""
    if isinstance(table, LazyTable):
        return table.take(rows)
    return table.iloc[np.asarray(rows, dtype=np.intp)].reset_index(drop=True)


def text_column(table: Rows, column: str = "text") -> Sequence[str]:
    """Return what a column says: a list, or what reads it from the disk."""
    if isinstance(table, LazyTable):
        return LazyColumn(table.only(column), column, np.arange(len(table)))
    texts: list[str] = table[column].tolist()
    return texts


def select(texts: Sequence[str], places: ArrayLike) -> Sequence[str]:
    """Return some texts, int (m,), in this order: a list, or what reads them from the disk if they are there."""
    if isinstance(texts, LazyColumn):
        return texts.chosen(places)
    return [texts[place] for place in np.asarray(places, dtype=np.intp).tolist()]


def concat_or_stream(parts: Iterator[pd.DataFrame], like: Rows) -> pd.DataFrame | Iterator[pd.DataFrame]:
    """Return parts as one table where they come of a table in memory; those of one on the disk go on as they come."""
    return parts if isinstance(like, LazyTable) else pd.concat(parts, ignore_index=True)


def _opened(path: Path) -> pyarrow.parquet.ParquetFile:
    with undamaged(path):
        return pyarrow.parquet.ParquetFile(path)


def _ends(file: pyarrow.parquet.ParquetFile) -> NDArray[np.intp]:
    """Return one past the last row of each group of rows that are stored together, int (n_groups,)."""
    return np.cumsum([file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)], dtype=np.intp)
