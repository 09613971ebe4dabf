"""Boundaries of administrative units: polygons with a column of names or P-codes, their level and their vintage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.errors import InputError
from geo.messages import Note
from geo.records.place_names import fold_series, plain
from geo.schema import REJECTED, empty
from geo.spatial.geodesic import geod
from geo.spatial.polygon_edges import count_pieces
from geo.spatial.polygons import Boundaries
from i18n.translator import N_
from layers.formats import LOCAL, Gateway, read
from layers.formats import Table as Read
from layers.formats.reasons import sentence
from layers.formats.sandbox.validity import mended
from layers.reference.tables import columns as spelled_columns
from layers.reference.tables import country_codes
from layers.sources.boundary_levels import level_of
from layers.sources.column_words import header_words
from layers.sources.layer import Faults, Fields, shared_value, version_of
from layers.sources.read_options import NOTHING, ReadOptions
from layers.sources.reader_in_child import in_child
from layers.sources.row_shapes import shapes_of

UNKNOWN = "unknown"
ONLY_ONE = "Only the layer {layer} was read; also there: {others} (option --layer)."
"""What the gateway tells of the other layers; where they are read too, it would be false."""
_HEADER = header_words("boundaries", ("unit",), ("unit1",), ("unit2",), ("code",))
_NO_DAY = re.compile(
    r"(?:1899[-/.]12[-/.]3[01]|1900[-/.]0?1[-/.]0?[01]|0000|0?0[-/.]0?0|null|none|n/?a)", re.IGNORECASE
)
_VINTAGE_MEMBERS = ("validOn", "date", "boundaryYearRepresented", "boundaryYear", "boundary_version", "version")
_POLYGON, _MULTI = 3, 6
MOST_REPAIRS = 5
"""Repaired polygons told one by one; the run record lists them all."""
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
    """A boundary set as read, with the account of its rows.

    Attributes
    ----------
    level_basis
        What said the level: one of :data:`layers.sources.boundary_levels.BASES`. With ``unknown`` the level is 0, as of
        countries, and no rule of regions or districts uses the set.
    columns_used, columns_ignored
        Columns by field, and those that nothing was read from.
    size
        Number of bytes of the file.
    """

    sha256: str = ""
    level_basis: str = "unknown"
    columns_used: dict[str, tuple[str, ...]] = field(default_factory=dict)
    columns_ignored: tuple[str, ...] = ()
    accounting: dict[str, int] = field(default_factory=dict)
    rejected: pd.DataFrame = field(default_factory=lambda: empty(REJECTED))
    notes: list[str] = field(default_factory=list)
    size: int = 0


def read_boundaries(
    source: bytes | Path,
    name: str | None = None,
    *,
    version: str | None = None,
    level: int | None = None,
    country: str | None = None,
    gateway: Gateway = LOCAL,
    options: ReadOptions = NOTHING,
) -> BoundaryLayer:
    """Polygons of administrative units out of GeoJSON, TopoJSON or a zipped shapefile.

    Parameters
    ----------
    version
        Vintage where the file itself states none; a year in a file's name is no statement.
    level
        0 country, 1 first order, 2 second order, 3; found from the file where it is not given, and 0 where nothing says
        it (see :mod:`layers.sources.boundary_levels`).
    country
        Code or name where the file states none.
    options
        What the user says of the file.

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
    return read_boundary_sets(
        source, name, version=version, level=level, country=country, gateway=gateway, options=options, one=True
    )[0]


