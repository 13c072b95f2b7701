"""Ask for memory before the work begins: where it is short, libraries end the program in their own way, or wait without end."""

import mmap
import os


LOADING_MB = 500
"""What the libraries of numbers and tables take of the address space."""
_RUN_MB, _CORE_MB = 1_620, 80
"""What a run of a small study takes beside them (measured: 1.9 GB in all with one core), and with each core."""


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
