"""Work on the parts of a table by the workers of a Dask cluster: one on this machine, or one that the study names."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from ipaddress import ip_address
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from pipeline.errors import EngineError, PipelineError
from pipeline.runtime.executors.executor_plan import ExecutorPlan


if TYPE_CHECKING:
    from distributed import Client, Future

log = logging.getLogger("pipeline")

# Parts sent ahead for each thread of the cluster: no worker waits, and no machine holds more than it can.
_AHEAD = 2
# How long to wait for a worker where there is none: one that was lost is started again in less.
_PATIENCE_S, _LOOK_AGAIN_S = 60.0, 2.0
_PACKAGES = ("manyvoices", "numpy", "pandas", "torch", "sentence-transformers", "model2vec", "spacy", "scikit-learn", "ftfy")
_QUIET = {
    # A fitted coder is sent once to each worker, whatever its size; Dask would warn from 10 MB on.
    "distributed.admin.large-graph-warning-threshold": "1GB",
    # Dask writes to a disk what does not fit into memory; answers must not lie in a folder that nobody thinks of.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    # Dask would remember the last thousand messages, with the answers in them, for people who look for faults in it.
    "distributed.admin.low-level-log-length": 0,
    # A worker that is lost with a part in its hands was perhaps stopped by somebody; the part is tried elsewhere.
    "distributed.scheduler.allowed-failures": 3,
    "distributed.logging": {"distributed": "critical", "tornado": "critical"},
}


@dataclass(frozen=True, repr=False)
class _Sealed:
    """Holds people's words on their way: Dask may print what a task is given, and this prints as nothing."""

    content: Any

    def __repr__(self) -> str:
        return "(not shown)"


@dataclass(frozen=True, repr=False)
class _Work(_Sealed):
    made_with: tuple[str, ...]


@dataclass(frozen=True)
class _Failed:
    """What went wrong on a worker; raised there, it would be written into the worker's log with what it was given."""

    error: PipelineError


