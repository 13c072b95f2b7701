"""Look at how much memory the processes below this one take while something runs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil


@contextmanager
def watched() -> Iterator[list[list[int]]]:
    """Yield a list to which, four times a second, the bytes of memory of every process below this one are added."""
    done, looks = threading.Event(), []

    def look() -> None:
        while not done.wait(0.25):
            looks.append([found for child in psutil.Process().children(recursive=True) if (found := _taken(child))])

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield looks
    finally:
        done.set()
        watcher.join()


def _taken(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return int(process.memory_info().rss)
    # It has ended meanwhile.
    return 0
