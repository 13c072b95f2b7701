"""A seal: how many rows the store has and the hash of the last of each kind, kept where nobody who changes the store can reach.

Each row holds the hash of the one before it, so whoever finds the sealed rows as they were knows that nothing before them was
changed either, even by somebody who rewrote every hash, or cut rows off the end and hid that they had been there.
"""

import json
import sqlite3
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.decisions.schema import IDENTITY
from pipeline.decisions.store import open_store
from pipeline.decisions.store_faults import FILE
from pipeline.errors import DataError, ReviewError
from pipeline.runtime.archives import BACKUP, check_archive
from pipeline.runtime.files import write_atomically
from pipeline.runtime.plain_files import is_there, why_no_file
from pipeline.runtime.plurals import agreeing, n_of
from pipeline.study.study import Study


RECORD = "backup.json"
"""The part of a backup that holds its seal."""
LARGEST_RECORD = 1_000_000
"""Bytes of such a part, and of a seal."""

Heads = Mapping[str, tuple[int, str]]
"""For each table the number and the hash of its last row."""


def heads_of(connection: sqlite3.Connection) -> Heads:
    """Return the heads of all chains; tables without a row have none."""
    heads = {}
    for table, identity in IDENTITY.items():
        last = connection.execute(f"SELECT {identity}, sha256 FROM {table} ORDER BY 1 DESC LIMIT 1").fetchone()  # noqa: S608
        if last:
            heads[table] = (int(last[0]), str(last[1]))
    return heads


def broken_since(connection: sqlite3.Connection, heads: Heads) -> list[str]:
    """Say which of the sealed rows are not there any more, or not as they were."""
    return [sentence for table, head in heads.items() if (sentence := _broken(connection, table, *head))]


def write_seal(study: Study, path: Path, *, now: datetime | None = None) -> str:
    """Write the seal of a study's store and say so; ReviewError if the file is there already."""
    if is_there(path):
        raise ReviewError(f"{path.name} is there already, and a seal is never written over. Give another name.")
    with open_store(study) as store:
        heads = heads_of(store.connection)
    made_at = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    words = json.dumps({"study": study.settings.name, "made_at": made_at, "heads": heads}, indent=1, ensure_ascii=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, lambda temporary: temporary.write_text(words, encoding="utf-8"))
    return f"{path}: the seal of {n_of(sum(n for n, _ in heads.values()), 'row')}. Keep it away from the study."


def check_seal(study: Study, path: Path) -> str:
    """Say that everything that was sealed, in a seal or a backup, is still there; ReviewError says what is not."""
    made_at, heads = _read(path)
    with open_store(study) as store:
        broken = broken_since(store.connection, heads)
    if broken:
        listed = "".join(f"\n  - {sentence}" for sentence in broken)
        raise ReviewError(f"{FILE} is not what was sealed in {path.name} ({made_at}). Compare it with a backup:{listed}")
    return f"All rows that were sealed in {path.name} ({made_at}) are still there."


def _broken(connection: sqlite3.Connection, table: str, number: int, sha256: str) -> str:
    what = table.replace("_", " ")
    row = connection.execute(f"SELECT sha256 FROM {table} WHERE {IDENTITY[table]} = ?", (number,)).fetchone()  # noqa: S608
    if row is None:
        return f"{what}: there {agreeing(number, 'was', 'were')} {n_of(number, 'row')}, and row {number:,} is missing."
    return "" if row[0] == sha256 else f"{what}: row {number:,}, or a row before it, is not what was written."


def _read(path: Path) -> tuple[str, Heads]:
    if reason := why_no_file(path):
        raise ReviewError(f"{path.name}: {reason}. Check the name and where it lies.")
    try:
        record = _record(path)
        # The name of a table goes into SQL, so that none is taken from a file.
        heads = {table: (int(number), str(sha256)) for table, (number, sha256) in record["heads"].items() if table in IDENTITY}
        return str(record["made_at"]), heads
    except FileNotFoundError:
        raise ReviewError(f"{path.name}: there is no such file. Check the name and where it lies.") from None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, RecursionError, OSError, DataError):
        raise ReviewError(f"{path.name} is neither a seal nor a backup of a study. Give one that is.") from None


def _record(path: Path) -> Any:
    if zipfile.is_zipfile(path):
        check_archive(path, BACKUP)
        with zipfile.ZipFile(path) as archive, archive.open(RECORD) as part:
            return json.loads(part.read(LARGEST_RECORD))
    with path.open("rb") as file:
        # Whatever is given as a seal, no more of it than a seal can have is read.
        return json.loads(file.read(LARGEST_RECORD))
