"""What people asked of themes, carried out from the page: one run at a time, beside the server, with its progress."""

import json
import threading
from dataclasses import dataclass, field
from typing import Any, Literal

from pipeline.errors import ReviewError
from pipeline.review.session import ReviewSession
from pipeline.runtime.worker import WorkerProcess, start_worker
from pipeline.study.study import Study


_DOING = {
    "cluster": "Looking which themes there are",
    "valence": "Judging praise and complaint",
    "shape": "Carrying out what was asked",
    "voices": "Counting who spoke of each theme",
    "match": "Finding the code that each theme stands for",
}
_STOPPED = "The run ended before it was done. Nothing that people decided is lost. Start it again."


@dataclass(frozen=True)
class RunProgress:
    """How far a run is, or how it ended."""

    state: Literal["running", "done", "wrong"]
    by: str
    stage: str = ""
    place: int = 0
    n: int = 1
    sentence: str = ""
    """What is wrong, and what to do."""

    @property
    def n_done(self) -> int:
        """How many steps are done; the one that is going on is not."""
        return max(self.place - 1, 0)

    @property
    def doing(self) -> str:
        """What the run is doing, for people."""
        return _DOING.get(self.stage, "Counting anew" if self.stage else "Beginning")


@dataclass
class ThemeRuns:
    """The runs that were begun from a page: one at a time."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _last: RunProgress | None = None

    @property
    def last(self) -> RunProgress | None:
        """The run that is going on, or else the last one; None where there was none since the page was started."""
        return self._last

    def start(self, study: Study, *, by: str) -> None:
        """Begin a run; ReviewError where one that was begun here is not over. It is over when `last` says so."""
        with self._lock:
            if self._last is not None and self._last.state == "running":
                raise ReviewError(f"{self._last.by} has begun this already. Wait until it is done.")
            worker = start_worker("pipeline.workflow.themes_process", str(study.folder))
            self._last = RunProgress("running", by)
        threading.Thread(target=self._follow, args=(worker, by), name="themes", daemon=True).start()

    def _follow(self, worker: WorkerProcess, by: str) -> None:
        last = RunProgress("wrong", by, sentence=_STOPPED)
        try:
            while worker.replies:
                word: dict[str, Any] = json.loads(worker.replies.recv_bytes())
                if "stage" not in word:
                    last = RunProgress("wrong", by, sentence=word["wrong"]) if "wrong" in word else RunProgress("done", by)
                    break
                self._last = RunProgress("running", by, word["stage"], word["place"], word["n"])
        except (EOFError, OSError):
            # The process is gone, and has not said why: killed for its memory, perhaps.
            pass
        finally:
            worker.end()
            self._last = last


def n_waiting(review: ReviewSession) -> int:
    """Return how many requests, and requests that were taken back, the last run has not carried out."""
    edits = review.read(lambda store: store.theme_edits())
    standing = set(edits.loc[~edits["withdrawn"].astype(bool), "edit_id"])
    return len(standing ^ set(review.last_run().tables["shaping"]["edit_id"]))
