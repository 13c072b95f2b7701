"""An embedder in a process of its own, which loads its model while this process does other work.

Loading torch takes more than a second, and a process of Python loads one thing at a time.
"""

import atexit
import json
import sys
from collections.abc import Sequence
from functools import cached_property, partial
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError, PipelineError
from pipeline.methods.embedding.embedders import load_embedder
from pipeline.runtime.worker import ends_here, start_worker


class EmbedderProcess:
    """An embedder whose model is loaded by another process; what it says and gives is what `load_embedder` would.

    ModelError when it is first asked for anything, if the model cannot be loaded or the other process was ended.
    """

    def __init__(self, source: str | Path, *, precision: str = "auto") -> None:
        self._source = source
        self._turn = Lock()
        self._other = start_worker(__name__, str(source), precision)

    def __reduce__(self) -> tuple[Any, ...]:
        """Arrive in another process as an embedder that loads its model there."""
        return partial(load_embedder, self._source, precision=self.precision), ()

    @property
    def name(self) -> str:
        """What the model is called."""
        return str(self._facts["name"])

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return int(self._facts["dimension"])

    @property
    def sha256(self) -> str:
        """What stands for the model's files."""
        return str(self._facts["sha256"])

    @property
    def precision(self) -> str:
        """What the model computes in."""
        return str(self._facts["precision"])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, float32 (n_texts, dimension)."""
        shape = (len(texts), self.dimension)
        # A question and its answer belong together; two threads that ask at once would be given each other's vectors.
        with self._turn:
            try:
                # JSON and not pickle: nothing that is sent can be run. In ASCII even half a character travels.
                self._other.asks.send_bytes(json.dumps(list(texts)).encode("ascii"))
            except OSError:
                raise self._gone() from None
            # A copy, since the bytes that were received cannot be written to.
            return np.frombuffer(self._heard(), dtype=np.float32).reshape(shape).copy()

    @cached_property
    def _facts(self) -> dict[str, Any]:
        reply: dict[str, Any] = json.loads(self._heard())
        if "refused" in reply:
            self.end()
            raise ModelError(reply["refused"])
        return reply

    def _heard(self) -> bytes:
        try:
            return self._other.replies.recv_bytes()
        except (EOFError, OSError):
            raise self._gone() from None

    def _gone(self) -> ModelError:
        code = self._other.process.wait()
        return ModelError(
            f"The process that reads the answers with the language model ended before it was done (exit {code}). "
            "What was finished is kept. Most often there was too little memory: close other programs and give the same command "
            'again, or set [embed] model = "static" in study.toml. If it ends so again, please report it with this sentence.'
        )

    @property
    def is_there(self) -> bool:
        """Whether the other process has not ended."""
        return self._other.is_there

    def end(self) -> None:
        """End the other process."""
        self._other.end()


_BEGUN: dict[tuple[str | Path, str], EmbedderProcess] = {}


def start_embedder(source: str | Path, *, precision: str) -> EmbedderProcess:
    """Begin to load a model in another process, which ends with this one; return the one that was begun if it is still there."""
    # One process for each model: a second would take as much memory again.
    begun = _BEGUN.get((source, precision))
    if begun is None or not begun.is_there:
        begun = _BEGUN[source, precision] = EmbedderProcess(source, precision=precision)
        atexit.register(begun.end)
    return begun


def _serve(asked: Connection, tells: Connection, source: str, precision: str) -> None:
    """Load the model, say what it is, and give the vectors of what is asked for until nobody is there to ask."""
    try:
        embedder = load_embedder(source, precision=precision)
    except PipelineError as error:
        tells.send_bytes(json.dumps({"refused": str(error)}).encode())
        return
    facts = {name: getattr(embedder, name) for name in ("name", "dimension", "sha256", "precision")}
    tells.send_bytes(json.dumps(facts).encode())
    while True:
        texts = json.loads(asked.recv_bytes())
        tells.send_bytes(embedder.encode(texts).tobytes())


if __name__ == "__main__":
    asked, tells, arguments = ends_here()
    try:
        _serve(asked, tells, *arguments)
    except (EOFError, BrokenPipeError):
        # Whoever asked is gone.
        sys.exit()
