"""Time: the months that the map plays and slides through, and incidents by month with the window shaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from geo.dates.many import ManyDates
from geo.records.eligible_incidents import by_month, eligible
from geo.schema import CLASSES
from i18n import labels
from jobs.assessment import job
from jobs.assessment.incident_filters import IncidentFilters
from jobs.assessment.month_classes import NOT_SHOWN, class_codes, month_ends
from jobs.assessment.site_filters import Filters
from jobs.many_dates import at_dates
from layers.maps import map_content
from layers.maps.blob import Mark, ZoneArea
from layers.maps.clock import Clock, Moving
from layers.reference.unit_aliases import unit_aliases
from views.data_choice import Data
from views.session import Here
from views.widgets import charts, incident_filter

KEPT_CELLS = 600_000
"""Sites times months that stay on the page once a reader asked for them; of more, only while the map plays."""


def clock(here: Here, data: Data, run: job.Run, given: Filters) -> Clock | None:
    """The months of the bar under the map; with what they show, when the reader plays or slides.

    None where there is nothing to go through.
    """
    state = st.session_state
    sites, loaded = run.assessment.sites, data.loaded()
    incidents = loaded.incidents
    if incidents is None or incidents.empty:
        return None
    first, last = incidents["date_start"].min().date(), incidents["date_start"].max().date()
    months = month_ends(min(first, data.day), max(last, data.day), len(sites))
    playing = str(state.get("playing", ""))
    asked = playing or (state.get("months_for") == data.key and len(sites) * len(months) <= KEPT_CELLS)
    moving = None
    if asked and len(months) > 1:
        with st.spinner(here.translate("Reading every month…")):
            many = passed(data, months)
        codes = class_codes(many, sites, given)
        now = np.array([CLASSES.index(c) for c in sites["site_class"]], np.uint8)
        now[~given.without_classes().apply(sites, data.rules)] = NOT_SHOWN
        drawn = incident_filter.chosen(given, sites).apply(eligible(incidents), loaded.boundaries)
        moving = Moving(codes, now, drawn)
    return Clock(months, data.day, data.rules.look_back_months, playing, moving)


def zones_of(data: Data, clock: Clock | None) -> list[ZoneArea]:
    """The zones of the page's day, or of all months with their days."""
    loaded = data.loaded()
    if clock is None or clock.moving is None:
        return map_content.zone_areas(loaded.zones, loaded.boundaries, np.datetime64(data.day), unit_aliases())
    days = sorted({*clock.months, data.day})
    first, last = np.datetime64(days[0]), np.datetime64(days[-1])
    return map_content.zones_through(loaded.zones, loaded.boundaries, first, last, unit_aliases())


def marks_of(data: Data, clock: Clock | None) -> list[Mark]:
    """The roadblocks of the page's day, or of all months with their days."""
    visits = [s.visits for s in data.loaded().sites]
    if clock is None or clock.moving is None:
        return map_content.roadblocks(visits, np.datetime64(data.day))
    return map_content.roadblocks_through(visits)


def passed(data: Data, months: Sequence[dt.date]) -> ManyDates:
    """The sites at the end of every month, once for the same data, rules and span."""
    cached = _passed_own if data.files or data.rasters else _passed_shared
    return cached(data.key, data.rules.hash, tuple(months), data.rasters.key, data)


@st.cache_resource(max_entries=2, show_spinner=False)
def _passed_shared(
    key: str, rules_hash: str, months: tuple[dt.date, ...], rasters: tuple[str, ...], _data: Data
) -> ManyDates:
    return at_dates(_data.loaded(), months, _data.rules, _data.rasters)


@st.cache_resource(max_entries=2, show_spinner=False, scope="session")
def _passed_own(
    key: str, rules_hash: str, months: tuple[dt.date, ...], rasters: tuple[str, ...], _data: Data
) -> ManyDates:
    return at_dates(_data.loaded(), months, _data.rules, _data.rasters)


def picked() -> None:
    """Callback: a month of the chart sets the date to its end."""
    state = st.session_state
    rows = state["months"]["selection"].get("month", [])
    if rows:
        state["day"] = dt.date.fromisoformat(str(rows[0]["day"]))
        state["moved"] = True


