"""The room in which people review a study: its tables, what they have said so far, and the one writer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from pipeline.review.ledger import Ledger
from pipeline.review.material import Material
from pipeline.review.store import Store
from pipeline.study import Study


T = TypeVar("T")


@dataclass(frozen=True)
class Room:
    """What every page of a review works on; `open_room` makes one, for any number of threads."""

    study: Study

    @property
    def coders(self) -> int:
        """How many people read each excerpt, blind to each other."""
        return self.study.settings.review.coders

    def material(self) -> Material:
        """Return the study's tables and codebook as they are now; read again only where a file has changed."""
        raise NotImplementedError

    def ledger(self) -> Ledger:
        """Return what people have said up to now, other programs' rows included."""
        raise NotImplementedError

    def write(self, job: Callable[[Store], T]) -> T:
        """Carry out a job on the store by the one writer, and return what it returns once it is on the disk."""
        raise NotImplementedError

    def read(self, job: Callable[[Store], T]) -> T:
        """Carry out a job that only reads, beside the writer."""
        raise NotImplementedError


@contextmanager
def open_room(study: Study) -> Iterator[Room]:
    """Open a study for review; DataError if it has not been run yet, ReviewError if the store cannot be used."""
    raise NotImplementedError
    yield
