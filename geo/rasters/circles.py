"""Geodesic circles as rings of degrees, many at a time, in closed form.

A distance on the ellipsoid is had from the straight line through it: for 20 km to less than a millimetre. So the half
width of a circle at a latitude needs no search. A polygon of :data:`RING` corners is made as large as its circle.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.spatial.geodesic import geod, geodesic_m

Floats = npt.NDArray[np.float64]

RING = 64
"""Corners of a circle: its edge is nowhere more than 0.1 % of the radius away, and its area is right."""

_SCALE = float(np.sqrt(2 * np.pi / RING / np.sin(2 * np.pi / RING)))


def rings(lon: Floats, lat: Floats, radius_m: float) -> tuple[Floats, Floats]:
    """Longitudes and latitudes of the corners of circles, (n, RING), counter-clockwise from the south.

    Longitudes go on past 180: no ring jumps. A ring around a pole reaches up to it over all longitudes.

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
    >>> x, y = rings(np.array([20.0]), np.array([6.0]), 20_000.0)
    >>> x.shape, abs(geodesic_m(20, 6, x[0, 7], y[0, 7]).item() / 20_000 - _SCALE) < 1e-9
    ((1, 64), True)
    """
    lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    n, radius = len(lon), radius_m * _SCALE
    away = np.full(n, radius)
    _, top, _ = geod().fwd(lon, lat, np.zeros(n), away)
    _, bottom, _ = geod().fwd(lon, lat, np.full(n, 180.0), away)
    to_pole = geodesic_m(lon, lat, lon, np.where(lat >= 0, 90.0, -90.0)) if n else np.zeros(0)
    top = np.where((to_pole <= radius) & (lat >= 0), 90.0, top)
    bottom = np.where((to_pole <= radius) & (lat < 0), -90.0, bottom)
    turn = np.sin(np.linspace(-np.pi / 2, np.pi / 2, RING // 2 + 1))
    side = (top + bottom)[:, None] / 2 + (top - bottom)[:, None] / 2 * turn
    half = _half_width(lat[:, None], side, radius)
    closed = to_pole > radius  # ends that meet in a point
    half[:, 0] = np.where(closed | (lat >= 0), 0.0, half[:, 0])
    half[:, -1] = np.where(closed | (lat < 0), 0.0, half[:, -1])
    x = np.concatenate((lon[:, None] + half, (lon[:, None] - half)[:, -2:0:-1]), axis=1)
    y = np.concatenate((side, side[:, -2:0:-1]), axis=1)
    return x, y


def _half_width(lat: Floats, at: Floats, radius: float) -> Floats:
    """Degrees of longitude between the middle of a circle and its edge at latitudes `at`."""
    es, a = geod().es, geod().a
    f0, f1 = np.radians(lat), np.radians(at)
    n0, n1 = (a / np.sqrt(1 - es * np.sin(f) ** 2) for f in (f0, f1))
    p0, p1 = n0 * np.cos(f0), n1 * np.cos(f1)
    z0, z1 = n0 * (1 - es) * np.sin(f0), n1 * (1 - es) * np.sin(f1)
    # The chord of an arc: the mean of the two radii of curvature is near enough where arcs are short beside them.
    bend = n0 * n0 * np.sqrt(1 - es) / a
    chord = 2 * bend * np.sin(radius / (2 * bend))
    with np.errstate(divide="ignore", invalid="ignore"):
        square = (chord * chord - (p1 - p0) ** 2 - (z1 - z0) ** 2) / (4 * p0 * p1)
    sine = np.sqrt(np.clip(np.nan_to_num(square, nan=0.0, posinf=1.0, neginf=0.0), 0.0, 1.0))
    return np.asarray(np.degrees(2 * np.arcsin(sine)))
