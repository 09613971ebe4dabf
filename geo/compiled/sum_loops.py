"""The sums of the incidents around sites, straight from the ranges of a grid: :mod:`geo.rules.compiled_sums`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.compiled.arc_loops import Doubt, Four, arc, millimetres
from geo.compiled.compiler import compiled
from geo.compiled.hit_loops import Around

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

CHUNK = 512
"""Candidates of one site handled at a time: what is held of them stays in the innermost cache."""


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

    events: Ints
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

    All is in one function: to call another with so many arrays costs more than a pair does.

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
    steps, dropped, windows, summed, estimate = asks.steps, asks.dropped, asks.windows, asks.summed, asks.estimate
    bits = incidents.bits
    at, chord2, there, away = np.empty(CHUNK, np.int64), np.empty(CHUNK), np.empty(CHUNK), np.empty(CHUNK)
    values, met = np.empty((4, CHUNK)), np.empty(CHUNK, np.int64)
    events = np.zeros((totals.events.shape[1], asks.counted), np.int64)
    deaths = np.zeros((totals.deaths.shape[1], summed.size), np.int64)
    r, a, doubts, full = begin, first, 0, False
    while r < site.size and not full:
        i = site[r]
        x, y, z, number, wrong, now = px[i], py[i], pz[i], sites.number[i], sites.wrong[i], sites.now[i]
        near_m, near = totals.near_m[number], totals.near[number]
        latest_day, latest_m, latest = totals.latest_day[number], totals.latest_m[number], totals.latest[number]
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
                        n += q2 <= limit2
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
            for k in range(n):
                meets, distance, j = met[k], away[k], at[k]
                if meets == 0 or distance > radius or values[3, k] > widest:
                    continue
                start, end = incidents.start[j], incidents.end[j]
                if windows.shape[0]:
                    inside, slack = 0, incidents.slack[j]
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
                source, incident = incidents.source[j], incidents.number[j]
                for q in range(events.shape[1]):
                    events[source, q] += (meets >> q) & 1
                if meets & asks.deadly:
                    for t in range(summed.size):
                        deaths[source, t] += incidents.deaths[j, estimate[t]] & -((meets >> summed[t]) & 1)
                nearer = distance < near_m or (distance == near_m and incident < near)
                if meets & asks.near and nearer:
                    near_m, near = distance, incident
                if meets & asks.latest:
                    day = min(end, now)
                    nearer = distance < latest_m or (distance == latest_m and incident < latest)
                    if day > latest_day or (day == latest_day and nearer):
                        latest_day, latest_m, latest = day, distance, incident
        totals.near_m[number], totals.near[number] = near_m, near
        totals.latest_day[number], totals.latest_m[number], totals.latest[number] = latest_day, latest_m, latest
        _put(number, events, deaths, totals.events, totals.deaths)
    return r, a, doubts


@compiled
def _put(number: int, events: Ints, deaths: Ints, all_events: Ints, all_deaths: Ints) -> None:
    """Adds what was counted of one site to that of all, and begins anew."""
    for source in range(events.shape[0]):
        for q in range(events.shape[1]):
            all_events[number, source, q] += events[source, q]
            events[source, q] = 0
        for t in range(deaths.shape[1]):
            all_deaths[number, source, t] += deaths[source, t]
            deaths[source, t] = 0
