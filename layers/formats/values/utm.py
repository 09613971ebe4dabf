"""Metres of a UTM zone to degrees: the zone as people write it, its hemisphere never guessed against the country."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]
_ZONE = re.compile(
    r"(?:.*?\b(?:zone|zona|huso|fuseau|utm|fuso))?[\s:_-]*(\d{1,2})\s*([A-Z])?"
    r"(?:\s*(?:orth|ord|orte|outh|ud|ur|ul|üd|UD))?\s*",
    re.IGNORECASE,
)
_EPSG = re.compile(r"(?:EPSG\s*:?\s*)?32([67])(\d{2})", re.IGNORECASE)
_BANDS = "CDEFGHJKLMNPQRSTUVWX"
_BAND_S = (3_500_000.0, 4_450_000.0)
"""Northings [m] of latitude band S, 32 to 40 degrees north: there ``35S`` may be the band or the south."""


def zone_of(text: str) -> tuple[int, str] | None:
    """Number of a UTM zone and its letter (a band, or N or S; blank for none); None where the text is no zone.

    Examples
    --------
    >>> zone_of("35S"), zone_of("UTM zone 35 South"), zone_of("EPSG:32735"), zone_of("36"), zone_of("North Kivu")
    ((35, 'S'), (35, 'S'), (35, 'south'), (36, ''), None)
    """
    text = text.strip()[:60]
    if found := _EPSG.fullmatch(text):
        number = int(found[2])
        return (number, "north" if found[1] == "6" else "south") if 1 <= number <= 60 else None
    zone = _ZONE.fullmatch(text)
    if not zone or not 1 <= int(zone[1]) <= 60:
        return None
    letter = (zone[2] or "").upper()
    return (int(zone[1]), letter) if not letter or letter in _BANDS else None


def to_degrees(
    easting: Floats, northing: Floats, zones: Sequence[str], boxes: Sequence[Box | None] | None = None
) -> tuple[Floats, Floats, npt.NDArray[np.object_]]:
    """Longitude and latitude [degrees, WGS 84] of UTM metres, and why there are none.

    Parameters
    ----------
    easting, northing
        Metres, NaN for none.
    zones
        As written, one per row.
    boxes
        West, south, east, north of the country that the row states, None where it states none: they decide where the
        zone does not tell the hemisphere.

    Returns
    -------
    lon, lat, reason
        Reason blank, ``coordinates_zone_unclear`` or ``coordinates_out_of_range``.

    Examples
    --------
    >>> lon, lat, why = to_degrees(np.array([715000.0]), np.array([9820000.0]), ["35S"])
    >>> float(lon[0].round(3)), float(lat[0].round(3)), why.tolist()
    (28.933, -1.628, [''])
    """
    n = len(easting)
    lon, lat, why = np.full(n, np.nan), np.full(n, np.nan), np.full(n, "", dtype=object)
    given = np.isfinite(easting) & np.isfinite(northing)
    wanted: dict[tuple[int, bool], list[int]] = {}
    for i in np.flatnonzero(given).tolist():
        zone = zone_of(zones[i])
        if zone is None:
            why[i] = "coordinates_zone_unclear"
            continue
        if not 100_000 <= easting[i] <= 900_000 or not 0 <= northing[i] <= 10_000_000:
            why[i] = "coordinates_out_of_range"
            continue
        south = _south(zone, float(easting[i]), float(northing[i]), boxes[i] if boxes is not None else None)
        if south is None:
            why[i] = "coordinates_zone_unclear"
        else:
            wanted.setdefault((zone[0], south), []).append(i)
    for (number, south), at in wanted.items():
        lon[at], lat[at] = _converted(number, south, easting[at], northing[at])
    return lon, lat, why


def _converted(number: int, south: bool, easting: Floats, northing: Floats) -> tuple[Floats, Floats]:
    import pyproj

    change = pyproj.Transformer.from_crs(f"EPSG:32{7 if south else 6}{number:02d}", "EPSG:4326", always_xy=True)
    lon, lat = change.transform(easting, northing)
    return np.round(lon, 7), np.round(lat, 7)


def _south(zone: tuple[int, str], easting: float, northing: float, box: Box | None) -> bool | None:
    """Whether the place lies south of the equator; None where nothing tells."""
    number, letter = zone
    if letter in ("north", "south"):
        return letter == "south"
    if northing > 9_400_000:
        return True
    if letter and letter not in "NS":
        return letter < "N"
    if letter == "N":
        return False
    if box is not None:
        inside = [south for south in (False, True) if _within(number, south, easting, northing, box)]
        if len(inside) == 1:
            return inside[0]
    if letter == "S":
        # Far from the band's northings only the south is left; inside them nobody mines at 55 degrees south but there.
        return not (_BAND_S[0] <= northing <= _BAND_S[1]) or 18 <= number <= 21
    return None


def _within(number: int, south: bool, easting: float, northing: float, box: Box) -> bool:
    lon, lat = _converted(number, south, np.array([easting]), np.array([northing]))
    west, below, east, above = box
    return bool(west - 1 <= lon[0] <= east + 1 and below - 1 <= lat[0] <= above + 1)
