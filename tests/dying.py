"""Loaded by a worker of the tests: the process is killed when it begins its third task, as if somebody had pulled the plug."""

import os
import signal

from distributed import WorkerPlugin


class Dying(WorkerPlugin):
    def __init__(self):
        self.begun = 0

    def transition(self, key, start, finish, **_):
        self.begun += finish == "executing"
        if self.begun == 3:
            os.kill(os.getpid(), signal.SIGKILL)


async def dask_setup(worker):
    await worker.plugin_add(Dying())
