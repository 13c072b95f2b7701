"""The tables between stages: how sensitive each is, and how it is checked, read and written."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pandera.typing
import pyarrow
import pyarrow.parquet
from numpy.typing import NDArray

from pipeline import contracts
from pipeline.contracts import Model
from pipeline.errors import DataError
from pipeline.imports import for_ourselves, without


Sensitivity = Literal["identifiable", "redacted", "releasable"]


def content_id(*parts: str) -> str:
    """Return the first 16 hex digits of the sha256 of the parts: the same on every machine."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Vectors:
    """Rows of numbers with their ids: what embedding and clustering pass on."""

    ids: tuple[str, ...]
    matrix: NDArray[np.float16]
    model: str = ""
    sha256: str = ""

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.ids)


Value = pd.DataFrame | Vectors

# Rows of vectors that are written and read at once.
ROWS = 16_384


@dataclass(frozen=True)
class Table:
    """A table's name, contract and sensitivity. Without a model its rows are vectors."""

    name: str
    sensitivity: Sensitivity
    model: type[Model] | None = None
    decided: bool = False
    """People's own and kept in the store of decisions; all other tables are derived and have a file each."""

    @property
    def file(self) -> str:
        """The file's path inside the study."""
        if self.decided:
            return "review.sqlite"
        folder = "vault" if self.sensitivity == "identifiable" else "derived"
        return f"{folder}/{self.name}.parquet"


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table("responses", "identifiable", contracts.Responses),
        Table("answers", "identifiable", contracts.Answers),
        Table("masks", "identifiable", contracts.Masks),
        Table("ratings", "redacted", contracts.Ratings),
        Table("people", "redacted", contracts.People),
        Table("comments", "redacted", contracts.Comments),
        Table("concerns", "redacted", contracts.Concerns),
        Table("segments", "redacted", contracts.Segments),
        Table("texts", "redacted", contracts.Texts),
        Table("vectors", "redacted"),
        Table("found_themes", "redacted", contracts.FoundThemes),
        Table("found_members", "redacted", contracts.FoundMembers),
        Table("found_centroids", "redacted"),
        Table("centroids", "redacted"),
        Table("themes", "redacted", contracts.Themes),
        Table("members", "redacted", contracts.Members),
        Table("shaping", "redacted", contracts.Shaping),
        Table("voices", "redacted", contracts.Voices),
        Table("theme_ranks", "redacted", contracts.ThemeRanks),
        Table("suggestions", "redacted", contracts.Suggestions),
        Table("theme_codes", "redacted", contracts.ThemeCodes),
        Table("agreement", "redacted", contracts.Agreement),
        Table("codings", "redacted", contracts.Codings),
        Table("quotes", "redacted", contracts.Quotes),
        Table("response_rates", "releasable", contracts.ResponseRates),
        Table("accounts", "releasable", contracts.AnswerAccounts),
        Table("counts", "releasable", contracts.Counts),
        Table("closed", "releasable", contracts.Closed),
        Table("decisions", "redacted", contracts.Decisions, decided=True),
        Table("lessons", "redacted", contracts.Lessons, decided=True),
        Table("blind_answers", "redacted", contracts.BlindAnswers, decided=True),
        Table("theme_edits", "redacted", contracts.ThemeEdits, decided=True),
        Table("discussions", "redacted", contracts.Discussions, decided=True),
        Table("approvals", "redacted", contracts.Approvals, decided=True),
    )
}


def tables_as_markdown() -> str:
    """Describe every table for ARCHITECTURE.md."""
    parts = []
    for table in TABLES.values():
        columns = columns_of(table.name)
        said = (table.model.__doc__ or "").strip() if table.model else "Rows of numbers with their ids (float16)."
        rows = [f"| `{name}` | {column.description} |" for name, column in columns.items()]
        header = ["", "| column | what it holds |", "|---|---|", *rows] if rows else []
        parts.append("\n".join([f"**{table.name}** ({table.sensitivity}, `{table.file}`). {said}", *header]))
    return "\n\n".join(parts) + "\n"


def empty_table(name: str) -> pd.DataFrame:
    """Return a table with its columns and no rows."""
    return check_table(name, pd.DataFrame({column: [] for column in columns_of(name)}))


def columns_of(name: str) -> Mapping[str, pa.Column]:
    """Return a table's columns by name, in their order; a table of vectors has none."""
    return _schemas()[name].columns if TABLES[name].model else {}


@cache
def _schemas() -> dict[str, pa.DataFrameSchema]:
    """Return the contracts as pandera checks them. It would load Dask to ask of each column whether it is one of Dask's."""
    kinds = ("dask", "modin", "pyspark")
    with for_ourselves(*(f"pandera.typing.{kind}" for kind in kinds)), without(*kinds):
        found = {table.name: table.model.to_schema() for table in TABLES.values() if table.model}
    pandera.typing.get_index_types.cache_clear()
    return found


