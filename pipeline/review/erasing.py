"""A person's traces in `review.sqlite`: what is about their excerpts is emptied, and the chain of hashes stays whole.

A row that is emptied keeps its number and the hash it was written with, by which the next row follows from it. A row of
`erasures` says that it was emptied and seals what is left of it, so that `themes verify` tells erasing from tampering.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from pipeline.errors import ReviewError
from pipeline.methods.repeated import repeats, without
from pipeline.review.chain import ERASURES
from pipeline.review.emptying import emptied_rows, empty_rows, rows_of
from pipeline.review.erased_decisions import ErasedDecisions, ids_in, remember_emptied, remember_erased
from pipeline.review.store import open_store, store_path
from pipeline.review.store_faults import FILE, in_words
from pipeline.review.store_schema import IDENTITY
from pipeline.study import Study


ERASED = "erased"
_ABOUT = ("segment_id", "text_id")
_FREE_TEXT = {"wording", "reason", "why", "detail", "note", "new_code"}


def erase_from_store(study: Study, *, ids: frozenset[str], words: Sequence[str], whole: bool = True) -> int:
    """Empty every row about the excerpts of these ids, or that repeats these words; return how many rows were emptied.

    With `whole` false (somebody withdraws from being quoted), rewordings and approvals go and decisions stay.
    """
    remember_erased(study, ids, whole=whole)
    if not store_path(study).is_file():
        return 0
    with open_store(study) as store:
        connection = store.connection
        connection.execute("PRAGMA secure_delete = ON")
        with store.together():
            tables = _tables(connection, whole=whole)
            emptied = sum(_erase_chained(connection, table, ids, words) for table in tables)
            for table in changing_tables(connection):
                _erase_changing(connection, table, ids, words)
            # Before it is settled: a backup that is put back later must find here which rows were emptied.
            remember_emptied(study, emptied_rows(connection))
        # What was written over lies in free pages and in the log until both are made anew.
        _write_anew(connection)
    return emptied


def erase_again(path: Path, erased: ErasedDecisions, *, later: bool) -> int:
    """Empty in a store that comes from a backup what was erased from the study, and return how many rows were emptied.

    With `later`, forms that were begun and not sent go, too, since they may hold the words of somebody who was erased since.
    """
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("BEGIN IMMEDIATE")
            emptied = sum(_empty_again(connection, table, erased) for table in _tables(connection, whole=True))
            if later:
                connection.execute("DELETE FROM drafts")
            connection.execute("COMMIT")
            connection.execute("VACUUM")
    except sqlite3.DatabaseError as fault:
        raise in_words(fault, path.parent) from None
    return emptied


def _empty_again(connection: sqlite3.Connection, table: str, erased: ErasedDecisions) -> int:
    left = {(row.number, row.sha256): dict(row.left) for row in erased.rows if row.table == table}
    changed = []
    for row in rows_of(connection, table):
        # Of a text itself nobody can be known: somebody else may have said the same.
        ids = {
            str(row.get("segment_id", "")),
            *(one for value in row.values() if _parsed(value) is not None for one in ids_in(value)),
        }
        remembered = left.get((row[IDENTITY[table]], row["sha256"]), row)
        wanted = left_of({**row, **remembered}, erased.erased_among(ids, quotes=table == "approvals"), ())
        if wanted != row:
            changed.append((row, wanted))
    if changed:
        empty_rows(connection, table, changed)
    return len(changed)


def _parsed(value: Any) -> list[Any] | dict[str, Any] | None:
    """Return what a list or object in JSON holds; None for all else, such as a note that begins with a bracket."""
    if not isinstance(value, str) or not value.startswith(("[", "{")):
        return None
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list | dict) else None


def _write_anew(connection: sqlite3.Connection) -> None:
    """Make the pages and the log anew. The log itself is left to SQLite: the page for review may have it open."""
    connection.execute("VACUUM")
    if connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        raise ReviewError(
            f"{FILE} is in use, so its log may still hold what was erased. Stop the review (`themes review`) and give the same "
            "command again."
        )


def _tables(connection: sqlite3.Connection, *, whole: bool) -> list[str]:
    there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return [name for name in IDENTITY if name in there and (whole or name == "approvals")]


def changing_tables(connection: sqlite3.Connection) -> list[str]:
    """Return the tables in no chain, such as drafts: their rows may simply go."""
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE '%VIRTUAL%'"
    return [row[0] for row in connection.execute(sql) if row[0] not in {*IDENTITY, ERASURES}]


def _erase_chained(connection: sqlite3.Connection, table: str, ids: frozenset[str], words: Sequence[str]) -> int:
    rows = rows_of(connection, table)
    changed = [(row, left) for row in rows if (left := left_of(row, ids, words)) != row]
    if not changed:
        return 0
    empty_rows(connection, table, changed)
    return len(changed)


def left_of(row: dict[str, Any], ids: frozenset[str], words: Sequence[str]) -> dict[str, Any]:
    """Return what may be left of a row; the row itself where it is not about the person."""
    about = any(row.get(name) in ids for name in _ABOUT)
    return {name: _left(name, value, ids, words, about=about) for name, value in row.items()}


def _left(name: str, value: Any, ids: frozenset[str], words: Sequence[str], *, about: bool) -> Any:
    if not isinstance(value, str) or name in {"previous", "sha256"}:
        return value
    if about and name in _ABOUT:
        return ERASED
    if about and name == "idempotency_key":
        return None
    if (found := _parsed(value)) is not None:
        return _left_of_json(value, found, ids, words, about=about)
    if name in _FREE_TEXT and value and (about or repeats(value, words)):
        return ERASED
    return value


def _left_of_json(value: str, found: Any, ids: frozenset[str], words: Sequence[str], *, about: bool) -> str:
    if about:
        return "[]" if value.startswith("[") else "{}"
    pruned = _pruned(found, ids, words)
    # With its escapes, since half a character can be kept in no other way.
    return value if pruned == found else json.dumps(pruned)


def _pruned(value: Any, ids: frozenset[str], words: Sequence[str]) -> Any:
    if isinstance(value, list):
        return [_pruned(one, ids, words) for one in value if not (isinstance(one, str) and one in ids)]
    if isinstance(value, dict):
        return {name: _pruned(one, ids, words) for name, one in value.items() if name not in ids}
    return without(value, words, left=ERASED) if isinstance(value, str) else value


def _erase_changing(connection: sqlite3.Connection, table: str, ids: frozenset[str], words: Sequence[str]) -> None:
    rows = connection.execute(f"SELECT rowid, * FROM {table}").fetchall()  # noqa: S608
    for number in _naming(rows, ids, words):
        connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (number,))  # noqa: S608


def _naming(rows: Sequence[Any], ids: frozenset[str], words: Sequence[str]) -> Iterator[int]:
    for row in rows:
        text = "\x1f".join(_read(value) for value in tuple(row)[1:])
        if any(one in text for one in ids) or repeats(text, words):
            yield int(row[0])


def _read(value: Any) -> str:
    """Return a cell as text, JSON without its escapes."""
    value = value if (found := _parsed(value)) is None else found
    if isinstance(value, dict):
        return "\x1f".join(_read(one) for pair in value.items() for one in pair)
    return "\x1f".join(map(_read, value)) if isinstance(value, list) else str(value)
