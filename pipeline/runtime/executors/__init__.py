"""Where the parts of a large table are worked on: on this machine's processors, or by the workers of a Dask cluster.

An engine is called as `map` is: with a function of one part and the parts, it yields what came of each, in their order. The
parts are the same whichever engine works on them, so the same rows come out, byte for byte.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from pipeline.runtime.executors.executor_plan import ExecutorPlan
from pipeline.runtime.executors.local import FEW, ProcessExecutor


if TYPE_CHECKING:
    import pandas as pd


Executor = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[Any]]

# Rows of a part: enough that sending it costs little beside the work, and few enough that a lost worker loses little and that
# nobody waits long for the last one.
PART = 512
# A language model reads texts of like length together, and finds more of them in a larger part.
PART_OF_MODEL = 4_096


def parts_of(n_rows: int, *, most: int | None = None) -> list[slice]:
    """Return the places of the parts of a table of so many rows, in its order."""
    most = most or PART
    return [slice(start, min(start + most, n_rows)) for start in range(0, n_rows, most)]


def is_distributed(n_rows: int) -> bool:
    """Say whether a table of so many rows makes enough parts for several processes of this machine."""
    return n_rows >= FEW * PART


class Parts(Sequence[list[Any]]):
    """The parts of a column, each a list that is there only while somebody works on it: a million texts as a list take much."""

    def __init__(self, column: "pd.Series[Any]") -> None:
        self._column = column
        self._places = parts_of(len(column))

    def __len__(self) -> int:
        """Return how many parts there are."""
        return len(self._places)

    def __getitem__(self, place: Any) -> Any:
        """Return a part."""
        rows: list[Any] = self._column.iloc[self._places[place]].tolist()
        return rows


def with_progress(engine: Executor, tell: Callable[[int, int], None]) -> Executor:
    """Return the engine with `tell` called after each part, with how many are done and how many there are."""

    def work_and_tell(work: Callable[[Any], Any], parts: Sequence[Any]) -> Iterator[Any]:
        for done, outcome in enumerate(engine(work, parts), start=1):
            tell(done, len(parts))
            yield outcome

    return work_and_tell


def open_executor(plan: ExecutorPlan) -> AbstractContextManager[Executor]:
    """Return the engine that `[run]` in study.toml asks for, which is closed on leaving.

    EngineError if it is not installed or may not be used as asked for; workers are looked for when there is work.
    """
    if plan.engine == "local":
        return ProcessExecutor(plan.workers)
    from pipeline.runtime.executors.dask import DaskEngine

    return DaskEngine(plan)
