"""Sums of pixels within polygons by the exact share of each pixel that a polygon covers.

By Green's theorem the sum over an area is a walk along its edge: each piece of it within one pixel adds its height
times what lies to its left in that row. Rows are summed up once; a circle costs its edge, not its area, and holes,
islands and overlapping parts need nothing of their own. A window is a part of the raster: sums over windows add up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo.rasters.grid import Grid

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Shapes:
    """Edges of many polygons in columns and rows of a grid.

    Parameters
    ----------
    owner
        The polygon of each edge, ascending.
    c0, r0, c1, r1
        Where each edge begins and ends.
    area
        Signed area of each polygon in pixels; NaN where it has no place on the grid.
    box
        Least column, least row, greatest column, greatest row of each polygon, (n, 4).
    """

    owner: Ints
    c0: Floats
    r0: Floats
    c1: Floats
    r1: Floats
    area: Floats
    box: Floats

    @classmethod
    def of_rings(cls, x: Floats, y: Floats, grid: Grid) -> Shapes:
        """Rings of the same number of corners, (n, corners), in the system of the grid.

        Parameters
        ----------
        x
            x of the corners, (n, corners), in units of the grid's system.
        y
            y of the corners, (n, corners), in units of the grid's system.
        grid
            The grid: its cells, and where they lie.
        """
        column, row = grid.pixels(x, y)
        n, corners = column.shape
        owner = np.repeat(np.arange(n, dtype=np.int64), corners)
        ends = np.roll(column, -1, axis=1), np.roll(row, -1, axis=1)
        return cls._made(owner, column.ravel(), row.ravel(), ends[0].ravel(), ends[1].ravel(), n, grid)

    @classmethod
    def of_polygons(cls, polygons: npt.NDArray[np.object_], grid: Grid) -> Shapes:
        """Polygons and multipolygons, holes and all, in the system of the grid.

        Parameters
        ----------
        polygons
            Polygons in the system of the grid, shape (n,); None and empty ones hold nothing.
        grid
            The grid: its cells, and where they lie.
        """
        n = len(polygons)
        parts, of = shapely.get_parts(shapely.orient_polygons(polygons), return_index=True)
        loops, within = shapely.get_rings(parts, return_index=True)
        xy, loop = shapely.get_coordinates(loops, return_index=True)
        column, row = grid.pixels(xy[:, 0], xy[:, 1])
        same = loop[1:] == loop[:-1]
        owner = of[within[loop]][:-1][same].astype(np.int64)
        begin, end = np.flatnonzero(same), np.flatnonzero(same) + 1
        return cls._made(owner, column[begin], row[begin], column[end], row[end], n, grid)

    @classmethod
    def _made(cls, owner: Ints, c0: Floats, r0: Floats, c1: Floats, r1: Floats, n: int, grid: Grid) -> Shapes:
        known = np.isfinite(c0) & np.isfinite(r0) & np.isfinite(c1) & np.isfinite(r1)
        lost = np.ones(n, np.bool_)
        lost[owner] = False
        lost[owner[~known]] = True
        if lost.any():
            keep = ~lost[owner]
            owner, c0, r0, c1, r1 = owner[keep], c0[keep], r0[keep], c1[keep], r1[keep]
        area = np.bincount(owner, (c0 + c1) / 2 * (r1 - r0), minlength=n)
        if grid.turn and len(owner):
            owner, c0, r0, c1, r1 = _turned(owner, c0, r0, c1, r1, n, grid.turn)
        first = np.flatnonzero(np.diff(owner, prepend=-1))
        box = np.column_stack([np.full((n, 2), np.inf), np.full((n, 2), -np.inf)])
        if len(first):
            held = owner[first]
            box[held] = np.column_stack([np.minimum.reduceat(v, first) for v in (c0, r0)]
                                        + [np.maximum.reduceat(v, first) for v in (c0, r0)])  # fmt: skip
        return cls(owner, c0, r0, c1, r1, np.where(lost, np.nan, area), box)

    def __len__(self) -> int:
        """Number of polygons."""
        return len(self.area)


def _turned(
    owner: Ints, c0: Floats, r0: Floats, c1: Floats, r1: Floats, n: int, turn: float
) -> tuple[Ints, Floats, Floats, Floats, Floats]:
    """Edges brought to the turn of longitude in which the raster lies; polygons that pass its end stand there twice."""
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    least, most = np.zeros(n), np.zeros(n)
    least[owner[first]], most[owner[first]] = np.minimum.reduceat(c0, first), np.maximum.reduceat(c0, first)
    shift = -np.floor(least / turn) * turn
    if shift.any():
        c0, c1 = c0 + shift[owner], c1 + shift[owner]
    again = (most + shift > turn)[owner]
    if not again.any():
        return owner, c0, r0, c1, r1
    both = [
        np.concatenate((v, w))
        for v, w in (
            (owner, owner[again]), (c0, c0[again] - turn), (r0, r0[again]), (c1, c1[again] - turn), (r1, r1[again])
        )
    ]  # fmt: skip
    order = np.argsort(both[0], kind="stable")
    of, *rest = (v[order].astype(np.float64) for v in both)
    return of.astype(np.int64), rest[0], rest[1], rest[2], rest[3]


class Tally:
    """What lies within each of some polygons, window by window.

    Examples
    --------
    >>> grid = Grid(4, 4, (1, 0, 20, 0, -1, 4))
    >>> tally = Tally(Shapes.of_polygons(np.array([shapely.box(20.5, 1, 22, 5)]), grid))
    >>> tally.add(np.ones((4, 4)), np.ones((4, 4), bool), 0, 0)
    >>> tally.total.tolist(), tally.covered.round(3).tolist()
    ([4.5], [0.75])
    """

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self._sums, self._valid = np.zeros(len(shapes)), np.zeros(len(shapes))

    def add(self, pixels: Floats, valid: Bools, row: int, column: int) -> None:
        """Counts a window, whose upper left pixel stands at `row` and `column` of the grid.

        Parameters
        ----------
        pixels
            The amount in each pixel (not a density), of any number type; only those that are `valid` count.
        valid
            One flag a pixel: it holds a value.
        row
            Row of the grid on which the window begins, from 0.
        column
            Column of the grid on which the window begins, from 0.
        """
        height, width = valid.shape
        box = self.shapes.box
        touched = (box[:, 0] < column + width) & (box[:, 2] > column) & (box[:, 1] < row + height) & (box[:, 3] > row)
        if not touched.any() or not valid.any():
            return
        amount = np.where(valid, pixels, 0).astype(np.float64, copy=False)
        left = np.zeros((height, width + 1))
        np.cumsum(amount, axis=1, out=left[:, 1:])
        whole = valid.all()
        seen = np.zeros((height, width + 1), np.int32)
        if not whole:
            np.cumsum(valid, axis=1, out=seen[:, 1:])
        for owner, c0, r0, c1, r1 in self._parts(touched, row, column, height, width):
            at_row, at, down = _pieces(c0, r0, c1, r1, height, width)
            owner = owner[at_row[0]]
            line, pixel = at_row[1], np.minimum(at.astype(np.int64), width - 1)
            part = at - pixel
            sums = (left[line, pixel] + part * amount[line, pixel]) * down
            held = at if whole else seen[line, pixel] + part * valid[line, pixel]
            self._sums += np.bincount(owner, sums, minlength=len(self.shapes))
            self._valid += np.bincount(owner, held * down, minlength=len(self.shapes))

    def _parts(
        self, touched: Bools, row: int, column: int, height: int, width: int
    ) -> list[tuple[Ints, Floats, Floats, Floats, Floats]]:
        s = self.shapes
        edges: tuple[Ints, Floats, Floats, Floats, Floats] = (s.owner, s.c0, s.r0, s.c1, s.r1)
        if not touched.all():
            mine = touched[s.owner]
            edges = (s.owner[mine], s.c0[mine], s.r0[mine], s.c1[mine], s.r1[mine])
        owner, c0, r0, c1, r1 = edges
        c0, r0, c1, r1 = c0 - column, r0 - row, c1 - column, r1 - row
        # What is left of the window adds nothing, nor does an edge that runs along a row.
        keep = (np.maximum(c0, c1) > 0) & (np.minimum(r0, r1) < height) & (np.maximum(r0, r1) > 0) & (r0 != r1)
        if not keep.all():
            owner, c0, r0, c1, r1 = owner[keep], c0[keep], r0[keep], c1[keep], r1[keep]
        n = len(owner)
        return [
            (owner[i : i + EDGES], c0[i : i + EDGES], r0[i : i + EDGES], c1[i : i + EDGES], r1[i : i + EDGES])
            for i in range(0, n, EDGES)
        ]

    @property
    def total(self) -> Floats:
        """Sum within each polygon; NaN where no pixel of it holds a value."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self._valid / self.shapes.area > LEAST, self._sums * np.sign(self.shapes.area), np.nan)

    @property
    def covered(self) -> Floats:
        """Share of each polygon's area with pixels that hold a value, 0 to 1; 0 where the raster has none of it."""
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.nan_to_num(self._valid / self.shapes.area, nan=0.0, posinf=0.0, neginf=0.0)
        return np.clip(share, 0.0, 1.0)


