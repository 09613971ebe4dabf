"""The ranges of a grid that a circle and a window reach, point by point: :meth:`geo.spatial.grid.Grid.ranges`."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Cells(NamedTuple):
    """What a grid is made of: attributes of :class:`geo.spatial.grid.Grid`.

    Where no incident lasts, `longest` has no cells; `slack` is the squared radius and what rounding may take [m^2].
    """

    lat_min: float
    height: float
    edges: Floats
    edge_axis: Floats
    edge_z: Floats
    least_axis: Floats
    columns: Ints
    first_column: Ints
    last_column: Ints
    base: Ints
    start: Ints
    key: Ints
    longest: Ints
    first_day: int
    days: int
    slack: float


@compiled
def reached(
    lon: Floats,
    lat: Floats,
    x: Floats,
    y: Floats,
    z: Floats,
    as_of: Ints,
    since: Ints,
    cells: Cells,
    reach: float,
    pad: float,
) -> tuple[Ints, Ints, Ints]:
    """Of each range, its point, its first sorted incident and the one after its last, grouped by ascending point.

    Parameters
    ----------
    lon, lat
        Degrees on WGS 84, finite, shape (n,).
    x, y, z
        The same earth-centred [m], shape (n,).
    as_of, since
        Last and first day of the window of each, shape (n,); of no length where time was left out.
    cells
        The grid.
    reach
        The radius along a meridian, rounded up [degrees].
    pad
        What is added to every bound [degrees].
    """
    n = lon.size
    site, lo, hi = np.empty(16 * n + 64, np.int64), np.empty(16 * n + 64, np.int64), np.empty(16 * n + 64, np.int64)
    low, high = np.empty(2 * cells.edges.size, np.int64), np.empty(2 * cells.edges.size, np.int64)
    k = held = 0
    for i in range(n):
        # One place at many dates: neighbours in the arrays, whose circle is drawn once.
        if i == 0 or lon[i] != lon[i - 1] or lat[i] != lat[i - 1]:
            held = _circle(lon[i], lat[i], math.sqrt(x[i] * x[i] + y[i] * y[i]), z[i], cells, reach, pad, low, high)
        for s in range(held):
            if as_of.size == 0:
                a, b = cells.start[low[s]], cells.start[high[s] + 1]
                if b > a:
                    if k == site.size:
                        site, lo, hi = _grown(site), _grown(lo), _grown(hi)
                    site[k], lo[k], hi[k] = i, a, b
                    k += 1
                continue
            first, last = since[i] - cells.first_day, as_of[i] - cells.first_day + 1
            for cell in range(low[s], high[s] + 1):
                a, b = cells.start[cell], cells.start[cell + 1]
                if a == b:
                    continue
                offset = cell * cells.days
                begin = first - cells.longest[cell] if cells.longest.size else first
                a = _bound(cells.key, offset + min(max(begin, 0), cells.days), a, b)
                b = _bound(cells.key, offset + min(max(last, 0), cells.days), a, b)
                if b > a:
                    if k == site.size:
                        site, lo, hi = _grown(site), _grown(lo), _grown(hi)
                    site[k], lo[k], hi[k] = i, a, b
                    k += 1
    return site[:k], lo[:k], hi[:k]


@compiled
def cuts(site: Ints, lo: Ints, hi: Ints, block: int) -> Ints:
    """Where blocks of ranges begin, and where the last ends: between points, every so many candidates.

    Parameters
    ----------
    site, lo, hi
        Ranges, grouped by ascending point.
    block
        At the multiples of so many candidates a block ends.
    """
    out = np.empty(site.size + 1, np.int64)
    k, before, held = 0, 0, -1
    for r in range(site.size):
        if (r == 0 or site[r] != site[r - 1]) and before // block != held:
            out[k], held = r, before // block
            k += 1
        before += hi[r] - lo[r]
    out[k] = site.size
    return out[: k + 1].copy()


@compiled
def _circle(
    lon: float,
    lat: float,
    axis: float,
    z: float,
    cells: Cells,
    reach: float,
    pad: float,
    low: Ints,
    high: Ints,
) -> int:
    """Puts the runs of neighbouring cells that the circle around a point reaches into `low` and `high`; their number.

    The bounds are those of `Grid._segments`; `axis` is how far the point is from the earth's axis [m].
    """
    rows = cells.edges.size - 1
    at = (lon + 180.0) / 360.0
    at -= math.floor(at)
    if at >= 1.0:
        at = 0.0
    held = 0
    first = min(max(math.floor((lat - reach - cells.lat_min) / cells.height), 0), rows)
    last = min(max(math.floor((lat + reach - cells.lat_min) / cells.height), -1), rows - 1)
    for row in range(first, last + 1):
        below, above = cells.edges[row] - lat, lat - cells.edges[row + 1]
        gap2 = 0.0
        if below > pad or above > pad:
            edge = row if below > 0 else row + 1
            across, up = cells.edge_axis[edge] - axis, cells.edge_z[edge] - z
            gap2 = across * across + up * up
        spare = cells.slack - gap2
        if not spare >= 0:
            continue
        half = math.sqrt(spare / (4 * (cells.least_axis[row] * axis)))
        count, base, left, right = cells.columns[row], cells.base[row], cells.first_column[row], cells.last_column[row]
        # A pole in reach, or a circle around the whole of the row.
        c0 = c1 = 0.0
        whole = not half < 1.0
        if not whole:
            turn = math.asin(half) / math.pi + pad / 360
            c0, c1 = np.floor((at - turn) * count), np.floor((at + turn) * count)
            whole = c1 - c0 + 1 >= count
        if whole:
            c0, c1 = 0.0, count - 1.0
        a, b = max(int(c0), left), min(int(c1), right)
        if a <= b:
            low[held], high[held] = base + a, base + b
            held += 1
        # Circles over the antimeridian have a second run, at the other end of the row.
        if c0 < 0 or c1 >= count:
            a = max(int(c0) + count if c0 < 0 else 0, left)
            b = min(count - 1 if c0 < 0 else int(c1) - count, right)
            if a <= b:
                low[held], high[held] = base + a, base + b
                held += 1
    return held


@compiled
def _bound(key: Ints, value: int, a: int, b: int) -> int:
    """The first position from `a` on and before `b` whose key is not below `value`, or `b`."""
    while a < b:
        middle = (a + b) >> 1
        if key[middle] < value:
            a = middle + 1
        else:
            b = middle
    return a


@compiled
def _grown(values: Ints) -> Ints:
    """The same with as much room again."""
    out = np.empty(2 * values.size, np.int64)
    for i in range(values.size):
        out[i] = values[i]
    return out
