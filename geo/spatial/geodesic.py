"""Lengths on WGS 84: earth-centred coordinates, the arc above a chord, and exact geodesics.

The straight chord between two points of the ellipsoid is never longer than the geodesic, so a search by chords finds
every pair within a radius and a few more. :func:`arc_m` turns a chord into the length of the geodesic; its error
against :class:`pyproj.Geod` (Karney's algorithm) is in :data:`ARC_ERROR_M`. Haversine is not used: it is wrong by
up to 0.56 %, 140 m at 25 km.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

A = 6378137.0
"""Semi-major axis of WGS 84 [m]."""
F = 1 / 298.257223563
"""Flattening of WGS 84."""
E2 = F * (2 - F)
"""Square of the first eccentricity."""
B = A * (1 - F)
"""Semi-minor axis of WGS 84 [m]."""
MIN_CURVATURE_RADIUS_M = A * (1 - E2)
"""The smallest radius of curvature of the ellipsoid: of the meridian at the equator [m]."""
MAX_DISTANCE_M = 20_003_932.0
"""No two points are farther apart than this (pole to pole along a meridian, rounded up) [m]."""

ARC_LIMIT_M = 100_000.0
"""Beyond this chord :func:`arc_m` is not used where a decision hangs on it: `Geod.inv` is [m]."""
ARC_ERROR_M = ((50_000.0, 1e-8), (100_000.0, 4e-7), (300_000.0, 1e-4))
"""Largest error of :func:`arc_m` at any latitude: (up to this distance, error), both [m]; a test holds it."""

ARC = (E2 / (1 - E2), (1 - E2) / (4 * A * A), E2 / (4 * B * B), 1 - E2)
"""What :func:`arc_m` multiplies and adds, in the order of its compiled twin in :mod:`geo.compiled.arc_loops`."""


@cache
def geod() -> Any:
    """:class:`pyproj.Geod` of WGS 84, loaded when it is first asked for: a command does so while it reads."""
    from pyproj.geod import Geod

    return Geod(ellps="WGS84")


def ecef(lon: Floats, lat: Floats) -> tuple[Floats, Floats, Floats]:
    """Earth-centred, earth-fixed coordinates on the ellipsoid (height 0).

    Parameters
    ----------
    lon, lat
        Degrees on WGS 84, any shape; NaN gives NaN.

    Returns
    -------
    x, y, z
        [m], the shape of the input.
    """
    lam, phi = np.radians(lon), np.radians(lat)
    sin_phi = np.sin(phi)
    n = A / np.sqrt(1 - E2 * sin_phi * sin_phi)
    p = n * np.cos(phi)
    return p * np.cos(lam), p * np.sin(lam), n * (1 - E2) * sin_phi


def arc_m(chord2: Floats, dz: Floats, z_sum: Floats) -> Floats:
    """Length of the geodesic above a chord, by the normal curvature at the middle in the pair's direction.

    ``arc = q (1 + x/6 + 3 x^2/40)`` with ``x = (q k / 2)^2``. Euler's formula for the curvature ``k`` needs the
    latitude and the azimuth; with ``sin(beta) = z / b`` for the reduced latitude both come out of `z` alone, without
    a singular pole: ``k^2 = (1 - e^2) / (a^2 g) * (1 + e'^2 dz^2 / q^2)^2`` and ``g = 1 - e^2 cos(beta)^2``.

    Parameters
    ----------
    chord2
        Squared chord ``q^2`` [m^2].
    dz, z_sum
        Difference and sum of the two `z` coordinates [m].

    Returns
    -------
    ndarray
        Distance [m]; its error is in :data:`ARC_ERROR_M`. Beyond 300 km it is no measure.
    """
    second, quarter, slope, least = ARC
    ratio = dz * dz
    ratio /= np.maximum(chord2, 1e-12)
    ratio *= second
    ratio += 1.0
    ratio *= ratio
    g = z_sum * z_sum
    g *= slope
    g += least
    x = ratio
    x /= g
    x *= chord2
    x *= quarter
    out = x * (3 / 40)
    out += 1 / 6
    out *= x
    out += 1.0
    out *= np.sqrt(chord2)
    return out


def longest_rival_m(chord: Floats) -> Floats:
    """The longest chord [m] that may have a geodesic as short as that of `chord`, curvature being what it is.

    Curvature differs by 0.7 % with place and direction; what that does to chords is a tenth of what is allowed here.

    Parameters
    ----------
    chord
        Chords [m].
    """
    return np.asarray(chord * (1 + 0.005 * (chord / MIN_CURVATURE_RADIUS_M) ** 2))


def geodesic_m(lon1: npt.ArrayLike, lat1: npt.ArrayLike, lon2: npt.ArrayLike, lat2: npt.ArrayLike) -> Floats:
    """Exact geodesic distance of few pairs, through :class:`pyproj.Geod`.

    Parameters
    ----------
    lon1, lat1, lon2, lat2
        Degrees on WGS 84; scalars or arrays that broadcast.

    Returns
    -------
    ndarray
        Distance [m], NaN where a coordinate is NaN.

    Examples
    --------
    >>> float(geodesic_m(15.79, 4.26, 15.79, 4.26))
    0.0
    >>> round(float(geodesic_m(0.0, 0.0, 1.0, 0.0)), 3)
    111319.491
    """
    arrays = np.broadcast_arrays(
        *(np.asarray(v, dtype=np.float64) for v in (lon1, lat1, lon2, lat2)),
    )
    shape = arrays[0].shape
    flat = [np.ascontiguousarray(v).ravel() for v in arrays]
    known = np.isfinite(flat[0]) & np.isfinite(flat[1]) & np.isfinite(flat[2]) & np.isfinite(flat[3])
    out = np.full(flat[0].size, np.nan)
    if known.any():
        out[known] = geod().inv(*(v[known] for v in flat))[2]
    return out.reshape(shape)


def bearing_m(
    lon1: npt.ArrayLike, lat1: npt.ArrayLike, lon2: npt.ArrayLike, lat2: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """Bearing at the first point [degrees from north, clockwise] and geodesic distance [m] of few pairs.

    Parameters
    ----------
    lon1
        Longitudes of the first points [degrees].
    lat1
        Latitudes of the first points [degrees].
    lon2
        Longitudes of the second points [degrees].
    lat2
        Latitudes of the second points [degrees].

    Examples
    --------
    >>> bearing, distance = bearing_m(0.0, 0.0, [1.0, 0.0], [0.0, 1.0])
    >>> bearing.round(6).tolist(), distance.round(3).tolist()
    ([90.0, 0.0], [111319.491, 110574.389])
    """
    arrays = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (lon1, lat1, lon2, lat2)))
    forward, _, distance = geod().inv(*(a.ravel() for a in arrays))
    shape = arrays[0].shape
    return np.asarray(forward).reshape(shape), np.asarray(distance).reshape(shape)
