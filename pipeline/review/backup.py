"""Put what people decided into one file, and back: the store, the codebook and the settings, and nobody's answers.

The vault, and what any run can make again, are left out on purpose. Settings may list names that are to be masked, and notes may
say anything, so a backup is kept as carefully as the study.
"""

import hashlib
import json
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.archives import BACKUP, check_archive
from pipeline.artefacts import write_atomically
from pipeline.errors import DataError, ReviewError
from pipeline.plain_files import is_there
from pipeline.review.chain import faults
from pipeline.review.seal import RECORD, Heads, heads_of
from pipeline.review.store import FILE, open_store, store_path
from pipeline.review.store_schema import migrate
from pipeline.study import Study


SETTINGS = "study.toml"
_FOLDER = "backups"


@dataclass(frozen=True)
class Backup:
    """A backup: where it lies, how many decisions it holds and when it was made."""

    path: Path
    n_decisions: int
    made_at: str


@dataclass(frozen=True)
class Restored:
    """What came of a restore: the backup, and the folder in which what was there before now lies."""

    backup: Backup
    aside: Path | None


def back_up(study: Study, path: Path | None = None, *, now: datetime | None = None) -> Backup:
    """Write a backup while people go on deciding, and check it; ReviewError if there is nothing to keep or it is not sound."""
    moment = now or datetime.now(UTC)
    target = path or study.folder / _FOLDER / f"{study.folder.resolve().name}-{moment:%Y%m%d-%H%M%S}.zip"
    if is_there(target):
        raise ReviewError(f"{target.name} is there already, and a backup is never written over another. Give another name.")
    if not store_path(study).is_file():
        raise ReviewError("Nobody has decided anything yet, so there is nothing to back up.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with _workplace(target.parent) as folder:
        with open_store(study) as store, closing(sqlite3.connect(folder / FILE)) as copy:
            # One step: a copy in several would begin again with each decision that is made meanwhile.
            store.connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            _forget_sessions(copy)
        n_decisions, heads = _check_store(folder / FILE, "The store")
        for name, source in _beside(study).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / name)
        names = (FILE, *_beside(study))
        made_at = moment.isoformat(timespec="seconds")
        record = {
            "study": study.settings.name,
            "made_at": made_at,
            "decisions": n_decisions,
            "heads": heads,
            "sha256": {name: _sha256(folder / name) for name in names},
        }
        (folder / RECORD).write_text(json.dumps(record, indent=1, ensure_ascii=False), encoding="utf-8")
        write_atomically(target, lambda temporary: _zip(folder, (RECORD, *names), temporary))
        _unpack(target, folder / "again")
    return Backup(target, n_decisions, made_at)


def restore(study: Study, path: Path, *, now: datetime | None = None) -> Restored:
    """Put a backup in the place of what is there, which is moved aside; ReviewError if it is not sound or the store is in use."""
    with _workplace(study.folder) as folder:
        record = _unpack(path, folder)
        if record["study"] != study.settings.name:
            raise ReviewError(
                f"{path.name} is a backup of “{record['study']}”, and this study is “{study.settings.name}”. Nothing was "
                "changed. If they are the same, give this one the name it had, in study.toml."
            )
        _check_store(folder / FILE, path.name)
        _close(study)
        aside = _move_aside(study, record, now or datetime.now(UTC))
        for name in record["sha256"]:
            (study.folder / name).parent.mkdir(parents=True, exist_ok=True)
            write_atomically(study.folder / name, partial(shutil.copyfile, folder / name))
    return Restored(Backup(path, record["decisions"], record["made_at"]), aside)


@contextmanager
def _workplace(parent: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=parent) as name:
        yield Path(name)


def _forget_sessions(copy: sqlite3.Connection) -> None:
    """Whoever finds a backup must not be able to go on where somebody was signed in."""
    if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'sessions'").fetchone():
        copy.execute("DELETE FROM sessions")
        copy.commit()
        copy.execute("VACUUM")


def _beside(study: Study) -> dict[str, Path]:
    """Return what else people wrote, by its place in the study; a codebook that lies elsewhere is not the study's to keep."""
    paths = [study.folder / SETTINGS, *([study.codebook] if study.codebook and study.codebook.is_file() else [])]
    inside = [path.resolve() for path in paths if path.resolve().is_relative_to(study.folder.resolve())]
    return {path.relative_to(study.folder.resolve()).as_posix(): path for path in inside}


def _zip(folder: Path, names: tuple[str, ...], target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for name in names:
            archive.write(folder / name, name)


def _unpack(path: Path, folder: Path) -> Mapping[str, Any]:
    """Unpack a backup into an empty folder and return its record; ReviewError unless every file is as it was written."""
    try:
        check_archive(path, BACKUP)
        with zipfile.ZipFile(path) as archive:
            record: dict[str, Any] = json.loads(archive.read(RECORD))
            if not _is_record(record):
                raise ReviewError(f"{path.name} is no backup of a study. Nothing was changed.")
            for name, sha256 in record["sha256"].items():
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as source, target.open("wb") as file:
                    shutil.copyfileobj(source, file)
                if _sha256(target) != sha256:
                    raise ReviewError(f"{path.name} is damaged: {name} is not as it was written. Nothing was changed.")
    except FileNotFoundError:
        raise ReviewError(f"{path.name}: there is no such file. Check the name and where it lies.") from None
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, NotImplementedError, DataError):
        raise ReviewError(f"{path.name} is damaged or no backup of a study. Nothing was changed; use another.") from None
    return record


def _is_record(record: Any) -> bool:
    """Tell whether a record names a store, and nothing outside the study."""
    names = record.get("sha256", ())
    safe = all(not PurePosixPath(name).is_absolute() and ".." not in PurePosixPath(name).parts for name in names)
    return FILE in names and safe and {"study", "made_at", "decisions"} <= record.keys()


def _check_store(path: Path, what: str) -> tuple[int, Heads]:
    """Return how many decisions a store holds, and its heads; ReviewError unless it is sound and every row as it was written."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        try:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            migrate(connection)
            found = faults(connection) if sound else ["its pages are damaged."]
        except sqlite3.DatabaseError as fault:
            found = [f"it cannot be read ({fault})."]
        if found:
            raise ReviewError(
                f"{what} is not as it was written, so nothing was done:\n" + "\n".join(f"  - {one}" for one in found)
            )
        return int(connection.execute("SELECT count(*) FROM decisions").fetchone()[0]), heads_of(connection)


def _close(study: Study) -> None:
    """Write the store's log into it and make sure that nobody has it open, or else what they decide next would be lost."""
    if not store_path(study).is_file():
        return
    with closing(sqlite3.connect(store_path(study), timeout=1, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError:
            raise ReviewError(
                f"{FILE} is in use. Stop the review (`themes review`) and try again; nothing was changed."
            ) from None
        except sqlite3.DatabaseError:
            # It is damaged: so much the better that a backup takes its place. It is kept as it is.
            return


def _move_aside(study: Study, record: Mapping[str, Any], now: datetime) -> Path | None:
    """Copy what will be replaced into a folder of its own, and return it; None where there is nothing."""
    there = [name for name in (*record["sha256"], f"{FILE}-wal") if (study.folder / name).is_file()]
    if not there:
        return None
    aside = study.folder / _FOLDER / f"before-restore-{now:%Y%m%d-%H%M%S-%f}"
    for name in there:
        (aside / name).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(aside / name, partial(shutil.copyfile, study.folder / name))
    (study.folder / f"{FILE}-wal").unlink(missing_ok=True)
    (study.folder / f"{FILE}-shm").unlink(missing_ok=True)
    return aside


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
