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
    if not n or not len(incident_lon):
        return out
    search = Search(
        site_lon,
        site_lat,
        incident_lon,
        incident_lat,
        incident_day,
        radius_m=radius_m,
        as_of_day=as_of_day,
        window_days=window_days,
        incident_end_day=None,
    )
    of_incident = group.take(search.incident)
    day = incident_day.take(search.incident).astype(np.float64)

    def work(blocks: Iterator[Hits]) -> None:
        for hits in blocks:
            there, here = search._z.take(hits.at), hits.z.take(hits.local)
            distance = arc_m(hits.chord2, there - here, there + here)
            unsure = np.flatnonzero(np.abs(distance - radius_m) <= SURE_M)
            if unsure.size:
                distance[unsure] = search.exact(hits, unsure)
            distance *= -1.0 / scale_m
            age = as_of_day[hits.sites].astype(np.float64).take(hits.local)
            age -= day.take(hits.at)
            age *= -1.0 / scale_days
            age += distance
            np.exp(age, out=age)
            age[distance < -radius_m / scale_m] = 0.0
            k = hits.sites.size
            cell = of_incident.take(hits.at) * k + hits.local
            out[:, hits.sites] += np.bincount(cell, weights=age, minlength=groups * k).reshape(groups, k)

    for _ in search.slabs(search.order(np.arange(n)), work):
        pass
    return out
