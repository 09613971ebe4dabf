"""Programmes out of a table of rows: CSV, XLSX, GeoJSON and other polygon files."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.messages import Note
from geo.programmes.schema import Programmes
from geo.records.place_names import plain
from geo.spatial.polygon_edges import count_pieces
from jobs.programmes.collector import Collector, money
from jobs.programmes.types import TypeMap
from layers.formats.limits import Gateway
from layers.formats.sandbox.validity import mended
from layers.formats.table import Table, shorten
from layers.formats.values.coordinates import parse_coordinates
from layers.formats.values.dates import parse_dates
from layers.formats.values.ids import id_key
from layers.formats.values.numbers import parse_numbers
from layers.reference.tables import country_boxes, country_code
from layers.sources.layer import Faults, Fields, flags
from layers.sources.site_lists import own_ids

EXACT = {"exact", "1", "gps", "precise", "exacte"}
APPROXIMATE = {"approximate", "2", "approximatif", "approximative", "approx"}
COUNTRY = {"country", "national", "pays", "nationale", "countrywide"}
BOX_MARGIN = 0.5
_SHARE = re.compile(r"(.*?)\s*[:=]\s*(\d+(?:[.,]\d+)?)\s*%?$")
_LONGEST = 200
"""Longer words are no country with its share, and the pattern would go back and forth in them."""
_STATUSES = ("pipeline", "implementation", "finalisation", "closed", "cancelled", "suspended")


def normalise_programmes(
    table: Table, fields: Fields, types: TypeMap, gateway: Gateway, notes: list[str]
) -> tuple[Programmes, Faults, pd.Series]:
    """Programmes, the faults of rows that were not taken, and the id of each row.

    Parameters
    ----------
    table
        The file as it was read: rows of text, and shapes where it has some.
    fields
        The columns of a table by the fields that they were taken for.
    types
        What leads to which programme type.
    gateway
        Which limits hold for the bytes: those of this machine's user or those of a stranger.
    notes
        Notes on the file; those made here are appended.

    Raises
    ------
    geo.errors.InputError
        There is no column for the type or the start, or no row is usable.
    """
    faults = Faults(table)
    if fields.column("programme_id") is not None:
        ids = fields.text("programme_id").str.strip()
    elif fields.column("iati_identifier") is not None:
        ids = fields.text("iati_identifier").str.strip()
    else:
        ids = own_ids(fields.text("title"), notes)
    fields.require("type", "start")
    faults.add("missing_id", ids == "", expected="an id")
    dates = {name: _dates(fields, faults, name) for name in ("start", "end")}
    if fields.column("end") is None:
        notes.append(Note("There is no column for the end: every programme counts as ongoing."))
    late = (dates["end"] < dates["start"]).to_numpy()
    faults.add("end_before_start", late, expected="an end on or after the start", got=fields.text("end"))
    numbers = {}
    for name in ("radius_km", "budget", "admin_level"):
        numbers[name], why = parse_numbers(fields.text(name), decimal=fields.options.decimal or None)
        faults.add(why, expected="a number", got=fields.text(name))
    faults.add(
        "number_out_of_range",
        numbers["radius_km"] < 0,
        expected="a radius of 0 km or more",
        got=fields.text("radius_km"),
    )
    stated = [_countries(text) for text in fields.text("country")]
    strange = sorted({word for _, _, unknown in stated for word in unknown})
    if strange:
        words = ", ".join(strange[:10])
        notes.append(Note("Countries that could not be recognised: {names} (data/countries.csv).", names=words))
    lon, lat = _positions(fields, faults, [codes for codes, _, _ in stated])
    shapes = _shapes(table, fields, faults, gateway, notes)
    _same_ids(ids, fields, dates, faults)
    return _collect(table, fields, faults, types, ids, dates, numbers, stated, (lon, lat), shapes), faults, ids


def _dates(fields: Fields, faults: Faults, name: str) -> pd.Series:
    dates, why = parse_dates(fields.text(name), day_first=fields.options.day_first)
    faults.add(why.to_numpy(dtype=object), expected="YYYY-MM-DD", got=fields.text(name))
    return dates


def _countries(text: str) -> tuple[list[str], str, list[str]]:
    """Codes, codes with shares as ``CAF:60;COD:40``, and words that are no country.

    Examples
    --------
    >>> _countries("RCA: 60 %; COD:40; Atlantis")
    (['CAF', 'COD'], 'CAF:60;COD:40', ['Atlantis'])
    """
    codes, shares, unknown = [], [], []
    for word in (w.strip() for w in re.split(r"[;|]", text)):
        found = _SHARE.fullmatch(word) if len(word) <= _LONGEST else None
        name, share = (found[1], found[2].replace(",", ".")) if found else (word, "")
        code = country_code(name)
        if code:
            codes.append(code)
            shares.append(f"{code}:{share}" if share else code)
        elif word:
            unknown.append(word)
    return codes, ";".join(shares), unknown


def _positions(fields: Fields, faults: Faults, stated: list[list[str]]) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude; a place that lies in its country only when turned round is a fault, not turned round."""
    x, y = fields.text("lon"), fields.text("lat")
    lon, lat, why = parse_coordinates(x, y)
    texts = "lon=" + x + ", lat=" + y
    faults.add(why, expected="degrees of WGS 84", got=texts)
    turned = np.zeros(len(lon), dtype=bool)
    for row, codes in enumerate(stated):
        box = country_boxes().get(codes[0]) if len(codes) == 1 else None
        if box is not None and np.isfinite(lon[row]) and np.isfinite(lat[row]):
            west, south, east, north = (b + m for b, m in zip(box, (-BOX_MARGIN,) * 2 + (BOX_MARGIN,) * 2, strict=True))
            here = west <= lon[row] <= east and south <= lat[row] <= north
            turned[row] = not here and west <= lat[row] <= east and south <= lon[row] <= north
    faults.add("coordinates_swapped", turned, expected="a place in the stated country", got=texts)
    return lon, lat


