"""How many examples a property test tries: a part of them in the quick suite, all of them in `make test-all`."""

from __future__ import annotations

import os

THOROUGH = bool(os.environ.get("CAHRA_THOROUGH"))
"""Whether the long suite runs."""


def examples(whole: int) -> int:
    """How many examples to try of `whole`: all in the long suite, else a quarter and two at the least.

    Examples
    --------
    >>> examples(2)
    2
    """
    return whole if THOROUGH else max(2, whole // 4)
