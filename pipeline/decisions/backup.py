"""Put what people decided into one file: the store, what the team wrote, the settings and the vault's key; nobody's answers.

The key and what hangs on it are locked with a passphrase: without them no decision fits its excerpt on another machine, and
people who were erased come back. Settings may list names that are to be masked, and notes may say anything, so a backup is kept
as carefully as the study.
"""

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.decisions.backup_parts import (
    SETTINGS,
    VAULT_PART,
    WRITTEN,
    check_store,
    codebook_name,
    sha256_of_file,
    unpack,
    workplace,
)
from pipeline.decisions.seal import RECORD
from pipeline.decisions.store import has_store, open_store
from pipeline.decisions.store_faults import FILE
from pipeline.decisions.vault_encryption import lock
from pipeline.decisions.vault_part import about, to_lock
from pipeline.errors import DataError, ReviewError
from pipeline.runtime.files import write_atomically
from pipeline.runtime.plain_files import is_there
from pipeline.study.erasures import tombstones_there
from pipeline.study.study import Study
from pipeline.study.vault import check_of, key_in_use, known_check


FOLDER = "backups"


@dataclass(frozen=True)
class Backup:
    """A backup: where it lies, how many decisions it holds and when it was made."""

    path: Path
    n_decisions: int
    made_at: str
    has_key: bool
    left_out: str = ""
    """The codebook, where it lies outside the study and is not in the backup."""
    missing: str = ""
    """The codebook, where the settings name one that is not there."""


def back_up(study: Study, path: Path | None = None, *, passphrase: str | None, now: datetime | None = None) -> Backup:
    """Write a backup while people go on deciding, and check it; without a passphrase the vault's key is left out.

    ReviewError if there is nothing to keep, it is not sound, or the passphrase is too short; DataError if the key is not right.
    """
    moment = now or datetime.now(UTC)
    target = path or study.folder / FOLDER / f"{study.folder.resolve().name}-{moment:%Y%m%d-%H%M%S}.zip"
    if is_there(target):
        raise ReviewError(f"{target.name} is there already, and a backup is never written over another. Give another name.")
    if not has_store(study):
        raise ReviewError("Nobody has decided anything yet, so there is nothing to back up.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with workplace(target.parent) as folder:
        # Before the copy: whoever is erased meanwhile then counts as erased after it, and is taken out again by a restore.
        marks = tombstones_there(study).digests()
        n_decisions, heads = _copy_of_store(study, folder / FILE)
        beside, left_out = _beside(study)
        for name, source in beside.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / name)
        made_at = moment.isoformat(timespec="seconds")
        vault = _lock_vault(study, folder / VAULT_PART, passphrase, made_at)
        names = (FILE, *beside, *([VAULT_PART] if passphrase is not None else []))
        record = {"study": study.settings.name, "made_at": made_at, "decisions": n_decisions, "heads": heads, **vault}
        record |= {"n_erased": len(marks), "erased": marks}
        record["sha256"] = {name: sha256_of_file(folder / name) for name in names}
        (folder / RECORD).write_text(json.dumps(record, indent=1, ensure_ascii=False), encoding="utf-8")
        write_atomically(target, lambda temporary: _zip(folder, (RECORD, *names), temporary))
        # Read back from the disk: a backup that cannot be unpacked must come to light today, not on the day it is needed.
        unpack(target, folder / "again")
    missing = study.codebook.name if study.codebook and not study.codebook.is_file() else ""
    return Backup(target, n_decisions, made_at, passphrase is not None, left_out, missing)


def _copy_of_store(study: Study, target: Path) -> tuple[int, Mapping[str, tuple[int, str]]]:
    with open_store(study) as store, closing(sqlite3.connect(target)) as copy:
        # One step: a copy in several would begin again with each decision that is made meanwhile.
        store.connection.backup(copy)
        # A backup is one file: nothing of it may lie in a log beside it.
        copy.execute("PRAGMA journal_mode = DELETE")
        # Whoever finds a backup must not be able to go on where somebody was signed in.
        copy.execute("DELETE FROM sessions")
        copy.commit()
        # What was deleted lies in free pages until the file is made anew.
        copy.execute("VACUUM")
    return check_store(target, "The store")


def _lock_vault(study: Study, target: Path, passphrase: str | None, made_at: str) -> dict[str, Any]:
    """Write the vault's part, if a passphrase is given, and return what the record says of the vault."""
    if passphrase is None:
        try:
            key = key_in_use(study)
        except DataError:
            # Whoever has a damaged key may still back up the rest.
            key = None
        return {"key_check": known_check(study) if key is None else check_of(key)}
    key = key_in_use(study)
    if key is None:
        raise ReviewError(
            "vault/key is missing, so decisions would not fit their excerpts on another machine. Put the key back from a copy "
            "you kept, or back up the rest with --no-key. Nothing was written."
        )
    check = check_of(key)
    locked, how = lock(to_lock(study, key), passphrase, about(study.settings.name, made_at, check))
    target.write_bytes(locked)
    return {"key_check": check, "vault": how}


def _beside(study: Study) -> tuple[dict[str, Path], str]:
    """Return what else people wrote, by its place in the study, and the codebook's name if it is not the study's to keep."""
    parts = {name: study.folder / name for name in (SETTINGS, *WRITTEN) if (study.folder / name).is_file()}
    path, name = study.codebook, codebook_name(study.settings.codebook)
    if path is None or not path.is_file():
        return parts, ""
    is_inside = bool(name) and path.resolve().is_relative_to(study.folder.resolve())
    return (parts | {name: path}, "") if is_inside else (parts, path.name)


def _zip(folder: Path, names: tuple[str, ...], target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for name in names:
            archive.write(folder / name, name)
