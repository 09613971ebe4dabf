"""Candidates of a search one by one: those whose chord is short enough, how far they are, and their order by site."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Locals = npt.NDArray[np.int32]
Whole = int | np.int64
"""A number whose type is given: a loop would be compiled once more for a 0 that is written as such."""
Doubt = tuple[float, float, float]
"""A radius, how near to it a distance is doubtful [m], and above which squared chord it is [m^2]."""
Four = tuple[float, float, float, float]

WHOLE = 1.5 * 2.0**52
"""Added to a number below 2^51 and taken from it again it leaves the nearest whole one, the even one of two."""
FEW = 12
"""So many are put in order one by one."""


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
def _arc(a: float, b: float, q2: float, arc: Four) -> float:
    """:func:`geo.spatial.geodesic.arc_m` of one pair: its third coordinates [m] and its squared chord [m^2]."""
    second, quarter, slope, least = arc
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
    local: Locals, at: Ints, chord2: Floats, here: Floats, there: Floats, arc: Four, doubt: Doubt
) -> tuple[Floats, Ints]:
    """Distances above chords [m], and which are doubtful.

    Parameters
    ----------
    local, at, chord2
        Hits of a block.
    here, there
        Third coordinate of its sites and of the sorted incidents [m].
    arc
        :data:`geo.spatial.geodesic.ARC`.
    doubt
        Which distances are doubtful.
    """
    radius, decide, far2 = doubt
    n, k = at.size, 0
    distance, doubtful = np.empty(n), np.empty(n + 1, np.int64)
    for i in range(n):
        distance[i] = _arc(there[at[i]], here[local[i]], chord2[i], arc)
        doubtful[k] = i
        k += abs(distance[i] - radius) <= decide or chord2[i] > far2
    return distance, doubtful[:k].copy()


@compiled
def sure_pairs(around: Around, incident: Ints, arc: Four, doubt: Doubt) -> tuple[Locals, Ints, Floats, bool]:
    """:func:`short_chords`, :func:`arcs` and :func:`in_order` at once; the last answer is whether all of them are sure.

    Parameters
    ----------
    around
        As :func:`short_chords` takes it.
    incident
        The incident at each position.
    arc, doubt
        As :func:`arcs` takes them.
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
            away[j] = _arc(z[at[j]], c, away[j], arc)
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
