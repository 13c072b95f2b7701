"""Do independent pieces of work in as many threads as there are processors; what comes out is the same as one after the other."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pipeline.runtime.resources import cpu_count


Piece = TypeVar("Piece")
Result = TypeVar("Result")
MOST = 8
"""More threads wait for each other in Python more than they work."""


def side_by_side(work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> list[Result]:
    """Return what comes of each piece, in their order; each piece is worked on in one thread."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    threads = min(MOST, cpu_count())
    if threads == 1:
        return [work(piece) for piece in pieces]
    # A sum split over threads ends in other digits. Some libraries keep how many for each thread, others for the whole process,
    # which must be as it was for what comes after.
    with threadpool_limits(1), ThreadPoolExecutor(threads, initializer=threadpool_limits, initargs=(1,)) as pool:
        return list(pool.map(work, pieces))
