"""The map: one Folium map with our own outlines and controls, and one layer of our own that draws a run.

What is drawn is :func:`layers.maps.blob.blob`; how, in the scripts under ``static/atlas``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import folium
from branca.element import MacroElement
from folium.template import Template

from geo.spatial.polygons import Boundaries
from i18n.translator import N_, Translator
from layers.formats.writers.escape import html, json_blob
from layers.maps import assets, legend, styles
from layers.maps.basemap import ring_deltas
from layers.maps.blob import Line, Mark, ZoneArea, blob
from layers.maps.view import View

__all__ = ["AtlasMap", "DataLayer", "Line", "Mark", "View", "ZoneArea", "blob", "standalone"]

TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
ATTRIBUTION = N_("Outlines: Natural Earth; towns: GeoNames (CC BY 4.0). A backdrop, not a legal boundary.")
DISTRICT_CORNERS = 12_000
"""Corners that all drawn districts together have at most: a backdrop, where verdicts use the full polygons."""


@dataclass(frozen=True)
class Districts:
    """Loaded boundaries, thinned for the base map: one set a file, one entry a unit: name and rings."""

    names: tuple[str, ...]
    units: tuple[tuple[int, str, list[list[int]]], ...]

    @classmethod
    def of(cls, sets: Sequence[Boundaries]) -> Districts:
        """The units of all sets, as coarse as :data:`DISTRICT_CORNERS` asks."""
        units: list[tuple[int, str, list[list[int]]]] = []
        for tolerance in (0.002, 0.005, 0.01, 0.02, 0.05):
            units = [
                (i, str(name), [r for r in ring_deltas(shape, tolerance) if len(r) > 6])
                for i, b in enumerate(sets)
                for name, shape in zip(b.frame["unit"], b.geometry, strict=True)
            ]
            if sum(len(r) // 2 for _, _, rings in units for r in rings) <= DISTRICT_CORNERS:
                break
        names = tuple(b.name + ("" if b.version == "unknown" else f" ({b.version})") for b in sets)
        return cls(names, tuple(units))


class _Base(MacroElement):
    """Outlines, attribution and tools; added to the base map, which filters never change."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            CAHRA.furnish({{ this._parent.get_name() }}, window.CAHRA_OUTLINES, {{ this.options }});
        {% endmacro %}
        """
    )

    def __init__(self, translate: Translator, options: Mapping[str, object], districts: Districts | None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "AtlasBase"
        drawn = districts or Districts((), ())
        self.options = json_blob(
            {
                **options,
                "lang": translate.language,
                "attribution": html(translate(ATTRIBUTION)),
                "words": _words(translate),
                "districts": [{"f": i, "n": name, "r": rings} for i, name, rings in drawn.units],
                "districtStyle": styles.DISTRICT.plain(translate),
                "legend": legend.district_group(drawn.names, translate),
            }
        )


def _words(translate: Translator) -> dict[str, str]:
    return {
        "legend": translate("Legend"),
        "zoomIn": translate("Zoom in"),
        "zoomOut": translate("Zoom out"),
        "box": translate("Choose by a box"),
        "polygon": translate("Choose by a polygon"),
        "boxHint": translate("Drag a box over the map. Esc to stop."),
        "polygonHint": translate("Click the corners, double-click to close. Esc to stop."),
        "measure": translate("Measure a distance"),
        "measureHint": translate("Click points; each click adds to the length. Esc to stop."),
        "results": translate("Zoom to the sites shown"),
        "full": translate("Full screen"),
        "play": translate("Play"),
        "pause": translate("Stop"),
        "pace": translate("Pace of playing"),
        "paces": translate("{n} months a second", n="{n}"),
        "pacesShort": translate("{n} months/s", n="{n}"),
        "month": translate("Month"),
    }


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
    districts
        Loaded boundaries, drawn as thin outlines.
    clock
        A bar of months under the map.
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
        districts: Districts | None = None,
        clock: bool = False,
    ) -> None:
        super().__init__(
            location=[view.lat, view.lon],
            zoom_start=view.zoom,
            tiles=folium.TileLayer(tiles=TILES, attr="© OpenStreetMap contributors", max_zoom=18) if tiles else None,
            prefer_canvas=True,
            max_zoom=18,
            min_zoom=3,
            zoom_control=False,
            world_copy_jump=False,
        )
        self.default_js = assets.links(assets.SCRIPTS)
        self.default_css = assets.links(assets.SHEETS)
        options = {"overTiles": tiles, "fit": view.bounds, "tools": tools, "channel": channel, "remember": remember}
        options |= {"clock": clock}
        self.add_child(_Base(translate, options, districts))


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


def standalone(
    view: View,
    translate: Translator,
    content: Mapping[str, object],
    heading: str,
    districts: Districts | None = None,
) -> bytes:
    """One HTML page with everything inside, which opens from a disk and asks no host for anything."""
    page = AtlasMap(view, translate, districts=districts)
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
