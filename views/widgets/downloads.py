"""Downloads of a run: the same files as the command line writes, the sites shown, and the map as one page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

from i18n import column_labels
from i18n.translator import translator
from jobs.assessment import job
from layers.formats.writers.archive import zip_bytes
from layers.formats.writers.cells import plain_types
from layers.formats.writers.delimited import csv_bytes
from layers.formats.writers.write import media_type, write_bytes
from views.data_choice import Data
from views.faults import telling
from views.session import Here, language
from views.widgets import tables

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


def for_excel(here: Here, shown: pd.DataFrame) -> bytes:
    """The sites in the reader's words and in the form that Excel opens in that language."""
    _ = here.translate
    french = _.language == "fr"
    table = tables.worded(_, shown, tables.SITES).astype(object)
    yes_no = {True: _("yes"), False: _("no")}
    for name in table.columns[[pd.api.types.is_bool_dtype(shown[c]) for c in table.columns]]:
        table[name] = table[name].map(yes_no).fillna("")
    table.columns = [column_labels.column(name, _) for name in table.columns]
    return csv_bytes(table, delimiter=";" if french else ",", decimal="," if french else ".", bom=True)[0]


def show(here: Here, data: Data, run: job.Run, shown: pd.DataFrame, page: Callable[[], bytes]) -> None:
    """The files of the run, the sites shown in more formats, the map as `page`, and the rows not used, with reasons."""
    _, synthetic = here.translate, data.has_demonstration
    st.subheader(_("Download"))
    st.caption(_("The whole run, as the command line writes it:"))
    run_files(run.made_files(_.language), demonstration=synthetic)
    st.caption(_("The sites shown, after the filters:"))
    columns = st.columns(7)
    for column, ending in zip(columns, ("csv", "xlsx", "gpkg", "parquet", "kml"), strict=False):
        with column:
            button(
                ending.upper(),
                f"sites_shown.{ending}",
                lambda ending=ending: write_bytes(plain_types(shown), ending),  # type: ignore[misc]
                demonstration=synthetic,
            )
    with columns[-2]:
        button(_("CSV for Excel"), "sites_excel.csv", lambda: for_excel(here, shown), demonstration=synthetic)
    with columns[-1]:
        button(_("Map (HTML)"), "map.html", page, demonstration=synthetic)
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
