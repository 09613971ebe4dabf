"""Work that nothing waits for yet, begun in a thread of its own."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import TypeVar

from geo.threads import modestly

T = TypeVar("T")
SWITCH_S = 5e-4
"""How long a thread keeps Python to itself while others wait: NumPy asks for it again after every operation."""


def ahead(
    work: Callable[[], T], *, worth: bool = True, after: Callable[[], object] | None = None, modest: bool = False
) -> Callable[[], T]:
    """What gives the result of `work`, waiting for it where it is not done, and raises what it raised.

    Parameters
    ----------
    worth
        Whether it is so much that a thread pays; else, or with one processor, it is done when it is asked for.
    work
        A function without parameters; it is called once, however often its result is asked for.
    after
        Other work begun ahead that is needed sooner: a thread of this one waits for it. None: it begins at once.
    modest
        Whether it is needed late and leaves a processor to the rest: its loops take a thread less
        (:func:`geo.threads.modestly`).

    Examples
    --------
    >>> ahead(lambda: 1 + 1)(), ahead(lambda: 2 + 2, worth=False)()
    (2, 4)
    """
    if not worth or (os.cpu_count() or 1) < 2:
        return functools.cache(work)
    made: Future[T] = Future()
    sys.setswitchinterval(min(sys.getswitchinterval(), SWITCH_S))

    def run() -> None:
        if after is not None:
            with suppress(BaseException):  # who asks for that work hears of its fault
                after()
        try:
            made.set_result(modestly(work) if modest else work())
        except BaseException as fault:
            made.set_exception(fault)

    Thread(target=run, daemon=True).start()
    return made.result
