"""Which pairs of a site and an incident somebody asks for, site by site, and sorted runs of pairs made one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.compiled.arc_loops import millimetres
from geo.compiled.compiler import compiled
from geo.compiled.distance_order_loops import put_in_order

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Locals = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


class Wanted(NamedTuple):
    """The questions of :class:`geo.rules.wanted_pairs.WantedPairs`: bits are whole numbers with a sign.

    Parameters
    ----------
    bits
        The questions that each incident of the search may meet, shape (words, incidents).
    every
        Those whose pairs are all wanted, shape (words,).
    limits, bracket, dropped, begin
        Limits [m], word by word; what is held against each (position in :data:`geo.rules.questions.BRACKETS`); the
        questions that are not met beyond; where the limits of each word begin, shape (words + 1,).
    months, low, high, inside, after
        Windows: the word of each and its row in `after`, shape (windows, 2); whether an incident has to lie in it
        wholly, or may on any day; its questions; the day before it, by row and site. There is none
        where all sites have one date.
    first, first_m
        The word and the bit of questions of which the nearest farther than so many metres is wanted, shape (n, 2).
    latest
        The word and the bit of those of which the latest is wanted, shape (n, 2).
    now, start, end, slack
        The date of each site; first and last day of each incident of the search, and by how many days they may be off.
    """

    bits: Ints
    every: Ints
    limits: Floats
    bracket: Ints
    dropped: Ints
    begin: Ints
    months: Ints
    low: Bools
    high: Bools
    inside: Ints
    after: Ints
    first: Ints
    first_m: Floats
    latest: Ints
    now: Ints
    start: Ints
    end: Ints
    slack: Ints


@compiled
def wanted_pairs(
    local: Locals,
    at: Ints,
    distance: Floats,
    sites: Ints,
    incident: Ints,
    rows: Ints,
    reach: Floats,
    radius: float,
    widest: float,
    asked: Wanted,
) -> tuple[Locals, Ints, Floats, Ints]:
    """How many pairs of each site are wanted, their incidents and distances, by distance, and the bits that each meets.

    Parameters
    ----------
    local, at, distance
        Hits of a block by ascending site, and how far they are [m].
    sites, reach
        Number of each site of the block among all, and what its pairs may be wrong by [m].
    incident, rows
        Position of each sorted incident among those of the search, and of each of these among all.
    radius
        Hits beyond are none [m].
    widest
        Pairs whose distance less what they may be wrong by is more are not wanted [m].
    asked
        The questions.
    """
    n, words = at.size, asked.every.size
    i = k = most = 0
    while i < n:
        j = i
        while i < n and local[i] == local[j]:
            i += 1
        most = max(most, i - j)
    counts = np.zeros(sites.size, np.int32)
    who, metres, out = np.empty(n, np.int64), np.empty(n), np.empty((words, n), np.int64)
    here, far, spare = np.empty(most + 1, np.int64), np.empty(most + 1), np.empty(2 * most + 2, np.int64)
    mine, values = np.empty(most + 1, np.int64), np.empty((4, most + 1))
    met, keep = np.empty((words, most + 1), np.int64), np.empty(most + 1, np.int64)
    away = values[0]
    i = 0
    while i < n:
        at_site, m = local[i], 0
        site, off = sites[at_site], reach[at_site]
        while i < n and local[i] == at_site:
            here[m], far[m] = incident[at[i]], distance[i]
            m += distance[i] <= radius
            i += 1
        put_in_order(here, far, np.int64(m), mine, away, np.int64(0), spare, radius)
        for j in range(m):
            shown = millimetres(away[j])
            values[1, j], values[2, j], values[3, j] = shown, shown + off, shown - off
            keep[j] = 0
        for w in range(words):
            bits, every = met[w], asked.every[w]
            _meet(mine, values, m, w, site, asked, bits)
            for j in range(m):
                keep[j] |= bits[j] & every
        for f in range(asked.first_m.size):
            w, bit, least = asked.first[f, 0], asked.first[f, 1], asked.first_m[f]
            for j in range(m):
                if away[j] > least and met[w, j] & bit:
                    keep[j] = 1
                    break
        for f in range(asked.latest.shape[0]):
            w, bit, held, day = asked.latest[f, 0], asked.latest[f, 1], -1, 0
            for j in range(m):
                if met[w, j] & bit:
                    last = min(asked.end[mine[j]], asked.now[site])
                    if held < 0 or last > day:
                        held, day = j, last
            if held >= 0:
                keep[held] = 1
        begin = k
        for j in range(m):
            if keep[j] != 0 and values[3, j] <= widest:
                who[k], metres[k] = rows[mine[j]], away[j]
                for w in range(words):
                    out[w, k] = met[w, j]
                k += 1
        counts[at_site] = k - begin
    return counts, who[:k].copy(), metres[:k].copy(), out[:, :k].copy()


@compiled
def _meet(mine: Ints, values: Floats, m: int, w: int, site: int, asked: Wanted, bits: Ints) -> None:
    """Puts the questions of a word that the first `m` pairs of a site meet into `bits`."""
    for j in range(m):
        bits[j] = asked.bits[w, mine[j]]
    for s in range(asked.begin[w], asked.begin[w + 1]):
        value, limit, left = values[asked.bracket[s]], asked.limits[s], ~asked.dropped[s]
        for j in range(m):
            bits[j] &= left if value[j] > limit else -1
    for v in range(asked.inside.size):
        if asked.months[v, 0] != w:
            continue
        now, after, left = asked.now[site], asked.after[asked.months[v, 1], site], ~asked.inside[v]
        for j in range(m):
            start, end, slack = asked.start[mine[j]], asked.end[mine[j]], asked.slack[mine[j]]
            if asked.low[v]:
                timely = start - slack > after and end + slack <= now
            elif asked.high[v]:
                timely = start - slack <= now and end + slack > after
            else:
                timely = start <= now and end > after
            bits[j] &= -1 if timely else left


@compiled
def merged(site: Ints, incident: Ints, metres: Floats, site2: Ints, incident2: Ints, metres2: Floats) -> Ints:
    """The order of two runs of pairs by (site, distance, incident) as one: positions; -1, -2, ... are of the second.

    Parameters
    ----------
    site, incident, metres
        The first run.
    site2, incident2, metres2
        The second run; no pair is in both.
    """
    i = j = 0
    out = np.empty(site.size + site2.size, np.int64)
    for k in range(out.size):
        if j == site2.size:
            first = True
        elif i == site.size:
            first = False
        elif site[i] != site2[j]:
            first = site[i] < site2[j]
        elif metres[i] != metres2[j]:
            first = metres[i] < metres2[j]
        else:
            first = incident[i] < incident2[j]
        if first:
            out[k] = i
            i += 1
        else:
            j += 1
            out[k] = -j
    return out


@compiled
def taken(first: Ints, second: Ints, order: Ints) -> Ints:
    """Values of two runs in the order that :func:`merged` gives.

    Parameters
    ----------
    first, second
        Values of the runs, 64 bits each.
    order
        Their order.
    """
    out = np.empty(order.size, np.int64)
    for k in range(order.size):
        out[k] = first[order[k]] if order[k] >= 0 else second[-1 - order[k]]
    return out
