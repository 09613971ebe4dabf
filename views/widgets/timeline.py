"""Time: a slider and play over months, and incidents by month with the window shaded."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import shapely
import streamlit as st

from geo.records.eligible_incidents import by_month
from jobs.assessment.site_filters import Ring
from views.data_choice import Data
from views.session import Here
from views.session import months as month_ends

FEW_SITES = 2_000
"""So many are assessed, sent and drawn in a fraction of a second."""


def pace_s(sites: int) -> float:
    """Seconds between two months while playing."""
    return 0.5 if sites <= FEW_SITES else 2.0


def span(data: Data) -> list[dt.date]:
    """Month ends from the first to the last incident, and at least the chosen day's."""
    incidents = data.loaded().incidents
    if incidents is None or incidents.empty:
        return []
    first, last = incidents["date_start"].min().date(), incidents["date_start"].max().date()
    return month_ends(min(first, data.day), max(last, data.day))


def moved() -> None:
    """Callback: the slider sets the as-of date."""
    st.session_state["day"] = st.session_state["month"]


def toggled() -> None:
    """Callback: start or stop playing."""
    st.session_state["playing"] = not st.session_state.get("playing", False)


def slider(here: Here, data: Data) -> None:
    """The slider; while playing, the fragment around it reruns and each run is one month later."""
    _, state = here.translate, st.session_state
    options = span(data)
    if len(options) < 2:
        return
    day = state["day"]
    if state.get("playing"):
        later = [m for m in options if m > day]
        if later:
            day = state["day"] = later[0]
        else:
            state["playing"] = False
            st.rerun()
    state["month"] = next((m for m in options if m >= day), options[-1])
    button, track = st.columns([1, 9], vertical_alignment="bottom")
    playing = state.get("playing", False)
    with button:
        pressed = st.button(
            _("Stop") if playing else _("Play"),
            icon=":material/pause:" if playing else ":material/play_arrow:",
            on_click=toggled,
            width="stretch",
            key="play",
        )
    with track:
        st.select_slider(
            _("Month"),
            options,
            key="month",
            format_func=lambda m: _.month(m),
            on_change=moved,
            label_visibility="collapsed",
        )
    if pressed:
        st.rerun()


def chart(here: Here, data: Data, area: Ring) -> None:
    """Incidents with at least one death by month and source; the windows of the distance rules are shaded."""
    import altair as alt  # late: the map is on the screen before it is needed

    _ = here.translate
    counted = by_month(data.loaded().incidents, shapely.Polygon(area) if area else None)
    st.subheader(_("Incidents by month"))
    if counted.empty:
        st.info(_("There are no incidents to count here."), icon=":material/event_busy:")
        return
    names = {"demonstration": _("Demonstration"), "ucdp": "UCDP", "acled": "ACLED"}
    counted["source"] = counted["source"].replace(names)
    day = pd.Timestamp(data.day)
    spans = sorted({test.months for rule in data.rules.of_kind("near") for test in rule.tests}, reverse=True)
    windows = pd.DataFrame(
        {
            "start": [day - pd.DateOffset(months=n) for n in spans],
            "end": [day] * len(spans),
            "window": [_("{n} months", n=n) for n in spans],
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
            tooltip=[
                alt.Tooltip("yearmonth(month):T", title=_("Month"), format="%Y-%m"),
                alt.Tooltip("source:N", title=_("Source")),
                alt.Tooltip("incidents:Q", title=_("incidents")),
                alt.Tooltip("deaths:Q", title=_("deaths (best estimate)")),
            ],
        )
    )
    st.altair_chart((shade + bars).properties(height=200), alt=_("Incidents by month"))
    st.caption(
        _(
            "Shaded: the {months} months before the date. Sources are counted apart and never added together.",
            months=_(" and ").join(map(str, sorted(spans))),
        )
    )
