"""Where the pixels of a raster lie: from places to columns and rows, and how much ground a pixel has."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from geo.spatial.geodesic import geod

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """Pixels of a raster, of any size; nothing of them is in memory.

    Parameters
    ----------
    width, height
        Numbers of columns and of rows.
    transform
        a, b, c, d, e, f: x = a * column + b * row + c, y = d * column + e * row + f, in degrees or units of its system.
        A rotated raster and one with its south up are no special cases.
    degrees
        x is longitude and y latitude, on WGS 84.
    """

    width: int
    height: int
    transform: tuple[float, float, float, float, float, float]
    degrees: bool = True

    def pixels(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Columns and rows of places, as fractions: the upper left pixel reaches from 0 to 1.

        Parameters
        ----------
        x
            x of the places, in units of the grid's system.
        y
            y of the places, in units of the grid's system.

        Examples
        --------
        >>> column, row = Grid(4, 2, (0.5, 0, 20, 0, -0.5, 6)).pixels(np.array([20.25]), np.array([5.0]))
        >>> column.tolist(), row.tolist()
        ([0.5], [2.0])
        """
        a, b, c, d, e, f = self.transform
        whole = a * e - b * d
        return (e * (x - c) - b * (y - f)) / whole, (a * (y - f) - d * (x - c)) / whole

    def places(self, column: Floats, row: Floats) -> tuple[Floats, Floats]:
        """The x and y of columns and rows.

        Parameters
        ----------
        column
            Columns as fractions, from the left edge.
        row
            Rows as fractions, from the upper edge.
        """
        a, b, c, d, e, f = self.transform
        return a * column + b * row + c, d * column + e * row + f

    @cached_property
    def turn(self) -> float:
        """Columns of a full turn of longitude, 0 where a turn is not one along columns."""
        a, b, _, d, _, _ = self.transform
        return 360.0 / abs(a) if self.degrees and not b and not d else 0.0

    def areas_km2(self, row: int, height: int, column: int, width: int) -> Floats:
        """Ground of each pixel of a window [km²], in a shape that spreads over (height, width).

        Geodesic for degrees; in a projected system the area that pixels have in it, which :func:`ground_areas_km2`
        finds by their corners instead.

        Parameters
        ----------
        row
            First row of the window.
        height
            Rows of the window.
        column
            First column of the window.
        width
            Columns of the window.

        Examples
        --------
        >>> Grid(2, 2, (1, 0, 20, 0, -1, 1)).areas_km2(0, 2, 0, 1).round(1).tolist()
        [[12308.5], [12308.5]]
        """
        a, b, _, d, e, _ = self.transform
        if not self.degrees:
            return np.full((1, 1), abs(a * e - b * d) / 1e6)
        columns = np.arange(column, column + width + 1, dtype=np.float64) if d else np.array([0.0, 1.0])
        rows = np.arange(row, row + height, dtype=np.float64)
        middle = (columns[:-1] + columns[1:]) / 2
        lat = self.places(middle[None, :], rows[:, None] + 0.5)[1]
        half = abs(a * e - b * d) / math.hypot(a, d) / 2 if a or d else abs(e) / 2
        strip = authalic(np.minimum(lat + half, 90.0)) - authalic(np.maximum(lat - half, -90.0))
        return np.asarray(math.radians(math.hypot(a, d)) * geod().a ** 2 / 2 * strip / 1e6)


def authalic(lat: Floats) -> Floats:
    """Proportional to the area from the equator to latitudes [degrees] on the ellipsoid: times a² / 2 and a width.

    Parameters
    ----------
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    """
    sin = np.sin(np.radians(lat))
    e = math.sqrt(geod().es)
    return np.asarray((1 - e * e) * (sin / (1 - e * e * sin * sin) + np.arctanh(e * sin) / e))


CELLS = 16
"""Into so many parts along each side a window is cut to find the ground of its pixels by their corners."""


def lattice(grid: Grid, row: int, height: int, column: int, width: int) -> tuple[Floats, Floats]:
    """The x and y of the corners of the parts of a window, (parts + 1, parts + 1).

    Parameters
    ----------
    grid
        The grid: its cells, and where they lie.
    row
        First row of the window.
    height
        Rows of the window.
    column
        First column of the window.
    width
        Columns of the window.
    """
    rows = np.linspace(row, row + height, min(CELLS, height) + 1)
    columns = np.linspace(column, column + width, min(CELLS, width) + 1)
    return grid.places(np.broadcast_to(columns, (len(rows), len(columns))), rows[:, None] + 0 * columns)


def ground_areas_km2(lon: Floats, lat: Floats, height: int, width: int) -> Floats:
    """Ground of each pixel of a window [km²], (height, width), from the places of the corners of :func:`lattice`.

    Parameters
    ----------
    lon
        Longitudes of the corners of :func:`lattice` [degrees, WGS 84].
    lat
        Latitudes of the corners of :func:`lattice` [degrees, WGS 84].
    height
        Rows of the window.
    width
        Columns of the window.
    """
    x, y = np.radians(lon) * geod().a, authalic(lat) * geod().a / 2
    across_x, down_x = x[1:, 1:] - x[:-1, :-1], x[1:, :-1] - x[:-1, 1:]
    across_y, down_y = y[1:, 1:] - y[:-1, :-1], y[1:, :-1] - y[:-1, 1:]
    area = np.abs(across_x * down_y - down_x * across_y) / 2 / 1e6
    down, across = (np.linspace(0, n, k + 1) for n, k in ((height, area.shape[0]), (width, area.shape[1])))
    at_row = np.clip(np.searchsorted(down, np.arange(height) + 0.5) - 1, 0, None)
    at_column = np.clip(np.searchsorted(across, np.arange(width) + 0.5) - 1, 0, None)
    per_pixel = area / (np.diff(down)[:, None] * np.diff(across)[None, :])
    return np.asarray(per_pixel[at_row[:, None], at_column[None, :]])
