"""Maps of a report as vector drawings inside the page: nothing is loaded, and they print sharp at any size."""

from __future__ import annotations

import csv
import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.schema import CLASSES
from i18n.translator import Translator
from jobs.assessment.job import Loaded
from layers.formats.writers.escape import attribute, html
from layers.maps import map_content, styles
from layers.maps.blob import ZoneArea
from layers.reference import files
from layers.reference.country_outlines import country_outlines
from layers.reference.unit_aliases import unit_aliases

WIDTH, HEIGHT = 960.0, 560.0
TOWNS = 14
"""Towns named on one map: the most populous ones."""
MOST_POINTS = 5_000
"""Beyond this, points of one class that fall on the same spot of the drawing are drawn once."""
MANY_ROUTES = 150
"""Routes above this number are drawn thin and faint, so that origins are seen through them."""


@dataclass(frozen=True)
class Frame:
    """The window of a map: degrees to drawing units, true to scale at its middle."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(cls, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> Frame:
        """A window of the drawing's proportions around the given places, with room at the edges.

        Parameters
        ----------
        lon
            Longitudes [degrees, WGS 84]; missing where there is no position.
        lat
            Latitudes [degrees, WGS 84]; missing where there is no position.
        """
        west, east = float(np.nanmin(lon)), float(np.nanmax(lon))
        south, north = float(np.nanmin(lat)), float(np.nanmax(lat))
        shrink = math.cos(math.radians((south + north) / 2))
        wide = max((east - west) * shrink * 1.16, 0.6)
        high = max((north - south) * 1.16, 0.35)
        wide, high = max(wide, high * WIDTH / HEIGHT), max(high, wide * HEIGHT / WIDTH)
        x, y = (west + east) / 2, (south + north) / 2
        return cls(x - wide / shrink / 2, y - high / 2, x + wide / shrink / 2, y + high / 2)

    def xy(
        self, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Drawing units of degrees.

        Parameters
        ----------
        lon
            Longitudes [degrees, WGS 84]; missing where there is no position.
        lat
            Latitudes [degrees, WGS 84]; missing where there is no position.
        """
        x = (np.asarray(lon) - self.west) / (self.east - self.west) * WIDTH
        y = (self.north - np.asarray(lat)) / (self.north - self.south) * HEIGHT
        return x.round(1), y.round(1)

    @property
    def box(self) -> shapely.Geometry:
        """The window as a polygon in degrees."""
        return shapely.box(self.west, self.south, self.east, self.north)

    @property
    def km(self) -> float:
        """Width of the window at its middle [km]."""
        return (self.east - self.west) * math.cos(math.radians((self.south + self.north) / 2)) * 111.32


def _path(frame: Frame, geometry: shapely.Geometry, tolerance: float = 0.5) -> str:
    """SVG path data of polygons or lines, clipped to the window and thinned to half a drawing unit."""
    step = (frame.east - frame.west) / WIDTH * tolerance
    shown = shapely.simplify(shapely.clip_by_rect(geometry, frame.west, frame.south, frame.east, frame.north), step)
    out = []
    for part in shapely.get_parts([shown]).tolist():
        rings = shapely.get_rings(part).tolist() if part.geom_type == "Polygon" else [part]
        for ring in rings:
            if ring.is_empty or ring.geom_type not in ("LinearRing", "LineString"):
                continue
            x, y = frame.xy(*shapely.get_coordinates(ring).T)
            points = " ".join(f"{a:g},{b:g}" for a, b in zip(x, y, strict=True))
            out.append(f"M{points}" + ("Z" if ring.geom_type == "LinearRing" else ""))
    return "".join(out)


