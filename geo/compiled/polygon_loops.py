"""Which unit holds a point: cells of a grid that lie wholly in units, and crossings of the few edges of other cells.

What is not beyond doubt in rounded numbers is said to be open; GEOS decides it, as it does everywhere without Numba.
A unit holds a point off its edges where a line eastward crosses an odd number of them, holes and parts all together:
this is how GEOS counts. It is counted once for the middle of each cell; a point of the cell differs from it where the
line between them, which never leaves the cell, crosses an odd number of edges.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

NONE, OTHERS = -1, -2
"""Of a point: no unit holds it; several do, or rounding leaves it open."""
ERROR = 4e-16
"""Above Shewchuk's bound (3 + 16 u) u of an orientation in double numbers, u = 2**-53."""
LEAST = 1e-290
"""Below this a product may have lost digits."""
PAD = 1e-6
"""Cells by which the reach of an edge is widened, far more than rounding moves it (a cell is 1e-4 degrees or more)."""
MET, ODD, UNSURE = 1, 2, 4
"""Of a unit in a cell: edges may meet the cell; its middle is inside; its middle is too near an edge to say."""


@compiled
def _step(value: float, low: float, scale: float, end: int) -> int:
    """The step of 0 .. `end` - 1 that a value lies in; never lower for a higher value."""
    return min(max(int((value - low) * scale), 0), end - 1)