@in_child
def read_boundary_sets(
    source: bytes | Path,
    name: str | None = None,
    *,
    version: str | None = None,
    level: int | None = None,
    country: str | None = None,
    gateway: Gateway = LOCAL,
    options: ReadOptions = NOTHING,
    one: bool = False,
) -> list[BoundaryLayer]:
    """Every layer of a file that states a level, a boundary set each; the first layer where none states one.

    Parameters as of :func:`read_boundaries`; a layer chosen by `options`, or `one`, leaves a single set.
    """
    option = ""
    if country:
        option = str(country_codes(pd.Series([country], dtype="str")).iloc[0])
        if not option:
            raise InputError("The country is not known.", where="country", expected="ISO 3166 alpha-3", got=country)

    def table_of(layer: str) -> Read:
        choice = replace(options, layer=layer).choice(_HEADER)
        return read(source, name, purpose="table", gateway=gateway, swap=options.swap, choice=choice)

    def set_of(read_table: Read) -> BoundaryLayer:
        order = level if level is not None else options.level
        return _set(read_table, options, gateway, version=version, level=order, option=option)

    table = table_of(options.layer)
    others = [layer for layer in table.layers if layer != table.meta.get("layer")]
    first = set_of(table)
    if one or options.layer or not others:
        return [first]
    found, left = {first.level: first} if first.level_basis != "unknown" else {}, []
    for layer in others:
        try:
            another = set_of(table_of(layer))
        except InputError:
            left.append(layer)
            continue
        if another.level_basis == "unknown" or another.level in found:
            left.append(layer)
        else:
            found[another.level] = another
    sets = [found[order] for order in sorted(found)] or [first]
    if found:
        for one_set in sets:
            one_set.notes[:] = [n for n in one_set.notes if getattr(n, "template", "") != ONLY_ONE]
    if left:
        sets[0].notes.append(
            Note("Layers that were not read: {names} (option --layer).", names=", ".join(sorted(left)[:10]))
        )
    return sets


def _set(
    table: Read, options: ReadOptions, gateway: Gateway, *, version: str | None, level: int | None, option: str
) -> BoundaryLayer:
    """The boundary set of one layer."""
    fields, faults = Fields(table, "boundaries", options), Faults(table)
    # The gateway says what is invalid; what became of it is said below.
    notes = [note for note in table.notes if not note.startswith((sentence("bow_tie"), sentence("zero_area")))]
    geometry_read = shapes_of(table, fields)
    if geometry_read is None:
        raise InputError(
            "The file holds no polygons.",
            where=fields.where(),
            expected="GeoJSON, TopoJSON or a zipped shapefile of polygons",
            got=table.format,
        )
    found = level_of(fields, table, level, notes)
    names = found.names
    faults.add("missing_value", names == "", expected="a name or P-code")
    kind = shapely.get_type_id(geometry_read)
    faults.add("geometry_null", kind == -1, expected="a polygon")
    faults.add("not_an_area", ~np.isin(kind, (_POLYGON, _MULTI)), expected="a polygon")
    geometry, repairs = _repaired(geometry_read, names, table, faults.ok, gateway)
    faults.add("zero_area", shapely.area(geometry) == 0, expected="a polygon with an area")
    gateway.check("edges", count_pieces(geometry[faults.ok]), table.name)
    faults.usable("boundaries", names)

    stated = country_codes(fields.text("country"))
    frame = pd.DataFrame(
        {
            "unit": names,
            "code": found.codes,
            "parent": found.parents,
            "country": stated.where(stated != "", option),
        }
    )[faults.ok].reset_index(drop=True)
    frame = frame.astype(dict.fromkeys(frame.columns, "str")).assign(level=found.order)
    folded = frame["country"] + " " + frame["parent"] + " " + fold_series(frame["unit"])
    twice = frame["unit"][folded.duplicated(keep=False)]
    if len(twice):
        shown = ", ".join(sorted(set(twice))[:10])
        notes.append(
            Note(
                "{n} polygon{n?|s} {n?shares|share} the name of another unit: {names}. Each stays a unit of its own.",
                n=len(twice),
                names=shown,
            )
        )
    repairs = [repair for repair in repairs if repair["row"] in set(table.row[faults.ok].tolist())]
    notes += repair_notes(repairs)
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
        size=table.size,
        level_basis=found.basis,
        columns_used=fields.used,
        columns_ignored=fields.ignored,
        accounting={"read": len(frame) + len(rejected), "accepted": len(frame), "rejected": len(rejected)},
        rejected=rejected,
        notes=notes,
    )


