"""Layers that were read, kept by content and by the way in which they were read, so that a file is parsed once."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from layers.formats.limits import Gateway
from layers.sources.read_options import ReadOptions

T = TypeVar("T")
MOST_LAYERS = 16
"""Layers that are kept; a session holds fewer files."""


class KeptLayers:
    """What a session has read: asked for again, it is given back; two who ask at once wait for one reading.

    Parameters
    ----------
    most
        Layers that are kept, the longest unused going first; 0 keeps none.

    Examples
    --------
    >>> kept, readings = KeptLayers(), []
    >>> [kept.read(("sites", "a"), lambda: readings.append(1) or "layer") for _ in range(2)], len(readings)
    (['layer', 'layer'], 1)
    """

    def __init__(self, most: int = MOST_LAYERS) -> None:
        self.most = most
        self._layers: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._gates: dict[tuple[Any, ...], Lock] = {}
        self._lock = Lock()

    def read(self, key: tuple[Any, ...] | None, make: Callable[[], T]) -> T:
        """The layer of a key, made where it is not there; a key of None is never kept.

        Parameters
        ----------
        key
            As :func:`reading_key` gives it; None: read anew.
        make
            Reads the layer; called once, where the key is not there.
        """
        if key is None or not self.most:
            return make()
        with self._lock:
            gate = self._gates.setdefault(key, Lock())
        with gate:
            with self._lock:
                if key in self._layers:
                    self._layers.move_to_end(key)
                    found: T = self._layers[key]
                    return found
            made = make()
            with self._lock:
                self._layers[key] = made
                while len(self._layers) > self.most:
                    self._gates.pop(self._layers.popitem(last=False)[0], None)
            return made

    def forget(self, sha256: str) -> None:
        """Let go of what was read of these bytes.

        Parameters
        ----------
        sha256
            SHA-256 of the bytes, hexadecimal.
        """
        with self._lock:
            for key in [key for key in self._layers if sha256 in key]:
                del self._layers[key]


NOTHING_KEPT = KeptLayers(0)
"""Reads anew each time, as the command line does."""


def reading_key(
    role: str, source: bytes | Path, name: str | None, gateway: Gateway, options: ReadOptions, *more: str
) -> tuple[Any, ...] | None:
    """What a reading rests on; None for a file on disk, which may change.

    Parameters
    ----------
    role
        What the file is: `sites`, `incidents` and so on.
    source
        A path, or the bytes themselves.
    name
        The file's own name, whose ending counts.
    gateway
        Which limits hold for the bytes: those of this machine's user or those of a stranger.
    options
        How the user wants the file read.
    *more
        What else the reading hangs on.
    """
    if isinstance(source, Path):
        return None
    return (role, hashlib.sha256(source).hexdigest(), name, gateway.name, options, *more)
