"""The run for a GIS: a GeoPackage of sites, incidents, trade lines, zones, districts and countries, and its project."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from i18n import column_labels
from i18n.translator import Translator
from jobs.assessment.export import explained
from jobs.meeting.map_sheet import sheet
from jobs.meeting.subject import Subject
from layers.formats.writers.cells import plain_types
from layers.formats.writers.geopackage import Layer, geopackage, layer_of
from layers.formats.writers.qgis_project import Look, ProjectLayer, project
from layers.maps import print_frame, styles
from layers.maps.print_frame import Frame
from layers.maps.printed import Sheet
from layers.maps.styles import Style
from layers.reference.country_names import country_name

_SHAPES = {"plus": "cross_fill", "cross": "cross2"}
_STROKES = ("cross2",)
"""Shapes of QGIS that are drawn by their outline alone."""
_PATTERNS = {
    "rising": "b_diagonal", "falling": "f_diagonal", "crossed": "diagonal_x", "level": "horizontal",
    "upright": "vertical", "dotted": "dense6", "": "no",
}  # fmt: skip
_INCIDENT_COLUMNS = (
    "record_id", "dataset", "dataset_version", "date_start", "date_end", "precision", "country", "admin1", "admin2",
    "deaths_best", "deaths_low", "deaths_high", "kind", "place", "actor_a", "actor_b", "provisional", "demonstration",
)  # fmt: skip


def gis_layers(subject: Subject) -> list[Layer]:
    """The layers, from above to below; those that would be empty are left out.

    Parameters
    ----------
    subject
        The run, and how it is said.
    """
    drawn = sheet(subject)
    found = [_sites(subject), _incidents(drawn), _lines(drawn), _zones(subject, drawn), _districts(subject)]
    found.append(_countries(subject, drawn))
    return [layer for layer in found if layer is not None and len(layer.shapes)]


def gis_package(subject: Subject) -> bytes:
    """The GeoPackage.

    Parameters
    ----------
    subject
        The run, and how it is said.
    """
    return geopackage(gis_layers(subject))


def gis_project(subject: Subject) -> bytes:
    """The project, for the GeoPackage of the same run beside it.

    Parameters
    ----------
    subject
        The run, and how it is said.
    """
    _ = subject.translate
    mark = f"{subject.notice.upper()} – " if subject.notice else ""
    layers = [_described(subject, layer) for layer in gis_layers(subject)]
    title = f"{mark}{subject.title}, {subject.subtitle}"
    name = subject.file_name("gis", "qgz").removesuffix(".qgz")
    note = mark + " ".join(subject.foot)
    return project(name, subject.file_name("gis", "gpkg"), title, layers, _frame(subject.sites).box, note=note)


def _frame(sites: pd.DataFrame) -> Frame:
    return Frame.around(sites["lon"].tolist(), sites["lat"].tolist(), wide=1.5)


def _sites(subject: Subject) -> Layer:
    every = explained(subject.run.assessment, subject.run.rules)
    return layer_of(plain_types(every.iloc[list(subject.rows)]), "sites")


def _incidents(drawn: Sheet) -> Layer | None:
    """Incidents of known place; which may leave was decided before."""
    rows = drawn.incidents
    if rows is None or rows.empty:
        return None
    placed = rows[rows["precision"].isin([1, 2]) & rows["lon"].notna() & rows["lat"].notna()]
    kind = placed["kind"].where(placed["kind"].isin(styles.INCIDENT_KINDS), "")
    columns = [c for c in _INCIDENT_COLUMNS if c in placed]
    made = plain_types(placed[["lon", "lat", *columns]]).assign(kind=kind.to_numpy())
    return layer_of(made, "incidents")


def _lines(drawn: Sheet) -> Layer | None:
    shapes = [line.geometry for line in drawn.lines]
    made = np.empty(len(shapes), dtype=object)
    made[:] = shapes
    return layer_of(pd.DataFrame({"kind": [line.style for line in drawn.lines]}, dtype="str"), "lines", made)


def _zones(subject: Subject, drawn: Sheet) -> Layer | None:
    made = np.empty(len(drawn.zones), dtype=object)
    made[:] = [shapely.geometry.MultiPolygon(_polygons(z.geometry)) for z in drawn.zones]
    rows = [(z.name, z.status, z.indicative, subject.day.isoformat()) for z in drawn.zones]
    return layer_of(pd.DataFrame(rows, columns=["unit", "status", "indicative", "as_of"]), "zones", made)


def _districts(subject: Subject) -> Layer | None:
    parts = [b.frame.assign(boundary_version=b.version) for b in subject.loaded.boundaries]
    shapes = [g for b in subject.loaded.boundaries for g in b.geometry]
    if not shapes:
        return None
    made = np.empty(len(shapes), dtype=object)
    made[:] = [shapely.geometry.MultiPolygon(_polygons(g)) for g in shapes]
    return layer_of(pd.concat(parts, ignore_index=True), "districts", made)


def _countries(subject: Subject, drawn: Sheet) -> Layer | None:
    """Outlines of the countries around, as a backdrop."""
    west, south, east, north = (drawn.frame or _frame(subject.sites)).box
    wide, high = east - west, north - south
    larger = Frame(max(west - wide, -180), max(south - high, -90), min(east + wide, 180), min(north + high, 90))
    found = print_frame.outlines(larger, "natural_earth_countries.geojson")
    made = np.empty(len(found), dtype=object)
    made[:] = [shapely.geometry.MultiPolygon(_polygons(g)) for _, g in found]
    codes = [p.get("iso3", "") for p, _ in found]
    names = [country_name(code, subject.translate) for code in codes]
    table = pd.DataFrame({"iso3": codes, "name": names, "source": "Natural Earth"}, dtype="str")
    return layer_of(table, "countries", made)


def _polygons(geometry: shapely.Geometry) -> list[shapely.Polygon]:
    parts = shapely.get_parts([geometry]).tolist()
    return [part for part in parts if isinstance(part, shapely.Polygon) and not part.is_empty]


def _described(subject: Subject, layer: Layer) -> ProjectLayer:
    """How a layer of the GeoPackage is drawn and named."""
    _ = subject.translate
    mark = f" – {subject.notice}" if subject.notice and layer.name in ("sites", "incidents") else ""
    aliases = {name: heading for name in layer.columns if (heading := column_labels.column(name, _)) != name}
    if layer.name == "sites":
        looks = [_point(s, _, size=3.0) for s in styles.SITES]
        return ProjectLayer("sites", _("Sites") + mark, "point", looks, "site_class", aliases=aliases)
    if layer.name == "incidents":
        size = '1.4 + 1.2 * log10(1 + coalesce("deaths_best", 0))'
        looks = [_point(s, _, size=1.8, size_by=size) for s in styles.INCIDENT_LEGEND]
        return ProjectLayer("incidents", _("Incidents") + mark, "point", looks, "kind", aliases=aliases)
    if layer.name == "lines":
        used = [s for s in styles.LINES if s.key in layer.columns["kind"][0]]
        looks = [
            Look(s.key, _(s.text), s.colour, dash="dash" if s.dash else "solid", size=0.3, alpha=0.45) for s in used
        ]
        return ProjectLayer("lines", _("Lines"), "line", looks, "kind")
    if layer.name == "zones":
        used = [styles.zone_style(s) for s in sorted(set(layer.columns["status"][0]))]
        looks = [
            Look(s.key, _(styles.ZONE_AREAS[s.key]), s.colour, pattern=_PATTERNS[s.pattern], edge=s.colour, size=0.5,
                 dash="dash" if s.dash else "solid", alpha=0.7)
            for s in used
        ]  # fmt: skip
        return ProjectLayer("zones", _("Zones"), "area", looks, "status", label="unit", aliases=aliases)
    if layer.name == "districts":
        look = Look("", _("Boundaries"), "#b9b4aa", pattern="no", edge="#b9b4aa", size=0.2)
        return ProjectLayer("districts", _("Boundaries"), "area", [look], aliases=aliases)
    look = Look("", _("Countries"), "#fbfaf6", edge="#8a8a8a", size=0.3)
    return ProjectLayer("countries", _("Countries"), "area", [look])


def _point(style: Style, translate: Translator, *, size: float, size_by: str = "") -> Look:
    shape = _SHAPES.get(style.shape, style.shape)
    edge = style.colour if shape in _STROKES else style.edge or "#ffffff"
    return Look(
        style.key, translate(style.text), style.colour, shape=shape, edge=edge, size=size, size_by=size_by,
        alpha=style.alpha,
    )  # fmt: skip
