"""The sums of the incidents around sites, straight from the ranges of a grid: :mod:`geo.rules.compiled_sums`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.compiled.arc_loops import Doubt, Four, arc, millimetres
from geo.compiled.compiler import compiled
from geo.compiled.hit_loops import Around

Ints = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

CHUNK = 512
"""Candidates of one site handled at a time: what is held of them stays in the innermost cache."""
ROOM, SLOTS = 64, 128
"""So many ways to meet questions are counted apart of one site, and places to find them in, a power of two."""
MIX = 0x1E3779B97F4A7C15
"""An odd number whose product spreads bits over all of a word."""
NEAR_M = 0.01
"""By which a chord has to be longer than any pair that counts to need no look, far above what rounding moves it [m]."""


class Incidents(NamedTuple):
    """Sorted incidents of one search.

    `number` is the position of each among all, `bits` the questions that it may meet, `deaths` those by (incident,
    estimate), `start` and `end` its first and last day, `slack` by how many days they may be off.
    """

    number: Ints
    bits: Ints
    source: Ints
    deaths: Ints
    start: Ints
    end: Ints
    slack: Ints


class Asks(NamedTuple):
    """Questions, each a bit.

    `steps` are all limits [m], with the `bracket` of each (position in :data:`geo.rules.questions.BRACKETS`) and the
    bits that are `dropped` beyond it. `windows` have a row each: whether a low one, whether a high one, its bits; none
    with one date for all. The questions `summed` add up deaths, each those of an `estimate`; `deadly` are their bits.
    `counted` is how many there are without nearest and latest, whose bits are `near` and `latest`.
    """

    steps: Floats
    bracket: Ints
    dropped: Ints
    windows: Ints
    summed: Ints
    estimate: Ints
    counted: int
    deadly: int
    near: int
    latest: int


class Sites(NamedTuple):
    """Sites of one block.

    `number` is the position of each among all, `wrong` what a pair with it may be off by [m], `now` its date, `after`
    by (site, window) the day before each window.
    """

    number: Ints
    wrong: Floats
    now: Ints
    after: Ints


class Totals(NamedTuple):
    """What is added up of all sites.

    `events` by (site, source, question), `deaths` by (site, source, question among those that sum them); distance and
    number of the nearest incident, and day, distance and number of the latest; the day of none is before all others.
    """

    events: Counts
    deaths: Ints
    near_m: Floats
    near: Ints
    latest_day: Ints
    latest_m: Floats
    latest: Ints


@compiled
def add_ranges(
    around: Around,
    measured: Floats,
    begin: int,
    first: int,
    sites: Sites,
    incidents: Incidents,
    asks: Asks,
    factors: Four,
    doubt: Doubt,
    widest: float,
    totals: Totals,
    doubtful: Ints,
) -> tuple[int, int, int]:
    """Adds the candidates of ranges from one on, until all are done or `doubtful` is full.

    All is in one function: to call another with so many arrays costs more than a pair does. Pairs of a site that meet
    the same questions are counted together, in one of few ways, and given to each question when the site is done.

    Parameters
    ----------
    around
        The ranges.
    measured
        Distance of each [m] where each is one pair that `Geod` has measured; else of no length.
    begin, first
        The range to begin with, and the incident in it; of other ranges all are asked.
    sites, incidents, asks, totals
        See there.
    factors
        :data:`geo.spatial.geodesic.ARC`.
    doubt
        Which distances are doubtful.
    widest
        How far away a pair may be, less what it may be wrong by [m].
    doubtful
        Filled with the pairs that only `Geod` decides, (site, incident), shape (pairs, 2); room for a chunk at least.

    Returns
    -------
    begin, first
        Where to go on; the number of ranges when all are done.
    doubts
        How many pairs stand in `doubtful`.
    """
    site, lo, hi, px, py, pz, xs, ys, zs, limit2, until, begins = around
    radius, decide, far2 = doubt
    steps, dropped, windows = asks.steps, asks.dropped, asks.windows
    bits = incidents.bits
    at, chord2, there, away = np.empty(CHUNK, np.int64), np.empty(CHUNK), np.empty(CHUNK), np.empty(CHUNK)
    values, met = np.empty((4, CHUNK)), np.empty(CHUNK, np.int64)
    kind_bits, kind_source, kinds = np.empty(ROOM, np.int64), np.empty(ROOM, np.int64), 0
    pairs, deaths = np.zeros(ROOM, np.int64), np.zeros((ROOM, incidents.deaths.shape[1]), np.int64)
    counted = kind_bits, kind_source, pairs, deaths
    slot, counts = np.full(SLOTS, -1, np.int16), np.zeros(asks.counted, np.int64)
    r, a, doubts, full = begin, first, 0, False
    while r < site.size and not full:
        i = site[r]
        x, y, z, number, wrong, now = px[i], py[i], pz[i], sites.number[i], sites.wrong[i], sites.now[i]
        near_m, near = totals.near_m[number], totals.near[number]
        latest_day, latest_m, latest = totals.latest_day[number], totals.latest_m[number], totals.latest[number]
        # What is farther than any limit, even less what it may be wrong by, needs no distance.
        near2 = min(limit2, (widest + wrong + NEAR_M) ** 2)
        while r < site.size and site[r] == i:
            full = doubts + CHUNK > doubtful.shape[0]
            if full:
                break
            n = 0
            if measured.size:
                at[0], away[0], n = a, measured[r], 1
                r, a = r + 1, lo[min(r + 1, site.size - 1)]
            else:
                while n < CHUNK and r < site.size and site[r] == i:
                    b = min(hi[r], a + CHUNK - n)
                    for j in range(a, b):
                        dx, dy, dz = xs[j] - x, ys[j] - y, zs[j] - z
                        q2 = dx * dx + dy * dy + dz * dz
                        at[n], chord2[n], there[n] = j, q2, zs[j]
                        n += q2 <= near2
                    a = b
                    if b == hi[r]:
                        r, a = r + 1, lo[min(r + 1, site.size - 1)]
                if until.size:
                    late = 0
                    for k in range(n):
                        at[late], chord2[late], there[late] = at[k], chord2[k], there[k]
                        late += until[at[late]] >= begins[i]
                    n = late
                for k in range(n):
                    away[k] = arc(there[k], z, chord2[k], factors)
                sure = 0
                for k in range(n):
                    if abs(away[k] - radius) <= decide or chord2[k] > far2:
                        doubtful[doubts, 0], doubtful[doubts, 1] = i, at[k]
                        doubts += 1
                    else:
                        at[sure], away[sure] = at[k], away[k]
                        sure += 1
                n = sure
            for k in range(n):
                shown = millimetres(away[k])
                values[0, k], values[1, k], values[2, k], values[3, k] = away[k], shown, shown + wrong, shown - wrong
                met[k] = bits[at[k]]
            for s in range(steps.size):
                limit, left, value = steps[s], ~dropped[s], values[asks.bracket[s]]
                for k in range(n):
                    met[k] &= left if value[k] > limit else -1
            some = 0
            for k in range(n):
                j, distance, meets = at[k], away[k], met[k]
                at[some], away[some], met[some] = j, distance, meets
                some += (meets != 0) & (distance <= radius) & (values[3, k] <= widest)
            for k in range(some):
                meets, distance, j = met[k], away[k], at[k]
                if windows.shape[0]:
                    inside, start, end, slack = 0, incidents.start[j], incidents.end[j], incidents.slack[j]
                    for w in range(windows.shape[0]):
                        after = sites.after[i, w]
                        if windows[w, 0]:
                            within = start - slack > after and end + slack <= now
                        else:
                            off = slack if windows[w, 1] else 0
                            within = start - off <= now and end + off > after
                        if within:
                            inside |= windows[w, 2]
                    meets &= inside
                source = incidents.source[j]
                to = (((meets ^ source) * MIX) >> 40) & (SLOTS - 1)
                while slot[to] >= 0 and (kind_bits[slot[to]] != meets or kind_source[slot[to]] != source):
                    to = (to + 1) & (SLOTS - 1)
                if slot[to] < 0:
                    if kinds == ROOM:
                        _put(number, kinds, counted, counts, asks, totals.events, totals.deaths)
                        slot[:] = -1
                        kinds = 0
                        to = (((meets ^ source) * MIX) >> 40) & (SLOTS - 1)
                    slot[to], kind_bits[kinds], kind_source[kinds] = kinds, meets, source
                    kinds += 1
                last = slot[to]
                pairs[last] += 1
                for t in range(deaths.shape[1]):
                    deaths[last, t] += incidents.deaths[j, t]
                if meets & asks.near and distance <= near_m:
                    incident = incidents.number[j]
                    if distance < near_m or incident < near:
                        near_m, near = distance, incident
                if meets & asks.latest:
                    day = min(incidents.end[j], now)
                    if day > latest_day:
                        latest_day, latest_m, latest = day, distance, incidents.number[j]
                    elif day == latest_day and distance <= latest_m:
                        incident = incidents.number[j]
                        if distance < latest_m or incident < latest:
                            latest_m, latest = distance, incident
        totals.near_m[number], totals.near[number] = near_m, near
        totals.latest_day[number], totals.latest_m[number], totals.latest[number] = latest_day, latest_m, latest
        if kinds:
            _put(number, kinds, counted, counts, asks, totals.events, totals.deaths)
            slot[:] = -1
            kinds = 0
    return r, a, doubts


@compiled
def _put(
    number: int,
    kinds: int,
    counted: tuple[Ints, Ints, Ints, Ints],
    counts: Ints,
    asks: Asks,
    all_events: Counts,
    all_deaths: Ints,
) -> None:
    """Adds what was counted of one site in each way to the questions that it meets, and begins anew."""
    bits, source, pairs, deaths = counted
    for of in range(all_events.shape[1]):
        counts[:] = 0
        for k in range(kinds):
            if source[k] == of:
                meets, many = bits[k], pairs[k]
                for q in range(counts.size):
                    counts[q] += many & -((meets >> q) & 1)
                if meets & asks.deadly:
                    for t in range(all_deaths.shape[2]):
                        all_deaths[number, of, t] += deaths[k, asks.estimate[t]] & -((meets >> asks.summed[t]) & 1)
        for q in range(counts.size):
            all_events[number, of, q] += counts[q]
    pairs[:kinds] = 0
    deaths[:kinds] = 0
