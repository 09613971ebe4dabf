"""Where fetched editions are kept: ``CAHRA_DATA``, else the user's data folder of the system."""

from __future__ import annotations

import os
from pathlib import Path

from layers.sources.catalogue import Store

VARIABLE = "CAHRA_DATA"
APART = "restricted"
"""Folder within it for files whose rows must not leave: readable by its owner alone."""


def data_folder() -> Path:
    """The folder; it is made by the first download."""
    given = os.environ.get(VARIABLE, "")
    if given:
        return Path(given).expanduser()
    import platformdirs

    return platformdirs.user_data_path("cahra-atlas", appauthor=False)


def store_of(folder: Path, *, restricted: bool = False) -> Store:
    """The store of a data folder; that of restricted files lies apart, for its owner alone."""
    if not restricted:
        return Store(folder)
    apart = folder / APART
    apart.mkdir(parents=True, exist_ok=True, mode=0o700)
    apart.chmod(0o700)
    return Store(apart)


def stores(folder: Path) -> list[Store]:
    """Both stores of a data folder, as far as they are there."""
    return [Store(folder), *([Store(folder / APART)] if (folder / APART).is_dir() else [])]
