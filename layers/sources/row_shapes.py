"""Shapes of the rows of a table: the file's own, or those that a column writes; and how far one reaches."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import shapely

from geo.spatial.geodesic import geodesic_m
from layers.formats.table import Table
from layers.formats.values.coordinates import parse_coordinates
from layers.formats.values.pairs import parse_pairs
from layers.sources.fields import Fields

Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]
_SHAPE_TEXT = re.compile(r"\s*(?:SRID=\d+;\s*)?(?:MULTI)?(?:POLYGON|LINESTRING)\b", re.IGNORECASE)
_HEX = re.compile(r"\s*(?:0[01]|\\x0[01])[0-9A-Fa-f]{20,}\s*")


def shapes_of(table: Table, fields: Fields) -> Objects | None:
    """Shapes of the rows: the file's own, else those that a column writes as WKT or EWKB; None where there are none."""
    if table.geometry is not None:
        return table.geometry
    if fields.column("location") is None or (fields.column("lon") is not None and fields.column("lat") is not None):
        return None
    texts = fields.text("location")
    as_shape, as_hex = texts.str.match(_SHAPE_TEXT), texts.str.fullmatch(_HEX)
    if not (as_shape | as_hex).any():
        return None
    out = np.full(len(texts), None, dtype=object)
    wkt, hexes = as_shape.to_numpy(dtype=bool), as_hex.to_numpy(dtype=bool)
    without_srid = texts.str.replace(r"^\s*SRID=\d+;", "", regex=True).to_numpy(dtype=object)
    out[wkt] = shapely.from_wkt(without_srid[wkt], on_invalid="ignore")
    out[hexes] = shapely.from_wkb(
        [str(t).strip().removeprefix("\\x") for t in without_srid[hexes]], on_invalid="ignore"
    )
    points = ~wkt & ~hexes & (texts.str.strip() != "").to_numpy()
    if points.any():
        y, x, _ = parse_pairs(texts)
        lon, lat, _ = parse_coordinates(x, y)
        here = points & np.isfinite(lon)
        out[here] = shapely.points(lon[here], lat[here])
    return out


def half_extent_km(shapes: Objects) -> Floats:
    """Half the diagonal of each shape's box [km], on the ellipsoid.

    Examples
    --------
    >>> half_extent_km(np.array([shapely.box(0, 0, 1, 0.0001)], dtype=object)).round(1).tolist()
    [55.7]
    """
    west, south, east, north = shapely.bounds(shapes).T
    return np.asarray(geodesic_m(west, south, east, north) / 2000, dtype=np.float64)
