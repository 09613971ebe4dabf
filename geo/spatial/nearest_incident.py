"""The nearest incident in the window of each site, at any distance, exact on WGS 84.

Circle after circle is searched around a site, each twice as wide, until one holds an incident; where incidents are few,
a site is measured to all of them, which costs less.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from geo.spatial.candidate_search import Hits, Search
from geo.spatial.geodesic import MAX_DISTANCE_M, ecef, longest_rival_m
from geo.spatial.search_inputs import floats, per_site

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FEW = 256
"""Up to so many incidents a site is measured to all of them."""
TOGETHER = 1 << 17
"""Pairs that are measured at a time: few enough for the processor's cache, many enough that other threads go on."""


def nearest(
    site_lon: npt.ArrayLike,
    site_lat: npt.ArrayLike,
    incident_lon: npt.ArrayLike,
    incident_lat: npt.ArrayLike,
    incident_day: npt.ArrayLike,
    *,
    as_of_day: npt.ArrayLike,
    window_days: npt.ArrayLike,
    incident_end_day: npt.ArrayLike | None = None,
    first_m: float = 50_000.0,
) -> tuple[Ints, Floats]:
    """The nearest incident in the window of each site, at any distance.

    Parameters
    ----------
    site_lon, site_lat, incident_lon, incident_lat, incident_day, incident_end_day
        As :func:`geo.spatial.proximity.within` takes them.
    as_of_day, window_days
        As :func:`geo.spatial.proximity.within` takes them.
    first_m
        Radius of the first circle; only time hangs on it [m].

    Returns
    -------
    incident
        Position of the nearest (of equal ones the first), int64, shape (sites,); -1 where there is none.
    distance_m
        Its distance by `Geod` [m]; NaN where there is none.
    """
    lon, lat = floats(site_lon), floats(site_lat)
    as_of, window = per_site(as_of_day, lon.size), per_site(window_days, lon.size)
    found = np.full(lon.size, -1, dtype=np.int64)
    distance = np.full(lon.size, np.nan)
    left, radius = np.arange(lon.size), first_m
    while left.size:
        search = Search(
            lon[left],
            lat[left],
            incident_lon,
            incident_lat,
            incident_day,
            radius_m=radius,
            as_of_day=as_of[left],
            window_days=window[left],
            incident_end_day=incident_end_day,
        )
        few = _are_few(search)
        for site, incident, metres in [_nearest_of_few(search)] if few else _nearest(search):
            # What lies beyond the circle may have a rival outside it: the next circle decides.
            sure = few | (metres <= search.radius)
            found[left[site[sure]]], distance[left[site[sure]]] = incident[sure], metres[sure]
        if few or radius > MAX_DISTANCE_M:
            break
        left = left[found[left] < 0]
        radius *= 2
    return found, distance


def _nearest(search: Search) -> Iterator[tuple[Ints, Ints, Floats]]:
    """(site, incident, distance_m) of the nearest hit of each site that has one, block after block."""

    def work(blocks: Iterator[Hits]) -> list[tuple[Ints, Ints, Floats]]:
        out = []
        for hits in blocks:
            best = np.full(hits.sites.size, np.inf)
            np.minimum.at(best, hits.local, hits.chord2)
            limit = longest_rival_m(np.sqrt(best)) ** 2 + 1e-6
            rivals = hits.take(np.flatnonzero(hits.chord2 <= limit.take(hits.local)))
            metres = search.exact(rivals, np.arange(rivals.at.size))
            incident = search.incident.take(rivals.at)
            order = np.lexsort((incident, metres, rivals.local))
            first = order[np.flatnonzero(np.diff(rivals.local[order], prepend=-1))]
            out.append((hits.sites[rivals.local[first]], incident[first], metres[first]))
        return out

    for found in search.slabs(search.order(np.arange(search.n_sites)), work):
        yield from found


def _are_few(search: Search) -> bool:
    """Whether it pays: some incidents, and few, every one of them in the window of every site.

    Parameters
    ----------
    search
        Checked inputs; its radius plays no part.
    """
    return not search.empty and not search.timed and len(search.incident) <= FEW


def _nearest_of_few(search: Search) -> tuple[Ints, Ints, Floats]:
    """(site, incident, distance_m) of the nearest incident of each site that has a place; of equal ones the first.

    Parameters
    ----------
    search
        Checked inputs for which :func:`_are_few` holds.
    """
    sites = np.flatnonzero(search.usable)
    lon, lat = search.lon[sites], search.lat[sites]
    here, there = ecef(lon, lat), (search.x, search.y, search.z)
    rows, ats = [], []
    step = max(TOGETHER // len(search.incident), 1)
    for start in range(0, len(sites), step):
        part = slice(start, start + step)
        chord2 = np.zeros((len(sites[part]), len(search.incident)))
        for mine, its in zip(here, there, strict=True):
            along = np.subtract.outer(mine[part], its)
            along *= along
            chord2 += along
        limit = longest_rival_m(np.sqrt(chord2.min(axis=1))) ** 2 + 1e-6
        row, at = np.nonzero(chord2 <= limit[:, None])
        rows.append(row + start)
        ats.append(at)
    row, at = np.concatenate(rows), np.concatenate(ats)
    metres = search.metres(sites[row], at)
    order = np.lexsort((search.incident[at], metres, row))
    first = order[np.flatnonzero(np.diff(row[order], prepend=-1))]
    return sites, search.incident[at[first]], metres[first]
