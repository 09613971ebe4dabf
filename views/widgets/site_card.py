"""One site in a few lines, beside the map."""

from __future__ import annotations

import streamlit as st

from i18n import column_labels, labels
from jobs.assessment import job
from jobs.assessment.site_profile import why_of
from layers.formats.writers.escape import markdown
from layers.maps import styles
from layers.reference.country_names import country_name
from views.session import Here


def show(here: Here, run: job.Run, row: int) -> None:
    """The chosen site: why, class and zone status, what is near, and the way to its page."""
    _ = here.translate
    site = run.assessment.sites.iloc[row]
    with st.container(border=True):
        st.markdown(f"**{markdown(site['name'] or site['site_id'])}**")
        style = styles.site_style(site["site_class"])
        zone = styles.zone_style(site["zone_status"])
        st.markdown(f"{style.sign} {_(style.text)}  \n{zone.sign} {_(zone.text)}")
        st.text(why_of(run, row).sentence(_))
        for name in ("area_class", "minerals", "admin2", "country", "armed_presence", "gaps", "rules_unknown"):
            words = country_name(site[name], _) if name == "country" else labels.value(name, site[name], _)
            if words:
                st.caption(_.pair(column_labels.column(name, _), markdown(words)))
        if st.button(_("Open this site"), icon=":material/location_on:", key="open_site", width="stretch"):
            st.switch_page("views/pages/site.py")
        st.button(_("Close"), key="close_site", on_click=close, width="stretch")


def under_table(here: Here, run: job.Run, row: int) -> None:
    """The same in one line where a row was chosen, for the card beside the map may be out of sight there."""
    _, site = here.translate, run.assessment.sites.iloc[row]
    name = markdown(site["name"] or site["site_id"])
    if st.button(_("Open {name}", name=name), icon=":material/arrow_forward:", key="open_chosen"):
        st.switch_page("views/pages/site.py")
    st.caption(markdown(why_of(run, row).sentence(_)))


def close() -> None:
    """Callback: no chosen site."""
    st.session_state["q_site"] = ""
    st.session_state["table"] = {"selection": {"rows": [], "columns": [], "cells": []}}
