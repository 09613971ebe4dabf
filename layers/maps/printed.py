"""A map for paper and slides: PNG, SVG and PDF of one drawing, out of vectors, without a browser.

Drawn by Matplotlib, whose three back ends share one drawing; its own fonts are used and no others, text is never taken
for a formula, and no file tells when it was made: the same map gives the same bytes.
"""

from __future__ import annotations

import io
import os
import textwrap
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.schema import CLASSES
from i18n.translator import Translator
from layers.formats.writers.escape import clean
from layers.maps import print_frame, print_style, styles
from layers.maps.colour_by import ColourBy
from layers.maps.map import Line, Mark, ZoneArea
from layers.maps.print_frame import Frame
from layers.maps.print_hatch import pattern_lines, strokes
from layers.maps.print_labels import Labels
from layers.maps.print_legend import legend
from layers.reference.country_names import country_name

FORMATS = ("png", "svg", "pdf")
PAPER_IN = (11.69, 8.27)
"""A4, landscape [inches]."""
DPI = 200
_MAP = (0.03, 0.115, 0.69, 0.775)
"""The map on the sheet: left, bottom, width and height [shares]."""
_SIDE = (0.735, 0.115, 0.245, 0.775)
NAMED_SITES = 40
"""More sites are not named on the map: their names would hide it."""
_LOCK = threading.Lock()
"""Matplotlib's settings are those of the whole process."""


@dataclass(frozen=True)
class Sheet:
    """What is drawn.

    Parameters
    ----------
    title, subtitle
        Title, and the line with the date under it.
    sites
        Rows of :data:`geo.schema.ASSESSED`; those without a position are counted in a note.
    incidents
        Rows of :data:`geo.schema.INCIDENTS` that may leave; drawn are those of precision 1 and 2.
    districts
        Loaded boundaries, as thin outlines.
    sources, notes
        Lines of the foot and of the side.
    notice
        Written across the map, for synthetic data.
    colour
        What the sites are coloured by, one code a row; None: their class.
    """

    title: str
    subtitle: str
    sites: pd.DataFrame
    incidents: pd.DataFrame | None = None
    zones: Sequence[ZoneArea] = ()
    districts: Sequence[shapely.Geometry] = ()
    lines: Sequence[Line] = ()
    marks: Sequence[Mark] = ()
    sources: Sequence[str] = ()
    notes: Sequence[str] = ()
    notice: str = ""
    frame: Frame | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    colour: ColourBy | None = None


def draw(sheet: Sheet, translate: Translator, formats: Sequence[str] = FORMATS, dpi: int = DPI) -> dict[str, bytes]:
    """The sheet in each of `formats`, by its name."""
    with _LOCK, _library() as figure_of:
        figure = figure_of(PAPER_IN)
        _sheet(figure, sheet, translate)
        return {name: _saved(figure, name, dpi, sheet.notice) for name in formats}


def picture(sheet: Sheet, translate: Translator, size_in: tuple[float, float], dpi: int = DPI) -> bytes:
    """The map alone, without title and legend, as PNG of `size_in` [inches]: for a page of a document."""
    with _LOCK, _library() as figure_of:
        figure = figure_of(size_in)
        axes = figure.add_axes((0.001, 0.001, 0.998, 0.998))
        _map(figure, axes, sheet, translate, size_in[0] / size_in[1])
        return _saved(figure, "png", dpi, sheet.notice)


@contextmanager
def _library() -> Iterator[Any]:
    """Matplotlib, set so that nothing but what we draw is in the file; gives what makes a figure."""
    os.environ.setdefault("MPL_IGNORE_SYSTEM_FONTS", "1")
    import matplotlib as mpl
    from matplotlib.figure import Figure

    settings = {
        "text.parse_math": False, "text.usetex": False, "svg.hashsalt": "cahra", "svg.fonttype": "path",
        "pdf.fonttype": 42, "font.family": "DejaVu Sans", "hatch.linewidth": 0.5, "font.size": 8,
    }  # fmt: skip
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of letters that the font lacks: they are drawn as boxes
        yield lambda size: Figure(figsize=size)


def _saved(figure: Any, name: str, dpi: int, notice: str) -> bytes:
    """The drawing as a file; a notice stands in what the file says of itself too, where a machine finds it."""
    out = io.BytesIO()
    metadata: dict[str, Any] = {"png": {"Software": "CAHRA Atlas"}, "svg": {"Date": None, "Creator": "CAHRA Atlas"}}
    metadata["pdf"] = {"CreationDate": None, "ModDate": None, "Creator": "CAHRA Atlas", "Producer": "CAHRA Atlas"}
    if notice:
        metadata[name]["Subject" if name == "pdf" else "Description"] = clean(notice)
    figure.savefig(out, format=name, dpi=dpi, metadata=metadata[name])
    return out.getvalue()


