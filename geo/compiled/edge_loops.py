"""The pieces of edges that may be nearest to a point: balls around longer and shorter runs, the nearest first.

What is found is a little more than what may count; NumPy measures it, as it does without Numba.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Level = tuple[Floats, Floats, Ints, Ints]

MORE_M = 1e-3
"""By which everything is taken wider than NumPy takes it, far above what rounding does to it [m]."""
CHILDREN = 64
"""At least as many as there are runs of the next level in a run."""
GROUP = 16
"""Long runs that are looked at as one where all of them are asked."""


@compiled
def _away(x: float, y: float, z: float, of: Floats, i: int) -> float:
    """Chord from a place to the i-th of some [m]."""
    dx, dy, dz = of[0, i] - x, of[1, i] - y, of[2, i] - z
    return math.sqrt(dx * dx + dy * dy + dz * dz)


@compiled
def reaches(first: Ints, last: Ints, middle: Floats, start: Floats, end: Floats) -> Floats:
    """Square of how far the pieces of each run reach from a place of it [m^2], shape (runs,).

    Parameters
    ----------
    first, last
        Pieces of each run, the last one exclusive, shape (runs,).
    middle
        Its place, earth-centred [m], shape (3, runs).
    start, end
        Ends of the pieces, earth-centred [m], shape (3, pieces).
    """
    out = np.zeros(len(first))
    for run in range(len(first)):
        x, y, z = middle[0, run], middle[1, run], middle[2, run]
        for p in range(first[run], last[run]):
            dx, dy, dz = start[0, p] - x, start[1, p] - y, start[2, p] - z
            out[run] = max(out[run], dx * dx + dy * dy + dz * dz)
            dx, dy, dz = end[0, p] - x, end[1, p] - y, end[2, p] - z
            out[run] = max(out[run], dx * dx + dy * dy + dz * dz)
    return out


@compiled
def balls(middle: Floats, reach: Floats) -> tuple[Floats, Floats]:
    """A ball around each :data:`GROUP` of balls: middles [m], shape (3, groups), and radii [m].

    Parameters
    ----------
    middle, reach
        Middles [m, earth-centred], shape (3, n), and radii [m], shape (n,).
    """
    groups = (len(reach) + GROUP - 1) // GROUP
    some, wide = np.zeros((3, groups)), np.zeros(groups)
    for g in range(groups):
        begin, end = g * GROUP, min((g + 1) * GROUP, len(reach))
        x, y, z = middle[0, (begin + end) // 2], middle[1, (begin + end) // 2], middle[2, (begin + end) // 2]
        some[0, g], some[1, g], some[2, g] = x, y, z
        for i in range(begin, end):
            wide[g] = max(wide[g], _away(x, y, z, middle, i) + reach[i] + MORE_M)
    return some, wide


@compiled
def near_pieces(
    here: Floats,
    radius: Floats,
    low: Ints,
    high: Ints,
    mine: Ints,
    theirs: Ints,
    each_owner: bool,
    owner: Ints,
    slack: float,
    bend: float,
    groups: tuple[Floats, Floats],
    levels: tuple[Level, Level, Level],
    start: Floats,
    along: Floats,
    length2: Floats,
) -> tuple[Ints, Ints]:
    """Pairs of a point and a piece whose chord may be as short as the shortest of the point, or of point and owner.

    Parameters
    ----------
    here
        Earth-centred positions of the points [m], shape (3, n).
    radius
        Chord beyond which nothing is looked for [m], shape (n,).
    low, high
        Long runs that each point asks, shape (n,); the last one exclusive.
    mine, theirs
        A code of each point, and one of each polygon: runs of a point's own code are not looked at.
    each_owner
        Whether the shortest chord is that to each owner.
    owner
        Polygon of each long run.
    slack
        By which a chord may be longer than the longest that may count [m].
    bend
        The longest chord that may have a geodesic as short as that of the chord `c` is ``c (1 + bend c**2)``.
    groups
        What :func:`balls` gives of the long runs.
    levels
        Balls around the long runs, the shorter and the shortest: middles [m], shape (3, runs), and radii [m]; and what
        lies in each, the last one exclusive: runs of the next level, of the last one pieces.
    start, along, length2
        First end of each piece and the way to its other end [m], shape (3, pieces), and the square of its length.

    Returns
    -------
    point, piece
        By ascending point.
    """
    n = here.shape[1]
    group_middle, group_reach = groups
    middle0, reach0, first0, last0 = levels[0]
    middle1, reach1, first1, last1 = levels[1]
    middle2, reach2, first2, last2 = levels[2]
    runs, away = np.empty(len(owner), np.int64), np.empty(len(owner))
    best = np.full(owner.max() + 1 if len(owner) else 1, np.inf)
    piece_of, chord_of, slot_of = np.empty(64, np.int64), np.empty(64), np.empty(64, np.int64)
    away1, away2 = np.empty(CHILDREN), np.empty(CHILDREN)
    point, piece, total = np.empty(2 * n + 64, np.int64), np.empty(2 * n + 64, np.int64), 0
    for i in range(n):
        x, y, z, most = here[0, i], here[1, i], here[2, i], radius[i] + slack + MORE_M
        count, nearest = 0, 0
        whole = low[i] == 0 and high[i] == len(owner)
        for g in range(low[i] // GROUP, (high[i] + GROUP - 1) // GROUP):
            if whole and _away(x, y, z, group_middle, g) - group_reach[g] > most:
                continue
            for run in range(max(low[i], g * GROUP), min(high[i], (g + 1) * GROUP)):
                if theirs[owner[run]] == mine[i]:
                    continue
                chord = _away(x, y, z, middle0, run)
                if chord - reach0[run] <= most:
                    runs[count], away[count] = run, chord
                    if chord < away[nearest]:
                        nearest = count
                    slot = owner[run] if each_owner else 0
                    best[slot] = min(best[slot], chord)
                    count += 1
        found = 0
        for k in range(count):
            # The nearest run first: then most of the others need no look.
            at = nearest if k == 0 else (0 if k == nearest else k)
            run = runs[at]
            slot = owner[run] if each_owner else 0
            limit = min(best[slot] * (1 + bend * best[slot] ** 2) + slack + MORE_M, most)
            if away[at] - reach0[run] > limit:
                continue
            for one in range(first0[run], last0[run]):
                away1[one - first0[run]] = _away(x, y, z, middle1, one)
                best[slot] = min(best[slot], away1[one - first0[run]])
            limit = min(best[slot] * (1 + bend * best[slot] ** 2) + slack + MORE_M, most)
            for one in range(first0[run], last0[run]):
                if away1[one - first0[run]] - reach1[one] > limit:
                    continue
                for two in range(first1[one], last1[one]):
                    away2[two - first1[one]] = _away(x, y, z, middle2, two)
                    best[slot] = min(best[slot], away2[two - first1[one]])
                limit = min(best[slot] * (1 + bend * best[slot] ** 2) + slack + MORE_M, most)
                for two in range(first1[one], last1[one]):
                    if away2[two - first1[one]] - reach2[two] > limit:
                        continue
                    for p in range(first2[two], last2[two]):
                        dx, dy, dz = x - start[0, p], y - start[1, p], z - start[2, p]
                        share = (along[0, p] * dx + along[1, p] * dy + along[2, p] * dz) / length2[p]
                        share = min(max(share, 0.0), 1.0)
                        dx, dy, dz = dx - share * along[0, p], dy - share * along[1, p], dz - share * along[2, p]
                        chord = math.sqrt(dx * dx + dy * dy + dz * dz)
                        if chord < best[slot]:
                            best[slot] = chord
                            limit = min(chord * (1 + bend * chord**2) + slack + MORE_M, most)
                        if chord <= limit:
                            if found == len(piece_of):
                                piece_of = np.concatenate((piece_of, piece_of))
                                chord_of = np.concatenate((chord_of, chord_of))
                                slot_of = np.concatenate((slot_of, slot_of))
                            piece_of[found], chord_of[found], slot_of[found] = p, chord, slot
                            found += 1
        while total + found > len(point):
            point, piece = np.concatenate((point, point)), np.concatenate((piece, piece))
        for k in range(found):
            shortest = best[slot_of[k]]
            if chord_of[k] <= shortest * (1 + bend * shortest**2) + slack + MORE_M:
                point[total], piece[total] = i, piece_of[k]
                total += 1
        for k in range(count):
            best[owner[runs[k]] if each_owner else 0] = np.inf
    return point[:total].copy(), piece[:total].copy()
