"""A grid over polygons that says of most points which one holds them, and leaves open what rounding might turn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

OTHERS = -2
"""Of a point that is left to GEOS."""
SIDE = 512
"""Cells along each side of the grid at the most: twice the root of the number of edges is enough."""
LEAST_DEG = 1e-4
"""Side of a cell at least [degrees]: far above what rounding moves a point."""
POLYGONAL = (-1, 3, 6)
"""Types of geometry that are taken, as GEOS numbers them: none, Polygon, MultiPolygon."""


class UnitCells:
    """Polygons in a grid, ready to be asked which one holds a point; its loops are compiled.

    Parameters
    ----------
    geometry
        (Multi)Polygons in degrees on WGS 84, shape (n,); None and empty ones hold nothing.
    """

    def __init__(self, geometry: npt.NDArray[np.object_]) -> None:
        from geo.compiled.polygon_loops import cells

        parts, part_owner = shapely.get_parts(geometry, return_index=True)
        rings, ring_part = shapely.get_rings(parts, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        same = np.flatnonzero((ring[1:] == ring[:-1]) & (xy[1:] != xy[:-1]).any(axis=1))
        owner = part_owner[ring_part[ring[same]]]
        edges = np.concatenate((xy[same], xy[same + 1]), axis=1)
        unit_start = np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=len(geometry)))))
        west, south, east, north = shapely.total_bounds(geometry) if len(edges) else (0.0, 0.0, 0.0, 0.0)
        side = min(SIDE, 2 * int(len(edges) ** 0.5) + 1)
        step = (max((end - begin) / side, LEAST_DEG) for begin, end in ((west, east), (south, north)))
        grid = np.array([west, south, *(1 / s for s in step), east, north])
        self._arrays = (edges, *cells(edges, unit_start, grid, side, side), grid, side, side)

    @staticmethod
    def takes(geometry: npt.NDArray[np.object_]) -> bool:
        """Whether all of them are polygons, or none at all.

        Parameters
        ----------
        geometry
            Any geometries, shape (n,).
        """
        return bool(np.isin(shapely.get_type_id(geometry), POLYGONAL).all())

    def holders(self, lon: Floats, lat: Floats) -> Ints:
        """The polygon that alone holds each point and is not doubtful; -1 where none does, -2 where GEOS has to say.

        Left to GEOS is what lies on an edge or within rounding of it, in several, or on the antimeridian.

        Parameters
        ----------
        lon, lat
            Degrees on WGS 84, shape (n,); NaN is in none.
        """
        from geo.compiled.polygon_loops import holders

        return np.asarray(holders(lon, lat, *self._arrays))