def repair_notes(repairs: list[dict[str, Any]]) -> list[str]:
    """What is told of repaired polygons: each by name where they are few, else the number and those that changed most.

    Examples
    --------
    >>> one = {"unit": "A", "fault": "Self-intersection", "area_change_m2": 2.0}
    >>> print(*repair_notes([one]))
    A was invalid (Self-intersection); repaired, its area changed by 2 m2.
    >>> print(*repair_notes([one, *(one | {"unit": f"B{i}"} for i in range(9))]))
    10 polygons were invalid and were repaired; the area of A changed most, by 2 m2.
    """
    if len(repairs) > MOST_REPAIRS:
        worst = max(repairs, key=lambda repair: abs(repair["area_change_m2"]))
        return [
            Note(
                "{n} polygon{n?|s} {n?was|were} invalid and {n?was|were} repaired; the area of {unit} changed "
                "most, by {area:,.0f} m2.",
                n=len(repairs), unit=worst["unit"], area=worst["area_change_m2"],
            )
        ]  # fmt: skip
    return [
        Note(
            "{unit} was invalid ({fault}); repaired, its area changed by {area:,.0f} m2.",
            unit=repair["unit"],
            fault=Note(repair["fault"]),
            area=repair["area_change_m2"],
        )
        for repair in repairs
    ]


def _version(fields: Fields, table: Read, ok: npt.NDArray[np.bool_], option: str | None, notes: list[str]) -> str:
    """The vintage: of the file's own members, of its rows, else the option, else unknown."""
    meta: Mapping[str, str] = table.meta
    stated = [text for member in _VINTAGE_MEMBERS if (text := str(meta.get(member, "")).strip()) and is_vintage(text)]
    for column in () if stated else _vintage_columns(fields):
        texts = table.frame[column][ok].str.strip()
        values = sorted({text for text in texts if is_vintage(text)})
        if values:
            fields.take("version", column)
            fields.text("version")
            stated = [shared_value(pd.Series(values), f"{values[0]} to {values[-1]}")]
            break
    if not stated:
        return option or UNKNOWN
    if option and option != stated[0]:
        notes.append(
            Note(
                "The file states its vintage as {stated}; the given {given} was not used.",
                stated=stated[0],
                given=option,
            )
        )
    return stated[0]


def is_vintage(text: str) -> bool:
    """Whether a text can be the vintage of boundaries: blank and the zero day of Excel and of databases are none.

    Examples
    --------
    >>> [is_vintage(text) for text in ("2015", "2021-06-24", "1899-12-30", "1899-12-30T00:00:00", "0000-00-00", "")]
    [True, True, False, False, False, False]
    """
    return bool(text.strip()) and not _NO_DAY.match(text.strip())


def _vintage_columns(fields: Fields) -> list[str]:
    """Columns that may state a vintage, best first."""
    own = {plain(name): name for name in map(str, fields.table.frame.columns)}
    stated = fields.options.mapping.get("version")
    spelled = (plain(stated),) if stated else spelled_columns("boundaries").get("version", ())
    return [own[word] for word in spelled if word in own]


def _repaired(
    geometry: npt.NDArray[np.object_], names: pd.Series[str], table: Read, ok: npt.NDArray[np.bool_], gateway: Gateway
) -> tuple[npt.NDArray[np.object_], list[dict[str, Any]]]:
    """Valid polygons, and for each that was not: unit, source row, what was wrong, and how its area changed."""
    out = geometry.copy()
    out[~ok] = None
    bad = np.flatnonzero(ok & ~shapely.is_valid(out))
    repairs: list[dict[str, Any]] = []
    whole = mended(out[bad], gateway.clock(), table.name)
    for at, after in zip(bad.tolist(), whole, strict=True):
        before, out[at] = out[at], after
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
    if shape.is_empty:
        return 0.0
    return abs(float(geod().geometry_area_perimeter(shapely.orient_polygons(shape))[0]))
