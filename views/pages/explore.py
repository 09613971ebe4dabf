"""Explore: the country in a minute. Filters in the sidebar; map, key figures, table, months and export beside them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import shapely
import streamlit as st

from geo.records.eligible_incidents import incidents_at
from geo.schema import CLASSES
from i18n import labels
from jobs import demonstration
from jobs.assessment import job
from jobs.assessment.incident_filters import IncidentFilters, filtered
from jobs.assessment.site_filters import Filters, gravest_first
from jobs.meeting.subject import Subject
from layers.maps import colour_by, map_content, styles
from layers.maps.map import Districts, Line, View, blob, standalone
from layers.reference.unit_aliases import unit_aliases
from views import session
from views.data_choice import Data
from views.session import Here
from views.widgets import (
    credit_line,
    downloads,
    incident_filter,
    map_widget,
    notices,
    quadrant_table,
    site_card,
    site_filters,
    tables,
    timeline,
    why_insufficient,
)
from views.widgets.chosen_site import key_of, place_of, row_of
from views.widgets.map_layers import colouring, districts, recoloured

POINTS_SEEN = 1_500
"""Points of incidents that can be told from each other from afar; of more, the map shades where they are dense."""
TABLE_ROWS = 10_000
"""Rows of the table on the page: more make every click slow and are not read."""


def figures(here: Here, shown: pd.DataFrame, whole: pd.DataFrame, day: dt.date) -> None:
    """One line in words, and a figure per class; while the map plays they rest, so that none is of another date."""
    _ = here.translate
    playing = bool(st.session_state.get("playing"))
    text = _.plural(
        "{n} site of {all} on {day}.",
        "{n} sites of {all} on {day}.",
        len(shown),
        all=_.number(len(whole)),
        day=_.date(day),
    )
    st.caption(
        (_("The map plays: figures, table and downloads come with the month at which it stops.") if playing else text)
        + " "
        + _("A class is an indication for due diligence, not a finding of law; none says that a site is calm.")
    )
    counts = shown["site_class"].value_counts()
    with st.container(horizontal=True, gap="small"):
        for style in styles.SITES:
            meaning = labels.CLASS_MEANINGS[style.key]
            text = f"{style.sign} {_(style.text)}"
            number = "…" if playing else _.number(int(counts.get(style.key, 0)))
            st.metric(text, number, help=_(meaning), border=True, width="content")


def quadrant_chosen() -> None:
    """Callback: a cell of the quadrant table filters by its class and zone status; none filters by neither."""
    state = st.session_state
    cells = state["quadrant"]["selection"]["cells"]
    row, column = cells[0] if cells else (-1, "")
    # The filters' widgets are not in this fragment: the whole page takes the change up before it draws them.
    state["pending"] = {
        "q_classes": [CLASSES[row]] if cells else [],
        "q_zones": [column] if column in labels.ZONE_STATUSES else [],
    }


def start_view(data: Data, sites: pd.DataFrame) -> View:
    """Where the map opens: as the address says, else around the sites; constant for one choice of data."""
    state = st.session_state
    key = f"view_{data.key}"
    if key not in state:
        around = View.around(sites["lon"].tolist(), sites["lat"].tolist())
        state[key] = view_of(state["address"].get("view", "")) or around
    view: View = state[key]
    return view


def view_of(text: str) -> View | None:
    """The view that an address names as latitude, longitude and zoom; None for anything else."""
    try:
        lat, lon, zoom = text.split(",")
        if abs(float(lat)) <= 85 and abs(float(lon)) <= 180 and 3 <= int(zoom) <= 18:
            return View(float(lat), float(lon), int(zoom))
    except ValueError:
        pass
    return None


def shading(data: Data, incidents: pd.DataFrame, words: str) -> dict[str, object] | None:
    """The density surface of this data and date, kept for the session: a filter of sites does not change it."""
    if len(incidents.drop_duplicates(["lon", "lat"])) <= POINTS_SEEN:
        return None
    kept = st.session_state.setdefault("shading", {})
    key = (data.token, words, len(incidents), int(incidents["deaths_best"].sum()))
    if key not in kept:
        if len(kept) > 40:
            kept.clear()
        kept[key] = map_content.shading(incidents, words)
    made: dict[str, object] | None = kept[key]
    return made


def content(
    here: Here, data: Data, run: job.Run, shown: pd.DataFrame, focus: int | None, given: Filters
) -> dict[str, object]:
    """What the map shows of a run: sites after all filters but that of classes, which is the legend's own switches."""
    _ = here.translate
    sites, loaded, day = run.assessment.sites, data.loaded(), np.datetime64(data.day)
    there = incidents_at(loaded.incidents, day, data.rules.look_back_months)
    incidents = incident_filter.chosen(given, sites).apply(there, loaded.boundaries)
    clock = timeline.clock(here, data, run, given)
    drawn = sites if clock is not None and clock.moving is not None else shown
    return blob(
        _,
        sites=drawn,
        incidents=incidents,
        density=shading(data, incidents, _("Density of incidents")),
        zones=timeline.zones_of(data, clock),
        lines=[
            *map_content.trade_lines([s.routes for s in loaded.sites], set(shown["site_id"])),
            *([Line(shapely.Polygon(st.session_state["area"]), "chosen")] if st.session_state["area"] else []),
        ],
        marks=timeline.marks_of(data, clock),
        focus=place_of(sites, focus),
        run=data.token,
        notice=_("Demonstration data") if data.has_demonstration else "",
        title=_("Legend, {day}", day=_.date(day)),
        off=[f"sites/{c}" for c in CLASSES if given.classes and c not in given.classes] + list(given.hidden),
        clock=clock,
        remarks=[filtered(len(incidents), len(there), _)] if len(incidents) < len(there) else [],
        **colouring(drawn),
    )


