"""Runs of neighbours: numbers one after the other, and values that hold for a run, given to each element of it.

`numpy.repeat` does the like and keeps the interpreter's lock meanwhile, so that all other threads wait for it; what is
used here lets them go on.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Counts = Ints | npt.NDArray[np.int32]


def run_of(count: Counts) -> Ints:
    """The number of the run that each element belongs to, shape (sum of `count`,).

    Parameters
    ----------
    count
        How many elements each run has, 0 or more, shape (runs,).

    Examples
    --------
    >>> run_of(np.array([2, 0, 1])).tolist()
    [0, 0, 2]
    """
    ends = np.cumsum(count)
    total = int(ends[-1]) if ends.size else 0
    begun = np.bincount(ends[:-1], minlength=total)[:total]
    return np.cumsum(begun, out=begun)


def runs(start: Ints, count: Counts) -> Ints:
    """The numbers ``start[i] .. start[i] + count[i] - 1`` of every i, one after the other.

    Parameters
    ----------
    start
        First number of each run.
    count
        How many numbers of each i; 0 gives none.

    Examples
    --------
    >>> runs(np.array([5, 9, 1]), np.array([2, 0, 3])).tolist()
    [5, 6, 1, 2, 3]
    """
    some = np.flatnonzero(count)
    if some.size < len(count):
        start, count = start.take(some), count.take(some)
    if not some.size:
        return np.zeros(0, np.int64)
    ends = np.cumsum(count)
    out = np.ones(int(ends[-1]), np.int64)
    out[0] = start[0]
    out[ends[:-1]] = start[1:] - start[:-1] - count[:-1] + 1
    return np.cumsum(out, out=out)
