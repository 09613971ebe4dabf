"""Memory that was let go returns to the system: what large steps leave behind would stand beside what comes next."""

from __future__ import annotations

import ctypes
import functools
import os
from collections.abc import Callable

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Settings of glibc: so many bytes at the end of a heap go back, from so many on memory is asked for by itself, and so
many heaps do threads have."""
LARGE = 1 << 22
SPARE = 1 << 24
"""What a heap may keep at its end: what goes back with every step comes again with the next one, page after page."""
HEAP_LARGE, HEAP_SPARE = 1 << 25, 1 << 27
"""The same where steps follow each other for long."""


def give_back() -> None:
    """Arrow's memory and that of the C library, as far as nothing in use lies in it."""
    import pyarrow as pa

    for pool in (pa.default_memory_pool(), pa.system_memory_pool()):
        pool.release_unused()
    library("malloc_trim")(ctypes.c_size_t(0))


def keep_tight() -> None:
    """For a process of one job over many columns: whatever is large comes from the system and goes back there at once.

    What is let go between others otherwise stays with the process, a quarter of what a screening needs. A tenth more
    processor time is its price; the engine's own arrays of millions would pay it with every step. Loops are not
    compiled where nobody asks for it: Numba and what it compiles take a hundred megabytes, and save such a job nothing.
    """
    import pyarrow as pa

    from geo.compiled.compiler import SWITCH

    os.environ.setdefault(SWITCH, "0")

    pa.set_memory_pool(pa.system_memory_pool())
    library("mallopt")(M_MMAP_THRESHOLD, LARGE)
    library("mallopt")(M_TRIM_THRESHOLD, SPARE)


def keep_heap() -> None:
    """For a process of many steps over arrays of some megabytes: what one lets go is there for the next.

    Dask asks the C library to give everything back at once, so that each step gets its pages anew from the system,
    which clears them: a third of the processor time of a worker. Threads that come and go share one heap, else each
    would keep one.
    """
    library("mallopt")(M_ARENA_MAX, 1)
    library("mallopt")(M_MMAP_THRESHOLD, HEAP_LARGE)
    library("mallopt")(M_TRIM_THRESHOLD, HEAP_SPARE)


@functools.cache
def library(name: str) -> Callable[..., object]:
    """A function of glibc; elsewhere what does nothing and gives None.

    Parameters
    ----------
    name
        Its name, such as `malloc_trim`.
    """
    try:
        found: Callable[..., object] = getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):
        return lambda *_: None
    return found
