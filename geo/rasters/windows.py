"""Which windows of a raster hold some boxes: few pixels at a time, however large the raster is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.rasters.grid import Grid

Floats = npt.NDArray[np.float64]

PIXELS = 1_000_000
"""Pixels of a window at most: with what is made of them about 50 MB."""


class Window(NamedTuple):
    """Pixels of a raster: the upper left one, and how many down and across."""

    row: int
    column: int
    height: int
    width: int


def windows(box: Floats, grid: Grid, block: tuple[int, int], pixels: int = PIXELS) -> list[Window]:
    """Windows that hold every box that lies on the grid, by row, then column; none overlaps another.

    Parameters
    ----------
    box
        Least column, least row, greatest column, greatest row, (n, 4), in fractions of pixels.
    block
        Rows and columns that the file stores together: they are read together too.
    grid
        The grid: its cells, and where they lie.
    pixels
        Pixels of a window at most.

    Examples
    --------
    >>> windows(np.array([[0.5, 1.2, 3.0, 2.1], [90, 90, 99, 99]]), Grid(50, 40, (1, 0, 0, 0, -1, 0)), (1, 50))
    [Window(row=1, column=0, height=2, width=3)]
    """
    rows, columns = _side(grid, block, pixels)
    with np.errstate(invalid="ignore"):
        on = (box[:, 0] < grid.width) & (box[:, 1] < grid.height) & (box[:, 2] > 0) & (box[:, 3] > 0)
    on &= np.isfinite(box).all(axis=1)
    if not on.any():
        return []
    low = np.maximum(np.floor(box[on][:, (1, 0)]), 0).astype(np.int64)
    most = np.array([grid.height, grid.width])
    high = np.minimum(np.maximum(np.ceil(box[on][:, (3, 2)]), low + 1), most).astype(np.int64)
    size = np.array([rows, columns])
    first, last = low // size, (high - 1) // size
    count = last - first + 1
    each = count.prod(axis=1)
    of = np.repeat(np.arange(len(low)), each)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(each) - each, each)
    tile = np.column_stack((nth // count[of, 1], nth % count[of, 1])) + first[of]
    begin, end = np.maximum(low[of], tile * size), np.minimum(high[of], (tile + 1) * size)
    order = np.lexsort((tile[:, 1], tile[:, 0]))
    tile, begin, end = tile[order], begin[order], end[order]
    start = np.flatnonzero(np.r_[True, (np.diff(tile, axis=0) != 0).any(axis=1)])
    begin, end = np.minimum.reduceat(begin, start), np.maximum.reduceat(end, start)
    return [Window(int(r), int(c), int(h), int(w)) for (r, c), (h, w) in zip(begin, end - begin, strict=True)]


def _side(grid: Grid, block: tuple[int, int], pixels: int) -> tuple[int, int]:
    """Rows and columns of a tile: whole rows where the file stores rows."""
    high, wide = max(block[0], 1), max(block[1], 1)
    if wide >= grid.width and high * grid.width <= pixels:
        return max(pixels // grid.width // high * high, high), grid.width
    side = int(pixels**0.5)
    return max(side // high * high, min(high, side)), max(side // wide * wide, min(wide, side))


def batches(found: list[Window], pixels: int) -> list[list[Window]]:
    """The windows in groups of no more than `pixels` pixels each, or of one window.

    Parameters
    ----------
    found
        Windows in the order in which they are read.
    pixels
        Pixels of a group at most.
    """
    out: list[list[Window]] = []
    size = 0
    for window in found:
        size += window.height * window.width
        if not out or size > pixels:
            out.append([])
            size = window.height * window.width
        out[-1].append(window)
    return out
