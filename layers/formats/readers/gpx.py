"""GPX: waypoints as points, routes and tracks as lines, by the XML reader that knows no document types."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Collection
from typing import Any

import shapely

from layers.formats.limits import Clock
from layers.formats.readers.feature_rows import Rows
from layers.formats.readers.geometry import BadGeometryError, geometry_array
from layers.formats.table import Parsed, Report, shorten

_TEXTS = ("name", "cmt", "desc", "time", "ele", "sym", "type", "src")


def read_gpx(root: ET.Element, name: str, clock: Clock, report: Report, columns: Collection[str] | None) -> Parsed:
    """Waypoints, then routes, then tracks (all segments of a track are one shape), in the file's order of each."""
    rows = Rows(clock, name, report, columns)
    made: list[Any] = []
    found = [e for kind in ("wpt", "rte", "trk") for e in root if _local(e) == kind]
    for number, element in enumerate(found, start=1):
        kind = _local(element)
        properties = {"kind": {"wpt": "waypoint", "rte": "route", "trk": "track"}[kind]}
        properties |= {_local(c): (c.text or "").strip() for c in element if _local(c) in _TEXTS}
        try:
            shape = _shape(element, kind, rows)
        except BadGeometryError as fault:
            row_id = properties.get("name", "")
            rows.reject(number, fault.reason, id=row_id, expected="lat and lon in degrees", got=fault.got)
            continue
        before = len(rows.rows)
        rows.add(number, properties, None, None)
        if len(rows.rows) > before:
            made.append(shape)
    parsed = rows.parsed("gpx", {"encoding": "xml", "crs": ""})
    parsed.geometry = geometry_array(made)
    return parsed


def _local(element: ET.Element) -> str:
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def _shape(element: ET.Element, kind: str, rows: Rows) -> Any:
    if kind == "wpt":
        return rows.builder.build("Point", _position(element))
    if kind == "rte":
        return rows.builder.build("LineString", [_position(p) for p in element if _local(p) == "rtept"])
    parts = [
        [_position(p) for p in segment if _local(p) == "trkpt"] for segment in element if _local(segment) == "trkseg"
    ]
    lines = [rows.builder.build("LineString", part) for part in parts if len(part) > 1]
    if not lines:
        raise BadGeometryError("geometry_empty", "a track without a segment of two points")
    return lines[0] if len(lines) == 1 else shapely.multilinestrings(lines)


def _position(element: ET.Element) -> list[float]:
    try:
        return [float(str(element.get("lon"))), float(str(element.get("lat")))]
    except ValueError:
        raise BadGeometryError("geometry_malformed", shorten(f"{element.get('lat')} {element.get('lon')}")) from None
