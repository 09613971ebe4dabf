"""What a reader should know of the data before reading a map: nothing covered, or older than the date."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from views.session import Data, Here


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
