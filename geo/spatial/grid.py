"""A grid of cells over incidents, sorted by cell and day, and the ranges of it that a circle and a window reach.

Rows are bands of latitude, columns equal parts of each row, so cells are about square everywhere. A query never asks
for "the neighbours" of a cell: for each row it reaches, the span of longitude is bounded in chords (no point outside
can be within the radius), so the poles, the antimeridian and a radius larger than the grid need no special case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from geo.spatial.geodesic import MIN_CURVATURE_RADIUS_M, A, ecef
from geo.spatial.runs import run_of, runs

if TYPE_CHECKING:
    from geo.compiled.grid_loops import Cells

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CELLS_PER_INCIDENT = 4
"""The table of cells has at most about this many entries per incident: where data are thin, cells grow."""
LEAST_CELLS = 1 << 16
PAD_DEG = 1e-9
"""Added to every bound of latitude and longitude: 0.1 mm, far above the rounding of degrees [degrees]."""


class Ranges(NamedTuple):
    """Ranges ``[lo, hi)`` of sorted incidents, grouped by ascending `site` (positions in the queried arrays)."""

    site: Ints
    lo: Ints
    hi: Ints


def _axis_and_z(lat_deg: Floats) -> tuple[Floats, Floats]:
    """Distance from the earth's axis and height above the equator of points at latitudes [m]."""
    x, _, z = ecef(np.zeros_like(lat_deg), np.clip(lat_deg, -90.0, 90.0))
    return np.maximum(x, 0.0), z


