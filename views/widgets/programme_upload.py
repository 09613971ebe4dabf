"""The reader's files of programmes and table of sectors: in this session's memory, one by one."""

from __future__ import annotations

import hashlib
from typing import Any

import streamlit as st

from geo.errors import CahraError
from jobs.assessment.site_filters import MAX_TEXT
from jobs.programmes.programme_files import ProgrammeLayer, read_programmes
from jobs.programmes.types import TypeMap, read_type_map, type_map
from layers.formats import UPLOAD
from layers.formats.writers.escape import markdown
from layers.reference import files as embedded
from views.data_choice import Data
from views.release import forget_upload
from views.session import Here, own_came

MAX_FILES = 12


@st.cache_resource(max_entries=1, show_spinner=False)
def demonstration_programmes() -> ProgrammeLayer:
    """The synthetic programmes, shared by all readers."""
    return read_programmes(embedded.DEMONSTRATION_PROGRAMMES)


@st.cache_resource(max_entries=MAX_FILES, show_spinner=False, scope="session")
def own_programmes(sha256: str, name: str, sectors: str, _data: bytes, _types: TypeMap) -> ProgrammeLayer:
    """A reader's file, cached for that reader alone; `sectors` is the hash of the sector table it was read with."""
    return read_programmes(_data, name, door=UPLOAD, types=_types)


def forget(where: Any, key: str) -> None:
    """Callback: take an entry out of a dictionary or of the session's state."""
    if key in where:
        del where[key]


def chosen_programmes(here: Here, data: Data) -> tuple[list[ProgrammeLayer], TypeMap, str]:
    """The sidebar's part: files of programmes, what leads to which type, and a name of the choice."""
    _, state = here.translate, st.session_state
    files: dict[str, tuple[str, bytes]] = state.setdefault("programme_files", {})
    with st.sidebar, st.expander(_("Programmes"), expanded=True, icon=":material/diversity_3:"):
        turn = state.get("programme_turn", 0)
        given = st.file_uploader(
            _("Add files (table, polygons, IATI)"), accept_multiple_files=True, key=f"programme_upload_{turn}"
        )
        if given:
            for upload in given[: MAX_FILES - len(files)]:
                raw = upload.getvalue()
                forget_upload(upload)
                files[hashlib.sha256(raw).hexdigest()] = (upload.name[:MAX_TEXT], raw)
            state["programme_turn"] = turn + 1
            own_came()
            st.rerun()
        for key, (name, _raw) in list(files.items()):
            label, remove = st.columns([5, 1], vertical_alignment="center")
            label.text(name)
            remove.button("✕", key=f"drop_{key}", help=_("Remove this file"), on_click=forget, args=(files, key))
        types = own_sectors(here)
        if data.demonstration:
            st.caption(_("The demonstration programmes are synthetic."))
            if files:
                st.info(_("Your own files rest while the demonstration is shown; the two are never joined."))
    layers = [demonstration_programmes()] if data.demonstration else []
    for key, (name, raw) in files.items() if not data.demonstration else ():
        try:
            layers.append(own_programmes(key, name, types.sha256, raw, types))
        except CahraError as error:  # one file that cannot be used never stops the rest
            st.error(markdown(error.sentence(_)), icon=":material/error:")
    return layers, types, "".join([*sorted(files), types.sha256, str(data.demonstration)])


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
        return read_type_map(given.getvalue(), given.name[:MAX_TEXT], door=UPLOAD)
    except CahraError as error:
        st.error(markdown(error.sentence(_)), icon=":material/error:")
        return type_map()
