"""Other coordinate systems brought to WGS 84, with no grid file opened and no address fetched."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import shapely

from geo.errors import FormatError
from layers.formats.table import shorten

_FORBIDDEN = re.compile(
    r"nadgrids|geoidgrids|EXTENSION|BOUNDCRS|BOUND_CRS|PROJ4|\+proj|\+init|PARAMETERFILE|://", re.IGNORECASE
)
_LONGEST = 8000


def _system(text: str, name: str) -> Any:
    """A pyproj CRS out of WKT or ``EPSG:n``; nothing else is tried."""
    import pyproj

    wkt = text.strip().strip("\x00").lstrip("\ufeff")
    if re.fullmatch(r"EPSG:\d{4,6}", wkt):
        try:
            return pyproj.CRS.from_epsg(int(wkt[5:]))
        except pyproj.exceptions.CRSError:
            pass
    elif len(wkt) <= _LONGEST and not _FORBIDDEN.search(wkt) and re.match(r"(?:PROJ|GEOG|GEOD|BASE)[A-Z]*\[", wkt):
        try:
            return pyproj.CRS.from_wkt(wkt)
        except pyproj.exceptions.CRSError:
            pass
    raise FormatError(
        "The coordinate reference system cannot be read.",
        where=name,
        expected="an EPSG code or plain WKT",
        got=shorten(wkt),
        remedy="Save the layer in WGS 84 (EPSG:4326).",
    )


def is_wgs84(text: str) -> bool:
    """True when WKT says longitude and latitude on WGS 84, by the names it uses: quick, without PROJ.

    Examples
    --------
    >>> is_wgs84('GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]],'
    ...          'PRIMEM["Greenwich",0],UNIT["Degree",0.017453292519943295]]')
    True
    """
    plain = re.sub(r"[\s_]", "", text).upper()
    return (
        plain.startswith(("GEOGCS[", "GEOGCRS[", "GEODCRS["))
        and "WGS1984" in plain.replace("WGS84", "WGS1984")
        and ('UNIT["DEGREE"' in plain or "ANGLEUNIT[" in plain)
        and "PRIMEM[" in plain
        and '"GREENWICH",0' in plain
        and not _FORBIDDEN.search(text)
    )


def to_wgs84(shapes: np.ndarray, system: str, name: str) -> tuple[np.ndarray, str]:
    """Shapes in degrees of WGS 84, and the system they came in with what is known of the accuracy; blank for WGS 84.

    Parameters
    ----------
    shapes
        Object array of geometries or None, in `system`, easting first.
    system
        WKT or ``EPSG:n``.

    Raises
    ------
    geo.errors.FormatError
        The system cannot be read, or names files or addresses.
    """
    if is_wgs84(system):
        return shapes, ""
    import pyproj

    crs = _system(system, name)
    if crs.is_geographic and crs.datum is not None and "World Geodetic System 1984" in str(crs.datum.name):
        return shapes, ""
    try:
        change = pyproj.transformer.TransformerGroup(crs, "EPSG:4326", always_xy=True).transformers[0]
        moved = shapely.transform(shapes, lambda c: np.column_stack(change.transform(c[:, 0], c[:, 1])))
    except (pyproj.exceptions.ProjError, IndexError, shapely.errors.ShapelyError, ValueError) as fault:
        raise FormatError(
            "The coordinates cannot be converted to WGS 84.", where=name, got=shorten(str(fault))
        ) from None
    if change.accuracy > 0:
        return moved, f"{shorten(str(crs.name))} (to about {change.accuracy:g} m)"
    if "ballpark" in change.description.lower():
        return moved, f"{shorten(str(crs.name))} (without a known shift of datum: it may be off by hundreds of metres)"
    return moved, shorten(str(crs.name))