def _sheet(figure: Any, sheet: Sheet, translate: Translator) -> None:
    size = 16 if len(sheet.title) <= 80 else 16 * 80 / len(sheet.title)
    figure.text(_MAP[0], 0.952, clean(sheet.title), size=size, weight="bold", color="#1c1c1c")
    figure.text(_MAP[0], 0.918, clean(sheet.subtitle), size=10, color="#333333")
    axes = figure.add_axes(_MAP)
    wide = _MAP[2] * PAPER_IN[0] / (_MAP[3] * PAPER_IN[1])
    drawn = _map(figure, axes, sheet, translate, wide)
    side = figure.add_axes(_SIDE)
    legend(side, translate, drawn, sheet.counts, sheet.notes)
    foot = "\n".join(line for text in sheet.sources for line in textwrap.wrap(clean(text), 190))
    figure.text(_MAP[0], 0.083, foot, size=6.2, color="#333333", va="top", linespacing=1.35)


def _map(figure: Any, axes: Any, sheet: Sheet, translate: Translator, wide: float) -> dict[str, list[styles.Style]]:
    """Draws the map into `axes` and gives the styles that were used, by group."""
    from matplotlib.patheffects import withStroke

    frame = sheet.frame or Frame.around(sheet.sites["lon"].tolist(), sheet.sites["lat"].tolist(), wide=wide)
    axes.set_xlim(frame.west, frame.east)
    axes.set_ylim(frame.south, frame.north)
    axes.set_aspect("auto")
    axes.set_facecolor("#e8eff3")
    axes.tick_params(labelsize=6, length=2, color="#777777", labelcolor="#555555", direction="in", pad=-12)
    axes.set_xticks([])
    axes.set_yticks([])
    labels = Labels(figure, axes, withStroke(linewidth=1.8, foreground="#ffffff"))
    _backdrop(axes, frame, sheet.districts)
    used: dict[str, list[styles.Style]] = {
        "zones": _zones(axes, frame, sheet.zones, labels), "lines": _lines(axes, frame, sheet.lines, labels),
        "incidents": _incidents(axes, frame, sheet.incidents), "marks": _marks(axes, frame, sheet.marks),
        "sites": _sites(axes, frame, sheet, labels),
    }  # fmt: skip
    for properties, geometry in print_frame.outlines(frame, "natural_earth_countries.geojson"):
        spot = geometry.representative_point()
        name = country_name(properties.get("iso3", ""), translate)
        labels.add(spot.x, spot.y, name.upper(), size=7, color="#7a7a7a", centred=True, spaced=True)
    for name, lon, lat in print_frame.towns(frame):
        axes.plot([lon], [lat], marker="o", markersize=1.6, color="#555555", zorder=3, linestyle="none")
        labels.add(lon, lat, name, size=6, color="#444444")
    for drawn in _scale(axes, frame):
        labels.keep_free(drawn)
    labels.draw()
    if sheet.notice:
        axes.text(
            0.5, 0.5, clean(sheet.notice).upper(), transform=axes.transAxes, rotation=24, ha="center", va="center",
            size=min(40, 2.2 * figure.get_figwidth() * 30 / max(len(sheet.notice), 1)), weight="bold",
            color="#000000", alpha=0.13, zorder=30, clip_on=True,
        )  # fmt: skip
        axes.text(
            0.012, 0.978, clean(sheet.notice), transform=axes.transAxes, ha="left", va="top", size=9, weight="bold",
            color="#ffffff", zorder=31, bbox={"facecolor": "#1c1c1c", "edgecolor": "none", "pad": 4},
        )  # fmt: skip
    return used


def _path(geometry: shapely.Geometry) -> Any:
    """A compound path of a polygon: matplotlib fills what lies inside its outer rings and outside its inner ones."""
    from matplotlib.path import Path

    rings: list[Any] = []
    for part in shapely.get_parts([geometry]).tolist():
        if isinstance(part, shapely.Polygon) and not part.is_empty:
            whole = shapely.orient_polygons(part)
            rings += [Path(np.asarray(r.coords), closed=True) for r in (whole.exterior, *whole.interiors)]
    return Path.make_compound_path(*rings) if rings else None


