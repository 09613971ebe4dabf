"""Boundaries of administrative units: polygons with a column of names or P-codes, their level and their vintage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.errors import InputError
from geo.messages import Note
from geo.records.place_names import fold_series
from geo.schema import REJECTED, empty
from geo.spatial.polygons import Boundaries
from i18n.translator import N_
from layers.formats import LOCAL, Door, read
from layers.formats import Table as Read
from layers.formats.reasons import sentence
from layers.reference.tables import country_codes
from layers.sources.layer import Faults, Fields, only, version_of

UNKNOWN = "unknown"
_LEVEL = re.compile(r"(?:adm|admin|admbnda_adm)[ _-]?([0-3])(?!\d)", re.IGNORECASE)
_VINTAGE_MEMBERS = ("validOn", "date", "boundaryYearRepresented", "boundaryYear", "boundary_version", "version")
_POLYGON, _MULTI = 3, 6
FAULTS = (
    N_("Self-intersection"),
    N_("Ring Self-intersection"),
    N_("Hole lies outside shell"),
    N_("Holes are nested"),
    N_("Nested shells"),
    N_("Interior is disconnected"),
    N_("Duplicate Rings"),
    N_("Too few points in geometry component"),
    N_("Invalid Coordinate"),
)
"""What GEOS says of an invalid polygon: words to be translated, not data."""


@dataclass(frozen=True, eq=False)
class BoundaryLayer(Boundaries):
    """A boundary set as read, with the account of its rows."""

    sha256: str = ""
    accounting: dict[str, int] = field(default_factory=dict)
    rejected: pd.DataFrame = field(default_factory=lambda: empty(REJECTED))
    notes: list[str] = field(default_factory=list)


def read_boundaries(
    source: bytes | Path,
    name: str | None = None,
    *,
    version: str | None = None,
    level: int | None = None,
    country: str | None = None,
    door: Door = LOCAL,
) -> BoundaryLayer:
    """Polygons of administrative units out of GeoJSON, TopoJSON or a zipped shapefile.

    Parameters
    ----------
    version
        Vintage where the file itself states none; a year in a file's name is no statement.
    level
        0 country, 1 first order, 2 second order, 3; found from the file's columns where it is not given.
    country
        Code or name where the file states none.

    Returns
    -------
    BoundaryLayer
        A :class:`geo.spatial.polygons.Boundaries`, units in the file's order. Invalid polygons are repaired; `repairs`
        says for
        each unit what was wrong and how much its geodesic area changed [m2]. Units of one name are kept apart and
        told in `notes`.

    Raises
    ------
    geo.errors.InputError
        There is no column of names or P-codes, no polygon, or `country` is not known.
    """
    option = ""
    if country:
        option = str(country_codes(pd.Series([country], dtype="str")).iloc[0])
        if not option:
            raise InputError("The country is not known.", where="country", expected="ISO 3166 alpha-3", got=country)
    table = read(source, name, purpose="table", door=door)
    fields, faults = Fields(table, "boundaries"), Faults(table)
    # The door says what is invalid; what became of it is said below.
    notes = [note for note in table.notes if not note.startswith((sentence("bow_tie"), sentence("zero_area")))]
    if table.geometry is None:
        raise InputError(
            "The file holds no polygons.",
            where=table.name,
            expected="GeoJSON, TopoJSON or a zipped shapefile of polygons",
            got=table.format,
        )
    order = _level(fields, table, notes) if level is None else level
    unit, code = _text(fields, f"unit{order}", "unit"), _text(fields, f"code{order}", "code")
    if unit is None and code is None:
        fields.require("unit")
    names = unit if unit is not None else code
    assert names is not None
    codes = code if code is not None else pd.Series([""] * len(names), dtype="str")
    names = names.where(names.str.strip() != "", codes).str.strip()
    faults.add("missing_value", names == "", expected="a name or P-code")
    kind = shapely.get_type_id(table.geometry)
    faults.add("geometry_null", kind == -1, expected="a polygon")
    faults.add("not_an_area", ~np.isin(kind, (_POLYGON, _MULTI)), expected="a polygon")
    geometry, repairs = _repaired(table.geometry, names, table, faults.ok)
    faults.add("zero_area", shapely.area(geometry) == 0, expected="a polygon with an area")
    faults.usable("boundaries")

    stated = country_codes(fields.text("country"))
    frame = pd.DataFrame(
        {
            "unit": names,
            "code": codes,
            "parent": fields.text("parent") if order == 2 else pd.Series([""] * len(names), dtype="str"),
            "country": stated.where(stated != "", option),
        }
    )[faults.ok].reset_index(drop=True)
    frame = frame.astype(dict.fromkeys(frame.columns, "str")).assign(level=order)
    folded = frame["country"] + " " + frame["parent"] + " " + fold_series(frame["unit"])
    twice = frame["unit"][folded.duplicated(keep=False)]
    if len(twice):
        shown = ", ".join(sorted(set(twice))[:10])
        notes.append(
            Note(
                "{n} polygons share the name of another unit: {names}. Each stays a unit of its own.",
                n=len(twice),
                names=shown,
            )
        )
    repairs = [repair for repair in repairs if repair["row"] in set(table.row[faults.ok].tolist())]
    notes += [
        Note(
            "{unit} was invalid ({fault}); repaired, its area changed by {area:,.0f} m2.",
            unit=repair["unit"],
            fault=Note(repair["fault"]),
            area=repair["area_change_m2"],
        )
        for repair in repairs
    ]
    vintage = _version(fields, table, faults.ok, version, notes)
    rejected = faults.rejected(names)
    return BoundaryLayer(
        frame=frame,
        geometry=geometry[faults.ok],
        version=vintage,
        dataset=table.meta.get("collection_name") or table.meta.get("layer") or Path(table.name).stem,
        dataset_version=version_of(table),
        name=table.name,
        repairs=repairs,
        sha256=table.sha256,
        accounting={"read": len(frame) + len(rejected), "accepted": len(frame), "rejected": len(rejected)},
        rejected=rejected,
        notes=notes,
    )


def _text(fields: Fields, *names: str) -> pd.Series[str] | None:
    """The first of these fields that the table has; None when it has none."""
    return next((fields.text(name) for name in names if fields.column(name) is not None), None)


def _level(fields: Fields, table: Read, notes: list[str]) -> int:
    """The level: as the rows state it, else of the deepest column of names, else of the layer's or file's name."""
    stated = fields.text("level") if fields.column("level") is not None else pd.Series([], dtype="str")
    found = {
        match[-1] for match in stated.str.findall(r"^\s*(?:adm|admin)?[ _-]?([0-3])\s*$", flags=re.IGNORECASE) if match
    }
    if len(found) == 1:
        return int(found.pop())
    for order in (2, 1, 0):
        # shapeName alone says nothing of the level: it names the units of every level of geoBoundaries.
        column = fields.column(f"unit{order}") or fields.column(f"code{order}")
        if column is not None and column.casefold() != "shapename":
            return order
    for text in (table.meta.get("collection_name", ""), table.meta.get("layer", ""), table.name):
        if match := _LEVEL.search(text):
            return int(match[1])
    notes.append(Note("The level of the units is not stated; they are taken for second-order units."))
    return 2


def _version(fields: Fields, table: Read, ok: npt.NDArray[np.bool_], option: str | None, notes: list[str]) -> str:
    """The vintage: of the file's own members, of its rows, else the option, else unknown."""
    meta: Mapping[str, str] = table.meta
    said = [str(meta[member]).strip() for member in _VINTAGE_MEMBERS if str(meta.get(member, "")).strip()]
    if not said and fields.column("version") is not None:
        values = sorted({text.strip() for text in fields.text("version")[ok] if text.strip()})
        said = [only(pd.Series(values), f"{values[0]} to {values[-1]}")] if values else []
    if not said:
        return option or UNKNOWN
    if option and option != said[0]:
        notes.append(
            Note(
                "The file states its vintage as {stated}; the given {given} was not used.", stated=said[0], given=option
            )
        )
    return said[0]


