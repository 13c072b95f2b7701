"""Who works on a study: a run, an erasure and an export each have it to themselves, or they would see halves of each other."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from pipeline.errors import BusyError
from pipeline.runtime.plain_files import is_there, why_no_file
from pipeline.study.study import Study


@contextmanager
def held(study: Study, what: str) -> Iterator[None]:
    """Hold a study for `what`, such as "An export"; BusyError at once, with who holds it, if something else does.

    The operating system lets go of it when the process ends, however that comes about.
    """
    path = study.derived / ".lock"
    if is_there(path) and (reason := why_no_file(path)):
        raise BusyError(f"derived/.lock, which keeps two commands apart, cannot be used: {reason}. Delete it and try again.")
    # "a+", since to open it with "w" would empty the name of whoever holds it.
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "Another run of this study is under way"
            raise BusyError(f"{holder}; wait for it to end, then try again.") from None
        file.truncate(0)
        file.write(f"{what} of this study is under way (process {os.getpid()}, since {datetime.now(UTC):%H:%M:%S} UTC)")
        file.flush()
        try:
            yield
        # Emptied and not deleted: who holds the deleted file open would lock nothing that others see.
        finally:
            file.truncate(0)
