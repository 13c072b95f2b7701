"""A process of this program's own beside it, reached by two pipes only, by which it hears when whoever began it is gone."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import MappingProxyType

from pipeline.runtime.resources import leave_no_core, search_seldom


@dataclass(frozen=True)
class WorkerProcess:
    """The process, and the ends of its pipes that are here: what is put to it, and what it says."""

    process: "subprocess.Popen[bytes]"
    asks: Connection
    replies: Connection

    @property
    def is_there(self) -> bool:
        """Whether the process has not ended."""
        return self.process.poll() is None

    def end(self) -> None:
        """End the process."""
        self.asks.close()
        self.replies.close()
        self.process.kill()
        self.process.wait()


def start_worker(module: str, *arguments: str, environment: Mapping[str, str] = MappingProxyType({})) -> WorkerProcess:
    """Run a module of this program as a process of its own, which finds its ends of the pipes by `ends_here`."""
    # Pipes and not sockets; each end is read or written by one process, so that the other hears when it is gone.
    (asked, asks), (replies, tells) = _pipe(), _pipe()
    ends = (asked.fileno(), tells.fileno())
    with asked, tells:
        process = subprocess.Popen(  # noqa: S603  # this program, and no shell
            [sys.executable, "-P", "-m", module, *map(str, ends), *arguments],
            pass_fds=ends,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | environment | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            # Ctrl-C is for the program, which ends this process when it ends.
            start_new_session=True,
        )
    return WorkerProcess(process, asks, replies)


def ends_here() -> tuple[Connection, Connection, list[str]]:
    """Return, in the process that was begun, what it is asked by, what it tells by, and its arguments."""
    leave_no_core()
    search_seldom()
    asked, tells, *arguments = sys.argv[1:]
    return Connection(int(asked), writable=False), Connection(int(tells), readable=False), arguments


def _pipe() -> tuple[Connection, Connection]:
    reading, writing = os.pipe()
    return Connection(reading, writable=False), Connection(writing, readable=False)
