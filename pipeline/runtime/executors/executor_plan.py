"""What an executor is to do, as `[run]` in study.toml says it; executors know nothing of studies."""

from typing import Protocol


class ExecutorPlan(Protocol):
    """Where the parts of a table are worked on."""

    @property
    def engine(self) -> str:
        """Which one: local or dask."""

    @property
    def scheduler(self) -> str | None:
        """The address of a scheduler elsewhere; None for workers on this machine."""

    @property
    def workers(self) -> int | None:
        """How many processes; None for one a processor."""

    @property
    def trust_network(self) -> bool:
        """Whether an address without encryption may be used."""
