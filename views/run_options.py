"""Options of a run that a file may lack: country, vintage of boundaries, coverage; the same as the command's.

How a single file is read (its columns, sheet, level) is not chosen here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from i18n.translator import N_, Translator
from layers.formats.writers.delimited import csv_bytes
from layers.reference.country_names import country_name
from layers.reference.tables import country_code, rows
from views.data_choice import DECLARED, File
from views.day_field import day_in_form, no_day

EFFECTS = {"lethal": N_("deadly events only"), "all": N_("all events, also those without deaths")}
MAX_VINTAGE = 40
"""Characters of a vintage."""


def read_address() -> None:
    """Once a session: the options that the page's address names."""
    state = st.session_state
    if "q_country" not in state:
        state["q_country"] = country_code(state["address"].get("country", "")[:60])
        state["q_vintage"] = state["address"].get("vintage", "")[:MAX_VINTAGE]


def address() -> dict[str, str]:
    """The options as parameters of an address."""
    state = st.session_state
    return {"country": state.get("q_country") or "", "vintage": (state.get("q_vintage") or "").strip()}


def form(translate: Translator, files: Sequence[File]) -> tuple[str, str]:
    """Draws the options and gives the country (ISO 3166 alpha-3, or blank) and the vintage (or blank)."""
    _ = translate
    read_address()
    with st.expander(_("Options of the run"), icon=":material/settings:"):
        st.selectbox(
            _("Country of rows that state none"),
            countries(_),
            key="q_country",
            format_func=lambda code: country_name(code, _) if code else _("as the files say"),
            help=_("Sites of a file without a country column are taken to lie there."),
        )
        st.text_input(
            _("Vintage of the boundaries"),
            key="q_vintage",
            max_chars=MAX_VINTAGE,
            placeholder="2015",
            help=_("Year or edition, for files that do not state it. Without it, what rests on them stays a gap."),
        )
        incidents = [f.name for f in files if f.role == "incidents"]
        if incidents:
            _coverage(_, incidents)
    chosen = address()
    return chosen["country"], chosen["vintage"]


def countries(translate: Translator) -> list[str]:
    """Codes of countries in the order of their names, blank first."""
    return ["", *sorted((row["iso3"] for row in rows("countries.csv")), key=lambda iso3: country_name(iso3, translate))]


def _coverage(_: Translator, incidents: list[str]) -> None:
    """A declaration of what a file of incidents covers; it becomes a coverage file like any other."""
    state = st.session_state
    with st.form("declare", border=False, clear_on_submit=True):
        st.caption(
            _(
                "What your incident file covers, where it does not say so itself. Only what somebody counted as "
                "complete is covered: a sample covers nothing."
            )
        )
        name = st.selectbox(_("Incident file"), incidents)
        where = st.multiselect(
            _("Countries covered"), countries(_)[1:], format_func=lambda c: country_name(c, _),
            placeholder=_("choose"),
        )  # fmt: skip
        first, unread = day_in_form(_, _("From (first day)"), first=True)
        last, unread_too = day_in_form(_, _("To (last day)"))
        effects = st.selectbox(_("Of which events"), list(EFFECTS), format_func=lambda e: _(EFFECTS[e]))
        if not st.form_submit_button(_("Declare coverage"), width="stretch"):
            return
    if wrong := unread or unread_too:
        st.warning(no_day(_, wrong), icon=":material/event_busy:")
        return
    if not where or first is None or last is None or first > last:
        st.warning(_("Choose at least one country, a first day, and a last day that is not before it."))
        return
    table = pd.DataFrame(
        {"dataset": name, "country_iso3": where, "from": first.isoformat(), "to": last.isoformat(), "effects": effects}
    )
    declared = next((f for f in state["files"].values() if f.role == "coverage" and f.name == DECLARED), None)
    data = csv_bytes(table)[0]
    if declared is not None:
        data = declared.data + data.split(b"\n", 1)[1]
        state["files"] = {key: f for key, f in state["files"].items() if f is not declared}
    digest = hashlib.sha256(data).hexdigest()
    state["files"][f"coverage/{digest}"] = File("coverage", DECLARED, digest, data)
    state["own_came"] = True
    st.rerun()
