"""Memory: asked for before the work begins, since libraries that get none end the program or wait; seldom looked through."""

import atexit
import ctypes
import gc
import mmap
import os
import resource


LOADING_MB = 500
"""What the libraries of numbers and tables take of the address space."""
# What a run of a small study takes beside them (measured: 1.9 GB in all with one core), and with each core.
_RUN_MB, _CORE_MB = 1_620, 80
# From <linux/prctl.h>; Python has no name for it.
_PR_SET_DUMPABLE = 4


def check_memory(megabytes: int) -> None:
    """Raise MemoryError unless so much more could be had; nothing of it is used.

    OpenBLAS asks again for ever when it is loaded and gets no memory, and so cannot even be interrupted.
    """
    try:
        mmap.mmap(-1, megabytes << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ).close()
    except OSError as error:
        raise MemoryError from error


def run_megabytes() -> int:
    """Return how much more of the address space a run of a small study takes on this machine."""
    return _RUN_MB + _CORE_MB * (os.cpu_count() or 1)


def release_memory() -> None:
    """Give memory that is no longer used back to the system, which libraries keep for what may come; where that is possible."""
    import pyarrow

    pyarrow.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def search_seldom() -> None:
    """Let Python look seldom, and not at the end, for objects that hold each other and nobody else holds.

    What is loaded is kept until the program ends, so to look through it again and again, and at the end, when all goes anyhow, is
    lost time. What is left in rings between two looks is small: a run takes no more memory than it did.
    """
    gc.set_threshold(50_000, 10, 10)
    atexit.register(gc.freeze)


def cpu_count() -> int:
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
