"""Which unit holds a point: cells of a grid that lie wholly in units, and crossings of edges elsewhere.

What is not beyond doubt in rounded numbers is said to be open; GEOS decides it, as it does everywhere without Numba.
A unit holds a point off its edges where a line eastward crosses an odd number of them, holes and parts all together:
this is how GEOS counts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int32]

OUTSIDE, INSIDE, OPEN = 0, 1, 2
NONE, OTHERS = -1, -2
"""Of a point: no unit holds it; several do, or rounding leaves it open."""
ERROR = 4e-16
"""Above Shewchuk's bound (3 + 16 u) u of an orientation in double numbers, u = 2**-53."""
LEAST = 1e-290
"""Below this a product may have lost digits."""
PAD = 1e-6
"""Cells by which the reach of an edge is widened, far more than rounding moves it (a cell is 1e-4 degrees or more)."""


@compiled
def bands(edges: Floats, unit_start: Ints, low: Floats, scale: Floats, first: Ints) -> tuple[Ints, Shorts]:
    """The edges that reach each band of latitude of each unit.

    Parameters
    ----------
    edges
        Longitude and latitude of both ends of each edge [degrees], shape (n, 4), grouped by unit.
    unit_start
        First edge of each unit and the end of the last, shape (units + 1,).
    low, scale
        Southern end of each unit [degrees] and its bands to a degree, shape (units,).
    first
        First band of each unit and the end of the last, shape (units + 1,).

    Returns
    -------
    start, edge
        First entry of each band and the end of the last, shape (bands + 1,), and the edges, band by band.
    """
    start = np.zeros(first[-1] + 1, np.int64)
    for u in range(len(low)):
        for e in range(unit_start[u], unit_start[u + 1]):
            lower, upper = min(edges[e, 1], edges[e, 3]), max(edges[e, 1], edges[e, 3])
            for b in range(_step(lower, low[u], scale[u], first[u], first[u + 1]),
                           _step(upper, low[u], scale[u], first[u], first[u + 1]) + 1):  # fmt: skip
                start[b + 1] += 1
    for b in range(len(start) - 1):
        start[b + 1] += start[b]
    edge, at = np.empty(start[-1], np.int32), start.copy()
    for u in range(len(low)):
        for e in range(unit_start[u], unit_start[u + 1]):
            lower, upper = min(edges[e, 1], edges[e, 3]), max(edges[e, 1], edges[e, 3])
            for b in range(_step(lower, low[u], scale[u], first[u], first[u + 1]),
                           _step(upper, low[u], scale[u], first[u], first[u + 1]) + 1):  # fmt: skip
                edge[at[b]] = e
                at[b] += 1
    return start, edge


@compiled
def _step(value: float, low: float, scale: float, first: int, end: int) -> int:
    """The step of `first` .. `end` - 1 that a value lies in; never lower for a higher value."""
    return min(max(int((value - low) * scale), 0), end - 1 - first) + first


@compiled
def _side(
    x: float,
    y: float,
    unit: int,
    edges: Floats,
    low: Floats,
    scale: Floats,
    first: Ints,
    band_start: Ints,
    band_edge: Shorts,
) -> int:
    """Whether a unit holds a point, or it is open."""
    inside = False
    band = _step(y, low[unit], scale[unit], first[unit], first[unit + 1])
    for k in range(band_start[band], band_start[band + 1]):
        e = band_edge[k]
        x1, y1, x2, y2 = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
        if (y1 > y) == (y2 > y):
            if (y1 == y or y2 == y) and min(x1, x2) <= x <= max(x1, x2):
                return OPEN
        elif x1 > x and x2 > x:
            inside = not inside
        elif x1 >= x or x2 >= x:
            left, right = (x1 - x) * (y2 - y), (y1 - y) * (x2 - x)
            turn = left - right
            if abs(turn) <= ERROR * (abs(left) + abs(right)) + LEAST:
                return OPEN
            if (turn > 0) == (y2 > y1):
                inside = not inside
    return INSIDE if inside else OUTSIDE


