"""Other coordinate systems brought to WGS 84, in a child process, with no grid file opened and no address fetched.

The text of a system is taken apart by :mod:`layers.formats.readers.wkt` and written anew; longitude and latitude on
WGS 84 are known without PROJ, everything else is left to a child with limits on memory and time.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo.errors import FormatError
from geo.messages import Note
from layers.formats.limits import Clock
from layers.formats.readers import wkt
from layers.formats.row_ids import shorten
from layers.formats.sandbox.process import decode, encode, run_child
from layers.formats.source import Source

_EPSG = re.compile(r"EPSG:(\d{4,6})")


def plain_system(text: str, name: str = "") -> str:
    """``EPSG:n``, or WKT of known words only; blank for longitude and latitude of WGS 84.

    Raises
    ------
    geo.errors.FormatError
        Neither an EPSG code nor plain WKT: PROJ strings, methods that are not EPSG's, grids, pipelines, addresses.

    Examples
    --------
    >>> plain_system("EPSG:4326"), plain_system("EPSG:32634")
    ('', 'EPSG:32634')
    >>> plain_system('GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]],'
    ...              'PRIMEM["Greenwich",0],UNIT["Degree",0.017453292519943295]]')
    ''
    """
    text = text.strip().strip("\x00").lstrip("\ufeff").strip()
    if _EPSG.fullmatch(text):
        return "" if text == "EPSG:4326" else text
    try:
        tree = wkt.known(wkt.parse(text))
    except (wkt.WktError, OverflowError) as fault:
        raise FormatError(
            "The coordinate reference system cannot be read.",
            where=name,
            expected="an EPSG code or plain WKT",
            got=shorten(str(fault)),
            remedy="Save the layer in WGS 84 (EPSG:4326).",
        ) from None
    return "" if wkt.is_plain_wgs84(tree) else wkt.written(tree)


def to_wgs84(shapes: np.ndarray, system: str, name: str, clock: Clock) -> tuple[np.ndarray, str]:
    """Shapes in degrees of WGS 84, and the system they came in with what is known of the accuracy; blank for WGS 84.

    Parameters
    ----------
    shapes
        Object array of geometries or None, in `system`, easting first.
    system
        WKT or ``EPSG:n``.
    clock
        Of the file they come from.

    Raises
    ------
    geo.errors.FormatError
        The system cannot be read, or names files or addresses.
    """
    plain = plain_system(system, name)
    if not plain:
        return shapes, ""
    places = shapely.get_coordinates(shapes)
    data = encode({"system": plain}, {"places": places})
    source = Source(data, name, replace(clock.gateway, file_bytes=len(data)))
    reply = run_child("projection", source, clock)
    moved = reply.arrays["places"]
    if moved.shape != places.shape or moved.dtype != np.float64:
        raise FormatError("The coordinates cannot be converted to WGS 84.", where=name)
    if reply.facts["same"]:
        return shapes, ""
    turned = shapely.set_coordinates(shapely.force_2d(shapes), moved)
    label, accuracy = shorten(str(reply.facts["label"])), float(reply.facts["accuracy"])
    if accuracy > 0:
        return turned, Note("{system} (to about {n} m)", system=label, n=f"{accuracy:g}")
    if reply.facts["ballpark"]:
        return turned, Note(
            "{system} (without a known shift of datum: it may be off by hundreds of metres)", system=label
        )
    return turned, label


def parse(
    given: bytes | Path, name: str, clock: Clock, options: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The child's side: places in `system` to longitude and latitude."""
    reply = decode(given if isinstance(given, bytes) else given.read_bytes())
    return converted(plain_system(str(reply.facts["system"]), name), reply.arrays["places"], name)


def converted(system: str, places: np.ndarray, name: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Places on WGS 84, the name of the system they were in, and how well that is known. For a child alone."""
    import pyproj

    try:
        crs = pyproj.CRS.from_epsg(int(system[5:])) if system.startswith("EPSG:") else pyproj.CRS.from_wkt(system)
    except pyproj.exceptions.CRSError:
        raise FormatError(
            "The coordinate reference system cannot be read.",
            where=name,
            expected="an EPSG code or plain WKT",
            got=shorten(system),
            remedy="Save the layer in WGS 84 (EPSG:4326).",
        ) from None
    label = str(crs.name)
    if crs.is_geographic and crs.equals(pyproj.CRS.from_epsg(4326), ignore_axis_order=True):
        return {"same": True, "label": label, "accuracy": 0.0, "ballpark": False}, {"places": places}
    try:
        change = pyproj.transformer.TransformerGroup(crs, "EPSG:4326", always_xy=True).transformers[0]
        moved = np.column_stack(change.transform(places[:, 0], places[:, 1]))
    except (pyproj.exceptions.ProjError, IndexError, ValueError) as fault:
        raise FormatError(
            "The coordinates cannot be converted to WGS 84.", where=name, got=shorten(str(fault))
        ) from None
    facts = {
        "same": False,
        "label": label,
        "accuracy": float(change.accuracy),
        "ballpark": "ballpark" in change.description.lower(),
    }
    return facts, {"places": moved.astype(np.float64)}
