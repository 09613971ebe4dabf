"""The filters in the sidebar; :class:`jobs.assessment.site_filters.Filters` is what they give."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from geo.schema import CLASSES, ZONE_STATUSES
from i18n import labels
from i18n.translator import Translator
from jobs.assessment.site_filters import FACTS, Filters
from jobs.assessment.why_insufficient import causes
from layers.maps.colour_by import ROWS
from layers.reference.country_names import country_name

MANY = (
    "minerals",
    "classes",
    "zones",
    "countries",
    "admin1",
    "admin2",
    "armed",
    "sources",
    "areas",
    "gaps",
    "area_gaps",
    "facts",
    "rules",
    "first",
    "hidden",
)


def read_address() -> None:
    """Once a session: the filters that the page's address names."""
    state = st.session_state
    if "filters_read" in state:
        return
    state["filters_read"] = True
    given = Filters.of(state["address"])
    for name in MANY:
        state[f"q_{name}"] = list(getattr(given, name))
    state["q_age"], state["q_text"], state["area"] = given.age, given.text, given.area


def clear() -> None:
    """Callback: no filters."""
    state = st.session_state
    for name in MANY:
        state[f"q_{name}"] = []
    state["q_age"], state["q_text"], state["area"] = "", "", ()
    state["quadrant"] = {"selection": {"rows": [], "columns": [], "cells": []}}


def sidebar(translate: Translator, sites: pd.DataFrame) -> Filters:
    """Draws the filters for the values that `sites` has, and gives what is chosen."""
    _, state = translate, st.session_state
    read_address()
    for key, value in state.pop("pending", {}).items():
        state[key] = value
    minerals = sorted({m for text in pd.unique(sites["minerals"]) for m in text.split(";")}, key=lambda m: (m == "", m))
    with st.sidebar:
        st.text_input(_("Search name, id or district"), key="q_text", icon=":material/search:", max_chars=100)
        _many(_, "classes", _("Site class"), CLASSES, labels.CLASSES)
        _many(
            _,
            "zones",
            _("Zone status"),
            [z for z in ZONE_STATUSES if (sites["zone_status"] == z).any()],
            labels.ZONE_STATUSES,
        )
        _many(_, "minerals", _("Minerals"), minerals, labels.MINERALS)
        countries = _present(sites["country"])
        names = {iso: country_name(iso, _) for iso in countries}
        _many(_, "countries", _("Country"), countries, names)
        if len(state["q_countries"]):
            sites = sites[sites["country"].isin(state["q_countries"])]
        _many(_, "admin1", _("Region (ADM1)"), _present(sites["admin1"]), {})
        if len(state["q_admin1"]):
            sites = sites[sites["admin1"].isin(state["q_admin1"])]
        _many(_, "admin2", _("District (ADM2)"), _present(sites["admin2"]), {})
        with st.expander(_("More filters")):
            _many(
                _,
                "armed",
                _("Armed presence at the newest visit"),
                [a for a in labels.ARMED if (sites["armed_presence"] == a).any()],
                labels.ARMED,
            )
            st.selectbox(
                _("Age of the newest visit"), list(labels.AGES), format_func=lambda a: _(labels.AGES[a]), key="q_age"
            )
            _many(_, "areas", _("Area class"), CLASSES, labels.CLASSES)
            _many(_, "gaps", _("Why the site class is insufficient"), gaps_of(sites, "site_class"), labels.GAPS)
            _many(_, "area_gaps", _("Why the area class is insufficient"), gaps_of(sites, "area_class"), labels.GAPS)
            _many(_, "facts", _("Listings and facts of visits"), list(FACTS), FACTS)
            texts = pd.concat([sites["rules_fired"], sites["area_rules_fired"]]).unique()
            fired = sorted({r for text in texts for r in text.split(";") if r})
            _many(_, "rules", _("Rules fired"), fired, {})
            if state["q_hidden"]:
                _many(_, "hidden", _("Switched off in the legend"), state["q_hidden"], ROWS)
            _many(_, "sources", _("Source"), _present(sites["source"]), {})
    given = Filters(
        **{name: tuple(state[f"q_{name}"]) for name in MANY},
        age=state["q_age"],
        text=(state["q_text"] or "").strip(),
        area=state["area"],
    )
    if given != Filters():
        st.sidebar.button(_("Clear all filters"), on_click=clear, icon=":material/filter_alt_off:", width="stretch")
    return given


def gaps_of(sites: pd.DataFrame, answer: str) -> list[str]:
    """The causes for which a class is insufficient here, the most frequent first."""
    return [cause.code for cause in causes(sites, answer)]


def _present(column: pd.Series) -> list[str]:
    return sorted(v for v in pd.unique(column) if v)


def _many(translate: Translator, name: str, label: str, options: Sequence[str], words_of: dict[str, str]) -> None:
    # A value from an address or another date stays an option, else the widget would refuse its own state.
    chosen = st.session_state[f"q_{name}"]
    offered = [*options, *(v for v in chosen if v not in options)]
    if not offered:
        return

    def word(code: str) -> str:
        return translate(words_of[code]) if code in words_of else code or "—"

    st.multiselect(label, offered, key=f"q_{name}", format_func=word, placeholder=translate("all"))
