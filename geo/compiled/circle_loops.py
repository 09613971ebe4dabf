"""Areas of polygons within circles, edge by edge: what :mod:`geo.spatial.circle_cuts` does with arrays, compiled."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

LANES = 16
"""Sides of a circle that are looked at together."""
NEAR_M = 1e-3
"""More than what rounding does to the box of a run [m]."""


@compiled
def areas_in(
    which: Ints,
    x: Floats,
    y: Floats,
    corners: Floats,
    fan: Floats,
    whole: Floats,
    edges: Floats,
    spans: Floats,
    begin: Ints,
    end: Ints,
    first: Ints,
    least_m: float,
    area: Floats,
    sure: Bools,
) -> None:
    """The area of its polygon within each circle, and whether it is one to rely on.

    Parameters
    ----------
    which
        Position of the polygon of each circle.
    x, y
        Where the point of each lies [m].
    corners
        Places of the corners from the point, shape (2, circles, corners) [m].
    fan, whole
        The area of each triangle between the point and a side, shape (circles, corners), and of each circle [m2].
    edges
        Both ends of each edge and its sign (:class:`geo.spatial.circle_cuts.Sides`), shape (5, edges).
    spans
        The middle of each run of edges and how far it reaches, along x and y, shape (4, runs) [m].
    begin, end
        The first edge of each run and the one after its last.
    first
        The first run of each polygon, and how many there are.
    least_m
        Nearer to its point than this an edge has no direction that could be relied on [m].
    area, sure
        Filled [m2].
    """
    n = corners.shape[2]
    sides = np.zeros((5, -(-n // LANES) * LANES))
    low, high = np.empty(LANES), np.empty(LANES)
    before = np.empty(n)
    for circle in range(len(which)):
        px, py = x[circle], y[circle]
        ux, uy, part = corners[0, circle], corners[1, circle], fan[circle]
        sure[circle], outer2, inner = _shape(ux, uy, part, sides, before)
        outer = math.sqrt(outer2)
        reach2, inner2 = outer * outer, inner * inner
        added, held = 0.0, False
        for run in range(first[which[circle]], first[which[circle] + 1]):
            away_x, away_y = abs(spans[0, run] - px), abs(spans[2, run] - py)
            close = not (away_x > spans[1, run] + outer or away_y > spans[3, run] + outer)
            passed = away_y <= spans[3, run] + NEAR_M and spans[0, run] + spans[1, run] + NEAR_M >= px
            if not close and not passed:
                continue
            for edge in range(begin[run], end[run]):
                ax, ay = edges[0, edge] - px, edges[1, edge] - py
                bx, by = edges[2, edge] - px, edges[3, edge] - py
                if passed and (ay > 0) != (by > 0):
                    held ^= (ax * by - bx * ay > 0) == (by > ay)
                if not close:
                    continue
                dx, dy = bx - ax, by - ay
                along = min(max(-(ax * dx + ay * dy) / max(dx * dx + dy * dy, 1e-300), 0.0), 1.0)
                away2 = (ax + along * dx) ** 2 + (ay + along * dy) ** 2
                if away2 < least_m * least_m:
                    sure[circle] = False
                if not away2 <= reach2:
                    continue
                if max(ax * ax + ay * ay, bx * bx + by * by) > inner2:
                    since, till = _inside(ax, ay, bx, by, sides, low, high)
                    if not since < till:
                        continue
                    if till < 1:
                        bx, by = ax + till * dx, ay + till * dy
                    ax, ay = ax + since * dx, ay + since * dy
                behind = bx * ay - ax * by
                over, since_west, till_west = 0.0, _is_west(ax, ay), _is_west(bx, by)
                if since_west and not till_west and behind > 0:
                    over = 1.0
                elif till_west and not since_west and behind < 0:
                    over = -1.0
                between = _up_to(bx, by, ux, uy, sides, part, before) - _up_to(ax, ay, ux, uy, sides, part, before)
                added += edges[4, edge] * (behind / 2 - (between + over * whole[circle]))
        area[circle] = (whole[circle] if held else 0.0) + added


@compiled
def _shape(x: Floats, y: Floats, fan: Floats, sides: Floats, before: Floats) -> tuple[bool, float, float]:
    """Whether a circle is convex and holds its point, the square of its outer radius, and its inner one.

    Fills `sides` with how its corners differ (x, y), the line of each side, and `before` with the area up to each.
    """
    n = len(x)
    sides[2] = 1.0  # what is left of the last lanes cuts nothing off
    sound, outer2, inner, area = True, 0.0, np.inf, 0.0
    for k in range(n):
        after = k + 1 if k + 1 < n else 0
        sides[0, k], sides[1, k] = x[after] - x[k], y[after] - y[k]
        sides[2, k] = sides[0, k] * y[k] - sides[1, k] * x[k]
        area += fan[k]
        before[k] = area - fan[k]
        outer2 = max(outer2, x[k] * x[k] + y[k] * y[k])
        length = math.sqrt(sides[0, k] * sides[0, k] + sides[1, k] * sides[1, k])
        inner = min(inner, 2 * fan[k] / length)
    for k in range(n):
        after = k + 1 if k + 1 < n else 0
        turn = sides[0, k] * sides[1, after] - sides[1, k] * sides[0, after]
        sound = sound and fan[k] > 0 and turn < 0
    return sound, outer2, inner


@compiled
def _inside(
    ax: float, ay: float, bx: float, by: float, sides: Floats, low: Floats, high: Floats
) -> tuple[float, float]:
    """From where to where an edge lies within all sides, as shares of it."""
    low[:] = 0.0
    high[:] = 1.0
    ex, ey = bx - ax, by - ay
    for k in range(0, sides.shape[1], LANES):
        for lane in range(LANES):
            dx, dy = sides[0, k + lane], sides[1, k + lane]
            at = sides[2, k + lane] + dy * ax - dx * ay
            rise = dx * ey - dy * ex
            share = at / (rise if rise != 0 else -1e-300)
            low[lane] = share if rise <= 0 and share > low[lane] else low[lane]
            high[lane] = share if rise > 0 and share < high[lane] else high[lane]
    since, till = 0.0, 1.0
    for lane in range(LANES):
        since, till = max(since, low[lane]), min(till, high[lane])
    return since, till


@compiled
def _is_west(x: float, y: float) -> bool:
    """Whether a place lies on the second half of the way around, from south to north."""
    return x < 0 or (x == 0 and y < 0)


@compiled
def _up_to(x: float, y: float, ux: Floats, uy: Floats, sides: Floats, fan: Floats, before: Floats) -> float:
    """What a circle has from north to the direction of a place."""
    west = _is_west(x, y)
    k, behind = 0, len(ux)
    while behind - k > 1:
        middle = (k + behind) // 2
        other = _is_west(ux[middle], uy[middle])
        if (west and not other) or (west == other and x * uy[middle] - y * ux[middle] >= 0):
            k = middle
        else:
            behind = middle
    dx, dy = sides[0, k], sides[1, k]
    share = (y * ux[k] - x * uy[k]) / (x * dy - y * dx)
    area: float = before[k] + share * fan[k]
    return area