def chart(here: Here, data: Data, given: IncidentFilters, *, sets_day: bool = True) -> None:
    """Incidents with at least one death by month and source; the windows of the distance rules are shaded.

    With `sets_day` a click on a month makes its end the page's date.
    """
    import altair as alt  # late: the map is on the screen before it is needed

    _ = here.translate
    loaded = data.loaded()
    counted = by_month(None if loaded.incidents is None else given.apply(loaded.incidents, loaded.boundaries))
    st.header(_("Incidents by month"))
    if counted.empty:
        st.info(_("There are no incidents to count here."), icon=":material/event_busy:")
        return
    names = {"demonstration": _("Demonstration"), **labels.SOURCES}
    counted["source"] = counted["source"].replace(names)
    day = pd.Timestamp(data.day)
    spans = sorted({test.months for rule in data.rules.of_kind("near") for test in rule.tests}, reverse=True)
    windows = pd.DataFrame(
        {
            "start": [day - pd.DateOffset(months=n) for n in spans],
            "end": [day] * len(spans),
            "window": [_("{n} month{n?|s}", n=n) for n in spans],
        }
    )
    shade = (
        alt.Chart(windows)
        .mark_rect(opacity=0.18, color="#E69F00")
        .encode(x="start:T", x2="end:T", tooltip=[alt.Tooltip("window:N", title=_("Window"))])
    )
    bars = (
        alt.Chart(counted)
        .mark_bar(color="#333333")
        .encode(
            x=alt.X("yearmonth(month):T", title=None, axis=alt.Axis(format="%Y")),
            y=alt.Y("incidents:Q", title=_("incidents")),
            color=alt.Color("source:N", title=_("Source"), scale=alt.Scale(range=["#333333", "#0072B2", "#CC79A7"])),
        )
    )
    rule = alt.Chart(pd.DataFrame({"day": [day]})).mark_rule(color="#D55E00", strokeWidth=2).encode(x="day:T")
    # Bars of one incident are two pixels high: what is clicked is the whole height of a month.
    fields = alt.selection_point(name="month", fields=["day"], on="click", toggle=False)
    touch = (
        alt.Chart(_touched(here, counted))
        .mark_rect(opacity=0, cursor="pointer" if sets_day else "default")
        .encode(
            x="start:T",
            x2="end:T",
            tooltip=[alt.Tooltip("said:N", title=_("Month")), alt.Tooltip("told:N", title=_("Incidents"))],
        )
    )
    layers = shade + bars + rule + (touch.add_params(fields) if sets_day else touch)
    description = _(
        "Shaded: the {months} month{months?|s} before the date. Sources are counted apart and never added together.",
        months=_(" and ").join(map(str, sorted(spans))),
    )
    if not sets_day:
        charts.show(_, layers.properties(height=200), alt=_("Incidents by month"))
        st.caption(description)
        return
    charts.show(
        _,
        layers.properties(height=200),
        alt=_("Incidents by month"),
        key="months",
        on_select=picked,
        selection_mode="month",
    )
    st.caption(description + " " + _("Click a month to go to its end."))


def _touched(here: Here, counted: pd.DataFrame) -> pd.DataFrame:
    """A row a month from the first to the last: its days, its end, and what was counted in it by source."""
    _ = here.translate
    months = pd.date_range(counted["month"].min(), counted["month"].max(), freq="MS")
    parts: dict[pd.Timestamp, list[str]] = {}
    row: Any
    for row in counted.itertuples():
        counts = _(
            "{incidents} incident{incidents?|s}, {deaths} death{deaths?|s}",
            incidents=_.number(row.incidents),
            deaths=_.number(row.deaths),
        )
        parts.setdefault(row.month, []).append(_.pair(str(row.source), counts))
    names = {month: _.joined(of_month) for month, of_month in parts.items()}
    ends = months + pd.offsets.MonthEnd(0)
    return pd.DataFrame(
        {
            "start": months,
            "end": ends,
            "day": ends.strftime("%Y-%m-%d"),
            "said": [_.month(m.date()) for m in months],
            "told": [names.get(m, "0") for m in months],
        }
    )
