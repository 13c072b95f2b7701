"""Rows of the store that are emptied: each keeps its number and hash, and a row of `erasures` seals what is left of it."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.decisions.hash_chain import CREATE_ERASURES, ERASURES, append, left_sha256
from pipeline.decisions.schema import IDENTITY


Row = dict[str, Any]


@dataclass(frozen=True)
class EmptiedRow:
    """A row that was emptied: which it is, whatever store it stands in, and what may be left of it."""

    table: str
    number: int
    sha256: str
    left: Mapping[str, Any]


def rows_of(connection: sqlite3.Connection, table: str) -> list[Row]:
    """Return a table's rows in the order they were written."""
    cursor = connection.execute(f"SELECT * FROM {table} ORDER BY {IDENTITY[table]}")  # noqa: S608
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def empty_rows(connection: sqlite3.Connection, table: str, changed: Sequence[tuple[Row, Mapping[str, Any]]]) -> None:
    """Leave of each row only what stands beside it, inside the caller's transaction, and seal that."""
    identity = IDENTITY[table]
    connection.execute(CREATE_ERASURES)
    for event in ("update", "delete"):
        connection.execute(guard_of_erasures(event))
    # The rule that keeps the table append-only stands aside for this, and comes back word for word.
    guard = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (f"{table}_no_update",)).fetchone()
    connection.execute(f"DROP TRIGGER IF EXISTS {table}_no_update")
    for row, left in changed:
        names = [name for name in left if left[name] != row[name]]
        places = ", ".join(f'"{name}" = ?' for name in names)
        connection.execute(
            f"UPDATE {table} SET {places} WHERE {identity} = ?",  # noqa: S608
            [*(left[name] for name in names), row[identity]],
        )
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        sealed = {"of": table, "number": row[identity], "row_sha256": row["sha256"], "left_sha256": left_sha256(left)}
        append(connection, ERASURES, {**sealed, "made_at": made_at})
    if guard:
        connection.execute(guard[0])


def emptied_rows(connection: sqlite3.Connection) -> list[EmptiedRow]:
    """Return every row of a store that was emptied, with what is left of it."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (ERASURES,)).fetchone():
        return []
    sealed = {(row[0], row[1]): row[2] for row in connection.execute(f"SELECT of, number, row_sha256 FROM {ERASURES}")}  # noqa: S608
    tables = sorted({table for table, _ in sealed} & IDENTITY.keys())
    rows = [(table, row) for table in tables for row in rows_of(connection, table)]
    # The hash is compared, too, as in another store the number may be another row's.
    return [
        EmptiedRow(table, row[IDENTITY[table]], row["sha256"], row)
        for table, row in rows
        if sealed.get((table, row[IDENTITY[table]])) == row["sha256"]
    ]


def guard_of_erasures(event: str) -> str:
    """Return the rule that keeps erasures from being changed or deleted."""
    return (
        f"CREATE TRIGGER IF NOT EXISTS {ERASURES}_no_{event} BEFORE {event} ON {ERASURES} "
        f"BEGIN SELECT RAISE(ABORT, '{ERASURES} is append-only'); END"
    )
