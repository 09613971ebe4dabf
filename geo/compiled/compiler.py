"""Whether loops are compiled, and how: Numba is optional, and nothing but time hangs on it.

Each other module of this folder holds the loops of one thing that NumPy does as well, where it is used: there
:func:`compiles` is asked, and the module is loaded only then. No loop may reorder or fuse what it adds and multiplies,
so that every result has the same bits either way; tests hold each against the other.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])
SWITCH = "CAHRA_COMPILED"
"""Variable of the environment: ``0`` never compiles, ``always`` for small jobs too; else large ones are compiled."""
LARGE = 1 << 28
"""Sites times incidents from which on loops are compiled: loading Numba takes a third of a second and 60 MB."""
LOADED = 1 << 24
"""The same where something else has loaded it already."""


def compiles(size: int) -> bool:
    """Whether the loops of a job so large are compiled.

    Parameters
    ----------
    size
        Sites times incidents, or what else the work grows with.

    Examples
    --------
    >>> compiles(1000)
    False
    """
    asked = os.environ.get(SWITCH, "")
    least = LOADED if "numba" in sys.modules else LARGE
    return asked != "0" and (size >= least or asked == "always") and installed()


@functools.cache
def installed() -> bool:
    """Whether Numba can be loaded; it is loaded by this."""
    try:
        import numba  # noqa: F401 - whether it loads beside this NumPy
    except ImportError:
        return False
    return True


@functools.cache
def _edition() -> str:
    """Name, size and time of every module of this folder.

    What Numba keeps of a loop it holds against the loop's own module alone, and it cannot read what it kept for a class
    that is gone.
    """
    modules = sorted(Path(__file__).parent.glob("*.py"))
    return " ".join(f"{p.name} {p.stat().st_size} {p.stat().st_mtime_ns}" for p in modules)


def compiled(loop: F) -> F:
    """A loop that is compiled for the types of its first call, lets other threads run, and is kept on disk.

    Where neither the folder of the module nor that of the user can be written it is compiled anew by each process;
    without Numba it stays what it is, and nobody calls it.

    Parameters
    ----------
    loop
        A function of numbers and arrays, written as a loop.
    """
    if not installed():
        return loop
    from numba import njit

    options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": False}
    try:
        made = njit(cache=True, **options)(loop)
        with contextlib.suppress(AttributeError):  # what a loop calls is part of it, and so is what it is called with
            kept = made._cache._cache_file
            kept._version = f"{kept._version} {_edition()}"
    except RuntimeError:  # there is no folder to keep it in
        made = njit(**options)(loop)
    return cast(F, made)
