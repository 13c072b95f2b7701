"""The one writer of a study's store in a server: what many people save at once is written in turn, and made durable together."""

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pipeline.errors import ReviewError
from pipeline.review.store import Store, open_store
from pipeline.study import Study


T = TypeVar("T")

# So many wishes share one commit at most; the first of them waits for the last.
_MOST_TOGETHER = 64


@dataclass(frozen=True)
class Writer:
    """The one writer; `open_writer` makes one. Any thread may ask it."""

    _wishes: "queue.SimpleQueue[tuple[Callable[[Store], Any], Future[Any]] | None]" = field(default_factory=queue.SimpleQueue)
    _ended: threading.Event = field(default_factory=threading.Event)

    def write(self, job: Callable[[Store], T]) -> T:
        """Carry out a job on the store and return what it returns once that is on the disk; its error if it fails.

        A job is written as a whole or not at all, and the failure of one undoes no other. It must not wait for another job.
        """
        raise NotImplementedError


@contextmanager
def open_writer(study: Study) -> Iterator[Writer]:
    """Start the one writer of a study's store, and end it after all that was asked of it is written."""
    raise NotImplementedError
    yield
