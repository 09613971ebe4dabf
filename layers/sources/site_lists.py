"""Plain lists of mine sites (CSV, XLSX, GeoJSON ...) with common English and French column names, and ICGLR MD.01."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd

from geo.messages import Note
from geo.records.place_names import plain
from layers.formats.reasons import Reason
from layers.formats.table import Table
from layers.formats.values.coordinates import check_positions, coordinate_notes, parse_coordinates
from layers.formats.values.dates import parse_dates
from layers.formats.values.numbers import parse_numbers
from layers.reference.minerals import mineral_lists, strange_words
from layers.reference.tables import country_boxes, country_codes
from layers.sources.icglr import certifications
from layers.sources.layer import Faults, Fields, flags, keep_first, points

ACTIVITY = dict(zip("012", ("abandoned", "active", "non-active"), strict=True))
ACTIVITY |= {"active": "active", "actif": "active", "non active": "non-active", "inactive": "non-active"}
ACTIVITY |= {"inactif": "non-active", "abandoned": "abandoned", "abandonne": "abandoned"}
_POINT = re.compile(r"\s*(?:SRID=4326;)?\s*POINT\s*(?:Z\s*)?\(\s*(\S+)\s+(\S+?)(?:\s+\S+)?\s*\)\s*", re.IGNORECASE)
_PAIR = re.compile(r"\s*([^,;\s]+)\s*[,;\s]\s*([^,;\s]+)\s*")
_DEGREES = "longitude -180 to 180, latitude -90 to 90, degrees of WGS 84"
BOX_MARGIN = 0.5
"""Degrees around a country's box within which a site still counts as lying there (outlines are coarse)."""


