"""Candidates of a search one by one: those whose chord is short enough, how far they are, and their order by site."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.compiled.arc_loops import Doubt, Four, arc
from geo.compiled.compiler import compiled
from geo.compiled.distance_order_loops import put_in_order

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Locals = npt.NDArray[np.int32]


@compiled
def usable(
    lon: Floats, lat: Floats, day: Ints, end: Ints, last: int, first: int, limit: int
) -> tuple[Ints, Floats, Floats, bool]:
    """The incidents that some window can reach, where they lie, and whether all latitudes are such.

    Parameters
    ----------
    lon, lat
        Degrees on WGS 84, NaN where unknown.
    day, end
        First and last day of each, days since 1970-01-01.
    last, first
        The last and the first day of any window.
    limit
        Days as far as this from 1970 are none.
    """
    n, k, good = lon.size, 0, True
    rows, x, y = np.empty(n, np.int64), np.empty(n), np.empty(n)
    for i in range(n):
        good &= not abs(lat[i]) > 90
        timely = -limit < day[i] < limit and -limit < end[i] < limit and day[i] <= last and end[i] >= first
        if timely and np.isfinite(lon[i]) and np.isfinite(lat[i]):
            rows[k], x[k], y[k] = i, lon[i], lat[i]
            k += 1
    return rows[:k].copy(), x[:k].copy(), y[:k].copy(), good


class Around(NamedTuple):
    """Ranges of candidates around sites, and what a candidate is held against.

    Parameters
    ----------
    site, lo, hi
        Ranges of sorted incidents, grouped by ascending site.
    px, py, pz
        Where the sites are [m].
    x, y, z
        Where the sorted incidents are [m].
    limit2
        The squared chord that is still near enough [m^2].
    end, since
        The last day of each incident and the first of each site's window; `end` has no length where days play no part.
    """

    site: Ints
    lo: Ints
    hi: Ints
    px: Floats
    py: Floats
    pz: Floats
    x: Floats
    y: Floats
    z: Floats
    limit2: float
    end: Ints
    since: Ints


@compiled
def short_chords(around: Around) -> tuple[Locals, Ints, Floats]:
    """Of the candidates in ranges those within a chord: their site, their position and the squared chord [m^2].

    Parameters
    ----------
    around
        The ranges.
    """
    site, lo, hi, px, py, pz, x, y, z, limit2, end, since = around
    total = 0
    for r in range(site.size):
        total += hi[r] - lo[r]
    local, at, chord2 = np.empty(total + 1, np.int32), np.empty(total + 1, np.int64), np.empty(total + 1)
    k = 0
    for r in range(site.size):
        i = site[r]
        a, b, c = px[i], py[i], pz[i]
        for j in range(lo[r], hi[r]):
            dx, dy, dz = x[j] - a, y[j] - b, z[j] - c
            dx *= dx
            dy *= dy
            dx += dy
            dz *= dz
            dx += dz
            # Written in any case, kept if near: there is nothing to guess.
            local[k], at[k], chord2[k] = i, j, dx
            k += dx <= limit2 and (end.size == 0 or end[j] >= since[i])
    return local[:k], at[:k], chord2[:k]


@compiled
def sure_pairs(around: Around, incident: Ints, factors: Four, doubt: Doubt) -> tuple[Locals, Ints, Floats, bool]:
    """:func:`short_chords`, arcs and :func:`in_order` at once; the last answer is whether all of them are sure.

    Parameters
    ----------
    around
        As :func:`short_chords` takes it.
    incident
        The incident at each position.
    factors, doubt
        As :func:`geo.compiled.arc_loops.arcs` takes them.
    """
    radius, decide, far2 = doubt
    site, lo, hi, px, py, pz, x, y, z, limit2, end, since = around
    total = most = r = k = 0
    while r < site.size:
        i, mine = site[r], 0
        while r < site.size and site[r] == i:
            mine += hi[r] - lo[r]
            r += 1
        total, most = total + mine, max(most, mine)
    who, metres = np.empty(total, np.int64), np.empty(total)
    counts = np.zeros(px.size, np.int32)
    at, away, spare = np.empty(most + 1, np.int64), np.empty(most + 1), np.empty(2 * most + 2, np.int64)
    r = 0
    while r < site.size:
        i, n = site[r], 0
        a, b, c = px[i], py[i], pz[i]
        while r < site.size and site[r] == i:
            for j in range(lo[r], hi[r]):
                dx, dy, dz = x[j] - a, y[j] - b, z[j] - c
                dx *= dx
                dy *= dy
                dx += dy
                dz *= dz
                dx += dz
                # Written in any case, kept if near: there is nothing to guess.
                at[n], away[n] = j, dx
                n += dx <= limit2 and (end.size == 0 or end[j] >= since[i])
            r += 1
        doubts = 0
        for j in range(n):
            far = away[j] > far2
            away[j] = arc(z[at[j]], c, away[j], factors)
            doubts += far or abs(away[j] - radius) <= decide
        if doubts:
            return counts, who[:0], metres[:0], False
        inside = 0
        for j in range(n):
            at[inside], away[inside] = incident[at[j]], away[j]
            inside += away[j] <= radius
        counts[i] = inside
        put_in_order(at, away, np.int64(inside), who, metres, np.int64(k), spare, radius)
        k += inside
    return counts, who[:k].copy(), metres[:k].copy(), True


@compiled
def in_order(
    local: Locals, at: Ints, distance: Floats, incident: Ints, radius: float, sites: int
) -> tuple[Locals, Ints, Floats]:
    """How many hits of each site are within the radius, and of these the incident and the distance, by both.

    Parameters
    ----------
    local, at, distance
        Hits of a block by ascending site, and how far they are [m].
    incident
        The incident at each of the positions that `at` gives.
    radius
        Inclusive [m].
    sites
        The number of sites of the block.
    """
    n, i, k, most = at.size, 0, 0, 0
    while i < n:
        j = i
        while i < n and local[i] == local[j]:
            i += 1
        most = max(most, i - j)
    counts = np.zeros(sites, np.int32)
    who, metres = np.empty(n, np.int64), np.empty(n)
    here, away, spare = np.empty(most + 1, np.int64), np.empty(most + 1), np.empty(2 * most + 2, np.int64)
    i = 0
    while i < n:
        mine, inside = local[i], 0
        while i < n and local[i] == mine:
            here[inside], away[inside] = incident[at[i]], distance[i]
            inside += distance[i] <= radius
            i += 1
        counts[mine] = inside
        put_in_order(here, away, np.int64(inside), who, metres, np.int64(k), spare, radius)
        k += inside
    return counts, who[:k], metres[:k]


@compiled
def put(
    sites: Ints,
    counts: Locals,
    first: Ints,
    start: int,
    who: Ints,
    metres: Floats,
    site: Ints,
    incident: Ints,
    distance: Floats,
) -> None:
    """Puts the pairs of a block where they stand among all: site, incident and distance.

    Parameters
    ----------
    sites, counts, who, metres
        The sites of a block, how many pairs of each, their incidents and distances, one site after the other.
    first, start
        Where the pairs of each site begin, from the site `start` on.
    site, incident, distance
        All pairs, to be filled.
    """
    k = 0
    for i in range(sites.size):
        to = first[sites[i] - start]
        for _ in range(counts[i]):
            site[to], incident[to], distance[to] = sites[i], who[k], metres[k]
            to += 1
            k += 1


@compiled
def put_more(sites: Ints, counts: Locals, first: Ints, start: int, values: Ints, out: Ints) -> None:
    """The same with what else is said of each pair, 64 bits.

    Parameters
    ----------
    sites, counts, first, start
        As :func:`put` takes them.
    values
        One a pair of the block.
    out
        One a pair of all, to be filled.
    """
    k = 0
    for i in range(sites.size):
        to = first[sites[i] - start]
        for j in range(counts[i]):
            out[to + j] = values[k]
            k += 1
