"""The vault's secret, by which people are known: pseudonyms, and so decisions and marks of erased people, hang on it."""

import hashlib
import hmac
import secrets
from pathlib import Path

from pipeline.errors import DataError
from pipeline.runtime.files import write_atomically
from pipeline.study.study import Study


KEY_BYTES = 32
LEDGER = "ledger.jsonl"
TOMBSTONES = "erased.json"
TOKENS = "tokens.json"
ERASED_DECISIONS = "erased_decisions.json"
BESIDE_THE_KEY = (TOMBSTONES, ERASED_DECISIONS, LEDGER, TOKENS)
"""What the vault holds that no run can make again, beside the key."""

_PURPOSE = b"Many Voices: is this the key of the study?"


def key_path(study: Study) -> Path:
    """Return where a study's key is, whether it is there or not."""
    return study.vault / "key"


def check_of(key: bytes) -> str:
    """Return the value by which a key is recognised, and which tells nothing else of it."""
    # Of a fixed text: whoever reads it can try keys against it, and of 32 random bytes that leads nowhere.
    return hmac.new(key, _PURPOSE, hashlib.sha256).hexdigest()[:32]


def known_check(study: Study) -> str:
    """Return the check value of the key that the study is kept with; "" where there is none yet."""
    path = _check_path(study)
    # A damaged value fits no key, so the key is refused with a sentence; to fail here would give none.
    return path.read_text(encoding="ascii", errors="replace").strip() if path.is_file() else ""


def key_in_use(study: Study) -> bytes | None:
    """Return the study's key, or None where there is none; DataError if it is damaged or another study's."""
    path = key_path(study)
    if not path.is_file():
        return None
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise DataError(
            f"vault/key is damaged: it holds {len(key)} bytes, and not {KEY_BYTES}. Put the right key back, from a copy you kept "
            "or with `themes restore`. Only where nobody has decided anything yet may it be deleted, to have another one made."
        )
    check = known_check(study)
    if check and check != check_of(key):
        raise DataError(
            "vault/key is not the key that this study was begun with, so decisions would no longer fit and people who were "
            "erased would come back. Put the right key back, from a copy you kept or with `themes restore`. Nothing was changed."
        )
    return key


def keep_key(study: Study, key: bytes) -> None:
    """Put a key in its place, and its check value beside it."""
    # The key first: without its check value it can still be used, and a check value without its key could not.
    write_atomically(key_path(study), lambda path: path.write_bytes(key))
    keep_check(study, check_of(key))


def keep_check(study: Study, check: str) -> None:
    """Remember which key the study is kept with."""
    write_atomically(_check_path(study), lambda path: path.write_text(check + "\n", encoding="ascii"))


def new_key() -> bytes:
    """Return a key that nobody has."""
    return secrets.token_bytes(KEY_BYTES)


def _check_path(study: Study) -> Path:
    return study.vault / "key.check"
