"""Where the rows of a list lie: the file's shapes, else two columns, else one column of both, else metres of a grid.

Nothing is guessed in silence: a decimal comma never parts two numbers, metres need their zone, an area stands for a
point only when it is asked for, and every conversion is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.messages import Note
from layers.formats.reasons import Reason
from layers.formats.table import Table, shorten
from layers.formats.values.coordinates import check_positions, coordinate_notes, parse_coordinates
from layers.formats.values.numbers import parse_numbers
from layers.formats.values.pairs import parse_pairs, utm_of
from layers.formats.values.utm import to_degrees, zone_of
from layers.reference.tables import country_boxes
from layers.sources.axis_columns import axis_text
from layers.sources.fields import Fields
from layers.sources.row_shapes import half_extent_km, shapes_of

Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]
DEGREES = "longitude -180 to 180, latitude -90 to 90, degrees of WGS 84"


@dataclass
class Positions:
    """Places of all rows of a table.

    Attributes
    ----------
    lon, lat
        Degrees of WGS 84; NaN where blank or unusable.
    reason
        Key of :data:`layers.formats.reasons.REASONS` where a place is unusable, else blank.
    as_written
        What stood there, for the account of rejected rows.
    extent_km
        Position error that comes from an area's own size [km]; NaN where a point was given.
    notes
        What was converted or taken for granted.
    """

    lon: Floats
    lat: Floats
    reason: Objects
    as_written: pd.Series[str]
    extent_km: Floats
    notes: list[str] = field(default_factory=list)


PLACED = (("lat", "lon"), ("easting", "northing"), ("location",))
"""Fields any group of which tells a place."""


def has_place(fields: Fields) -> bool:
    """Whether the table can hold places at all."""
    placed = any(all(fields.column(name) is not None for name in group) for group in PLACED)
    return placed or fields.table.geometry is not None


def positions_of(table: Table, fields: Fields, countries: pd.Series[str]) -> Positions:
    """Longitude and latitude of every row.

    Parameters
    ----------
    countries
        ISO 3166 alpha-3 that each row states, blank for none: it tells a hemisphere, and which of two unnamed columns
        is the latitude.
    """
    shapes = shapes_of(table, fields)
    if shapes is None:
        return _of_text(fields, countries)
    out = _of_shapes(shapes, fields)
    without_shape = np.array([shape is None for shape in shapes])
    if without_shape.any() and any(fields.column(name) is not None for name in ("lon", "easting", "location")):
        text = _of_text(fields, countries)  # a feature without a geometry may state its place in columns
        out.lon, out.lat = np.where(without_shape, text.lon, out.lon), np.where(without_shape, text.lat, out.lat)
        out.reason = np.where(without_shape, text.reason, out.reason).astype(object)
        out.as_written = out.as_written.where(~without_shape, text.as_written)
        out.notes += text.notes
    return out


def _of_shapes(shapes: Objects, fields: Fields) -> Positions:
    """Places of points; of lines and areas a point inside, where the user says that it may stand for them."""
    n = len(shapes)
    shapes = np.asarray(shapes, dtype=object).copy()
    kind = shapely.get_type_id(shapes)
    reason = np.full(n, "", dtype=object)
    extent = np.full(n, np.nan)
    notes: list[str] = []
    other = (kind >= 0) & (kind != 0)
    if other.any() and fields.options.areas_as_points:
        extent[other] = half_extent_km(shapes[other])
        shapes[other] = shapely.point_on_surface(shapes[other])
        notes.append(
            Note(
                "{n} area{n?|s} or line{n?|s} {n?is taken as a point|are taken as points}, as asked: a point "
                "inside, half the extent as position error.",
                n=int(other.sum()),
            )
        )
    else:
        reason[other] = "not_a_point"
        shapes[other] = None
    lon, lat = shapely.get_x(shapes), shapely.get_y(shapes)
    texts = pd.Series([f"lon={x:g}, lat={y:g}" for x, y in zip(lon, lat, strict=True)], dtype="str")
    why = check_positions(lon, lat)
    reason = np.where(reason != "", reason, why).astype(object)
    names = {3: "an area", 6: "an area", 1: "a line", 5: "a line"}
    kinds = pd.Series([names.get(int(k), "a shape") for k in kind], dtype="str")
    texts = texts.where(~other | (reason != "not_a_point"), kinds)
    return Positions(lon, lat, reason, texts, extent, notes)


def _of_text(fields: Fields, countries: pd.Series[str]) -> Positions:
    notes: list[str] = []
    zones = _zones(fields)
    if fields.column("easting") is not None and fields.column("northing") is not None and not _two(fields):
        x, y = fields.text("easting"), fields.text("northing")
        out = _blank(x, y)
        metres = (x.str.strip() != "") | (y.str.strip() != "")
        out.reason[metres.to_numpy()] = "coordinates_in_metres"
    elif _two(fields):
        x, y = axis_text(fields, "lon", notes), axis_text(fields, "lat", notes)
        out = _parsed(x, y, fields, notes)
    else:
        return _of_one_column(fields, countries, notes)
    metres = out.reason == "coordinates_in_metres"
    if metres.any() and zones is not None:
        boxes = [country_boxes().get(code) for code in countries]
        _convert(out, metres, x, y, zones, boxes, notes)
    elif metres.any() and fields.options.crs.upper().startswith("EPSG"):
        _project(out, metres, x, y, fields, notes)
    out.notes = notes
    return out


def _two(fields: Fields) -> bool:
    return fields.column("lon") is not None and fields.column("lat") is not None


def _blank(x: pd.Series[str], y: pd.Series[str]) -> Positions:
    n = len(x)
    nan = np.full(n, np.nan)
    texts = ("lon=" + x + ", lat=" + y).astype("str")
    return Positions(nan.copy(), nan.copy(), np.full(n, "", dtype=object), texts, nan.copy())


def _parsed(x: pd.Series[str], y: pd.Series[str], fields: Fields, notes: list[str]) -> Positions:
    out = _blank(x, y)
    if fields.options.swap:
        x, y = y, x
    out.lon, out.lat, out.reason = parse_coordinates(x, y)
    for remark, where in coordinate_notes(x, y).items():
        notes.append(Note("{reason} ({n} row{n?|s})", reason=Reason(remark), n=len(where)))
    return out


def _zones(fields: Fields) -> list[str] | None:
    """The UTM zone of each row: as the user says, else of a column whose values are zones."""
    n = len(fields.table.frame)
    if fields.options.crs and not fields.options.crs.upper().startswith("EPSG"):
        return [fields.options.crs] * n
    if fields.options.crs and zone_of(fields.options.crs):
        return [fields.options.crs] * n
    for column in (fields.column("utm_zone"), fields.named("zone")):
        if column is None:
            continue
        texts = fields.table.frame[column].str.strip()
        filled = texts[texts != ""]
        if len(filled) and all(zone_of(str(text)) for text in pd.unique(filled)):
            if fields.column("admin2") == column:
                fields.drop("admin2")
            fields.take("utm_zone", column)
            return [str(text) for text in fields.text("utm_zone")]
    return None


def _convert(
    out: Positions,
    metres: npt.NDArray[np.bool_],
    x: pd.Series[str],
    y: pd.Series[str],
    zones: list[str],
    boxes: list[tuple[float, float, float, float] | None],
    notes: list[str],
) -> None:
    """Metres of a UTM zone to degrees, where `metres`."""
    easting, northing = parse_numbers(x, decimal=None)[0], parse_numbers(y, decimal=None)[0]
    if (northing < easting)[metres & np.isfinite(northing)].all() and metres.any():
        easting, northing = northing, easting  # x and y exchanged: an easting has six figures, a northing seven
    easting, northing = np.where(metres, easting, np.nan), np.where(metres, northing, np.nan)
    lon, lat, why = to_degrees(easting, northing, zones, boxes)
    done = metres & (why == "") & np.isfinite(lon)
    out.lon, out.lat = np.where(done, lon, out.lon), np.where(done, lat, out.lat)
    out.reason = np.where(
        metres, np.where(done, "", np.where(why == "", "coordinates_in_metres", why)), out.reason
    ).astype(object)
    if done.any():
        notes.append(Note("{reason} ({n} row{n?|s})", reason=Reason("coordinates_utm_converted"), n=int(done.sum())))


def _project(
    out: Positions,
    metres: npt.NDArray[np.bool_],
    x: pd.Series[str],
    y: pd.Series[str],
    fields: Fields,
    notes: list[str],
) -> None:
    from layers.formats.limits import LOCAL
    from layers.formats.readers.projection import to_wgs84

    system = fields.options.crs.upper().replace(" ", "")
    easting, northing = parse_numbers(x)[0], parse_numbers(y)[0]
    at = np.flatnonzero(metres & np.isfinite(easting) & np.isfinite(northing))
    moved, foreign = to_wgs84(shapely.points(easting[at], northing[at]), system, fields.table.name, LOCAL.clock())
    out.lon[at], out.lat[at] = shapely.get_x(moved), shapely.get_y(moved)
    bad = ~(np.isfinite(out.lon[at]) & np.isfinite(out.lat[at]))
    out.reason[at[~bad]] = ""
    out.lon[at[bad]] = out.lat[at[bad]] = np.nan
    notes.append(Note("The coordinates were converted from {system} to WGS 84.", system=foreign or system))


def _of_one_column(fields: Fields, countries: pd.Series[str], notes: list[str]) -> Positions:
    """Places out of one column of both numbers, or of it and the unnamed column beside it (a merged heading)."""
    texts = fields.text("location")
    beside = _unnamed_beside(fields, texts)
    if beside is not None:
        first, second = texts, fields.table.frame[beside]
        turned = _turned(first, second, countries)
        fields.also("location", beside)
        x, y = (first, second) if turned else (second, first)
        order = Note("longitude, latitude") if turned else Note("latitude, longitude")
        notes.append(
            Note(
                "The heading {name} stands over two columns: they are taken as {order}.",
                name=shorten(str(fields.column("location")), 40),
                order=order,
            )
        )
        return _with(_parsed(x, y, fields, notes), notes)
    y, x, why = parse_pairs(texts)
    if fields.options.swap:
        x, y = y, x
    out = _parsed(x, y, _unswapped(fields), notes)
    out.as_written = texts
    out.reason = np.where((why != "").to_numpy(), why.to_numpy(dtype=object), out.reason).astype(object)
    grid = out.reason == "coordinates_utm_text"
    if grid.any():
        parts = [utm_of(str(text)) if is_grid else None for text, is_grid in zip(texts, grid, strict=True)]
        split = [part or ("", "", "") for part in parts]
        boxes = [country_boxes().get(code) for code in countries]
        zones, east, north = (pd.Series([s[i] for s in split], dtype="str") for i in range(3))
        _convert(out, grid & (zones != "").to_numpy(), east, north, zones.tolist(), boxes, notes)
    return _with(out, notes)


def _unswapped(fields: Fields) -> Fields:
    """The same table without the wish to exchange, which was met already."""
    from dataclasses import replace

    return Fields(fields.table, options=replace(fields.options, swap=False, columns=()))


def _with(out: Positions, notes: list[str]) -> Positions:
    out.notes = notes
    return out


def _unnamed_beside(fields: Fields, texts: pd.Series[str]) -> str | None:
    """The unnamed column right of the column of places, where both hold single numbers; else None."""
    column = fields.column("location")
    names = [str(n) for n in fields.table.frame.columns]
    if column is None or names.index(column) + 1 >= len(names):
        return None
    beside = names[names.index(column) + 1]
    if beside != f"column_{names.index(column) + 2}" and not beside.startswith(f"{column} "):
        return None
    filled = texts.str.strip() != ""
    single = r"[+-\u2212]?\d{1,3}(?:[.,]\d+)?\s*°?"
    other = fields.table.frame[beside].str.strip()
    if not filled.any() or not texts[filled].str.strip().str.fullmatch(single).all():
        return None
    return beside if other[filled].str.fullmatch(single).any() else None


def _turned(first: pd.Series[str], second: pd.Series[str], countries: pd.Series[str]) -> bool:
    """Whether the first of two columns is the longitude: where only that brings rows into their country."""
    boxes = country_boxes()
    right = {False: 0, True: 0}
    for turned in right:
        lon, lat, _ = parse_coordinates(first if turned else second, second if turned else first)
        for code, x, y in zip(countries, lon.tolist(), lat.tolist(), strict=True):
            if code in boxes and x == x:
                west, south, east, north = boxes[code]
                right[turned] += west <= x <= east and south <= y <= north
    return right[True] > right[False]


def require_place(fields: Fields) -> None:
    """Raise :class:`geo.errors.InputError` where no column can hold places, naming what would be known."""
    if not has_place(fields):
        fields.require("lon", "lat")
