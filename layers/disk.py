"""Bytes that are on the disk when a call returns, not only on their way there; folders for one writer at a time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def keep(folder: Path) -> None:
    """The names in a folder are on the disk when this returns (where the system lets a folder be synchronised)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_file(path: Path, data: bytes | Iterable[Any]) -> None:
    """A new file whose bytes, or pieces of bytes, are on the disk when this returns."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        pieces: Iterable[Any] = (data,) if isinstance(data, bytes) else data
        for piece in pieces:
            view = memoryview(piece)
            while view:
                view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def lock(folder: Path, *, wait: bool = False) -> int | None:
    """A lock on a folder until the handle is closed, or its process ends; None where the system has none.

    Raises
    ------
    OSError
        Another process holds it (unless it is waited for), or the file system knows no locks.
    """
    if os.name != "posix":
        return None
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(handle)
        raise
    return handle


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One process at a time, where the file system knows locks."""
    try:
        handle = lock(folder, wait=True)
    except OSError:
        handle = None
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)
