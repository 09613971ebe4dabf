"""Areas of polygons within convex ones around points, edge by edge, without making the shape that both have in common.

With the area between the point and its circle counted by direction, every edge that comes into the circle cuts off what
lies behind it: the triangle from the point to the part of the edge, less what the circle has in the same directions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo.spatial.runs import run_of, runs

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]

LEAST_M = 1e-3
"""Nearer to its point than this an edge has no direction that could be relied on [m]."""
RUN = 16
"""Consecutive edges of a polygon that are looked at as one."""
_TURN = 2 * np.pi
_STEP = 8.0
"""Between the directions of one circle and those of the next, more than a full turn."""


class Sides:
    """The edges of polygons, those of each together, so that what is inside lies on the right where `sign` is 1.

    Parameters
    ----------
    polygons
        Valid polygons of a plane [m], prepared.
    """

    def __init__(self, polygons: Geometries) -> None:
        self.polygons = polygons
        parts, part_owner = shapely.get_parts(polygons, return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        same = np.flatnonzero(ring[1:] == ring[:-1])
        x, y, of = xy[:, 0], xy[:, 1], ring[same]
        outer = np.diff(part, prepend=-1) != 0
        sign = np.where(shapely.is_ccw(rings) == outer, -1.0, 1.0).take(of)
        self.edges = np.stack((x[same], y[same], x[same + 1], y[same + 1], sign))
        self.ax, self.ay, self.bx, self.by, self.sign = self.edges
        owner = part_owner.take(part.take(of))
        place = np.arange(len(of)) - np.searchsorted(owner, owner)
        self.begin = np.flatnonzero(place % RUN == 0)
        self.end = np.append(self.begin[1:], len(of))
        self.first = np.searchsorted(owner.take(self.begin), np.arange(len(polygons) + 1))
        self.spans = np.stack((*self._span(self.ax, self.bx), *self._span(self.ay, self.by)))

    @property
    def most(self) -> int:
        """How many runs the polygon has that has most of them."""
        return int(np.diff(self.first).max(initial=0))

    def _span(self, a: Floats, b: Floats) -> tuple[Floats, Floats]:
        """The middle of each run along an axis, and how far it reaches from there."""
        if not len(a):
            return a, b
        low = np.minimum.reduceat(np.minimum(a, b), self.begin)
        high = np.maximum.reduceat(np.maximum(a, b), self.begin)
        return (low + high) / 2, (high - low) / 2

    def reached_by(self, which: Ints, x: Floats, y: Floats, reach: Floats) -> tuple[Ints, Ints]:
        """Circles, and edges that may come into them.

        Parameters
        ----------
        which
            Position of the polygon of each circle.
        x, y
            Where the point of each lies [m].
        reach
            How far each reaches from it [m].
        """
        first, last = self.first.take(which), self.first.take(which + 1)
        middle_x, half_x, middle_y, half_y = self.spans
        circle, run = run_of(last - first), runs(first, last - first)
        far = reach.take(circle)
        apart = np.abs(middle_x.take(run) - x.take(circle)) > half_x.take(run) + far
        apart |= np.abs(middle_y.take(run) - y.take(circle)) > half_y.take(run) + far
        close = np.flatnonzero(~apart)
        circle, run = circle.take(close), run.take(close)
        begin, end = self.begin.take(run), self.end.take(run)
        return circle.take(run_of(end - begin)), runs(begin, end - begin)


@dataclass(frozen=True)
class _Edges:
    """Edges as seen from the points of some circles."""

    circle: Ints
    ax: Floats
    ay: Floats
    bx: Floats
    by: Floats
    sign: Floats

    def take(self, rows: Ints | Bools) -> _Edges:
        return _Edges(*(column[rows] for column in vars(self).values()))


class Circles:
    """Polygons around points, their corners clockwise, the first of them to the north.

    Parameters
    ----------
    x, y
        Places of the corners from the point [m], shape (n, corners).

    Attributes
    ----------
    sound
        Which of them are convex and hold their point.
    """

    def __init__(self, x: Floats, y: Floats) -> None:
        self.x, self.y = x, y
        self.dx, self.dy, self.fan = _fan(x, y)
        turn = self.dx * np.roll(self.dy, -1, axis=1) - self.dy * np.roll(self.dx, -1, axis=1)
        self.sound: Bools = np.logical_and.reduce((self.fan > 0) & (turn < 0), axis=1)
        self.whole = self.fan.sum(axis=1)
        self._before = np.cumsum(self.fan, axis=1) - self.fan
        self.outer = np.sqrt((x * x + y * y).max(axis=1))
        self.inner = (2 * self.fan / np.sqrt(self.dx * self.dx + self.dy * self.dy)).min(axis=1)
        angle = np.arctan2(x, y) % _TURN
        angle[:, 0] = 0.0
        self._angle = (angle + _STEP * np.arange(len(x))[:, None]).ravel()

    def areas_in(self, sides: Sides, which: Ints, x: Floats, y: Floats) -> tuple[Floats, Bools]:
        """The area of its polygon within each of them [m2], and whether it is one to rely on.

        Parameters
        ----------
        sides
            The edges of the polygons.
        which
            Position of the polygon of each.
        x, y
            Where the point of each lies [m].
        """
        circle, edge = sides.reached_by(which, x, y, self.outer)
        ends = ((sides.ax, x), (sides.ay, y), (sides.bx, x), (sides.by, y))
        ax, ay, bx, by = (end.take(edge) - at.take(circle) for end, at in ends)
        edges = _Edges(circle, ax, ay, bx, by, sides.sign.take(edge))
        dx, dy = edges.bx - edges.ax, edges.by - edges.ay
        along = np.clip(-(edges.ax * dx + edges.ay * dy) / np.maximum(dx * dx + dy * dy, 1e-300), 0.0, 1.0)
        away2 = (edges.ax + along * dx) ** 2 + (edges.ay + along * dy) ** 2
        sure = self.sound.copy()
        sure[edges.circle[away2 < LEAST_M * LEAST_M]] = False
        edges = self._clipped(edges.take(away2 <= self.outer.take(edges.circle) ** 2))
        behind = edges.bx * edges.ay - edges.ax * edges.by  # twice the triangle, clockwise
        added = edges.sign * (behind / 2 - self._between(edges, behind))
        held = np.where(shapely.contains_xy(sides.polygons[which], x, y), self.whole, 0.0)
        return held + np.bincount(edges.circle, weights=added, minlength=len(x)), sure

    def _clipped(self, edges: _Edges) -> _Edges:
        """The parts of edges that lie in their circles."""
        furthest = np.maximum(edges.ax**2 + edges.ay**2, edges.bx**2 + edges.by**2)
        cut = np.flatnonzero(furthest > self.inner.take(edges.circle) ** 2)
        some = edges.take(cut)
        dx, dy, at = (v.take(some.circle, axis=0) for v in (self.dx, self.dy, self.dx * self.y - self.dy * self.x))
        # Where each edge passes the line of each side: beyond it where it begins, or where it ends.
        at += dy * some.ax[:, None]
        at -= dx * some.ay[:, None]
        dx *= (some.by - some.ay)[:, None]
        dy *= (some.bx - some.ax)[:, None]
        dx -= dy
        dx[dx == 0] = -1e-300  # along a side: wholly on one side of it
        with np.errstate(over="ignore"):
            at /= dx
        ends = dx > 0
        low, high = np.zeros(len(furthest)), np.ones(len(furthest))
        low[cut] = np.where(ends, 0.0, at).max(axis=1, initial=0.0)
        high[cut] = np.where(ends, at, 1.0).min(axis=1, initial=1.0)
        kept = np.flatnonzero(low < high)
        edges, low, high = edges.take(kept), low.take(kept), high.take(kept)
        ex, ey = edges.bx - edges.ax, edges.by - edges.ay
        return _Edges(
            edges.circle,
            edges.ax + low * ex,
            edges.ay + low * ey,
            np.where(high < 1, edges.ax + high * ex, edges.bx),
            np.where(high < 1, edges.ay + high * ey, edges.by),
            edges.sign,
        )

    def _between(self, edges: _Edges, behind: Floats) -> Floats:
        """What the circle has in the directions of each edge, clockwise [m2]; `behind` has the sign of its turn."""
        first, last = self._up_to(edges.circle, edges.ax, edges.ay), self._up_to(edges.circle, edges.bx, edges.by)
        since, till = _is_west(edges.ax, edges.ay), _is_west(edges.bx, edges.by)
        # From the west to the east by the north the count begins anew.
        over = np.where(since & ~till & (behind > 0), 1.0, np.where(till & ~since & (behind < 0), -1.0, 0.0))
        return np.asarray(last - first + over * self.whole.take(edges.circle))

    def _up_to(self, circle: Ints, x: Floats, y: Floats) -> Floats:
        """What each circle has from north to the direction of a place."""
        corners = self.x.shape[1]
        angle = np.arctan2(x, y) % _TURN
        side = np.searchsorted(self._angle, angle + _STEP * circle, side="right") - 1
        first, last = circle * corners, circle * corners + corners - 1
        # The angle is rounded: which corner is the last one passed, a product of both places decides.
        side = np.clip(side, first, last)
        side -= (side > first) & ~self._is_passed(side, x, y)
        side += (side < last) & self._is_passed(np.minimum(side + 1, last), x, y)
        cx, cy, dx, dy = (v.ravel().take(side) for v in (self.x, self.y, self.dx, self.dy))
        with np.errstate(invalid="ignore", divide="ignore"):  # of the point itself, which is not relied on
            share = (y * cx - x * cy) / (x * dy - y * dx)
        return np.asarray(self._before.ravel().take(side) + share * self.fan.ravel().take(side))

    def _is_passed(self, corner: Ints, x: Floats, y: Floats) -> Bools:
        """Whether a corner stands before the direction of a place, clockwise from north."""
        cx, cy = self.x.ravel().take(corner), self.y.ravel().take(corner)
        west, other = _is_west(x, y), _is_west(cx, cy)
        return np.asarray((west & ~other) | ((west == other) & (x * cy - y * cx >= 0)))


def _fan(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """From each corner to the next one, and the area of the triangle of both and the point, shape (n, corners) each."""
    dx, dy = np.roll(x, -1, axis=1) - x, np.roll(y, -1, axis=1) - y
    return dx, dy, (x * (y + dy) * -1 + (x + dx) * y) / 2


def _is_west(x: Floats, y: Floats) -> Bools:
    """Which places lie on the second half of the way around, from south to north."""
    return np.asarray((x < 0) | ((x == 0) & (y < 0)))


def areas_in(sides: Sides, which: Ints, x: Floats, y: Floats, corners: Floats, compiled: bool) -> tuple[Floats, Bools]:
    """The area of its polygon within each circle [m2], and whether it is one to rely on.

    Parameters
    ----------
    sides
        The edges of the polygons.
    which
        Position of the polygon of each circle.
    x, y
        Where the point of each lies [m].
    corners
        Places of the corners from the point, clockwise, the first to the north, shape (2, n, corners) [m].
    compiled
        Whether loops are compiled (:func:`geo.compiled.compiler.compiles`); the result is the same.
    """
    if not compiled:
        return Circles(corners[0], corners[1]).areas_in(sides, which, x, y)
    from geo.compiled import circle_loops

    _, _, fan = _fan(corners[0], corners[1])
    area, sure = np.empty(len(which)), np.empty(len(which), np.bool_)
    runs_of = sides.edges, sides.spans, sides.begin, sides.end, sides.first
    circle_loops.areas_in(which, x, y, corners, fan, fan.sum(axis=1), *runs_of, LEAST_M, area, sure)
    return area, sure
