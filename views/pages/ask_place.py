"""Draw and ask: click a place or draw an area; what is known there at the date, classified like a site."""

from __future__ import annotations

import numpy as np
import shapely
import streamlit as st

from geo.records.eligible_incidents import incidents_at
from i18n import labels
from i18n.gap_labels import remedy_of
from jobs.assessment import ask_place, job
from jobs.assessment.site_filters import Filters
from jobs.assessment.site_profile import Profile, profile
from layers.formats.writers.escape import markdown
from layers.maps import map_content, styles
from layers.maps.map import Line, View, blob
from layers.reference.country_names import country_name
from layers.reference.unit_aliases import unit_aliases
from views import session
from views.data_choice import Data
from views.session import Here
from views.widgets import map_widget, notices, tables
from views.widgets.map_layers import districts


def start() -> None:
    """Once a session: the place and the area that the address names."""
    state = st.session_state
    if "asked" in state:
        return
    state["asked"], state["asked_ring"] = None, Filters.of({"area": state["address"].get("ring", "")}).area
    try:
        lat, lon = (float(v) for v in state["address"].get("place", "").split(","))
        if abs(lat) <= 90 and abs(lon) <= 180:
            state["asked"] = (lon, lat)
    except ValueError:
        pass  # no place in the address


def by_hand(here: Here) -> None:
    """The same question by keyboard: coordinates, mineral and district."""
    _, state = here.translate, st.session_state
    with st.form("by_hand"):
        lat, lon, mineral, unit, go = st.columns([2, 2, 2, 2, 1.5], vertical_alignment="bottom")
        y = lat.number_input(
            _("Latitude"), -90.0, 90.0, value=state["asked"][1] if state["asked"] else None, format="%.4f"
        )
        x = lon.number_input(
            _("Longitude"), -180.0, 180.0, value=state["asked"][0] if state["asked"] else None, format="%.4f"
        )
        mineral.selectbox(
            _("Mineral"), ["", *(m for m in labels.MINERALS if m)], key="asked_mineral",
            format_func=lambda m: _(labels.MINERALS[m]),
        )  # fmt: skip
        unit.text_input(_("District, if known"), key="asked_unit", max_chars=80)
        sent = go.form_submit_button(_("Ask"), type="primary", width="stretch")
    if not sent:
        return
    missing = [name for name, value in ((_("Latitude"), y), (_("Longitude"), x)) if value is None]
    if missing or x is None or y is None:
        st.warning(
            _("Missing: {fields}. Type them in degrees, or click a place on the map.", fields=", ".join(missing))
        )
        return
    state["asked"], state["asked_ring"], state["ask_center"] = (x, y), (), (y, x)


def the_map(here: Here, data: Data, run: job.Run, it: Profile | None) -> None:
    """The map to click and draw on."""
    _, state = here.translate, st.session_state
    loaded, day = data.loaded(), np.datetime64(data.day)
    sites = run.assessment.sites
    ring = [Line(shapely.Polygon(state["asked_ring"]), "chosen")] if state["asked_ring"] else []
    inside = blob(
        _,
        sites=sites,
        incidents=incidents_at(loaded.incidents, day, data.rules.look_back_months),
        zones=map_content.zone_areas(loaded.zones, loaded.boundaries, day, unit_aliases()),
        lines=[*ring, *(it.circles() if it else [])],
        focus=state["asked"],
        run=data.token,
        notice=_("Demonstration data") if data.has_demonstration else "",
        title=_("Legend, {day}", day=_.date(day)),
    )
    view = View.around(sites["lon"].tolist(), sites["lat"].tolist())
    answer = map_widget.show(
        _,
        view,
        inside,
        key="ask",
        tools=True,
        ask=True,
        height=500,
        center=state.get("ask_center"),
        districts=districts(data),
    )
    if answer and answer.place:
        state["asked"], state["asked_ring"] = answer.place, ()
        st.rerun()
    if answer and answer.ring:
        middle = shapely.Polygon(answer.ring).representative_point()
        state["asked"], state["asked_ring"] = (middle.x, middle.y), answer.ring
        st.rerun()