def map_page(
    here: Here,
    data: Data,
    loaded: job.Loaded,
    shown: pd.DataFrame,
    units: Districts,
    filters: IncidentFilters,
    colour: str,
) -> bytes:
    """The same map as one page that opens from a disk; rows that may not leave (ACLED) are not in it.

    It is made when its button is pressed, where a reader's own session is not at hand: `loaded` and `units` come from
    the page.
    """
    _, day = here.translate, np.datetime64(data.day)
    zones = [
        f"{_(labels.ZONE_STATUSES[z])} {u}".strip()
        for z, u in zip(shown["zone_status"], shown["zone_unit"], strict=True)
    ]
    fired = [_.pair(_("Rules fired"), r or "–") for r in shown["rules_fired"]]
    there = incidents_at(loaded.incidents, day, data.rules.look_back_months)
    incidents = filters.apply(there, loaded.boundaries)
    inside = blob(
        _,
        sites=shown,
        incidents=incidents[~incidents["restricted"].astype(bool)],
        zones=map_content.zone_areas(loaded.zones, loaded.boundaries, day, unit_aliases()),
        lines=map_content.trade_lines([s.routes for s in loaded.sites], set(shown["site_id"])),
        marks=map_content.roadblocks([s.visits for s in loaded.sites], day),
        notice=_("Demonstration data") if demonstration.layers(loaded) else "",
        title=_("Legend, {day}", day=_.date(day)),
        details={int(i): [z, f, s] for i, z, f, s in zip(shown.index, zones, fired, shown["site_id"], strict=True)},
        remarks=[filtered(len(incidents), len(there), _)] if len(incidents) < len(there) else [],
        colours=colour_by.of_sites(shown),
        colour=colour,
    )
    view = View.around(shown["lon"].tolist(), shown["lat"].tolist())
    return standalone(view, _, inside, _("CAHRA Atlas, {day}", day=_.date(day)), units)


def draw_map(here: Here, data: Data, run: job.Run, shown: pd.DataFrame, focus: int | None, given: Filters) -> None:
    """The map, and what a click, a drawn ring, a switch of the legend or the bar of months does."""
    _, state = here.translate, st.session_state
    sites = run.assessment.sites
    answer = map_widget.show(
        _,
        start_view(data, sites),
        content(here, data, run, shown, focus, given),
        key="map",
        tools=True,
        tiles=state.get("q_tiles", False),
        remember=True,
        districts=districts(data),
        clock=True,
    )
    if answer is None:
        return
    if answer.day:
        # The field in the sidebar and the page's figures are not in this fragment: all of them follow.
        state["day"], state["playing"] = answer.day, ""
        st.rerun()
    if answer.play:
        state["playing"], state["months_for"] = answer.play, data.key
        st.rerun()
    if recoloured(answer):
        st.rerun(scope="fragment")
    if answer.months:
        state["months_for"] = data.key
        st.rerun(scope="fragment")
    if answer.ring:
        state["area"] = answer.ring
        st.rerun()
    if answer.off is not None and answer.run == data.token:
        # The filters' widgets are not in this fragment: the whole page takes the change up before it draws them.
        classes = [c for c in CLASSES if c not in answer.off] if answer.off else []
        state["pending"] = {"q_classes": classes, "q_hidden": list(answer.hidden)}
        st.rerun()
    if answer.site is not None and answer.run == data.token and answer.site < len(sites):
        choose(sites, answer.site, shown)
        st.rerun(scope="fragment")


