"""Shapes that a map draws around a point."""

from __future__ import annotations

import numpy as np
import shapely
from pyproj import Geod

WGS84 = Geod(ellps="WGS84")


def circle(lon: float, lat: float, radius_m: float, corners: int = 72) -> shapely.Polygon:
    """All that lies within `radius_m` metres (geodesic, WGS 84) of a point, as a polygon.

    Examples
    --------
    >>> ring = circle(16.0, 4.0, 20_000.0).exterior.coords
    >>> from geo.spatial.geodesic import geodesic_m
    >>> round(float(geodesic_m(16.0, 4.0, *ring[7])))
    20000
    """
    bearing = np.linspace(0.0, 360.0, corners, endpoint=False)
    x, y, _ = WGS84.fwd(np.full(corners, lon), np.full(corners, lat), bearing, np.full(corners, radius_m))
    return shapely.Polygon(np.column_stack([x, y]))
