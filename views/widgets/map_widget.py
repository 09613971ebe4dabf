"""The map on a page: our own layer inside streamlit-folium, and what the reader did on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st
from streamlit_folium import st_folium

from geo.schema import CLASSES
from i18n.translator import Translator
from layers.maps.colour_by import LINE_CHOICES, ROWS, SITE_CHOICES
from layers.maps.map import AtlasMap, DataLayer, Districts, View
from views.day_field import FIRST_DAY, LAST_DAY

EPOCH = dt.date(1970, 1, 1)
Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Answer:
    """What the reader just did on the map.

    A click on a site (its row), a drawn ring, a place pointed at, classes and other rows of the
    legend switched off, a day of the bar of months,
    what its months show asked for, play pressed (its press has a name), or what sites are coloured by (blank: class).
    """

    site: int | None = None
    off: tuple[str, ...] | None = None
    hidden: tuple[str, ...] = ()
    ring: Ring = ()
    place: tuple[float, float] | None = None
    run: str = ""
    day: dt.date | None = None
    months: bool = False
    play: str = ""
    colour: str | None = None


def show(
    translate: Translator,
    view: View,
    content: Mapping[str, object],
    *,
    key: str,
    height: int = 560,
    tools: bool = False,
    tiles: bool = False,
    channel: str = "",
    remember: bool = False,
    center: tuple[float, float] | None = None,
    ask: bool = False,
    districts: Districts | None = None,
    clock: bool = False,
) -> Answer | None:
    """Draws the map and gives what is new since the last run, None when nothing is.

    `view` must stay the same while filters change: then the reader's own zoom is kept. `center` (lat, lon) moves the
    map without drawing it anew. With `ask` a click beside all points is an answer too, with `clock` a bar of months
    stands under the map.
    """
    options = {"tools": tools, "tiles": tiles, "remember": remember, "clock": clock}
    reply = st_folium(
        AtlasMap(view, translate, channel=channel, districts=districts, **options),
        key=key,
        height=height,
        use_container_width=True,
        returned_objects=["last_active_drawing"],
        feature_group_to_add=DataLayer(content, ask=ask),
        center=center,
    )
    feature = (reply or {}).get("last_active_drawing")
    if not isinstance(feature, dict):
        return None
    properties = feature.get("properties") or {}
    turn = str(properties.get("turn", ""))
    if not turn or st.session_state.get(f"turn_{key}") == turn:
        return None
    st.session_state[f"turn_{key}"] = turn
    return _answer(feature, properties)


def _answer(feature: Mapping[str, object], properties: Mapping[str, object]) -> Answer | None:
    kind, row, run = properties.get("kind"), properties.get("id"), str(properties.get("run", ""))
    if kind == "site" and isinstance(row, int):
        return Answer(site=row, run=run)
    off = properties.get("off")
    if kind == "classes" and isinstance(off, list):
        hidden = properties.get("hidden")
        rows = tuple(r for r in ROWS if r in hidden) if isinstance(hidden, list) else ()
        return Answer(off=tuple(c for c in CLASSES if c in off), hidden=rows, run=run)
    if kind == "colour":
        by = str(properties.get("by", ""))
        return Answer(colour=by if by in SITE_CHOICES or by in LINE_CHOICES else "", run=run)
    day = properties.get("day")
    if kind == "day" and isinstance(day, int):
        chosen = EPOCH + dt.timedelta(days=min(max(day, 0), 60_000))
        return Answer(day=chosen) if FIRST_DAY <= chosen <= LAST_DAY else None
    if kind == "months":
        return Answer(months=True)
    if kind == "play":
        return Answer(play=str(properties.get("turn", ""))[:20])
    geometry = feature.get("geometry")
    if kind == "place" and isinstance(geometry, dict):
        lon, lat = geometry["coordinates"]
        return Answer(place=(float(lon), float(lat)))
    if kind == "draw" and isinstance(geometry, dict):
        corners = geometry.get("coordinates") or [[]]
        ring = tuple((float(lon), float(lat)) for lon, lat in corners[0][:-1])
        return Answer(ring=ring) if len(ring) >= 3 else None
    return None
