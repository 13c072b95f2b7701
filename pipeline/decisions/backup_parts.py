"""What a backup may consist of: a fixed list of parts, each of a bounded size, and no way out of the study's folder.

A backup may come from anywhere. Its own record says what its parts should be, but not where anything is written.
"""

import hashlib
import json
import posixpath
import sqlite3
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.decisions.emptied_rows import guard_of_erasures
from pipeline.decisions.hash_chain import faults
from pipeline.decisions.schema import migrate
from pipeline.decisions.seal import LARGEST_RECORD, RECORD, Heads, heads_of
from pipeline.decisions.store_faults import FILE, in_words
from pipeline.errors import DataError, ReviewError, StorageError
from pipeline.runtime.archives import BACKUP, check_archive
from pipeline.runtime.plain_files import why_no_file
from pipeline.runtime.plain_text import one_line
from pipeline.study.actions import FILE as LOOP
from pipeline.study.easy_read import APPROVALS
from pipeline.study.easy_read import FILE as EASYREAD
from pipeline.study.erasures import ErasureRegister
from pipeline.study.quote_uses import FILE as REGISTER
from pipeline.study.study import Study


SETTINGS = "study.toml"
VAULT_PART = "vault.locked"
WRITTEN = (LOOP, EASYREAD, APPROVALS, REGISTER)
"""What the team wrote beside the codebook, each under its own name in the study."""

_MB = 1_000_000
_LARGEST = {SETTINGS: _MB, FILE: BACKUP.n_bytes, VAULT_PART: 1_000 * _MB, **dict.fromkeys(WRITTEN, 50 * _MB)}
_LARGEST_CODEBOOK = 50 * _MB
_CODEBOOKS = {".csv", ".xlsx", ".qdc"}
_NOT_FOR_CODEBOOKS = {"vault", "derived", "exports", "models", "backups"}


@dataclass(frozen=True)
class UnpackedBackup:
    """A backup that was unpacked into a folder and found to be whole."""

    path: Path
    folder: Path
    record: Mapping[str, Any]
    codebook: str
    """Where the codebook goes, inside the study; "" for none."""

    @property
    def names(self) -> tuple[str, ...]:
        """What the study gets back, beside what is locked."""
        return tuple(name for name in self.record["sha256"] if name != VAULT_PART)

    def knows_all(self, stones: ErasureRegister) -> bool:
        """Say whether everybody whose mark is here was erased before the backup was made."""
        if "erased" not in self.record:
            return len(stones.stones) <= int(self.record.get("n_erased", 0))
        return set(stones.digests()) <= set(self.record["erased"])

    def is_known_to(self, stones: ErasureRegister) -> bool:
        """Say whether everybody who was erased before the backup was made has a mark here, too."""
        if "erased" not in self.record:
            return len(stones.stones) >= int(self.record.get("n_erased", 0))
        return set(stones.digests()) >= set(self.record["erased"])

    @property
    def key_check(self) -> str:
        """The check value of the key it was made with; "" in backups of earlier versions."""
        return str(self.record.get("key_check", ""))


def unpack(path: Path, folder: Path) -> UnpackedBackup:
    """Unpack a backup into an empty folder; ReviewError unless every part is one that backups have, and as it was written."""
    if reason := why_no_file(path):
        raise ReviewError(f"{path.name}: {reason}. Check the name and where it lies.")
    try:
        check_archive(path, BACKUP)
        with zipfile.ZipFile(path) as archive:
            record = json.loads(read_part(archive, RECORD, LARGEST_RECORD))
            if not _is_record(record):
                raise ReviewError(f"{path.name} is no backup of a study. Nothing was changed.")
            # Read first, as they name the codebook: of all parts it alone has a name that people choose.
            settings = read_part(archive, SETTINGS, _LARGEST[SETTINGS])
            codebook = _codebook_named_in(settings)
            for name, sha256 in record["sha256"].items():
                if name not in _LARGEST and name != codebook:
                    raise ReviewError(f"{path.name} holds a part that no backup of ours has, {name!r}. Nothing was changed.")
                _extract(archive, name, folder, most=_LARGEST.get(name, _LARGEST_CODEBOOK))
                if sha256_of_file(folder / name) != sha256:
                    raise ReviewError(f"{path.name} is damaged: {name} is not as it was written. Nothing was changed.")
    except (FileNotFoundError, IsADirectoryError):
        raise ReviewError(f"{path.name}: there is no such file. Check the name and where it lies.") from None
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, NotImplementedError, RecursionError, DataError):
        raise ReviewError(f"{path.name} is damaged or no backup of a study. Nothing was changed; use another.") from None
    return UnpackedBackup(path, folder, record, codebook if codebook in record["sha256"] else "")


