"""Everything of a run that a map draws, as one compact blob.

Folium's cost is per element, so sites, incidents and zones are one element each page, drawn on one canvas by the
scripts under ``static/atlas``. The blob holds columns (:mod:`layers.maps.packing`); its text passes
:func:`layers.formats.writers.escape.json_blob` and becomes only text nodes in the browser. Rows are numbered, so a
click comes back as ``properties.id`` (row of the frame), together with ``properties.run`` (which frame).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.schema import CLASSES, ZONE_STATUSES
from i18n.translator import Translator
from layers.maps import legend, styles
from layers.maps.basemap import ring_deltas
from layers.maps.clock import Clock
from layers.maps.colour_by import ColourBy
from layers.maps.packing import dictionary, pack, pack_counts, pack_points
from layers.maps.watermark import watermark

ZONE_TOLERANCE = 0.002
"""Corners of drawn zones that stray less than this [degrees] are left out; verdicts use the full polygons."""
MOST_WITH_WORDS = 6_000
"""Incidents above this number come without actors and places: the click on one tells date and deaths alone."""


@dataclass(frozen=True)
class ZoneArea:
    """One drawn zone: its name, the status of :data:`geo.schema.ZONE_STATUSES` inside it, and its polygon.

    ``indicative`` areas are only drawn, never used for a verdict. ``since`` is the first day of the status; ``spans``
    are the first and last days (since 1970-01-01) on which a moving map draws it, none for always.
    """

    name: str
    status: str
    geometry: BaseGeometry
    indicative: bool = False
    since: object = None
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Line:
    """A line or ring that is neither a zone nor a point: trade line, distance circle, chosen area.

    Its text stands at its northern end, or at its southern one (`below`).
    """

    geometry: BaseGeometry
    style: str
    text: str = ""
    below: bool = False


@dataclass(frozen=True)
class Mark:
    """A roadblock or trading place, in the terms of :data:`layers.maps.styles.MARKS`.

    ``span`` is the first and last day (since 1970-01-01) on which a moving map draws it, None for always.
    """

    lon: float
    lat: float
    style: str
    text: str = ""
    span: tuple[int, int] | None = None


@lru_cache(maxsize=4096)
def middle(geometry: BaseGeometry) -> tuple[float, float]:
    """(lon, lat) deep inside the largest part of a polygon, where its name stands.

    Examples
    --------
    >>> middle(shapely.box(0, 0, 2, 2))
    (1.0, 1.0)
    """
    parts = [p for p in shapely.get_parts([geometry]).tolist() if isinstance(p, shapely.Polygon)]
    if not parts:
        point = geometry.representative_point()
        return round(point.x, 4), round(point.y, 4)
    largest = max(parts, key=lambda p: p.area)
    span = max(largest.bounds[2] - largest.bounds[0], largest.bounds[3] - largest.bounds[1], 1e-6)
    line = shapely.maximum_inscribed_circle(largest, tolerance=span / 50)
    x, y = shapely.get_coordinates(line)[0]
    return round(float(x), 4), round(float(y), 4)


def site_columns(sites: pd.DataFrame, codes: np.ndarray | None = None) -> tuple[dict[str, object], np.ndarray]:
    """Columns of the sites with a position, and their style codes; by class where `codes` is None."""
    placed = (sites["lon"].notna() & sites["lat"].notna()).to_numpy()
    rows = np.flatnonzero(placed)
    shown = sites.iloc[rows]
    order = {name: i for i, name in enumerate(CLASSES)}
    style = shown["site_class"].map(order).fillna(2).to_numpy() if codes is None else np.asarray(codes)[rows]
    columns: dict[str, object] = {
        "p": pack_points(shown["lon"], shown["lat"]),
        "s": pack(style, "u1"),
        "i": pack(shown.index.to_numpy(), "<i4"),
        "n": [name if len(name) <= 80 else name[:79] + "…" for name in shown["name"].tolist()],
    }
    return columns, style.astype(int)


def incident_columns(incidents: pd.DataFrame) -> tuple[dict[str, object], np.ndarray]:
    """Columns of the incidents that have a place (precision 1 and 2), and their style codes."""
    exact = incidents["precision"].isin([1, 2]) & incidents["lon"].notna() & incidents["lat"].notna()
    shown = incidents[exact]
    kinds = {kind: i for i, kind in enumerate(styles.INCIDENT_KINDS)}
    style = shown["kind"].map(kinds).fillna(kinds[""]).to_numpy() * 2 + (shown["precision"] == 2).to_numpy()
    first, last = (shown[c].to_numpy().astype("datetime64[D]").astype("int64") for c in ("date_start", "date_end"))
    columns: dict[str, object] = {
        "p": pack_points(shown["lon"], shown["lat"]),
        "s": pack(style, "u1"),
        "d": pack(last, "<i4"),
        "f": pack(np.clip(last - first, 0, 65_535), "<u2"),
        "m": pack_counts(shown["deaths_best"]),
        "i": pack(shown.index.to_numpy(), "<i4"),
    }
    if len(shown) <= MOST_WITH_WORDS:
        words, at = dictionary(*(shown[c].tolist() for c in ("place", "actor_a", "actor_b", "dataset")))
        columns |= {
            "l": pack_counts(shown["deaths_low"]),
            "h": pack_counts(shown["deaths_high"]),
            "w": words,
            "k": at,
            "wide": len(words) >= 65_536,
            "x": shown["record_id"].astype(str).tolist(),
        }
    return columns, style.astype(int)


def blob(
    translate: Translator,
    *,
    sites: pd.DataFrame | None = None,
    incidents: pd.DataFrame | None = None,
    zones: Sequence[ZoneArea] = (),
    lines: Sequence[Line] = (),
    marks: Sequence[Mark] = (),
    density: Mapping[str, object] | None = None,
    focus: tuple[float, float] | None = None,
    run: str = "",
    notice: str = "",
    title: str = "",
    details: Mapping[int, list[str]] | None = None,
    off: Collection[str] | None = None,
    numbers: Sequence[tuple[float, float, str]] = (),
    clock: Clock | None = None,
    table: tuple[Sequence[styles.Style], np.ndarray] | None = None,
    colours: Sequence[ColourBy] = (),
    colour: str = "",
    remarks: Sequence[str] = (),
) -> dict[str, object]:
    """Everything that changes with the filters, in the form that ``static/atlas/data.js`` draws.

    Parameters
    ----------
    sites
        Rows of :data:`geo.schema.ASSESSED`; their index comes back from a click. Rows without a position are left out.
    incidents
        Rows of :data:`geo.schema.INCIDENTS`; only precision 1 and 2 are drawn, for the others have no place.
    zones, lines, marks
        What lies under and over them.
    density
        ``{"u": data address of a PNG, "b": [[south, west], [north, east]], "t": words}``, shown below zoom 8 instead
        of incidents, or with ``"always": True`` at every zoom.
    focus
        (lon, lat) to be ringed, and to stand in the middle when it is new.
    run
        Which frame the rows belong to; comes back with a click.
    notice
        A short text that stays on the map, in a corner and across all of it (demonstration data).
    details
        Lines for the popup of a site, by row; for standalone pages.
    off
        Rows of the legend that the page's filter leaves out (``sites/high-risk``, ``mineral/gold``): counted in the
        legend, not drawn, and the legend's switches of sites are the page's filter. None: the switches are
        the map's own.
    numbers
        (lon, lat, text): marks that number incidents like the rows of a table.
    clock
        The months of the bar under the map; with what each of them shows, `sites` are those of all months.
    table
        Styles for sites in place of those of their classes, and the position among them of each site; without a clock.
    colours, colour
        What the legend offers to colour sites or lines by, and the key of the choice that it opens with (blank: class).
    remarks
        Sentences under the legend, before its own.
    """
    moving = clock.moving if clock else None
    used, now = table or (styles.SITES, moving.now if moving else None)
    placed_sites, site_style = site_columns(sites, now) if sites is not None else ({}, np.array([], int))
    drawn, incident_style = incident_columns(incidents) if incidents is not None else ({}, np.array([], int))
    if moving is not None:
        drawn, kinds = incident_columns(moving.incidents)
        incident_rows = legend.incident_group(incident_style, translate, among=kinds)
    else:
        incident_rows = legend.incident_group(incident_style, translate)
    statuses = [s for s in ZONE_STATUSES if any(z.status == s for z in zones)]
    mark_keys = [m.key for m in styles.MARKS]
    line_styles = {s.key: s for s in styles.LINES}
    counts = np.bincount(site_style[site_style < len(used)], minlength=len(used))
    kept = None if moving is None else np.isin(np.arange(len(used)), moving.codes)
    return {
        "run": run,
        "lang": translate.language,
        "style": {
            "sites": [s.plain(translate) for s in used],
            "incidents": [s.plain(translate) for s in styles.INCIDENTS],
            "mixed": styles.MIXED.plain(translate),
            "zones": [styles.zone_style(s).plain(translate) for s in statuses],
            "marks": [s.plain(translate) for s in styles.MARKS],
        },
        "words": legend.words(translate),
        "zones": [
            {
                "n": zone.name,
                "s": statuses.index(zone.status),
                "i": zone.indicative,
                "t": legend.zone_text(zone.status, zone.since, zone.indicative, translate),
                "c": middle(zone.geometry),
                "r": ring_deltas(zone.geometry, ZONE_TOLERANCE),
                "d": [list(span) for span in zone.spans],
            }
            for zone in zones
        ],
        "shapes": [
            {
                "r": ring_deltas(line.geometry),
                "key": f"lines/{line.style}",
                "colour": line_styles[line.style].colour,
                "dash": list(line_styles[line.style].dash),
                "close": line.geometry.geom_type.endswith("Polygon"),
                "t": line.text,
                "below": line.below,
            }
            for line in lines
        ],
        "numbers": [[lon, lat, text] for lon, lat, text in numbers],
        "marks": [[m.lon, m.lat, mark_keys.index(m.style), m.text, *(m.span or ())] for m in marks],
        "incidents": drawn,
        "sites": placed_sites,
        "density": dict(density) if density else None,
        "focus": list(focus) if focus else None,
        "notice": notice,
        "watermark": watermark(notice, alpha=0.16) if notice else "",
        "off": list(off or ()),
        "filter": off is not None,
        "legend": {
            "title": title or translate("Legend"),
            "groups": [
                legend.site_group(counts, translate, kept, used),
                incident_rows,
                legend.zone_group(statuses, translate),
                legend.mark_group({m.style for m in marks}, translate),
                legend.line_group({line.style for line in lines}, translate),
            ],
            "notes": [
                *remarks,
                *legend.notes(
                    sites,
                    incidents,
                    any(z.indicative for z in zones),
                    bool(density) and not (density or {}).get("always"),
                    translate,
                ),
            ],
        },
        "details": {str(k): v for k, v in (details or {}).items()},
        "colours": [_choice(c, sites, lines, translate) for c in colours],
        "colour": colour if any(c.key == colour for c in colours) else "",
        "clock": clock.packed(translate, sites) if clock is not None and sites is not None else None,
    }


def _choice(
    by: ColourBy, sites: pd.DataFrame | None, lines: Sequence[Line], translate: Translator
) -> dict[str, object]:
    """A choice of the legend: its words, its rows, and the code of every drawn site or line."""
    codes = by.codes
    if by.on == "sites" and sites is not None:
        codes = codes[(sites["lon"].notna() & sites["lat"].notna()).to_numpy()]
    counts = np.bincount(codes[codes < len(by.styles)], minlength=len(by.styles))
    group = legend.choice_group(by, counts, translate)
    if by.on == "lines":
        rest = {line.style for line, code in zip(lines, codes, strict=True) if code >= len(by.styles)}
        group["rows"] = [*group["rows"], *legend.line_group(rest, translate)["rows"]]  # type: ignore[misc]
    return {
        "key": by.key,
        "on": by.on,
        "text": translate(by.text),
        "styles": [s.plain(translate) for s in by.styles],
        "codes": pack(codes, "u1"),
        "group": group,
    }