class DaskEngine:
    """Sends parts to workers, not too many at once, and yields what comes back in the order of the parts.

    A worker that is lost loses nothing: its parts are given to others. Each worker loads a model once. A cluster on this
    machine listens on the loopback only. EngineError if the workers cannot be reached, are lost for good, or run other versions.
    """

    def __init__(self, plan: ExecutorPlan) -> None:
        if plan.scheduler is not None:
            _check_address(plan.scheduler, trusted=plan.trust_network)
        try:
            version("distributed")
        except PackageNotFoundError:
            raise EngineError(
                'study.toml asks for [run] engine = "dask", which is not installed. '
                "Install it with `.venv/bin/pip install -c constraints.txt -e '.[cluster]'`, or take the line out."
            ) from None
        self._plan = plan
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.close()

    def __call__(self, work: Callable[[Any], Any], parts: Sequence[Any]) -> Iterator[Any]:
        """Yield `work(part)` for each part."""
        if not len(parts):
            return
        client = self._client
        # A task of its own: each worker fetches a fitted coder once, not with each part, and it is made anew if it is lost.
        held = client.submit(_held, _Work(work, _versions()), pure=False)
        ahead = _AHEAD * max(1, sum(client.nthreads().values()))
        waiting: deque[Future[Any]] = deque()
        for part in parts:
            waiting.append(client.submit(_carry_out, held, _Sealed(part), pure=False))
            if len(waiting) >= ahead:
                yield _result(client, waiting.popleft())
        while waiting:
            yield _result(client, waiting.popleft())

    @cached_property
    def _client(self) -> "Client":
        import dask.config
        from distributed import Client

        self._open.enter_context(dask.config.set(_QUIET))
        for name in ("distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        address = self._plan.scheduler or self._local_address()
        _check_certificates(address)
        try:
            client: Client = self._open.enter_context(Client(address, timeout=10, set_as_default=False))
        except (OSError, ValueError, RuntimeError) as error:
            raise EngineError(
                f"The scheduler at {address} does not answer ({type(error).__name__}). See that it runs, that study.toml "
                "names its address under [run] scheduler, and that both have the same TLS certificates."
            ) from None
        _wait_for_worker(client)
        log.info("%s workers of Dask", len(client.nthreads()))
        return client

    def _local_address(self) -> str:
        from distributed import LocalCluster

        cluster = LocalCluster(
            n_workers=self._plan.workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        )
        return str(self._open.enter_context(cluster).scheduler_address)


def _check_address(address: str, *, trusted: bool) -> None:
    url = urlsplit(address)
    if url.scheme not in ("tcp", "tls") or not url.hostname or not url.port:
        raise EngineError(
            f'[run] scheduler = "{address}" is no address of a scheduler; write "tls://host:8786", or "tcp://127.0.0.1:8786" '
            "for one on this machine."
        )
    if url.scheme == "tcp" and not trusted and not _is_this_machine(url.hostname):
        raise EngineError(
            f'[run] scheduler = "{address}" would send people\'s answers over the network unencrypted. Use "tls://…", or set '
            "trust_network = true under [run] if the network is encrypted by other means (a VPN, a service mesh)."
        )


def _check_certificates(address: str) -> None:
    """Refuse an encrypted address without certificates: Dask's own refusal keeps the program waiting at its end."""
    from distributed import Security

    if not address.startswith("tls://"):
        return
    try:
        certificates = Security().get_connection_args("client")["ssl_context"]
    # Where the files are not there, or are none of a certificate and its key.
    except (OSError, ValueError) as error:
        raise EngineError(
            f"The TLS certificates that Dask's settings name cannot be read ({type(error).__name__}); correct "
            "distributed.comm.tls, as docs/machines.md says."
        ) from None
    if certificates is None:
        raise EngineError(
            f'[run] scheduler = "{address}" is encrypted, and Dask\'s settings name no certificates; set distributed.comm.tls, '
            "as docs/machines.md says."
        )


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _held(work: _Work) -> _Work:
    return work


def _carry_out(work: _Work, part: _Sealed) -> _Sealed | _Failed:
    """Work on a part, on a worker."""
    other = [f"{theirs} (here {ours})" for theirs, ours in zip(_versions(), work.made_with, strict=True) if theirs != ours]
    if other:
        versions = ", ".join(other)
        return _Failed(EngineError(f"A worker runs other versions: {versions}. Install the same constraints.txt everywhere."))
    try:
        return _Sealed(work.content(part.content))
    except PipelineError as error:
        return _Failed(error)
    # Whatever it is, its text may quote an answer, and must not reach a log.
    except Exception as error:
        return _Failed(EngineError(f'A worker failed ({type(error).__name__}). Set [run] engine = "local" to see where.'))


@cache
def _versions() -> tuple[str, ...]:
    return tuple(f"{name} {_version(name)}" for name in _PACKAGES)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _result(client: "Client", future: "Future[Any]") -> Any:
    from distributed.scheduler import KilledWorker

    while True:
        try:
            outcome = future.result(timeout=_LOOK_AGAIN_S)
        except TimeoutError:
            _wait_for_worker(client)
            continue
        except KilledWorker:
            raise EngineError(
                "Worker after worker was lost with the same part of the answers in its hands; most often they have too little "
                'memory. Give each more, or set [run] engine = "local".'
            ) from None
        except (CancelledError, OSError) as error:
            raise EngineError(
                f"The connection to the scheduler was lost ({type(error).__name__}). Run again; nothing finished is done anew."
            ) from None
        if isinstance(outcome, _Failed):
            raise outcome.error
        return outcome.content


def _wait_for_worker(client: "Client") -> None:
    until = time.monotonic() + _PATIENCE_S
    while not client.nthreads():
        if time.monotonic() > until:
            raise EngineError(
                f"The scheduler at {client.scheduler_info()['address']} has no workers; start some with `dask worker`."
            )
        time.sleep(_LOOK_AGAIN_S / 10)
