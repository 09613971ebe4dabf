"""Filters of incidents in the sidebar: what the map and the months draw of them; no class changes by them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from i18n import labels
from i18n.translator import Translator
from jobs.assessment.incident_filters import MOST_DEATHS, IncidentFilters
from jobs.assessment.site_filters import Filters

MOST_ACTORS = 200
"""Actors that the list offers, those of most incidents."""


def sidebar(translate: Translator, incidents: pd.DataFrame | None) -> None:
    """Draws the filters for the values that the incidents have."""
    _, state = translate, st.session_state
    if "q_incident_kinds" not in state:
        named = IncidentFilters.of(state.get("address", {}))
        state["q_incident_kinds"], state["q_incident_actors"] = list(named.kinds), list(named.actors)
        state["q_incident_deaths"] = named.deaths
    if incidents is None or incidents.empty:
        return
    with st.sidebar, st.expander(_("Filters of incidents")):
        st.caption(_("They change what map and months draw; no class changes by them."))
        words = {**labels.INCIDENT_KINDS, "": "other incident"}
        kinds = [k for k in words if (incidents["kind"] == k).any() or k in state["q_incident_kinds"]]
        st.multiselect(
            _("Kind"), kinds, key="q_incident_kinds", format_func=lambda k: _(words[k]), placeholder=_("all")
        )
        counts = pd.concat([incidents["actor_a"], incidents["actor_b"]]).value_counts()
        actors = [a for a in counts.index[: MOST_ACTORS + 1] if a]
        actors += [a for a in state["q_incident_actors"] if a not in actors]
        st.multiselect(_("Actors"), actors, key="q_incident_actors", placeholder=_("all"))
        st.number_input(_("Deaths, at least"), min_value=0, max_value=MOST_DEATHS, step=1, key="q_incident_deaths")


def chosen(given: Filters, sites: pd.DataFrame) -> IncidentFilters:
    """The filters of incidents, where the filters of `sites` look."""
    state = st.session_state
    own = IncidentFilters(
        tuple(state.get("q_incident_kinds", ())),
        tuple(state.get("q_incident_actors", ())),
        int(state.get("q_incident_deaths") or 0),
    )
    return own.with_sites(given, sites)
