"""Latitude and longitude out of one text: a pair with its signs, a WKT or JSON point, a link to a map, a UTM place."""

from __future__ import annotations

import json
import re

import pandas as pd

from layers.formats.values.coordinates import plain_degrees

_POINT = re.compile(r"(?:SRID=4326;)?\s*POINT\s*(?:ZM?|M)?\s*\(\s*(\S+)\s+(\S+?)(?:\s+[^)]+)?\s*\)", re.IGNORECASE)
_LINK = re.compile(r"(?:geo:|[@=/,:!]|ll=|q=|%2C)(-?\d{1,3}\.\d+)(?:,|%2C|!4d)(-?\d{1,3}\.\d+)", re.IGNORECASE)
_SIDES = re.compile(
    r"(?P<a>[NS]\s*[^NSEWO]+|[^NSEWO]*\d[^NSEWO]*[NS])[\s,;/]*(?P<b>[EWO]\s*[^NSEWO]+|[^NSEWO]*\d[^NSEWO]*[EWO])",
    re.IGNORECASE,
)
_SIDES_TURNED = re.compile(
    r"(?P<b>[EWO]\s*[^NSEWO]+|[^NSEWO]*\d[^NSEWO]*[EWO])[\s,;/]*(?P<a>[NS]\s*[^NSEWO]+|[^NSEWO]*\d[^NSEWO]*[NS])",
    re.IGNORECASE,
)
_UTM = re.compile(
    r"(?:UTM\s*)?(?:zone\s*)?(\d{1,2}\s?[A-Z]?)[\s,;:]+(\d{6}(?:[.,]\d+)?)\s*m?\s*E?[\s,;/]+(\d{6,8}(?:[.,]\d+)?)\s*m?\s*[NS]?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[+-]?\d{1,3}(?:[.,]\d+)?°?")
_BLANKS = re.compile(r"(\s)\s+")
_PARTING = re.compile(r"[\s,;/]")
_LONGEST, _LONGEST_UTM, _MOST_PARTING = 500, 80, 24
"""Longer texts, and those with more blanks and commas, are no place; the patterns above would go back and forth in them
for seconds, a list of them for an hour."""
AMBIGUOUS = "coordinates_comma_ambiguous"
"""One comma between two numbers: a decimal sign, or what parts two coordinates."""


def parse_pair(text: str) -> tuple[str, str, str]:
    r"""Latitude and longitude of one text, each as text, and why there are none.

    The comma is never guessed: ``4,26`` alone is turned down, since it may be one number or two; ``4,26 15,79`` and
    ``4,26;15,79`` have decimal commas, ``4.26,15.79`` has a comma between two numbers.

    Returns
    -------
    lat, lon : str
        Texts for :func:`layers.formats.values.coordinates.parse_coordinates`; blank where there is no pair.
    reason : str
        Blank, ``coordinates_comma_ambiguous``, ``coordinates_incomplete``, ``coordinates_utm_text`` or
        ``coordinates_unreadable``.

    Examples
    --------
    >>> parse_pair("4.26, 15.79"), parse_pair("4,26 15,79"), parse_pair("4,26")
    (('4.26', '15.79', ''), ('4,26', '15,79', ''), ('', '', 'coordinates_comma_ambiguous'))
    >>> parse_pair("POINT (15.79 4.26)"), parse_pair("4°15'N 15°47'E"), parse_pair("15.79E, 4.26N")
    (('4.26', '15.79', ''), ("4°15'N", "15°47'E", ''), ('4.26N', '15.79E', ''))
    >>> parse_pair("(4.26, 15.79)")
    ('4.26', '15.79', '')
    >>> parse_pair("-1.61 28.92 1500 4.9"), parse_pair("geo:-1.6,28.9"), parse_pair("4.26")
    (('-1.61', '28.92', ''), ('-1.6', '28.9', ''), ('', '', 'coordinates_incomplete'))
    """
    text = text.strip()
    if not text:
        return "", "", ""
    if len(text) > _LONGEST:
        return "", "", "coordinates_unreadable"
    text = _BLANKS.sub(r"\1", text)
    if found := _POINT.fullmatch(text):
        return found[2], found[1], ""
    if text[:1] in "{[":  # in square brackets longitude may stand first, as in GeoJSON
        return _of_json(text)
    if text[0] == "(" and text[-1] == ")":
        text = text[1:-1].strip()
    if "://" in text or text.lower().startswith("geo:"):
        link = _LINK.search(text)
        return (link[1], link[2], "") if link else ("", "", "coordinates_unreadable")
    text = plain_degrees(text)
    if len(text) <= _LONGEST_UTM and _UTM.fullmatch(text):
        return "", "", "coordinates_utm_text"
    for pattern in (_SIDES, _SIDES_TURNED) if len(_PARTING.findall(text)) <= _MOST_PARTING and len(text) <= 120 else ():
        if found := pattern.fullmatch(text):
            return found["a"].strip(" ,;/"), found["b"].strip(" ,;/"), ""
    return _of_numbers(text)