@compiled
def _side(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> int:
    """1 where a place lies left of the way from a to b, -1 right of it, 0 where rounding might turn it."""
    left, right = (ax - x) * (by - y), (ay - y) * (bx - x)
    turn = left - right
    if abs(turn) <= ERROR * (abs(left) + abs(right)) + LEAST:
        return 0
    return 1 if turn > 0 else -1


@compiled
def _columns(xy: Floats, e: int, r: int, one_row: bool, grid: Floats, columns: int) -> tuple[int, int]:
    """First and last column that an edge may meet in a row of cells."""
    x1, y1, x2, y2 = xy[e, 0], xy[e, 1], xy[e + 1, 0], xy[e + 1, 1]
    c0, c1 = _step(min(x1, x2), grid[0], grid[2], columns), _step(max(x1, x2), grid[0], grid[2], columns)
    if one_row or c1 == c0:
        return c0, c1
    part = (grid[1] + (r - PAD) / grid[3] - y1) / (y2 - y1)
    other = (grid[1] + (r + 1 + PAD) / grid[3] - y1) / (y2 - y1)
    part, other = min(max(part, 0.0), 1.0), min(max(other, 0.0), 1.0)
    xa, xb = x1 + part * (x2 - x1), x1 + other * (x2 - x1)
    from_c = int(max((min(xa, xb) - grid[0]) * grid[2] - PAD, 0.0))
    to_c = int(max((max(xa, xb) - grid[0]) * grid[2] + PAD, 0.0))
    return max(c0, min(from_c, c1)), min(c1, max(to_c, c0))


@compiled
def cells(
    xy: Floats, begins: Bools, unit_start: Ints, number: Ints, grid: Floats, middles: Floats, columns: int, rows: int
) -> tuple[Shorts, Shorts, Shorts, Shorts, Shorts]:
    """The units that hold each cell of a grid, or whose edges may meet it, and these edges.

    Parameters
    ----------
    xy
        Longitude and latitude of the corners of all rings, one after the other [degrees], shape (n, 2), grouped by
        unit; every edge goes from a corner to the next.
    begins
        Whether an edge begins at each corner: none does at the last one of a ring, nor one without length.
    unit_start
        First corner of each unit and the end of the last, shape (units + 1,).
    number
        The number of each unit, shape (units,); of several in a cell those come first that come first here.
    grid
        West, south [degrees], cells to a degree of longitude and of latitude, east, north [degrees].
    middles
        Longitudes of the middles of columns, and behind them latitudes of those of rows [degrees].
    columns, rows
        Of the grid.

    Returns
    -------
    alone, start, entry, reach, edge
        The unit of each cell that no edge meets, :data:`NONE`, or :data:`OTHERS` for what its entries say; first entry
        of each cell and the end of the last, shape (cells + 1,); of each entry eight times the number of the
        unit and what of :data:`MET`, :data:`ODD` and :data:`UNSURE` holds; first and last of its edges, shape
        (entries, 2), the last one exclusive; and of each edge four times the corner at which it begins and one more
        than the side of it (:func:`_side`) on which the middle of the cell lies.
    """
    units = len(unit_start) - 1
    box, most = np.zeros((units, 4), np.int64), 0
    for u in range(units):
        west, south, east, north = grid[4], grid[5], grid[0], grid[1]
        for e in range(unit_start[u], unit_start[u + 1]):
            west, east = min(west, xy[e, 0]), max(east, xy[e, 0])
            south, north = min(south, xy[e, 1]), max(north, xy[e, 1])
        box[u, 0], box[u, 2] = _step(west, grid[0], grid[2], columns), _step(east, grid[0], grid[2], columns)
        box[u, 1], box[u, 3] = _step(south, grid[1], grid[3], rows), _step(north, grid[1], grid[3], rows)
        if unit_start[u + 1] > unit_start[u]:
            most += (box[u, 2] - box[u, 0] + 1) * (box[u, 3] - box[u, 1] + 1)
    cell, unit, span, n = np.empty(most, np.int32), np.empty(most, np.int32), np.empty((most, 2), np.int32), 0
    # Of each cell, for one unit at a time: edges that may meet it, whether an odd number passes east of its middle by
    # these and by those that begin farther east, and whether that is too near to say.
    met, odd = np.zeros(columns * rows, np.int32), np.zeros(columns * rows, np.uint8)
    farther, unsure = np.zeros(columns * rows, np.uint8), np.zeros(columns * rows, np.uint8)
    mark_cell, mark_edge = np.empty(2 * len(xy) + 64, np.int32), np.empty(2 * len(xy) + 64, np.int32)
    edge, total = np.empty(2 * len(xy) + 64, np.int32), 0
    for u in range(units):
        if unit_start[u + 1] == unit_start[u]:
            continue
        marks = 0
        for e in range(unit_start[u], unit_start[u + 1]):
            if not begins[e]:
                continue
            x1, y1, x2, y2 = xy[e, 0], xy[e, 1], xy[e + 1, 0], xy[e + 1, 1]
            r0, r1 = _step(min(y1, y2), grid[1], grid[3], rows), _step(max(y1, y2), grid[1], grid[3], rows)
            for r in range(r0, r1 + 1):
                from_c, to_c = _columns(xy, e, r, r0 == r1, grid, columns)
                y = middles[columns + r]
                crosses = (y1 > y) != (y2 > y)
                if crosses:
                    farther[r * columns + from_c] ^= 1
                while marks + to_c - from_c + 1 > len(mark_cell):
                    mark_cell = np.concatenate((mark_cell, mark_cell))
                    mark_edge = np.concatenate((mark_edge, mark_edge))
                for c in range(from_c, to_c + 1):
                    side = _side(x1, y1, x2, y2, middles[c], y)
                    mark_cell[marks], mark_edge[marks] = r * columns + c, 4 * e + side + 1
                    met[r * columns + c] += 1
                    marks += 1
                    if crosses and side == 0:
                        unsure[r * columns + c] = 1
                    elif crosses and (side > 0) == (y2 > y1):
                        odd[r * columns + c] ^= 1
        while total + marks > len(edge):
            edge = np.concatenate((edge, edge))
        for r in range(box[u, 1], box[u, 3] + 1):
            east_odd = 0
            for c in range(box[u, 2], box[u, 0] - 1, -1):
                at = r * columns + c
                inside = odd[at] ^ east_odd
                east_odd ^= farther[at]
                if met[at] or inside:
                    cell[n] = at
                    unit[n] = (
                        8 * number[u] + (MET if met[at] else 0) + (ODD if inside else 0) + (UNSURE if unsure[at] else 0)
                    )
                    span[n, 0], span[n, 1] = total, total + met[at]
                    total += met[at]
                    met[at] = span[n, 0]  # where its next edge goes
                    n += 1
                odd[at], farther[at], unsure[at] = 0, 0, 0
        for m in range(marks):
            edge[met[mark_cell[m]]] = mark_edge[m]
            met[mark_cell[m]] += 1
        for r in range(box[u, 1], box[u, 3] + 1):
            met[r * columns + box[u, 0] : r * columns + box[u, 2] + 1] = 0
    start = np.zeros(columns * rows + 1, np.int32)
    for k in range(n):
        start[cell[k] + 1] += 1
    for at in range(columns * rows):
        start[at + 1] += start[at]
    entry, reach, end = np.empty(n, np.int32), np.empty((n, 2), np.int32), start.copy()
    for k in range(n):
        to = end[cell[k]]
        entry[to], reach[to, 0], reach[to, 1] = unit[k], span[k, 0], span[k, 1]
        end[cell[k]] += 1
    alone = np.full(columns * rows, NONE, np.int32)
    for at in range(columns * rows):
        if start[at + 1] > start[at]:
            k = start[at]
            alone[at] = OTHERS if start[at + 1] > k + 1 or entry[k] & MET else entry[k] >> 3
    return alone, start, entry, reach, edge[:total].copy()


@compiled
def holders(
    x: Floats,
    y: Floats,
    first: bool,
    xy: Floats,
    alone: Shorts,
    start: Shorts,
    entry: Shorts,
    reach: Shorts,
    edge: Shorts,
    grid: Floats,
    middles: Floats,
    columns: int,
    rows: int,
) -> Ints:
    """The unit that holds each point off all edges, :data:`NONE`, or :data:`OTHERS` for GEOS to say.

    Parameters
    ----------
    x, y
        Longitude and latitude [degrees], shape (n,); NaN is in no unit.
    first
        Of several units the first is taken; else GEOS says which they are.
    xy, alone, start, entry, reach, edge, grid, middles, columns, rows
        As in :func:`cells`, and what it gives.
    """
    out, left, n = np.empty(len(x), np.int64), np.empty(len(x), np.int32), 0
    for i in range(len(x)):
        px, py = x[i], y[i]
        out[i], left[n] = NONE, i
        if abs(px) == 180.0:
            out[i] = OTHERS
        elif grid[0] <= px <= grid[4] and grid[1] <= py <= grid[5]:
            c, r = _step(px, grid[0], grid[2], columns), _step(py, grid[1], grid[3], rows)
            out[i] = alone[r * columns + c]
            n += out[i] == OTHERS
    for j in range(n):
        i = left[j]
        px, py = x[i], y[i]
        c, r = _step(px, grid[0], grid[2], columns), _step(py, grid[1], grid[3], rows)
        at, out[i] = r * columns + c, NONE
        qx, qy = middles[c], middles[columns + r]
        for k in range(start[at], start[at + 1]):
            inside, sure = (entry[k] & ODD) != 0, (entry[k] & UNSURE) == 0
            if sure and entry[k] & MET:
                for m in range(reach[k, 0], reach[k, 1]):
                    e, middle = edge[m] >> 2, (edge[m] & 3) - 1
                    x1, y1, x2, y2 = xy[e, 0], xy[e, 1], xy[e + 1, 0], xy[e + 1, 1]
                    own = _side(x1, y1, x2, y2, px, py)
                    if own * middle > 0:
                        continue
                    one, other = _side(px, py, qx, qy, x1, y1), _side(px, py, qx, qy, x2, y2)
                    if own * middle * one * other == 0:
                        sure = False
                        break
                    if one != other:
                        inside = not inside
            if not sure or (inside and out[i] >= 0):
                out[i] = OTHERS
                break
            if inside:
                out[i] = entry[k] >> 3
                if first:
                    break
    return out
