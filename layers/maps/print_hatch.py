"""Patterns of zones on a printed map as lines of their own: programs that show a PDF leave tiled patterns away."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely

SLOPES = {
    "rising": (1.0,), "falling": (-1.0,), "crossed": (1.0, -1.0), "level": (0.0,), "upright": (math.inf,),
    "dotted": (0.0,),
}  # fmt: skip
"""Which lines make a pattern: degrees of latitude a degree of longitude; a pattern that is not here has none."""


def pattern_lines(area: shapely.Geometry, pattern: str, step: float) -> shapely.Geometry:
    """The lines of a pattern inside an area; those of areas beside each other go on where they meet.

    Parameters
    ----------
    area
        Polygon or several, in degrees.
    pattern
        Key of :data:`SLOPES`.
    step
        Distance between two lines [degrees].

    Examples
    --------
    >>> round(pattern_lines(shapely.box(0, 0, 1, 1), "level", 0.25).length, 6)
    5.0
    >>> pattern_lines(shapely.box(0, 0, 1, 1), "", 0.25).is_empty
    True
    """
    if area.is_empty:
        return shapely.MultiLineString()
    west, south, east, north = area.bounds
    lines: list[Any] = []
    for slope in SLOPES.get(pattern, ()):
        if math.isinf(slope):
            lines += [((x, south), (x, north)) for x in _grid(west, east, step)]
            continue
        apart = step * math.hypot(1.0, slope)
        ends = (south - slope * west, south - slope * east, north - slope * west, north - slope * east)
        lines += [((west, slope * west + c), (east, slope * east + c)) for c in _grid(min(ends), max(ends), apart)]
    return shapely.intersection(shapely.MultiLineString(lines), area)


def _grid(first: float, last: float, step: float) -> list[float]:
    return [float(n) * step for n in np.arange(math.ceil(first / step), math.floor(last / step) + 1)]


def strokes(lines: shapely.Geometry) -> list[Any]:
    """The vertices of each line of :func:`pattern_lines`; where it only touched the area there is none."""
    parts = shapely.get_parts([lines])
    return [shapely.get_coordinates(p) for p in parts.tolist() if isinstance(p, shapely.LineString)]