def _repaired(
    geometry: npt.NDArray[np.object_], names: pd.Series[str], table: Read, ok: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.object_], list[dict[str, Any]]]:
    """Valid polygons, and for each that was not: unit, source row, what was wrong, and how its area changed."""
    out = geometry.copy()
    out[~ok] = None
    bad = np.flatnonzero(ok & ~shapely.is_valid(out))
    repairs: list[dict[str, Any]] = []
    for at in bad.tolist():
        before = out[at]
        # The structure method keeps rings as boundaries; lines and points that fall out of a repair are no area.
        mended = shapely.make_valid(before, method="structure", keep_collapsed=False)
        parts = [p for p in shapely.get_parts(mended) if shapely.get_type_id(p) in (_POLYGON, _MULTI)]
        out[at] = parts[0] if len(parts) == 1 else shapely.union_all(parts) if parts else shapely.MultiPolygon()
        area, area_before = _area_m2(out[at]), _area_m2(before)
        repairs.append(
            {
                "unit": str(names.iloc[at]),
                "row": int(table.row[at]),
                "fault": str(shapely.is_valid_reason(before)).split("[")[0],
                "area_m2": round(area, 1),
                "area_change_m2": round(area - area_before, 1),
            }
        )
    return out, repairs


def _area_m2(shape: Any) -> float:
    """Geodesic area on WGS 84 [m2], never below zero; holes subtract."""
    from pyproj import Geod

    if shape.is_empty:
        return 0.0
    return abs(float(Geod(ellps="WGS84").geometry_area_perimeter(shapely.orient_polygons(shape))[0]))
