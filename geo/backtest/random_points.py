"""Places drawn uniformly on the ground inside boundaries: what the classes say of a place nobody chose."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from geo.errors import InputError
from geo.spatial.geodesic import E2
from geo.spatial.polygons import Boundaries, locate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_ROUNDS = 200
_E = float(np.sqrt(E2))


def area_above_equator(lat: npt.ArrayLike) -> Floats:
    """Area between the equator and each latitude, as a share of what lies between equator and pole; odd in `lat`.

    Parameters
    ----------
    lat
        Geodetic latitude on WGS 84 [degrees].

    Examples
    --------
    >>> area_above_equator(np.array([0.0, 90.0, -90.0])).round(12).tolist(), round(float(area_above_equator(30.0)), 4)
    ([0.0, 1.0, -1.0], 0.4983)
    """

    def q(sine: npt.ArrayLike) -> Floats:
        sine = np.asarray(sine, dtype=np.float64)
        return np.asarray((1 - E2) * (sine / (1 - E2 * sine * sine) + np.arctanh(_E * sine) / _E))

    return np.asarray(q(np.sin(np.radians(lat))) / q(np.float64(1.0)))


def random_points(boundaries: Boundaries, n: int, seed: int) -> tuple[Floats, Floats, Ints]:
    """`n` points uniform in area on the ellipsoid inside the union of the units.

    Points are drawn in the boxes around the units, in proportion to the boxes' areas, and kept where the unit whose
    box it was holds them: a place that several units cover is not drawn twice as often.

    Parameters
    ----------
    boundaries
        One set of units.
    n
        How many points.
    seed
        Seed of the random numbers: the same seed, the same numbers.

    Returns
    -------
    lon, lat, unit
        Degrees on WGS 84, and the row of `boundaries.frame`, all of shape (n,).

    Raises
    ------
    InputError
        The boundaries have no area.
    """
    boxes = shapely.bounds(boundaries.geometry)
    usable = np.flatnonzero(np.isfinite(boxes).all(axis=1)) if len(boundaries) else np.zeros(0, np.int64)
    boxes = boxes.reshape(-1, 4)[usable]
    low, high = area_above_equator(boxes[:, 1]), area_above_equator(boxes[:, 3])
    area = (boxes[:, 2] - boxes[:, 0]) * (high - low)
    parts: list[tuple[Floats, Floats, Ints]] = []
    found = 0
    rng = np.random.default_rng(seed)
    if area.sum() > 0:
        grid = np.linspace(-90.0, 90.0, 18_001)
        grid_area = area_above_equator(grid)
        for _ in range(_ROUNDS):
            size = 2 * n + 64
            box = rng.choice(len(boxes), size, p=area / area.sum())
            across, up = rng.random(size), rng.random(size)
            lon = boxes[box, 0] + across * (boxes[box, 2] - boxes[box, 0])
            lat = np.interp(low[box] + up * (high[box] - low[box]), grid_area, grid)
            lon, lat = np.round(lon, 6), np.round(lat, 6)
            keep = np.flatnonzero(locate(lon, lat, boundaries) == usable[box])
            parts.append((lon[keep], lat[keep], usable[box][keep]))
            found += len(keep)
            if found >= n:
                lon, lat, unit = (np.concatenate(p)[:n] for p in zip(*parts, strict=True))
                return lon, lat, unit
    raise InputError(
        "No points can be drawn inside the boundaries.",
        where=boundaries.name,
        expected="polygons that have an area",
        remedy="Give polygons of countries, regions or districts.",
    )
