"""Work that nothing waits for yet, begun in a thread of its own: what NumPy and GEOS compute lets other work go on."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread, local
from typing import TypeVar

T = TypeVar("T")
_HERE = local()
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
        A function without parameters; it is called once.
    after
        Other work begun ahead that is needed sooner: a thread of this one waits for it. None: it begins at once.
    modest
        Whether it is needed late and leaves a processor to the rest: its loops take a thread less (:func:`threads`).

    Examples
    --------
    >>> ahead(lambda: 1 + 1)(), ahead(lambda: 2 + 2, worth=False)()
    (2, 4)
    """
    if not worth or (os.cpu_count() or 1) < 2:
        return work
    made: Future[T] = Future()
    sys.setswitchinterval(min(sys.getswitchinterval(), SWITCH_S))

    def run() -> None:
        _HERE.modest = modest
        if after is not None:
            with suppress(BaseException):  # who asks for that work hears of its fault
                after()
        try:
            made.set_result(work())
        except BaseException as fault:
            made.set_exception(fault)

    Thread(target=run, daemon=True).start()
    return made.result


def modestly(work: Callable[[], T]) -> T:
    """The result of `work`, done here while other work is begun ahead: its loops take a thread less.

    Parameters
    ----------
    work
        A function without parameters.

    Examples
    --------
    >>> modestly(lambda: threads(4)), threads(4)
    (3, 4)
    """
    before = getattr(_HERE, "modest", False)
    _HERE.modest = True
    try:
        return work()
    finally:
        _HERE.modest = before


def threads(many: int) -> int:
    """How many threads a loop takes here that would take `many`.

    Parameters
    ----------
    many
        Of a machine that has nothing else to do.

    Examples
    --------
    >>> threads(4), ahead(lambda: threads(4), modest=True)() in (3, 4)
    (4, True)
    """
    return max(1, many - 1) if getattr(_HERE, "modest", False) else many
