"""Areas and shares of polygons on WGS 84, through the cylindrical equal-area projection of the ellipsoid.

Edges are taken as drawn, straight in degrees. The projection keeps area exactly, so a share of two areas is that on
the ellipsoid; nothing else is measured in it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely

from geo.spatial.circle_cuts import Sides, areas_in
from geo.spatial.geodesic import geod
from geo.spatial.prepared import prepare
from geo.threads import spread

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]

POINTS = 1 << 10
"""Circles at a time by one thread."""
RUNS_AT_ONCE = 1 << 20
"""Pairs of a circle and a run of edges looked at together: bounds the memory where outlines have very many corners."""
RING = 90
"""Vertices of a circle; the polygon through them misses 0.08 % of its area, and is scaled by that."""
EVEN_DEGREES, EVEN_M = 70.0, 300_000.0
"""To this latitude and radius the corners of circles change so evenly with it that ten of a degree tell all others:
within what rounding does, in a fiftieth of the time."""
_ANGLES = (2 * np.arange(10) + 1) * np.pi / 20
_NODES = (1 + np.cos(_ANGLES)) / 2


def _authalic(lat: Floats) -> Floats:
    sin = np.sin(np.radians(lat))
    e = float(np.sqrt(geod().es))
    es = e * e
    return np.asarray((1 - es) * (sin / (1 - es * sin * sin) + np.arctanh(e * sin) / e))


def to_equal_area(geometry: Geometries) -> Geometries:
    """Polygons in degrees as polygons whose planar area is theirs on the ellipsoid [m2].

    Parameters
    ----------
    geometry
        Polygons [degrees, WGS 84], shape (n,).
    """
    return np.asarray(shapely.transform(geometry, lambda xy: _projected(xy[:, 0], xy[:, 1]).T), dtype=object)


def _projected(lon: Floats, lat: Floats) -> Floats:
    """Places on the plane of equal areas [m], an axis of x and y before those of the input."""
    return np.stack((np.radians(lon) * geod().a, _authalic(lat) * geod().a / 2))


def areas_m2(projected: Geometries) -> Floats:
    """Areas of polygons from :func:`to_equal_area` [m2].

    Parameters
    ----------
    projected
        Polygons of the equal-area plane [m], shape (n,).
    """
    return np.asarray(shapely.area(projected))


def least_areas_m2(geometry: Geometries) -> Floats:
    """What polygons have at least for an area [m2], without a projection: as if all lay where a degree is smallest.

    Parameters
    ----------
    geometry
        Polygons [degrees, WGS 84], shape (n,).

    Examples
    --------
    >>> box = np.array([shapely.box(19.9, 5.9, 20.1, 6.1)])
    >>> (areas_m2(to_equal_area(box)) / least_areas_m2(box)).round(3).tolist()
    [1.0]
    """
    _, south, _, north = shapely.bounds(geometry).reshape(-1, 4).T
    outmost = np.radians(np.minimum(np.maximum(np.abs(south), np.abs(north)), 90.0))
    es = geod().es
    # The area of a square degree by latitude: it falls from the equator to the poles.
    degree = (1 - es) * np.cos(outmost) / (1 - es * np.sin(outmost) ** 2) ** 2 * np.radians(geod().a) ** 2
    return np.asarray(shapely.area(geometry) * degree)


def circles(lon: Floats, lat: Floats, radius_m: float) -> Geometries:
    """Geodesic circles around points as polygons in degrees; longitudes may pass 180.

    Parameters
    ----------
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    radius_m
        Radius of all circles [m].

    Examples
    --------
    >>> round(float(areas_m2(to_equal_area(circles(np.array([20.0]), np.array([6.0]), 20_000.0)))[0]) / 1e6)
    1257
    """
    x, y = _around(lon, lat, radius_m)
    return np.asarray(shapely.polygons(np.stack((x, y), axis=2)), dtype=object)


def _around(lon: Floats, lat: Floats, radius_m: float) -> tuple[Floats, Floats]:
    """Longitudes and latitudes of the corners of circles around points, shape (n, RING) each."""
    x, y = np.empty((2, len(lon), RING))
    band = np.floor(lat).astype(np.int64)
    even = (np.abs(lat) <= EVEN_DEGREES) & (radius_m <= EVEN_M)
    for one in np.unique(band[even]).tolist():
        rows = np.flatnonzero(even & (band == one))
        x[rows], y[rows] = _weights(lat[rows] - one) @ _corners_of_band(one, radius_m)
    rows = np.flatnonzero(~even)
    x[rows], y[rows] = _corners(lat[rows], radius_m)
    x += lon[:, None]
    return x, y


def _corners(lat: Floats, radius_m: float) -> Floats:
    """Longitudes, from that of the centre, and latitudes of the corners of circles, shape (2, n, RING)."""
    n, half = len(lat), RING // 2 + 1  # from north to south by the east; the west is its mirror image, to the bit
    zero, azimuth = np.zeros(n * half), np.tile(np.arange(half) * (360.0 / RING), n)
    # A regular polygon of RING corners has this much less area than its circle.
    scale = np.sqrt(2 * np.pi / RING / np.sin(2 * np.pi / RING))
    x, y, _ = geod().fwd(zero, np.repeat(lat, half), azimuth, zero + radius_m * scale)
    x, y = np.asarray(x).reshape(n, half), np.asarray(y).reshape(n, half)
    x = np.concatenate((x, -x[:, -2:0:-1]), axis=1)
    return np.stack(((x + 180.0) % 360.0 - 180.0, np.concatenate((y, y[:, -2:0:-1]), axis=1)))


@lru_cache(maxsize=1 << 10)
def _corners_of_band(south: int, radius_m: float) -> Floats:
    """The corners of circles at the nodes of a degree of latitude."""
    return _corners(south + _NODES, radius_m)


def _weights(part: Floats) -> Floats:
    """What each node adds to the value at a part of its degree, shape (n, nodes): Lagrange, in barycentric form."""
    away = part[:, None] - _NODES
    at = away == 0
    weights = (-1.0) ** np.arange(len(_NODES)) * np.sin(_ANGLES) / np.where(at, 1.0, away)
    weights /= weights.sum(axis=1, keepdims=True)
    on = at.any(axis=1)
    weights[on] = at[on]
    return np.asarray(weights)


def share_inside(polygons: Geometries, lon: Floats, lat: Floats, radius_m: float) -> Floats:
    """The share of each polygon's area that lies within `radius_m` of its point; one polygon per point.

    Parameters
    ----------
    polygons
        One polygon a point [degrees, WGS 84], shape (n,).
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    radius_m
        Radius of all circles [m].

    Examples
    --------
    >>> box = np.array([shapely.box(19.9, 5.9, 20.1, 6.1)])
    >>> share_inside(box, np.array([20.0]), np.array([6.0]), 50_000.0).round(12).tolist()
    [1.0]
    """
    _, first, which = np.unique([id(p) for p in polygons], return_index=True, return_inverse=True)
    return Plane(polygons[first]).shares(which, lon, lat, radius_m)


class Plane:
    """Polygons laid on the plane of equal areas, once for all circles that are held against them.

    Parameters
    ----------
    polygons
        Polygons [degrees, WGS 84], shape (n,).
    compiled
        Whether loops are compiled (:func:`geo.compiled.compiler.compiles`).
    """

    def __init__(self, polygons: Geometries, compiled: bool = False) -> None:
        self._compiled = compiled
        self._polygons = to_equal_area(polygons)
        self._whole = areas_m2(self._polygons)
        if not compiled:
            prepare(self._polygons)
        self._sides = Sides(self._polygons)

    def shares(self, which: Ints, lon: Floats, lat: Floats, radius_m: float) -> Floats:
        """The share of the area of its polygon that lies within `radius_m` of each point.

        Parameters
        ----------
        which
            Position of the polygon of each point.
        lon
            Longitudes [degrees, WGS 84].
        lat
            Latitudes [degrees, WGS 84].
        radius_m
            Radius of all circles [m].
        """
        step = max(min(POINTS, RUNS_AT_ONCE // max(self._sides.most, 1)), 1)
        parts = [slice(i, i + step) for i in range(0, len(lon), step)]
        inside = spread(lambda part: self._inside(which[part], lon[part], lat[part], radius_m), parts)
        whole = self._whole.take(which)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(whole > 0, np.concatenate([np.zeros(0), *inside]) / whole, 0.0)
        return np.asarray(np.clip(share, 0.0, 1.0))

    def _inside(self, which: Ints, lon: Floats, lat: Floats, radius_m: float) -> Floats:
        """The area of each polygon within the circle around its point [m2]."""
        corners, centre = _projected(*_around(lon, lat, radius_m)), _projected(lon, lat)
        turn = 2 * np.pi * geod().a
        west, east = corners[0].min(axis=1), corners[0].max(axis=1)
        inside = np.zeros(len(lon))
        for shift in (0.0, turn, -turn):
            near = np.flatnonzero((west + shift < turn / 2) & (east + shift > -turn / 2))
            if not len(near):
                continue
            middle, own = centre[:, near], which[near]
            away = corners[:, near] - middle[:, :, None]
            area, sure = areas_in(self._sides, own, middle[0] + shift, middle[1], away, self._compiled)
            unsure = np.flatnonzero(~sure)
            if len(unsure):
                x, y = corners[:, near[unsure]]
                circle = shapely.polygons(np.stack((x + shift, y), axis=2))
                area[unsure] = shapely.area(shapely.intersection(self._polygons[own[unsure]], circle))
            inside[near] += area
        return inside