def show_class(here: Here, it: Profile) -> None:
    """The class of the place and why."""
    _, site = here.translate, it.site
    style, zone = styles.site_style(site["site_class"]), styles.zone_style(site["zone_status"])
    st.header(f"{style.sign} {_(style.text)} · {zone.sign} {_(zone.text)}")
    st.text(it.why.sentence(_))
    country = country_name(site["country"], _)
    area = labels.value("area_class", site["area_class"], _)
    facts_ = (_.pair(_("Area class"), area), _.pair(_("Country"), country or _("not known")))
    st.caption(markdown(" · ".join(facts_)))
    missing(here, it)
    left, right, unknown = st.tabs([_("Evidence"), _("Nearest misses"), _("What is not known")])
    helps = it.gaps["fact"].astype(str).map(lambda fact: remedy_of(fact).sentence(_))
    for tab, frame, names in (
        (left, it.evidence, tables.EVIDENCE),
        (right, it.misses, tables.EVIDENCE),
        (unknown, it.gaps.assign(remedy=helps), ("rule", "found", "remedy", "record_id", "dataset")),
    ):
        with tab:
            if frame.empty:
                st.text(_("Nothing to show."))
            else:
                columns = tables.filled(frame, names)
                tables.show(
                    _,
                    tables.worded(_, frame, columns),
                    column_config=tables.config(_, columns),
                    hide_index=True,
                    placeholder="",
                )


def missing(here: Here, it: Profile) -> None:
    """What was not asked or not at hand, by name: the gaps of both answers, and what only a reader can say."""
    _, site, state = here.translate, it.site, st.session_state
    for name, words in (
        ("gaps", _("The site class could not look at")),
        ("area_gaps", _("The area class could not look at")),
    ):
        if site[name]:
            st.text(_.pair(words, labels.value(name, site[name], _)))
    absent = [] if state.get("asked_mineral") else [_("the mineral (zone status and listings depend on it)")]
    if not site["admin2"]:
        absent.append(_("the district (no loaded boundary holds the place, and none was typed)"))
    absent.append(_("visits and statuses (a place that is asked has none)"))
    unknown = [a.rule.id for a in it.answers if a.outcome == "unknown"]
    st.caption(markdown(_.pair(_("Not given"), _.joined(absent)) + "."))
    if unknown:
        st.caption(_("Rules that cannot be told here: {rules}.", rules=", ".join(unknown)))


def area(here: Here, data: Data, run: job.Run) -> None:
    """What lies inside the drawn area."""
    _ = here.translate
    found = ask_place.inside(data.loaded(), run, st.session_state["asked_ring"], data.day, data.rules.look_back_months)
    st.header(_("Inside the drawn area"))
    deaths = found.incidents.groupby("source")["deaths_best"].agg(["size", "sum"])
    months = data.rules.look_back_months
    counts_text = _.joined(
        _(
            "{source}: {n} incident{n?|s}, {deaths} death{deaths?|s}",
            source=labels.source_name(str(s)),
            n=_.number(row["size"]),
            deaths=_.number(row["sum"]),
        )
        for s, row in deaths.iterrows()
    )
    st.text(
        _.plural("{n} site in {area} km².", "{n} sites in {area} km².", len(found.sites), area=_.number(found.area_km2))
        + " "
        + (
            _("In {months} month{months?|s}, per source: {said}.", months=months, said=counts_text)
            if counts_text
            else _("No incident in {months} month{months?|s}.", months=months)
        )
    )  # fmt: skip
    if len(found.sites):
        columns = tables.filled(found.sites, tables.SITES)
        tables.show(
            _,
            tables.worded(_, found.sites, columns),
            column_config=tables.config(_, columns),
            hide_index=True,
            placeholder="",
        )
    st.caption(_("The class above is that of one point inside the area, marked on the map."))


def main() -> None:
    """The page; what it reads is held by no name of this module, which Streamlit keeps when the reader has gone."""
    with session.page() as here:
        _, state = here.translate, st.session_state
        start()
        data = here.data()
        run = here.guard_run(data)
        st.title(_("Ask about a place"))
        st.caption(_("Click a place, draw an area, or type coordinates: it is classed as if a site lay there."))
        notices.stale(here, data, data.day)
        by_hand(here)
        it = None
        if state["asked"]:
            lon, lat = state["asked"]
            answer = ask_place.classify_place(
                data.loaded(), lon, lat, data.day, data.rules,
                minerals=state.get("asked_mineral", ""), admin2=state.get("asked_unit", ""),
                rasters=data.rasters,
            )  # fmt: skip
            it = profile(data.loaded(), answer, data.rules, 0, data.day)
        the_map(here, data, run, it)
        if it is None:
            st.info(_("No place has been checked yet."), icon=":material/touch_app:")
        else:
            show_class(here, it)
        if state["asked_ring"]:
            area(here, data, run)
        here.address(
            place=f"{state['asked'][1]:.4f},{state['asked'][0]:.4f}" if state["asked"] else "",
            ring=Filters(area=state["asked_ring"]).address().get("area", ""),
        )


main()
