"""`review.sqlite` while words are taken out of it, so that none is left in a free page or in its log."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from pipeline.decisions.emptied_rows import EmptiedRow, emptied_rows
from pipeline.decisions.hash_chain import ERASURES
from pipeline.decisions.schema import IDENTITY
from pipeline.decisions.store import Store, store_path
from pipeline.decisions.store_faults import FILE, in_words
from pipeline.errors import ReviewError
from pipeline.study.study import Study


@contextmanager
def erasing(store: Store) -> Iterator[sqlite3.Connection]:
    """Carry out what is inside at once, and write the file and its log anew; ReviewError while another program holds the log."""
    # Without it, SQLite leaves what was deleted where it lay in the file.
    store.connection.execute("PRAGMA secure_delete = ON")
    with store.together():
        yield store.connection
    # What was written over lies in free pages and in the log until both are made anew. The log itself is left to SQLite: the
    # page for review may have it open.
    store.connection.execute("VACUUM")
    if store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        raise ReviewError(
            f"{FILE} is in use, so its log may still hold what was erased. Stop the review (`themes review`) and give the same "
            "command again."
        )


@contextmanager
def erasing_in_file(path: Path) -> Iterator[sqlite3.Connection]:
    """Do the same to a store that was unpacked from a backup, in the schema it has; the rows are read by name."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
            connection.execute("VACUUM")
    except sqlite3.DatabaseError as fault:
        raise in_words(fault, path.parent) from None


def changing_tables(connection: sqlite3.Connection) -> list[str]:
    """Return the tables in no chain, such as drafts: their rows may simply go."""
    # A virtual table, such as an index for search, is made of others and has no rows of its own to delete.
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE '%VIRTUAL%'"
    return [row[0] for row in connection.execute(sql) if row[0] not in {*IDENTITY, ERASURES}]


def delete_where(connection: sqlite3.Connection, table: str, goes: Callable[[list[Any]], bool]) -> None:
    """Delete each row of a table in no chain of whose cells `goes` is true."""
    for number, *cells in connection.execute(f"SELECT rowid, * FROM {table}").fetchall():  # noqa: S608
        if goes(cells):
            connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (number,))  # noqa: S608


def emptied_here(study: Study) -> list[EmptiedRow]:
    """Return the rows that were emptied in the store that is there; none where it cannot be read."""
    if not store_path(study).is_file():
        return []
    with closing(sqlite3.connect(store_path(study), timeout=1, isolation_level=None)) as connection:
        try:
            return emptied_rows(connection)
        except sqlite3.DatabaseError:
            # A damaged store is what backups are for; the vault remembers what was erased, too.
            return []


def close_store(study: Study) -> None:
    """Write a store's log into its file, so that another can take its place; ReviewError while somebody has it open."""
    # What they decide next would be lost.
    if not store_path(study).is_file():
        return
    with closing(sqlite3.connect(store_path(study), timeout=1, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as fault:
            if not fault.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise in_words(fault, study.folder) from None
            raise ReviewError(
                f"{FILE} is in use. Stop the review (`themes review`) and try again; nothing was changed."
            ) from None
        except sqlite3.DatabaseError:
            # It is damaged: so much the better that a backup takes its place. It is kept as it is.
            return
