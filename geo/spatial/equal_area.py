"""Areas and shares of polygons on WGS 84, through the cylindrical equal-area projection of the ellipsoid.

Edges are taken as drawn, straight in degrees. The projection keeps area exactly, so a share of two areas is that on
the ellipsoid; nothing else is measured in it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod

from geo.spatial.candidate_search import spread

Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]

_GEOD = Geod(ellps="WGS84")
_E = float(np.sqrt(_GEOD.es))
POINTS = 1 << 12
"""Circles at a time by one thread."""
RING = 90
"""Vertices of a circle; the polygon through them misses 0.08 % of its area, and is scaled by that."""
EVEN_DEGREES, EVEN_M = 70.0, 300_000.0
"""To this latitude and radius the corners of circles change so evenly with it that ten of a degree tell all others:
within what rounding does, in a fiftieth of the time."""
_ANGLES = (2 * np.arange(10) + 1) * np.pi / 20
_NODES = (1 + np.cos(_ANGLES)) / 2


def _authalic(lat: Floats) -> Floats:
    sin = np.sin(np.radians(lat))
    es = _E * _E
    return np.asarray((1 - es) * (sin / (1 - es * sin * sin) + np.arctanh(_E * sin) / _E))


def to_equal_area(geometry: Geometries) -> Geometries:
    """Polygons in degrees as polygons whose planar area is theirs on the ellipsoid [m2].

    Parameters
    ----------
    geometry
        Polygons [degrees, WGS 84], shape (n,).
    """
    return np.asarray(shapely.transform(geometry, lambda xy: _projected(xy[:, 0], xy[:, 1])), dtype=object)


def _projected(lon: Floats, lat: Floats) -> Floats:
    """Places on the plane of equal areas [m], the shape of the input and a last axis of x and y."""
    return np.stack((np.radians(lon) * _GEOD.a, _authalic(lat) * _GEOD.a / 2), axis=-1)


def areas_m2(projected: Geometries) -> Floats:
    """Areas of polygons from :func:`to_equal_area` [m2].

    Parameters
    ----------
    projected
        Polygons of the equal-area plane [m], shape (n,).
    """
    return np.asarray(shapely.area(projected))


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
    n, zero = len(lat), np.zeros(len(lat) * RING)
    azimuth = np.tile(np.arange(RING) * (360.0 / RING), n)
    # A regular polygon of RING corners has this much less area than its circle.
    scale = np.sqrt(2 * np.pi / RING / np.sin(2 * np.pi / RING))
    x, y, _ = _GEOD.fwd(zero, np.repeat(lat, RING), azimuth, zero + radius_m * scale)
    x = (np.asarray(x) + 180.0) % 360.0 - 180.0
    return np.stack((x.reshape(n, RING), np.asarray(y).reshape(n, RING)))


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
    >>> share_inside(box, np.array([20.0]), np.array([6.0]), 50_000.0).tolist()
    [1.0]
    """
    parts = [slice(i, i + POINTS) for i in range(0, len(lon), POINTS)]
    shares = spread(lambda part: _share_inside(polygons[part], lon[part], lat[part], radius_m), parts)
    return np.concatenate([np.zeros(0), *shares])


def _share_inside(polygons: Geometries, lon: Floats, lat: Floats, radius_m: float) -> Floats:
    # Many points lie in one polygon: it is projected once.
    _, first, which = np.unique([id(p) for p in polygons], return_index=True, return_inverse=True)
    projected = to_equal_area(polygons[first])
    unit, whole = projected[which], areas_m2(projected)[which]
    circle = shapely.polygons(_projected(*_around(lon, lat, radius_m)))
    turn = 2 * np.pi * _GEOD.a
    bounds = shapely.bounds(circle)
    # A circle whose box lies in the polygon is cut by nothing; asking that costs a hundredth of cutting.
    shapely.prepare(projected)
    boxes = shapely.box(*(bounds[:, i] for i in range(4)))
    cut = ~shapely.contains_properly(unit, boxes)
    inside = np.where(cut, 0.0, areas_m2(circle))
    for shift in (0.0, turn, -turn):
        near = np.flatnonzero(cut & (bounds[:, 0] + shift < turn / 2) & (bounds[:, 2] + shift > -turn / 2))
        if len(near):
            moved = circle[near]
            if shift:
                moved = shapely.transform(moved, lambda xy, by=shift: xy + np.array([by, 0.0]))
            inside[near] += shapely.area(shapely.intersection(unit[near], moved))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(whole > 0, inside / whole, 0.0)
    return np.asarray(np.clip(share, 0.0, 1.0))