def _shapes(table: Table, fields: Fields, faults: Faults, gateway: Gateway, notes: list[str]) -> np.ndarray:
    """The shape of each row: the file's own, else WKT of the column `geometry`; None for none. Areas are made valid."""
    if table.geometry is not None:
        shapes = table.geometry.copy()
    else:
        texts = fields.text("geometry").str.replace(r"^SRID=4326;", "", regex=True)
        shapes = np.full(len(texts), None, dtype=object)
        given = (texts.str.strip() != "").to_numpy()
        shapes[given] = shapely.from_wkt(texts[given].to_numpy(dtype=object), on_invalid="ignore")
        unread = given & np.array([s is None for s in shapes], dtype=bool)
        faults.add("geometry_malformed", unread, expected="WKT in degrees of WGS 84", got=texts.map(shorten))
    kinds = shapely.get_type_id(shapes)
    faults.add("not_an_area", np.isin(kinds, (1, 2, 4, 5, 7)), expected="a polygon or a point")
    gateway.check("vertices", int(shapely.get_num_coordinates(shapes[np.isin(kinds, (3, 6))]).sum()), table.name)
    bounds = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        off = (bounds[:, 0] < -180) | (bounds[:, 2] > 180) | (bounds[:, 1] < -90) | (bounds[:, 3] > 90)
    faults.add("coordinates_out_of_range", off, expected="degrees of WGS 84")
    broken = np.isin(kinds, (3, 6)) & ~shapely.is_valid(shapes)
    if broken.any():
        shapes[broken] = mended(shapes[broken], gateway.clock(), table.name)
        notes.append(
            Note("{n} polygon{n?|s} crossed {n?itself|themselves} and {n?was|were} made valid.", n=int(broken.sum()))
        )
    faults.add("zero_area", broken & shapely.is_empty(shapes), expected="a polygon")
    gateway.check("edges", count_pieces(shapes[np.isin(kinds, (3, 6)) & ~off]), table.name)
    return shapes


def _same_ids(ids: pd.Series, fields: Fields, dates: dict[str, pd.Series], faults: Faults) -> None:
    """Rows of one id are one programme at several places, unless they say different things of it."""
    seen: dict[str, tuple[object, ...]] = {}
    differs = np.zeros(len(ids), dtype=bool)
    words = zip(ids, fields.text("donor"), fields.text("type"), dates["start"], dates["end"], strict=True)
    for row, (own, *what) in enumerate(words):
        if faults.ok[row]:
            values = tuple(str(w) for w in what)
            differs[row] = seen.setdefault(id_key(own), values) != values
    faults.add("same_id_differs", differs, expected="one donor, type, start and end per id", got=ids)