class Grid:
    """Incidents sorted by (cell, first day, position), for one search radius.

    Parameters
    ----------
    lon, lat
        Degrees on WGS 84, finite, shape (n,).
    day
        First day of each incident, days since 1970-01-01, shape (n,); None leaves time out.
    span
        Days from the first to the last day of each incident (0 for one day), shape (n,); None for all 0.
    radius_m
        The radius that will be searched [m].
    cells_per_radius
        How many rows make up one radius.
    columns_per_row
        How many columns are as wide as a row is high: without time a row is reached in one run, however many they are.
    compiled
        The loop of :meth:`ranges` is compiled.
    """

    def __init__(
        self,
        lon: Floats,
        lat: Floats,
        day: Ints | None,
        span: Ints | None,
        radius_m: float,
        *,
        cells_per_radius: int = 1,
        columns_per_row: int = 1,
        compiled: bool = False,
    ) -> None:
        n = lon.size
        self.radius_m = radius_m
        turn = turns(lon)
        west, east = float(turn.min()), float(turn.max())
        lat_min, lat_max = float(lat.min()), float(lat.max())
        height = max(float(np.degrees(radius_m / MIN_CURVATURE_RADIUS_M)), 1e-6) / cells_per_radius
        limit = max(LEAST_CELLS, CELLS_PER_INCIDENT * n)
        while True:
            rows = int((lat_max - lat_min) / height) + 1
            if rows <= limit:
                edges = np.minimum(lat_min + height * np.arange(rows + 1), 90.0)
                edges[-1] = max(edges[-1], lat_max)
                axis, _ = _axis_and_z(edges)
                widest = np.maximum(axis[:-1], axis[1:])
                if lat_min < 0 < lat_max:
                    widest[min(int(-lat_min / height), rows - 1)] = A
                width = np.radians(height) * A / columns_per_row
                columns = np.clip((2 * np.pi * widest / width).astype(np.int64), 1, 1 << 31)
                # Only columns between the first and the last incident have an entry in the table.
                first = (west * columns).astype(np.int64)
                last = np.minimum((east * columns).astype(np.int64), columns - 1)
                size = last - first + 1
                if int(size.sum()) <= limit:
                    break
            height *= 1.5
        self.rows, self.height, self.lat_min = rows, height, lat_min
        self.columns, self.first_column, self.last_column = columns, first, last
        self.base = np.concatenate(([0], np.cumsum(size))) - np.concatenate((first, [0]))
        self._edges = edges
        self._edge_axis, self._edge_z = _axis_and_z(edges)
        self._least_axis = np.minimum(self._edge_axis[:-1], self._edge_axis[1:])
        self.cells = int(size.sum())

        row = np.clip(((lat - lat_min) / height).astype(np.int64), 0, rows - 1)
        count = self.columns[row]
        column = np.minimum((turn * count).astype(np.int64), count - 1)
        cell = self.base[row] + column
        if day is None:
            self.days, self.first_day = 1, 0
            key = cell
        else:
            self.first_day = int(day.min())
            self.days = int(day.max()) - self.first_day + 1
            key = cell * self.days + (day - self.first_day)
        self.order, self._key = in_stable_order(key, self.cells * self.days)
        self.start = np.concatenate(([0], np.cumsum(np.bincount(cell, minlength=self.cells))))
        self._longest: Ints | None = None
        if span is not None and span.any():
            self._longest = np.zeros(self.cells, dtype=np.int64)
            np.maximum.at(self._longest, cell, np.maximum(span, 0))
        self.compiled = compiled

    def ranges(
        self,
        lon: Floats,
        lat: Floats,
        position: tuple[Floats, Floats, Floats],
        as_of_day: Ints | None,
        since_day: Ints | None,
    ) -> Ranges:
        """Which sorted incidents may lie within the radius of each point and overlap its window.

        Parameters
        ----------
        lon, lat
            Degrees on WGS 84, finite, shape (m,).
        position
            The same, earth-centred [m].
        as_of_day, since_day
            Last day and first day of the window, both inclusive, shape (m,); None when time was left out.

        Returns
        -------
        Ranges
            A superset: distance, and the end day of incidents that last, are still to be tested.
        """
        if self.compiled:
            from geo.compiled.grid_loops import reached

            none = np.zeros(0, np.int64)
            days = (none, none) if as_of_day is None or since_day is None else (as_of_day, since_day)
            return Ranges(*reached(lon, lat, *position, *days, self._cells(), self._reach, PAD_DEG))
        # One place at many dates: neighbours in the arrays, whose circle is drawn once.
        new = np.flatnonzero((np.diff(lon, prepend=np.inf) != 0) | (np.diff(lat, prepend=np.inf) != 0))
        site, low, high = self._segments(lon[new], lat[new])
        if as_of_day is None or since_day is None:
            lo, hi = self.start[low], self.start[high + 1]
            some = np.flatnonzero(hi > lo)
            site, lo, hi = _spread(new, lon.size, site[some], lo[some], hi[some])
            return Ranges(site, lo, hi)
        count = high - low + 1
        site = site.take(run_of(count))
        cell = runs(low, count)
        some = np.flatnonzero(self.start[cell + 1] > self.start[cell])
        site, cell = _spread(new, lon.size, site[some], cell[some])
        first = (since_day - self.first_day)[site]
        if self._longest is not None:
            first = first - self._longest[cell]
        last = (as_of_day - self.first_day + 1)[site]
        offset = cell * self.days
        lo = np.searchsorted(self._key, offset + np.clip(first, 0, self.days))
        upper = offset + np.clip(last, 0, self.days)
        # Most cells hold nothing of the window: their first is already past it.
        some = np.flatnonzero(self._key.take(lo, mode="clip") < upper)
        some = some[lo[some] < self._key.size]
        lo = lo[some]
        return Ranges(site[some], lo, np.searchsorted(self._key, upper[some]))

    @property
    def _reach(self) -> float:
        """The radius along a meridian, rounded up [degrees]."""
        return float(np.degrees(self.radius_m / MIN_CURVATURE_RADIUS_M)) + PAD_DEG

    @property
    def _slack(self) -> float:
        """The squared radius and what rounding may take from it [m^2]."""
        return self.radius_m * self.radius_m * (1 + 1e-9) + 1e-6

    def _cells(self) -> Cells:
        """The grid as a compiled loop takes it."""
        from geo.compiled.grid_loops import Cells

        return Cells(
            self.lat_min, self.height, self._edges, self._edge_axis, self._edge_z, self._least_axis,
            self.columns, self.first_column, self.last_column, self.base, self.start, self._key,
            np.zeros(0, np.int64) if self._longest is None else self._longest, self.first_day, self.days, self._slack,
        )  # fmt: skip

    def _segments(self, lon: Floats, lat: Floats) -> tuple[Ints, Ints, Ints]:
        """Runs of neighbouring cells (inclusive) that the circle around each point reaches, grouped by point."""
        r0 = np.floor((lat - self._reach - self.lat_min) / self.height)
        r1 = np.floor((lat + self._reach - self.lat_min) / self.height)
        first = np.clip(r0, 0, self.rows).astype(np.int64)
        last = np.clip(r1, -1, self.rows - 1).astype(np.int64)
        depth = int((last - first).max(initial=-1)) + 1
        n = lon.size
        if depth <= 0:
            return (np.zeros(0, np.int64),) * 3
        row = first[:, None] + np.arange(depth)
        inside = row <= last[:, None]
        row = np.minimum(row, self.rows - 1)
        axis, z = _axis_and_z(lat)
        # The nearest point of the row in the meridian plane: a point deeper in the row is farther.
        below, above = self._edges[row] - lat[:, None], lat[:, None] - self._edges[row + 1]
        edge = np.where(below > 0, row, row + 1)
        gap2 = (self._edge_axis[edge] - axis[:, None]) ** 2 + (self._edge_z[edge] - z[:, None]) ** 2
        gap2[(below <= PAD_DEG) & (above <= PAD_DEG)] = 0.0
        spare = self._slack - gap2
        inside &= spare >= 0
        product = self._least_axis[row] * axis[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            half = np.sqrt(np.maximum(spare, 0) / (4 * product))
        # arcsin(half) is the half angle; what it cannot say (a pole in reach) is the whole row.
        whole = ~(half < 1.0)
        half[whole] = 1.0
        turn = np.arcsin(half) / np.pi + PAD_DEG / 360
        count = self.columns[row]
        at = turns(lon)[:, None]
        c0 = np.floor((at - turn) * count)
        c1 = np.floor((at + turn) * count)
        whole |= c1 - c0 + 1 >= count
        c0[whole] = 0
        c1 = np.where(whole, count - 1, c1)
        base, left, right = self.base[row], self.first_column[row], self.last_column[row]
        west, east = c0 < 0, c1 >= count
        low, high = np.maximum(c0, left).astype(np.int64), np.minimum(c1, right).astype(np.int64)
        point = np.broadcast_to(np.arange(n)[:, None], row.shape)
        wrapped = inside & (west | east)
        inside &= low <= high
        if not wrapped.any():
            keep = np.flatnonzero(inside.ravel())
            return point.ravel()[keep], (base + low).ravel()[keep], (base + high).ravel()[keep]
        # Circles over the antimeridian have a second run, at the other end of the row.
        low2 = np.maximum(np.where(west, c0 + count, 0), left).astype(np.int64)
        high2 = np.minimum(np.where(west, count - 1, c1 - count), right).astype(np.int64)
        wrapped &= low2 <= high2
        keep = np.flatnonzero(np.stack((inside, wrapped), axis=2).ravel())
        return (
            np.stack((point, point), axis=2).ravel()[keep],
            np.stack((base + low, base + low2), axis=2).ravel()[keep],
            np.stack((base + high, base + high2), axis=2).ravel()[keep],
        )


def turns(lon: Floats) -> Floats:
    """Longitude as a part of the full circle from the antimeridian, in [0, 1).

    Parameters
    ----------
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    """
    part = (lon + 180.0) / 360.0
    part -= np.floor(part)
    part[part >= 1.0] = 0.0
    return part


def _spread(first: Ints, n: int, group: Ints, *values: Ints) -> tuple[Ints, ...]:
    """What holds of a run of points, for each point: `first` is where each of the runs begins among `n` points.

    Examples
    --------
    >>> point, value = _spread(np.array([0, 2]), 3, np.array([0, 0, 1]), np.array([7, 8, 9]))
    >>> point.tolist(), value.tolist()
    ([0, 0, 1, 1, 2], [7, 8, 7, 8, 9])
    """
    if first.size == n:
        return group, *values
    length = np.diff(first, append=n)
    held = np.bincount(group, minlength=first.size)
    run = run_of(length)
    at = runs((np.cumsum(held) - held)[run], held[run])
    return run_of(held[run]), *(v[at] for v in values)


def in_stable_order(key: Ints, top: int) -> tuple[Ints, Ints]:
    """Stable order of keys and the sorted keys; packed into one sort where 63 bits are enough.

    Parameters
    ----------
    key
        Whole numbers from 0 on.
    top
        They are all below it.
    """
    n = key.size
    bits = max(n - 1, 1).bit_length()
    if top.bit_length() + bits <= 62:
        packed = (key << bits) | np.arange(n)
        packed.sort()
        return packed & ((1 << bits) - 1), packed >> bits
    order = np.argsort(key, kind="stable")
    return order, key[order]


def spots(lon: Floats, lat: Floats) -> tuple[Floats, Floats, Ints]:
    """The distinct positions among `lon` and `lat`, and which of them each point has; unknown ones are all distinct.

    Parameters
    ----------
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.

    Examples
    --------
    >>> [part.tolist() for part in spots(np.array([2.0, 1.0, 2.0]), np.array([5.0, 5.0, 5.0]))]
    [[1.0, 2.0], [5.0, 5.0], [1, 0, 1]]
    """
    order = np.lexsort((lat, lon))
    x, y = lon[order], lat[order]
    new = np.ones(x.size, dtype=np.bool_)
    new[1:] = (x[1:] != x[:-1]) | (y[1:] != y[:-1])
    spot = np.empty(x.size, dtype=np.int64)
    spot[order] = np.cumsum(new) - 1
    return x[new], y[new], spot