def _marks(style: styles.Style, xs: Sequence[float], ys: Sequence[float], r: float = 5.0) -> list[str]:
    """The sign of a class at each of some places: the same shapes as on the app's map."""
    paint = f'fill="{style.colour}" stroke="{style.edge or "#fff"}" stroke-width="0.8"'
    places = zip(xs, ys, strict=True)
    if style.shape == "circle":
        return [f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" {paint}/>' for x, y in places]
    if style.shape == "square":
        size = f'width="{2 * r:g}" height="{2 * r:g}" {paint}'
        return [f'<rect x="{x - r:g}" y="{y - r:g}" {size}/>' for x, y in places]
    if style.shape == "triangle":
        up, wide, low = 1.2 * r, 1.1 * r, 0.9 * r
        corners = (f"{x:g},{y - up:g} {x + wide:g},{y + low:g} {x - wide:g},{y + low:g}" for x, y in places)
    else:
        far = 1.3 * r
        corners = (f"{x:g},{y - far:g} {x + far:g},{y:g} {x:g},{y + far:g} {x - far:g},{y:g}" for x, y in places)
    return [f'<polygon points="{each}" {paint}/>' for each in corners]


def _pattern(style: styles.Style, name: str) -> str:
    """Zones differ by hatching as well as by colour."""
    turn = {"rising": 45, "falling": -45, "level": 90, "upright": 0, "crossed": 45, "dotted": 30}.get(style.pattern, 0)
    cross = f'<path d="M0 4H8" stroke="{style.colour}" stroke-width="1"/>' if style.pattern == "crossed" else ""
    return (
        f'<pattern id="{attribute(name)}" width="8" height="8" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate({turn})"><rect width="8" height="8" fill="{style.colour}" fill-opacity="0.12"/>'
        f'<path d="M4 0V8" stroke="{style.colour}" stroke-width="1.2"/>{cross}</pattern>'
    )


def svg(
    translate: Translator,
    rows: pd.DataFrame,
    *,
    lines: Sequence[tuple[npt.NDArray[np.float64], str]] = (),
    exposed: pd.DataFrame | None = None,
    zones: Sequence[ZoneArea] = (),
    name: str = "map",
    title: str = "",
    numbers: bool = False,
) -> str:
    """One map: outlines, towns, zones, routes with their exposed segments, origins by class, scale and legend.

    Parameters
    ----------
    rows
        Accepted rows of :data:`geo.screening.schema.SCREENED`.
    lines
        Lines of (lon, lat) and their `route_basis`; guesses are dashed.
    exposed
        Rows of :data:`geo.screening.schema.SEGMENTS` that are exposed.
    name
        Distinguishes the patterns of several maps of one page.
    translate
        Speaks the reader's language.
    zones
        Zones in force, filled by their status.
    title
        Title of the drawing for readers who hear it; blank: none.
    numbers
        Whether each origin carries its number in the list.
    """
    placed = rows[rows["lon"].notna() & rows["lat"].notna()]
    lon, lat = placed["lon"].to_numpy(np.float64), placed["lat"].to_numpy(np.float64)
    ends = [line for line, _ in lines]
    whole = np.vstack([np.column_stack([lon, lat]), *ends]) if ends else np.column_stack([lon, lat])
    if not len(whole):
        return ""
    frame = Frame.around(whole[:, 0], whole[:, 1])
    outlines = country_outlines()
    land = [
        _path(frame, g)
        for g in outlines.geometry[np.asarray(shapely.intersects(outlines.geometry, frame.box), dtype=bool)]
    ]
    parts = [
        f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{attribute(title)}" '
        'xmlns="http://www.w3.org/2000/svg">',
        f"<title>{html(title)}</title><defs>"
        f'<clipPath id="{attribute(name)}-c"><rect width="{WIDTH:g}" height="{HEIGHT:g}"/></clipPath>',
    ]
    used = [z for z in styles.ZONES if any(a.status == z.key for a in zones)]
    parts += [_pattern(z, f"{name}-{z.key}") for z in used]
    parts.append(
        f'</defs><rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="#eef3f6"/>'
        f'<g clip-path="url(#{attribute(name)}-c)"><path d="{"".join(land)}" fill="#fbfaf6" stroke="#9a9a9a" '
        'stroke-width="0.9"/>'
    )
    for area in zones:
        dash = ' stroke-dasharray="4 3"' if area.indicative else ""
        parts.append(
            f'<path d="{_path(frame, area.geometry)}" fill="url(#{attribute(name)}-{attribute(area.status)})" '
            f'stroke="{styles.zone_style(area.status).colour}" stroke-width="1.2" fill-rule="evenodd"{dash}>'
            f"<title>{html(area.name)}</title></path>"
        )
    parts.append(_towns(frame))
    parts += _route_lines(frame, lines, exposed)
    parts.append(_points(frame, placed, translate, numbers))
    parts.append("</g>" + _scale(frame) + "</svg>")
    classes = [s for s in styles.SITES if (placed["site_class"] == s.key).any()]
    return "".join(parts) + _legend(translate, classes, used, zones, lines, exposed, f"{name}-")


@functools.cache
def _all_towns() -> list[tuple[float, float, str]]:
    """Longitude, latitude and name of every town, the most populous first."""
    with files.TOWNS.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda r: -float(r["population"] or 0))
    return [(float(r["lon"]), float(r["lat"]), r["name"]) for r in rows]


def _towns(frame: Frame) -> str:
    out, taken = [], list[tuple[float, float]]()
    for lon, lat, name in _all_towns():
        if not (frame.west < lon < frame.east and frame.south < lat < frame.north):
            continue
        x, y = (float(v[0]) for v in frame.xy(np.array([lon]), np.array([lat])))
        if any(abs(x - a) < 70 and abs(y - b) < 14 for a, b in taken):
            continue
        taken.append((x, y))
        out.append(f'<circle cx="{x:g}" cy="{y:g}" r="1.8" fill="#777"/>')
        out.append(
            f'<text x="{x + 4:g}" y="{y + 3:g}" font-size="10" fill="#444" stroke="#fff" '
            f'stroke-width="2.5" paint-order="stroke">{html(name)}</text>'
        )
        if len(taken) == TOWNS:
            break
    return "".join(out)


