"""Whether distances from several places to one thing can all be true: there has to be a point that has them all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.spatial.geodesic import A, bearing_m, geod, geodesic_m

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST = 3
"""Places that a thing is measured from, at least: two circles nearly always meet."""
FEW = 8
"""Rows of a thing, about, of which its point is sought."""
STEPS, SLOW_STEPS = 12, 40
"""Whole steps of a search, and halved ones after them: where nothing meets, whole ones go round in circles."""
STILL_M = 1e-3
"""A search that moves by less than this has ended [m]."""


def misfit_m(lon: Floats, lat: Floats, distance_m: Floats, thing: Ints) -> Floats:
    """How far the distances to each thing are from meeting in one point.

    Parameters
    ----------
    lon, lat
        Places that are measured from, degrees on WGS 84, shape (n,).
    distance_m
        Geodesic distance from each place to its thing [m].
    thing
        Number of the thing of each row, from 0; every number up to the largest occurs.

    Returns
    -------
    numpy.ndarray
        By thing, the largest difference between a distance and that to the best point [m]; NaN where it is measured
        from fewer than :data:`LEAST` different places, or no best point was found.

    Examples
    --------
    >>> lon, lat = np.array([15.0, 15.2, 15.1]), np.array([4.0, 4.0, 4.2])
    >>> away = geodesic_m(lon, lat, 15.1, 4.1)
    >>> misfit_m(lon, lat, np.round(away, 3), np.zeros(3, np.int64)).round(2).tolist()
    [0.0]
    >>> misfit_m(lon + [0.0, 0.0, 0.01], lat, away, np.zeros(3, np.int64)).round().tolist()
    [28.0]
    """
    if not len(thing):
        return np.zeros(0)
    n = int(thing.max()) + 1
    order = np.lexsort((distance_m, thing))
    lon, lat, distance_m, thing = lon[order], lat[order], distance_m[order], thing[order]
    near = np.searchsorted(thing, np.arange(n))  # the row of the nearest place
    count = np.diff(near, append=len(thing))
    apart = geodesic_m(lon[near][thing], lat[near][thing], lon, lat)
    far = np.lexsort((apart, thing))[near + count - 1]
    # A few rows of each thing, spread over its distances, say where it is; all of them are then held against it.
    few = np.flatnonzero((np.arange(len(thing)) - near[thing]) % np.maximum(count // FEW, 1)[thing] == 0)
    few = np.union1d(few, far)
    best = np.full(n, np.nan)
    for side in (1.0, -1.0):
        x, y = _crossing(lon, lat, distance_m, near, far, side)
        x, y = _settled(lon[few], lat[few], distance_m[few], thing[few], x, y)
        away = geodesic_m(lon, lat, x[thing], y[thing])
        best = np.fmin(best, np.maximum.reduceat(np.abs(distance_m - away), near))
    places = np.unique(np.column_stack((thing, lon, lat)), axis=0)[:, 0].astype(np.int64)
    best[np.bincount(places, minlength=n) < LEAST] = np.nan
    return best


def _crossing(
    lon: Floats, lat: Floats, distance_m: Floats, near: Ints, far: Ints, side: float
) -> tuple[Floats, Floats]:
    """One of the two points where the circles about two places cross, as on a plane: where the search begins."""
    heading, base = bearing_m(lon[near], lat[near], lon[far], lat[far])
    base = np.maximum(base, 1e-9)
    along = (distance_m[near] ** 2 - distance_m[far] ** 2 + base**2) / (2 * base)
    across = np.sqrt(np.maximum(distance_m[near] ** 2 - along**2, 0.0))
    turn = np.degrees(np.arctan2(side * across, along))
    x, y, _ = geod().fwd(lon[near], lat[near], heading + turn, distance_m[near])
    return np.asarray(x), np.asarray(y)


def _settled(lon: Floats, lat: Floats, distance_m: Floats, thing: Ints, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """By thing, the point that least squares end in; NaN where they do not end."""

    def summed(values: Floats) -> Floats:
        return np.asarray(np.bincount(thing, weights=values, minlength=len(x)))

    step = np.full(len(x), np.inf)
    for number in range(STEPS + SLOW_STEPS):
        if not (step >= STILL_M).any():
            break
        back, away = bearing_m(x[thing], y[thing], lon, lat)
        left = distance_m - away
        east, north = -np.sin(np.radians(back)), -np.cos(np.radians(back))  # a step away from the place
        ee, nn, en = summed(east * east) + 1e-9, summed(north * north) + 1e-9, summed(east * north)
        e, d = summed(east * left), summed(north * left)
        whole = ee * nn - en * en
        to_east, to_north = (nn * e - en * d) / whole, (ee * d - en * e) / whole
        step = np.minimum(np.hypot(to_east, to_north), A) * (1.0 if number < STEPS else 0.5)
        x, y, _ = map(np.asarray, geod().fwd(x, y, np.degrees(np.arctan2(to_east, to_north)), step))
    ended = step < STILL_M
    return np.where(ended, x, np.nan), np.where(ended, y, np.nan)
