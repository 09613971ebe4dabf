"""Four answers of one site beside each other, never one score: site class, area class, zone status, listings."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo.rules.figures import LATEST_KM
from i18n import column_labels, labels
from i18n.evidence_messages import status_word
from i18n.translator import Translator
from jobs.assessment.site_listings import facts, listings
from jobs.assessment.site_profile import Profile
from layers.formats.writers.escape import markdown
from layers.maps import styles
from layers.reference.country_names import country_name
from views.session import Here


def show(here: Here, it: Profile) -> DeltaGenerator:
    """Each in a frame of its own, with its dates; gives the place for how sites of this class have fared."""
    _ = here.translate
    left, right = st.columns(2)
    with left.container(border=True):
        _show_answer(*site_class(_, it))
        past = st.empty()
    with right.container(border=True):
        _show_answer(*zone(_, it))
    with left.container(border=True):
        _show_answer(*area_class(_, it))
    with right.container(border=True):
        _show_answer(*listed(_, it))
        if fact_lines := facts(it, _):
            help_text = _(
                "Of OECD Annex II and due diligence, each of the newest visit that says; never part of a class."
            )
            lines = [help_text, *(_.pair(column_labels.column(name, _), text) for name, text in fact_lines)]
            _show_answer(f"**{_('Facts of visits')}**", lines)
    return past


def _show_answer(head: str, lines: list[str]) -> None:
    st.markdown(head)
    st.caption("  \n".join(markdown(line) for line in lines))


def _of(_: Translator, it: Profile, *names: str) -> list[str]:
    return [
        _.pair(column_labels.column(name, _), labels.value(name, it.site[name], _)) for name in names if it.site[name]
    ]


def site_class(_: Translator, it: Profile) -> tuple[str, list[str]]:
    """The headline, its bracket, what fired, what is not known, and how fresh that is."""
    site, style = it.site, styles.site_style(it.site["site_class"])
    meaning = labels.CLASS_MEANINGS[site["site_class"]]
    lines = [_(meaning)]
    lines += _of(_, it, "certain_class", "possible_class", "rules_fired", "gaps", "rules_unknown", "sources_disagree")
    if pd.notna(site["latest_incident_date"]):
        near = _("Latest incident within {km} km", km=f"{LATEST_KM:g}")
        lines.append(_.pair(near, _.date(site["latest_incident_date"])))
    if pd.notna(site["visit_date"]):
        age = _.number(site["visit_age_days"])
        lines.append(
            _("Newest informative visit {day}, {age} day{age?|s} before.", day=_.date(site["visit_date"]), age=age)
        )
    else:
        lines.append(_("No informative visit up to this date."))
    return _.pair(f"**{_('Site class')}**", f"{style.sign} {_(style.text)}"), lines


def area_class(_: Translator, it: Profile) -> tuple[str, list[str]]:
    """The class of the district and the region."""
    style = styles.site_style(it.site["area_class"])
    lines = [_("Of the district and the region: context beside the site class, never part of it.")]
    lines += _of(_, it, "admin2", "admin1", "admin_basis", "area_rules_fired", "area_gaps")
    return _.pair(f"**{_('Area class')}**", f"{style.sign} {_(style.text)}"), lines


def zone(_: Translator, it: Profile) -> tuple[str, list[str]]:
    """The zone status, the entries and findings behind it, and the distance to an edge."""
    site, style = it.site, styles.zone_style(it.site["zone_status"])
    lines = _of(_, it, "zone_basis")
    for row in it.zones[it.zones["date_start"].notna()].itertuples():
        first, last = _.date(row.date_start), _.date(row.date_end)
        until = "" if last == first else f" – {last or _('no stated end')}"
        unit = country_name(str(row.record_id), _)
        words = _(str(row.status)) if row.fact == "finding" else status_word(str(row.status), _)
        lines.append(_.pair(status_word(unit, _), f"{words}, {first}{until}"))
    if pd.notna(site["distance_to_zone_edge_m"]):
        lines.append(_.pair(_("To the zone's edge"), _.distance(site["distance_to_zone_edge_m"])))
        if site["near_border"] is not pd.NA and site["near_border"]:
            lines.append(_("Near the border: not more than the rules' distance and the position error from it."))
    elif site["zone_status"] == "outside" and not it.zone_in_force:
        lines.append(_("No zone is in force at this date: there is no edge to measure to."))
    elif site["zone_status"] != "not_applicable":
        lines.append(_("The distance to a zone's edge needs boundaries with every named unit; add them under Data."))
    within = f" {markdown(site['zone_unit'])}" if site["zone_unit"] else ""
    return _.pair(f"**{_('Zone status')}**", f"{style.sign} {_(style.text)}{within}"), lines


def listed(_: Translator, it: Profile) -> tuple[str, list[str]]:
    """Lists, schemes and statuses, each its own line."""
    lines = [_.pair(column_labels.column(name, _), words) for name, words in listings(it, _)]
    return f"**{_('Listings and statuses')}**", lines
