"""Programmes: what donors cover, where they overlap, what is left, and where the next one should go."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd
import shapely
import streamlit as st

from geo.errors import CahraError
from geo.programmes.coverage import by_year, matrix_of_units
from geo.programmes.prioritise import rank, units_as_candidates, what_if
from geo.programmes.schema import TYPES, active_on, ending_within
from i18n import row_messages
from jobs.assessment.site_filters import MAX_TEXT
from jobs.programmes import job as programme_job
from jobs.programmes.export import ProgrammeRun
from jobs.programmes.labels import heading, worded
from jobs.programmes.map import footprint_lines, gap_marks
from jobs.programmes.programme_files import ProgrammeLayer, read_programmes
from jobs.programmes.types import TypeMap, labels, read_type_map, type_map
from layers.formats import UPLOAD
from layers.formats.writers.escape import markdown
from layers.maps import map_content
from layers.maps.map import View, blob
from layers.reference import files as embedded
from layers.reference.unit_aliases import unit_aliases
from views import session
from views.session import Data, Here
from views.widgets import map_widget, tables
from views.widgets.downloads import run_files

YEARS = 10
RANKED = 10
MAX_FILES = 12
HEAT_UNITS = 30
"""Units in the heat table: those with most gaps; the table below holds all."""


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
                files[hashlib.sha256(raw).hexdigest()] = (upload.name[:MAX_TEXT], raw)
            state["programme_turn"] = turn + 1
            st.rerun()
        for key, (name, _raw) in list(files.items()):
            label, remove = st.columns([5, 1], vertical_alignment="center")
            label.text(name)
            remove.button("✕", key=f"drop_{key}", help=_("Remove this file"), on_click=forget, args=(files, key))
        types = own_sectors(here)
        if data.demonstration:
            st.caption(_("The demonstration programmes are synthetic."))
    layers = [demonstration_programmes()] if data.demonstration else []
    for key, (name, raw) in files.items():
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


def chosen_types(here: Here) -> tuple[str, ...]:
    """The types that the page looks at; none chosen means all."""
    _, kinds = here.translate, labels(here.translate.language)
    with st.sidebar:
        wanted = st.multiselect(
            _("Programme types"), list(TYPES), format_func=lambda t: kinds[t], key="q_ptypes", placeholder=_("all")
        )
    return tuple(t for t in TYPES if t in wanted) or TYPES


def figures(here: Here, run: ProgrammeRun, types: tuple[str, ...]) -> None:
    """Key figures for the chosen types, and how far doubt goes."""
    _, result = here.translate, run.result
    some = result.matrix[:, [TYPES.index(t) for t in types]].any(axis=1)
    risk, frame = result.at_risk, result.programmes.frame
    bare = risk & ~some
    workers = result.assessed["workers"].to_numpy()
    st.caption(
        _(
            "A gap is a conflict-affected or high-risk site without an active programme of a type. National programmes "
            "are listed below and cover no site. The site class is that of the other pages, with the same doubts."
        )
    )
    shown = (
        (_("Sites at risk"), int(risk.sum()), _("conflict-affected or high-risk on the day")),
        (_("With a programme"), int((risk & some).sum()), _("of at least one of the chosen types")),
        (_("Without any"), int(bare.sum()), _("of the chosen types")),
        (_("Workers without any"), int(np.nansum(workers[bare])), _("where they were counted")),
        (_("Active programmes"), int(active_on(frame, result.as_of).sum()), _("on the day, of any type")),
        (_("End within 12 months"), int(ending_within(frame, result.as_of).sum()), _("of the active ones")),
    )
    for column, (label, number, told) in zip([*st.columns(3), *st.columns(3)], shown, strict=True):
        column.metric(label, _.number(number), help=told, border=True)
    unsure = int((result.assessed["site_class"] == "insufficient data").sum())
    if unsure:
        st.caption(
            _.plural(
                "Of {n} site too little is known; it is neither at risk nor calm here.",
                "Of {n} sites too little is known; they are neither at risk nor calm here.",
                unsure,
            )
        )


def draw_map(here: Here, data: Data, run: ProgrammeRun, types: tuple[str, ...]) -> None:
    """Sites, zones, where programmes work, and a ring around each site at risk without any."""
    _, state, sites = here.translate, st.session_state, run.result.assessed
    day = run.result.as_of.to_datetime64().astype("datetime64[D]")
    content = blob(
        _,
        sites=sites,
        zones=map_content.zone_areas(run.loaded.zones, run.loaded.boundaries, day, unit_aliases()),
        lines=footprint_lines(run.result, types, run.loaded.boundaries),
        marks=gap_marks(run.result, types, _),
        run=data.token,
        notice=_("Demonstration data") if data.has_demonstration else "",
        title=_("Legend, {day}", day=_.date(data.day)),
    )
    key = f"view_{data.key}"
    view = state.setdefault(key, View.around(sites["lon"].tolist(), sites["lat"].tolist()))
    answer = map_widget.show(_, view, content, key="programme_map", tools=True, tiles=state.get("q_tiles", False))
    if answer is not None and answer.ring:
        state["programme_area"] = answer.ring
        st.rerun(scope="fragment")


def table(
    here: Here, frame: pd.DataFrame, columns: list[str], label: str, height: int | Literal["auto"] = "auto"
) -> None:
    """A frame in words; nothing to show is said."""
    _ = here.translate
    if frame.empty:
        st.text(_("There are none."))
        return
    settings: Any = {c: st.column_config.Column(heading(c, _)) for c in columns}
    for c in columns:
        if pd.api.types.is_numeric_dtype(frame[c]):
            settings[c] = st.column_config.NumberColumn(heading(c, _), format="localized", step=1)
        elif pd.api.types.is_datetime64_any_dtype(frame[c]):
            style = "DD/MM/YYYY" if _.language == "fr" else "YYYY-MM-DD"
            settings[c] = st.column_config.DateColumn(heading(c, _), format=style)
    st.dataframe(
        worded(frame, columns, _), column_config=settings, hide_index=True, height=height, placeholder="", alt=label
    )


def by_unit(here: Here, run: ProgrammeRun, types: tuple[str, ...]) -> None:
    """Heat table of units by types: how many sites at risk lack the type."""
    _, units = here.translate, run.result.units
    units = units[units["programme_type"].isin(types)]
    st.subheader(_("Gaps by district and type"))
    wide = matrix_of_units(units)[list(types)]
    wide = wide[wide.sum(axis=1) > 0]
    if wide.empty:
        st.info(_("No site at risk is without a programme of these types."), icon=":material/check:")
        return
    top = wide.loc[wide.sum(axis=1).sort_values(ascending=False, kind="stable").index[:HEAT_UNITS]]
    kinds = labels(_.language)
    unknown = _("district not known")
    names = [f"{a2 or unknown} ({c})" for c, _a1, a2 in top.index]
    flat = pd.DataFrame(
        {
            "unit": np.repeat(names, len(types)),
            "type": [kinds[t] for t in types] * len(top),
            "gaps": top.to_numpy().ravel().astype("int64"),
        }
    )
    written: Any = {"labelOverlap": False, "labelColor": "#333"}
    base = alt.Chart(flat).encode(
        x=alt.X(
            "type:N",
            sort=[kinds[t] for t in types],
            title=None,
            axis=alt.Axis(orient="top", labelAngle=-25, labelLimit=240, **written),
        ),
        y=alt.Y("unit:N", sort=names, title=None, axis=alt.Axis(labelLimit=260, **written)),
    )
    colour = alt.Color("gaps:Q", title=_("Gaps"), scale=alt.Scale(scheme="oranges"))
    limit = float(flat["gaps"].max()) * 0.6
    said = alt.condition(alt.datum.gaps > limit, alt.value("white"), alt.value("black"))
    chart = base.mark_rect(stroke="white").encode(color=colour) + base.mark_text().encode(text="gaps:Q", color=said)
    st.altair_chart(chart.properties(height=60 + 24 * len(top)), alt=_("Gaps by district and type"))
    with st.expander(_("All districts")):
        columns = ["country", "admin1", "admin2", "programme_type", "sites", "at_risk_sites", "insufficient_sites"]
        columns += ["at_risk_covered", "gaps", "gaps_certain", "gaps_possible", "overlaps", "workers_uncovered"]
        table(here, units, [*columns, "programmes", "donors"], _("All districts"), 320)


def next_one(here: Here, run: ProgrammeRun, types: tuple[str, ...]) -> None:
    """What if: districts or a drawn area, and the districts that would close most of the gap."""
    _, state, result = here.translate, st.session_state, run.result
    st.subheader(_("What if"))
    candidates = units_as_candidates(result.assessed)
    left, right = st.columns(2)
    with left:
        chosen = st.multiselect(
            _("A new programme of the chosen types in these districts"),
            sorted(candidates),
            key="programme_units",
            placeholder=_("Choose districts"),
        )
        area = state.get("programme_area", ())
        where = [candidates[c] for c in chosen if c in candidates]
        if area:
            inside = shapely.contains_xy(shapely.Polygon(area), result.assessed["lon"], result.assessed["lat"])
            where.append(np.flatnonzero(inside))
            st.button(_("Forget the drawn area"), on_click=forget, args=(state, "programme_area"))
        else:
            st.caption(_("Or draw a box or a polygon on the map."))
        effect = what_if(result, np.concatenate([*where, np.empty(0, "int64")]).astype("int64"), types)
        shown = (
            (_("Sites"), effect.sites, _("sites at risk that gain at least one type")),
            (_("Gaps"), effect.gaps, _("gaps closed: a site and a type each")),
            (_("Workers"), effect.workers, _("people counted at those sites")),
        )
        for column, (label, number, told) in zip(st.columns(3), shown, strict=True):
            column.metric(label, _.number(number), help=told, border=True)
        if effect.workers_unknown:
            st.caption(
                _.plural(
                    "At {n} of these sites nobody counted the workers.",
                    "At {n} of these sites nobody counted the workers.",
                    effect.workers_unknown,
                )
            )
    with right:
        choice = rank(result, candidates, RANKED, types)
        st.text(_("Districts that would close most gaps, best first"))
        columns = ["candidate", "gaps", "sites", "workers", "gaps_total"]
        table(here, choice.ranked, columns, _("Districts that would close most gaps, best first"))
        if choice.method == "greedy":
            st.caption(_("Method: greedy, each time the next best; it closes at least 63 % of what is possible."))
        else:
            st.caption(_("Method: exact; no other choice of as many districts closes more."))


def over_time(here: Here, data: Data, run: ProgrammeRun, types: tuple[str, ...]) -> None:
    """Sites at risk covered and uncovered on this day of the last years, and what ends soon."""
    _, result = here.translate, run.result
    st.subheader(_("Over time"))
    if st.toggle(_("Count the last {n} years (assesses the sites once a year)", n=YEARS), key="q_pyears"):
        days = [result.as_of - pd.DateOffset(years=n) for n in range(YEARS - 1, -1, -1)]
        with st.spinner(_("Reading and assessing…")):
            years = by_year(
                lambda day: data.run(day.date()).assessment.sites,
                result.programmes,
                days,
                boundaries=run.loaded.boundaries,
                types=types,
                aliases=unit_aliases(),
            )
        kinds = {
            "covered": _("at risk, with a programme"),
            "uncovered": _("at risk, without"),
            "insufficient_sites": _("too little known"),
        }
        long = years.melt("as_of", list(kinds), "kind", "sites").assign(kind=lambda f: f["kind"].map(kinds))
        chart = (
            alt.Chart(long)
            .mark_bar()
            .encode(
                x=alt.X("year(as_of):O", title=None),
                y=alt.Y("sites:Q", title=_("Sites")),
                color=alt.Color(
                    "kind:N",
                    title=None,
                    scale=alt.Scale(domain=list(kinds.values()), range=["#0072B2", "#D55E00", "#767676"]),
                ),
                tooltip=[alt.Tooltip("kind:N", title=_("Kind")), alt.Tooltip("sites:Q", title=_("Sites"))],
            )
        )
        st.altair_chart(chart.properties(height=220), alt=_("Sites at risk covered and uncovered by year"))
    ending = result.programmes.frame[ending_within(result.programmes.frame, result.as_of)]
    if len(ending):
        st.text(_("Active programmes that end within 12 months"))
        columns = ["programme_id", "title", "donor", "types", "end", "coordination_body"]
        table(here, ending.sort_values("end"), columns, _("Active programmes that end within 12 months"))


def lists(here: Here, run: ProgrammeRun) -> None:
    """Totals, overlaps, national programmes with their money, what maps to no type, and what was remarked."""
    _, result = here.translate, run.result
    with st.expander(_("Coverage by type, with doubt"), expanded=True, icon=":material/grid_on:"):
        table(here, result.totals, [str(c) for c in result.totals.columns], _("Coverage by type, with doubt"))
        st.caption(_("Certain and possible come from position errors and the range of deaths, as for the classes."))
    with st.expander(_("Inside and outside compliant zones"), icon=":material/shield:"):
        table(here, result.by_zone, ["zone_status", *result.totals.columns], _("Inside and outside compliant zones"))
    count = len(result.overlaps)
    with st.expander(_.plural("{n} overlap", "{n} overlaps", count), icon=":material/join_inner:"):
        st.caption(_("Programmes of different donors, of one type, at one site, on this day."))
        table(here, result.overlaps, ["site_id", "programme_type", "programmes", "donors", "source"], _("Overlaps"))
    count = len(result.national)
    title = _.plural("{n} programme is on no map", "{n} programmes are on no map", count)
    with st.expander(title, icon=":material/public:"):
        table(here, result.national, list(result.national.columns), title)
    unmapped = result.programmes.frame[result.programmes.frame["types"] == ""]
    title = _.plural("{n} programme leads to no type", "{n} programmes lead to no type", len(unmapped))
    with st.expander(title, icon=":material/question_mark:"):
        st.caption(_("Types come from the file or from the sector table of the project (data/dac_sector_types.csv)."))
        table(here, unmapped, ["programme_id", "title", "donor", "unmapped", "countries", "budget_text"], title)
    remarks, rejected = result.programmes.remarks, run.rejected
    for frame, title in (
        (remarks, _.plural("{n} row was read with a remark", "{n} rows were read with a remark", len(remarks))),
        (rejected, _.plural("{n} row was not used", "{n} rows were not used", len(rejected))),
    ):
        if frame.empty:
            continue
        with st.expander(title, icon=":material/rule:"):
            columns = list(frame.columns)
            told: Any = tables.config(_, columns)
            st.dataframe(
                tables.worded(_, frame, columns),
                column_config=told,
                hide_index=True,
                height=240,
                placeholder="",
                alt=title,
            )
    for layer in run.layers:
        for note in layer.notes:
            st.text(_.pair(layer.name, row_messages.note(note, _)))


def downloads(here: Here, data: Data, run: ProgrammeRun) -> None:
    """The files of ``cahra coverage``, each made when its button is pressed."""
    _ = here.translate
    st.subheader(_("Download"))
    run_files(run.made_files(_.language), demonstration=bool(run.record()["demonstration"]))


@st.fragment
def body(here: Here, data: Data, run: ProgrammeRun, types: tuple[str, ...]) -> None:
    """All but the sidebar."""
    with session.guard(here.translate):
        figures(here, run, types)
        draw_map(here, data, run, types)
        by_unit(here, run, types)
        next_one(here, run, types)
        over_time(here, data, run, types)
        lists(here, run)
        downloads(here, data, run)


with session.page() as here:
    _ = here.translate
    st.title(_("Programmes and gaps"))
    data = here.data()
    layers, types_of, choice = chosen_programmes(here, data)
    types = chosen_types(here)
    assessed = here.guard_run(data)
    if not layers:
        st.info(_("No programmes are loaded. Add a file under Programmes."), icon=":material/upload_file:")
    key = f"stocktake_{data.token}_{choice}"
    if st.session_state.get("stocktake_key") != key:
        st.session_state["stocktake"] = programme_job.run(
            programme_job.Loaded(data.loaded(), layers, types_of), data.day, data.rules, assessed=assessed
        )
        st.session_state["stocktake_key"] = key
    body(here, data, st.session_state["stocktake"], types)
    here.address()
    st.caption(markdown(_("Coverage counts programmes, not their quality; a gap is a question to ask, not a failing.")))
