"""Which version of a library is installed: what a run record says of the program that made it."""

from __future__ import annotations

import functools
import os
import re
import sys
from contextlib import suppress
from pathlib import Path

_VERSION = re.compile(r"^Version: *(.+?) *$", re.MULTILINE)

_BEGINNING = 2000
"""Characters within which a library says its version."""
_END = ".dist-info"


@functools.cache
def _described() -> dict[str, Path]:
    """Where each library says what it is, of several the first that Python would find."""
    found: dict[str, Path] = {}
    for place in sys.path:
        with suppress(OSError):
            for name in os.listdir(place or "."):  # noqa: PTH208 - a path for each of hundreds takes long
                if name.endswith(_END):
                    found.setdefault(name.partition("-")[0].lower(), Path(place, name))
    return found


@functools.cache
def version(name: str) -> str:
    """The version, as :func:`importlib.metadata.version` gives it, without the parser of letters that it loads.

    Parameters
    ----------
    name
        Name of the library, as it is installed by.

    Raises
    ------
    importlib.metadata.PackageNotFoundError
        It is not installed.
    """
    found = _described().get(re.sub(r"[-_.]+", "_", name).lower())
    if found is not None:
        with (found / "METADATA").open(encoding="utf-8") as file:
            stated = _VERSION.search(file.read(_BEGINNING).partition("\n\n")[0])
        if stated:
            return stated[1]
    from importlib import metadata

    return metadata.version(name)
