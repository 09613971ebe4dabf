"""Downloads of a run: the same files as the command line writes, the sites shown, and the map as one page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

from i18n.translator import N_, translator
from jobs.assessment import job
from jobs.meeting.job import meeting_files
from jobs.meeting.subject import Subject, what_of
from layers.formats.writers.archive import zip_bytes
from layers.formats.writers.cells import plain_types
from layers.formats.writers.write import media_type, write_bytes
from views.data_choice import Data
from views.faults import telling
from views.session import Here, language
from views.widgets import tables

MEETING_WORDS = {
    "map.png": N_("Map (PNG)"),
    "map.svg": N_("Map (SVG)"),
    "map.pdf": N_("Map (PDF)"),
    "sites.xlsx": N_("Workbook (XLSX)"),
    "sites.pdf": N_("Table (PDF)"),
    "sites_excel.csv": N_("CSV for Excel"),
}
"""By what of a file's name is neither place nor date."""
A_ROW = 6
"""Buttons side by side."""


def button(label: str, name: str, make: Callable[[], bytes], *, demonstration: bool, key: str = "") -> None:
    """One download, made when it is pressed; synthetic data says so in the file's name."""
    st.download_button(
        label,
        data=telling(make, translator(language())),
        file_name=("demonstration_" if demonstration else "") + name,
        mime=media_type(name),
        on_click="ignore",
        key=f"download_{key or name}",
        width="stretch",
    )


def run_files(files: Mapping[str, bytes], *, demonstration: bool) -> None:
    """A button for every file of a run, the same files as the command line writes; each made when it is pressed."""
    _ = translator(language())
    button(_("All files of the run (ZIP)"), "run.zip", lambda: zip_bytes(files, "run"), demonstration=demonstration)
    names = list(files)
    for first in range(0, len(names), A_ROW):
        for column, name in zip(st.columns(A_ROW), names[first : first + A_ROW], strict=False):
            with column:
                button(name, name, lambda name=name: files[name], demonstration=demonstration)  # type: ignore[misc]


def for_the_meeting(here: Here, data: Data, run: job.Run, shown: pd.DataFrame) -> None:
    """The files of ``cahra meeting`` for the sites shown; each says in its name what, where and when."""
    _ = here.translate
    st.caption(_("For the meeting, of the sites shown, in this language:"))
    made = meeting_files(Subject.of(data.loaded(), run, _, shown.index.tolist()))
    for column, (name, make) in zip(st.columns(len(made)), made.items(), strict=True):
        with column:
            st.download_button(
                _(MEETING_WORDS[what_of(name)]), data=telling(make, _), file_name=name, mime=media_type(name),
                on_click="ignore", key=f"meeting_{what_of(name)}", width="stretch",
            )  # fmt: skip


def show(here: Here, data: Data, run: job.Run, shown: pd.DataFrame, page: Callable[[], bytes]) -> None:
    """The files of the run, the sites shown in more formats, the map as `page`, and the rows not used, with reasons."""
    _, synthetic = here.translate, data.has_demonstration
    st.subheader(_("Download"))
    st.caption(_("The whole run, as the command line writes it:"))
    run_files(run.made_files(_.language), demonstration=synthetic)
    st.caption(_("The sites shown, after the filters:"))
    columns = st.columns(6)
    for column, ending in zip(columns, ("csv", "xlsx", "gpkg", "parquet", "kml"), strict=False):
        with column:
            button(
                ending.upper(),
                f"sites_shown.{ending}",
                lambda ending=ending: write_bytes(plain_types(shown), ending),  # type: ignore[misc]
                demonstration=synthetic,
            )
    with columns[-1]:
        button(_("Map (HTML)"), "map.html", page, demonstration=synthetic)
    for_the_meeting(here, data, run, shown)
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
                placeholder="",
            )
