"""Places on WGS 84 brought to the coordinate system of a raster, and back, in a child process.

The text of a system comes from a file: it is taken apart and written anew by :mod:`layers.formats.readers.wkt`, and
PROJ meets it in a child alone. No grid file is opened and no address fetched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from geo.errors import FormatError
from geo.messages import Note
from layers.formats.limits import Clock, Gateway
from layers.formats.readers.projection import plain_system
from layers.formats.row_ids import shorten
from layers.formats.sandbox.process import decode, encode, run_child
from layers.formats.source import Source


@dataclass(frozen=True)
class RasterSystem:
    """The coordinate system of a raster.

    Parameters
    ----------
    plain
        ``EPSG:n`` or WKT of known words; blank for longitude and latitude on WGS 84.
    label
        Its name, for messages and records.
    degrees
        x and y are longitude and latitude, on whatever datum.
    name
        Of the file.
    gateway
        Whose limits hold.
    """

    plain: str
    label: str
    degrees: bool
    name: str
    gateway: Gateway

    @classmethod
    def of(cls, text: str, name: str, gateway: Gateway) -> RasterSystem:
        """The system that a raster declares.

        Raises
        ------
        geo.errors.FormatError
            It declares none, or one that is not read.
        """
        if not text.strip():
            raise FormatError(
                "The raster names no coordinate system.",
                where=name,
                expected=Note("a coordinate reference system, such as EPSG:4326"),
                remedy=Note("Give it one where it is known (in QGIS: Assign projection), and save it as GeoTIFF."),
            )
        plain = plain_system(text, name)
        if not plain:
            return cls("", "WGS 84", True, name, gateway)
        facts, _ = _converted(plain, np.zeros((0, 2)), False, name, gateway)
        return cls(plain, shorten(str(facts["label"])), bool(facts["degrees"]), name, gateway)

    def from_wgs84(self, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Places of the same shape in the system; what has none there is infinite."""
        if not self.plain:
            return lon, lat
        moved = self._moved(lon, lat, False)
        if self.degrees:  # a longitude past 180 stays beside its neighbours
            moved[:, 0] = lon.ravel() + (moved[:, 0] - lon.ravel() + 180.0) % 360.0 - 180.0
        return moved[:, 0].reshape(lon.shape), moved[:, 1].reshape(lon.shape)

    def to_wgs84(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Longitudes and latitudes of places in the system."""
        if not self.plain:
            return x, y
        moved = self._moved(x, y, True)
        return moved[:, 0].reshape(x.shape), moved[:, 1].reshape(x.shape)

    def _moved(self, x: np.ndarray, y: np.ndarray, back: bool) -> np.ndarray:
        places = np.column_stack((np.ravel(x), np.ravel(y))).astype(np.float64)
        return _converted(self.plain, places, back, self.name, self.gateway)[1]


def _converted(
    system: str, places: np.ndarray, back: bool, name: str, gateway: Gateway
) -> tuple[dict[str, Any], np.ndarray]:
    data = encode({"system": system, "back": back}, {"places": places})
    reply = run_child("raster_system", Source(data, name, replace(gateway, file_bytes=len(data))), gateway.clock())
    moved = reply.arrays["places"]
    if moved.shape != places.shape or moved.dtype != np.float64:
        raise FormatError("The coordinates cannot be converted to WGS 84.", where=name)
    return reply.facts, moved.copy()


def parse(
    given: bytes | Path, name: str, clock: Clock, options: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The child's side."""
    import pyproj

    reply = decode(given if isinstance(given, bytes) else given.read_bytes())
    system, back = plain_system(str(reply.facts["system"]), name), bool(reply.facts["back"])
    try:
        crs = pyproj.CRS.from_epsg(int(system[5:])) if system.startswith("EPSG:") else pyproj.CRS.from_wkt(system)
        globe = pyproj.CRS.from_epsg(4326)
        begin, end = (crs, globe) if back else (globe, crs)
        change = pyproj.Transformer.from_crs(begin, end, always_xy=True)
        places = reply.arrays["places"]
        moved = np.column_stack(change.transform(places[:, 0], places[:, 1])) if len(places) else places
    except (pyproj.exceptions.ProjError, ValueError) as fault:
        raise FormatError(
            "The coordinate reference system cannot be read.",
            where=name,
            expected="an EPSG code or plain WKT",
            got=shorten(str(fault)),
            remedy=Note("Save the raster in WGS 84 (EPSG:4326)."),
        ) from None
    degrees = bool(crs.is_geographic) and abs(crs.axis_info[0].unit_conversion_factor - np.pi / 180) < 1e-9
    return {"label": str(crs.name), "degrees": degrees}, {"places": moved.astype(np.float64)}
