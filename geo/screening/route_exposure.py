"""Routes from origin to destination: cut into segments of stated length, and what lies along each.

A route is a line of vertices; between two vertices it runs along the geodesic. It is sampled every `step_km`; all
distances are those of :mod:`geo.spatial.proximity` from the samples, so a distance to the route is never too short and
at most ``step² / (8 · within)`` too long (6 m for 1 km and 20 km).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import InputError
from geo.records.incidents import Incidents
from geo.spatial.geodesic import bearing_m
from geo.spatial.proximity import within
from geo.time_window import Days, months_before

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

POINTS_AT_ONCE = 150_000
"""Samples that are searched together; it bounds memory, not the result."""


@dataclass(frozen=True)
class RouteSettings:
    """How routes are screened; every number is configuration and is told in the record of a run.

    Parameters
    ----------
    segment_km
        Length of a segment; the last of a route is shorter [km].
    within_km
        Incidents within this distance of the route count (the 20 km of rules C1 and H1).
    months
        The window before the date (as in C1).
    step_km
        Distance from one sample to the next along the route [km].
    roadblock_km
        Roadblocks within this distance of the route are on it (the error of a place known by its village).
    imprecise_radius_km
        How far an incident of precision 2 may lie from its point.
    """

    segment_km: float = 10.0
    within_km: float = 20.0
    months: int = 12
    step_km: float = 1.0
    roadblock_km: float = 5.0
    imprecise_radius_km: float = 25.0

    def __post_init__(self) -> None:
        for name in ("segment_km", "within_km", "months", "step_km"):
            if not getattr(self, name) > 0:
                raise InputError("A setting of routes must be above zero.", where=name, got=str(getattr(self, name)))


@dataclass(frozen=True)
class Cut:
    """Routes as segments and samples.

    Every segment has samples of its own, both ends included, in order; `point_segment` says whose each is. Segments
    stand in order of their route. Distances `m` are along the route [m].
    """

    length_m: Floats
    segment_route: Ints
    segment_number: Ints
    from_m: Floats
    to_m: Floats
    lon: Floats
    lat: Floats
    point_m: Floats
    point_segment: Ints

    @property
    def point_route(self) -> Ints:
        """The route of each sample."""
        return self.segment_route[self.point_segment]

    def ends(self) -> tuple[Ints, Ints]:
        """First and last sample of each segment."""
        first = np.flatnonzero(np.diff(self.point_segment, prepend=-1))
        return first, np.flatnonzero(np.diff(self.point_segment, append=-1))


def cut(lines: Sequence[Floats], settings: RouteSettings) -> Cut:
    """Cuts routes into segments of `segment_km` (the last one is shorter) and samples them.

    Parameters
    ----------
    lines
        One array of shape (vertices, 2) a route: longitude and latitude in degrees on WGS 84; one vertex or more.
    settings
        Length of the segments and distance of the samples.

    Examples
    --------
    >>> one = cut([np.array([[20.0, 0.0], [20.2, 0.0]])], RouteSettings(segment_km=10, step_km=5))
    >>> one.length_m.round(1), one.segment_number, one.to_m.round(1), len(one.lon)
    (array([22263.9]), array([1, 2, 3]), array([10000. , 20000. , 22263.9]), 8)
    """
    from pyproj import Geod

    geod = Geod(ellps="WGS84")
    length, route, number, begins, stops = [], [], [], [], []
    lon, lat, along, owner = [], [], [], []
    segments = 0
    for i, line in enumerate(lines):
        vertices = np.asarray(line, dtype=np.float64).reshape(-1, 2)
        a, b = vertices[:-1], vertices[1:]
        azimuth, edge = np.zeros(0), np.zeros(0)
        if len(a):
            azimuth, edge = bearing_m(a[:, 0], a[:, 1], b[:, 0], b[:, 1])
        reached = np.concatenate(([0.0], np.cumsum(edge)))
        total = float(reached[-1])
        pieces = max(1, int(np.ceil(total / (settings.segment_km * 1000) - 1e-9)))
        start = np.arange(pieces) * settings.segment_km * 1000
        end = np.append(start[1:], total)
        cells = np.maximum(1, np.ceil((end - start) / (settings.step_km * 1000) - 1e-9).astype(np.int64))
        piece = np.repeat(np.arange(pieces), cells + 1)
        step = np.arange(len(piece)) - np.repeat(np.cumsum(cells + 1) - cells - 1, cells + 1)
        at = start[piece] + (end - start)[piece] * (step / cells[piece])
        if total > 0:
            on = np.clip(np.searchsorted(reached, at, side="right") - 1, 0, len(edge) - 1)
            x, y, _ = geod.fwd(a[on, 0], a[on, 1], azimuth[on], at - reached[on])
            x, y = np.asarray(x), np.asarray(y)
            # The ends are the given vertices themselves.
            x[[0, -1]], y[[0, -1]] = vertices[[0, -1], 0], vertices[[0, -1], 1]
        else:
            x, y = np.repeat(vertices[:1, 0], len(at)), np.repeat(vertices[:1, 1], len(at))
        length.append(total)
        route.append(np.full(pieces, i))
        number.append(np.arange(1, pieces + 1))
        begins.append(start)
        stops.append(end)
        lon.append(x)
        lat.append(y)
        along.append(at)
        owner.append(segments + piece)
        segments += pieces

    def joined(parts: list[npt.NDArray[np.generic]], kind: type) -> npt.NDArray[np.generic]:
        return np.concatenate([*parts, np.zeros(0)]).astype(kind)

    return Cut(
        np.array(length, dtype=np.float64),
        joined(route, np.int64),  # type: ignore[arg-type]
        joined(number, np.int64),  # type: ignore[arg-type]
        joined(begins, np.float64),  # type: ignore[arg-type]
        joined(stops, np.float64),  # type: ignore[arg-type]
        joined(lon, np.float64),  # type: ignore[arg-type]
        joined(lat, np.float64),  # type: ignore[arg-type]
        joined(along, np.float64),  # type: ignore[arg-type]
        joined(owner, np.int64),  # type: ignore[arg-type]
    )


@dataclass(frozen=True)
class Along:
    """What lies along the routes.

    Parameters
    ----------
    segments, routes
        One row each: `exposed_km, exposed_km_possible, incidents, deaths, incidents_certain, incidents_possible` (and
        `nearest_incident_m` of segments). Counts are those of the source with most incidents; sources are never added.
    segment, incident, distance_m, kind
        The incidents named: segment, position in the incidents, distance to the segment [m], and ``nominal`` or
        ``possible``.
    """

    segments: pd.DataFrame
    routes: pd.DataFrame
    segment: Ints
    incident: Ints
    distance_m: Floats
    kind: npt.NDArray[np.object_]


def incidents_along(
    cut_routes: Cut, incidents: Incidents, as_of: Days, settings: RouteSettings, error_km: Floats | None = None
) -> Along:
    """Incidents within `within_km` of every segment, in the window that ends at the route's own date.

    Nominal: an exactly known place (precision 1), one death or more, within the limit. Certain: the same with the low
    estimate and the position error of the route inside the limit. Possible: precision 1 or 2, with the high estimate,
    and within the limit once errors, and the radius of precision 2, are taken off.

    Parameters
    ----------
    as_of
        Days since 1970-01-01, one a route.
    error_km
        Position error of each route [km], blank counts as none: certain and possible speak of the line as screened.
    cut_routes
        Routes cut into segments and samples.
    incidents
        The incidents, ready to be asked.
    settings
        How near, and in which window, an incident counts.
    """
    m, limit, step = len(incidents), settings.within_km * 1000, settings.step_km * 1000
    n_segments, n_routes = len(cut_routes.segment_route), len(cut_routes.length_m)
    error = np.zeros(n_routes) if error_km is None else np.where(np.isfinite(error_km), error_km, 0.0) * 1000
    placed = np.isfinite(incidents.lon) & np.isfinite(incidents.lat) & (incidents.high >= 1)
    reach_of = np.where(incidents.precision == 2, settings.imprecise_radius_km * 1000, 0.0)
    sure, may = np.full(len(cut_routes.lon), np.inf), np.full(len(cut_routes.lon), np.inf)
    keys, distances = [np.zeros(0, np.int64)], [np.zeros(0)]
    point_route = cut_routes.point_route
    widest = float(error.max(initial=0.0))
    for first, last in _batches(cut_routes.point_segment):
        points = np.arange(first, last)
        route = point_route[points]
        days = as_of[route]
        for precision in (1, 2):
            rows = np.flatnonzero(placed & (incidents.precision == precision))
            if not len(rows) or not len(points):
                continue
            pairs = within(
                cut_routes.lon[points],
                cut_routes.lat[points],
                incidents.lon[rows],
                incidents.lat[rows],
                incidents.start[rows],
                radius_m=limit + step + widest + (settings.imprecise_radius_km * 1000 if precision == 2 else 0.0),
                as_of_day=days,
                window_days=days - months_before(days, settings.months),
                incident_end_day=incidents.end[rows],
            )
            point, incident = points[pairs.site], rows[pairs.incident]
            loose = pairs.distance_m - reach_of[incident] - error[point_route[point]]
            np.minimum.at(may, point, loose)
            if precision == 1:
                counted = incidents.best[incident] >= 1
                np.minimum.at(sure, point[counted], pairs.distance_m[counted])
            key = cut_routes.point_segment[point] * max(m, 1) + incident
            order = np.lexsort((pairs.distance_m, key))
            key, distance = key[order], pairs.distance_m[order]
            keep = np.flatnonzero(np.diff(key, prepend=-1))
            keys.append(key[keep])
            distances.append(distance[keep])
    key, distance = np.concatenate(keys), np.concatenate(distances)
    segment, incident = key // max(m, 1), key % max(m, 1)
    route = cut_routes.segment_route[segment]
    exact = incidents.precision[incident] == 1
    nominal = exact & (incidents.best[incident] >= 1) & (distance <= limit)
    certain = nominal & (incidents.low[incident] >= 1) & (distance + error[route] <= limit)
    possible = distance - reach_of[incident] - error[route] - step / 2 <= limit

    by_segment = _counts(segment, n_segments, incidents, incident, nominal, certain, possible)
    nearest = np.full(n_segments, np.inf)
    np.minimum.at(nearest, segment[nominal], distance[nominal])
    by_segment["nearest_incident_m"] = np.where(np.isfinite(nearest), nearest.round(3), np.nan)
    # Of each route every incident once, wherever along it lies.
    once: list[Bools] = []
    for mask in (nominal, certain, possible):
        first_of = np.zeros(len(key), np.bool_)
        rows = np.flatnonzero(mask)
        first_of[rows[np.unique(route[rows] * max(m, 1) + incident[rows], return_index=True)[1]]] = True
        once.append(first_of)
    by_route = _counts(route, n_routes, incidents, incident, *once)
    for column, near in (("exposed_km", sure), ("exposed_km_possible", may)):
        km = _length_within(cut_routes, near - limit) / 1000
        by_segment[column] = km.round(6)
        by_route[column] = np.bincount(cut_routes.segment_route, weights=km, minlength=n_routes).round(6)
    named = np.flatnonzero(nominal | possible)
    kind = np.where(nominal[named], "nominal", "possible").astype(object)
    return Along(by_segment, by_route, segment[named], incident[named], distance[named], kind)


def _batches(point_segment: Ints) -> list[tuple[int, int]]:
    """Slices of samples that never part a segment."""
    out, first, n = [], 0, len(point_segment)
    while first < n:
        last = min(first + POINTS_AT_ONCE, n)
        if last < n:
            last = int(np.searchsorted(point_segment, point_segment[last - 1], side="right"))
        out.append((first, last))
        first = last
    return out


def _counts(
    group: Ints, n: int, incidents: Incidents, incident: Ints, nominal: Bools, certain: Bools, possible: Bools
) -> pd.DataFrame:
    """Counts per segment or route, of the source with most incidents (of equal ones the one with most deaths)."""
    sources = max(len(incidents.sources), 1)
    out: dict[str, Ints] = {}
    for name, mask, deaths in (
        ("incidents", nominal, incidents.best),
        ("incidents_certain", certain, incidents.low),
        ("incidents_possible", possible, incidents.high),
    ):
        rows = np.flatnonzero(mask)
        key = incidents.source[incident[rows]] * n + group[rows]
        count = np.bincount(key, minlength=sources * n).reshape(sources, n)
        died = np.bincount(key, weights=deaths[incident[rows]], minlength=sources * n).reshape(sources, n)
        best = np.lexsort((died, count), axis=0)[-1] if n else np.zeros(0, np.int64)
        out[name] = count[best, np.arange(n)].astype(np.int64)
        if name == "incidents":
            out["deaths"] = died[best, np.arange(n)].astype(np.int64)
    return pd.DataFrame(out)


def _length_within(cut_routes: Cut, over: Floats) -> Floats:
    """Metres of each segment where the distance to the nearest incident is within the limit.

    `over` is that distance less the limit, at the samples; between two samples it is taken to run evenly.
    """
    a, b = over[:-1], over[1:]
    same = cut_routes.point_segment[:-1] == cut_routes.point_segment[1:]
    length = np.where(same, np.diff(cut_routes.point_m), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        inside, outside = np.minimum(a, b), np.maximum(a, b)
        share = np.where(outside <= 0, 1.0, np.where(inside >= 0, 0.0, -inside / (outside - inside)))
    share = np.where(np.isfinite(share), share, 0.0)
    # Where the far sample met no incident at all its distance is beyond the search: the limit is passed half-way.
    share = np.where((inside < 0) & np.isinf(outside), 0.5, share)
    total = np.bincount(cut_routes.point_segment[:-1], weights=length * share, minlength=len(cut_routes.segment_route))
    return np.asarray(total, dtype=np.float64)


def worst(segments: pd.DataFrame, route: Ints, n_routes: int) -> Floats:
    """Number of the segment with most deaths, then most incidents, then the first; NaN where none has any incident.

    Parameters
    ----------
    segments
        Rows of all routes: `incidents`, `deaths`, number within the route.
    route
        Route of each segment, ascending.
    n_routes
        Number of routes.
    """
    out = np.full(n_routes, np.nan)
    rows = np.flatnonzero((segments["incidents"] > 0).to_numpy())
    order = np.lexsort(
        (rows, -segments["incidents"].to_numpy()[rows], -segments["deaths"].to_numpy()[rows], route[rows])
    )
    rows = rows[order]
    first = np.flatnonzero(np.diff(route[rows], prepend=-1))
    out[route[rows[first]]] = segments["segment"].to_numpy()[rows[first]]
    return out


def sequence(
    cut_routes: Cut, codes: Ints, names: Sequence[str]
) -> tuple[list[list[str]], list[list[str]], list[list[str]]]:
    """What the routes pass through, given what is at every sample (a country, a unit).

    Parameters
    ----------
    codes
        Position in `names` at every sample; negative, or a blank name, is nowhere.
    cut_routes
        Routes cut into segments and samples.
    names
        Values that a sample may have, such as country codes.

    Returns
    -------
    by_segment, by_route
        Values in order of the first time they are met.
    changes
        For each route ``A>B at 12.3 km`` for every change from one value to another.
    """
    by_segment: list[dict[str, None]] = [{} for _ in cut_routes.segment_route]
    by_route: list[dict[str, None]] = [{} for _ in cut_routes.length_m]
    changes: list[list[str]] = [[] for _ in cut_routes.length_m]
    route = cut_routes.point_route
    turn = np.flatnonzero(
        np.diff(codes, prepend=-9).astype(bool) | np.diff(cut_routes.point_segment, prepend=-1).astype(bool)
    )
    last: dict[int, str] = {}
    for i in turn.tolist():
        name = names[codes[i]] if codes[i] >= 0 else ""
        if not name:
            continue
        r, s = int(route[i]), int(cut_routes.point_segment[i])
        by_segment[s].setdefault(name)
        by_route[r].setdefault(name)
        if r in last and last[r] != name:
            changes[r].append(f"{last[r]}>{name} at {cut_routes.point_m[i] / 1000:.1f} km")
        last[r] = name
    return [list(d) for d in by_segment], [list(d) for d in by_route], changes
