"""Stop within two seconds when asked to, even in the middle of a long computation, and without a traceback."""

import os
import signal
import socket
import sys
import threading
import time
from types import FrameType


# A run may be deep in a computation that looks for no signal; it is ended after this long.
_PATIENCE_S = 1.2
_STOPPED = b"Stopped. What was finished is kept; the same command goes on from there.\n"


def stop_when_asked() -> None:
    """Let Ctrl-C and SIGTERM end the program cleanly if it can, and in any case soon; exit codes 130 and 143."""
    # Python lets only the main thread set handlers, and one watcher is enough where several commands run in one process.
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) is _terminate:
        return
    signal.signal(signal.SIGTERM, _terminate)
    ear, mouth = socket.socketpair()
    mouth.setblocking(False)
    # Python's own handlers wait for the interpreter; this is written by the handler in C, at once.
    signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(ear, mouth), daemon=True).start()


def _terminate(number: int, frame: FrameType | None) -> None:
    sys.stderr.write(_STOPPED.decode())
    raise SystemExit(128 + number)


def _watch(ear: socket.socket, mouth: socket.socket) -> None:
    """End the program if it has not ended by itself soon after it was asked to."""
    with ear, mouth:
        while (heard := ear.recv(1)) and heard[0] not in {signal.SIGINT, signal.SIGTERM}:
            pass
        if heard:
            time.sleep(_PATIENCE_S)
            # Past Python's own files and its clean-up, which the computation may be holding up.
            os.write(2, _STOPPED)
            os._exit(128 + heard[0])
