"""Roadblocks that visitors saw along routes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.screening.route_exposure import Cut, RouteSettings
from geo.spatial.proximity import within
from geo.time_window import Days, months_before, to_days


def roadblocks(
    cut_routes: Cut, as_of: Days, visits: pd.DataFrame, settings: RouteSettings
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Roadblocks and armed ones per segment, then per route: of each site the newest informative visit counts.

    Parameters
    ----------
    cut_routes
        Routes in segments, with the samples along them.
    as_of
        The date of each route [days since 1970-01-01].
    visits
        Visits with `source, site_id, visit_date, lon, lat, informative, roadblock, armed_roadblock`.
    settings
        How near to a route a roadblock counts, and how long before the date.
    """
    s, r = len(cut_routes.segment_route), len(cut_routes.length_m)
    zero = (np.zeros(s, np.int64), np.zeros(s, np.int64), np.zeros(r, np.int64), np.zeros(r, np.int64))
    seen = visits[visits["informative"] & visits["visit_date"].notna() & visits["lon"].notna() & visits["lat"].notna()]
    if not len(seen) or not len(cut_routes.lon):
        return zero
    seen = seen.sort_values(["source", "site_id", "visit_date"], kind="stable")
    day = to_days(seen["visit_date"])
    site = pd.factorize(seen["source"] + "\x1f" + seen["site_id"])[0]
    # A visit speaks until the next day on which somebody went there.
    later = np.full(len(day), np.iinfo(np.int64).max)
    for i in range(len(day) - 2, -1, -1):
        if site[i] == site[i + 1]:
            later[i] = day[i + 1] if day[i + 1] != day[i] else later[i + 1]
    blocked = seen["roadblock"].fillna(False).to_numpy(bool) | seen["armed_roadblock"].fillna(False).to_numpy(bool)
    armed = seen["armed_roadblock"].fillna(False).to_numpy(bool)
    rows = np.flatnonzero(blocked)
    if not len(rows):
        return zero
    route = cut_routes.point_route
    pairs = within(
        cut_routes.lon,
        cut_routes.lat,
        seen["lon"].to_numpy(np.float64)[rows],
        seen["lat"].to_numpy(np.float64)[rows],
        day[rows],
        radius_m=settings.roadblock_km * 1000,
        as_of_day=as_of[route],
        window_days=as_of[route] - months_before(as_of[route], settings.months),
    )
    visit = rows[pairs.incident]
    keep = later[visit] > as_of[route[pairs.site]]
    point, visit = pairs.site[keep], visit[keep]
    out = []
    for group, size in ((cut_routes.point_segment[point], s), (route[point], r)):
        for mask in (np.ones(len(visit), bool), armed[visit]):
            pair = np.unique(group[mask] * (int(site.max()) + 1) + site[visit[mask]])
            out.append(np.bincount(pair // (int(site.max()) + 1), minlength=size).astype(np.int64))
    return out[0], out[1], out[2], out[3]
