"""Sums that fade with distance, pair by pair: what :mod:`geo.spatial.fading_tiles` does with products, compiled.

The exponential is a polynomial, so that many are reckoned at once; how much it is off by is in :data:`FADE_SHARE`.
Nothing here is exact to the bit: the caller knows the bound, and asks again where that matters.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Spot = tuple[float, float, float]
Bend = tuple[float, float, float, float, float]

LANES = 64
"""Points that are reckoned together; each lane adds up its own, so that the order of adding is the same everywhere."""
RINGS = 256
"""Rings around a tile, all of one width, by which its points are ordered from the middle outwards."""
SCALES = 7.0
"""Distances to which what fades is known, in scales."""
PARTS = 32.0
"""What fades is reckoned of so small a part of a distance, then squared."""
FADE_SHARE = 1e-12
"""More than what that is off by, as a share of it: 1.5e-13 the polynomial, the rest is rounding."""
MARGIN_M = 1.0
"""More than what rounding does to the chord to a middle [m]."""
# Of the exponential, through its values at the Chebyshev nodes of -SCALES / PARTS to 0.
_C0, _C1, _C2, _C3 = 0.9999999999999964, 0.999999999997892, 0.4999999997974316, 0.16666665924437019
_C4, _C5, _C6, _C7 = 0.04166653294385628, 0.008332022342454615, 0.0013817402213410054, 0.00017791510494123084


@compiled
def fade(
    task: Ints,
    fields: Ints,
    tiles: Ints,
    sites: Floats,
    groups: Ints,
    points: Floats,
    bends: Floats,
    along_z: float,
    radius_m: float,
    scale_m: float,
    edge_m: float,
    sums: Floats,
    whole: Floats,
    around: Ints,
    doubt: Bools,
) -> None:
    """Sums of weight times exp(-distance / `scale_m`) over the points within `radius_m` of each site.

    Parameters
    ----------
    task
        The first field to be done and the one after the last.
    fields, tiles
        The first tile of each field, the first site of each tile, and how many there are, shape (n + 1,) each.
    sites
        Earth-centred coordinates, those of a tile together, shape (3, sites) [m].
    groups
        The first point of each group, and how many there are, shape (groups + 1,).
    points
        Earth-centred coordinates [m] and weight, 0 or more; by group and from south to north; shape (4, points).
    bends
        Of each tile what the arc above a chord is longer by, as a share of it and of the square of the bent chord: at
        the equator's plane [1/m2], for each metre of the sum of both z [1/m3], and for the square of the chord [1/m4].
    along_z
        What the square of the difference of z adds to the square of a chord to make it a bent one.
    radius_m, scale_m
        See above; the radius is :data:`SCALES` scales at the most [m].
    edge_m
        Within this much of the radius nothing is decided [m].
    sums
        Filled: the sum of each group, shape (sites, groups).
    whole, around
        Filled: the weight of the points that may be near a tile, of the group with most, and how many these are.
    doubt
        Filled: a point lies so near to the radius of a site that its sum is not sure.
    """
    n_groups, n_points = len(groups) - 1, points.shape[1]
    near, near_groups = np.empty((4, n_points)), np.empty(n_groups + 1, np.int64)
    flat = np.empty((4, (n_points // LANES + n_groups + 1) * LANES))
    rows = flat.reshape(4, flat.shape[1] // LANES, LANES)
    first, ends = np.empty(n_groups, np.int64), np.empty((n_groups, RINGS + 2), np.int64)
    ring, cursor = np.empty(n_points, np.int64), np.empty(RINGS + 2, np.int64)
    lanes, count = np.empty(LANES), np.empty((2, LANES), np.int64)
    per_m = 1 / (PARTS * scale_m)
    sure, perhaps = (radius_m - edge_m) * -per_m, (radius_m + edge_m) * -per_m
    for field in range(task[0], task[1]):
        middle, reach = _middle(sites, tiles[fields[field]], tiles[fields[field + 1]])
        _gather(points, groups, middle, radius_m + reach, near, near_groups)
        for tile in range(fields[field], fields[field + 1]):
            middle, reach = _middle(sites, tiles[tile], tiles[tile + 1])
            reach += radius_m
            around[tile], whole[tile] = _pack(near, near_groups, middle, reach, ring, cursor, flat, first, ends)
            level, slope, square = bends[tile, 0], bends[tile, 1], bends[tile, 2]
            for site in range(tiles[tile], tiles[tile + 1]):
                here = (sites[0, site], sites[1, site], sites[2, site])
                away = math.sqrt(_chord2(here, middle)) + MARGIN_M
                # An arc of 300 km is longer than its chord by less than a thousandth.
                inner = int(max(radius_m * (1 - 1e-3) - edge_m - away, 0.0) / reach * RINGS)
                outer = min(int((radius_m + edge_m + away) / reach * RINGS), RINGS) + 1
                bend = (along_z, (level + slope * here[2]) * -per_m, slope * -per_m, square * -per_m, -per_m)
                doubt[site] = False
                for group in range(n_groups):
                    begin = first[group]
                    middle_row = begin + ends[group, inner] // LANES
                    end = begin + (ends[group, outer] + LANES - 1) // LANES
                    lanes[:] = 0.0
                    count[:] = 0
                    _add(rows, begin, middle_row, here, bend, lanes)
                    _add_within(rows, middle_row, end, here, bend, sure, perhaps, lanes, count)
                    total = 0.0
                    for k in range(LANES):
                        total += lanes[k]
                        doubt[site] |= count[0, k] != count[1, k]
                    sums[site, group] = total


@compiled
def _chord2(a: Spot, b: Spot) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2


@compiled
def _middle(sites: Floats, begin: int, end: int) -> tuple[Spot, float]:
    """The middle of some sites, and more than how far the farthest of them is [m]."""
    x, y, z = 0.0, 0.0, 0.0
    for i in range(begin, end):
        x += sites[0, i]
        y += sites[1, i]
        z += sites[2, i]
    middle = (x / (end - begin), y / (end - begin), z / (end - begin))
    most = 0.0
    for i in range(begin, end):
        most = max(most, _chord2((sites[0, i], sites[1, i], sites[2, i]), middle))
    return middle, math.sqrt(most) + MARGIN_M


@compiled
def _gather(points: Floats, groups: Ints, middle: Spot, reach: float, near: Floats, near_groups: Ints) -> None:
    """Fills `near` with the points within a chord of a middle, and `near_groups` with where each group begins."""
    n = 0
    for group in range(len(groups) - 1):
        near_groups[group] = n
        height = points[2, groups[group] : groups[group + 1]]
        low = groups[group] + np.searchsorted(height, middle[2] - reach)
        high = groups[group] + np.searchsorted(height, middle[2] + reach)
        for i in range(low, high):
            if _chord2((points[0, i], points[1, i], points[2, i]), middle) <= reach * reach:
                for part in range(4):
                    near[part, n] = points[part, i]
                n += 1
    near_groups[len(groups) - 1] = n


@compiled
def _pack(
    near: Floats,
    groups: Ints,
    middle: Spot,
    reach: float,
    ring: Ints,
    cursor: Ints,
    flat: Floats,
    first: Ints,
    ends: Ints,
) -> tuple[int, float]:
    """Fills `flat` with the points within a chord of a middle, by group and ring; how many, and their weight.

    A group begins with a row of :data:`LANES`, which is `first`; what is left of its last row lies in the middle of the
    earth and weighs nothing. `ends` is how many points of a group lie in the rings before one, shape (groups, rings +
    2). `ring` and `cursor` are room to work in.
    """
    row, count, most = 0, 0, 0.0
    for group in range(len(groups) - 1):
        height = near[2, groups[group] : groups[group + 1]]
        low = groups[group] + np.searchsorted(height, middle[2] - reach)
        high = groups[group] + np.searchsorted(height, middle[2] + reach)
        end, total = ends[group], 0.0
        end[:] = 0
        for i in range(low, high):
            ring[i] = -1
            away2 = _chord2((near[0, i], near[1, i], near[2, i]), middle)
            if away2 <= reach * reach:
                ring[i] = min(int(math.sqrt(away2) / reach * RINGS), RINGS)
                end[ring[i] + 1] += 1
                total += near[3, i]
        for r in range(RINGS + 1):
            end[r + 1] += end[r]
            cursor[r] = end[r] + row * LANES
        first[group] = row
        for i in range(low, high):
            if ring[i] >= 0:
                k = cursor[ring[i]]
                cursor[ring[i]] += 1
                for part in range(4):
                    flat[part, k] = near[part, i]
        full = end[RINGS + 1]
        blank = row * LANES + full
        row += (full + LANES - 1) // LANES
        flat[:, blank : row * LANES] = 0.0
        count += full
        most = max(most, total)
    return count, most


@compiled
def _part(away: Spot, z: float, bend: Bend) -> float:
    """The distance to a point, less than nothing and in scales, of which it is one of :data:`PARTS` parts."""
    along_z, level, slope, square, straight = bend
    dz2 = away[2] * away[2]
    chord2 = away[0] * away[0] + away[1] * away[1] + dz2
    return math.sqrt(chord2) * ((chord2 + along_z * dz2) * (level + slope * z + square * chord2) + straight)


@compiled
def faded(part: float) -> float:
    """The exponential of :data:`PARTS` parts, each between -:data:`SCALES` / :data:`PARTS` and 0.

    Parameters
    ----------
    part
        One of the parts.
    """
    p = _C4 + part * (_C5 + part * (_C6 + part * _C7))
    p = _C0 + part * (_C1 + part * (_C2 + part * (_C3 + part * p)))
    p *= p
    p *= p
    p *= p
    p *= p
    p *= p
    return p


@compiled
def _add(rows: Floats, begin: int, end: int, here: Spot, bend: Bend, lanes: Floats) -> None:
    """Adds what fades of the points of some rows, all of which are within the radius."""
    x, y, z = here
    for row in range(begin, end):
        for k in range(LANES):
            away = (rows[0, row, k] - x, rows[1, row, k] - y, rows[2, row, k] - z)
            lanes[k] += rows[3, row, k] * faded(_part(away, rows[2, row, k], bend))


@compiled
def _add_within(
    rows: Floats, begin: int, end: int, here: Spot, bend: Bend, sure: float, perhaps: float, lanes: Floats, count: Ints
) -> None:
    """Adds what fades of the points of some rows that are surely within, and counts them and those that perhaps are."""
    x, y, z = here
    for row in range(begin, end):
        for k in range(LANES):
            away = (rows[0, row, k] - x, rows[1, row, k] - y, rows[2, row, k] - z)
            part = _part(away, rows[2, row, k], bend)
            count[0, k] += part >= sure
            count[1, k] += part >= perhaps
            lanes[k] += rows[3, row, k] * faded(part) if part >= sure else 0.0
