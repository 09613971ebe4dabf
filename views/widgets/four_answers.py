"""Four answers of one site beside each other, never one score: site class, area class, zone status, listings."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo.rules.figures import LATEST_KM
from i18n import column_labels, labels
from i18n.evidence_messages import status_word
from jobs.assessment.site_listings import facts, listings
from jobs.assessment.site_profile import Profile
from layers.formats.writers.escape import markdown
from layers.maps import styles
from layers.reference.country_names import country_name
from views.session import Here


def show(here: Here, it: Profile) -> DeltaGenerator:
    """Each in a frame of its own, with its dates; gives the place for how sites of this class have fared."""
    left, right = st.columns(2)
    with left.container(border=True):
        _site_class(here, it)
        past = st.empty()
    with right.container(border=True):
        _zone(here, it)
    with left.container(border=True):
        _area_class(here, it)
    with right.container(border=True):
        _listings(here, it)
    return past


def _of(here: Here, it: Profile, *names: str) -> None:
    _, site = here.translate, it.site
    for name in names:
        if site[name]:
            said = labels.value(name, site[name], _)
            st.caption(_.pair(column_labels.column(name, _), markdown(said)))


def _site_class(here: Here, it: Profile) -> None:
    _, site = here.translate, it.site
    style = styles.site_style(site["site_class"])
    st.markdown(_.pair(f"**{_('Site class')}**", f"{style.sign} {_(style.text)}"))
    meaning = labels.CLASS_MEANINGS[site["site_class"]]
    st.caption(_(meaning))
    _of(here, it, "certain_class", "possible_class", "rules_fired", "gaps", "rules_unknown", "sources_disagree")
    if pd.notna(site["latest_incident_date"]):
        near = _("Latest incident within {km} km", km=f"{LATEST_KM:g}")
        st.caption(_.pair(near, _.date(site["latest_incident_date"])))
    if pd.notna(site["visit_date"]):
        age = _.number(site["visit_age_days"])
        st.caption(_("Newest informative visit {day}, {age} days before.", day=_.date(site["visit_date"]), age=age))
    else:
        st.caption(_("No informative visit up to this date."))


def _area_class(here: Here, it: Profile) -> None:
    _, site = here.translate, it.site
    style = styles.site_style(site["area_class"])
    st.markdown(_.pair(f"**{_('Area class')}**", f"{style.sign} {_(style.text)}"))
    st.caption(_("Of the district and the region: context beside the site class, never part of it."))
    _of(here, it, "admin2", "admin1", "admin_basis", "area_rules_fired", "area_gaps")


def _zone(here: Here, it: Profile) -> None:
    _, site = here.translate, it.site
    zone = styles.zone_style(site["zone_status"])
    within = f" {markdown(site['zone_unit'])}" if site["zone_unit"] else ""
    st.markdown(_.pair(f"**{_('Zone status')}**", f"{zone.sign} {_(zone.text)}{within}"))
    _of(here, it, "zone_basis")
    for row in it.zones[it.zones["date_start"].notna()].itertuples():
        first, last = _.date(row.date_start), _.date(row.date_end)
        until = "" if last == first else f" – {last or _('no stated end')}"
        unit = country_name(str(row.record_id), _)
        said = _(str(row.status)) if row.fact == "finding" else status_word(str(row.status), _)
        st.caption(markdown(_.pair(status_word(unit, _), f"{said}, {first}{until}")))
    if pd.notna(site["distance_to_zone_edge_m"]):
        st.caption(_.pair(_("To the zone's edge"), _.distance(site["distance_to_zone_edge_m"])))
        if site["near_border"] is not pd.NA and site["near_border"]:
            st.caption(_("Near the border: not more than 5 km and the position error from it."))
    elif site["zone_status"] != "not_applicable":
        st.caption(_("The distance to a zone's edge needs boundaries with every named unit; add them under Data."))


def _listings(here: Here, it: Profile) -> None:
    _ = here.translate
    st.markdown(f"**{_('Listings and statuses')}**")
    for name, said in listings(it, _):
        st.caption(markdown(_.pair(column_labels.column(name, _), said)))
    told = facts(it, _)
    if told:
        st.markdown(f"**{_('Facts of visits')}**")
        st.caption(_("Of OECD Annex II and due diligence, each of the newest visit that says; never part of a class."))
    for name, said in told:
        st.caption(markdown(_.pair(column_labels.column(name, _), said)))
