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
_TEXTS = ("numpy._core._add_newdocs", "numpy._core._add_newdocs_scalars")
"""They write the help of NumPy's compiled functions, and do nothing else."""


def without_help_texts() -> None:
    """Leaves NumPy's compiled functions without help, and :mod:`pyarrow.compute` without texts to make help out of."""
    if "numpy" not in sys.modules:
        sys.modules.update({name: types.ModuleType(name) for name in _TEXTS})
    if "pyarrow" not in sys.modules:
        nothing = types.ModuleType(_PARSER)
        nothing.NumpyDocString = lambda text: {"Parameters": ()}  # type: ignore[attr-defined]
        sys.modules[_PARSER] = nothing


def later(name: str, *, whole: bool = False) -> None:
    """A package that is loaded when something is asked of it itself.

    ``pyproj`` loads systems of coordinates, its database and the modules of the network, and most runs ask for
    nothing but ``pyproj.geod``. ``pandas`` takes as long to load as all else: files are read while it is.

    Parameters
    ----------
    name
        The package.
    whole
        Whether its modules need the package itself; else they can be had before that.
    """
    spec = importlib.util.find_spec(name) if name not in sys.modules else None
    if spec is not None:
        package = importlib.util.module_from_spec(spec)
        package.__class__ = _Whole if whole else _Later
        sys.modules[name] = package


class _Later(types.ModuleType):
    """A package of which so far only the place is known."""

    _lock = threading.RLock()

    def __getattr__(self, name: str) -> Any:
        """What is not there yet: it is when the package has been loaded."""
        with _Later._lock:
            _load(self)
            return types.ModuleType.__getattribute__(self, name)


class _Whole(_Later):
    """The same, where its modules need the package itself; nobody sees it half loaded but who loads it."""

    _lock = threading.RLock()

    def __getattribute__(self, name: str) -> Any:
        """What is asked of it, when it has been loaded; what only Python's own import asks is known before."""
        if name in _KNOWN_BEFORE:
            return types.ModuleType.__getattribute__(self, name)
        with _Whole._lock:
            _load(self)
            return types.ModuleType.__getattribute__(self, name)


_KNOWN_BEFORE = frozenset(("__spec__", "__class__", "__dict__", "__name__", "__loader__"))


def _load(package: types.ModuleType) -> None:
    """Loads a package, once: who asks again meanwhile is the package itself."""
    loading = package.__dict__.setdefault("_loading", [])
    if not loading:
        loading.append(True)
        spec = package.__dict__["__spec__"]
        spec.loader.exec_module(package)
        package.__class__ = types.ModuleType
