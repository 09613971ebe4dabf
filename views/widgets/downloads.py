"""Downloads of a run: the same files as the command line writes, the sites shown, and the map as one page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

from i18n.translator import N_, translator
from jobs.meeting.earth import site_kml
from jobs.meeting.job import meeting_files
from jobs.meeting.subject import Subject, what_of
from jobs.reading_notes import followed
from jobs.result import ResultFiles
from layers.formats.writers.archive import zip_bytes
from layers.formats.writers.cells import plain_types
from layers.formats.writers.media_types import media_type
from layers.formats.writers.write import write_bytes
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
    "sites.kmz": N_("Google Earth (KMZ)"),
    "gis.zip": N_("QGIS project (ZIP)"),
}
"""By what of a file's name is neither place nor date."""
_PAIR = ("gis.gpkg", "gis.qgz")
"""They have to stand in one folder under their own names, so the page gives them together."""
A_ROW = 4
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


def run_files(files: Mapping[str, bytes], *, demonstration: bool, what: str = "cahra-run") -> None:
    """A button for every file of a run, the same files as the command line writes; each made when it is pressed.

    Parameters
    ----------
    what
        The archive's name without ending: what and when. The files in it keep the names by which a run is verified.
    """
    _ = translator(language())
    button(
        _("All files of the run (ZIP)"), f"{what}.zip", lambda: zip_bytes(files, what), demonstration=demonstration,
        key="run.zip",
    )  # fmt: skip
    names = files.offered if isinstance(files, ResultFiles) else list(files)
    for first in range(0, len(names), A_ROW):
        for column, name in zip(st.columns(A_ROW), names[first : first + A_ROW], strict=False):
            with column:
                button(name, name, lambda name=name: files[name], demonstration=demonstration)  # type: ignore[misc]


def for_the_meeting(here: Here, subject: Subject) -> None:
    """The files of ``cahra meeting`` for the sites shown; each says in its name what, where and when."""
    _ = here.translate
    st.caption(_("For the meeting, of the sites shown, in this language:"))
    made = meeting_files(subject)
    pair = {name: make for name, make in made.items() if what_of(name) in _PAIR}
    stem = next(iter(pair)).rpartition(".")[0]
    offered = {name: make for name, make in made.items() if what_of(name) in MEETING_WORDS}
    offered[f"{stem}.zip"] = lambda: zip_bytes({name: make() for name, make in pair.items()}, stem)
    names = list(offered)
    for first in range(0, len(names), A_ROW):
        for column, name in zip(st.columns(A_ROW), names[first : first + A_ROW], strict=False):
            with column:
                st.download_button(
                    _(MEETING_WORDS[what_of(name)]), data=telling(offered[name], _), file_name=name,
                    mime=media_type(name), on_click="ignore", key=f"meeting_{what_of(name)}", width="stretch",
                )  # fmt: skip


def show(here: Here, data: Data, subject: Subject, shown: pd.DataFrame, page: Callable[[], bytes]) -> None:
    """The files of the run, the sites shown in more formats, the map as `page`, and the rows not used, with reasons."""
    _, run = here.translate, subject.run

    def named(what: str, ending: str) -> str:
        # The mark of synthetic data is the button's.
        return subject.file_name(what, ending).removeprefix("demonstration_")

    synthetic = data.has_demonstration
    st.header(_("Download"))
    st.caption(_("The whole run, as the command line writes it:"))
    run_files(run.made_files(_.language), demonstration=synthetic, what=named("cahra-run", "zip").removesuffix(".zip"))
    st.caption(_("The sites shown, after the filters:"))
    columns = st.columns(6)
    for column, ending in zip(columns, ("csv", "xlsx", "gpkg", "parquet"), strict=False):
        with column:
            button(
                ending.upper(),
                named("cahra-sites", ending),
                lambda ending=ending: write_bytes(plain_types(shown), ending),  # type: ignore[misc]
                demonstration=synthetic,
                key=f"shown_{ending}",
            )
    with columns[-2]:
        button("KML", named("cahra-sites", "kml"), lambda: site_kml(subject), demonstration=synthetic, key="shown_kml")
    with columns[-1]:
        button(_("Map (HTML)"), named("cahra-map", "html"), page, demonstration=synthetic, key="map.html")
    for_the_meeting(here, subject)
    # A visit that a newer one of its site follows is kept as evidence: it is no row that was lost.
    visits = followed(run.rejected)
    rejected = run.rejected[~visits]
    if n := int(visits.sum()):
        st.caption(
            _.plural(
                "{n} visit is followed by a newer one of its site, or is later than the date.",
                "{n} visits are followed by a newer one of their site, or are later than the date.",
                n,
            )
        )
    if rejected.empty:
        st.caption(_("Every row that was read is in the list."))
        return
    with st.expander(_.plural("{n} row was not used", "{n} rows were not used", len(rejected)), icon=":material/rule:"):
        tables.show(
            _,
            tables.worded(_, rejected, list(rejected.columns)),
            column_config=tables.config(_, list(rejected.columns)),
            hide_index=True,
            height=240,
            placeholder="",
        )
