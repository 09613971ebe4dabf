"""Downloads of a run: the same files as the command line writes, the sites shown, and the map as one page."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from layers.formats.write import csv_bytes

from layers import job
from layers.export import plain_types
from views import tables
from views.session import Data, Here

_MIME = {"csv": "text/csv", "geojson": "application/geo+json", "json": "application/json", "html": "text/html"}


def show(here: Here, data: Data, run: job.Run, shown: pd.DataFrame) -> None:
    """Buttons, each made when it is pressed; and what was rejected, with the reason."""
    _ = here.translate
    st.subheader(_("Download"))
    prefix = "demonstration_" if data.has_demonstration else ""
    names = ["sites.csv", "sites.geojson", "evidence.csv", "rejected.csv", "run.json"]
    buttons = st.columns(len(names) + 1)
    for column, name in zip(buttons, names, strict=False):
        column.download_button(
            name,
            data=lambda name=prefix + name: run.files()[name],
            file_name=prefix + name,
            mime=_MIME[name.rsplit(".", 1)[1]],
            on_click="ignore",
            key=f"download_{name}",
            width="stretch",
        )
    buttons[-1].download_button(
        _("sites shown"),
        data=lambda: csv_bytes(plain_types(shown))[0],
        file_name=prefix + "sites_shown.csv",
        mime="text/csv",
        on_click="ignore",
        key="download_shown",
        width="stretch",
    )
    rejected = run.rejected
    label = _.plural("{n} row was not used", "{n} rows were not used", len(rejected))
    with st.expander(label, icon=":material/rule:"):
        if rejected.empty:
            st.text(_("Every row that was read is in the list."))
        else:
            st.dataframe(
                tables.worded(_, rejected, list(rejected.columns)),
                column_config=tables.config(_, list(rejected.columns)),
                hide_index=True,
                height=240,
            )