@contextmanager
def workplace(parent: Path) -> Iterator[Path]:
    """Make a hidden folder for the parts of a backup, on the disk that they go to, and remove it afterwards."""
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=parent) as name:
        yield Path(name)


def read_part(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Return a part of a backup; DataError if it is larger than such a part may be."""
    with archive.open(name) as source:
        # One byte more tells that it is too large. The size that an archive states of a part may be a lie.
        content = source.read(most + 1)
    if len(content) > most:
        raise DataError(f"{name} is larger than it may be.")
    return content


def codebook_name(codebook: str | None) -> str:
    """Return where a codebook that `study.toml` names lies inside the study; "" where it is none of the study's own."""
    # A backslash parts folders on Windows and is a letter elsewhere, so that such a path leads to two places.
    if not codebook or "\\" in codebook or "\0" in codebook:
        return ""
    name = PurePosixPath(posixpath.normpath(codebook))
    hidden = any(part.startswith(".") for part in name.parts)
    if name.is_absolute() or hidden or name.parts[0] in _NOT_FOR_CODEBOOKS or name.suffix.lower() not in _CODEBOOKS:
        return ""
    return name.as_posix()


def refuse_links(study: Study, names: tuple[str, ...]) -> None:
    """Refuse to write where a link of the file system stands on the way: it may lead out of the study; ReviewError names it."""
    for name in names:
        place = study.folder
        for part in PurePosixPath(name).parts:
            place = place / part
            if place.is_symlink():
                where = place.relative_to(study.folder).as_posix()
                raise ReviewError(
                    f"{where} is a link to another place, and nothing is written through a link. Put the file or folder itself "
                    "there, or take the link away, and try again. Nothing was changed."
                )


def check_store(path: Path, what: str) -> tuple[int, Heads]:
    """Return how many decisions a store holds, and its heads; ReviewError unless it is sound and every row as it was written."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        try:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            # Before anything is written to it, since a rule of somebody else's would be carried out then.
            wrong = _foreign_rules(connection) if sound else ["its pages are damaged."]
            if not wrong:
                migrate(connection)
                wrong = faults(connection)
        except sqlite3.DatabaseError as fault:
            if isinstance(error := in_words(fault, path.parent), StorageError):
                raise error from None
            wrong = [f"it cannot be read ({fault})."]
        if wrong:
            listed = "".join(f"\n  - {sentence}" for sentence in wrong)
            raise ReviewError(f"{what} is not as it was written, so nothing was done:{listed}")
        return int(connection.execute("SELECT count(*) FROM decisions").fetchone()[0]), heads_of(connection)


def sha256_of_file(path: Path) -> str:
    """Return the hash of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_record(record: Any) -> bool:
    if not isinstance(record, dict) or not {"study", "made_at", "decisions", "sha256"} <= record.keys():
        return False
    parts = record["sha256"]
    named = isinstance(parts, dict) and all(isinstance(value, str) for value in parts.values())
    if not named or not {FILE, SETTINGS} <= parts.keys() or (VAULT_PART in parts and "vault" not in record):
        return False
    marks, n_erased = record.get("erased", []), record.get("n_erased", 0)
    has_marks = isinstance(marks, list) and all(isinstance(mark, str) for mark in marks) and isinstance(n_erased, int)
    return has_marks and isinstance(record["made_at"], str)


def _codebook_named_in(settings: bytes) -> str:
    try:
        named = tomllib.loads(settings.decode("utf-8-sig")).get("codebook")
    except tomllib.TOMLDecodeError:
        return ""
    return codebook_name(named) if isinstance(named, str) else ""


def _extract(archive: zipfile.ZipFile, name: str, folder: Path, *, most: int) -> None:
    target, left = folder / name, most
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as source, target.open("xb") as file:
        while piece := source.read(min(left + 1, 1 << 20)):
            left -= len(piece)
            if left < 0:
                raise DataError(f"{name} is larger than it may be.")
            file.write(piece)


def _foreign_rules(connection: sqlite3.Connection) -> list[str]:
    # A trigger or a view that no store of ours has would do something on each decision, or show others than were made.
    sql = "SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')"
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        migrate(fresh)
        ours = {_plain(sql) for _, sql in fresh.execute(sql)}
    ours |= {_plain(guard_of_erasures(event)) for event in ("update", "delete")}
    return [f"it holds a rule that is none of ours: {name}." for name, sql in connection.execute(sql) if _plain(sql) not in ours]


def _plain(sql: str) -> str:
    return one_line(sql.replace("IF NOT EXISTS ", ""))
