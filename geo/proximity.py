"""All incidents within a radius and a time window of each site, exact on WGS 84: the one place for distances.

:func:`within` gives the pairs, :func:`within_chunks` the same in bounded pieces, :func:`summarise` sums without pairs,
:func:`nearest` the nearest incident at any distance. Membership equals :class:`pyproj.Geod` for every pair: a grid
finds candidates by straight chords (never longer than the geodesic), :func:`geo.geodesic.arc_m` measures them, and
where that is within a micrometre of the radius, or beyond 100 km, `Geod.inv` decides. `distance_m` differs from `Geod`
by at most 1e-8 m to 50 km, 4e-7 m to 100 km, and not at all beyond.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from geo.geodesic import ARC_LIMIT_M, MAX_DISTANCE_M, arc_m, ecef, geodesic_m
from geo.grid import Grid, Ranges, _runs

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BLOCK = 1 << 16
"""Candidates handled at a time by one thread: small enough for its cache."""
SLAB = 1 << 15
"""Sites handled at a time: bounds the memory of everything that is one number per site or per range."""
THREADS = min(4, os.cpu_count() or 1)
"""NumPy lets go of the interpreter inside its loops, so threads share the blocks."""
DECIDE_M = 1e-6
"""This near the radius `Geod.inv` decides, not the arc [m]."""
_DAY_LIMIT = 1 << 40


@dataclass(frozen=True)
class Pairs:
    """Pairs of a site and an incident, sorted by (site, distance_m, incident).

    Parameters
    ----------
    site, incident
        Positions in the arrays that were given, int64, shape (n,).
    distance_m
        Geodesic distance on WGS 84 [m], float64, shape (n,).
    """

    site: Ints
    incident: Ints
    distance_m: Floats

    def __len__(self) -> int:
        return self.site.size


@dataclass(frozen=True)
class Sums:
    """Per site and precision class, over the incidents within the radius and window; all of shape (sites, classes).

    Parameters
    ----------
    classes
        The precision classes, ascending, shape (classes,); one class 0 when no precision was given.
    count
        Number of incidents, int64.
    deaths_low, deaths_best, deaths_high
        Sums of the estimates [people], float64; 0.0 where there is none or the array was not given.
    nearest_m
        Distance of the nearest [m], NaN where there is none.
    latest_day
        Last day of the latest, days since 1970-01-01; the smallest int64 (numpy's NaT) where there is none.
    """

    classes: Ints
    count: Ints
    deaths_low: Floats
    deaths_best: Floats
    deaths_high: Floats
    nearest_m: Floats
    latest_day: Ints


def within(
    site_lon: npt.ArrayLike,
    site_lat: npt.ArrayLike,
    incident_lon: npt.ArrayLike,
    incident_lat: npt.ArrayLike,
    incident_day: npt.ArrayLike,
    *,
    radius_m: float,
    as_of_day: npt.ArrayLike,
    window_days: npt.ArrayLike,
    incident_end_day: npt.ArrayLike | None = None,
) -> Pairs:
    """All pairs with ``distance <= radius_m``, ``incident_day <= as_of_day`` and ``end > as_of_day - window_days``.

    Parameters
    ----------
    site_lon, site_lat, incident_lon, incident_lat
        Degrees on WGS 84, float64, shapes (sites,) and (incidents,). NaN is an unknown position and pairs with nothing.
    incident_day, incident_end_day
        First and last day, days since 1970-01-01; without last days each incident is its one day. NaT cast to int64
        pairs with nothing.
    radius_m
        Inclusive limit of the geodesic distance [m].
    as_of_day, window_days
        One number, or one per site.

    Returns
    -------
    Pairs
        Sorted by (site, distance_m, incident); positions, not labels.

    Raises
    ------
    ValueError
        Arrays of different length, a latitude outside [-90, 90], a radius that is negative or not finite.

    Examples
    --------
    >>> pairs = within([15.79], [4.26], [15.80, 16.5], [4.26, 4.26], [16000, 16000],
    ...                radius_m=20_000, as_of_day=16_100, window_days=365)
    >>> pairs.incident, pairs.distance_m.round(1)
    (array([0]), array([1110.1]))
    """
    parts = list(
        within_chunks(
            site_lon,
            site_lat,
            incident_lon,
            incident_lat,
            incident_day,
            radius_m=radius_m,
            as_of_day=as_of_day,
            window_days=window_days,
            incident_end_day=incident_end_day,
        )
    )
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    # One column at a time, so that never more than one of them exists twice.
    site_parts = [p.site for p in parts]
    incident_parts = [p.incident for p in parts]
    distance_parts = [p.distance_m for p in parts]
    parts.clear()
    site = np.concatenate(site_parts)
    site_parts.clear()
    incident = np.concatenate(incident_parts)
    incident_parts.clear()
    return Pairs(site, incident, np.concatenate(distance_parts))


def within_chunks(
    site_lon: npt.ArrayLike,
    site_lat: npt.ArrayLike,
    incident_lon: npt.ArrayLike,
    incident_lat: npt.ArrayLike,
    incident_day: npt.ArrayLike,
    *,
    radius_m: float,
    as_of_day: npt.ArrayLike,
    window_days: npt.ArrayLike,
    incident_end_day: npt.ArrayLike | None = None,
    chunk_sites: int = SLAB,
) -> Iterator[Pairs]:
    """The pairs of :func:`within` in pieces of `chunk_sites` consecutive sites; joined in order they are equal to it.

    Memory is bounded by the pairs of one piece. Parameters and errors are those of :func:`within`.
    """
    job = _Job(
        site_lon,
        site_lat,
        incident_lon,
        incident_lat,
        incident_day,
        radius_m,
        as_of_day,
        window_days,
        incident_end_day,
    )
    return job.pairs(chunk_sites)


def summarise(
    site_lon: npt.ArrayLike,
    site_lat: npt.ArrayLike,
    incident_lon: npt.ArrayLike,
    incident_lat: npt.ArrayLike,
    incident_day: npt.ArrayLike,
    *,
    radius_m: float,
    as_of_day: npt.ArrayLike,
    window_days: npt.ArrayLike,
    incident_end_day: npt.ArrayLike | None = None,
    precision: npt.ArrayLike | None = None,
    deaths_low: npt.ArrayLike | None = None,
    deaths_best: npt.ArrayLike | None = None,
    deaths_high: npt.ArrayLike | None = None,
) -> Sums:
    """Counts, deaths, nearest and latest per site and precision class, without making the pairs.

    Parameters
    ----------
    precision
        Class of each incident, small integers, shape (incidents,); without it all are one class 0.
    deaths_low, deaths_best, deaths_high
        Estimates [people], shape (incidents,); NaN counts as 0.

    The other parameters and the errors are those of :func:`within`, and so are the numbers: they equal the sums over
    its pairs.
    """
    job = _Job(
        site_lon,
        site_lat,
        incident_lon,
        incident_lat,
        incident_day,
        radius_m,
        as_of_day,
        window_days,
        incident_end_day,
    )
    return job.sums(precision, deaths_low, deaths_best, deaths_high)


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
) -> tuple[Ints, Floats]:
    """The nearest incident in the window of each site, at any distance.

    Parameters are those of :func:`within`.

    Returns
    -------
    incident
        Position of the nearest (of equal ones the first), int64, shape (sites,); -1 where there is none.
    distance_m
        Its distance by `Geod` [m]; NaN where there is none.
    """
    lon, lat = _floats(site_lon), _floats(site_lat)
    ilon, ilat = _floats(incident_lon), _floats(incident_lat)
    as_of, window = _per_site(as_of_day, lon.size), _per_site(window_days, lon.size)
    found = np.full(lon.size, -1, dtype=np.int64)
    distance = np.full(lon.size, np.nan)
    left = np.arange(lon.size)
    radius = 50_000.0
    while left.size:
        pairs = within(
            lon[left],
            lat[left],
            ilon,
            ilat,
            incident_day,
            radius_m=radius,
            as_of_day=as_of[left],
            window_days=window[left],
            incident_end_day=incident_end_day,
        )
        first = np.flatnonzero(np.diff(pairs.site, prepend=-1))
        rows = left[pairs.site[first]]
        found[rows] = pairs.incident[first]
        distance[rows] = geodesic_m(lon[rows], lat[rows], ilon[found[rows]], ilat[found[rows]])
        if radius > MAX_DISTANCE_M:
            break
        left = left[found[left] < 0]
        radius *= 2
    return found, distance


def _floats(values: npt.ArrayLike) -> Floats:
    return np.ascontiguousarray(values, dtype=np.float64).reshape(-1)


def _days(values: npt.ArrayLike) -> Ints:
    array = np.asarray(values)
    if array.dtype.kind == "M":
        array = array.astype("datetime64[D]").astype(np.int64)
    return np.asarray(array, dtype=np.int64)


def _per_site(values: npt.ArrayLike, n: int) -> Ints:
    array = _days(values)
    if array.ndim == 0:
        return np.full(n, array)
    if array.size != n:
        raise ValueError(f"as_of_day and window_days need one number or one per site: {n} sites, {array.size} given")
    return array.reshape(-1)


class _Job:
    """Checked inputs, the grid, and the loop over slabs of sites and blocks of candidates."""

    def __init__(
        self,
        site_lon: npt.ArrayLike,
        site_lat: npt.ArrayLike,
        incident_lon: npt.ArrayLike,
        incident_lat: npt.ArrayLike,
        incident_day: npt.ArrayLike,
        radius_m: float,
        as_of_day: npt.ArrayLike,
        window_days: npt.ArrayLike,
        incident_end_day: npt.ArrayLike | None,
    ) -> None:
        self.lon, self.lat = _floats(site_lon), _floats(site_lat)
        ilon, ilat = _floats(incident_lon), _floats(incident_lat)
        day = _days(incident_day).reshape(-1)
        end = day if incident_end_day is None else _days(incident_end_day).reshape(-1)
        if self.lon.size != self.lat.size:
            raise ValueError(f"site_lon has {self.lon.size} values, site_lat {self.lat.size}")
        if not ilon.size == ilat.size == day.size == end.size:
            raise ValueError(
                "the arrays of incidents differ in length: "
                f"lon {ilon.size}, lat {ilat.size}, day {day.size}, end {end.size}"
            )
        if not (np.isfinite(radius_m) and radius_m >= 0):
            raise ValueError(f"radius_m must be a number of metres, 0 or more; got {radius_m}")
        for name, lat in (("site_lat", self.lat), ("incident_lat", ilat)):
            if (np.abs(lat) > 90).any():
                raise ValueError(f"{name} has values outside -90 to 90 degrees")
        self.radius = min(float(radius_m), MAX_DISTANCE_M)
        n = self.lon.size
        self.as_of = _per_site(as_of_day, n)
        since = self.as_of - np.clip(_per_site(window_days, n), 0, _DAY_LIMIT) + 1
        self.usable = np.isfinite(self.lon) & np.isfinite(self.lat) & (np.abs(self.as_of) < _DAY_LIMIT)
        self.since = since
        self.n_incidents = ilon.size
        self.all_end = end

        # Only what some site's window can reach goes into the grid.
        as_of, since = self.as_of[self.usable], since[self.usable]
        reach = np.isfinite(ilon) & np.isfinite(ilat) & (np.abs(day) < _DAY_LIMIT) & (np.abs(end) < _DAY_LIMIT)
        self.one_window = False
        if as_of.size:
            reach &= (day <= as_of.max()) & (end >= since.min())
            self.one_window = bool((as_of == as_of[0]).all() and (since == since[0]).all())
        rows = np.flatnonzero(reach)
        self.empty = not (rows.size and as_of.size)
        if self.empty:
            return
        lon, lat, day, end = ilon[rows], ilat[rows], day[rows], end[rows]
        span = end - day
        if self.one_window:
            # Every incident left is in every window: time drops out.
            self.grid = Grid(lon, lat, None, None, self.radius, cells_per_radius=2)
            self.end = None
        else:
            self.grid = Grid(lon, lat, day, span, self.radius)
            self.end = end[self.grid.order] if span.any() else None
        order = self.grid.order
        self.incident = rows[order]
        self.ilon, self.ilat = lon[order], lat[order]
        self.x, self.y, self.z = ecef(self.ilon, self.ilat)

    def pairs(self, chunk_sites: int) -> Iterator[Pairs]:
        """Pairs of consecutive slabs of sites, each sorted."""
        for first in range(0, self.lon.size, chunk_sites):
            slab = _Slab(self, np.arange(first, min(first + chunk_sites, self.lon.size)))
            parts = [part for part in slab.blocks() if part[0].size]
            if not parts:
                continue
            site = np.concatenate([p[0] for p in parts])
            position = np.concatenate([p[1] for p in parts])
            distance = np.concatenate([p[2] for p in parts])
            incident = self.incident[position]
            order = np.lexsort((incident, distance, site))
            yield Pairs(site[order], incident[order], distance[order])

    def sums(
        self,
        precision: npt.ArrayLike | None,
        low: npt.ArrayLike | None,
        best: npt.ArrayLike | None,
        high: npt.ArrayLike | None,
    ) -> Sums:
        """Sums over the pairs of each slab, which are then forgotten."""
        kind = np.zeros(self.n_incidents, np.int64) if precision is None else _days(precision).reshape(-1)
        classes, kind = np.unique(kind, return_inverse=True)
        if not classes.size:
            classes = np.zeros(1, np.int64)
        n, k = self.lon.size, classes.size
        weights = [None if w is None else np.nan_to_num(_floats(w)) for w in (low, best, high)]
        if any(w is not None and w.size != self.n_incidents for w in (kind, *weights)):
            raise ValueError("precision and deaths need one value per incident")
        count = np.zeros(n * k, np.int64)
        deaths = [np.zeros(n * k) for _ in weights]
        near = np.full(n * k, np.inf)
        latest = np.full(n * k, np.iinfo(np.int64).min)
        for part in self.pairs(SLAB):
            group = part.site * k + kind[part.incident]
            count += np.bincount(group, minlength=n * k)
            for total, weight in zip(deaths, weights, strict=True):
                if weight is not None:
                    total += np.bincount(group, weights=weight[part.incident], minlength=n * k)
            np.minimum.at(near, group, part.distance_m)
            np.maximum.at(latest, group, self.all_end[part.incident])
        near[np.isinf(near)] = np.nan
        shape = (n, k)
        return Sums(
            classes,
            count.reshape(shape),
            deaths[0].reshape(shape),
            deaths[1].reshape(shape),
            deaths[2].reshape(shape),
            near.reshape(shape),
            latest.reshape(shape),
        )


class _Slab:
    """Candidates of some sites, found through the grid, tested block by block."""

    def __init__(self, job: _Job, sites: Ints) -> None:
        self.job = job
        self.sites = sites = sites[job.usable[sites]]
        self.x, self.y, self.z = ecef(job.lon[sites], job.lat[sites])
        none = np.zeros(0, np.int64)
        self.ranges = Ranges(none, none, none)
        if sites.size and not job.empty:
            window = (None, None) if job.one_window else (job.as_of[sites], job.since[sites])
            self.ranges = job.grid.ranges(job.lon[sites], job.lat[sites], *window)

    def blocks(self) -> Iterator[tuple[Ints, Ints, Floats]]:
        """(site, sorted position of the incident, distance_m) of the pairs, block after block."""
        count = self.ranges.hi - self.ranges.lo
        total = np.cumsum(count)
        if not total.size:
            return
        cuts = np.searchsorted(total, np.arange(BLOCK, total[-1] + BLOCK, BLOCK))
        bounds = np.unique(np.concatenate(([0], np.minimum(cuts + 1, count.size))))
        tasks = list(pairwise(bounds))
        if THREADS > 1 and len(tasks) > 1:
            with ThreadPoolExecutor(THREADS) as pool:
                yield from pool.map(self._test, *zip(*tasks, strict=True))
        else:
            for a, b in tasks:
                yield self._test(a, b)

    def _test(self, a: int, b: int) -> tuple[Ints, Ints, Floats]:
        job = self.job
        site, lo = self.ranges.site[a:b], self.ranges.lo[a:b]
        count = self.ranges.hi[a:b] - lo
        at = _runs(lo, count)
        who = np.repeat(site, count)
        dz = job.z[at] - self.z[who]
        q2 = (job.x[at] - self.x[who]) ** 2 + (job.y[at] - self.y[who]) ** 2 + dz**2
        keep = np.flatnonzero(q2 <= (job.radius + 1e-5) ** 2)
        if job.end is not None:
            keep = keep[job.end[at[keep]] >= job.since[self.sites[who[keep]]]]
        at, who, dz, q2 = at[keep], who[keep], dz[keep], q2[keep]
        distance = arc_m(q2, dz, 2 * self.z[who] + dz)
        ask = np.flatnonzero((q2 > (ARC_LIMIT_M - 100) ** 2) | (np.abs(distance - job.radius) <= DECIDE_M))
        if ask.size:
            s = self.sites[who[ask]]
            distance[ask] = geodesic_m(job.lon[s], job.lat[s], job.ilon[at[ask]], job.ilat[at[ask]])
        inside = np.flatnonzero(distance <= job.radius)
        return self.sites[who[inside]], at[inside], distance[inside]
