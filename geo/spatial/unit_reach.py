"""Which units the circles around points reach; most points are far from every edge, and a coarse grid says so."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from geo.spatial.edge_grid import Box, EdgeGrid
from geo.spatial.grid import spots
from geo.spatial.polygon_edges import Edges
from geo.spatial.polygons import Boundaries, locate_all, positions
from geo.spatial.runs import run_of, runs

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Codes = tuple[Ints, Ints]

LEAST_DEGREE_M = 110_000.0
"""No degree of a meridian is shorter, nor one of longitude than this times the cosine of the latitude [m]."""
STEEPEST_DEG = 89.0
"""A circle that comes nearer to a pole may reach any longitude [degrees]."""
ROUND_DEG = 2.0
"""Edges are made for boxes of whole multiples of this, so that other points near by need no others [degrees]."""


@dataclass(frozen=True)
class Reach:
    """Pairs of a point and a unit, sorted by (point, unit).

    Parameters
    ----------
    point, unit
        Positions in the points and rows of the boundaries, int64, shape (n,).
    distance_m
        0 inside the unit, else geodesic distance to its nearest edge [m], shape (n,).
    """

    point: Ints
    unit: Ints
    distance_m: Floats


def units_within(
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    boundaries: Boundaries,
    radius_m: npt.ArrayLike,
    *,
    own: Codes | None = None,
) -> Reach:
    """Which units the circle around each point reaches, inclusive; the unit that holds the point has distance 0.

    Parameters
    ----------
    lon, lat
        Degrees on WGS 84, shape (n,); NaN reaches nothing.
    boundaries
        Units of one level.
    radius_m
        One radius, or one per point [m].
    own
        A code of each point and one of each unit, whole numbers from 0 on: units of a point's own code are left out.
        None: none is.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"unit": ["East", "West"], "code": "", "parent": "", "country": "AAA", "level": 1})
    >>> halves = Boundaries(frame, np.array([shapely.box(1, 0, 2, 1), shapely.box(0, 0, 1, 1)]))
    >>> units_within([0.5, 0.99], [0.5, 0.5], halves, 5_000).unit.tolist()
    [1, 0, 1]
    >>> units_within([0.5, 0.99], [0.5, 0.5], halves, 5_000, own=(np.array([1, 1]), np.array([0, 1]))).unit.tolist()
    [0]
    """
    x, y = positions(lon, lat)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    radius = np.array(np.broadcast_to(np.asarray(radius_m, dtype=np.float64), x.shape))[known]
    mine, theirs = own or (np.zeros(x.size, np.int64), np.ones(len(boundaries), np.int64))
    x, y, mine = x[known], y[known], mine[known]
    circles = _Circles.of(x, y, mine, radius.max(initial=0.0))
    boxes = circles.boxes_of_units(boundaries, theirs)
    if np.isnan(boxes).all():
        return Reach(*(np.zeros(0, np.int64),) * 2, np.zeros(0))
    some = _Some.of(boundaries, boxes)
    theirs = theirs[some.rows]
    grid = EdgeGrid(some.edges, theirs, circles.whole, circles.reach, x.size)
    may_reach, group = grid.parted(x, y, mine)
    near, far = np.flatnonzero(may_reach), np.flatnonzero(~may_reach)
    _, one, alike = np.unique(group[far], return_index=True, return_inverse=True)
    # Of far points one of each cell is asked which units hold it.
    few = np.concatenate((near, far[one]))
    point, row = locate_all(x[few], y[few], some.units)
    other = np.flatnonzero(theirs[row] != mine[few[point]])
    point, row = point[other], row[other]
    mine_of = np.empty(x.size, np.int64)
    mine_of[near], mine_of[far] = np.arange(near.size), near.size + alike
    held, at = _of_each(mine_of, point, few.size)
    row = row[at]
    nearby, unit, metres = _edges_within(some.edges, x[near], y[near], radius[near], (mine[near], theirs))
    n = max(len(boundaries), 1)
    pair = known[np.concatenate((held, near[nearby]))] * n + some.rows[np.concatenate((row, unit))]
    # What holds a point stands first.
    pair, first = np.unique(pair, return_index=True)
    return Reach(pair // n, pair % n, np.concatenate((np.zeros(held.size), metres))[first])


@dataclass(frozen=True)
class _Circles:
    """Boxes of degrees around the circles of all points of one code, by code; a code without points has none."""

    boxes: Floats
    reach: tuple[float, float]

    @classmethod
    def of(cls, x: Floats, y: Floats, code: Ints, radius_m: float) -> _Circles:
        """Those around points, of the widest radius [m]."""
        least, most = np.full((2, int(code.max(initial=-1)) + 1, 2), [[[np.inf]], [[-np.inf]]])
        for axis, values in enumerate((x, y)):
            np.minimum.at(least[:, axis], code, values)
            np.maximum.at(most[:, axis], code, values)
        north = radius_m / LEAST_DEGREE_M
        boxes = np.concatenate((least, most), axis=1)
        boxes[~np.isfinite(boxes[:, 0])] = np.nan
        boxes[:, 1] = np.maximum(boxes[:, 1] - north, -90.0)
        boxes[:, 3] = np.minimum(boxes[:, 3] + north, 90.0)
        steepest = np.maximum(-boxes[:, 1], boxes[:, 3])
        east = north / np.cos(np.radians(np.minimum(steepest, STEEPEST_DEG)))
        east[steepest >= STEEPEST_DEG] = np.inf
        boxes[:, 0] -= east
        boxes[:, 2] += east
        over = (boxes[:, 0] <= -180) | (boxes[:, 2] >= 180)
        boxes[over, 0], boxes[over, 2] = -np.inf, np.inf
        return cls(boxes, (float(np.nanmax(east, initial=0.0)), north))

    @property
    def whole(self) -> Box:
        """A box around all of them; one that crosses the antimeridian goes all the way around."""
        west, south = np.nanmin(self.boxes[:, :2], axis=0)
        east, north = np.nanmax(self.boxes[:, 2:], axis=0)
        return (-180.0, south, 180.0, north) if np.isinf(west) else (west, south, east, north)

    def boxes_of_units(self, boundaries: Boundaries, code: Ints) -> Floats:
        """Of each unit the box in which its edges may matter to points of another code; NaN where to none."""
        west, south, east, north = (side[:, None] for side in shapely.bounds(boundaries.geometry).T)
        mine = self.boxes
        meets = (west <= mine[:, 2]) & (east >= mine[:, 0]) & (south <= mine[:, 3]) & (north >= mine[:, 1])
        meets &= code[:, None] != np.arange(len(mine))
        least = np.where(meets[:, :, None], mine[:, :2], np.inf).min(axis=1, initial=np.inf)
        most = np.where(meets[:, :, None], mine[:, 2:], -np.inf).max(axis=1, initial=-np.inf)
        boxes = np.concatenate((least, most), axis=1)
        boxes[~meets.any(axis=1)] = np.nan
        return boxes


@dataclass(frozen=True)
class _Some:
    """Some units, their rows among all, and their edges that meet a box of each: kept for other points."""

    rows: Ints
    boxes: Floats
    units: Boundaries
    edges: Edges

    @classmethod
    def of(cls, boundaries: Boundaries, boxes: Floats) -> _Some:
        """Those whose boxes are no NaN; and what was made before is made with them."""
        kept: _Some | None = boundaries._kept.get("some edges")
        least, most = np.floor(boxes[:, :2] / ROUND_DEG), np.ceil(boxes[:, 2:] / ROUND_DEG)
        boxes = np.concatenate((least, most), axis=1) * ROUND_DEG
        if kept is not None:
            together = np.concatenate((np.fmin(kept.boxes, boxes)[:, :2], np.fmax(kept.boxes, boxes)[:, 2:]), axis=1)
            if np.array_equal(together, kept.boxes, equal_nan=True):
                return kept
            boxes = together
        rows = np.flatnonzero(~np.isnan(boxes[:, 0]))
        units = boundaries
        if rows.size < len(boundaries):
            frame = boundaries.frame.iloc[rows].reset_index(drop=True)
            units = replace(boundaries, frame=frame, geometry=boundaries.geometry[rows], _kept={})
        made = cls(rows, boxes, units, Edges(units.geometry, boxes[rows]))
        boundaries._kept["some edges"] = made
        return made


def _of_each(group: Ints, point: Ints, groups: int) -> tuple[Ints, Ints]:
    """What holds of a group, for each member of it: member and position among pairs by ascending group."""
    ends = np.searchsorted(point, np.arange(groups + 1))
    count = np.diff(ends)[group]
    return run_of(count), runs(ends[group], count)


def _edges_within(edges: Edges, x: Floats, y: Floats, radius: Floats, own: Codes) -> tuple[Ints, Ints, Floats]:
    """What `Edges.within` finds, asked once where several points are at one place."""
    lon, lat, spot = spots(x, y)
    one = np.empty(lon.size, np.int64)
    one[spot] = np.arange(x.size)
    mine = own[0]
    if (mine[one[spot]] != mine).any() or (radius[one[spot]] != radius).any():
        return edges.within(x, y, radius, own=own)
    point, unit, metres = edges.within(lon, lat, radius[one], own=(mine[one], own[1]))
    member, at = _of_each(spot, point, lon.size)
    return member, unit[at], metres[at]
