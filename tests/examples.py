"""How many examples a property test tries: a part of them in the quick suite, all of them in `make test-all`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import pytest

THOROUGH = bool(os.environ.get("CAHRA_THOROUGH"))
"""Whether the long suite runs."""


def examples(whole: int) -> int:
    """How many examples to try of `whole`: all in the long suite, else a twelfth and two at the least.

    Examples
    --------
    >>> examples(2)
    2
    """
    return whole if THOROUGH else max(2, whole // 12)


def some(values: Iterable[Any], *each_time: Any) -> list[Any]:
    """The values of a parametrised test: those named run each time, the others are left to the long suite.

    Examples
    --------
    >>> [getattr(value, "values", value) for value in some(["a", "b"], "b")]
    [('a',), 'b']
    """
    return [v if v in each_time else pytest.param(v, marks=pytest.mark.slow) for v in values]