@compiled
def cells(
    edges: Floats,
    unit_start: Ints,
    low: Floats,
    scale: Floats,
    first: Ints,
    band_start: Ints,
    band_edge: Shorts,
    grid: Floats,
    columns: int,
    rows: int,
) -> tuple[Ints, Shorts]:
    """The units that hold each cell of a grid, or whose edges may meet it.

    Parameters
    ----------
    edges, unit_start, low, scale, first, band_start, band_edge
        As in :func:`bands`, and what it gives.
    grid
        West, south [degrees], cells to a degree of longitude and of latitude, east, north [degrees].
    columns, rows
        Of the grid.

    Returns
    -------
    start, entry
        First entry of each cell and the end of the last, shape (cells + 1,); twice the unit, and 1 more where its edges
        may meet the cell.
    """
    box, most = np.zeros((len(low), 4), np.int64), 0
    for u in range(len(low)):
        if unit_start[u + 1] > unit_start[u]:
            west, south, east, north = grid[4], grid[5], grid[0], grid[1]
            for e in range(unit_start[u], unit_start[u + 1]):
                west, east = min(west, edges[e, 0]), max(east, edges[e, 0])
                south, north = min(south, edges[e, 1]), max(north, edges[e, 1])
            box[u, 0], box[u, 2] = _step(west, grid[0], grid[2], 0, columns), _step(east, grid[0], grid[2], 0, columns)
            box[u, 1], box[u, 3] = _step(south, grid[1], grid[3], 0, rows), _step(north, grid[1], grid[3], 0, rows)
            most += (box[u, 2] - box[u, 0] + 1) * (box[u, 3] - box[u, 1] + 1)
    cell, unit, n = np.empty(most, np.int32), np.empty(most, np.int32), 0
    stamp = np.full(columns * rows, -1, np.int32)
    start = np.zeros(columns * rows + 1, np.int64)
    for u in range(len(low)):
        if unit_start[u + 1] == unit_start[u]:
            continue
        for e in range(unit_start[u], unit_start[u + 1]):
            x1, y1, x2, y2 = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
            c0, c1 = _step(min(x1, x2), grid[0], grid[2], 0, columns), _step(max(x1, x2), grid[0], grid[2], 0, columns)
            r0, r1 = _step(min(y1, y2), grid[1], grid[3], 0, rows), _step(max(y1, y2), grid[1], grid[3], 0, rows)
            for r in range(r0, r1 + 1):
                from_c, to_c = c0, c1
                if r1 > r0 and c1 > c0 + 1:  # a long one: where it is within this row
                    part = (grid[1] + (r - PAD) / grid[3] - y1) / (y2 - y1)
                    other = (grid[1] + (r + 1 + PAD) / grid[3] - y1) / (y2 - y1)
                    part, other = min(max(part, 0.0), 1.0), min(max(other, 0.0), 1.0)
                    xa, xb = x1 + part * (x2 - x1), x1 + other * (x2 - x1)
                    from_c = max(c0, int(max((min(xa, xb) - grid[0]) * grid[2] - PAD, 0.0)))
                    to_c = min(c1, int(max((max(xa, xb) - grid[0]) * grid[2] + PAD, 0.0)))
                for c in range(from_c, to_c + 1):
                    at = r * columns + c
                    if stamp[at] != u:
                        stamp[at] = u
                        cell[n], unit[n] = at, 2 * u + 1
                        n += 1
        for r in range(box[u, 1], box[u, 3] + 1):
            y = grid[1] + (r + 0.5) / grid[3]
            side = OPEN
            fresh = True
            for c in range(box[u, 0], box[u, 2] + 1):
                at = r * columns + c
                if stamp[at] == u:
                    fresh = True
                    continue
                if fresh:  # the first of a run of cells that no edge parts
                    x = grid[0] + (c + 0.5) / grid[2]
                    side = _side(x, y, u, edges, low, scale, first, band_start, band_edge)
                    fresh = False
                if side != OUTSIDE:
                    cell[n], unit[n] = at, 2 * u + (side == OPEN)
                    n += 1
    for k in range(n):
        start[cell[k] + 1] += 1
    for at in range(columns * rows):
        start[at + 1] += start[at]
    entry, end = np.empty(n, np.int32), start.copy()
    for k in range(n):
        entry[end[cell[k]]] = unit[k]
        end[cell[k]] += 1
    return start, entry


@compiled
def holders(
    x: Floats,
    y: Floats,
    edges: Floats,
    low: Floats,
    scale: Floats,
    first: Ints,
    band_start: Ints,
    band_edge: Shorts,
    cell_start: Ints,
    cell_entry: Shorts,
    grid: Floats,
    columns: int,
    rows: int,
) -> Ints:
    """The one unit that holds each point off all edges, :data:`NONE`, or :data:`OTHERS` for GEOS to say.

    Parameters
    ----------
    x, y
        Longitude and latitude [degrees], shape (n,); NaN is in no unit.
    edges, low, scale, first, band_start, band_edge, cell_start, cell_entry, grid, columns, rows
        As in :func:`bands` and :func:`cells`, and what they give.
    """
    out = np.full(len(x), NONE, np.int64)
    for i in range(len(x)):
        if not (grid[0] <= x[i] <= grid[4] and grid[1] <= y[i] <= grid[5]):
            if abs(x[i]) == 180.0:
                out[i] = OTHERS
            continue
        if abs(x[i]) == 180.0:
            out[i] = OTHERS
            continue
        at = _step(y[i], grid[1], grid[3], 0, rows) * columns + _step(x[i], grid[0], grid[2], 0, columns)
        for k in range(cell_start[at], cell_start[at + 1]):
            unit, side = cell_entry[k] >> 1, INSIDE
            if cell_entry[k] & 1:
                side = _side(x[i], y[i], unit, edges, low, scale, first, band_start, band_edge)
            if side == OPEN or (side == INSIDE and out[i] >= 0):
                out[i] = OTHERS
                break
            if side == INSIDE:
                out[i] = unit
    return out
