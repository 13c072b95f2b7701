"""Temporary files inside the study, for its owner alone: libraries write excerpts there and nowhere else.

They lie in `vault/tmp`, since what is written anew may be identifiable, such as the export when somebody is erased.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


HALF_WRITTEN = ".writing-"
"""What the name of a file begins with until it is whole."""
_FOLDERS = ("", "exports", "exports/released", "derived", "vault", "models", "models/coder", "models/themes")


@contextmanager
def scratch_of(study: Path) -> Iterator[None]:
    """Let this process and what it starts write temporary files inside a study, and clear what killed ones left there."""
    vault = study / "vault"
    parent, is_new = vault / "tmp", not vault.exists()
    with suppress(OSError):
        vault.mkdir(mode=0o700, exist_ok=True)
    clear_half_written(study)
    try:
        with scratch(parent):
            yield
    finally:
        if is_new:
            with suppress(OSError):
                vault.rmdir()


@contextmanager
def scratch(parent: Path) -> Iterator[None]:
    """Let this process and what it starts write temporary files into a folder of its own in `parent`.

    It is emptied afterwards, and by the next to come where this process was killed. Where it cannot be made, as in a folder that
    is read-only, a library that needs a temporary file fails: it is never written elsewhere.
    """
    if tempfile.tempdir and Path(tempfile.tempdir).parent == parent.absolute():
        yield
        return
    # Python's own files go where `tempfile.tempdir` says, those of libraries and other processes where TMPDIR does.
    own, lock = _own_folder(parent.absolute())
    before, variable = tempfile.tempdir, os.environ.get("TMPDIR")
    tempfile.tempdir = os.environ["TMPDIR"] = str(own)
    try:
        yield
    finally:
        # Only what was set here: where a command was refused, this comes late, and somebody else may have set it since.
        if tempfile.tempdir == str(own):
            tempfile.tempdir = before
        if os.environ.get("TMPDIR") == str(own):
            os.environ.pop("TMPDIR")
            if variable is not None:
                os.environ["TMPDIR"] = variable
        shutil.rmtree(own, ignore_errors=True)
        if lock is not None:
            os.close(lock)
        # Others may be at work in it.
        with suppress(OSError):
            parent.rmdir()


def clear_half_written(study: Path) -> None:
    """Delete what a command that was killed had half written under a temporary name, and no other is writing now."""
    for folder in _FOLDERS:
        for path in (study / folder).glob(f"{HALF_WRITTEN}*"):
            with suppress(OSError), path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()


def _own_folder(parent: Path) -> tuple[Path, int | None]:
    """Make a folder that is locked while this process lives, and clear those of processes that are gone."""
    try:
        parent.mkdir(mode=0o700, exist_ok=True)
        parent.chmod(0o700)
        # One at a time, or the folder of somebody who has made it and not locked it yet would be cleared.
        with _locked(parent):
            for path in parent.iterdir():
                _clear(path)
            own = Path(tempfile.mkdtemp(dir=parent))
            return own, _lock(own)
    except OSError:
        return parent / "cannot-be-made", None


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _lock(folder: Path) -> int:
    handle = os.open(folder, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle


def _clear(path: Path) -> None:
    """Delete a folder whose process is gone; a lock ends with the process that held it."""
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return
    try:
        handle = _lock(path)
    except OSError:
        return
    shutil.rmtree(path, ignore_errors=True)
    os.close(handle)
