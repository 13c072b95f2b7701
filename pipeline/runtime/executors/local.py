"""Work on the parts of a table by this process and, where there are many, by one of its own for each further processor.

Threads would wait for each other: what reads answers is written in Python for the most part.
"""

import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from threading import Condition
from types import TracebackType
from typing import Any, Self

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from pipeline.runtime.resources import cpu_count, memory_bytes
from pipeline.runtime.worker import WorkerProcess, ends_here, start_worker


# A helper that loads its libraries for fewer parts than these is no gain.
FEW = 6
# What a helper takes, with room for what it works on.
HELPER_BYTES = 1 << 30
MOST = 7
# A helper that is asked nothing for so long gives its memory to what comes next.
IDLE_S = 5.0
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
_WORK, _PART = "work", "part"

Work = Callable[[Any], Any]


class ProcessExecutor:
    """Yields what comes of each part, in their order; whoever is free, here or beside, takes the next one.

    A helper that is lost loses nothing: its part is done here. So is a part on which a helper fails, so that what is wrong is
    told as it would be without helpers.
    """

    def __init__(self, n_processes: int | None = None) -> None:
        self._most = (n_processes or cpu_count()) - 1
        self._helpers: list[WorkerProcess] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for helper in self._helpers:
            helper.end()

    def __call__(self, work: Work, parts: Sequence[Any]) -> Iterator[Any]:
        """Yield `work(part)` for each part."""
        helpers = self._helpers_for(len(parts))
        if not helpers:
            yield from map(work, parts)
            return
        shared = _Shared(len(parts))
        # Each process has a processor; sums spread over several threads would take those of the others, if only to wait there.
        with threadpool_limits(1), ThreadPoolExecutor(len(helpers)) as pool:
            try:
                for helper in helpers:
                    pool.submit(_help, helper, work, parts, shared)
                for place in range(len(parts)):
                    while (ours := shared.take_unless_done(place)) is not None:
                        shared.put(ours, work(parts[ours]))
                    yield shared.pop(place)
            finally:
                shared.stop()

    def _helpers_for(self, n_parts: int) -> list[WorkerProcess]:
        wanted = min(self._most, MOST, n_parts // FEW, memory_bytes() // HELPER_BYTES)
        self._helpers = [helper for helper in self._helpers if helper.is_there]
        # Without memory for another process the work is done with those there are.
        with suppress(OSError):
            self._helpers += [
                start_worker(__name__, str(IDLE_S), environment=_ONE_THREAD) for _ in range(wanted - len(self._helpers))
            ]
        return self._helpers[:wanted]


class _Shared:
    """Which parts nobody has taken, and what came of those that are done."""

    def __init__(self, n_parts: int) -> None:
        self._left = deque(range(n_parts))
        self._outcomes: dict[int, Any] = {}
        self._changed = Condition()

    def take(self) -> int | None:
        """Return a part that nobody has taken; None if there is none."""
        with self._changed:
            return self._left.popleft() if self._left else None

    def take_unless_done(self, place: int) -> int | None:
        """Return None when this part is done, and until then another that nobody has taken."""
        with self._changed:
            self._changed.wait_for(lambda: place in self._outcomes or self._left)
            return None if place in self._outcomes else self._left.popleft()

    def give_back(self, place: int) -> None:
        # First in the row, since whoever yields results in order may wait for this very part.
        with self._changed:
            self._left.appendleft(place)
            self._changed.notify_all()

    def put(self, place: int, outcome: Any) -> None:
        with self._changed:
            self._outcomes[place] = outcome
            self._changed.notify_all()

    def pop(self, place: int) -> Any:
        with self._changed:
            return self._outcomes.pop(place)

    def stop(self) -> None:
        with self._changed:
            self._left.clear()


def _help(helper: WorkerProcess, work: Work, parts: Sequence[Any], shared: _Shared) -> None:
    """Put parts to a helper as long as there are any, from when it has loaded what it works with."""
    place = None
    # A helper that ends closes its pipes.
    with suppress(EOFError, OSError):
        try:
            helper.asks.send((_WORK, work))
            helper.replies.recv()
            while (place := shared.take()) is not None:
                helper.asks.send((_PART, parts[place]))
                is_done, outcome = helper.replies.recv()
                if not is_done:
                    break
                shared.put(place, outcome)
        finally:
            if place is not None:
                shared.give_back(place)


def _serve(asked: Connection, tells: Connection, *, idle_s: float) -> None:
    """Do what is asked for until nothing is asked for so long, or nobody is there to ask."""
    work: Work = len
    while asked.poll(idle_s):
        kind, content = asked.recv()
        if kind == _WORK:
            work = content
            tells.send(True)
            continue
        try:
            outcome = True, work(content)
        # Whatever it is, whoever asked meets it, too, and tells it.
        except Exception:
            outcome = False, None
        tells.send(outcome)


if __name__ == "__main__":
    asked, tells, (idle_s,) = ends_here()
    with suppress(EOFError, BrokenPipeError):
        _serve(asked, tells, idle_s=float(idle_s))
    sys.exit()
