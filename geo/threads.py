"""Work shared by several threads, and how many they are: what NumPy and GEOS compute lets other work go on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import local
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

S = TypeVar("S")
T = TypeVar("T")

THREADS = min(8, os.cpu_count() or 1)
"""So many share a loop at the most; a worker of a cluster sets here what the cluster gave it."""
_HERE = local()


def spread(work: Callable[[S], T], tasks: Sequence[S]) -> Iterator[T]:
    """`work` on each task, in order, by several threads where there are several tasks.

    Parameters
    ----------
    work
        Called once a task; by several threads at once.
    tasks
        What `work` is called with, in order.

    Examples
    --------
    >>> list(spread(lambda task: task * 2, [1, 2, 3]))
    [2, 4, 6]
    """
    many = allowed(THREADS)
    if many > 1 and len(tasks) > 1:
        with ThreadPoolExecutor(many) as pool:
            yield from pool.map(work, tasks)
    else:
        yield from map(work, tasks)


def in_parts(work: Callable[[slice], npt.NDArray[Any]], n: int, least: int = 1 << 15) -> npt.NDArray[Any]:
    """`work` on equal slices of n elements, by several threads where there are many, joined along the last axis.

    Parameters
    ----------
    work
        Called once a slice; its answer has one value an element along the last axis.
    n
        How many elements there are; few are done in one go.
    least
        Elements of a slice at least.

    Examples
    --------
    >>> x = np.arange(6)
    >>> in_parts(lambda part: x[part] ** 2, 6, least=2).tolist()
    [0, 1, 4, 9, 16, 25]
    """
    parts = min(allowed(THREADS), n // least)
    if parts < 2:
        return work(slice(0, n))
    slices = [slice(n * i // parts, n * (i + 1) // parts) for i in range(parts)]
    with ThreadPoolExecutor(parts) as pool:
        return np.concatenate(list(pool.map(work, slices)), axis=-1)


def modestly(work: Callable[[], T]) -> T:
    """The result of `work`, done here while other work is begun ahead: its loops take a thread less.

    Parameters
    ----------
    work
        A function without parameters.

    Examples
    --------
    >>> modestly(lambda: allowed(4)), allowed(4)
    (3, 4)
    """
    before = getattr(_HERE, "modest", False)
    _HERE.modest = True
    try:
        return work()
    finally:
        _HERE.modest = before


def allowed(many: int) -> int:
    """How many threads a loop takes here that would take `many`.

    Parameters
    ----------
    many
        Of a machine that has nothing else to do.

    Examples
    --------
    >>> allowed(4), modestly(lambda: allowed(4)), modestly(lambda: allowed(1))
    (4, 3, 1)
    """
    return max(1, many - 1) if getattr(_HERE, "modest", False) else many