def _area(axes: Any, geometry: shapely.Geometry, **how: Any) -> bool:
    from matplotlib.patches import PathPatch

    path = _path(geometry)
    if path is not None:
        axes.add_patch(PathPatch(path, **how))
    return path is not None


def _backdrop(axes: Any, frame: Frame, districts: Sequence[shapely.Geometry]) -> None:
    for _, geometry in print_frame.outlines(frame, "natural_earth_countries.geojson"):
        _area(axes, geometry, facecolor="#fbfaf6", edgecolor="#8a8a8a", linewidth=0.9, zorder=1)
    if not districts:
        for _, geometry in print_frame.outlines(frame, "natural_earth_admin1_*.geojson"):
            _area(
                axes, geometry, facecolor="none", edgecolor="#c9c4ba", linewidth=0.6, linestyle=(0, (3, 2)), zorder=1.1
            )
    for geometry in districts:
        part = shapely.clip_by_rect(shapely.simplify(geometry, 0.002), *frame.box)
        _area(axes, part, facecolor="none", edgecolor="#b9b4aa", linewidth=0.5, zorder=1.2)
    for name, colour in (("natural_earth_lakes*.geojson", "#c9dbe6"), ("natural_earth_rivers*.geojson", "#b5cddc")):
        for _, geometry in print_frame.outlines(frame, name):
            if not _area(axes, geometry, facecolor=colour, edgecolor="none", zorder=1.3):
                for part in shapely.get_parts([geometry]):
                    axes.plot(*np.asarray(part.coords).T, color=colour, linewidth=0.6, zorder=1.3)


def _zones(axes: Any, frame: Frame, zones: Sequence[ZoneArea], labels: Labels) -> list[styles.Style]:
    used = {}
    for zone in zones:
        style = styles.zone_style(zone.status)
        part = shapely.clip_by_rect(shapely.make_valid(shapely.simplify(zone.geometry, 0.002)), *frame.box)
        how = print_style.area(style)
        if zone.indicative:
            how["linestyle"] = (0, (2, 2))
        if _area(axes, part, **{**how, "hatch": ""}, zorder=2):
            _pattern(axes, frame, part, style)
            used[style.key] = styles.Style(**{**vars(style), "text": styles.ZONE_AREAS[zone.status]})
            spot = part.representative_point()
            labels.add(spot.x, spot.y, zone.name, size=7.5, color="#222222", bold=True, centred=True, first=True)
    return [used[s.key] for s in styles.ZONES if s.key in used]


def _pattern(axes: Any, frame: Frame, area: shapely.Geometry, style: styles.Style) -> None:
    """The pattern of a zone as lines."""
    from matplotlib.collections import LineCollection

    lines = strokes(pattern_lines(area, style.pattern, (frame.east - frame.west) / 90))
    dash = (0, (0.1, 4.0)) if style.pattern == "dotted" else "-"
    axes.add_collection(
        LineCollection(lines, colors=style.colour, linewidths=0.5, linestyles=[dash], capstyle="round", zorder=2,
                       alpha=0.8), autolim=False
    )  # fmt: skip


def _lines(axes: Any, frame: Frame, lines: Sequence[Line], labels: Labels) -> list[styles.Style]:
    known = {s.key: s for s in styles.LINES}
    used = {}
    for one in lines:
        shape = one.geometry.exterior if isinstance(one.geometry, shapely.Polygon) else one.geometry
        part = shapely.clip_by_rect(shape, *frame.box)
        for piece in shapely.get_parts([part]):
            if piece.is_empty or not isinstance(piece, shapely.LineString):
                continue
            thin = {"alpha": 0.45, "linewidth": 0.6} if one.style == "trade" else {}
            axes.plot(*np.asarray(piece.coords).T, **{**print_style.line(known[one.style]), **thin}, zorder=2.5)
            used[one.style] = known[one.style]
        if one.text and not part.is_empty:
            x, y = shape.bounds[0] / 2 + shape.bounds[2] / 2, shape.bounds[1 if one.below else 3]
            labels.add(x, y, one.text, size=6.5, color="#222222", centred=True, first=True)
    return list(used.values())


