"""A coarse grid of degrees that says which points are far from every edge, and which of these lie in the same units."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.spatial.polygon_edges import PIECE_DEG, Edges

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Box = tuple[float, float, float, float]

STEPS = 4
"""Cells that reach as far as a circle does from its middle: more of them part points more finely, and cost more."""
LEAST_CELLS, MOST_CELLS = 1 << 12, 1 << 17
CELLS_PER_POINT = 4
"""For few points a small grid is enough."""
SPARE = 1e-6
"""Cells by which a reach is widened, far above what rounding moves a place."""


class EdgeGrid:
    """Cells of degrees, with the codes of the edges that circles around the points of each may reach.

    Between a point and a place that its circle reaches there are no more cells than the circle goes beyond its middle,
    and one. Where these have no piece of an edge of another code, the circle reaches none; and no such edge meets the
    cell of the point itself, so that all of the cell lies in the same units of other codes.

    Parameters
    ----------
    edges
        Edges on WGS 84, in pieces of at most :data:`geo.spatial.polygon_edges.PIECE_DEG`.
    code
        Code of each polygon of the edges, a whole number from 0 on.
    box
        West, south, east and north of all points [degrees]; -180 and 180 is all the way around.
    reach
        How far any circle goes to the east or west of its middle, and to the north or south [degrees].
    points
        How many points there are.
    """

    def __init__(self, edges: Edges, code: Ints, box: Box, reach: tuple[float, float], points: int) -> None:
        west, south, east, north = box
        self.around = (west, east) == (-180.0, 180.0)
        dx, dy = (max(min(r, 360.0) * 1.001 / STEPS, 2 * PIECE_DEG) for r in reach)
        most = min(max(CELLS_PER_POINT * points, LEAST_CELLS), MOST_CELLS)
        coarser = max(((east - west) / dx + 1) * ((north - south) / dy + 1) / most, 1.0) ** 0.5
        dx, dy = dx * coarser, dy * coarser
        self._columns = max(int(360.0 / dx), 1) if self.around else int((east - west) / dx) + 1
        self._rows = int((north - south) / dy) + 1
        dx = 360.0 / self._columns if self.around else dx
        self._west, self._south, self._dx, self._dy = west, south, dx, dy
        self._steps = (
            int(min(reach[1] / dy + SPARE + 1, self._rows)),
            int(min(reach[0] / dx + SPARE + 1, self._columns)),
        )
        self._least, self._greatest = self._codes(edges, code)

    def _codes(self, edges: Edges, code: Ints) -> tuple[Ints, Ints]:
        """The least and the greatest code of a piece within reach of each cell; of none the greatest is -1."""
        (x1, y1), (x2, y2) = edges.start.T, edges.end.T
        c1, c2, r1, r2 = self._column(x1), self._column(x2), self._row(y1), self._row(y2)
        west, east, south, north = np.minimum(c1, c2), np.maximum(c1, c2), np.minimum(r1, r2), np.maximum(r1, r2)
        inside = (east >= 0) & (west < self._columns) & (north >= 0) & (south < self._rows)
        least = np.full(self._rows * self._columns, np.iinfo(np.int64).max)
        greatest = np.full(self._rows * self._columns, -1)
        # No piece is longer than a cell, so that its corners are in all cells that it may meet.
        some = np.flatnonzero(inside)
        owner = edges.owner.take(some)
        for rows, columns in ((south, west), (south, east), (north, west), (north, east)):
            cell = self._cell(rows.take(some), columns.take(some))
            # Neighbours are mostly in one cell.
            new = np.flatnonzero((np.diff(cell, prepend=-1) != 0) | (np.diff(owner, prepend=-1) != 0))
            of = code.take(owner.take(new))
            np.minimum.at(least, cell.take(new), of)
            np.maximum.at(greatest, cell.take(new), of)
        shape = self._rows, self._columns
        return (
            _widened(least.reshape(shape), *self._steps, np.minimum, self.around).ravel(),
            _widened(greatest.reshape(shape), *self._steps, np.maximum, self.around).ravel(),
        )

    def _column(self, lon: Floats) -> Ints:
        return np.asarray(np.floor((lon - self._west) / self._dx).astype(np.int64))

    def _row(self, lat: Floats) -> Ints:
        return np.asarray(np.floor((lat - self._south) / self._dy).astype(np.int64))

    def _cell(self, row: Ints, column: Ints) -> Ints:
        return np.asarray(np.clip(row, 0, self._rows - 1) * self._columns + np.clip(column, 0, self._columns - 1))

    def parted(self, lon: Floats, lat: Floats, code: Ints) -> tuple[Bools, Ints]:
        """Which circles may reach an edge of another code, and a number that points share which lie in the same units.

        Parameters
        ----------
        lon, lat
            Degrees within the box, shape (n,).
        code
            Code of each point, whose own edges are not looked at.

        Returns
        -------
        near, group
            Flags, and numbers of whom only those that are not near are of use: where two of these are equal, the
            points are in the same units of other codes.
        """
        cell = self._cell(self._row(lat), self._column(lon))
        greatest = self._greatest.take(cell)
        near = (greatest >= 0) & ((greatest != code) | (self._least.take(cell) != code))
        # Cuts along the antimeridian and lines along a pole are no edges, and still bound units.
        near |= (np.abs(lon) == 180.0) | (np.abs(lat) == 90.0)
        return near, cell * (int(code.max(initial=0)) + 1) + code


def _widened(codes: Ints, rows: int, columns: int, most: np.ufunc, around: bool) -> Ints:
    """The least or greatest code among so many cells to every side; columns go around the earth, or not."""
    if around:
        codes = np.concatenate((codes[:, codes.shape[1] - columns :], codes, codes[:, :columns]), axis=1)
    out = codes.copy()
    for step in range(1, min(rows, len(codes) - 1) + 1):
        most(out[step:], codes[:-step], out=out[step:])
        most(out[:-step], codes[step:], out=out[:-step])
    codes = out
    out = codes.copy()
    for step in range(1, min(columns, codes.shape[1] - 1) + 1):
        most(out[:, step:], codes[:, :-step], out=out[:, step:])
        most(out[:, :-step], codes[:, step:], out=out[:, :-step])
    return np.ascontiguousarray(out[:, columns:-columns]) if around else out
