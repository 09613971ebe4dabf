"""Distances above chords, one by one: what they are, which of them are doubtful, and what evidence shows of them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Locals = npt.NDArray[np.int32]
Doubt = tuple[float, float, float]
"""A radius, how near to it a distance is doubtful [m], and above which squared chord it is [m^2]."""
Four = tuple[float, float, float, float]
"""What an arc is made with: :data:`geo.spatial.geodesic.ARC`."""

WHOLE = 1.5 * 2.0**52
"""Added to a number below 2^51 and taken from it again it leaves the nearest whole one, the even one of two."""


@compiled
def arc(a: float, b: float, q2: float, factors: Four) -> float:
    """:func:`geo.spatial.geodesic.arc_m` of one pair [m].

    Parameters
    ----------
    a, b
        Third coordinates of its ends [m].
    q2
        Its squared chord [m^2].
    factors
        :data:`geo.spatial.geodesic.ARC`.
    """
    second, quarter, slope, least = factors
    dz, z_sum = a - b, a + b
    ratio = dz * dz / (q2 if q2 > 1e-12 else 1e-12)
    ratio *= second
    ratio += 1.0
    ratio *= ratio
    g = z_sum * z_sum * slope + least
    x = ratio / g
    x *= q2
    x *= quarter
    out = x * (3 / 40) + 1 / 6
    out *= x
    out += 1.0
    return out * math.sqrt(q2)


@compiled
def arcs(
    local: Locals, at: Ints, chord2: Floats, here: Floats, there: Floats, factors: Four, doubt: Doubt
) -> tuple[Floats, Ints]:
    """Distances above chords [m], and which are doubtful.

    Parameters
    ----------
    local, at, chord2
        Hits of a block.
    here, there
        Third coordinate of its sites and of the sorted incidents [m].
    factors
        :data:`geo.spatial.geodesic.ARC`.
    doubt
        Which distances are doubtful.
    """
    radius, decide, far2 = doubt
    n, k = at.size, 0
    distance, doubtful = np.empty(n), np.empty(n + 1, np.int64)
    for i in range(n):
        distance[i] = arc(there[at[i]], here[local[i]], chord2[i], factors)
        doubtful[k] = i
        k += abs(distance[i] - radius) <= decide or chord2[i] > far2
    return distance, doubtful[:k].copy()


@compiled
def millimetres(metres: float) -> float:
    """A distance as evidence shows it, to a millimetre [m]: what `numpy.round` gives.

    Parameters
    ----------
    metres
        A distance [m].
    """
    shown = metres * 1000.0 + WHOLE
    shown -= WHOLE
    return shown / 1000.0
