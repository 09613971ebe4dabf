"""TopoJSON: shared arcs put together to lines and rings, then read like GeoJSON."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from geo.errors import FormatError
from layers.formats.limits import Clock
from layers.formats.readers.feature_rows import Rows, text_members
from layers.formats.readers.geometry import BadGeometryError
from layers.formats.table import Parsed, Report, shorten


class _Arcs:
    """The arcs of a topology as arrays of positions, and shapes put together from them."""

    def __init__(self, document: dict[str, Any], clock: Clock, name: str) -> None:
        self.clock, self.name = clock, name
        self.used = 0  # an arc may be used a million times: what counts is what is built
        self.scale, self.shift = _transform(document, name)
        arcs = document.get("arcs")
        if not isinstance(arcs, list):
            raise FormatError("The topology has no list of arcs.", where=name)
        self.arcs = []
        total = 0
        for arc in arcs:
            found = _numbers(arc)
            if found is None:
                raise FormatError("An arc of the topology is no list of positions.", where=name)
            total += len(found)
            clock.gateway.check("vertices", total, name)
            self.arcs.append(found if self.scale is None else self._placed(np.cumsum(found, axis=0)))

    def _placed(self, steps: np.ndarray) -> np.ndarray:
        """Whole numbers of a quantised topology as degrees; what overflows is infinite and turned down as such."""
        with np.errstate(over="ignore", invalid="ignore"):
            placed: np.ndarray = steps * self.scale + self.shift
        return placed

    def point(self, value: Any) -> list[float]:
        """One position, scaled."""
        found = _numbers([value])
        if found is None:
            raise BadGeometryError("geometry_malformed", shorten(str(value)))
        place = found[0] if self.scale is None else self._placed(found[0])
        return [float(v) for v in place]

    def line(self, indices: Any) -> list[list[float]]:
        """Positions of several arcs, end to end; ``~i`` runs arc i backwards."""
        if not isinstance(indices, list) or not indices:
            raise BadGeometryError("geometry_malformed", "no arcs")
        parts = []
        for n, i in enumerate(indices):
            if type(i) is not int or not -len(self.arcs) <= i < len(self.arcs):
                raise BadGeometryError("geometry_malformed", f"arc {shorten(str(i))}")
            self.used += len(self.arcs[i if i >= 0 else ~i])
            self.clock.gateway.check("vertices", self.used, self.name)
            arc = self.arcs[i] if i >= 0 else self.arcs[~i][::-1]
            parts.append(arc[1:] if n else arc)
        whole: list[list[float]] = np.concatenate(parts).tolist()
        return whole

    def geometry(self, item: dict[str, Any], depth: int = 0) -> dict[str, Any] | None:
        """The GeoJSON geometry of a TopoJSON geometry."""
        kind = item.get("type")
        if kind is None:
            return None
        if kind == "GeometryCollection":
            parts = item.get("geometries")
            if not isinstance(parts, list) or depth > 4 or not all(isinstance(p, dict) for p in parts):
                raise BadGeometryError("geometry_malformed", "a collection without geometries")
            return {"type": kind, "geometries": [self.geometry(p, depth + 1) for p in parts]}
        arcs = item.get("arcs")
        if kind == "Point":
            return {"type": kind, "coordinates": self.point(item.get("coordinates"))}
        if kind == "MultiPoint":
            points = item.get("coordinates")
            return {"type": kind, "coordinates": [self.point(p) for p in points] if isinstance(points, list) else None}
        if kind == "LineString":
            return {"type": kind, "coordinates": self.line(arcs)}
        if kind in ("MultiLineString", "Polygon") and isinstance(arcs, list):
            return {"type": kind, "coordinates": [self.line(a) for a in arcs]}
        if kind == "MultiPolygon" and isinstance(arcs, list) and all(isinstance(a, list) for a in arcs):
            return {"type": kind, "coordinates": [[self.line(r) for r in a] for a in arcs]}
        raise BadGeometryError("geometry_unknown_type", shorten(str(kind)))


def _numbers(value: Any) -> np.ndarray | None:
    """Float64 (n, 2), or None when `value` is no list of positions."""
    if not isinstance(value, list) or not value or not all(isinstance(p, list) and len(p) >= 2 for p in value):
        return None
    found = np.asarray([p[:2] for p in value])
    return found.astype(np.float64) if found.dtype.kind in "iuf" else None


def _transform(document: dict[str, Any], name: str) -> tuple[np.ndarray | None, np.ndarray]:
    given = document.get("transform")
    if given is None:
        return None, np.zeros(2)
    scale = _numbers([given.get("scale")]) if isinstance(given, dict) else None
    shift = _numbers([given.get("translate")]) if isinstance(given, dict) else None
    if scale is None or shift is None:
        raise FormatError("The transform of the topology is not two scales and two shifts.", where=name)
    return scale[0], shift[0]


def read_topology(
    document: dict[str, Any], name: str, clock: Clock, report: Report, columns: Collection[str] | None
) -> Parsed:
    """Features of the first object of a topology (the others are named in a note)."""
    objects = document.get("objects")
    if not isinstance(objects, dict) or not objects or not all(isinstance(o, dict) for o in objects.values()):
        raise FormatError("The topology has no objects.", where=name, expected="objects")
    layer, chosen = next(iter(objects.items()))
    if len(objects) > 1:
        report.note("Of {n} layer{n?|s} the first was read: {name}.", n=len(objects), name=shorten(layer))
    items = chosen.get("geometries") if chosen.get("type") == "GeometryCollection" else [chosen]
    if not isinstance(items, list):
        raise FormatError("The layer of the topology has no list of geometries.", where=name)
    arcs = _Arcs(document, clock, name)
    collected = Rows(clock, name, report, columns)
    for row, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            collected.reject(row, "feature_malformed", expected="a geometry object", got=type(item).__name__)
            continue
        try:
            geometry = arcs.geometry(item)
        except BadGeometryError as fault:
            collected.reject(row, fault.reason, expected="a TopoJSON geometry", got=fault.got)
            continue
        collected.add(row, item.get("properties"), item.get("id"), geometry)
    meta = text_members(document) | {"encoding": "utf-8", "crs": "", "layer": layer}
    return collected.parsed("topojson", meta)
