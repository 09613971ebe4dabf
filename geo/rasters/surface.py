"""Incidents as a surface: kernel density in an equal-area grid, every event in it once and nowhere lost.

Cells are of equal size on the ground, so a sum over cells is a number of events. An event whose place is known to 25 km
is spread over a disc of 25 km, one known by its district over the district; then all is smoothed by one kernel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.errors import InputError
from geo.messages import Note

Floats = npt.NDArray[np.float64]

REACH = 4.0
"""The kernel ends at so many standard deviations; what lies beyond is 0.03 % and is given back to the rest."""
CELLS = 25_000_000
"""Cells of a grid at most."""
FARTHEST = 75.0
"""Degrees from the middle of a grid to its farthest event: beyond, an equal-area map bends shapes too far."""


@dataclass(frozen=True)
class SurfaceGrid:
    """Cells of `cell_m` metres in a Lambert azimuthal equal-area system around a middle in whole degrees.

    `left` and `top` [m] are multiples of the cell: two grids of one middle and cell lie upon each other.
    """

    lon_0: float
    lat_0: float
    cell_m: float
    left: float
    top: float
    rows: int
    columns: int

    @classmethod
    def around(cls, lon: Floats, lat: Floats, cell_km: float, margin_km: float) -> SurfaceGrid:
        """The grid that holds places and a margin around them.

        Parameters
        ----------
        lon
            Longitudes [degrees, WGS 84]; missing where there is no position.
        lat
            Latitudes [degrees, WGS 84]; missing where there is no position.
        cell_km
            Side of a cell [km].
        margin_km
            How far the grid reaches beyond the places [km].

        Raises
        ------
        InputError
            They span too much of the globe, or the cells are too many.
        """
        lon_0, lat_0 = (float(np.round((v.min() + v.max()) / 2)) for v in (lon, lat))
        spread = max(float(np.abs(lon - lon_0).max()), float(np.abs(lat - lat_0).max()))
        if spread > FARTHEST:
            raise InputError(
                "The incidents span too much of the globe for one surface.",
                expected=Note("not more than {n} degree{n?|s} from their middle", n=FARTHEST), got=f"{spread:.0f}",
                remedy=Note("Give the incidents of fewer countries."),
            )  # fmt: skip
        made = cls(lon_0, lat_0, cell_km * 1000, 0.0, 0.0, 1, 1)
        x, y = made.project(lon, lat)
        cell, margin = cell_km * 1000, margin_km * 1000
        left, top = math.floor((x.min() - margin) / cell) * cell, math.ceil((y.max() + margin) / cell) * cell
        columns, rows = (math.ceil(v / cell) for v in (x.max() + margin - left, top - y.min() + margin))
        if rows * columns > CELLS:
            raise InputError(
                "The surface would have too many cells.", expected=Note("{n} at most", n=str(CELLS)),
                got=str(rows * columns), remedy=Note("Take larger cells (--cell-km), or incidents of fewer countries."),
            )  # fmt: skip
        return cls(lon_0, lat_0, cell, left, top, rows, columns)

    @cached_property
    def crs(self) -> Any:
        """The system, for pyproj and for files."""
        from pyproj import CRS

        return CRS.from_dict({"proj": "laea", "lat_0": self.lat_0, "lon_0": self.lon_0, "datum": "WGS84", "units": "m"})

    def project(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Metres of places.

        Parameters
        ----------
        lon
            Longitudes [degrees, WGS 84]; missing where there is no position.
        lat
            Latitudes [degrees, WGS 84]; missing where there is no position.
        """
        from pyproj import Transformer

        x, y = Transformer.from_crs(4326, self.crs, always_xy=True).transform(lon, lat)
        return np.asarray(x), np.asarray(y)

    def places(self) -> tuple[Floats, Floats]:
        """Longitude and latitude of the middle of every cell, (rows, columns)."""
        from pyproj import Transformer

        x = self.left + (np.arange(self.columns) + 0.5) * self.cell_m
        y = self.top - (np.arange(self.rows) + 0.5) * self.cell_m
        x, y = np.meshgrid(x, y)
        lon, lat = Transformer.from_crs(self.crs, 4326, always_xy=True).transform(x, y)
        return np.asarray(lon), np.asarray(lat)

    @property
    def cell_km2(self) -> float:
        """Ground of a cell [km²]."""
        return (self.cell_m / 1000) ** 2

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        """As :class:`geo.rasters.grid.Grid` takes it."""
        return self.cell_m, 0.0, self.left, 0.0, -self.cell_m, self.top


def points(grid: SurfaceGrid, lon: Floats, lat: Floats, weight: Floats) -> Floats:
    """Weights of places, each parted among the four cells around it so that its middle stays where it was.

    Parameters
    ----------
    grid
        The grid: its cells, and where they lie.
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    weight
        What each place lays down, such as 1 or deaths.
    """
    out = np.zeros((grid.rows, grid.columns))
    x, y = grid.project(lon, lat)
    column, row = (x - grid.left) / grid.cell_m - 0.5, (grid.top - y) / grid.cell_m - 0.5
    c, r = np.floor(column).astype(np.int64), np.floor(row).astype(np.int64)
    for down in (0, 1):
        for across in (0, 1):
            share = np.abs(1 - down - (row - r)) * np.abs(1 - across - (column - c))
            np.add.at(out, (r + down, c + across), weight * share)
    return out


