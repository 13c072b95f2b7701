"""The vault's part of a backup: the key and what no run can make again, locked with a passphrase."""

import json
import secrets
import unicodedata
import zlib
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from pipeline.errors import ReviewError


SHORTEST = 12
"""Characters of a passphrase."""

# A few bytes can be made that unpack to more than the memory holds.
_LARGEST = 2_000_000_000
# 128 MB and about half a second for each guess. A backup names its form, but cannot ask for another.
_FORM = "scrypt 2^17 8 1, AES-256-GCM"


def lock(files: Mapping[str, bytes], passphrase: str, about: str) -> tuple[bytes, dict[str, str]]:
    """Return files locked with a passphrase, and what is needed to unlock them; `about` is the backup they belong to.

    ReviewError if the passphrase is too short.
    """
    if len(_normal(passphrase)) < SHORTEST:
        raise ReviewError(
            f"The passphrase is too short: it keeps whoever finds the backup from the vault's key, so take {SHORTEST} characters "
            "or more, such as four words that do not belong together. Nothing was written."
        )
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    plain = zlib.compress(json.dumps({name: content.hex() for name, content in files.items()}).encode())
    locked = AESGCM(_key(passphrase, salt)).encrypt(nonce, plain, about.encode())
    return locked, {"form": _FORM, "salt": salt.hex(), "nonce": nonce.hex()}


def unlock(locked: bytes, how: Mapping[str, str], passphrase: str, about: str) -> dict[str, bytes]:
    """Return the files again; ReviewError if the passphrase is another, or what is locked was changed."""
    try:
        salt, nonce = bytes.fromhex(how["salt"]), bytes.fromhex(how["nonce"])
        # Compared and never followed: a record that was changed must not choose how much work is done.
        if how["form"] != _FORM or (len(salt), len(nonce)) != (16, 12):
            raise ReviewError("The backup was locked by a newer version of Many Voices. Update the program and try again.")
        plain = AESGCM(_key(passphrase, salt)).decrypt(nonce, locked, about.encode())
        words = zlib.decompressobj().decompress(plain, _LARGEST)
        return {str(name): bytes.fromhex(content) for name, content in json.loads(words).items()}
    except (InvalidTag, KeyError, ValueError, TypeError, AttributeError, zlib.error):
        raise ReviewError(
            "The passphrase does not open this backup. Type it as it was typed when the backup was made; small and capital "
            "letters differ. If you are sure of it, the backup was changed or damaged: use another. Nothing was changed."
        ) from None


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**17, r=8, p=1).derive(_normal(passphrase).encode())


def _normal(passphrase: str) -> str:
    # One form of Unicode, whichever keyboard it was typed on.
    return unicodedata.normalize("NFC", passphrase.strip())
