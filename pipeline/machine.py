"""What this machine has to give."""

import ctypes
import os
import resource


_PR_SET_DUMPABLE = 4


def n_processors() -> int:
    """Return how many processors this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_bytes() -> int:
    """Return how much memory the machine has."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def leave_no_core() -> None:
    """Let this process, and what it starts, leave no core file with the answers that it held when it dies."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A system that hands cores to a program of its own does not ask for the limit; this it heeds. Only Linux has it.
    control = getattr(ctypes.CDLL(None), "prctl", None)
    if control is not None:
        control(_PR_SET_DUMPABLE, 0, 0, 0, 0)
