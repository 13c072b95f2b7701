"""The tables between stages: how sensitive each is, and how it is checked, read and written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pandera.typing
import pyarrow
import pyarrow.parquet

from pipeline.errors import DataError
from pipeline.runtime.files import write_atomically
from pipeline.runtime.lazy_imports import for_ourselves, hidden
from pipeline.tables import decided_schemas, schemas
from pipeline.tables.schemas import Model


Sensitivity = Literal["identifiable", "redacted", "releasable"]


@dataclass(frozen=True)
class Vectors:
    """Rows of numbers with their ids: what embedding and clustering pass on.

    Of many, the numbers stay on the disk, and `matrix` is a `pipeline.tables.lazy.LazyMatrix`, which reads the rows asked for.
    """

    ids: Sequence[str]
    matrix: Any
    model: str = ""
    sha256: str = ""

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.ids)


Value = pd.DataFrame | Vectors
# Rows that are written and read at once: of vectors, which are long, and of all other tables.
ROWS, ROWS_OF_TABLE = 16_384, 65_536


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
        Table("responses", "identifiable", schemas.Responses),
        Table("answers", "identifiable", schemas.Answers),
        Table("masks", "identifiable", schemas.Masks),
        Table("ratings", "redacted", schemas.Ratings),
        Table("people", "redacted", schemas.People),
        Table("comments", "redacted", schemas.Comments),
        Table("concerns", "redacted", schemas.Concerns),
        Table("segments", "redacted", schemas.Segments),
        Table("texts", "redacted", schemas.Texts),
        Table("vectors", "redacted"),
        Table("valences", "redacted", schemas.Valences),
        Table("found_themes", "redacted", schemas.FoundThemes),
        Table("found_members", "redacted", schemas.FoundMembers),
        Table("found_centroids", "redacted"),
        Table("centroids", "redacted"),
        Table("themes", "redacted", schemas.Themes),
        Table("members", "redacted", schemas.Members),
        Table("shaping", "redacted", schemas.Shaping),
        Table("voices", "redacted", schemas.Voices),
        Table("theme_ranks", "redacted", schemas.ThemeRanks),
        Table("suggestions", "redacted", schemas.Suggestions),
        Table("theme_codes", "redacted", schemas.ThemeCodes),
        Table("agreement", "redacted", schemas.Agreement),
        Table("codings", "redacted", schemas.Codings),
        Table("quotes", "redacted", schemas.Quotes),
        Table("response_rates", "releasable", schemas.ResponseRates),
        Table("accounts", "releasable", schemas.AnswerAccounts),
        Table("counts", "releasable", schemas.Counts),
        Table("closed", "releasable", schemas.Closed),
        Table("estimates", "releasable", schemas.Estimates),
        Table("decisions", "redacted", decided_schemas.Decisions, decided=True),
        Table("lessons", "redacted", decided_schemas.Lessons, decided=True),
        Table("blind_answers", "redacted", decided_schemas.BlindAnswers, decided=True),
        Table("theme_edits", "redacted", decided_schemas.ThemeEdits, decided=True),
        Table("discussions", "redacted", decided_schemas.Discussions, decided=True),
        Table("approvals", "redacted", decided_schemas.Approvals, decided=True),
    )
}


def tables_as_markdown() -> str:
    """Describe every table, for docs/reference/tables.md."""
    parts = []
    for table in TABLES.values():
        columns = columns_of(table.name)
        meaning = (table.model.__doc__ or "").strip() if table.model else "Rows of numbers with their ids (float16)."
        rows = [f"| `{name}` | {column.description} |" for name, column in columns.items()]
        header = ["", "| column | what it holds |", "|---|---|", *rows] if rows else []
        parts.append("\n".join([f"**{table.name}** ({table.sensitivity}, `{table.file}`). {meaning}", *header]))
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
    with for_ourselves(*(f"pandera.typing.{kind}" for kind in kinds)), hidden(*kinds):
        contracts = {table.name: table.model.to_schema() for table in TABLES.values() if table.model}
    # It remembers what it was told while these were hidden, and others in the process may use them.
    pandera.typing.get_index_types.cache_clear()
    return contracts


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
    # A column that an earlier version did not know may be missing.
    return checked[[column for column in schema.columns if column in checked]]


def _failures(cases: pd.DataFrame) -> str:
    parts = []
    for (column, check), rows in cases.groupby(["column", "check"], dropna=False, sort=False):
        # Rows and columns only: pandera would give the values, too, which may be somebody's words.
        numbers = [str(int(index) + 1) for index in rows["index"].dropna()][:5]
        parts.append(f"column {column}: {check}" + (f" (rows {', '.join(numbers)})" if numbers else ""))
    return "; ".join(parts)


def write_table(name: str, value: Value | Iterable[Value], path: Path) -> int:
    """Write a table, or one that comes part by part, so that a reader sees either the whole of it or what was there before.

    Returns the number of rows. The file is the same whatever the parts.
    """
    parts = iter([value] if isinstance(value, pd.DataFrame | Vectors) else value)
    return write_atomically(path, partial(_write_parts, name, parts))


def _write_parts(name: str, parts: Iterator[Value], path: Path) -> int:
    # Numbers without a pattern are neither smaller compressed nor by a dictionary, and take four times as long with them.
    plain = {"compression": "none", "use_dictionary": False} if TABLES[name].model is None else {"compression": "zstd"}
    most, n_rows = ROWS if TABLES[name].model is None else ROWS_OF_TABLE, 0
    # At least one part must come: it tells the columns.
    left = _arrow(next(parts))
    with pyarrow.parquet.ParquetWriter(path, left.schema, **plain) as file:
        for rows in _regrouped(left, (_arrow(part) for part in parts), most):
            # A row group of its own, or a reader would have to hold all of them.
            file.write_table(rows.combine_chunks(), row_group_size=most)
            n_rows += len(rows)
    return n_rows


def _regrouped(left: pyarrow.Table, parts: Iterator[pyarrow.Table], most: int) -> Iterator[pyarrow.Table]:
    """Yield the rows of the first part and the others, so many at a time."""
    for part in chain([left.slice(0, 0)], parts):
        left = pyarrow.concat_tables([left, part.cast(left.schema)])
        while len(left) > most:
            yield left.slice(0, most)
            left = left.slice(most)
    yield left


def _arrow(part: Value) -> pyarrow.Table:
    if isinstance(part, pd.DataFrame):
        return pyarrow.Table.from_pandas(part, preserve_index=False)
    width = part.matrix.shape[1]
    columns = {"id": pyarrow.string(), "vector": pyarrow.list_(pyarrow.float16(), width)}
    schema = pyarrow.schema(columns, metadata={"model": part.model, "sha256": part.sha256})
    # Lists of one fixed size have no offsets, so all vectors can be read as one block.
    flat = np.ascontiguousarray(part.matrix[:], dtype=np.float16).ravel()
    ids = pyarrow.array(part.ids, pyarrow.string())
    return pyarrow.table([ids, pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(flat), width)], schema=schema)


def read_table(name: str, path: Path, columns: Sequence[str] | None = None) -> Value:
    """Read a table, or some columns of it, and check it against its contract."""
    if not path.is_file():
        raise DataError(f"The table {name} has not been made yet; `themes run` makes it.")
    with undamaged(path):
        if TABLES[name].model is None:
            return _read_vectors(path)
        # Columns are given up one by one as they are turned into pandas', so that the table is there once.
        table = pyarrow.parquet.read_table(path, columns=None if columns is None else list(columns))
        frame = table.to_pandas(split_blocks=True, self_destruct=True)
    return check_stored(name, frame, columns)


@contextmanager
def undamaged(path: Path) -> Iterator[None]:
    """Say what to do about a file of a table that Arrow cannot read, as a DataError."""
    try:
        yield
    except pyarrow.ArrowException as exc:
        raise DataError(f"{path.parent.name}/{path.name} is damaged; delete it and run again.") from exc


def check_stored(name: str, frame: pd.DataFrame, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return what was read of a table with the contract's types; DataError says that a run makes it again."""
    try:
        return check_table(name, frame, columns)
    except DataError as exc:
        raise DataError(f"{exc} An earlier version may have made it; `themes run` makes it again.") from None