def _of_numbers(text: str) -> tuple[str, str, str]:
    """Two bare numbers; the sign that parts them is never also a decimal sign."""
    if re.search(r"[;/|\t]", text):
        parts = [p.strip(" ,") for p in re.split(r"[;/|\t]", text) if p.strip(" ,")]
    elif re.search(r"\s", text):
        parts = [p.strip(",") for p in text.split() if p.strip(",")]
    else:
        parts = text.split(",")
        if len(parts) == 2 and not any("." in p for p in parts):
            return "", "", AMBIGUOUS
        if len(parts) == 4 and "." not in text:  # 4,26,15,79: only decimal commas give two numbers
            parts = [f"{parts[0]},{parts[1]}", f"{parts[2]},{parts[3]}"]
    if not all(_NUMBER.fullmatch(p) for p in parts[:2]) or not 1 <= len(parts) <= 4:
        return "", "", "coordinates_unreadable"
    if len(parts) == 1:
        return "", "", AMBIGUOUS if "," in text else "coordinates_incomplete"
    # Height and accuracy may follow, as telephones write them; whole numbers would be degrees and minutes.
    if len(parts) > 2 and not all(re.search(r"[.,]\d", p) for p in parts[:2]):
        return "", "", "coordinates_unreadable"
    return parts[0], parts[1], ""


def _of_json(text: str) -> tuple[str, str, str]:
    """Latitude and longitude of a GeoJSON point, of ``[lat, lon]`` by name, or of an MD.08 location.

    Examples
    --------
    >>> _of_json('{"geolocalization": {"lat": -1.9641, "long": 30.0619}}')
    ('-1.9641', '30.0619', '')
    >>> _of_json('{"type": "Point", "coordinates": [30.0, -1.9]}'), _of_json("{}")
    (('-1.9', '30.0', ''), ('', '', 'coordinates_unreadable'))
    """
    try:
        place = json.loads(text)
        place = place.get("geolocalization", place)
        if "coordinates" in place:
            x, y = place["coordinates"][:2]
        else:
            x = next(place[key] for key in ("long", "lon", "lng", "longitude") if key in place)
            y = next(place[key] for key in ("lat", "latitude") if key in place)
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration, RecursionError):
        return "", "", "coordinates_unreadable"
    return str(y), str(x), ""


def parse_pairs(series: pd.Series[str]) -> tuple[pd.Series[str], pd.Series[str], pd.Series[str]]:
    """:func:`parse_pair` for a column: latitudes, longitudes and reasons, as text."""
    parsed = {text: parse_pair(str(text)) for text in pd.unique(series)}
    lat, lon, why = (series.map({text: one[i] for text, one in parsed.items()}).astype("str") for i in range(3))
    return lat, lon, why


def utm_of(text: str) -> tuple[str, str, str] | None:
    """Zone, easting and northing of a UTM place in one text; None where it is none.

    Examples
    --------
    >>> utm_of("35S 715000 9820000"), utm_of("4.26 15.79")
    (('35S', '715000', '9820000'), None)
    """
    plain = plain_degrees(_BLANKS.sub(r"\1", text.strip()[:_LONGEST]))
    found = _UTM.fullmatch(plain) if len(plain) <= _LONGEST_UTM else None
    return (found[1].replace(" ", ""), found[2], found[3]) if found else None