def check_table(name: str, frame: pd.DataFrame, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the table, or some columns of it, with the contract's types.

    DataError names all rows and columns that break it, never values.
    """
    if TABLES[name].model is None:
        return frame
    schema = _schemas()[name] if columns is None else _schemas()[name].select_columns(list(columns))
    try:
        checked: pd.DataFrame = schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as exc:
        raise DataError(f"The table {name} is not as it should be: {_failures(exc.failure_cases)}.") from None
    return checked[list(schema.columns)]


def _failures(cases: pd.DataFrame) -> str:
    parts = []
    for (column, check), rows in cases.groupby(["column", "check"], dropna=False, sort=False):
        numbers = [str(int(index) + 1) for index in rows["index"].dropna()][:5]
        parts.append(f"column {column}: {check}" + (f" (rows {', '.join(numbers)})" if numbers else ""))
    return "; ".join(parts)


def write_table(name: str, value: Value, path: Path) -> None:
    """Write a table so that a reader sees either the whole of it or what was there before."""
    if isinstance(value, Vectors):
        write_atomically(path, partial(_write_vectors, value))
        return
    arrow = pyarrow.Table.from_pandas(value, preserve_index=False)
    write_atomically(path, lambda temporary: pyarrow.parquet.write_table(arrow, temporary, compression="zstd"))


def read_table(name: str, path: Path, columns: Sequence[str] | None = None) -> Value:
    """Read a table, or some columns of it, and check it against its contract."""
    if not path.is_file():
        raise DataError(f"The table {name} has not been made yet; `themes run` makes it.")
    try:
        if TABLES[name].model is None:
            return _read_vectors(path)
        # Columns are given up one by one as they are turned into pandas', so that the table is there once.
        found = pyarrow.parquet.read_table(path, columns=None if columns is None else list(columns))
        frame = found.to_pandas(split_blocks=True, self_destruct=True)
    except pyarrow.ArrowException as exc:
        raise DataError(f"{path.parent.name}/{path.name} is damaged; delete it and run again.") from exc
    try:
        return check_table(name, frame, columns)
    except DataError as exc:
        raise DataError(f"{exc} An earlier version may have made it; `themes run` makes it again.") from None


def read_column(name: str, column: str, path: Path) -> "pyarrow.ChunkedArray":
    """Read one column of a table and do not check it, which is quick; empty where the table has been made without it."""
    try:
        found = pyarrow.parquet.read_schema(path).names
        return pyarrow.parquet.read_table(path, columns=[column])[column] if column in found else pyarrow.chunked_array([[]])
    except pyarrow.ArrowException as exc:
        raise DataError(f"{path.parent.name}/{path.name} is damaged; delete it and run again.") from exc


def write_atomically(path: Path, write: Callable[[Path], Any]) -> None:
    """Call `write` on a temporary file beside `path`, make it durable, and put it in the place of `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_vectors(vectors: Vectors, path: Path) -> None:
    width = vectors.matrix.shape[1]
    columns = {"id": pyarrow.string(), "vector": pyarrow.list_(pyarrow.float16(), width)}
    schema = pyarrow.schema(columns, metadata={"model": vectors.model, "sha256": vectors.sha256})
    # Numbers without a pattern are neither smaller compressed nor by a dictionary, and take four times as long with them.
    with pyarrow.parquet.ParquetWriter(path, schema, compression="none", use_dictionary=False) as file:
        for start in range(0, len(vectors), ROWS):
            flat = np.ascontiguousarray(vectors.matrix[start : start + ROWS], dtype=np.float16).ravel()
            rows = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(flat), width)
            ids = pyarrow.array(list(vectors.ids[start : start + ROWS]), pyarrow.string())
            # A row group of its own, or a reader would have to hold all of them.
            file.write_table(pyarrow.table([ids, rows], schema=schema), row_group_size=ROWS)


def _read_vectors(path: Path) -> Vectors:
    with pyarrow.parquet.ParquetFile(path) as file:
        width, n = file.schema_arrow.field("vector").type.list_size, file.metadata.num_rows
        said = {key.decode(): value.decode() for key, value in (file.schema_arrow.metadata or {}).items()}
        ids: list[str] = []
        matrix = np.empty((n, width), dtype=np.float16)
        for group in range(file.num_row_groups):
            part = file.read_row_group(group)
            numbers = part.column("vector").combine_chunks().flatten().to_numpy(zero_copy_only=False)
            matrix[len(ids) : len(ids) + len(part)] = numbers.reshape(len(part), width)
            ids += part.column("id").to_pylist()
    return Vectors(tuple(ids), matrix, said.get("model", ""), said.get("sha256", ""))
