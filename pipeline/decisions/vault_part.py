"""The vault beside a backup: what goes into it, and what a study has of both once it is put back.

Nobody who was erased may come back: marks of erased people are joined, and where they cannot be, nothing is restored.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.decisions.backup_parts import VAULT_PART, UnpackedBackup
from pipeline.decisions.erased_decisions import ErasedDecisions, erased_as_text, erased_from_text, read_erased
from pipeline.decisions.vault_encryption import unlock
from pipeline.errors import DataError, ReviewError
from pipeline.study.erasures import ErasureRegister, tombstones_as_text, tombstones_from_text, tombstones_there
from pipeline.study.study import Study
from pipeline.study.vault import (
    BESIDE_THE_KEY,
    ERASED_DECISIONS,
    KEY_BYTES,
    LEDGER,
    TOKENS,
    TOMBSTONES,
    check_of,
    key_in_use,
    key_path,
)


KEY = "key"


@dataclass(frozen=True)
class Vault:
    """What a study's vault is to hold after a restore; None leaves what is there."""

    key: bytes | None
    files: Mapping[str, str]
    """Files beside the key that are written anew."""
    erased: ErasedDecisions
    replaces_key: bool
    """There is another key in the study, or a damaged one, which is moved aside."""
    n_unread: int = 0
    """Lines of the ledger that was here which cannot be read."""


class LockedError(ReviewError):
    """The backup must be unlocked, and no passphrase was given."""


def to_lock(study: Study, key: bytes) -> dict[str, bytes]:
    """Return what of a study's vault goes into a backup."""
    paths = [study.vault / name for name in BESIDE_THE_KEY]
    return {KEY: key, **{path.name: path.read_bytes() for path in paths if path.is_file()}}


def about(study_name: str, made_at: str, key_check: str) -> str:
    """Return what ties a locked part to its backup."""
    return json.dumps([study_name, made_at, key_check])


def vault_after(study: Study, backup: UnpackedBackup, passphrase: str | None) -> Vault:
    """Return what the vault is to hold; LockedError where that needs a passphrase, ReviewError where people might come back."""
    stones, erased, key, is_damaged = tombstones_there(study), read_erased(study), *_key_here(study)
    # Backups of earlier versions do not say with which key they were made.
    is_same = key is not None and backup.key_check in {check_of(key), ""}
    is_other = (key is not None or is_damaged) and not is_same
    if VAULT_PART not in backup.record["sha256"] or (passphrase is None and is_same and backup.is_known_to(stones)):
        return Vault(None, {}, erased, replaces_key=is_other)
    if passphrase is None:
        raise LockedError(
            f"{backup.path.name} holds the vault's key, locked with a passphrase, and this study needs it: give it with "
            "--passphrase-file FILE, or set THEMES_PASSPHRASE. Nothing was changed."
        )
    files = _unlocked(backup, passphrase)
    joined = _joined_stones(stones, tombstones_from_text(files[TOMBSTONES]) if TOMBSTONES in files else ErasureRegister())
    # Of a row that both know, what is left of it here counts: the backup cannot know of erasures since.
    both = (erased_from_text(files[ERASED_DECISIONS]) if ERASED_DECISIONS in files else ErasedDecisions()) | erased
    ledger, n_unread = _ledger_here(study)
    texts = {
        TOMBSTONES: tombstones_as_text(joined) if joined.stones else "",
        ERASED_DECISIONS: erased_as_text(both) if both != ErasedDecisions() else "",
        # Every figure that was released, of both, with nobody in it who was erased since.
        LEDGER: "".join(f"{line}\n" for line in dict.fromkeys((*_without_erased(files.get(LEDGER, ""), joined), *ledger))),
        # The numbers of names are only ever added to; those that are here know of erasures that the backup does not.
        TOKENS: "" if is_same and (study.vault / TOKENS).is_file() else files.get(TOKENS, ""),
    }
    back = None if is_same else bytes.fromhex(files[KEY])
    # A file that would be empty is not written: what lies in the vault already stays.
    files = {name: text for name, text in texts.items() if text}
    return Vault(back, files, both, replaces_key=is_other, n_unread=n_unread)


def _key_here(study: Study) -> tuple[bytes | None, bool]:
    """Return the key that is here and may be used, and whether there is one that may not."""
    try:
        return key_in_use(study), False
    except DataError:
        return None, key_path(study).is_file()


def _unlocked(backup: UnpackedBackup, passphrase: str) -> dict[str, str]:
    """Return the vault's files in a backup, the key in hexadecimal digits; nothing but what belongs there is taken."""
    record = backup.record
    locked = (backup.folder / VAULT_PART).read_bytes()
    files = unlock(locked, record["vault"], passphrase, about(record["study"], record["made_at"], backup.key_check))
    key = files.get(KEY, b"")
    if len(key) != KEY_BYTES or check_of(key) != backup.key_check:
        raise ReviewError(f"{backup.path.name} holds another key than it says. Nothing was changed; use another backup.")
    return {KEY: key.hex(), **{name: files[name].decode() for name in BESIDE_THE_KEY if name in files}}


def _joined_stones(ours: ErasureRegister, back: ErasureRegister) -> ErasureRegister:
    """Return the marks of both; ReviewError if they were made with two salts, since a person would be known by one only."""
    if not ours.stones or not back.stones:
        return ours if ours.stones else back
    if ours.salt != back.salt:
        raise ReviewError(
            "People were erased here, and others before this backup was made, and their marks cannot be joined: somebody would "
            "come back. Restore into a new folder that has only study.toml and the export, and erase the people there again. "
            "Nothing was changed."
        )
    return replace(ours, stones=tuple(dict.fromkeys((*back.stones, *ours.stones))))


def _ledger_here(study: Study) -> tuple[list[str], int]:
    # Lines that cannot be read are counted and left out: a damaged ledger is what backups are for.
    path = study.vault / LEDGER
    if not path.is_file():
        return [], 0
    lines = path.read_bytes().splitlines()
    sound = [line.decode() for line in lines if _is_figure(line)]
    return sound, len(lines) - len(sound)


def _is_figure(line: bytes) -> bool:
    try:
        figure = json.loads(line.decode())
    except (ValueError, RecursionError):
        return False
    return isinstance(figure, dict) and isinstance(figure.get("people"), list) and {"item", "part", "shown"} <= figure.keys()


def _without_erased(ledger: str, stones: ErasureRegister) -> Iterator[str]:
    for figure in map(json.loads, ledger.splitlines()):
        left = [person for person in figure["people"] if not stones.has(person, "all")]
        n_erased = figure.get("erased", 0) + len(figure["people"]) - len(left)
        yield json.dumps({**figure, "people": left, "erased": n_erased}, ensure_ascii=False)
