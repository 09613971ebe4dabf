"""Memory that was let go returns to the system: what large steps leave behind would stand beside what comes next."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable

import pyarrow as pa


def give_back() -> None:
    """Arrow's memory and that of the C library, as far as nothing in use lies in it."""
    for pool in (pa.default_memory_pool(), pa.system_memory_pool()):
        pool.release_unused()
    _trim()(0)


@functools.cache
def _trim() -> Callable[[int], object]:
    """`malloc_trim` of glibc; elsewhere nothing."""
    try:
        found = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return lambda _: None
    return lambda keep: found(ctypes.c_size_t(keep))
