"""Arrow's functions without their help texts: no command shows them, and making them takes a twentieth of a start."""

from __future__ import annotations

import sys
import types

_PARSER = "pyarrow.vendored.docscrape"


def without_help_texts() -> None:
    """Lets :mod:`pyarrow.compute` find no parameters in the texts that it makes help out of while it is imported."""
    if "pyarrow" not in sys.modules:
        nothing = types.ModuleType(_PARSER)
        nothing.NumpyDocString = lambda text: {"Parameters": ()}  # type: ignore[attr-defined]
        sys.modules[_PARSER] = nothing
