"""What a reader should know of the data before reading a map: nothing covered, or older than the date."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from jobs.assessment import job
from jobs.assessment.export import known_limits
from jobs.assumptions import assumptions
from views.data_choice import Data
from views.page_notes import page_sentence
from views.session import Here


def limits(here: Here, run: job.Run) -> None:
    """What is covered, why sites are insufficient, and what no rule can see."""
    _ = here.translate
    notes = known_limits(run.assessment.sites, run.assessment.report)
    if notes:
        with st.expander(_("What is covered, and what is not known"), icon=":material/help:"):
            for line in notes:
                st.text(page_sentence(line, _))
    assumed = assumptions(run.assessment.sites, run.base_record, run.rules)
    with st.expander(_("What this run assumed"), icon=":material/rule_settings:"):
        st.caption(_("Where the files do not say it. To say otherwise, open “Options of the run” at the left."))
        for line in assumed:
            st.text(page_sentence(line, _))


def stale(here: Here, data: Data, day: dt.date) -> None:
    """Says when incident data is missing, declared by nothing, or ends before the date."""
    _, loaded = here.translate, data.loaded()
    if loaded.incidents is None or loaded.incidents.empty:
        st.warning(_("No incidents are loaded: no site can read “no indicators found”."), icon=":material/event_busy:")
        return
    if loaded.coverage.empty:
        st.warning(
            _(
                "Nothing declares what the incident data covers, so no site can read “no indicators found”. "
                "Add a coverage file under Data."
            ),
            icon=":material/help:",
        )
        return
    last = loaded.coverage["to"].max()
    if pd.notna(last) and last.date() < day:
        st.warning(
            _(
                "The incident data at hand covers days up to {last}. What happened later is not known here.",
                last=_.date(last),
            ),
            icon=":material/history:",
        )