def _collect(
    table: Table,
    fields: Fields,
    faults: Faults,
    types: TypeMap,
    ids: pd.Series,
    dates: dict[str, pd.Series],
    numbers: dict[str, np.ndarray],
    stated: list[tuple[list[str], str, list[str]]],
    position: tuple[np.ndarray, np.ndarray],
    shapes: np.ndarray,
) -> Programmes:
    collector = Collector(table.name)
    names = (
        "iati_identifier",
        "title",
        "title_fr",
        "donor",
        "donor_ids",
        "implementer",
        "coordination_body",
        "location_precision",
        "source",
    )
    texts = {name: fields.text(name).str.strip().to_numpy() for name in names}
    admin, currency = fields.text("admin_code").str.strip().to_numpy(), fields.text("currency").str.strip().to_numpy()
    kinds, status = fields.text("type").to_numpy(), fields.text("status").map(plain).to_numpy()
    description, demonstration = fields.text("description").to_numpy(), flags(fields.text("demonstration"))
    at: dict[str, int] = {}
    for row in np.flatnonzero(faults.ok):
        codes, shares, _ = stated[row]
        key = id_key(ids.iloc[row])
        if key not in at:
            mapped, unmapped = types.of_text(kinds[row])
            basis = "; ".join(f"{kind} = stated" for kind in mapped.split(";") if kind)
            if not mapped:
                by_words = types.phrases.of(f"{kinds[row]} . {texts['title'][row]}", description[row])
                mapped, basis = ";".join(by_words), "; ".join(f"{kind} = {why}" for kind, why in by_words.items())
            budget = numbers["budget"][row]
            values: dict[str, object] = {name: texts[name][row] for name in names}
            values |= {"programme_id": ids.iloc[row], "types": mapped, "type_basis": basis, "unmapped": unmapped}
            values |= {"start": dates["start"].iloc[row], "end": dates["end"].iloc[row]}
            values |= {"date_basis": "stated" if dates["start"].iloc[row] is not pd.NaT else "", "countries": shares}
            values |= {"end_basis": "stated" if dates["end"].iloc[row] is not pd.NaT else ""}
            values |= {"status": status[row] if status[row] in _STATUSES else "", "description": description[row][:300]}
            values |= money([(budget, currency[row].upper())] if np.isfinite(budget) else [])
            values |= {"source_file": table.name, "demonstration": demonstration[row], "row": int(table.row[row])}
            at[key] = collector.add(values)
            if np.isfinite(budget):
                collector.money(at[key], "budget", None, currency[row].upper(), float(budget))
        _add_places(
            collector,
            at[key],
            shapes[row],
            str(admin[row]),
            (position[0][row], position[1][row]),
            {name: numbers[name][row] for name in ("radius_km", "admin_level")},
            plain(texts["location_precision"][row]),
            codes,
        )
    return collector.result()


def _add_places(
    collector: Collector,
    programme: int,
    shape: Any,
    admin: str,
    at: tuple[float, float],
    numbers: dict[str, float],
    precision: str,
    codes: list[str],
) -> None:
    """The best kind of place of a row: polygon, unit (or several), point, countries."""
    country = codes[0] if len(codes) == 1 else ""
    exactness = "exact" if precision in EXACT else "approximate" if precision in APPROXIMATE else ""
    lon, lat = at
    if shape is not None and shape.geom_type == "Point":
        (lon, lat), shape = (shape.x, shape.y), None
    if shape is not None:
        collector.add_place(programme, "polygon", shape, country=country)
    elif admin:
        level = {"admin1": 1.0, "admin2": 2.0, "adm1": 1.0, "adm2": 2.0}.get(precision, numbers["admin_level"])
        for unit in dict.fromkeys(word.strip() for word in re.split(r"[;|]", admin) if word.strip()):
            collector.add_place(programme, "admin", admin_code=unit, admin_level=level, country=country)
    elif np.isfinite(lon) and np.isfinite(lat) and precision not in COUNTRY:
        collector.add_place(
            programme,
            "point",
            lon=lon,
            lat=lat,
            radius_km=numbers["radius_km"],
            exactness=exactness,
            country=country,
            radius_basis="stated" if numbers["radius_km"] > 0 else "",
        )
    else:
        for code in codes:
            collector.add_place(programme, "country", country=code)
