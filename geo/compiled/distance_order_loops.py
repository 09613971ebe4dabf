"""Pairs of one site in order, the nearest first: bins of equal area, and few one by one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Whole = int | np.int64
"""A number whose type is given: a loop would be compiled once more for a 0 that is written as such."""

FEW = 12
"""So many are put in order one by one."""


@compiled
def put_in_order(
    at: Ints, away: Floats, n: Whole, who: Ints, metres: Floats, begin: Whole, spare: Ints, radius: float
) -> None:
    """Puts pairs of one site in order by distance and incident: into as many bins of equal area as there are pairs.

    Parameters
    ----------
    at, away, n
        Incidents and distances [m], of which the first `n` count; what they hold is lost.
    who, metres, begin
        Filled from `begin` on.
    spare
        Room for the bins of two such sites.
    radius
        No distance is longer [m].
    """
    if n <= FEW:
        for i in range(n):
            who[begin + i], metres[begin + i] = at[i], away[i]
        _one_by_one(who, metres, begin, begin + n)
        return
    scale = n / max(radius * radius, 1e-9)
    half = spare.size // 2
    bound, bins = spare[:half], spare[half:]
    for i in range(n + 1):
        bound[i] = 0
    for i in range(n):
        bins[i] = min(int(away[i] * away[i] * scale), n - 1)
        bound[bins[i] + 1] += 1
    full = 0
    for i in range(n):
        full = max(full, bound[i + 1])
        bound[i + 1] += bound[i]
    for i in range(n):
        to = begin + bound[bins[i]]
        bound[bins[i]] += 1
        who[to], metres[to] = at[i], away[i]
    if full > FEW:
        _merged(who, metres, at, away, begin, begin + n)
    else:
        _one_by_one(who, metres, begin, begin + n)


@compiled
def _before(a_m: float, a: int, b_m: float, b: int) -> bool:
    """Whether a pair stands before another: it is nearer, or as near and of an earlier incident."""
    return a_m < b_m or (a_m == b_m and a < b)


@compiled
def _one_by_one(who: Ints, metres: Floats, begin: Whole, end: Whole) -> None:
    """Puts pairs in order that are almost so, or few."""
    for i in range(begin + 1, end):
        w, m, j = who[i], metres[i], i
        while j > begin and _before(m, w, metres[j - 1], who[j - 1]):
            who[j], metres[j] = who[j - 1], metres[j - 1]
            j -= 1
        who[j], metres[j] = w, m


@compiled
def _merged(who: Ints, metres: Floats, at: Ints, away: Floats, begin: Whole, end: Whole) -> None:
    """Puts any pairs in order: short runs, then two of them at a time; `at` and `away` have room for them."""
    for a in range(begin, end, FEW):
        _one_by_one(who, metres, a, min(a + FEW, end))
    width = FEW
    while width < end - begin:
        for a in range(begin, end, 2 * width):
            middle, stop = min(a + width, end), min(a + 2 * width, end)
            i, j = a, middle
            for k in range(a - begin, stop - begin):
                if j >= stop or (i < middle and not _before(metres[j], who[j], metres[i], who[i])):
                    at[k], away[k] = who[i], metres[i]
                    i += 1
                else:
                    at[k], away[k] = who[j], metres[j]
                    j += 1
        for k in range(begin, end):
            who[k], metres[k] = at[k - begin], away[k - begin]
        width *= 2
