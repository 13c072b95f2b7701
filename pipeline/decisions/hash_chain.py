"""A chain of hashes over append-only rows, so that a changed, missing or inserted row is found."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.decisions.schema import IDENTITY
from pipeline.errors import ReviewError


START = ""
"""What the first row has before it."""
# Stands in for the hash while a row is read back.
_NOT_YET = ""
ERASURES = "erasures"
"""The table of rows that were emptied when a person was erased; made when the first is."""
CREATE_ERASURES = f"""
    CREATE TABLE IF NOT EXISTS {ERASURES} (
        erasure_id INTEGER PRIMARY KEY AUTOINCREMENT,
        of TEXT NOT NULL,
        number INTEGER NOT NULL,
        row_sha256 TEXT NOT NULL,
        left_sha256 TEXT NOT NULL,
        made_at TEXT NOT NULL,
        previous TEXT NOT NULL,
        sha256 TEXT NOT NULL UNIQUE
    )
"""
_NUMBERED = {**IDENTITY, ERASURES: "erasure_id"}


def row_sha256(row: Mapping[str, Any]) -> str:
    """Return the hash of a row's content, the hash of the row before it included."""
    return _sha256({name: row[name] for name in row if name != "sha256"})


def append(connection: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> int:
    """Append a row to a table and its chain, and return its number; ReviewError if SQLite cannot hold what is written.

    What is hashed is what the table holds. SQLite changes some values as it takes them in: a whole number in a column of
    numbers with decimals, a number in a column of text. So the row goes in once to be read back, and then for good.
    """
    identity = _NUMBERED[table]
    # Inside whatever transaction the caller has open, and gone without a trace if it fails.
    connection.execute("SAVEPOINT reading_back")
    try:
        # The number is hashed too, so it must be known before SQLite gives it.
        last = connection.execute(f"SELECT {identity}, sha256 FROM {table} ORDER BY 1 DESC LIMIT 1").fetchone()  # noqa: S608
        number, previous = (int(last[0]) + 1, last[1]) if last else (1, START)
        asked = {identity: number, **row, "previous": previous}
        # The column of hashes takes no NULL, and an empty text is nobody's hash.
        _insert(connection, table, {**asked, "sha256": _NOT_YET})
        held = _row(connection, table, number)
        connection.execute("ROLLBACK TO reading_back")
        _insert(connection, table, {**held, "sha256": row_sha256(held)})
    except BaseException:
        # Whatever stopped it, Ctrl-C too, nothing of it must stay; it is raised again.
        if connection.in_transaction:
            connection.execute("ROLLBACK TO reading_back")
            connection.execute("RELEASE reading_back")
        raise
    connection.execute("RELEASE reading_back")
    return number


def faults(connection: sqlite3.Connection) -> list[str]:
    """Say what is wrong with each chain; an empty list says that every row is as it was written."""
    erased = _erased(connection)
    # Erasures are a chain like any other: or whoever tampers could note an erasure and be believed.
    tables = {**IDENTITY, ERASURES: _NUMBERED[ERASURES]} if erased else IDENTITY
    return [sentence for table, identity in tables.items() for sentence in _broken(connection, table, identity, erased)]


def n_sealed_as_handed_in(connection: sqlite3.Connection) -> int:
    """Return how many decisions an earlier version sealed with whole seconds, where the store holds them with decimals."""
    rows = connection.execute("SELECT * FROM decisions WHERE seconds IS NOT NULL")
    # Both are asked: a row that was tampered with fits neither, and must not be counted as merely old.
    return sum(row["sha256"] != row_sha256(dict(row)) and row["sha256"] == _sha256_as_handed_in(dict(row)) for row in rows)


def in_old_form(n: int) -> str:
    """Return what is to be said of so many decisions that an earlier version sealed; "" for none."""
    if not n:
        return ""
    what = "1 of them was sealed by an earlier version, which hashed whole seconds in another form; it is sound"
    if n > 1:
        what = f"{n:,} of them were sealed by an earlier version, which hashed whole seconds in another form; they are sound"
    return f" {what}, and nothing need be done."


def left_sha256(row: Mapping[str, Any]) -> str:
    """Return the hash of what is left of an emptied row, the hash it was written with included."""
    return _sha256(row)


def _sha256_as_handed_in(row: Mapping[str, Any]) -> str:
    """Return the hash that an earlier version gave a row: of the whole number it was handed, not of what was then held."""
    # Python writes 3.0 and 3 differently in JSON, and SQLite gives back 3.0 for both.
    return row_sha256({name: int(v) if isinstance(v, float) and v.is_integer() else v for name, v in row.items()})


def _insert(connection: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> None:
    columns, places = ", ".join(f'"{name}"' for name in row), ", ".join("?" for _ in row)
    try:
        connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", list(row.values()))  # noqa: S608
    except UnicodeEncodeError:
        raise ReviewError(
            "What was written holds half a character, which some programs leave when they cut a text. Nothing was saved: type "
            "the text again, or leave the odd character out."
        ) from None


def _row(connection: sqlite3.Connection, table: str, number: int) -> dict[str, Any]:
    cursor = connection.execute(f"SELECT * FROM {table} WHERE {_NUMBERED[table]} = ?", (number,))  # noqa: S608
    names = [column[0] for column in cursor.description]
    return dict(zip(names, cursor.fetchone(), strict=True))


def _sha256(row: Mapping[str, Any]) -> str:
    # Empty columns are left out, so that a later version may add columns and old rows keep their hash.
    content = {name: row[name] for name in row if row[name] is not None}
    # No row of ours holds bytes; where somebody put some, the hash must differ and not fail.
    # In the order of their names, as a later schema may hold the columns in another order.
    words = json.dumps(content, sort_keys=True, ensure_ascii=False, default=repr)
    return hashlib.sha256(words.encode(errors="surrogatepass")).hexdigest()


def _erased(connection: sqlite3.Connection) -> dict[tuple[str, int], set[str]]:
    """Return what may be left of each row that was emptied; a row may have been emptied more than once."""
    erased: dict[tuple[str, int], set[str]] = {}
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (ERASURES,)).fetchone():
        for table, number, left in connection.execute(f"SELECT of, number, left_sha256 FROM {ERASURES} ORDER BY 1"):  # noqa: S608
            erased.setdefault((table, number), set()).add(left)
    return erased


def _broken(
    connection: sqlite3.Connection, table: str, identity: str, erased: Mapping[tuple[str, int], set[str]]
) -> Iterator[str]:
    what, previous, expected = table.replace("_", " "), START, 1
    rows = connection.execute(f"SELECT * FROM {table} ORDER BY {identity}")  # noqa: S608
    # SQLite remembers the highest number it gave, so rows that were cut off the end are missed, too. It is asked while the rows
    # are being read, and so of the same moment: a row that somebody adds meanwhile must not seem to be missing.
    written = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    for row in rows:
        # After a gap the next row is not said to follow from nothing as well: one fault, one sentence.
        if row[identity] != expected:
            yield f"{what}: {_missing(expected, row[identity] - 1)}."
        elif row["previous"] != previous:
            yield f"{what}: row {row[identity]} does not follow from the row before it."
        # Of an emptied row only what an erasure sealed may be left; its hash stays, so that the next row still follows from it.
        is_as_written = row["sha256"] in {row_sha256(dict(row)), _sha256_as_handed_in(dict(row))}
        if not is_as_written and left_sha256(dict(row)) not in erased.get((table, row[identity]), set()):
            yield f"{what}: row {row[identity]} is not what was written."
        # Goes on from what stands there, so that one row that was changed is named and not all rows after it.
        previous, expected = row["sha256"], row[identity] + 1
    if written and int(written[0]) >= expected:
        yield f"{what}: {_missing(expected, int(written[0]))}."


def _missing(first: int, last: int) -> str:
    return f"row {first} is missing" if first == last else f"rows {first} to {last} are missing"