def _route_lines(
    frame: Frame, lines: Sequence[tuple[npt.NDArray[np.float64], str]], exposed: pd.DataFrame | None
) -> list[str]:
    out = []
    # Many routes at once would be one blue sheet over origins and borders.
    line = 'stroke-width="1.2"' if len(lines) <= MANY_ROUTES else 'stroke-width="0.4" stroke-opacity="0.45"'
    for guess in (True, False):
        d = "".join(
            _path(frame, shapely.LineString(line if len(line) > 1 else np.vstack([line, line])), 0.3)
            for line, basis in lines
            if (basis == "straight_guess") == guess
        )
        if d:
            dash = ' stroke-dasharray="5 4"' if guess else ""
            out.append(f'<path d="{d}" fill="none" stroke="{styles.BLUE}" {line}{dash}/>')
    if exposed is not None and len(exposed):
        x1, y1 = frame.xy(exposed["lon_from"].to_numpy(), exposed["lat_from"].to_numpy())
        x2, y2 = frame.xy(exposed["lon_to"].to_numpy(), exposed["lat_to"].to_numpy())
        hot = f'stroke-width="{3.2 if len(lines) <= MANY_ROUTES else 1.2}" stroke-opacity="0.8"'
        d = "".join(f"M{a:g},{b:g} {c:g},{e:g}" for a, b, c, e in zip(x1, y1, x2, y2, strict=True))
        out.append(f'<path d="{d}" fill="none" stroke="{styles.VERMILLION}" {hot}/>')
    return out


def _points(frame: Frame, placed: pd.DataFrame, translate: Translator, numbers: bool) -> str:
    out = []
    few = len(placed) <= 400
    for cls in reversed(CLASSES):
        mine = placed[placed["site_class"] == cls]
        if not len(mine):
            continue
        x, y = frame.xy(mine["lon"].to_numpy(np.float64), mine["lat"].to_numpy(np.float64))
        style, r = styles.site_style(cls), 5.0 if few else 3.0
        seen = np.arange(len(mine))
        if len(placed) > MOST_POINTS:
            column, row = (np.asarray(v // 2, np.int64) for v in (x, y))
            row -= row.min()
            seen = np.unique(column * (row.max() + 1) + row, return_index=True)[1]
        marks = _marks(style, x[seen].tolist(), y[seen].tolist(), r)
        if few:
            ids = mine["supplier_id"].tolist()
            marks = [f"<g>{mark}<title>{html(who)}</title></g>" for mark, who in zip(marks, ids, strict=True)]
        out += marks
    return "".join(out)


def _scale(frame: Frame) -> str:
    """A bar of a round length, about a sixth of the width."""
    rough = frame.km / 6
    step = 10 ** math.floor(math.log10(rough))
    km = next(k * step for k in (5, 2, 1) if k * step <= rough)
    wide = km / frame.km * WIDTH
    return (
        f'<g transform="translate(14,{HEIGHT - 16:g})"><path d="M0 -5V0H{wide:.1f}V-5" fill="none" stroke="#333" '
        f'stroke-width="1.4"/><text x="{wide + 6:.1f}" y="0" font-size="11" fill="#333">{km:g} km</text></g>'
    )


def _legend(
    translate: Translator,
    classes: Sequence[styles.Style],
    zone_styles: Sequence[styles.Style],
    zones: Sequence[ZoneArea],
    lines: Sequence[tuple[npt.NDArray[np.float64], str]],
    exposed: pd.DataFrame | None,
    prefix: str,
) -> str:
    _ = translate
    items = [
        f'<svg viewBox="0 0 16 16" width="16" height="16">{_marks(s, [8], [8])[0]}</svg>{html(_(s.text))}'
        for s in classes
    ]
    for z in zone_styles:
        paint = f'fill="url(#{attribute(prefix + z.key)})" stroke="{z.colour}"'
        sign = (
            f'<svg viewBox="0 0 22 14" width="22" height="14"><rect x="1" y="1" width="20" height="12" {paint}/></svg>'
        )
        items.append(sign + html(_(styles.ZONE_AREAS[z.key])))

    def line(colour: str, width: float, dash: str, text: str) -> str:
        paint = f'stroke="{colour}" stroke-width="{width:g}" stroke-dasharray="{dash}"'
        return f'<svg viewBox="0 0 26 10" width="26" height="10"><path d="M1 5H25" {paint}/></svg>{html(text)}'

    bases = {basis for _line, basis in lines}
    if bases - {"straight_guess"}:
        items.append(line(styles.BLUE, 1.6, "none", _("route as given or on roads")))
    if "straight_guess" in bases:
        items.append(line(styles.BLUE, 1.6, "5 4", _("straight line: a guess")))
    if exposed is not None and len(exposed):
        items.append(line(styles.VERMILLION, 3.2, "none", _("exposed segment")))
    if any(z.indicative for z in zones):
        items.append(html(_("Dashed zones are indicative only and decide nothing.")))
    return '<ul class="legend">' + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def zones_on(data: Loaded, day: np.datetime64) -> list[ZoneArea]:
    """The zones in force on a day, by polygon or indicative.

    Parameters
    ----------
    data
        The layers: register of zones and boundaries are read.
    day
        The day on which the zones are in force.
    """
    return map_content.zone_areas(data.zones, data.boundaries, day, unit_aliases())
