"""The list of a company on the page: upload or paste, columns by name or by hand, remembered; roads; settings."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from geo.screening.route_exposure import RouteSettings
from i18n.translator import N_
from jobs.assessment.site_filters import MAX_TEXT
from jobs.screening.supplier_list import FIELDS, SupplierList, preview, read_suppliers
from layers.formats import UPLOAD
from layers.reference import files
from layers.sources.roads import RoadLayer, read_roads
from views.release import forget_upload
from views.session import Here, own_came

FIELD_WORDS = {
    "supplier_id": N_("Supplier id"),
    "site_name": N_("Place of origin"),
    "lat": N_("Latitude"),
    "lon": N_("Longitude"),
    "location": N_("Latitude and longitude in one column"),
    "coord_precision_km": N_("Position error (km)"),
    "country": N_("Country"),
    "admin1": N_("Region (ADM1)"),
    "admin2": N_("District (ADM2)"),
    "minerals": N_("Minerals"),
    "route_countries": N_("Countries on the way"),
    "route_line": N_("Line of the way (WKT)"),
    "destination": N_("Destination"),
    "dest_lat": N_("Latitude of the destination"),
    "dest_lon": N_("Longitude of the destination"),
    "as_of": N_("As of"),
    "known_site_id": N_("Id in a known list"),
    "match_id": N_("Accepted candidate (match id)"),
    "dest_match_id": N_("Accepted candidate of the destination"),
    "supplier": N_("Supplier"),
    "smelter": N_("Smelter or refiner"),
    "quantity": N_("Quantity"),
    "quantity_unit": N_("Unit of the quantity"),
    "certificate": N_("Certificate"),
    "shipment_date": N_("Day of shipment"),
    "demonstration": N_("Demonstration"),
}


@dataclass(frozen=True)
class Given:
    """What the reader gave; `key` changes with the content."""

    suppliers: SupplierList
    roads: RoadLayer | None
    ways: dict[str, float | None]
    mapping: Mapping[str, str]
    bytes_key: str = field(repr=False)

    @property
    def key(self) -> str:
        """Hash of list, mapping, roads and settings."""
        parts = [self.bytes_key, str(sorted(self.mapping.items())), str(self.ways)]
        parts.append(self.roads.sha256 if self.roads else "")
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@st.cache_resource(max_entries=6, show_spinner=False, scope="session")
def _read(sha256: str, name: str, mapping: tuple[tuple[str, str], ...], country: str, _data: bytes) -> SupplierList:
    return read_suppliers(_data, name, mapping=dict(mapping), country=country, door=UPLOAD)


@st.cache_resource(max_entries=2, show_spinner=False, scope="session")
def _roads(sha256: str, name: str, _data: bytes) -> RoadLayer:
    return read_roads(_data, name, door=UPLOAD)


def chosen(here: Here, demonstration: bool, country: str = "") -> Given | None:
    """Draws the input part and gives what is to be screened; None where there is nothing yet.

    `country` is that of rows that state none.
    """
    _, state = here.translate, st.session_state
    file: tuple[str, bytes] | None = state.get("supplier_file")
    with st.expander(_("Your list"), expanded=file is None, icon=":material/upload_file:"):
        file = _upload(here, file)
        if file is not None and demonstration:
            st.info(_("Your own list rests while the demonstration is shown; the two are never joined."))
    if file is None or demonstration:
        if not demonstration:
            st.info(_("Add a list of suppliers above, or switch on the demonstration data."), icon=":material/upload:")
            return None
        file = files.DEMONSTRATION_SUPPLIERS.name, files.DEMONSTRATION_SUPPLIERS.read_bytes()
        st.caption(_("This is the demonstration list; it is synthetic."))
    name, data = file
    mapping = _columns(here, name, data)
    if mapping is None:
        return None
    sha = hashlib.sha256(data).hexdigest()
    suppliers = _read(sha, name, tuple(sorted(mapping.items())), country, data)
    roads = _road_file(here)
    return Given(suppliers, None if demonstration else roads, _ways(here), mapping, f"{name}/{sha}/{country}")


def _upload(here: Here, file: tuple[str, bytes] | None) -> tuple[str, bytes] | None:
    _, state = here.translate, st.session_state
    st.caption(
        _(
            "CSV, Excel, GeoJSON, KML, GeoPackage, zipped shapefile, or pasted text with a heading line. It stays in "
            "this session's memory. The column of your own ids is needed; everything else helps."
        )
    )
    turn = state.get("supplier_turn", 0)
    left, right = st.columns(2)
    upload = left.file_uploader(_("List of suppliers"), key=f"supplier_upload_{turn}")
    pasted = right.text_area(
        _("Or paste it here"),
        key=f"supplier_paste_{turn}",
        height=120,
        placeholder="supplier_id;site_name;lat;lon;mineral",
    )
    take = right.button(_("Use the pasted text"), disabled=not (pasted or "").strip(), key="supplier_take")
    if upload is not None:
        file = upload.name[:MAX_TEXT], upload.getvalue()
        forget_upload(upload)
    elif take:
        file = "pasted.csv", (pasted or "").encode()
    if upload is not None or take:
        state["supplier_file"], state["supplier_turn"] = file, turn + 1
        state["q_supplier"], state["q_row"], state["matches"] = "", "", {}
        own_came()
        st.rerun()
    if file is not None:
        said, remove = st.columns([5, 1], vertical_alignment="center")
        said.text(file[0])
        if remove.button("✕", key="drop_suppliers", help=_("Remove this file")):
            state.pop("supplier_file", None)
            state["matches"] = {}
            st.rerun()
    return file


def _columns(here: Here, name: str, data: bytes) -> dict[str, str] | None:
    """The mapping of columns: recognised, remembered, or by hand with a preview."""
    _, state = here.translate, st.session_state
    head, found = preview(data, name, door=UPLOAD)
    header = [str(c) for c in head.columns]
    signature = hashlib.sha256("\x1f".join(header).encode()).hexdigest()[:12]
    # For this session alone: a mapping that one reader makes must not read another reader's list.
    mappings: dict[str, dict[str, str]] = state.setdefault("mappings", {})
    kept = {k: v for k, v in mappings.get(signature, {}).items() if k in FIELDS and (not v or v in header)}
    start = {**found, **kept}
    lacking = "supplier_id" not in start
    with st.expander(_("Columns"), expanded=lacking, icon=":material/view_column:"):
        st.dataframe(head, hide_index=True, height="content", placeholder="", alt=_("First rows of the list"))
        st.caption(
            _("Recognised columns are filled in. Change what is wrong; blank means that the list does not say it.")
        )
        chosen_: dict[str, str] = {}
        grid = st.columns(4)
        for i, name_ in enumerate(FIELDS):
            options = ["", *header]
            at = options.index(start[name_]) if start.get(name_) in options else 0
            picked = grid[i % 4].selectbox(
                _(FIELD_WORDS[name_]),
                options,
                index=at,
                key=f"column_{signature}_{name_}",
                format_func=lambda c: c or "–",
            )
            chosen_[name_] = picked or ""
        different = {k: v for k, v in chosen_.items() if v != found.get(k, "")}
        if st.button(_("Remember for lists like this"), disabled=not different, key="keep_mapping"):
            mappings[signature] = different
            st.success(_("Remembered until you close the page."))
        if kept:
            st.caption(_("A mapping made by hand earlier was used."))
    state["supplier_mapping"] = different
    if not chosen_["supplier_id"]:
        st.warning(_("Which column holds your own ids? Choose it under Columns."), icon=":material/view_column:")
        return None
    return different


def _road_file(here: Here) -> RoadLayer | None:
    _, state = here.translate, st.session_state
    with st.sidebar, st.expander(_("Roads"), icon=":material/route:"):
        st.caption(_("Lines with an optional speed or class. Without them ways are straight lines, which is a guess."))
        turn = state.get("road_turn", 0)
        upload = st.file_uploader(_("Road network"), key=f"road_upload_{turn}")
        if upload is not None:
            state["road_file"] = upload.name[:MAX_TEXT], upload.getvalue()
            forget_upload(upload)
            state["road_turn"] = turn + 1
            own_came()
            st.rerun()
        if "road_file" not in state:
            return None
        name, data = state["road_file"]
        said, remove = st.columns([5, 1], vertical_alignment="center")
        said.text(name)
        if remove.button("✕", key="drop_roads", help=_("Remove this file")):
            del state["road_file"]
            st.rerun()
    return _roads(hashlib.sha256(data).hexdigest(), name, data)


def _ways(here: Here) -> dict[str, float | None]:
    _ = here.translate
    usual = RouteSettings()
    with st.sidebar, st.expander(_("Ways"), icon=":material/tune:"):
        segment = st.number_input(_("Length of a segment (km)"), 1.0, 200.0, usual.segment_km, key="way_segment")
        within = st.number_input(_("Incidents within (km)"), 1.0, 100.0, usual.within_km, key="way_within")
        months = st.number_input(_("Months before the date"), 1, 60, usual.months, key="way_months")
    return {"segment_km": float(segment), "within_km": float(within), "months": int(months)}
