"""Carry out what people asked of themes, in a process of its own, so that the page stays quick for everybody else."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection

from pipeline.errors import PipelineError
from pipeline.runtime.worker import ends_here
from pipeline.workflow.runner import run


SINCE = "cluster"
"""The first stage that is run. Those before it make the excerpts, which stay as they are while people read them."""
_LESS_URGENT = 5


def main() -> None:
    """Run the stages from `SINCE` on in the study that is named, and tell how far it is, and how it ended."""
    _, tells, (folder,) = ends_here()
    os.nice(_LESS_URGENT)
    try:
        run(folder, since=SINCE, tell=lambda stage, place, n: _tell(tells, {"stage": stage, "place": place, "n": n}))
    except PipelineError as error:
        _tell(tells, {"wrong": str(error)})
    except Exception as fault:
        # Whatever it was, nobody would hear of it from this process; its words may quote an answer, so only its kind is told.
        _tell(tells, {"wrong": f"The run stopped ({type(fault).__name__}). Whoever runs the study sees more with `themes run`."})
    else:
        _tell(tells, {"done": True})


def _tell(tells: Connection, what: Mapping[str, object]) -> None:
    # Where the page is gone, the run is finished all the same.
    with suppress(OSError):
        tells.send_bytes(json.dumps(what).encode())


if __name__ == "__main__":
    main()
