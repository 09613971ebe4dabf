"""What a format of tables declares of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A form in which tables leave the program; its media type is in :mod:`layers.formats.writers.media_types`.

    Parameters
    ----------
    ending
        Of file names, without the dot.
    write
        From a frame to bytes.
    """

    ending: str
    write: Callable[..., bytes]
