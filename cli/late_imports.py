"""What libraries bring along at import and hardly any command asks for: left away, or loaded when it is asked for.

That is a tenth of the time that a small run takes from its start to its end.
"""

from __future__ import annotations

import importlib.util
import sys
import threading
import types
from typing import Any

_PARSER = "pyarrow.vendored.docscrape"


def without_help_texts() -> None:
    """Lets :mod:`pyarrow.compute` find no parameters in the texts that it makes help out of while it is imported."""
    if "pyarrow" not in sys.modules:
        nothing = types.ModuleType(_PARSER)
        nothing.NumpyDocString = lambda text: {"Parameters": ()}  # type: ignore[attr-defined]
        sys.modules[_PARSER] = nothing


def later(name: str) -> None:
    """A package that is loaded when something is asked of it itself; its modules can be had before that.

    ``pyproj`` loads systems of coordinates, its database and the modules of the network, and most runs ask for
    nothing but ``pyproj.geod``.

    Parameters
    ----------
    name
        The package.
    """
    spec = importlib.util.find_spec(name) if name not in sys.modules else None
    if spec is not None:
        package = importlib.util.module_from_spec(spec)
        package.__class__ = _Later
        sys.modules[name] = package


class _Later(types.ModuleType):
    """A package of which so far only the place is known."""

    _lock = threading.RLock()

    def __getattr__(self, name: str) -> Any:
        """What is not there yet: it is when the package has been loaded."""
        with self._lock:
            loading = self.__dict__.setdefault("_loading", [])
            if not loading:
                loading.append(True)
                assert self.__spec__ is not None
                assert self.__spec__.loader is not None
                self.__spec__.loader.exec_module(self)
                self.__class__ = types.ModuleType  # type: ignore[assignment]
            return types.ModuleType.__getattribute__(self, name)