def choose(sites: pd.DataFrame, row: int, shown: pd.DataFrame) -> None:
    """Make a site the chosen one, on the map and in the table."""
    state = st.session_state
    state["q_site"] = key_of(sites, row)
    at = np.flatnonzero(shown.index[:TABLE_ROWS] == row)
    state["table"] = {"selection": {"rows": [int(at[0])] if len(at) else [], "columns": [], "cells": []}}


def row_chosen(keys: list[str]) -> None:
    """Callback: a row of the table becomes the chosen site, and the map moves to it."""
    state = st.session_state
    rows = state["table"]["selection"]["rows"]
    state["q_site"] = keys[rows[0]] if rows and rows[0] < len(keys) else ""


def site_table(here: Here, shown: pd.DataFrame) -> None:
    """The list; it holds all that the map shows, for those who cannot see a canvas."""
    _ = here.translate
    if shown.empty:
        st.info(_("No site passes these filters. Take one away, or clear them all."), icon=":material/filter_alt:")
        return
    if len(shown) > TABLE_ROWS:
        st.caption(
            _(
                "The table holds the gravest {n} of {all} sites; filters and downloads reach all of them.",
                n=_.number(TABLE_ROWS),
                all=_.number(len(shown)),
            )
        )
        shown = shown.iloc[:TABLE_ROWS]
    keys = (shown["source"] + "|" + shown["site_id"]).tolist()
    columns = tables.filled(shown, tables.SITES)
    tables.show(
        _,
        tables.worded(_, shown, columns),
        column_config=tables.config(_, columns),
        hide_index=True,
        key="table",
        on_select=lambda: row_chosen(keys),
        selection_mode="single-row",
        height=360,
        placeholder="",
        alt=_("List of sites"),
    )


def body(here: Here, data: Data, given: Filters) -> None:
    """Map, figures, table, months and downloads: a click reruns this part of the page alone."""
    _, state = here.translate, st.session_state
    with session.guard(_):
        if "pending" in state or state.pop("moved", False):
            st.rerun()
        playing = bool(state.get("playing"))
        run = here.guard_run(data)
        sites = run.assessment.sites
        keep = given.apply(sites, data.rules)
        shown = gravest_first(sites[keep])
        drawn = sites[given.without_switches().apply(sites, data.rules)]
        of_causes = sites[given.without_causes().apply(sites, data.rules)]
        with st.container():
            notices.stale(here, data, data.day)
            figures(here, shown, sites, data.day)
            why_insufficient.switches(here, of_causes, resting=playing)
        focus = row_of(sites, state.get("q_site", ""))
        left, right = st.columns([5, 2] if focus is not None else [1, 0.001])
        with left:
            draw_map(here, data, run, drawn, focus, given)
        if playing:
            return
        if focus is not None:
            with right:
                site_card.show(here, run, focus)
        why_insufficient.remedies(here, data, of_causes)
        notices.limits(here, run)
        st.header(_("Sites"))
        site_table(here, shown)
        if focus is not None:
            site_card.under_table(here, run, focus)
        with st.expander(_("Site class and zone status"), expanded=True, icon=":material/grid_on:"):
            seen = sites[given.without_axes().apply(sites, data.rules)]
            quadrant_table.show(_, seen, _("Sites by site class and zone status"), "quadrant", quadrant_chosen)
        filters, colour = incident_filter.chosen(given, sites), state.get("colour", "")
        timeline.chart(here, data, filters)
        loaded, units = data.loaded(), districts(data)
        subject = Subject.of(loaded, run, here.translate, shown.index.tolist(), filters, colour)
        downloads.show(here, data, subject, shown, lambda: map_page(here, data, loaded, shown, units, filters, colour))
        here.address(**given.address(), **filters.address(), site=state["q_site"], colour=colour)


def main() -> None:
    """The page; what it reads is held by no name of this module, which Streamlit keeps when the reader has gone."""
    with session.page() as here:
        _ = here.translate
        st.title(_("Mine sites, conflict and zones"))
        state = st.session_state
        data = here.data(playing=bool(state.get("playing")))
        first = here.guard_run(data)
        given = site_filters.sidebar(_, first.assessment.sites)
        incident_filter.sidebar(_, data.loaded().incidents)
        with st.sidebar:
            st.toggle(
                _("Online map tiles"),
                key="q_tiles",
                help=_(
                    "Tiles come from OpenStreetMap's servers: they then see your address and which places you look at."
                ),
            )
        if given.area:
            st.info(
                _("Only sites inside the drawn area are shown. Clear the filters to see all."),
                icon=":material/select_all:",
            )
        st.fragment(body)(here, data, given)
        credit_line.show(_, data)


main()
