"""What a format declares of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A form in which something leaves the program.

    Parameters
    ----------
    ending
        Of file names, without the dot.
    media_type
        As browsers and other programs call it.
    write
        From a frame to bytes; None for a form that is no table.
    """

    ending: str
    media_type: str
    write: Callable[..., bytes] | None = None
