"""The one writer of a study's store in a server: what many people save at once is written in turn, and made durable together."""

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pipeline.decisions.store import Store, open_store
from pipeline.decisions.store_faults import in_words
from pipeline.errors import PipelineError, ReviewError
from pipeline.study.study import Study


T = TypeVar("T")

# At most so many jobs share one commit, since the first of them waits for the last.
_MOST_TOGETHER = 64
# The log is moved into the file when nobody has saved for so long, or when it has this many pages (32 MB): it is slow.
_QUIET_S, _MOST_PAGES = 1.0, 8_000


@dataclass(frozen=True)
class _Wish:
    job: Callable[[Store], Any]
    answer: "Future[Any]" = field(default_factory=Future)


@dataclass
class Writer:
    """The one writer; `open_writer` makes one. Any thread may ask it."""

    _wishes: "queue.SimpleQueue[_Wish | None]" = field(default_factory=queue.SimpleQueue)
    _gate: threading.Lock = field(default_factory=threading.Lock)
    _closed: bool = False

    def write(self, job: Callable[[Store], T]) -> T:
        """Carry out a job on the store and return what it returns once that is on the disk; its error if it fails.

        A job is written as a whole or not at all, and the failure of one undoes no other. It must not wait for another job.
        """
        wish = _Wish(job)
        with self._gate:
            if self._closed:
                raise ReviewError("The review is being closed, so nothing was saved; open it again and repeat the last step.")
            self._wishes.put(wish)
        result: T = wish.answer.result()
        return result

    def close(self) -> None:
        """Take no more jobs; those already asked for are still carried out."""
        with self._gate:
            self._closed = True
            self._wishes.put(None)

    def work(self, study: Study, started: "Future[None]") -> None:
        """Carry out jobs until closed, on a connection of this thread's own."""
        try:
            with open_store(study) as store:
                store.let_log_grow(_MOST_PAGES)
                started.set_result(None)
                while wishes := self._next(store):
                    _carry_out(store, wishes)
        except PipelineError as error:
            if started.done():
                raise
            started.set_exception(error)

    def _next(self, store: Store) -> list[_Wish]:
        """Wait for a job, and take all that have gathered meanwhile; nothing once closed."""
        try:
            wishes = [self._wishes.get(timeout=_QUIET_S)]
        except queue.Empty:
            store.move_log()
            wishes = [self._wishes.get()]
        while wishes[-1] is not None and len(wishes) < _MOST_TOGETHER:
            try:
                wishes.append(self._wishes.get_nowait())
            except queue.Empty:
                break
        if wishes[-1] is None and len(wishes) > 1:
            # What was asked for before the end comes first; the end is read again after it.
            self._wishes.put(None)
        return [wish for wish in wishes if wish is not None]


@contextmanager
def open_writer(study: Study) -> Iterator[Writer]:
    """Start the one writer of a study's store, and end it after all that was asked of it is written."""
    writer, started = Writer(), Future[None]()
    thread = threading.Thread(target=writer.work, args=(study, started), name="writer", daemon=True)
    thread.start()
    try:
        started.result()
        yield writer
    finally:
        writer.close()
        thread.join()


def _carry_out(store: Store, wishes: list[_Wish]) -> None:
    """Carry out jobs in one transaction, so that one wait for the disk serves all, and answer when it is durable."""
    answers: list[tuple[_Wish, Any]] = []
    try:
        with store.together():
            answers = [(wish, result) for wish in wishes for result in _attempt(store, wish)]
    except BaseException as fault:
        # Nothing of this transaction was kept, and each who waits must hear of it.
        for wish in wishes:
            if not wish.answer.done():
                wish.answer.set_exception(in_words(fault, store.folder))
        return
    for wish, result in answers:
        wish.answer.set_result(result)


def _attempt(store: Store, wish: _Wish) -> Iterator[Any]:
    """Yield what a job returns; where it fails, undo what it wrote, tell who asked for it, and yield nothing."""
    try:
        with store.apart():
            result = wish.job(store)
    except Exception as fault:
        if not store.is_together:
            # SQLite itself gave up the whole transaction, as it does on a full disk: all who share it must hear of it.
            raise
        # Whatever stopped one person's job is that person's to hear, and must not stop the others' beside it.
        wish.answer.set_exception(in_words(fault, store.folder))
    else:
        yield result
