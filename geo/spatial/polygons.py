"""Points and administrative units: which polygon holds a point, and how far its edge is.

Polygons are taken as drawn, straight in degrees on WGS 84; every distance is geodesic, in metres. A point on an edge
is inside; holes are outside; a point in a gap is in no unit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.compiled.compiler import compiles
from geo.once import once
from geo.spatial.polygon_edges import Edges, wrap
from geo.spatial.prepared import prepare
from geo.spatial.runs import run_of, runs
from geo.spatial.unit_cells import OTHERS, UnitCells
from geo.threads import in_parts

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]

POINT_COST = 1 << 11
"""What a point weighs where it is asked whether loops are compiled: 130,000 points are a large job."""
CELLS = 16
"""Cells along the side of a box of the usual size, when points are looked up by boxes."""


@dataclass(frozen=True, eq=False)
class Boundaries:
    """Polygons of administrative units, of one level and one publisher.

    Parameters
    ----------
    frame
        One row a unit: `unit`, `code`, `parent`, `country` (text, blank is ``""``) and `level` (0 country, 1, 2).
    geometry
        Valid (Multi)Polygons in degrees on WGS 84, object array of the length of `frame`.
    version
        Vintage of the boundaries; ``"unknown"`` when not known (a hash is not a vintage).
    dataset, dataset_version
        Name and edition of the file.
    name
        Name of the file, without its folders.
    repairs
        What was made valid: a dict each with `unit` and `area_change_m2`.
    """

    frame: pd.DataFrame
    geometry: Geometries
    version: str = "unknown"
    dataset: str = ""
    dataset_version: str = ""
    name: str = ""
    repairs: list[dict[str, Any]] = field(default_factory=list)
    _kept: dict[str, Any] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.geometry)

    @property
    def level(self) -> int:
        """Level of the units; -1 for a set without units."""
        return int(self.frame["level"].iloc[0]) if len(self.frame) else -1

    @property
    def edges(self) -> Edges:
        """All edges, made at the first use and kept."""
        edges: Edges = once(self._kept, "edges", lambda: Edges(self.geometry))
        return edges

    @property
    def rank(self) -> Ints:
        """Place of each row when units are sorted by name, then by row."""

        def places() -> Ints:
            rank = np.empty(len(self), dtype=np.int64)
            rank[np.argsort(self.frame["unit"].to_numpy(dtype=object), kind="stable")] = np.arange(len(self))
            return rank

        kept: Ints = once(self._kept, "rank", places)
        return kept


def locate_all(lon: npt.ArrayLike, lat: npt.ArrayLike, boundaries: Boundaries) -> tuple[Ints, Ints]:
    """Every (point, unit row) where the unit holds the point or has it on an edge, sorted by (point, row).

    A point that is in several units (overlaps, common edges) stands several times; one in a gap does not stand at all.

    Parameters
    ----------
    lon, lat
        Degrees on WGS 84, shape (n,); NaN is in no unit. A longitude of 180 is also tried as -180.
    boundaries
        Polygons between longitudes -180 and 180.
    """
    x, y = positions(lon, lat)
    found = _sure(x, y, boundaries, several=True)
    if found is None:
        return _tested(x, y, boundaries)
    alone, others = np.flatnonzero(found >= 0), np.flatnonzero(found == OTHERS)
    if not others.size:
        return alone, found.take(alone)
    point, row = _tested(x.take(others), y.take(others), boundaries)
    pair = np.concatenate((alone * len(boundaries) + found.take(alone), others.take(point) * len(boundaries) + row))
    pair.sort()
    return pair // len(boundaries), pair % len(boundaries)


def _sure(x: Floats, y: Floats, boundaries: Boundaries, several: bool) -> Ints | None:
    """The unit of each point that is beyond doubt, -1 for none, else :data:`OTHERS`; None: there is no grid.

    Of several units it is the one whose name sorts first, unless `several` are told.
    """
    kept = boundaries._kept
    if "cells" not in kept and not (compiles(x.size * POINT_COST) and UnitCells.takes(boundaries.geometry)):
        return None
    cells: UnitCells = once(kept, "cells", lambda: UnitCells(boundaries.geometry, np.argsort(boundaries.rank)))
    return in_parts(lambda part: cells.holders(x[part], y[part], not several), x.size)


def _tested(x: Floats, y: Floats, boundaries: Boundaries) -> tuple[Ints, Ints]:
    """:func:`locate_all` by prepared polygons."""
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    seam = known[np.abs(x[known]) == 180.0]
    at = np.concatenate((known, seam))
    px, py = np.concatenate((x[known], -x[seam])), np.concatenate((y[known], y[seam]))
    if not at.size or not len(boundaries):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    # First boxes, through a grid of the points; then the exact test on prepared polygons.
    row, candidate = _near_boxes(px, py, shapely.bounds(boundaries.geometry))
    prepare(boundaries.geometry[np.unique(row)])

    def test(part: slice) -> npt.NDArray[np.bool_]:
        at = candidate[part]
        return np.asarray(shapely.intersects_xy(boundaries.geometry[row[part]], px.take(at), py.take(at)))

    inside = np.flatnonzero(in_parts(test, row.size))
    pair = at[candidate[inside]] * len(boundaries) + row[inside]
    pair.sort()
    if seam.size:
        pair = np.unique(pair)
    return pair // len(boundaries), pair % len(boundaries)


def _near_boxes(x: Floats, y: Floats, boxes: Floats) -> tuple[Ints, Ints]:
    """(box, point) of all points in a closed box and some just beside it, grouped by box; NaN boxes hold nothing."""
    boxes = np.where(np.isfinite(boxes).all(axis=1, keepdims=True), boxes, [[1.0, 1.0, 0.0, 0.0]])
    west, south = float(x.min()), float(y.min())
    wide, high = max(float(x.max()) - west, 1e-9), max(float(y.max()) - south, 1e-9)
    # Cells much smaller than a box, so that few stand at its edge, and not many more than points.
    most = 2 * int(np.sqrt(x.size)) + 8
    dx = max(float(np.median(boxes[:, 2] - boxes[:, 0])) / CELLS, wide / most)
    dy = max(float(np.median(boxes[:, 3] - boxes[:, 1])) / CELLS, high / most)
    columns, rows = int(wide / dx) + 1, int(high / dy) + 1
    cell = ((y - south) / dy).astype(np.int64) * columns + ((x - west) / dx).astype(np.int64)
    bits = max(x.size, 2).bit_length()
    order = (cell << bits) | np.arange(x.size)
    order.sort()
    order &= (1 << bits) - 1
    start = np.concatenate(([0], np.cumsum(np.bincount(cell, minlength=rows * columns))))
    c0 = np.clip(np.floor((boxes[:, 0] - west) / dx), 0, columns - 1).astype(np.int64)
    c1 = np.clip(np.floor((boxes[:, 2] - west) / dx), 0, columns - 1).astype(np.int64)
    r0 = np.clip(np.floor((boxes[:, 1] - south) / dy), 0, rows - 1).astype(np.int64)
    r1 = np.clip(np.floor((boxes[:, 3] - south) / dy), 0, rows - 1).astype(np.int64)
    depth = np.maximum(r1 - r0 + 1, 0)
    box = np.repeat(np.arange(len(boxes)), depth)
    base = runs(r0, depth) * columns
    low = start[base + c0[box]]
    count = np.maximum(start[base + c1[box] + 1] - low, 0)
    return box.take(run_of(count)), order[runs(low, count)]


def locate(lon: npt.ArrayLike, lat: npt.ArrayLike, boundaries: Boundaries) -> Ints:
    """The unit of each point: a row of `boundaries.frame`, -1 for none.

    A point on an edge counts as inside. Of several units the one whose name sorts first is taken;
    :func:`locate_all` tells them all.

    Parameters
    ----------
    lon, lat
        Degrees on WGS 84, shape (n,); NaN is in no unit.
    boundaries
        Units of one level.

    Examples
    --------
    >>> frame = pd.DataFrame({"unit": ["East", "West"], "code": "", "parent": "", "country": "AAA", "level": 1})
    >>> halves = Boundaries(frame, np.array([shapely.box(1, 0, 2, 1), shapely.box(0, 0, 1, 1)]))
    >>> locate([0.5, 1.0, 1.5, 9.0], [0.5, 0.5, 0.5, 0.5], halves)
    array([ 1,  0,  0, -1])
    """
    x, y = positions(lon, lat)
    out = _sure(x, y, boundaries, several=False)
    if out is None:
        return _first(*_tested(x, y, boundaries), x.size, boundaries)
    others = np.flatnonzero(out == OTHERS)
    if others.size:
        point, row = _tested(x.take(others), y.take(others), boundaries)
        out[others] = _first(point, row, others.size, boundaries)
    return out


def _first(point: Ints, row: Ints, n: int, boundaries: Boundaries) -> Ints:
    """Of the units of n points, pairs sorted by (point, row), the one of each whose name sorts first; -1 for none."""
    out = np.full(n, -1, dtype=np.int64)
    again = np.flatnonzero(point[1:] == point[:-1])
    out[point] = row
    if again.size:
        several = np.isin(point, point[again])
        point, row = point[several], row[several]
        order = np.lexsort((boundaries.rank[row], point))
        first = order[np.flatnonzero(np.diff(point[order], prepend=-1))]
        out[point[first]] = row[first]
    return out


def edge_distance_m(lon: npt.ArrayLike, lat: npt.ArrayLike, geometry: Geometries) -> Floats:
    """Distance from each point to the nearest edge of its own polygon, exterior or hole.

    Parameters
    ----------
    lon, lat
        Degrees on WGS 84, shape (n,).
    geometry
        One (Multi)Polygon per point, object array of shape (n,).

    Returns
    -------
    ndarray
        Geodesic distance [m], not negative, inside as outside; NaN for an unknown position or an empty polygon.
    """
    x, y = positions(lon, lat)
    shapes = np.asarray(geometry, dtype=object)
    if shapes.shape != x.shape:
        raise ValueError(f"one polygon per point is needed: {x.size} points, {shapes.size} polygons")
    _, first, owner = np.unique([id(shape) for shape in shapes], return_index=True, return_inverse=True)
    return own_edge_m(x, y, shapes[first], owner)


def own_edge_m(lon: npt.ArrayLike, lat: npt.ArrayLike, geometry: Geometries, owner: Ints) -> Floats:
    """The same where many points lie in few polygons.

    Parameters
    ----------
    lon, lat
        Degrees on WGS 84, shape (n,).
    geometry
        The different (Multi)Polygons.
    owner
        Position in `geometry` of the polygon of each point.
    """
    x, y = positions(lon, lat)
    out = np.full(x.size, np.nan)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if known.size:
        chosen, own = np.unique(owner[known], return_inverse=True)
        out[known] = Edges(geometry[chosen]).own(x[known], y[known], own)
    return out


def nearest_edge(
    lon: npt.ArrayLike, lat: npt.ArrayLike, boundaries: Boundaries, rows: npt.ArrayLike
) -> tuple[Ints, Floats]:
    """The nearest edge among some units, for points inside or outside them.

    Parameters
    ----------
    lon, lat
        Degrees on WGS 84, shape (n,).
    rows
        Rows of `boundaries` to look at.
    boundaries
        Units of one level.

    Returns
    -------
    row, distance_m
        Row of the unit whose edge is nearest (of equal ones the first) and the geodesic distance [m]; -1 and NaN for
        an unknown position, or where no unit was named.
    """
    x, y = positions(lon, lat)
    chosen = np.unique(np.asarray(rows, dtype=np.int64))
    row, distance = np.full(x.size, -1, dtype=np.int64), np.full(x.size, np.nan)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if not chosen.size:
        return row, distance
    edges: Edges = once(boundaries._kept, f"edges {chosen.tolist()}", lambda: Edges(boundaries.geometry[chosen]))
    owner, distance[known] = edges.nearest(x[known], y[known])
    row[known] = np.where(owner >= 0, chosen[owner], -1)
    return row, distance


def positions(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Longitudes in [-180, 180] and latitudes of as many points, as arrays.

    Parameters
    ----------
    lon, lat
        Degrees on WGS 84, shape (n,); NaN where unknown.
    """
    x = wrap(np.asarray(lon, dtype=np.float64).reshape(-1))
    y = np.asarray(lat, dtype=np.float64).reshape(-1)
    if x.shape != y.shape:
        raise ValueError(f"lon has {x.size} values, lat {y.size}")
    return x, y
