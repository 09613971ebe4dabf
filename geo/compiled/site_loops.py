"""Pairs put together by site: what :mod:`geo.rules.pair_sums` does with arrays, compiled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiled

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bits = npt.NDArray[np.uint64]


@compiled
def add_up(key: Ints, incident: Ints, source: Ints, deaths: Floats, counted: Floats, summed: Floats) -> None:
    """Events and deaths per source and position, pair after pair.

    Parameters
    ----------
    key, incident
        The position that each pair is added to, and its incident.
    source, deaths
        Source and deaths of each incident.
    counted, summed
        Added to: events and deaths [people], shape (sources, positions).
    """
    if not len(key):
        return
    row, at = source[incident[0]], key[0]
    events, dead = counted[row, at], summed[row, at]
    for i in range(len(key)):
        own = source[incident[i]]
        if key[i] != at or own != row:  # those of one position mostly follow each other
            counted[row, at], summed[row, at] = events, dead
            row, at = own, key[i]
            events, dead = counted[row, at], summed[row, at]
        events += 1.0
        dead += deaths[incident[i]]
    counted[row, at], summed[row, at] = events, dead


@compiled
def newest(site: Ints, incident: Ints, end: Ints, days: Ints, out: Ints) -> int:
    """Of pairs that stand by site the first of each site's latest day; how many there are.

    Parameters
    ----------
    site, incident
        Site, ascending, and incident of each pair.
    end
        The last day of each incident [days since 1970-01-01].
    days
        The date of each site [days since 1970-01-01]; later days count as it.
    out
        Filled: the pairs, room for one a pair.
    """
    n, last = 0, 0
    for i in range(len(site)):
        day = min(end[incident[i]], days[site[i]])
        if i == 0 or site[i] != site[i - 1]:
            out[n] = i
            n += 1
            last = day
        elif day > last:
            out[n - 1] = i
            last = day
    return n


@compiled
def meeting(
    bits: np.uint64,
    site: Ints,
    incident: Ints,
    distance: Floats,
    met: Bits,
    sites: Ints,
    incidents: Ints,
    distances: Floats,
    mets: Bits,
) -> int:
    """The pairs that have one or more of some bits, and how many there are.

    Parameters
    ----------
    bits
        The bits that are asked for.
    site, incident, distance, met
        Of each pair its site, incident, distance and bits.
    sites, incidents, distances, mets
        Filled: the same of those that have them, room for one a pair.
    """
    n = 0
    for i in range(len(met)):
        sites[n], incidents[n], distances[n], mets[n] = site[i], incident[i], distance[i], met[i]
        n += (met[i] & bits) != 0
    return n
