"""Where the rows of a company's list lie, and the lines of their routes; places held against what the row states."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.spatial.geodesic import geodesic_m
from layers.formats import Table as Read
from layers.formats.values.coordinates import check_positions
from layers.sources.layer import Faults, Fields
from layers.sources.place_check import place_check, place_notes
from layers.sources.positions import DEGREES, positions_of
from layers.sources.site_lists import position_error

OUTSIDE_COUNTRY = "place outside the stated country"
FAR_START = "route begins far from the origin"
FAR_UNIT = "place far from the stated unit"
"""First words of remarks that are red flags of a false origin."""
FAR_START_KM = 10.0
"""How far from its origin a route may begin [km]: lines are drawn along roads, which seldom reach into a mine."""


def list_positions(
    frame: pd.DataFrame,
    table: Read,
    fields: Fields,
    faults: Faults,
    notes: list[str],
    remarks: list[list[str]],
) -> npt.NDArray[np.object_]:
    """Origin of each row (geometry, else columns, else the first vertex of its line), and its line.

    Parameters
    ----------
    frame, table
        Rows of :data:`geo.screening.schema.SUPPLIERS`, whose `lon` and `lat` are filled in place, and the file as it
        was read.
    fields
        The columns of a table by the fields that they were taken for.
    faults
        Rows that cannot be used, with the reason; those found here are added.
    notes
        Notes on the file; those made here are appended.
    remarks
        Remarks on each row; those made here are appended.
    """
    n = len(frame)
    lines = np.full(n, None, dtype=object)
    stated = fields.text("route_line").str.strip()
    fault = np.full(n, "", dtype=object)
    for i in np.flatnonzero((stated != "").to_numpy()):
        lines[i], fault[i] = _line(str(stated[i]))
    faults.add(fault, expected="route_line: WKT LINESTRING (lon lat, ...)", got=stated)
    if table.geometry is not None:
        table = _without_lines(table, lines, faults)
        fields.table = table
    at = positions_of(table, fields, frame["country"])
    notes += at.notes
    line_alone = np.isnan(at.lon) & np.isnan(at.lat) & np.array([line is not None for line in lines], dtype=bool)
    line_alone &= at.reason == ""
    for i in np.flatnonzero(line_alone):
        at.lon[i], at.lat[i] = lines[i].coords[0][:2]
    why = np.where(
        line_alone, check_positions(np.where(line_alone, at.lon, 1.0), np.where(line_alone, at.lat, 1.0)), at.reason
    )
    faults.add(why, expected=DEGREES, got=at.as_written)
    frame["coord_precision_km"] = position_error(fields, faults, at)
    frame["lon"], frame["lat"] = np.where(why == "", at.lon, np.nan), np.where(why == "", at.lat, np.nan)
    _check_places(frame, table, faults, notes, remarks, at.as_written)
    _check_starts(frame, lines, remarks, line_alone)
    return lines


def _without_lines(table: Read, lines: npt.NDArray[np.object_], faults: Faults) -> Read:
    """The table without its lines, which are routes and go into `lines`."""
    import shapely

    assert table.geometry is not None
    shape = table.geometry.copy()
    is_line = np.isin(shapely.get_type_id(shape), (1, 5))
    fault = np.full(len(shape), "", dtype=object)
    for i in np.flatnonzero(is_line):
        lines[i], fault[i] = _one_line(shape[i])
    faults.add(fault, expected="a line of one part")
    shape[is_line] = None
    return replace(table, geometry=shape)


def _check_places(
    frame: pd.DataFrame,
    table: Read,
    faults: Faults,
    notes: list[str],
    remarks: list[list[str]],
    stated: pd.Series[str],
) -> None:
    """Places against the stated country: turned ones are faults, others elsewhere are remarked, row by row."""
    countries = frame["country"].tolist()
    placed_ = place_check(
        frame["lon"].to_numpy(dtype=np.float64),
        frame["lat"].to_numpy(dtype=np.float64),
        countries,
        frame["coord_precision_km"].to_numpy(dtype=np.float64),
    )
    turned = placed_.turned & faults.ok
    notes += place_notes(placed_, table.row, countries, faults.ok)
    expected = ("a place in " + frame["country"] + f": {DEGREES}").to_numpy(dtype=object)
    faults.add("coordinates_swapped", placed_.turned, expected=expected, got=stated)
    for i in np.flatnonzero(placed_.outside & faults.ok):
        where = placed_.found[i] or "another country or the sea"
        remarks[i].append(f"{OUTSIDE_COUNTRY}: states {countries[i]}, lies in {where}")
    frame["lon"] = frame["lon"].where(~turned, np.nan)
    frame["lat"] = frame["lat"].where(~turned, np.nan)


def _check_starts(
    frame: pd.DataFrame,
    lines: npt.NDArray[np.object_],
    remarks: list[list[str]],
    line_alone: npt.NDArray[np.bool_],
) -> None:
    """A route should begin at its origin; one that begins far from it is remarked."""
    placed_ = frame["lon"].notna().to_numpy() & ~line_alone
    for i in np.flatnonzero(placed_ & np.array([line is not None for line in lines], dtype=bool)):
        x, y = lines[i].coords[0][:2]
        far = float(geodesic_m(x, y, frame["lon"][i], frame["lat"][i])) / 1000
        error = frame["coord_precision_km"][i]
        if far > FAR_START_KM + (0.0 if np.isnan(error) else float(error)):
            remarks[i].append(f"{FAR_START}: {far:.0f} km")


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