def _incidents(axes: Any, frame: Frame, incidents: pd.DataFrame | None) -> list[styles.Style]:
    """Incidents at one point in one mark, its size by the deaths of all of them."""
    if incidents is None or incidents.empty:
        return []
    placed = incidents[incidents["precision"].isin([1, 2]) & incidents["lon"].notna() & incidents["lat"].notna()]
    inside = placed[placed["lon"].between(frame.west, frame.east) & placed["lat"].between(frame.south, frame.north)]
    if inside.empty:
        return []
    kinds = list(styles.INCIDENT_KINDS)
    at = inside["kind"].where(inside["kind"].isin(kinds), "").map({k: i for i, k in enumerate(kinds)})
    frame_of = pd.DataFrame(
        {
            "lon": inside["lon"], "lat": inside["lat"], "deaths": inside["deaths_best"].fillna(0),
            "style": at.to_numpy(int) * 2 + (inside["precision"] == 2).to_numpy(int),
        }
    )  # fmt: skip
    grouped = frame_of.groupby(["style", "lon", "lat"], as_index=False)["deaths"].sum()
    many = len(grouped) > 4000
    for style_no in sorted(set(grouped["style"].tolist())):
        part, style = grouped[grouped["style"] == style_no], styles.INCIDENTS[style_no]
        vague = style.ring or style.hollow
        axes.scatter(
            part["lon"], part["lat"], s=3 + 9 * np.log10(1 + part["deaths"].to_numpy(float)),
            marker=print_style.MARKERS[style.shape], facecolors="none" if vague else style.colour,
            edgecolors=style.colour if vague else "none", linewidths=0.6, alpha=style.alpha * 0.8, zorder=4,
            rasterized=many,
        )  # fmt: skip
    found = set((grouped["style"] // 2).tolist())
    used = [s for i, s in enumerate(styles.INCIDENT_LEGEND) if i in found]
    if (grouped["style"] % 2).any():
        used.append(styles.Style("ring", styles.UNCERTAIN_HOLLOW, "#555555", hollow=True))
    return used


def _marks(axes: Any, frame: Frame, marks: Sequence[Mark]) -> list[styles.Style]:
    known = {s.key: s for s in styles.MARKS}
    used = {}
    for mark in marks:
        if frame.holds(mark.lon, mark.lat):
            axes.plot([mark.lon], [mark.lat], **print_style.marker(known[mark.style]), markersize=4, zorder=4.5)
            used[mark.style] = known[mark.style]
    return [used[s.key] for s in styles.MARKS if s.key in used]


def _sites(axes: Any, frame: Frame, sheet: Sheet, labels: Labels) -> list[styles.Style]:
    at = (sheet.sites["lon"].notna() & sheet.sites["lat"].notna()).to_numpy()
    placed = sheet.sites[at]
    table, codes = styles.SITES, np.array([CLASSES.index(c) for c in placed["site_class"]], np.uint8)
    if sheet.colour is not None:
        table, codes = sheet.colour.styles, sheet.colour.codes[at]
    size = 5.5 if len(placed) <= 500 else 4.0 if len(placed) <= 3000 else 2.6
    used: list[styles.Style] = []
    for i in range(len(table) - 1, -1, -1):
        part = placed[codes == i]
        if len(part):
            how = print_style.marker(table[i])
            axes.plot(part["lon"], part["lat"], **how, markersize=size, zorder=5 + (len(table) - 1 - i) * 0.05)
            used.insert(0, table[i])
    if len(placed) <= NAMED_SITES:
        for row in placed.itertuples():
            name = str(row.name) or str(row.site_id)
            labels.add(float(row.lon), float(row.lat), name[:40], size=6.5, color="#000000", first=True)  # type: ignore[arg-type]
    return used


def _scale(axes: Any, frame: Frame) -> list[Any]:
    """A scale bar at the lower left, and an arrow to the north; gives both, for no name to stand there."""
    km, degrees = frame.scale_bar()
    width, height = frame.east - frame.west, frame.north - frame.south
    x, y = frame.west + 0.02 * width, frame.south + 0.03 * height
    (behind,) = axes.fill(
        [x - 0.008 * width, x + degrees + 0.05 * width, x + degrees + 0.05 * width, x - 0.008 * width],
        [y - 0.016 * height, y - 0.016 * height, y + 0.034 * height, y + 0.034 * height],
        color="#ffffff", alpha=0.85, zorder=20, linewidth=0,
    )  # fmt: skip
    axes.plot([x, x, x + degrees, x + degrees], [y + 0.01 * height, y, y, y + 0.01 * height], color="#111111",
              linewidth=1.4, zorder=21)  # fmt: skip
    axes.text(x + degrees + 0.006 * width, y, f"{km} km", size=7, va="center", zorder=21)
    north = axes.annotate(
        "N", xy=(0.975, 0.965), xytext=(0.975, 0.905), xycoords="axes fraction", ha="center", va="center", size=8,
        weight="bold", arrowprops={"arrowstyle": "-|>", "color": "#111111"}, zorder=21,
    )  # fmt: skip
    return [behind, north]
