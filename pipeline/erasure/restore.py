"""Put a backup back: what was there is moved aside, and whoever was erased since stays erased."""

import shutil
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pipeline.decisions.backup import FOLDER, Backup
from pipeline.decisions.backup_parts import SETTINGS, VAULT_PART, UnpackedBackup, check_store, refuse_links, unpack, workplace
from pipeline.decisions.erased_decisions import ErasedDecisions
from pipeline.decisions.erasing import close_store, emptied_here
from pipeline.decisions.store_faults import FILE
from pipeline.decisions.vault_part import Vault, vault_after
from pipeline.erasure.decision_rows import erase_again
from pipeline.errors import ReviewError
from pipeline.runtime.files import write_atomically
from pipeline.runtime.plurals import agreeing, n_of
from pipeline.study.erasures import tombstones_there
from pipeline.study.lock import held
from pipeline.study.study import Study
from pipeline.study.vault import keep_check, keep_key, key_path


@dataclass(frozen=True)
class Restored:
    """What came of a restore: the backup, the folder in which what was there before now lies, and what is to be known of it."""

    backup: Backup
    aside: Path | None
    notes: tuple[str, ...] = ()


def restore(study: Study, path: Path, *, passphrase: str | None = None, now: datetime | None = None) -> Restored:
    """Put a backup in the place of what is there, which is moved aside.

    ReviewError if it is not sound, the store is in use, or somebody who was erased might come back; LockedError if the study
    needs the key that is in the backup and no passphrase was given.
    """
    moment = now or datetime.now(UTC)
    refuse_links(study, (FILE, FOLDER, "vault", "vault/key"))
    with workplace(study.folder) as folder:
        backup = unpack(path, folder)
        refuse_links(study, backup.names)
        _check_same_study(study, backup)
        check_store(folder / FILE, path.name)
        # A run or an erasure that went on meanwhile would write over what was put back, or be written over.
        with held(study, "A restore") if study.derived.is_dir() else nullcontext():
            return _put_back(study, backup, passphrase, moment)


def _put_back(study: Study, backup: UnpackedBackup, passphrase: str | None, moment: datetime) -> Restored:
    folder, path = backup.folder, backup.path
    vault = vault_after(study, backup, passphrase)
    erased = vault.erased | ErasedDecisions(rows=tuple(emptied_here(study)))
    # Somebody was erased after the backup was made: what the team wrote may quote them in the backup.
    is_later = not backup.knows_all(tombstones_there(study)) or erased.last > str(backup.record["made_at"])
    n_emptied = erase_again(folder / FILE, erased, later=is_later)
    n_decisions, _ = check_store(folder / FILE, path.name)
    close_store(study)
    names = (FILE,) if is_later else backup.names
    differs = SETTINGS in names and (study.folder / SETTINGS).read_bytes() != (folder / SETTINGS).read_bytes()
    aside = _move_aside(study, names, moment)
    _put_vault(study, vault, backup, moment)
    # The store comes last: a restore that was cut short before can be given again.
    for name in sorted(names, key=lambda name: name == FILE):
        (study.folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(study.folder / name, partial(shutil.copyfile, folder / name))
    notes = _notes(study, vault, backup, n_emptied=n_emptied, is_later=is_later, differs=differs)
    made = Backup(path, n_decisions, str(backup.record["made_at"]), VAULT_PART in backup.record["sha256"])
    return Restored(made, aside, notes)


def _check_same_study(study: Study, backup: UnpackedBackup) -> None:
    if backup.record["study"] != study.settings.name:
        raise ReviewError(
            f"{backup.path.name} is a backup of “{backup.record['study']}”, and this study is “{study.settings.name}”. Nothing "
            "was changed. If they are the same, give this one the name it had, in study.toml."
        )


def _move_aside(study: Study, names: tuple[str, ...], now: datetime) -> Path | None:
    """Copy what will be replaced into a folder of its own, and return it; None where there is nothing."""
    replaced = [name for name in (*names, f"{FILE}-wal") if (study.folder / name).is_file()]
    if not replaced:
        return None
    aside = study.folder / FOLDER / f"before-restore-{now:%Y%m%d-%H%M%S-%f}"
    for name in replaced:
        (aside / name).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(aside / name, partial(shutil.copyfile, study.folder / name))
    (study.folder / f"{FILE}-wal").unlink(missing_ok=True)
    (study.folder / f"{FILE}-shm").unlink(missing_ok=True)
    return aside


def _put_vault(study: Study, vault: Vault, backup: UnpackedBackup, now: datetime) -> None:
    study.vault.mkdir(mode=0o700, exist_ok=True)
    replaced = [name for name in vault.files if (study.vault / name).is_file()]
    aside = study.vault / f"before-restore-{now:%Y%m%d-%H%M%S-%f}"
    for name in (*replaced, *([key_path(study).name] if vault.replaces_key else [])):
        refuse_links(study, (f"vault/{name}",))
        aside.mkdir(mode=0o700, exist_ok=True)
        write_atomically(aside / name, partial(shutil.copyfile, study.vault / name))
    for name, text in vault.files.items():
        write_atomically(study.vault / name, partial(Path.write_text, data=text, encoding="utf-8"))
    if vault.key is not None:
        keep_key(study, vault.key)
    elif backup.key_check:
        if vault.replaces_key:
            key_path(study).unlink()
        keep_check(study, backup.key_check)


def _notes(
    study: Study, vault: Vault, backup: UnpackedBackup, *, n_emptied: int, is_later: bool, differs: bool
) -> tuple[str, ...]:
    notes = []
    if not key_path(study).is_file():
        notes.append(
            "THE VAULT'S KEY IS MISSING, and this backup does not hold it. Put the copy you kept at vault/key before you run "
            "anything: without it no decision fits its excerpt, and people who were erased would come back."
        )
    if n_emptied:
        rows = n_of(n_emptied, "row is", "rows are")
        notes.append(f"{rows} about people who were erased after this backup was made, and emptied again.")
    if is_later:
        left = ", ".join(name for name in backup.names if name != FILE)
        notes.append(
            f"Somebody was erased after this backup was made, and it may hold their words. So {left} were left as they are, and "
            "forms that were begun and not sent were not put back."
        )
    if differs:
        notes.append("study.toml is now the backup's, and it differs from what was there: read it before you run anything.")
    if vault.n_unread:
        lines, were = n_of(vault.n_unread, "line"), agreeing(vault.n_unread, "was", "were")
        notes.append(
            f"{lines} of vault/ledger.jsonl {were} damaged and left out; the file that was there is inside the vault. Look at it "
            "before you export."
        )
    if vault.replaces_key:
        notes.append(
            "The vault's key that was here was moved aside, inside the vault: it is another, or it or its check value was "
            "damaged."
        )
    return tuple(notes)
