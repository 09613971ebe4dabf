"""The map: one Folium map with our own outlines, and one layer of our own that draws everything from a compact blob.

Folium's cost is per element, so sites, incidents and zones are one element each page, drawn on one canvas by
``static/atlas/canvas.js``. The blob holds columns, packed as little-endian integers in base64; its text passes
:func:`layers.formats.writers.escape.json_blob` and becomes only text nodes in the browser. Rows are numbered, so a
click comes back as ``properties.id`` (row of the frame), together with ``properties.run`` (which frame).
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import folium
import numpy as np
import pandas as pd
from branca.element import MacroElement
from folium.template import Template
from shapely.geometry.base import BaseGeometry

from geo.schema import CLASSES, ZONE_STATUSES
from i18n.translator import N_, Translator
from layers.formats.writers.escape import html, json_blob
from layers.maps import assets, styles
from layers.maps.basemap import ring_deltas
from layers.maps.watermark import watermark

ZONE_TOLERANCE = 0.002
"""Corners of drawn zones that stray less than this [degrees] are left out; verdicts use the full polygons."""
TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
ATTRIBUTION = N_("Outlines: Natural Earth; towns: GeoNames (CC BY 4.0). A backdrop, not a legal boundary.")


@dataclass(frozen=True)
class View:
    """Where a map opens: centre [degrees, WGS 84] and zoom level."""

    lat: float
    lon: float
    zoom: int

    @classmethod
    def around(cls, lon: Sequence[float], lat: Sequence[float], *, width: int = 900, height: int = 560) -> View:
        """The view that shows all given points; the whole of Central Africa when there are none.

        Examples
        --------
        >>> View.around([15.0, 17.0], [4.0, 5.0])
        View(lat=4.5, lon=16.0, zoom=9)
        """
        x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
        known = np.isfinite(x) & np.isfinite(y)
        if not known.any():
            return cls(3.0, 22.0, 5)
        x, y = x[known], y[known]
        span_x, span_y = max(np.ptp(x), 0.05), max(np.ptp(y), 0.05)
        zoom = math.floor(min(math.log2(360 * width / 256 / span_x), math.log2(360 * height / 256 / span_y)) - 0.15)
        return cls(
            round(float(y.min() + y.max()) / 2, 4), round(float(x.min() + x.max()) / 2, 4), max(3, min(zoom, 12))
        )


@dataclass(frozen=True)
class ZoneArea:
    """One drawn zone: its name, the status of :data:`geo.schema.ZONE_STATUSES` inside it, and its polygon.

    ``indicative`` areas are only drawn, never used for a verdict.
    """

    name: str
    status: str
    geometry: BaseGeometry
    indicative: bool = False


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
    """A roadblock or trading place, in the terms of :data:`layers.maps.styles.MARKS`."""

    lon: float
    lat: float
    style: str
    text: str = ""


def _pack(values: Any, dtype: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values).astype(dtype).tobytes()).decode()


def _pack_points(lon: Any, lat: Any) -> str:
    return _pack(np.round(np.column_stack([lon, lat]) * 1e5), "<i4")


def _site_columns(sites: pd.DataFrame) -> tuple[dict[str, object], np.ndarray]:
    placed = (sites["lon"].notna() & sites["lat"].notna()).to_numpy()
    rows = np.flatnonzero(placed)
    shown = sites.iloc[rows]
    order = {name: i for i, name in enumerate(CLASSES)}
    style = shown["site_class"].map(order).fillna(2).to_numpy()
    columns: dict[str, object] = {
        "p": _pack_points(shown["lon"], shown["lat"]),
        "s": _pack(style, "u1"),
        "i": _pack(shown.index.to_numpy(), "<i4"),
        "n": [name if len(name) <= 80 else name[:79] + "…" for name in shown["name"].tolist()],
    }
    return columns, np.unique(style).astype(int)


def _incident_columns(incidents: pd.DataFrame) -> tuple[dict[str, object], np.ndarray]:
    exact = incidents["precision"].isin([1, 2]) & incidents["lon"].notna() & incidents["lat"].notna()
    shown = incidents[exact]
    kinds = {kind: i for i, kind in enumerate(styles.INCIDENT_KINDS)}
    style = shown["kind"].map(kinds).fillna(kinds[""]).to_numpy() * 2 + (shown["precision"] == 2).to_numpy()
    columns: dict[str, object] = {
        "p": _pack_points(shown["lon"], shown["lat"]),
        "s": _pack(style, "u1"),
        "d": _pack(shown["date_end"].to_numpy().astype("datetime64[D]").astype("int64"), "<i4"),
        "m": _pack(shown["deaths_best"].fillna(0), "<i4"),
        "i": _pack(shown.index.to_numpy(), "<i4"),
    }
    return columns, np.unique(style).astype(int)


def _group(title: str, kind: str, used: Iterable[styles.Style], translate: Translator) -> dict[str, object]:
    rows = [{"style": style.plain(translate), "text": translate(style.text)} for style in used]
    return {"title": translate(title), "kind": kind, "rows": rows}


def _incident_legend(used: np.ndarray, translate: Translator) -> dict[str, object]:
    group = _group(N_("Incidents"), "point", [styles.INCIDENT_LEGEND[i] for i in np.unique(used // 2)], translate)
    if (used % 2).any():
        rows: Any = group["rows"]
        ring = styles.Style("ring", styles.UNCERTAIN, "#555555", ring=True, hollow=True)
        group["rows"] = [*rows, {"style": ring.plain(translate), "text": translate(ring.text)}]
    return group


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
) -> dict[str, object]:
    """Everything that changes with the filters, in the form that ``canvas.js`` draws.

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
        of incidents.
    focus
        (lon, lat) to be ringed.
    run
        Which frame the rows belong to; comes back with a click.
    notice
        A short text that stays on the map, in a corner and across all of it (demonstration data).
    details
        Lines for the popup of a site, by row; for standalone pages.
    """
    site_columns, site_used = _site_columns(sites) if sites is not None else ({}, np.array([], dtype=int))
    incident_columns, incident_used = _incident_columns(incidents) if incidents is not None else ({}, np.array([], int))
    statuses = [s for s in ZONE_STATUSES if any(z.status == s for z in zones)]
    mark_keys = [m.key for m in styles.MARKS]
    line_styles = {s.key: s for s in styles.LINES}
    notes = []
    if any(z.indicative for z in zones):
        notes.append(translate("Dashed zones are indicative only and decide nothing."))
    if incidents is not None and (imprecise := int((~incidents["precision"].isin([1, 2])).sum())):
        notes.append(
            translate.plural(
                "{n} incident is known only by its district or region and is not drawn.",
                "{n} incidents are known only by their district or region and are not drawn.",
                imprecise,
            )
        )
    if sites is not None and (unplaced := int((sites["lon"].isna() | sites["lat"].isna()).sum())):
        notes.append(
            translate.plural(
                "{n} site has no position and is only in the table.",
                "{n} sites have no position and are only in the table.",
                unplaced,
            )
        )
    if density:
        notes.append(translate("Seen from afar, shading shows where incidents are dense; come closer for each one."))
    groups = [
        _group(N_("Sites"), "point", [styles.SITES[i] for i in site_used], translate),
        _incident_legend(incident_used, translate),
        {
            "title": translate("Zones"),
            "kind": "zone",
            "rows": [
                {"style": styles.zone_style(s).plain(translate), "text": translate(styles.ZONE_AREAS[s])}
                for s in statuses
            ],
        },
        _group(N_("Marks"), "point", [m for m in styles.MARKS if any(k.style == m.key for k in marks)], translate),
        _group(N_("Lines"), "line", [s for s in styles.LINES if any(k.style == s.key for k in lines)], translate),
    ]
    return {
        "run": run,
        "lang": translate.language,
        "style": {
            "sites": [s.plain(translate) for s in styles.SITES],
            "incidents": [s.plain(translate) for s in styles.INCIDENTS],
            "zones": [styles.zone_style(s).plain(translate) for s in statuses],
            "marks": [s.plain(translate) for s in styles.MARKS],
        },
        "words": {"unnamed": translate("site without a name"), "deaths": translate("deaths (best estimate)")},
        "zones": [
            {
                "n": zone.name,
                "s": statuses.index(zone.status),
                "i": zone.indicative,
                "r": ring_deltas(zone.geometry, ZONE_TOLERANCE),
            }
            for zone in zones
        ],
        "shapes": [
            {
                "r": ring_deltas(line.geometry),
                "colour": line_styles[line.style].colour,
                "dash": list(line_styles[line.style].dash),
                "close": line.geometry.geom_type.endswith("Polygon"),
                "t": line.text,
                "below": line.below,
            }
            for line in lines
        ],
        "marks": [[m.lon, m.lat, mark_keys.index(m.style), m.text] for m in marks],
        "incidents": incident_columns,
        "sites": site_columns,
        "density": dict(density) if density else None,
        "focus": list(focus) if focus else None,
        "notice": notice,
        "watermark": watermark(notice, alpha=0.16) if notice else "",
        "legend": {"title": title or translate("Legend"), "groups": groups, "notes": notes},
        "details": {str(k): v for k, v in (details or {}).items()},
    }


class _Base(MacroElement):
    """Outlines, attribution and tools; added to the base map, which filters never change."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            {{ this._parent.get_name() }}.addLayer(new CAHRA.Base(window.CAHRA_OUTLINES, {{ this.options }}));
            L.control.scale({imperial: false}).addTo({{ this._parent.get_name() }});
            {{ this._parent.get_name() }}.attributionControl.setPrefix(false).addAttribution({{ this.attribution }});
            {% if this.tools %}CAHRA.tools({{ this._parent.get_name() }}, {{ this.tools }});{% endif %}
            {% if this.channel %}CAHRA.link({{ this._parent.get_name() }}, {{ this.channel }});{% endif %}
            {% if this.remember %}CAHRA.remember({{ this._parent.get_name() }});{% endif %}
        {% endmacro %}
        """
    )

    def __init__(self, translate: Translator, *, tools: bool, over_tiles: bool, channel: str, remember: bool) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "AtlasBase"
        self.options = json_blob({"overTiles": over_tiles})
        self.attribution = json_blob(html(translate(ATTRIBUTION)))
        words = {
            "box": translate("Choose by a box"),
            "polygon": translate("Choose by a polygon"),
            "boxHint": translate("Drag a box over the map. Esc to stop."),
            "polygonHint": translate("Click the corners, double-click to close. Esc to stop."),
        }
        self.tools = json_blob(words) if tools else ""
        self.channel = json_blob(channel) if channel else ""
        self.remember = remember


class AtlasMap(folium.Map):
    """A Folium map that loads nothing from elsewhere; see :class:`DataLayer` for what is drawn on it.

    Parameters
    ----------
    view
        Where it opens. Keep it constant while filters change, so that the reader's zoom is kept.
    translate
        The reader's language.
    tools
        Buttons to choose by box or polygon.
    tiles
        OpenStreetMap's tiles: its host then sees where the reader looks. Off unless the reader chose it.
    channel
        Maps with the same channel move together.
    remember
        Keep the position in the page's address.
    """

    def __init__(
        self,
        view: View,
        translate: Translator,
        *,
        tools: bool = False,
        tiles: bool = False,
        channel: str = "",
        remember: bool = False,
    ) -> None:
        super().__init__(
            location=[view.lat, view.lon],
            zoom_start=view.zoom,
            tiles=folium.TileLayer(tiles=TILES, attr="© OpenStreetMap contributors", max_zoom=18) if tiles else None,
            prefer_canvas=True,
            max_zoom=18,
            min_zoom=3,
            world_copy_jump=False,
        )
        self.default_js = assets.links(assets.SCRIPTS)
        self.default_css = assets.links(assets.SHEETS)
        base = _Base(translate, tools=tools, over_tiles=tiles, channel=channel, remember=remember)
        self.add_child(base)


class DataLayer(folium.FeatureGroup):
    """One run after its filters, for ``feature_group_to_add`` of streamlit-folium or for :func:`standalone`."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = CAHRA.data({{ this.blob }}, {{ this.options_blob }});
        {% endmacro %}
        """
    )

    def __init__(self, content: Mapping[str, object], *, popups: bool = False, ask: bool = False) -> None:
        super().__init__(name="data", control=False)
        self.blob = json_blob(content)
        self.options_blob = json_blob({"popups": popups, "ask": ask})


_LINK = re.compile(
    r'<(?:script src|link rel="stylesheet" href)="' + re.escape(assets.SERVED) + r'([^"?]+)\?[^"]*"[^>]*>(?:</script>)?'
)
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"


def standalone(view: View, translate: Translator, content: Mapping[str, object], heading: str) -> bytes:
    """One HTML page with everything inside, which opens from a disk and asks no host for anything."""
    page = AtlasMap(view, translate)
    page.add_child(DataLayer(content, popups=True))
    text = page.get_root().render()

    def inlined(match: re.Match[str]) -> str:
        name = match[1]
        body = assets.inline(name)
        return f"<style>{body}</style>" if name.endswith(".css") else f"<script>{body}</script>"

    text = _LINK.sub(inlined, text)
    head = (
        f'<head><meta http-equiv="Content-Security-Policy" content="{_POLICY}"><title>{html(heading)}</title>'
        "<style>.cahra-heading{position:absolute;top:8px;left:56px;z-index:1000;background:#fffffff0;padding:4px 10px;"
        "border-radius:4px;font:600 14px system-ui,sans-serif;max-width:60vw}</style>"
    )
    text = text.replace("<head>", head, 1).replace("<html>", f'<html lang="{translate.language}">', 1)
    text = text.replace("<body>", f'<body><div class="cahra-heading">{html(heading)}</div>', 1)
    return text.encode()
