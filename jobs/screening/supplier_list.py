"""A company's list of origins and ways: any format of the door, the user's own ids, every row answered.

Columns are found by their English and French spellings (data/column_names.csv, layouts `suppliers` and `site_list`), or
as the user says. A row that cannot be used comes back with its reason; nothing is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import InputError
from geo.messages import Note
from geo.records.place_names import plain
from geo.schema import conform
from geo.screening.schema import SUPPLIERS
from layers.formats import LOCAL, Door, parse_coordinates, parse_dates, parse_numbers, read
from layers.formats import Table as Read
from layers.formats.reasons import Reason
from layers.formats.values.coordinates import check_positions, coordinate_notes
from layers.reference.minerals import mineral_list, mineral_lists
from layers.reference.tables import columns as spellings
from layers.reference.tables import country_boxes, country_codes
from layers.sources.layer import Faults, Fields, flags, keep_first
from layers.sources.site_lists import BOX_MARGIN

FIELDS = (
    "supplier_id",
    "site_name",
    "lat",
    "lon",
    "location",
    "coord_precision_km",
    "country",
    "admin1",
    "admin2",
    "minerals",
    "route_countries",
    "route_line",
    "destination",
    "dest_lat",
    "dest_lon",
    "as_of",
    "known_site_id",
    "match_id",
    "dest_match_id",
    "demonstration",
)
"""What a column of the list may hold, in the order in which a page offers it."""

_DEGREES = "longitude -180 to 180, latitude -90 to 90, degrees of WGS 84"
_POINT = re.compile(r"\s*(?:SRID=4326;)?\s*POINT\s*(?:Z\s*)?\(\s*(\S+)\s+(\S+?)(?:\s+\S+)?\s*\)\s*", re.IGNORECASE)
_PAIR = re.compile(r"\s*([^,;\s]+)\s*[,;\s]\s*([^,;\s]+)\s*")
_SPLIT = re.compile(r"[;,|/>→]+|\s-\s")


@dataclass
class SupplierList:
    """The list as read.

    Attributes
    ----------
    rows
        :data:`geo.screening.schema.SUPPLIERS`: a row for every row of the file, in its order, accepted or not.
    lines
        A LineString of shapely (WGS 84) per row, None where the row states no line.
    mapping
        The column taken for each field.
    """

    name: str
    sha256: str
    format: str
    rows: pd.DataFrame
    lines: npt.NDArray[np.object_]
    mapping: dict[str, str]
    notes: list[str] = field(default_factory=list)
    header: tuple[str, ...] = ()

    @property
    def dataset_version(self) -> str:
        """``sha256:`` and 12 digits."""
        return f"sha256:{self.sha256[:12]}"

    @property
    def accounting(self) -> dict[str, int]:
        """Rows ``read`` = ``accepted`` + ``rejected``."""
        accepted = int((self.rows["answer"] == "accepted").sum())
        return {"read": len(self.rows), "accepted": accepted, "rejected": len(self.rows) - accepted}


class MappedFields(Fields):
    """Columns by field: as the user says, else by their spelling."""

    def __init__(self, table: Read, mapping: Mapping[str, str] | None = None) -> None:
        super().__init__(table)
        own, usual = spellings("suppliers"), spellings("site_list")
        self._known = {name: (*own.get(name, ()), *usual.get(name, ())) for name in {*own, *usual}}
        self._said = dict(mapping or {})
        strange = sorted(set(self._said) - set(FIELDS))
        absent = sorted(c for c in self._said.values() if c and plain(c) not in self._own)
        if strange or absent:
            raise InputError(
                "The mapping of columns names what is not there.",
                where=table.name,
                expected=", ".join(FIELDS) if strange else self.found(),
                got=", ".join(strange or absent),
            )

    def column(self, name: str) -> str | None:
        """The table's column for a field: the user's word first; a blank word means that there is none."""
        if name in self._said:
            return self._own.get(plain(self._said[name])) if self._said[name] else None
        return super().column(name)

    def mapping(self) -> dict[str, str]:
        """The column taken for each field that has one."""
        found = {name: self.column(name) for name in FIELDS}
        return {name: column for name, column in found.items() if column is not None}


def preview(
    source: bytes | Path, name: str | None = None, *, door: Door = LOCAL, rows: int = 5
) -> tuple[pd.DataFrame, dict[str, str]]:
    """The first rows as read, and the columns that are recognised: what a page shows before a mapping by hand."""
    table = read(source, name, purpose="table", door=door)
    return table.frame.head(rows), MappedFields(table).mapping()


def read_suppliers(
    source: bytes | Path,
    name: str | None = None,
    *,
    mapping: Mapping[str, str] | None = None,
    country: str = "",
    door: Door = LOCAL,
) -> SupplierList:
    """Reads a company's list.

    Parameters
    ----------
    mapping
        Field (of :data:`FIELDS`) to column; a blank column: the file has none. Fields that are not named are found by
        their spelling.
    country
        ISO 3166 alpha-3 for rows that state none.

    Raises
    ------
    geo.errors.InputError
        There is no column for the supplier's id. Bad rows never stop the rest, not even when all are bad.
    """
    table = read(source, name, purpose="table", door=door)
    door.check("sites", len(table.frame), table.name)
    fields, faults = MappedFields(table, mapping), Faults(table)
    fields.require("supplier_id")
    n = len(table.frame)
    remarks: list[list[str]] = [[] for _ in range(n)]
    notes = list(table.notes)
    frame = pd.DataFrame({"supplier_id": fields.text("supplier_id").str.strip()})
    faults.add("missing_id", frame["supplier_id"] == "", expected="supplier_id", got=fields.text("site_name"))
    frame["site_name"] = fields.text("site_name").str.strip()
    for column in ("admin1", "admin2", "destination", "known_site_id", "match_id", "dest_match_id"):
        frame[column] = fields.text(column).str.strip()
    if fields.column("known_site_id") == fields.column("supplier_id"):
        # The user's own numbering; without a position nothing would tell that it is the known list's numbering too.
        nowhere = (fields.text("lon").str.strip() == "") | (fields.text("lat").str.strip() == "")
        frame["known_site_id"] = frame["known_site_id"].where(~nowhere, "")
    stated = fields.text("country")
    code = country_codes(stated)
    strange = (stated.str.strip() != "") & (code == "")
    for i in np.flatnonzero(strange):
        remarks[i].append(f"country not recognised: {stated[i][:40]}")
    frame["country"] = code.where(code != "", country).where(~strange, "")
    lines = _positions(frame, table, fields, faults, notes)
    text = fields.text("coord_precision_km")
    values, why = parse_numbers(text)
    low = np.nan_to_num(values, nan=0.0) < 0
    faults.add(why, expected="a number", got=text)
    faults.add("number_out_of_range", low, expected="0 or more", got=text)
    frame["coord_precision_km"] = np.where(low, np.nan, values)
    frame["mineral"] = fields.text("minerals").str.strip()
    frame["minerals"] = mineral_lists(frame["mineral"])
    for i in np.flatnonzero((frame["mineral"] != "").to_numpy()):
        if words := mineral_list(str(frame["mineral"][i]))[1]:
            remarks[i].append(f"mineral not recognised: {', '.join(words)[:60]}")
    dates, why_not = parse_dates(fields.text("as_of"))
    faults.add(why_not.to_numpy(dtype=object), expected="as_of: YYYY-MM-DD", got=fields.text("as_of"))
    frame["as_of"] = dates
    frame["route_countries"] = [_route(t, remarks[i]) for i, t in enumerate(fields.text("route_countries"))]
    _destinations(frame, fields, faults)
    frame["demonstration"] = flags(fields.text("demonstration"))
    nowhere = frame["lon"].isna() & (frame["site_name"] == "") & (frame["admin1"] == "") & (frame["admin2"] == "")
    faults.add(
        "missing_value",
        nowhere & (frame["country"] == ""),
        expected="coordinates, or a site name, an administrative unit or a country",
        got=stated,
    )
    kept = keep_first(frame["supplier_id"], faults.ok, np.zeros(n, dtype=np.int64))
    told = "one row per id; row " + pd.Series(table.row[kept], dtype="int64").astype("str") + " is kept"
    faults.add("duplicate_id", kept != np.arange(n), expected=told, got=frame["supplier_id"])
    return _account(table, fields, faults, frame, lines, remarks, notes)


def _account(
    table: Read,
    fields: MappedFields,
    faults: Faults,
    frame: pd.DataFrame,
    lines: npt.NDArray[np.object_],
    remarks: list[list[str]],
    notes: list[str],
) -> SupplierList:
    """All rows of the file, accepted or rejected, in its order."""
    rejected = faults.rejected(frame["supplier_id"]).set_index("row")
    frame = frame.assign(row=table.row, remarks=["; ".join(r) for r in remarks])
    unread = table.rejected[~table.rejected["row"].isin(table.row)]
    more = pd.DataFrame({"supplier_id": unread["id"], "row": unread["row"]})
    rows = pd.concat([conform(frame, SUPPLIERS), conform(more, SUPPLIERS)], ignore_index=True)
    order = np.argsort(rows["row"].to_numpy(), kind="stable")
    rows = rows.iloc[order].reset_index(drop=True)
    whole = np.concatenate([lines, np.full(len(more), None, dtype=object)])[order]
    bad = rows["row"].isin(rejected.index).to_numpy()
    rows["answer"] = pd.array(np.where(bad, "rejected", "accepted"), dtype="str")
    first = rejected[~rejected.index.duplicated()]
    for column in ("reason", "expected", "got"):
        told_ = dict(zip(first.index, first[column], strict=True))
        rows[column] = pd.array([told_.get(r, "") for r in rows["row"]], dtype="str")
    return SupplierList(
        table.name,
        table.sha256,
        table.format,
        conform(rows, SUPPLIERS),
        whole,
        fields.mapping(),
        notes,
        tuple(map(str, table.frame.columns)),
    )


def _positions(
    frame: pd.DataFrame, table: Read, fields: Fields, faults: Faults, notes: list[str]
) -> npt.NDArray[np.object_]:
    """Origin of each row (geometry, else columns, else the first vertex of its line), and its line."""
    import shapely

    n = len(frame)
    lines = np.full(n, None, dtype=object)
    stated = fields.text("route_line").str.strip()
    for i in np.flatnonzero((stated != "").to_numpy()):
        lines[i], fault = _line(str(stated[i]))
        if fault:
            faults.add(fault, np.arange(n) == i, expected="route_line: WKT LINESTRING (lon lat, ...)", got=stated)
    x_text, y_text = fields.text("lon"), fields.text("lat")
    if fields.column("lon") is None or fields.column("lat") is None:
        x_text, y_text = _location(fields.text("location"))
    lon, lat, why = parse_coordinates(x_text, y_text)
    told = pd.Series(("lon=" + x_text + ", lat=" + y_text).to_numpy(), dtype="str")
    for remark, where in coordinate_notes(x_text, y_text).items():
        notes.append(Note("{reason} ({n} rows)", reason=Reason(remark), n=len(where)))
    if table.geometry is not None:
        shape = table.geometry
        kind = shapely.get_type_id(shape)
        is_point, is_line = kind == 0, np.isin(kind, (1, 5))
        points = np.where(is_point, shape, np.array(None))
        x, y = shapely.get_x(points), shapely.get_y(points)
        lon, lat = np.where(is_point, x, lon), np.where(is_point, y, lat)
        why = np.where(is_point, check_positions(lon, lat), why)
        told = told.where(~is_point, [f"lon={a:g}, lat={b:g}" for a, b in zip(x, y, strict=True)])
        for i in np.flatnonzero(is_line):
            lines[i], fault = _one_line(shape[i])
            if fault:
                faults.add(fault, np.arange(n) == i, expected="a line of one part")
        faults.add("not_a_point", (kind >= 0) & ~is_point & ~is_line, expected="a point or a line")
    bare = np.isnan(lon) & np.isnan(lat) & np.array([line is not None for line in lines], dtype=bool) & (why == "")
    for i in np.flatnonzero(bare):
        lon[i], lat[i] = lines[i].coords[0][:2]
    why = np.where(bare, check_positions(np.where(bare, lon, 1.0), np.where(bare, lat, 1.0)), why)
    faults.add(why, expected=_DEGREES, got=told)
    boxes = country_boxes()
    for code in sorted(set(frame["country"]) & set(boxes)):
        west, south, east, north = boxes[code]
        west, south, east, north = west - BOX_MARGIN, south - BOX_MARGIN, east + BOX_MARGIN, north + BOX_MARGIN
        rows = (frame["country"] == code).to_numpy() & ~np.isnan(lon) & (why == "")
        inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
        turned = rows & ~inside & (lat >= west) & (lat <= east) & (lon >= south) & (lon <= north)
        faults.add("coordinates_swapped", turned, expected=f"a place in {code}: {_DEGREES}", got=told)
    frame["lon"], frame["lat"] = np.where(why == "", lon, np.nan), np.where(why == "", lat, np.nan)
    return lines


def _location(series: pd.Series[str]) -> tuple[pd.Series[str], pd.Series[str]]:
    """Longitude and latitude texts out of one column: WKT point, or ``latitude, longitude``."""
    lon, lat = [], []
    for text in series:
        if found := _POINT.fullmatch(text):
            lon.append(found[1])
            lat.append(found[2])
        elif pair := _PAIR.fullmatch(text):
            lat.append(pair[1])
            lon.append(pair[2])
        else:
            lon.append(text.strip())
            lat.append(text.strip())
    return pd.Series(lon, dtype="str"), pd.Series(lat, dtype="str")


def _line(text: str) -> tuple[Any, str]:
    """A line out of WKT or a GeoJSON geometry, and what is wrong with it."""
    import shapely

    if len(text) > 1_000_000:
        return None, "cell_too_long"
    try:
        shape = shapely.from_geojson(text) if text.startswith("{") else shapely.from_wkt(text.split(";")[-1])
    except (shapely.errors.GEOSException, ValueError, TypeError):
        return None, "geometry_malformed"
    return _one_line(shape)


def _one_line(shape: Any) -> tuple[Any, str]:
    import shapely

    if shape is None or shape.is_empty:
        return None, "geometry_empty"
    if shape.geom_type == "MultiLineString":
        shape = shapely.line_merge(shape)
    if shape.geom_type != "LineString":
        return None, "not_a_line"
    shape = shapely.force_2d(shape)
    at = shapely.get_coordinates(shape)
    if not np.isfinite(at).all() or (np.abs(at) > [180, 90]).any():
        return None, "coordinates_out_of_range"
    return shape, ""


def _route(text: str, remarks: list[str]) -> str:
    """Countries of a way as ISO codes in their order; what is not known is remarked."""
    parts = [p.strip() for p in _SPLIT.split(text) if p.strip()]
    if not parts:
        return ""
    codes = country_codes(pd.Series(parts, dtype="str")).tolist()
    unknown = [p for p, c in zip(parts, codes, strict=True) if not c]
    if unknown:
        remarks.append(f"route country not recognised: {', '.join(unknown)[:60]}")
    return ";".join(dict.fromkeys(c for c in codes if c))


def _destinations(frame: pd.DataFrame, fields: Fields, faults: Faults) -> None:
    x, y = fields.text("dest_lon"), fields.text("dest_lat")
    lon, lat, why = parse_coordinates(x, y)
    faults.add(why, expected=f"destination: {_DEGREES}", got="lon=" + x + ", lat=" + y)
    frame["dest_lon"], frame["dest_lat"] = np.where(why == "", lon, np.nan), np.where(why == "", lat, np.nan)


__all__ = ["FIELDS", "MappedFields", "SupplierList", "preview", "read_suppliers"]
