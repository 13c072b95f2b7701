"""What is wrong with the store, told by SQLite's own codes: full, not to be written, in use, damaged; and what to do of each."""

import os
import shutil
import sqlite3
from pathlib import Path

from pipeline.errors import ReviewError, StorageError
from pipeline.runtime.plain_files import is_there, why_no_file
from pipeline.study.study import Study


FILE = "review.sqlite"

# With fewer bytes left a disk is full for a store, whatever call it was that failed.
_ROOM = 1 << 20
_WHOLE = "Nothing was written, and what was saved before is as it was."


def in_words(fault: BaseException, folder: Path | None = None) -> BaseException:
    """Return a fault of SQLite's as a ReviewError that people understand, and any other as it is."""
    if isinstance(fault, OverflowError) and "SQLite" in str(fault):
        return ReviewError("No row of the store has a number of so many digits. Look at the number again; nothing was written.")
    name = getattr(fault, "sqlite_errorname", "")
    if not isinstance(fault, sqlite3.DatabaseError) or not name:
        return fault
    # SQLite tells some faults more closely, such as SQLITE_BUSY_SNAPSHOT: the first word says what to do.
    match name.removeprefix("SQLITE_").split("_")[0]:
        case "BUSY" | "LOCKED":
            return _waiting()
        case "CONSTRAINT":
            return ReviewError(
                f"{FILE} did not take the entry, since it breaks a rule of the store ({fault}). Nothing was written."
            )
        case "CORRUPT" | "NOTADB":
            return ReviewError(
                f"{FILE} is damaged ({name}). Stop the review and keep a copy of the file as it is. Then put a backup in its "
                "place with `themes restore`. Nothing was written."
            )
        case "FULL":
            return _full()
        case "IOERR" | "CANTOPEN" | "READONLY" | "PERM" | "AUTH":
            return _of_the_disk(name, folder)
    return ReviewError(
        f"{FILE} could not be used ({name}). {_WHOLE} Try again; if it happens again, report it with this sentence."
    )


def _of_the_disk(name: str, folder: Path | None) -> StorageError:
    if folder is not None and folder.is_dir() and shutil.disk_usage(folder).free < _ROOM:
        return _full()
    if name.startswith("SQLITE_IOERR"):
        return StorageError(
            f"{FILE} could not be read or written: the disk reports an error, or lets no file grow so large ({name}). {_WHOLE} "
            "Look at the disk, and try again.",
            on_page="The disk of the computer that runs the review does not take any more just now.",
        )
    files = [] if folder is None else [folder, *(path for path in folder.glob(f"{FILE}*"))]
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH")) or not all(os.access(path, os.W_OK) for path in files):
        return StorageError(
            f"{FILE} cannot be used: you may not write in the study's folder, or it is read-only. {_WHOLE} Make the folder one "
            "that you may write in, or work on a copy of it, and try again.",
            on_page="The review may not write in the study's folder.",
        )
    return StorageError(
        f"{FILE} cannot be opened ({name}). {_WHOLE} See that the study's folder is there and that you may write in it, and try "
        "again.",
        on_page="The computer that runs the review cannot open the file in which answers are kept.",
    )


def _full() -> StorageError:
    return StorageError(
        f"{FILE} could not be written: the disk is full. {_WHOLE} Make room on the disk, and try again.",
        on_page="The disk of the computer that runs the review is full.",
    )


def _waiting() -> StorageError:
    return StorageError(
        f"{FILE} is in use by another program; nothing was written. Close it there and try again.",
        on_page="Another program is using the file in which answers are kept.",
    )


def has_store(study: Study) -> bool:
    """Say whether a study has a store; ReviewError where something else stands there, such as a link to a drive that is away."""
    path = study.folder / FILE
    if not is_there(path):
        return False
    if reason := why_no_file(path):
        raise ReviewError(
            f"{FILE}, which keeps what people decided, cannot be opened: {reason}. Put it back where it was; until then "
            "nothing is done without it."
        )
    return True
