"""Write files whole or not at all, and name contents by their hash."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from pipeline.runtime.scratch import HALF_WRITTEN


def content_id(*parts: str) -> str:
    """Return the first 16 hex digits of the sha256 of the parts: the same on every machine."""
    # A sign that no part holds stands between them, or ("ab", "c") and ("a", "bc") would be one id.
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


Outcome = TypeVar("Outcome")


def write_atomically(path: Path, write: Callable[[Path], Outcome]) -> Outcome:
    """Call `write` on a temporary file beside `path`, make it durable, put it in the place of `path`; return what `write` did."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=HALF_WRITTEN, suffix=path.suffix)
    temporary = Path(name)
    try:
        # Locked while it is written, so that a command that clears up after killed ones leaves it alone.
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        outcome = write(temporary)
        # The content before the name: after a power cut the name would otherwise lead to an empty file.
        _sync(temporary)
        temporary.replace(path)
        # A rename is kept in the folder, so that must reach the disk, too.
        _sync(path.parent)
        return outcome
    finally:
        temporary.unlink(missing_ok=True)
        os.close(handle)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
