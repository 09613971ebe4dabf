"""The base map: outlines of countries and units, rivers, lakes and towns, from ``data/``, as one compact script.

A backdrop only, off by ten kilometres and more in places: it never decides anything.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from layers.formats.writers.escape import json_blob
from layers.reference.files import DATA

TOLERANCE = 0.006
"""Corners that stray less than this [degrees] from the line are left out of the backdrop."""


def ring_deltas(geometry: BaseGeometry, tolerance: float = 0.0) -> list[list[int]]:
    """The lines of a polygon or line as ten-thousandths of a degree: first point, then steps (lon, lat, lon, lat, ...).

    Examples
    --------
    >>> ring_deltas(shapely.LineString([(1, 2), (1.5, 2.25)]))
    [[10000, 20000, 5000, 2500]]
    """
    simple = shapely.simplify(geometry, tolerance) if tolerance else geometry
    out: list[list[int]] = []
    for part in shapely.get_parts([simple]).tolist():
        lines = shapely.get_rings(part) if isinstance(part, shapely.Polygon) else [part]
        for line in lines:
            whole = np.round(shapely.get_coordinates(line) * 1e4).astype(np.int64)
            out.append(np.diff(whole, axis=0, prepend=0).ravel().tolist())
    return out


def _features(paths: Iterable[Path], *, named: bool = False) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    for path in paths:
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            geometry = shape(feature["geometry"])
            least = 2 if geometry.geom_type.endswith("LineString") else 4  # a river may be one straight line
            rings = [r for r in ring_deltas(geometry, TOLERANCE) if len(r) > least]
            properties = feature["properties"]
            words = {code: properties.get(own, "") for code, own in (("en", "name"), ("fr", "name_fr"))}
            out.append({"n": words, "c": _name_place(geometry), "r": rings} if named else {"r": rings})
    return out


def _name_place(geometry: BaseGeometry) -> list[float]:
    """Longitude and latitude in the middle of the largest part, and how wide it is there [degrees]."""
    largest = max(shapely.get_parts([geometry]).tolist(), key=lambda part: float(part.area))
    span = max(largest.bounds[2] - largest.bounds[0], largest.bounds[3] - largest.bounds[1])
    x, y = shapely.get_coordinates(shapely.maximum_inscribed_circle(largest, tolerance=span / 50))[0]
    across = shapely.LineString([(largest.bounds[0], y), (largest.bounds[2], y)]).intersection(largest)
    width = max(float(part.length) for part in shapely.get_parts([across]).tolist())
    return [round(float(x), 2), round(float(y), 2), round(width, 2)]


def source_key() -> str:
    """A comment that changes with the files and settings that the script is made from."""
    digest = hashlib.sha256(f"{TOLERANCE}".encode() + Path(__file__).read_bytes())
    for path in [*sorted(DATA.glob("natural_earth_*.geojson")), DATA / "geonames_towns.csv"]:
        digest.update(path.read_bytes() if path.is_file() else b"")
    return f"/* {digest.hexdigest()[:16]} */"


def basemap_script() -> str:
    """``window.CAHRA_OUTLINES = {countries, admin1, rivers, lakes, places}``; what ``data/`` lacks is left empty."""
    places: list[list[object]] = []
    towns = DATA / "geonames_towns.csv"
    if towns.is_file():
        with towns.open(encoding="utf-8", newline="") as file:
            rows = sorted(csv.DictReader(file), key=lambda r: -float(r["population"]))
        places = [
            [round(float(r["lon"]), 4), round(float(r["lat"]), 4), r["name"], int(float(r["population"]))] for r in rows
        ]
    value = {
        "countries": _features(sorted(DATA.glob("natural_earth_countries.geojson")), named=True),
        "admin1": _features(sorted(DATA.glob("natural_earth_admin1_*.geojson"))),
        "rivers": _features(sorted(DATA.glob("natural_earth_rivers.geojson"))),
        "lakes": _features(sorted(DATA.glob("natural_earth_lakes.geojson"))),
        "places": places,
    }
    return f"{source_key()}window.CAHRA_OUTLINES={json_blob(value)};\n"
