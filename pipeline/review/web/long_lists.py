"""Long lists, a part at a time: a page shows so many, and has links to those before and after, so that none is left out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request

from pipeline.review.web.numbers import number_in


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
    address: Mapping[str, Any]
    """What else the address of the page is made of."""

    @property
    def before(self) -> dict[str, Any]:
        """What is needed to address the part before this one."""
        return {**self.address, self.name: max(self.start - A_PAGE, 0)}

    @property
    def after(self) -> dict[str, Any]:
        """What is needed to address the part after this one."""
        return {**self.address, self.name: self.start + A_PAGE}


def part(name: str, rows: Callable[[int, int], Sequence[T]]) -> ListPart[T]:
    """Return the part that the address asks for; `rows` returns so many rows from a place on."""
    start = number_in(request.args.get(name))
    # One more than is shown says whether there are more.
    ahead = rows(A_PAGE + 1, start)
    return ListPart(ahead[:A_PAGE], name, start, len(ahead) > A_PAGE, request.view_args or {})
