"""Which pairs of a site and an incident somebody asks for, site by site, and sorted runs of pairs made one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiled
from geo.compiled.hit_loops import Whole, put_in_order

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Locals = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


class Wanted(NamedTuple):
    """The questions of :class:`geo.rules.wanted_pairs.WantedPairs`: bits are whole numbers with a sign.

    Parameters
    ----------
    bits
        The questions that each incident may meet, shape (words, incidents).
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
        The date of each site; first and last day of each incident and by how many days they may be off.
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
    who, metres = np.empty(n, np.int64), np.empty(n)
    here, away, spare = np.empty(most + 1, np.int64), np.empty(most + 1), np.empty(2 * most + 2, np.int64)
    met, out = np.empty((words, most + 1), np.int64), np.empty((words, n), np.int64)
    keep = np.empty(most + 1, np.bool_)
    ones = asked.first.shape[0]
    best, best_m = np.empty(ones, np.int64), np.empty(ones)
    i = 0
    while i < n:
        mine, m = local[i], 0
        site, off = sites[mine], reach[mine]
        while i < n and local[i] == mine:
            here[m], away[m] = rows[incident[at[i]]], distance[i]
            m += distance[i] <= radius
            i += 1
        _meet(here, away, np.int64(0), np.int64(m), site, off, asked, met)
        for j in range(m):
            keep[j] = False
            for w in range(words):
                keep[j] |= met[w, j] & asked.every[w] != 0
        for f in range(ones):
            best[f], best_m[f] = -1, np.inf
        for j in range(m):
            for f in range(ones):
                if away[j] > best_m[f] or away[j] <= asked.first_m[f]:
                    continue
                nearer = best[f] < 0 or away[j] < best_m[f] or here[j] < here[best[f]]
                if nearer and met[asked.first[f, 0], j] & asked.first[f, 1]:
                    best[f], best_m[f] = j, away[j]
        for f in range(ones):
            if best[f] >= 0:
                keep[best[f]] = True
        for f in range(asked.latest.shape[0]):
            held, day = -1, 0
            for j in range(m):
                if met[asked.latest[f, 0], j] & asked.latest[f, 1]:
                    last = min(asked.end[here[j]], asked.now[site])
                    nearer = held >= 0 and (away[j] < away[held] or (away[j] == away[held] and here[j] < here[held]))
                    if held < 0 or last > day or (last == day and nearer):
                        held, day = j, last
            if held >= 0:
                keep[held] = True
        kept = 0
        for j in range(m):
            here[kept], away[kept] = here[j], away[j]
            kept += keep[j] and millimetres(away[j]) - off <= widest
        counts[mine] = kept
        put_in_order(here, away, np.int64(kept), who, metres, np.int64(k), spare, radius)
        _meet(who, metres, np.int64(k), np.int64(kept), site, off, asked, met)
        for w in range(words):
            for j in range(kept):
                out[w, k + j] = met[w, j]
        k += kept
    return counts, who[:k], metres[:k], out


@compiled
def millimetres(metres: float) -> float:
    """A distance as evidence shows it, to a millimetre [m]: what `numpy.round` gives.

    Parameters
    ----------
    metres
        A distance [m].
    """
    shown: float = np.rint(metres * 1000.0) / 1000.0
    return shown


@compiled
def _meet(who: Ints, metres: Floats, begin: Whole, n: Whole, site: int, off: float, asked: Wanted, met: Ints) -> None:
    """Puts the questions that `n` pairs of a site meet into `met`; its pairs stand from `begin` on."""
    for w in range(asked.every.size):
        for j in range(int(n)):
            incident, away = who[begin + j], metres[begin + j]
            shown = millimetres(away)
            bits = asked.bits[w, incident]
            for s in range(asked.begin[w], asked.begin[w + 1]):
                value = away
                if asked.bracket[s] == 1:
                    value = shown
                elif asked.bracket[s] == 2:
                    value = shown + off
                elif asked.bracket[s] == 3:
                    value = shown - off
                if value > asked.limits[s]:
                    bits &= ~asked.dropped[s]
            for v in range(asked.inside.size):
                if asked.months[v, 0] != w:
                    continue
                now, after = asked.now[site], asked.after[asked.months[v, 1], site]
                start, end, slack = asked.start[incident], asked.end[incident], asked.slack[incident]
                if asked.low[v]:
                    timely = start - slack > after and end + slack <= now
                elif asked.high[v]:
                    timely = start - slack <= now and end + slack > after
                else:
                    timely = start <= now and end > after
                if not timely:
                    bits &= ~asked.inside[v]
            met[w, j] = bits


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
