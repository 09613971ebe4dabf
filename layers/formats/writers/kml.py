"""KML out of text columns, every character escaped."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from layers.formats.writers.cells import shapes_of, texts
from layers.formats.writers.format import Format
from layers.formats.writers.spreadsheet_guard import refuse_restricted, visible
from layers.formats.writers.xml_text import escape, quoteattr


def _escaped(text: str) -> str:
    return escape(visible(text)).replace("\r", "&#13;")


def _attribute(text: str) -> str:
    return quoteattr(visible(text))


def _line(places: Any) -> str:
    found = " ".join(f"{x!r},{y!r}" for x, y in ((float(p[0]), float(p[1])) for p in places))
    return f"<coordinates>{found}</coordinates>"


def shape_element(shape: Any) -> str:
    """A geometry in WGS 84 as a KML element."""
    kind = shape.geom_type
    if shape.is_empty:
        return "<MultiGeometry></MultiGeometry>"
    if kind == "Point":
        return f"<Point>{_line(shape.coords)}</Point>"
    if kind in ("LineString", "LinearRing"):
        return f"<LineString>{_line(shape.coords)}</LineString>"
    if kind == "Polygon":
        inner = "".join(
            f"<innerBoundaryIs><LinearRing>{_line(r.coords)}</LinearRing></innerBoundaryIs>" for r in shape.interiors
        )
        outer = f"<outerBoundaryIs><LinearRing>{_line(shape.exterior.coords)}</LinearRing></outerBoundaryIs>"
        return f"<Polygon>{outer}{inner}</Polygon>"
    return f"<MultiGeometry>{''.join(shape_element(part) for part in shape.geoms)}</MultiGeometry>"


def kml(columns: dict[str, list[str]], shapes: np.ndarray, name: str) -> bytes:
    """A KML document: column `name` (else `site_id`) is a placemark's name; all columns stand in its ExtendedData."""
    title = next((columns[n] for n in ("name", "site_id") if n in columns), None)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>{_escaped(name)}</name>',
    ]
    for i, shape in enumerate(shapes):
        data = "".join(
            f"<Data name={_attribute(n)}><value>{_escaped(column[i])}</value></Data>" for n, column in columns.items()
        )
        head = f"<name>{_escaped(title[i])}</name>" if title is not None else ""
        body = "" if shape is None else shape_element(shape)
        lines.append(f"<Placemark>{head}<ExtendedData>{data}</ExtendedData>{body}</Placemark>")
    lines.append("</Document></kml>\n")
    return "\n".join(lines).encode("utf-8", "replace")


def kml_bytes(frame: pd.DataFrame, geometry: np.ndarray | None = None, *, name: str = "sites") -> bytes:
    """KML 2.2: a placemark per row, every column as ExtendedData, nothing that loads or runs anything."""
    refuse_restricted(frame)
    return kml({str(n): texts(frame[n]) for n in frame.columns}, shapes_of(frame, geometry), name)


FORMAT = Format("kml", kml_bytes)
