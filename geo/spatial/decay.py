"""Sums that fade with distance and time: what lies around each site, near and recent things counting most.

The weight of a pair is smooth, so that the arc above the chord (within 1e-4 m to 300 km) is distance enough; only
whether a pair lies within the radius is asked of `Geod.inv` where that hangs on less than a millimetre.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from geo.spatial.candidate_search import Hits, Search
from geo.spatial.geodesic import arc_m

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BLOCK = 1 << 15
"""Candidates at a time: much is made of each, and all of it shall fit the cache."""
SURE_M = 1e-3
"""Within this much of the radius `Geod.inv` decides [m]."""


def decayed_sums(
    site_lon: Floats,
    site_lat: Floats,
    as_of_day: Ints,
    incident_lon: Floats,
    incident_lat: Floats,
    incident_day: Ints,
    group: Ints,
    groups: int,
    *,
    radius_m: float,
    window_days: Ints,
    scale_m: float,
    scale_days: float,
) -> Floats:
    """Sum of exp(-distance / `scale_m`) exp(-age / `scale_days`) around each site, apart for each group of incidents.

    Parameters
    ----------
    site_lon, site_lat, as_of_day, window_days
        Degrees on WGS 84, days since 1970-01-01 and a number of days, one per site; an incident counts where
        ``day <= as_of_day`` and ``day > as_of_day - window_days``. Its age is ``as_of_day - day``.
    incident_lon, incident_lat, incident_day, group
        One per incident; `group` from 0 to `groups` - 1.
    radius_m
        Inclusive limit of the geodesic distance, 300 km at the most [m].

    Returns
    -------
    ndarray
        Shape (groups, sites); 0 where nothing is near, and where the position is not known.

    Examples
    --------
    >>> around = decayed_sums(np.array([20.0]), np.array([6.0]), np.array([365]), np.array([20.0, 20.0]),
    ...                       np.array([6.0, 6.0]), np.array([365, 0]), np.array([0, 0]), 1, radius_m=1000.0,
    ...                       window_days=np.array([3650]), scale_m=30_000.0, scale_days=365.0)
    >>> around.round(3).tolist()
    [[1.368]]
    """
    n = len(site_lon)
    out = np.zeros((groups, n))
    rows = np.flatnonzero(np.isfinite(incident_lon) & np.isfinite(incident_lat))
    if n and rows.size:
        day = incident_day[rows]
        rows = rows[(day <= as_of_day.max()) & (day > (as_of_day - window_days).min())]
    if not n or not rows.size:
        return out
    lon, lat, day, of = incident_lon[rows], incident_lat[rows], incident_day[rows], group[rows]
    # An age is as much as a day weighs less than the last one, and as a site's own date does.
    last = int(as_of_day.max())
    weight = np.exp((day - last) / scale_days)
    if (as_of_day == last).all() and (window_days == window_days[0]).all():
        lon, lat, of, weight = _together(lon, lat, of, weight)
        day = np.full(lon.size, last)
    search = Search(
        site_lon,
        site_lat,
        lon,
        lat,
        day,
        radius_m=radius_m,
        as_of_day=as_of_day,
        window_days=window_days,
        incident_end_day=None,
        block=BLOCK,
    )
    if search.empty:
        return out
    of, weight = of.take(search.incident), weight.take(search.incident)

    def work(blocks: Iterator[Hits]) -> None:
        for hits in blocks:
            there, here = search._z.take(hits.at), hits.z.take(hits.local)
            distance = arc_m(hits.chord2, there - here, there + here)
            inside = distance <= radius_m - SURE_M
            if not inside.all():
                unsure = np.flatnonzero(~inside)
                unsure = unsure[distance[unsure] <= radius_m + SURE_M]
                if unsure.size:
                    distance[unsure] = search.exact(hits, unsure)
                    inside[unsure] = distance[unsure] <= radius_m
            distance *= -1.0 / scale_m
            np.exp(distance, out=distance)
            distance *= weight.take(hits.at)
            distance *= inside
            k = hits.sites.size
            cell = hits.local if groups == 1 else of.take(hits.at) * k + hits.local
            out[:, hits.sites] += np.bincount(cell, weights=distance, minlength=groups * k).reshape(groups, k)

    for _ in search.slabs(search.order(np.arange(n)), work):
        pass
    out *= np.exp((last - as_of_day) / scale_days)
    return out


def _together(lon: Floats, lat: Floats, group: Ints, weight: Floats) -> tuple[Floats, Floats, Ints, Floats]:
    """What happened at one place as one: it has one distance. The weights of a place are added by group."""
    order = np.lexsort((group, lat, lon))
    x, y, of = lon[order], lat[order], group[order]
    new = np.ones(x.size, np.bool_)
    new[1:] = (x[1:] != x[:-1]) | (y[1:] != y[:-1]) | (of[1:] != of[:-1])
    first = np.flatnonzero(new)
    return x[first], y[first], of[first], np.add.reduceat(weight[order], first)
