"""The reader's files of programmes and table of sectors: in this session's memory, one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from geo.errors import CahraError
from jobs.assessment.site_filters import MAX_TEXT
from jobs.programmes.programme_files import ProgrammeLayer, read_programmes
from jobs.programmes.types import TypeMap, read_type_map, type_map
from layers.formats.writers.escape import markdown
from layers.reference import files as embedded
from layers.sources.read_options import ReadOptions
from views import file_list, own_files, workspace
from views.data_choice import Data
from views.session import Here


@st.cache_resource(max_entries=1, show_spinner=False)
def demonstration_programmes() -> ProgrammeLayer:
    """The synthetic programmes, shared by all readers."""
    return read_programmes(embedded.DEMONSTRATION_PROGRAMMES)


@st.cache_resource(max_entries=own_files.MAX_FILES, show_spinner=False, scope="session")
def own_programmes(sha256: str, name: str, sectors: str, options: ReadOptions, _data: bytes, _types: TypeMap) -> ProgrammeLayer:  # fmt: skip  # noqa: E501
    """A reader's file, cached for that reader alone; `sectors` is the hash of the sector table it was read with."""
    types = None if _types is type_map() else _types  # the project's own need not be told
    return read_programmes(_data, name, gateway=workspace.gateway(), types=types, options=options)


def forget(where: Any, key: str) -> None:
    """Callback: take an entry out of a dictionary or of the session's state."""
    if key in where:
        del where[key]


def chosen_programmes(here: Here, data: Data) -> tuple[list[ProgrammeLayer], TypeMap, str]:
    """The sidebar's part: files of programmes, what leads to which type, and a name of the choice."""
    _ = here.translate
    with st.sidebar, st.expander(_("Programmes"), expanded=True, icon=":material/diversity_3:"):
        file_list.uploader(_, "programme_upload", "programmes", _("Add files (table, polygons, IATI)"))
        own_files.waited()
        files = own_files.of_role("programmes")
        for file in files:
            st.text(file.name)
        types = own_sectors(here)
        if data.demonstration:
            st.caption(_("The demonstration programmes are synthetic."))
            if files:
                st.info(_("Your own files rest while the demonstration is shown; the two are never joined."))
    for file in own_files.all_files().values():
        report = own_files.report(file) if file.asked == "programmes" and file.settled and not file.role else None
        if report is not None and report.fault is not None:
            st.error(markdown(report.fault.sentence(_)), icon=":material/error:")
    layers = [demonstration_programmes()] if data.demonstration else []
    for file in files if not data.demonstration else ():
        try:
            read = own_programmes(file.sha256, file.name, types.sha256, file.options, file.data, types)
            layers.append(replace(read, about=file.about))
        except CahraError as error:  # one file that cannot be used never stops the rest
            st.error(markdown(error.sentence(_)), icon=":material/error:")
    chosen = (types.sha256, str(types.recorded.get("file", "")), str(data.demonstration))
    key = "".join([*(f"{f.sha256}{f.options}" for f in files), *chosen])
    return layers, types, key


def own_sectors(here: Here) -> TypeMap:
    """The reader's own table of sectors, else the project's."""
    _ = here.translate
    given = st.file_uploader(
        _("Own sector table (code, programme_type)"),
        type=["csv", "xlsx"],
        key="sector_upload",
        help=_("What each sector of IATI leads to; without it the table of the project is used."),
    )
    if given is None:
        return type_map()
    try:
        return read_type_map(given.getvalue(), given.name[:MAX_TEXT], gateway=workspace.gateway())
    except CahraError as error:
        st.error(markdown(error.sentence(_)), icon=":material/error:")
        return type_map()