EDGES = 1 << 17
"""Edges that are cut at one time: so much memory and no more."""
LEAST = 1e-9
"""A smaller share is none: what rounding leaves of a polygon beside the raster."""


def _pieces(
    c0: Floats, r0: Floats, c1: Floats, r1: Floats, height: int, width: int
) -> tuple[tuple[Ints, Ints], Floats, Floats]:
    """Edges cut at rows and columns: (edge, row) and the middle column of each piece, and how far down it leads."""
    slope = (c1 - c0) / (r1 - r0)
    begin, end = np.clip(r0, 0, height), np.clip(r1, 0, height)
    edge, r_from, r_to, line = _cut(begin, end)
    slope, c_at, r_at = slope[edge], c0[edge], r0[edge]
    x_from, x_to = c_at + (r_from - r_at) * slope, c_at + (r_to - r_at) * slope
    # An edge far to the right of the window meets none of its columns.
    low, high = np.clip(x_from, 0, width), np.clip(x_to, 0, width)
    down = r_to - r_from
    crosses = np.floor(low) != np.floor(high)
    crosses |= (low != x_from) | (high != x_to)
    plain = ~crosses
    parts = [(edge[plain], line[plain], (x_from[plain] + x_to[plain]) / 2, down[plain])]
    if crosses.any():
        edge, line, down, x_from, x_to, low, high = (v[crosses] for v in (edge, line, down, x_from, x_to, low, high))
        with np.errstate(invalid="ignore", divide="ignore"):
            per = np.where(x_to == x_from, 0.0, down / (x_to - x_from))
        of, a, b, _ = _cut(low, high)
        parts.append((edge[of], line[of], (a + b) / 2, (b - a) * per[of]))
        # The part beyond the right end of the window, where all of the row lies to the left.
        beyond = np.where(
            x_to == x_from,
            np.where(x_to >= width, down, 0.0),
            (np.maximum(x_to, width) - np.maximum(x_from, width)) * per,
        )
        far = beyond != 0
        parts.append((edge[far], line[far], np.full(int(far.sum()), float(width)), beyond[far]))
    edge, line, at, down = (np.concatenate(v) for v in zip(*parts, strict=True))
    return (edge, line), at, down


def _cut(begin: Floats, end: Floats) -> tuple[Ints, Floats, Floats, Ints]:
    """Spans cut at whole numbers: the span of each piece, its two ends in the same sense, and the number below it."""
    low, high = np.minimum(begin, end), np.maximum(begin, end)
    first = np.floor(low).astype(np.int64)
    count = np.maximum(np.ceil(high).astype(np.int64) - first, 0)
    count[low == high] = 0
    of = np.repeat(np.arange(len(begin), dtype=np.int64), count)
    nth = np.arange(len(of), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    number = first[of] + nth
    a, b = np.maximum(number, low[of]), np.minimum(number + 1, high[of])
    back = (end < begin)[of]
    return of, np.where(back, b, a), np.where(back, a, b), number