def read_frame(name: str, path: Path) -> pd.DataFrame:
    """Read a table of rows, which is any that holds no vectors, and check it against its contract."""
    value = read_table(name, path)
    assert isinstance(value, pd.DataFrame), f"the table {name} holds vectors"
    return value


def read_column(name: str, column: str, path: Path) -> "pyarrow.ChunkedArray":
    """Read one column of a table and do not check it, which is quick; empty where the table has been made without it."""
    with undamaged(path):
        names = pyarrow.parquet.read_schema(path).names
        return pyarrow.parquet.read_table(path, columns=[column])[column] if column in names else pyarrow.chunked_array([[]])


def model_of_vectors(path: Path) -> str:
    """Return the name of the language model that made vectors, without reading them; empty where there are none."""
    if not path.is_file():
        return ""
    with undamaged(path):
        facts = pyarrow.parquet.read_schema(path).metadata or {}
    return bytes(facts.get(b"model", b"")).decode("utf-8", "replace")


def _read_vectors(path: Path) -> Vectors:
    with pyarrow.parquet.ParquetFile(path) as file:
        width, n = file.schema_arrow.field("vector").type.list_size, file.metadata.num_rows
        facts = {key.decode(): value.decode() for key, value in (file.schema_arrow.metadata or {}).items()}
        ids: list[str] = []
        matrix = np.empty((n, width), dtype=np.float16)
        for group in range(file.num_row_groups):
            part = file.read_row_group(group)
            numbers = part.column("vector").combine_chunks().flatten().to_numpy(zero_copy_only=False)
            matrix[len(ids) : len(ids) + len(part)] = numbers.reshape(len(part), width)
            ids += part.column("id").to_pylist()
    return Vectors(tuple(ids), matrix, facts.get("model", ""), facts.get("sha256", ""))
