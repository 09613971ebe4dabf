"""The base map: outlines of countries and first-order units, and towns, from ``data/``, as one compact script.

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


def _features(paths: Iterable[Path]) -> list[dict[str, object]]:
    out = []
    for path in paths:
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            rings = ring_deltas(shape(feature["geometry"]), TOLERANCE)
            out.append({"n": feature["properties"].get("name", ""), "r": [r for r in rings if len(r) > 4]})
    return out


def source_key() -> str:
    """A comment that changes with the files and settings that the script is made from."""
    digest = hashlib.sha256(f"{TOLERANCE}".encode() + Path(__file__).read_bytes())
    for path in [*sorted(DATA.glob("natural_earth_*.geojson")), DATA / "geonames_towns.csv"]:
        digest.update(path.read_bytes() if path.is_file() else b"")
    return f"/* {digest.hexdigest()[:16]} */"


def basemap_script() -> str:
    """``window.CAHRA_OUTLINES = {countries, admin1, places}``; what ``data/`` lacks is left empty."""
    places: list[list[object]] = []
    towns = DATA / "geonames_towns.csv"
    if towns.is_file():
        with towns.open(encoding="utf-8", newline="") as file:
            rows = sorted(csv.DictReader(file), key=lambda r: -float(r["population"]))
        places = [
            [round(float(r["lon"]), 4), round(float(r["lat"]), 4), r["name"], int(float(r["population"]))] for r in rows
        ]
    value = {
        "countries": _features(sorted(DATA.glob("natural_earth_countries.geojson"))),
        "admin1": _features(sorted(DATA.glob("natural_earth_admin1_*.geojson"))),
        "places": places,
    }
    return f"{source_key()}window.CAHRA_OUTLINES={json_blob(value)};\n"
