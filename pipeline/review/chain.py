"""A chain of hashes over append-only rows, so that a changed, missing or inserted row is found."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.review.store_schema import IDENTITY


START = ""
"""What the first row has before it."""


def row_sha256(row: Mapping[str, Any]) -> str:
    """Return the hash of a row's content, the hash of the row before it included."""
    # Empty columns are left out, so that a later version may add columns and old rows keep their hash.
    content = {name: row[name] for name in row if name != "sha256" and row[name] is not None}
    # No row of ours holds bytes; where somebody put some, the hash must differ and not fail.
    words = json.dumps(content, sort_keys=True, ensure_ascii=False, default=repr)
    return hashlib.sha256(words.encode(errors="surrogatepass")).hexdigest()


def append(connection: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> int:
    """Append a row to a table and its chain, inside the caller's transaction, and return its number."""
    identity = IDENTITY[table]
    last = connection.execute(f"SELECT {identity}, sha256 FROM {table} ORDER BY 1 DESC LIMIT 1").fetchone()  # noqa: S608
    number, previous = (int(last[0]) + 1, last[1]) if last else (1, START)
    whole = {identity: number, **row, "previous": previous}
    whole["sha256"] = row_sha256(whole)
    columns, places = ", ".join(f'"{name}"' for name in whole), ", ".join("?" for _ in whole)
    connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", list(whole.values()))  # noqa: S608
    return number


def faults(connection: sqlite3.Connection) -> list[str]:
    """Say what is wrong with each chain; an empty list says that every row is as it was written."""
    return [sentence for table, identity in IDENTITY.items() for sentence in _faults(connection, table, identity)]


def _faults(connection: sqlite3.Connection, table: str, identity: str) -> list[str]:
    rows = connection.execute(f"SELECT * FROM {table} ORDER BY {identity}")  # noqa: S608
    written = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return list(_broken(rows, table, identity, n_written=int(written[0]) if written else 0))


def _broken(rows: Iterable[sqlite3.Row], table: str, identity: str, *, n_written: int) -> Iterable[str]:
    what, previous, expected = table.replace("_", " "), START, 1
    for row in rows:
        if row[identity] != expected:
            yield f"{what}: {_missing(expected, row[identity] - 1)}."
        elif row["previous"] != previous:
            yield f"{what}: row {row[identity]} does not follow from the row before it."
        if row["sha256"] != row_sha256(dict(row)):
            yield f"{what}: row {row[identity]} is not what was written."
        previous, expected = row["sha256"], row[identity] + 1
    if n_written >= expected:
        yield f"{what}: {_missing(expected, n_written)}."


def _missing(first: int, last: int) -> str:
    return f"row {first} is missing" if first == last else f"rows {first} to {last} are missing"
