"""Shapes out of coordinates, checked: what cannot be used turns the row down, what can be misread is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

from geo.errors import LimitExceededError
from layers.formats.limits import Clock, Gateway
from layers.formats.sandbox.validity import validity
from layers.formats.table import Report, shorten
from layers.formats.values.coordinates import check_positions

PURPOSES = ("table", "points", "polygons", "lines", "raster")
_POINTS = (0,)
_LINES = (1, 2, 5)
_AREAS = (3, 6)
EDGE = 1e-9
"""Degrees beyond the edge of the globe that are rounding: 180.00000000000003 is written by several programs."""


class BadGeometryError(ValueError):
    """A geometry that cannot be built; carries the reason and what was there."""

    def __init__(self, reason: str, got: str = "") -> None:
        super().__init__(reason)
        self.reason, self.got = reason, got


class Builder:
    """Builds shapes from arrays of coordinates as GeoJSON orders them, counting vertices against the gateway."""

    def __init__(self, gateway: Gateway, name: str) -> None:
        self.gateway, self.name = gateway, name
        self.vertices = 0
        self.unclosed = self.height = False

    def build(self, kind: Any, coordinates: Any) -> Any:
        """A shapely geometry; None for no geometry. `unclosed` and `height` say what was met in this one.

        Raises
        ------
        BadGeometryError
            The coordinates are not built as the type asks.
        """
        self.unclosed = self.height = False
        makers: dict[str, Callable[[Any], Any]] = {
            "Point": self._point,
            "MultiPoint": lambda c: shapely.multipoints(self._positions(c)) if c else shapely.MultiPoint(),
            "LineString": self._line,
            "MultiLineString": lambda c: shapely.multilinestrings([self._line(p) for p in self._list(c)]),
            "Polygon": self._polygon,
            "MultiPolygon": lambda c: shapely.multipolygons([self._polygon(p) for p in self._list(c)]),
        }
        if not isinstance(kind, str) or kind not in makers:
            raise BadGeometryError("geometry_unknown_type", shorten(str(kind)))
        if coordinates == []:
            return shapely.from_wkt(f"{kind.upper()} EMPTY")
        try:
            return makers[kind](coordinates)
        except (shapely.errors.ShapelyError, ValueError, TypeError, OverflowError) as fault:
            if isinstance(fault, BadGeometryError | LimitExceededError):
                raise
            raise BadGeometryError("geometry_malformed", type(fault).__name__) from None

    def _list(self, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise BadGeometryError("geometry_malformed", shorten(str(value)))
        return value

    def _positions(self, value: Any, least: int = 1) -> np.ndarray:
        """Float64 array (n, 2) of positions."""
        if isinstance(value, np.ndarray):
            found = value
        else:
            if not isinstance(value, list) or not all(isinstance(p, list) and len(p) >= 2 for p in value):
                raise BadGeometryError("geometry_malformed", shorten(str(value)))
            if not {type(v) for p in value for v in p} <= {int, float}:
                raise BadGeometryError("geometry_malformed", shorten(str(value[:3])))
            if any(len(p) > 2 for p in value):
                self.height = True
                value = [p[:2] for p in value]
            found = np.asarray(value)
        if found.dtype.kind not in "iuf" or found.ndim != 2:
            raise BadGeometryError("geometry_malformed", "positions that are not pairs of numbers")
        if len(found) < least:
            raise BadGeometryError("geometry_malformed", f"{len(found)} positions")
        self.vertices += len(found)
        self.gateway.check("vertices", self.vertices, self.name)
        return found.astype(np.float64)

    def _point(self, value: Any) -> Any:
        return shapely.points(self._positions([value])[0])

    def _line(self, value: Any) -> Any:
        return shapely.linestrings(self._positions(value, 2))

    def _ring(self, value: Any) -> Any:
        ring = self._positions(value, 3)
        if not np.array_equal(ring[0], ring[-1]):
            self.unclosed = True
            ring = np.vstack([ring, ring[:1]])
        if len(ring) < 4:
            raise BadGeometryError("geometry_malformed", f"a ring of {len(ring)} positions")
        return shapely.linearrings(ring)

    def _polygon(self, value: Any) -> Any:
        rings = [self._ring(r) for r in self._list(value)]
        if not rings:
            return shapely.Polygon()
        return shapely.polygons(rings[0], rings[1:] or None)


def geometry_array(shapes: list[Any]) -> np.ndarray:
    """An object array of shapes, which `numpy.array` would take apart."""
    out = np.empty(len(shapes), dtype=object)
    out[:] = shapes
    return out


def _on_the_globe(shapes: np.ndarray) -> np.ndarray:
    """Shapes whose coordinates pass 180 or 90 degrees by no more than rounding, brought back to the edge."""
    bounds = np.abs(shapely.bounds(shapes))
    with np.errstate(invalid="ignore"):
        off = (bounds > np.array([180.0, 90.0, 180.0, 90.0])) & (bounds <= np.array([180.0, 90.0, 180.0, 90.0]) + EDGE)
        beyond = bounds > np.array([180.0, 90.0, 180.0, 90.0]) + EDGE
    at = off.any(axis=1) & ~beyond.any(axis=1)
    if at.any():
        shapes[at] = shapely.transform(shapes[at], lambda c: np.clip(c, [-180.0, -90.0], [180.0, 90.0]))
    return shapes


def _areas_alone(shapes: np.ndarray) -> np.ndarray:
    """Collections that hold areas and nothing else, as what they are: areas of several parts."""
    for i in np.flatnonzero(shapely.get_type_id(shapes) == 7).tolist():
        parts = _parts(shapes[i], 0)
        if parts and all(shapely.get_type_id(part) == 3 for part in parts):
            shapes[i] = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return shapes


def _parts(shape: Any, depth: int) -> list[Any]:
    """The single shapes of a collection, however deep they are nested."""
    if shapely.get_type_id(shape) < 4 or depth > 5:
        return [shape]
    return [part for inner in shapely.get_parts(shape) for part in _parts(inner, depth + 1)]


def accept(
    shapes: np.ndarray,
    rows: np.ndarray,
    ids: list[str],
    purpose: str,
    report: Report,
    clock: Clock,
    *,
    areas_as_points: bool = False,
    swap: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Check shapes for `purpose`; report, and say which rows stay.

    Parameters
    ----------
    shapes
        Object array of shapely geometries or None, degrees of WGS 84 by claim.
    rows, ids
        Source row and id of each, for the report.
    clock
        Of the file, for what may take long.
    areas_as_points
        The user accepts a point inside a line or area for it.
    swap
        The user says that longitude and latitude are swapped.

    Returns
    -------
    shapes : numpy.ndarray
        Two-dimensional; a MultiPoint of one point is that point.
    keep : numpy.ndarray
        bool, the rows that stay. A row without geometry stays where `purpose` is "table" or "points".
    """
    shapes = shapes.copy()
    keep = np.ones(len(shapes), dtype=bool)

    def turn_down(which: np.ndarray, reason: str, expected: str = "", got: Callable[[int], str] = lambda _: "") -> None:
        for i in np.flatnonzero(which & keep).tolist():
            report.reject(int(rows[i]), reason, id=ids[i], expected=expected, got=got(i))
        keep[which] = False

    def remark(which: np.ndarray, reason: str) -> None:
        if which.any():
            report.remark(reason, rows[which])

    null = shapely.is_missing(shapes)
    deep = shapely.has_z(shapes) | (shapely.has_m(shapes) if hasattr(shapely, "has_m") else False)
    remark(deep, "height_dropped")
    shapes[deep] = shapely.force_2d(shapes[deep])
    if swap:
        shapes[~null] = shapely.transform(shapes[~null], lambda c: c[:, ::-1])
    empty = shapely.is_empty(shapes)
    shapes[empty] = None
    without_shape = null | empty
    if purpose in ("polygons", "lines"):
        turn_down(null, "geometry_null")
        turn_down(empty, "geometry_empty")
    else:
        remark(null, "geometry_null")
        remark(empty, "geometry_empty")
    shapes = _areas_alone(_on_the_globe(shapes))
    bounds = shapely.bounds(shapes)
    finite = np.isfinite(bounds).all(axis=1)
    turn_down(~finite & ~without_shape, "number_not_finite")
    low, high = check_positions(bounds[:, 0], bounds[:, 1]), check_positions(bounds[:, 2], bounds[:, 3])
    dots = shapely.get_type_id(shapes) == 0
    for reason in ("coordinates_in_metres", "coordinates_swapped", "coordinates_360", "coordinates_out_of_range"):
        turn_down(
            ((low == reason) | (high == reason)) & keep & ~without_shape,
            reason,
            expected="longitude -180 to 180, latitude -90 to 90",
            got=lambda i: ", ".join(f"{v:.6g}" for v in (bounds[i, :2] if dots[i] else bounds[i])),
        )
    zero = (low == "coordinates_zero") & dots & keep
    if purpose == "points":
        turn_down(zero, "coordinates_zero")
    else:
        remark(zero, "coordinates_zero")
    kinds = shapely.get_type_id(shapes)
    single = (kinds == 4) & (shapely.get_num_geometries(shapes) == 1)
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    kinds = shapely.get_type_id(shapes)
    if purpose == "points":
        other = ~without_shape & (kinds != 0)
        if areas_as_points:
            remark(other & keep, "representative_point")
            shapes[other & keep] = shapely.point_on_surface(shapes[other & keep])
            kinds = shapely.get_type_id(shapes)
        else:
            turn_down(other & (kinds == 4), "several_points", "one point")
            turn_down(other & (kinds != 4), "not_a_point", "a point", lambda i: getattr(shapes[i], "geom_type", ""))
    elif purpose in ("lines", "polygons"):
        right = _LINES if purpose == "lines" else _AREAS
        turn_down(
            ~without_shape & ~np.isin(kinds, right),
            "not_a_line" if purpose == "lines" else "not_an_area",
            "a line" if purpose == "lines" else "a polygon",
            lambda i: getattr(shapes[i], "geom_type", ""),
        )
    areal = np.isin(kinds, _AREAS) & keep
    if areal.any():
        flat = areal & (shapely.area(shapely.convex_hull(shapes)) == 0)  # a bow-tie's halves may cancel out
        if purpose == "polygons":
            turn_down(flat, "zero_area")
        else:
            remark(flat, "zero_area")
        areal &= ~flat
        crossed = np.zeros(len(shapes), dtype=bool)
        crossed[areal] = ~validity(shapes[areal], clock, report.name)
        remark(crossed, "bow_tie")
    with np.errstate(invalid="ignore", over="ignore"):
        wide = keep & ~without_shape & (kinds != 0) & (bounds[:, 2] - bounds[:, 0] > 180)
    remark(wide, "antimeridian")
    families = {0 if k in (0, 4) else 1 if k in _LINES else 2 for k in np.unique(kinds[keep & ~without_shape]).tolist()}
    if len(families) > 1:
        report.remark("mixed_geometry")
    return shapes, keep
