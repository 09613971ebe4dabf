"""A data folder looked at before anything is asked of a publisher: it can be written, and it is no result."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from geo.errors import InputError
from geo.messages import Note
from jobs.result_folder import names_of_result
from layers.sources.catalogue import Store


def check_place(folder: Path, reads: Iterable[Path] = ()) -> None:
    """Raise where fetched files cannot be kept in a folder.

    Parameters
    ----------
    reads
        Files that are to be kept, which must not lie there already.
    folder
        Where fetched files are kept (`--data` or CAHRA_DATA).

    Raises
    ------
    geo.errors.InputError
        It is a file or a link, lies in a result, cannot be written, or holds what is to be kept.
    """
    where = str(folder)
    if folder.is_symlink() and not folder.is_dir():
        raise InputError("The folder is a link that leads nowhere.", where=where, remedy="Name the folder itself.")
    place = folder.resolve()
    if place.exists() and not place.is_dir():
        raise InputError("This is a file, not a folder.", where=where, remedy="Name a folder for the data.")
    if any(names_of_result(one) for one in (place, *place.parents)):
        raise InputError(
            "The folder for the data is a result, or lies in one.", where=where, remedy="Name a folder beside it."
        )
    around = next(p for p in (place, *place.parents) if p.exists())
    if not around.is_dir() or not os.access(around, os.W_OK | os.X_OK):
        raise InputError(
            "The data cannot be kept.", where=where, expected=Note("a folder that may be written to"),
            got=str(around), remedy="Name a folder on a disk that has room and may be written to.",
        )  # fmt: skip
    kept = {e.name for e in Store(place).entries()} if place.exists() else set()
    for file in reads:
        if file.resolve().parent == place and file.name not in kept:
            raise InputError(
                "The file lies in the folder for the data, where only what was fetched lies.", where=where,
                got=file.name, remedy="Move it elsewhere, or name another folder.",
            )  # fmt: skip
