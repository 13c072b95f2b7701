"""Long lists, a part at a time: a page shows so many, and has links to those before and after, so that none is left out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import request


T = TypeVar("T")
A_PAGE = 50


@dataclass(frozen=True)
class ListPart(Generic[T]):
    """A part of a list that is too long for one page."""

    rows: Sequence[T]
    name: str
    """What its first place is called in the address."""
    start: int
    has_more: bool

    @property
    def before(self) -> dict[str, int]:
        """What the address of the part before this one says."""
        return {self.name: max(self.start - A_PAGE, 0)}

    @property
    def after(self) -> dict[str, int]:
        """What the address of the part after this one says."""
        return {self.name: self.start + A_PAGE}


def part(name: str, rows: Callable[[int, int], Sequence[T]]) -> ListPart[T]:
    """Return the part that the address asks for; `rows` returns so many rows from a place on."""
    start = max(request.args.get(name, 0, type=int), 0)
    # One more than is shown says whether there are more.
    ahead = rows(A_PAGE + 1, start)
    return ListPart(ahead[:A_PAGE], name, start, len(ahead) > A_PAGE)
