"""The list of a company on the page: one of the reader's own files, read as on the page of files; roads; settings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from geo.errors import CahraError
from geo.screening.route_exposure import RouteSettings
from jobs.inputs import Inputs, Source
from jobs.inspection import layer_of
from jobs.screening.own_tables import OwnTable, read_actors, read_governance
from jobs.screening.supplier_list import SupplierList, read_suppliers
from layers.formats.writers.escape import markdown
from layers.reference import files
from layers.sources.read_options import Wishes
from layers.sources.roads import RoadLayer
from views import file_list, own_files, workspace
from views.data_choice import File
from views.session import Here
from views.widgets import import_card


@dataclass(frozen=True)
class Given:
    """What the reader gave; `key` changes with the content."""

    suppliers: SupplierList
    roads: RoadLayer | None
    route_settings: dict[str, float | None]
    actors: OwnTable | None
    governance: OwnTable | None
    bytes_key: str = field(repr=False)

    @property
    def key(self) -> str:
        """Hash of list, way of reading, roads and settings."""
        parts = [self.bytes_key, str(self.route_settings), self.roads.sha256 if self.roads else ""]
        parts += ["" if t is None else str(t.entry["sha256"]) for t in (self.actors, self.governance)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@st.cache_resource(max_entries=1, show_spinner=False)
def _demonstration() -> SupplierList:
    """The synthetic list, shared by all readers."""
    return read_suppliers(files.DEMONSTRATION_SUPPLIERS.read_bytes(), files.DEMONSTRATION_SUPPLIERS.name)


def read_own(file: File, country: str = "") -> Any:
    """An own file as its role says, read once in this session."""
    wishes = Wishes(by_file={file.name: file.options})
    asked = Inputs(country=country, gateway=workspace.gateway(), wishes=wishes, kept=own_files.desk().kept)
    return layer_of(file.role, Source(file.name, file.data), asked)


def chosen(here: Here, demonstration: bool, country: str = "") -> Given | None:
    """Draws the input part and gives what is to be screened; None where there is nothing yet.

    `country` is that of rows that state none.
    """
    _ = here.translate
    given = [file for file in own_files.all_files().values() if "suppliers" in (file.role, file.asked)]
    with st.expander(_("Your list"), expanded=not given, icon=":material/upload_file:"):
        _upload(here)
        if given and demonstration:
            st.info(_("Your own list rests while the demonstration is shown; the two are never joined."))
        if len(given) > 1:
            st.caption(_("Of several lists the last is screened."))
    if demonstration:
        st.caption(_("This is the demonstration list; it is synthetic."))
        return Given(_demonstration(), None, _route_settings(here), *_own_tables(here), "demonstration")
    if not given:
        st.info(_("Add a list of suppliers above, or switch on the demonstration data."), icon=":material/upload:")
        return None
    file = _as_read(here, given[-1])
    if file is None:
        return None
    state = st.session_state
    if state.get("supplier_list", file.sha256) != file.sha256:
        state["q_supplier"], state["q_row"], state["matches"] = "", "", {}
    state["supplier_list"] = file.sha256
    suppliers = read_own(file, country)
    return Given(
        suppliers,
        _roads(here),
        _route_settings(here),
        *_own_tables(here),
        f"{file.name}/{file.sha256}/{file.options}/{country}",
    )


def _upload(here: Here) -> None:
    _ = here.translate
    st.caption(
        _(
            "CSV, Excel, GeoJSON, KML, GeoPackage, zipped shapefile, a reporting template (CMRT, EMRT, AMRT), or "
            "pasted text with a heading line. It stays in this session's memory. Ids of your own help; without them "
            "rows are numbered."
        )
    )
    left, right = st.columns(2)
    with left:
        file_list.uploader(_, "supplier_upload", "suppliers")
    with right:
        file_list.pasted(_, "supplier_paste", "suppliers", "supplier_id;site_name;lat;lon;mineral")


def _as_read(here: Here, file: File) -> File | None:
    """The file once it is read, with what was understood of it; None while it is not, or cannot be."""
    _ = here.translate
    key = next(k for k, f in own_files.all_files().items() if f is file)
    own_files.waited()
    file = own_files.all_files()[key]
    now = own_files.reading(file)
    if now.report is None and not own_files.desk().wait([now], own_files.AT_ONCE):
        file_list.progress(_, [now])
        return None
    report = now.report
    assert report is not None
    with st.expander(
        _("How {name} is read", name=file.name), expanded=report.fault is not None, icon=":material/rule:"
    ):
        import_card.show(here, key, file, report)
    return file if report.fault is None else None


def _roads(here: Here) -> RoadLayer | None:
    _ = here.translate
    with st.sidebar, st.expander(_("Roads"), icon=":material/route:"):
        st.caption(
            _("Lines with an optional speed or class. Without them routes are straight lines, which is a guess.")
        )
        file_list.uploader(_, "road_upload", "roads")
        given = own_files.of_role("roads")
        for file in given[-1:]:
            st.text(file.name)
    return read_own(given[-1]) if given else None


def _route_settings(here: Here) -> dict[str, float | None]:
    _ = here.translate
    usual = RouteSettings()
    with st.sidebar, st.expander(_("Routes"), icon=":material/tune:"):
        segment = st.number_input(_("Length of a segment (km)"), 1.0, 200.0, usual.segment_km, key="way_segment")
        within = st.number_input(_("Incidents within (km)"), 1.0, 100.0, usual.within_km, key="way_within")
        months = st.number_input(_("Months before the date"), 1, 60, usual.months, key="way_months")
    return {"segment_km": float(segment), "within_km": float(within), "months": int(months)}


def _own_tables(here: Here) -> tuple[OwnTable | None, OwnTable | None]:
    """Named actors and indicators of areas: they stand beside the rows and change no class."""
    _ = here.translate
    with st.sidebar, st.expander(_("Tables beside the list"), icon=":material/person_search:"):
        st.caption(_("They stand beside the rows as questions and figures; no class changes."))
        actors = st.file_uploader(
            _("Named actors (name, aliases, list, from, to, source)"), type=["csv", "xlsx"], key="actor_upload"
        )
        areas = st.file_uploader(
            _("Indicators (area, indicator, value, edition, source)"), type=["csv", "xlsx"], key="governance_upload"
        )
        out: list[OwnTable | None] = []
        for given, read in ((actors, read_actors), (areas, read_governance)):
            table = None
            if given is not None:
                try:
                    table = read(given.getvalue(), given.name[:200], gateway=workspace.gateway())
                except CahraError as error:
                    st.error(markdown(error.sentence(_)), icon=":material/error:")
            if table is not None:
                rows: Any = table.entry["rows"]
                st.caption(
                    _(
                        "{read} row{read?|s} read, {accepted} used, {rejected} not used.",
                        **{k: _.number(v) for k, v in rows.items()},
                    )
                )
            out.append(table)
    return out[0], out[1]