def discs(grid: SurfaceGrid, lon: Floats, lat: Floats, weight: Floats, radius_km: float) -> Floats:
    """Weights of places, each spread evenly over a disc.

    Parameters
    ----------
    grid
        The grid: its cells, and where they lie.
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    weight
        What each place lays down, such as 1 or deaths.
    radius_km
        Radius of the discs [km].
    """
    radius = radius_km * 1000 / grid.cell_m
    if radius < 1:
        return points(grid, lon, lat, weight)
    out = np.zeros((grid.rows, grid.columns))
    x, y = grid.project(lon, lat)
    column, row = (x - grid.left) / grid.cell_m - 0.5, (grid.top - y) / grid.cell_m - 0.5
    half = math.ceil(radius) + 1
    offset = np.arange(-half, half + 1)
    for c, r, w in zip(column, row, weight, strict=True):
        i, j = math.floor(r), math.floor(c)
        away = np.hypot((i + offset - r)[:, None], (j + offset - c)[None, :])
        share = np.clip(radius - away + 0.5, 0.0, 1.0)
        out[i - half : i + half + 1, j - half : j + half + 1] += w * share / share.sum()
    return out


def areas(grid: SurfaceGrid, polygons: Sequence[shapely.Geometry], weight: Floats) -> Floats:
    """Weights spread evenly over areas given in degrees; one smaller than a cell goes to the cell around its middle.

    Parameters
    ----------
    grid
        The grid: its cells, and where they lie.
    polygons
        One geometry a weight [degrees, WGS 84].
    weight
        What is spread over each polygon, such as 1 or deaths.
    """
    out = np.zeros((grid.rows, grid.columns))
    for polygon, w in zip(polygons, weight, strict=True):
        drawn = shapely.transform(shapely.segmentize(polygon, 0.1), lambda xy: np.column_stack(grid.project(*xy.T)))
        west, south, east, north = shapely.bounds(drawn)
        first, last = (max(int((v - grid.left) // grid.cell_m), 0) for v in (west, east))
        upper, lower = (max(int((grid.top - v) // grid.cell_m), 0) for v in (north, south))
        x = grid.left + (np.arange(first, min(last + 1, grid.columns)) + 0.5) * grid.cell_m
        y = grid.top - (np.arange(upper, min(lower + 1, grid.rows)) + 0.5) * grid.cell_m
        shapely.prepare(drawn)
        inside = shapely.contains_xy(drawn, *np.meshgrid(x, y)) if len(x) and len(y) else np.zeros((0, 0), np.bool_)
        if inside.any():
            out[upper : upper + len(y), first : first + len(x)] += inside * (w / inside.sum())
        else:
            middle = shapely.point_on_surface(polygon)
            out += points(grid, np.array([middle.x]), np.array([middle.y]), np.array([w]))
    return out


def smoothed(mass: Floats, cell_m: float, bandwidth_km: float) -> Floats:
    """Mass spread by a Gaussian of that standard deviation, cut at :data:`REACH`; its sum stays, given a margin.

    Parameters
    ----------
    mass
        What lies in each cell, (rows, columns).
    cell_m
        Side of a cell [m].
    bandwidth_km
        Standard deviation of the Gaussian [km].

    Examples
    --------
    >>> mass = np.zeros((41, 41))
    >>> mass[20, 20] = 3.0
    >>> out = smoothed(mass, 1000.0, 5.0)
    >>> round(float(out.sum()), 12), bool(out[20, 20] == out.max())
    (3.0, True)
    """
    half = math.ceil(REACH * bandwidth_km * 1000 / cell_m)
    at = np.arange(-half, half + 1) * cell_m / (bandwidth_km * 1000)
    kernel = np.exp(-0.5 * at * at)
    kernel /= kernel.sum()
    out = mass
    for axis in (0, 1):
        lines = np.moveaxis(out, axis, -1)
        spread = np.zeros_like(lines)
        n = lines.shape[-1]
        for shift, share in zip(range(-half, half + 1), kernel, strict=True):
            if abs(shift) < n:
                spread[..., max(shift, 0) : n + min(shift, 0)] += (
                    share * lines[..., max(-shift, 0) : n + min(-shift, 0)]
                )
        out = np.moveaxis(spread, -1, axis)
    return out


def squares(lon: Floats, lat: Floats, side_deg: float = 0.5) -> tuple[Floats, Floats]:
    """Places moved to the middle of squares of so many degrees: nobody finds them again from a surface.

    Parameters
    ----------
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    side_deg
        Side of a square [degrees].
    """
    return (np.floor(lon / side_deg) + 0.5) * side_deg, (np.floor(lat / side_deg) + 0.5) * side_deg
