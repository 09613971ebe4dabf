"""Longitude and latitude out of text: decimal point or comma, degrees-minutes-seconds; metres and swaps explained."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd

from layers.formats.values.numbers import parse_number

_NUMBER = r"\d+(?:[.,]\d+)?"
_DMS = re.compile(
    rf"(?P<head>[NSEWO])?\s*(?P<sign>[+-])?\s*(?P<d>{_NUMBER})\s*(?:[°d*:]|deg\.?|grad|gr\.?|\s|-(?=\d))\s*"
    rf"(?:(?P<m>{_NUMBER})\s*(?:['’′´`m:]|min\.?|\s|-(?=\d)|(?=\s*[NSEWO]|$))\s*)?"
    rf"(?:(?P<s>{_NUMBER})\s*(?:[\"”″]|''|’’|′′|´´|``|s(?:ec|eg)?\.?|(?=\s*[NSEWO]|$))\s*)?(?P<tail>[NSEWO])?",
    re.IGNORECASE,
)
_LETTERED = re.compile(rf"(?P<head>[NSEWO])?\s*(?P<n>[+-]?{_NUMBER})\s*°?\s*(?P<tail>[NSEWO])?", re.IGNORECASE)
_UTM = re.compile(
    r"(?:\d{1,2} ?[C-HJ-NP-X] ?[A-HJ-NP-Z]{2} ?\d+ ?\d*|\d{1,2} ?[C-HJ-NP-X][ ,;]+\d{5,}.*|(?:UTM|MGRS)\b.*"
    r"|\d{6,7}(?:[.,]\d+)? ?m? ?[EN])",
    re.IGNORECASE,
)
_WORDS = (
    (re.compile(r"\b(?:north|nord|norte)\b\.?", re.IGNORECASE), "N"),
    (re.compile(r"\b(?:south|sud|sur|sul|süd)\b\.?", re.IGNORECASE), "S"),
    (re.compile(r"\b(?:east|est|este|leste|ost)\b\.?", re.IGNORECASE), "E"),
    (re.compile(r"\b(?:west|ouest|oeste)\b\.?", re.IGNORECASE), "W"),
)
"""Sides of the world written out, in five languages."""
_SIGNS = str.maketrans({"\u00ba": "°", "\u02da": "°", "\u00b4": "'", "\u2032": "'", "\u2033": '"', "\u00a8": '"'})
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_WEST_SOUTH = "WSO"
_LONGEST = 60
_SIMPLE = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,20})?")
"""What most coordinates look like, and all that there is to know of them."""


def plain_degrees(text: str) -> str:
    """Signs for degrees, minus and width made plain; sides of the world as one letter."""
    # NFKC would make letters and blanks of these stand-ins for signs of degrees, minutes and seconds.
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", text.translate(_SIGNS)).strip())
    if len(text) <= _LONGEST:
        for words, letter in _WORDS:
            text = words.sub(letter, text)
    return text


def parse_degrees(text: str, axis: str) -> tuple[float, str, str]:
    r"""One coordinate in degrees, why there is none, and how it was written.

    Parameters
    ----------
    text
        ``4.317``, ``4,317``, ``4°19'1" N``, ``4 19 1``, ``N 4.317``, ``1°36,5' Sud``. Only the last number of degrees,
        minutes and seconds may have decimals: ``4,26 15,79`` are two numbers and no coordinate.
    axis
        ``"lon"`` or ``"lat"``; a letter of the other axis makes the text unreadable.

    Returns
    -------
    tuple
        Degrees (NaN for none), reason (blank when read or blank), and ``""``, ``coordinates_dms`` or
        ``coordinates_decimal_comma``.

    Examples
    --------
    >>> parse_degrees("4°19'12\"N", "lat"), parse_degrees("17,467", "lon")
    ((4.32, '', 'coordinates_dms'), (17.467, '', 'coordinates_decimal_comma'))
    >>> parse_degrees("33N 412345 476543", "lon")[1], parse_degrees("4,26 15,79", "lat")[1]
    ('coordinates_utm_text', 'coordinates_unreadable')
    """
    text = plain_degrees(text)
    if not text:
        return float("nan"), "", ""
    if len(text) > _LONGEST:  # the patterns below would look at a page of blanks for hours
        return float("nan"), "coordinates_unreadable", ""
    number, reason = parse_number(text, "," if "," in text and "." not in text else ".")
    if not reason:
        return number, "", "coordinates_decimal_comma" if "," in text else ""
    if reason == "number_not_finite":
        return float("nan"), reason, ""
    if _UTM.fullmatch(text):
        return float("nan"), "coordinates_utm_text", ""
    for pattern in (_LETTERED, _DMS):
        if found := pattern.fullmatch(text):
            return _of_parts(found, axis, plain=pattern is _LETTERED)
    return float("nan"), "coordinates_unreadable", ""


def _of_parts(found: re.Match[str], axis: str, *, plain: bool) -> tuple[float, str, str]:
    """Degrees out of a number with a letter (`plain`), or out of degrees, minutes and seconds."""
    wrong = float("nan"), "coordinates_unreadable", ""
    letters = [x.upper() for x in (found["head"], found["tail"]) if x]
    if len(letters) > 1 or any(x not in ("EWO" if axis == "lon" else "NS") for x in letters):
        return float("nan"), "coordinates_swapped" if letters else "coordinates_unreadable", ""
    if plain:
        degrees, negative = float(found["n"].replace(",", ".")), False
    else:
        given = [found[x] for x in "dms" if found[x]]
        parts = [float((found[x] or "0").replace(",", ".")) for x in "dms"]
        if parts[1] >= 60 or parts[2] >= 60 or any(not part.isdigit() for part in given[:-1]):
            return wrong
        degrees, negative = parts[0] + parts[1] / 60 + parts[2] / 3600, found["sign"] == "-"
    if negative or (letters and letters[0] in _WEST_SOUTH):
        if degrees < 0 or (negative and letters):
            return wrong
        degrees = -degrees
    return round(degrees, 12), "", "coordinates_dms"


def check_positions(
    lon: np.ndarray, lat: np.ndarray, *, region: tuple[float, float, float, float] | None = None
) -> np.ndarray:
    """Why positions cannot be used, as keys of :data:`layers.formats.reasons.REASONS`; blank where they can.

    Parameters
    ----------
    lon, lat
        float64, degrees of WGS 84 (or what claims to be); both NaN is blank, not wrong.
    region
        West, south, east, north of where the rows should lie. A position outside it that would lie inside when
        swapped is ``coordinates_swapped``; without a region a swap shows only where the latitude is impossible.

    Examples
    --------
    >>> check_positions(np.array([17.4, 4.3, 0, 412345, 200]), np.array([4.3, 174.0, 0, 476543, 1])).tolist()
    ['', 'coordinates_swapped', 'coordinates_zero', 'coordinates_in_metres', 'coordinates_360']
    """
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    why = np.full(lon.shape, "", dtype=object)
    with np.errstate(invalid="ignore"):
        x, y = np.abs(lon), np.abs(lat)
        outside = (x > 180) | (y > 90)
        why[outside] = "coordinates_out_of_range"
        why[(x > 180) & (lon <= 360) & (lon > 0) & (y <= 90)] = "coordinates_360"
        why[(y > 90) & (y <= 180) & (x <= 90)] = "coordinates_swapped"
        why[(x >= 1000) & (y >= 1000) & (x <= 2.1e7) & (y <= 2.1e7)] = "coordinates_in_metres"
        why[(lon == 0) & (lat == 0)] = "coordinates_zero"
        if region is not None:
            west, south, east, north = region
            inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
            swapped = (lat >= west) & (lat <= east) & (lon >= south) & (lon <= north)
            why[swapped & ~inside & (why == "")] = "coordinates_swapped"
    why[np.isnan(lon) != np.isnan(lat)] = "coordinates_incomplete"
    return why


def _axis(series: pd.Series, axis: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    size = len(series)
    found, reasons, means = np.full(size, np.nan), np.full(size, "", dtype=object), np.full(size, "", dtype=object)
    rest = np.arange(size)
    if str(series.dtype) == "str":
        import pyarrow as pa  # a child that checks positions does without
        import pyarrow.compute as pc

        texts = pa.array(series.array, pa.large_string())
        texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
        simple = pc.fill_null(pc.match_substring_regex(texts, f"^(?:{_SIMPLE.pattern})$"), False)
        plain = simple.to_numpy(zero_copy_only=False)
        found[plain] = pc.cast(texts.filter(simple), pa.float64()).to_numpy()
        rest = np.flatnonzero(~plain)
        series = series.iloc[rest]
    codes, uniques = pd.factorize(series.astype("object"), use_na_sentinel=False)
    n = len(uniques)
    values, why, how = np.full(n, np.nan), np.full(n, "", dtype=object), np.full(n, "", dtype=object)
    for i, text in enumerate(uniques):
        if isinstance(text, str) and _SIMPLE.fullmatch(text):
            values[i] = float(text)
        elif text is not None and text == text:
            values[i], why[i], how[i] = parse_degrees(str(text), axis)
    if n:
        found[rest], reasons[rest], means[rest] = values[codes], why[codes], how[codes]
    return found, reasons, means


def parse_coordinates(
    lon_text: pd.Series,
    lat_text: pd.Series,
    *,
    swap: bool = False,
    region: tuple[float, float, float, float] | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Longitudes and latitudes of two text columns, and why some cannot be used.

    Parameters
    ----------
    lon_text, lat_text
        Text; blank is unknown. The decimal comma and degrees, minutes, seconds are converted (see
        :func:`coordinate_notes`); UTM, MGRS and metres are told apart and turned down; nothing is ever swapped unless
        `swap` says so.
    region
        See :func:`check_positions`.

    Returns
    -------
    lon, lat : numpy.ndarray
        float64 degrees; NaN where blank or unusable (both, then).
    reason : numpy.ndarray
        object array of str: a key of :data:`layers.formats.reasons.REASONS` where the position is unusable. Blank with
        NaN means that both were blank.

    Examples
    --------
    >>> lon, lat, why = parse_coordinates(pd.Series(["17,467", "412345", "4.3"]), pd.Series(["4,317", "476543", "174"]))
    >>> lon.tolist(), why.tolist()
    ([17.467, nan, nan], ['', 'coordinates_in_metres', 'coordinates_swapped'])
    """
    if swap:
        lon_text, lat_text = lat_text, lon_text
    lon, lon_why, _ = _axis(lon_text, "lon")
    lat, lat_why, _ = _axis(lat_text, "lat")
    why = check_positions(lon, lat, region=region)
    why = np.where(lat_why != "", lat_why, why)
    why = np.where(lon_why != "", lon_why, why).astype(object)
    bad = why != ""
    return np.where(bad, np.nan, lon), np.where(bad, np.nan, lat), why


def coordinate_notes(lon_text: pd.Series, lat_text: pd.Series) -> dict[str, np.ndarray]:
    """Which rows of two text columns were written otherwise than as plain decimal degrees.

    Returns
    -------
    dict
        Remark (``coordinates_dms``, ``coordinates_decimal_comma``) -> int64 positions, only where there are any.

    Examples
    --------
    >>> coordinate_notes(pd.Series(["17,4", "1"]), pd.Series(["4,3", "2"]))
    {'coordinates_decimal_comma': array([0])}
    """
    lon_how, lat_how = _axis(lon_text, "lon")[2], _axis(lat_text, "lat")[2]
    notes = {}
    for remark in ("coordinates_dms", "coordinates_decimal_comma"):
        rows = np.flatnonzero((lon_how == remark) | (lat_how == remark))
        if len(rows):
            notes[remark] = rows
    return notes
