"""Two folders change places in one step, where the system can do that, and what is on the disk is there to stay.

Linux and macOS exchange two names at once. Elsewhere the old folder is put aside first: between the two steps there is
none under the name, and :func:`put_back` finds the old one again.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import Any

ASIDE = ".aside-"
"""Between the folder's name and some random letters: where the old one waits on systems that cannot exchange."""
_AT_FDCWD = -2 if sys.platform == "darwin" else -100
_EXCHANGE = 2


def exchange(one: Path, two: Path) -> bool:
    """Exchanges the names of two folders in one step; False where the system or file system cannot.

    Parameters
    ----------
    one
        A folder.
    two
        Another folder on the same file system.
    """
    names = (os.fsencode(one), os.fsencode(two))
    library: Any = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
    if hasattr(library, "renameat2"):
        failed = library.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _EXCHANGE)
    elif hasattr(library, "renamex_np"):
        failed = library.renamex_np(names[0], names[1], _EXCHANGE)
    else:
        return False
    return not failed


def put_in_place(new: Path, old: Path, letters: str) -> Path | None:
    """Puts the folder `new` under the name of the folder `old`; gives where the old content is now.

    None where `old` does not exist or is empty: then there is nothing to take away.

    Parameters
    ----------
    new
        The complete new folder, beside the old one.
    old
        The name that the result is to have; what is there now is put aside.
    letters
        A few random letters in the name under which the old folder is kept, so that two writers do not meet.
    """
    try:
        new.rename(old)  # in one step where there is none, or an empty one
    except OSError:
        if not old.is_dir():
            raise
    else:
        return None
    if exchange(new, old):
        return new
    aside = old.with_name(f".{old.name}{ASIDE}{letters}")
    old.rename(aside)
    try:
        new.rename(old)
    except OSError:
        aside.rename(old)
        raise
    return aside


def put_back(folder: Path) -> None:
    """Where a writer was killed between its two steps, the old folder gets its name again.

    Parameters
    ----------
    folder
        The name that the result should have.
    """
    if folder.exists() or not folder.parent.is_dir():
        return
    waiting = sorted(folder.parent.glob(f".{glob_safe(folder.name)}{ASIDE}*"), key=lambda p: p.stat().st_mtime)
    if waiting:
        waiting[-1].rename(folder)


def glob_safe(name: str) -> str:
    """A name in which no character stands for others.

    Parameters
    ----------
    name
        A name of a file or folder, which may hold ``*``, ``?`` or ``[``.
    """
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)
