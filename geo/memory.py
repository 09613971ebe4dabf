"""Memory that was let go returns to the system: what large steps leave behind would stand beside what comes next."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable

M_MMAP_THRESHOLD = -3
"""The setting of glibc from how many bytes on memory is asked of the system by itself."""
LARGE = 1 << 22


def give_back() -> None:
    """Arrow's memory and that of the C library, as far as nothing in use lies in it."""
    import pyarrow as pa

    for pool in (pa.default_memory_pool(), pa.system_memory_pool()):
        pool.release_unused()
    library("malloc_trim")(ctypes.c_size_t(0))


def keep_tight() -> None:
    """For a process of one job over many columns: whatever is large comes from the system and goes back there at once.

    What is let go between others otherwise stays with the process, a quarter of what a screening needs. A tenth more
    processor time is its price; the engine's own arrays of millions would pay it with every step.
    """
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())
    library("mallopt")(M_MMAP_THRESHOLD, LARGE)


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
