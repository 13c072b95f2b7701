"""A review that is going on: the tables of the last run, what people have said so far, and the one writer."""

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pipeline.decisions.store import Store, open_store
from pipeline.review.reservations import Reservations
from pipeline.review.run_tables import RunTables, fresh_run
from pipeline.review.state import ReviewState
from pipeline.review.writer import Writer, open_writer
from pipeline.study.study import Study


T = TypeVar("T")


@dataclass
class ReviewSession:
    """What every page of a review works on; `open_review` makes one, for any number of threads."""

    study: Study
    held: Reservations
    """The places that are kept for people who are reading."""
    _writer: Writer
    _run: RunTables
    _state: ReviewState
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _kept: dict[str, tuple[Hashable, Any]] = field(default_factory=dict)

    @property
    def coders(self) -> int:
        """How many people read each excerpt, blind to each other."""
        return self.study.settings.review.coders

    def last_run(self) -> RunTables:
        """Return the study's tables and codebook as they are now; read again only where a file has changed."""
        with self._lock:
            self._run = fresh_run(self.study, self._run)
            return self._run

    def state(self) -> ReviewState:
        """Return what people have said up to now, other programs' rows included."""
        # Two threads at once would both take in the same rows.
        with self._lock, open_store(self.study) as store:
            self._state.catch_up(store, self.last_run().tables.segment_ids)
            return self._state

    def kept(self, name: str, stamp: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` returns; as it was the last time, while the stamp is still the same."""
        with self._lock:
            # Inside the lock: two pages that open at once must not both make what takes long.
            if name not in self._kept or self._kept[name][0] != stamp:
                self._kept[name] = (stamp, make())
            value: T = self._kept[name][1]
            return value

    def write(self, job: Callable[[Store], T]) -> T:
        """Carry out a job on the store by the one writer, and return what it returns once it is on the disk."""
        return self._writer.write(job)

    def read(self, job: Callable[[Store], T]) -> T:
        """Carry out a job that only reads, beside the writer."""
        with open_store(self.study) as store, store.snapshot():
            return job(store)


@contextmanager
def open_review(study: Study) -> Iterator[ReviewSession]:
    """Open a study for review; DataError if it has not been run yet, ReviewError if the store cannot be used."""
    # The tables first: without a run there is nothing to review, and no store is to be made.
    run = fresh_run(study, None)
    with open_writer(study) as writer:
        yield ReviewSession(study, Reservations(), writer, run, ReviewState(study.settings.review.coders))
