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
    order
        The polygons in the order in which the first of several is sought: positions, shape (n,).
    """

    def __init__(self, geometry: npt.NDArray[np.object_], order: Ints) -> None:
        from geo.compiled.polygon_loops import cells

        geometry = geometry[order]
        parts, part_owner = shapely.get_parts(geometry, return_index=True)
        rings, ring_part = shapely.get_rings(parts, return_index=True)
        xy, ends = shapely.get_coordinates(rings), np.cumsum(shapely.get_num_coordinates(rings))
        begins = np.ones(len(xy), np.bool_)
        begins[:-1] = (xy[1:, 0] != xy[:-1, 0]) | (xy[1:, 1] != xy[:-1, 1])
        begins[ends - 1] = False
        rings_of = np.cumsum(np.bincount(part_owner[ring_part], minlength=len(geometry)))
        unit_start = np.concatenate(([0], ends))[np.concatenate(([0], rings_of))]
        west, south, east, north = shapely.total_bounds(geometry) if len(xy) else (0.0, 0.0, 0.0, 0.0)
        side = min(SIDE, 2 * int(len(xy) ** 0.5) + 1)
        step = (max((end - begin) / side, LEAST_DEG) for begin, end in ((west, east), (south, north)))
        grid = np.array([west, south, *(1 / s for s in step), east, north])
        middles = np.concatenate([grid[i] + (np.arange(side) + 0.5) / grid[i + 2] for i in (0, 1)])
        made = cells(xy, begins, unit_start, order, grid, middles, side, side)
        self._arrays = (xy, *made, grid, middles, side, side)

    @staticmethod
    def takes(geometry: npt.NDArray[np.object_]) -> bool:
        """Whether all of them are polygons, or none at all.

        Parameters
        ----------
        geometry
            Any geometries, shape (n,).
        """
        return bool(np.isin(shapely.get_type_id(geometry), POLYGONAL).all())

    def holders(self, lon: Floats, lat: Floats, first: bool) -> Ints:
        """The polygon that holds each point beyond doubt; -1 where none does, -2 where GEOS has to say.

        Left to GEOS is what lies on an edge or within rounding of it, or on the antimeridian.

        Parameters
        ----------
        lon, lat
            Degrees on WGS 84, shape (n,); NaN is in none.
        first
            Of several the first is taken; else they are left to GEOS too.
        """
        from geo.compiled.polygon_loops import holders

        return np.asarray(holders(lon, lat, first, *self._arrays))