def normalise_list(
    table: Table, fields: Fields, faults: Faults, country: str | None, notes: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sites (:data:`geo.schema.SITES`) and RCM statuses (:data:`geo.schema.STATUSES`), one row per row of `table`.

    A row whose coordinates are wrong is a fault; a row without coordinates is taken, its position unknown. Of several
    rows with one (source, site_id), alike after NFC and case folding, the first is taken.

    Raises
    ------
    geo.errors.InputError
        There is no column for the id, or none for coordinates.
    """
    identified = any(fields.column(name) is not None for name in ("site_id", "icglr_id", "national_id"))
    placed = table.geometry is not None or fields.column("location") is not None
    fields.require(*([] if identified else ["site_id"]), *([] if placed else ["lon", "lat"]))
    frame = _ids(fields, table)
    faults.add("missing_id", frame["site_id"] == "", expected="an id", got=fields.text("name"))
    frame["name"] = fields.text("name")
    _countries(frame, fields, country, notes)
    _positions(frame, table, fields, faults, notes)
    for column, most in (("coord_precision_km", np.inf), ("workers", np.inf)):
        text = fields.text(column)
        values, why = parse_numbers(text)
        low = np.nan_to_num(values, nan=0.0) < 0
        faults.add(why, expected="a number", got=text)
        faults.add("number_out_of_range", low | (values > most), expected="0 or more", got=text)
        frame[column] = np.where(low, np.nan, values)
    frame["admin1"], frame["admin2"] = fields.text("admin1").str.strip(), fields.text("admin2").str.strip()
    frame["minerals"] = mineral_lists(fields.text("minerals"))
    strange = strange_words(fields.text("minerals"))
    if strange:
        words = ", ".join(strange[:10])
        notes.append(Note("Minerals that are not known and left out: {names} (data/mineral_names.csv).", names=words))
    seen, why_not = parse_dates(fields.text("first_seen"))
    faults.add(why_not.to_numpy(dtype=object), expected="YYYY-MM-DD", got=fields.text("first_seen"))
    frame["first_seen"] = seen
    frame["icglr_id"] = fields.text("icglr_id").str.strip()
    frame["activity"] = fields.text("activity").map(lambda text: ACTIVITY.get(plain(text), "")).astype("str")
    frame["demonstration"] = flags(fields.text("demonstration"))
    statuses = certifications(frame, table, fields, faults, notes)

    key = frame["source"] + "\x1f" + frame["site_id"]
    kept = keep_first(key, faults.ok, np.zeros(len(frame), dtype=np.int64))
    again = kept != np.arange(len(frame))
    told = "one row per id; row " + pd.Series(table.row[kept]).astype("str") + " is kept"
    faults.add("duplicate_id", again, expected=told, got=frame["site_id"])
    return frame, statuses[statuses["site_id"].isin(frame["site_id"][faults.ok])]


def _ids(fields: Fields, table: Table) -> pd.DataFrame:
    """Source and id: `site_id`, else the ICGLR's, else the national one, each column as a whole or row by row."""
    wanted = [name for name in ("site_id", "icglr_id", "national_id") if fields.column(name) is not None]
    ids = fields.text(wanted[0]).str.strip()
    for name in wanted[1:]:
        ids = ids.where(ids != "", fields.text(name).str.strip())
    source = fields.text("source").str.strip()
    return pd.DataFrame({"source": source.where(source != "", table.name), "site_id": ids})


def _countries(frame: pd.DataFrame, fields: Fields, option: str | None, notes: list[str]) -> None:
    """Country of each row: as stated, else the option; what is stated and not known is told."""
    stated = fields.text("country")
    code = country_codes(stated)
    strange = sorted(set(stated[(code == "") & (stated.str.strip() != "")]))
    if strange:
        told = ", ".join(strange[:10])
        notes.append(Note("Countries that could not be recognised: {names} (data/countries.csv).", names=told))
    frame["country"] = code.where(code != "", option or "")
    frame["country_basis"] = np.where(code != "", "row", "option" if option else "")


def _positions(frame: pd.DataFrame, table: Table, fields: Fields, faults: Faults, notes: list[str]) -> None:
    """Longitude and latitude: the geometry's, else two columns', else one column of both (MD.01 mineSiteLocation)."""
    at = points(table)
    if at is None:
        lon, lat, why, told = _stated(fields, notes)
    else:
        lon, lat = at
        why = check_positions(lon, lat)
        told = pd.Series([f"lon={x:g}, lat={y:g}" for x, y in zip(lon, lat, strict=True)], dtype="str")
        bare = np.array([shape is None for shape in table.geometry])  # type: ignore[union-attr]
        faults.add("not_a_point", ~bare & np.isnan(lon), expected="a point")
        if bare.any():  # a feature without a geometry may state its place in columns
            x, y, why_not, said = _stated(fields, notes)
            lon, lat = np.where(bare, x, lon), np.where(bare, y, lat)
            why, told = np.where(bare, why_not, why), told.where(~bare, said)
    faults.add(why, expected=_DEGREES, got=told)
    boxes = country_boxes()
    outside = np.zeros(len(frame), dtype=bool)
    for code in set(frame["country"]) & set(boxes):
        west, south, east, north = boxes[code]
        west, south, east, north = west - BOX_MARGIN, south - BOX_MARGIN, east + BOX_MARGIN, north + BOX_MARGIN
        rows = (frame["country"] == code).to_numpy() & ~np.isnan(lon) & (why == "")
        beyond = rows & ~((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
        turned = beyond & (lat >= west) & (lat <= east) & (lon >= south) & (lon <= north)
        faults.add("coordinates_swapped", turned, expected=f"a place in {code}: {_DEGREES}", got=told)
        outside |= beyond & ~turned
    if (outside & faults.ok).any():
        at_rows = table.row[outside & faults.ok]
        shown = ", ".join(map(str, at_rows[:5])) + (" ..." if len(at_rows) > 5 else "")
        notes.append(
            Note(
                "{n} sites lie outside the country that they state (rows {rows}); taken as they are.",
                n=len(at_rows),
                rows=shown,
            )
        )
    frame["lon"], frame["lat"] = np.where(why == "", lon, np.nan), np.where(why == "", lat, np.nan)


def _stated(fields: Fields, notes: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray, pd.Series[str]]:
    """Longitude, latitude, what is wrong with them and what was there, out of two columns or one of both."""
    both = fields.column("lon") is not None and fields.column("lat") is not None
    if not both and fields.column("location") is not None:
        x_text, y_text, told = _location(fields.text("location"))
    else:
        x_text, y_text = fields.text("lon"), fields.text("lat")
        told = "lon=" + x_text + ", lat=" + y_text
    lon, lat, why = parse_coordinates(x_text, y_text)
    for remark, where in coordinate_notes(x_text, y_text).items():
        notes.append(Note("{reason} ({n} rows)", reason=Reason(remark), n=len(where)))
    return lon, lat, why, told


def _location(series: pd.Series[str]) -> tuple[pd.Series[str], pd.Series[str], pd.Series[str]]:
    """Longitude and latitude texts out of one column: WKT point, GeoJSON point, or ``latitude, longitude``."""
    lon, lat = [], []
    for text in series:
        x = y = ""
        if found := _POINT.fullmatch(text):
            x, y = found[1], found[2]
        elif text.lstrip().startswith("{"):
            x, y = _of_json(text)
        elif found := _PAIR.fullmatch(text):
            y, x = found[1], found[2]
        elif text.strip():
            x = y = text
        lon.append(x)
        lat.append(y)
    return pd.Series(lon, dtype="str"), pd.Series(lat, dtype="str"), series


def _of_json(text: str) -> tuple[str, str]:
    """Longitude and latitude texts of a GeoJSON point or an MD.08 location; the text itself where it is neither.

    Examples
    --------
    >>> _of_json('{"geolocalization": {"lat": -1.9641, "long": 30.0619}}')
    ('30.0619', '-1.9641')
    >>> _of_json('{"type": "Point", "coordinates": [30.0, -1.9]}'), _of_json("{}")
    (('30.0', '-1.9'), ('{}', '{}'))
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
        return text, text
    return str(x), str(y)
