"""Programmes: what donors cover, where they overlap, what is left, and where the next one should go."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
import streamlit as st

from geo.programmes.prioritise import money_per_worker, rank, units_as_candidates, what_if
from geo.programmes.schema import TYPES, active_on, ending_within
from i18n import row_messages
from jobs.programmes import job as programme_job
from jobs.programmes.export import ProgrammeRun
from jobs.programmes.map import footprints_drawn, gap_marks
from jobs.programmes.map_colours import line_colours
from jobs.programmes.types import labels
from jobs.reading_notes import followed
from layers.formats.writers.escape import markdown
from layers.maps import map_content
from layers.maps.map import View, blob
from layers.reference.unit_aliases import unit_aliases
from views import session
from views.data_choice import Data
from views.session import Here
from views.widgets import map_widget, programme_lists, programme_money, programme_people, tables
from views.widgets.downloads import run_files
from views.widgets.programme_charts import by_unit, over_time, table
from views.widgets.programme_upload import chosen_programmes, forget

RANKED = 10


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
    without_programme = risk & result.open_at[:, [TYPES.index(t) for t in types]].any(axis=1) & ~some
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
        (
            _("Without any"),
            int(without_programme.sum()) if result.typed else None,
            _("of the chosen types that make sense there"),
        ),
        (_("Workers without any"), counted(workers[without_programme]), _("where they were counted")),
        (_("Active programmes"), int(active_on(frame, result.as_of).sum()), _("on the day, of any type")),
        (_("End within 12 months"), int(ending_within(frame, result.as_of).sum()), _("of the active ones")),
    )
    for column, (label, number, help_text) in zip([*st.columns(3), *st.columns(3)], shown, strict=True):
        column.metric(label, _("unknown") if number is None else _.number(number), help=help_text, border=True)
    if not result.typed:
        st.warning(
            _(
                "No loaded programme could be read as any of the eight types: what is covered is unknown, and no gaps "
                "are counted."
            ),
            icon=":material/help:",
        )
    unsure = int((result.assessed["site_class"] == "insufficient data").sum())
    if unsure:
        st.caption(
            _.plural(
                "Of {n} site too little is known; it is neither at risk nor calm here.",
                "Of {n} sites too little is known; they are neither at risk nor calm here.",
                unsure,
            )
        )


def counted(workers: np.ndarray) -> int | None:
    """People counted at the sites; None where nobody counted at any."""
    known = workers[~np.isnan(workers)]
    return int(known.sum()) if len(known) else None


def draw_map(here: Here, data: Data, run: ProgrammeRun, types: tuple[str, ...]) -> None:
    """Sites, zones, where programmes work, and a ring around each site at risk without any."""
    _, state, sites = here.translate, st.session_state, run.result.assessed
    day = run.result.as_of.to_datetime64().astype("datetime64[D]")
    lines, whose = footprints_drawn(run.result, types, run.loaded.boundaries)
    content = blob(
        _,
        sites=sites,
        zones=map_content.zone_areas(run.loaded.zones, run.loaded.boundaries, day, unit_aliases()),
        lines=lines,
        colours=line_colours(run.result, whose, types, run.donors, _),
        colour=state.get("programme_colour", "donor"),
        marks=gap_marks(run.result, types, _),
        run=data.token,
        notice=_("Demonstration data") if run.base_record()["demonstration"] else "",
        title=_("Legend, {day}", day=_.date(data.day)),
    )
    key = f"view_{data.key}"
    view = state.setdefault(key, View.around(sites["lon"].tolist(), sites["lat"].tolist()))
    answer = map_widget.show(_, view, content, key="programme_map", tools=True, tiles=state.get("q_tiles", False))
    if answer is not None and answer.colour is not None:
        state["programme_colour"] = answer.colour
    if answer is not None and answer.ring:
        state["programme_area"] = answer.ring
        st.rerun(scope="fragment")


def what_if_section(here: Here, run: ProgrammeRun, types: tuple[str, ...]) -> None:
    """What if: districts or a drawn area, and the districts that would close most of the gap."""
    _, state, result = here.translate, st.session_state, run.result
    st.header(_("What if"))
    if not result.typed:
        st.info(_("What is covered is unknown, so no gap can be counted."), icon=":material/help:")
        return
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
        for column, (label, number, help_text) in zip(st.columns(3), shown, strict=True):
            column.metric(label, _("unknown") if number is None else _.number(number), help=help_text, border=True)
        if effect.workers_unknown:
            st.caption(
                _.plural(
                    "At {n} of these sites nobody counted the workers.",
                    "At {n} of these sites nobody counted the workers.",
                    effect.workers_unknown,
                )
            )
        for line in money_per_worker(result, types).itertuples(index=False):
            st.caption(
                _.plural(
                    "{n} active programme of these types states its money: {least} to {most} {currency} per worker "
                    "covered, the middle {median}.",
                    "{n} active programmes of these types state their money: {least} to {most} {currency} per worker "
                    "covered, the middle {median}.",
                    int(str(line.programmes)),
                    currency=str(line.currency),
                    **{name: _.number(round(float(str(getattr(line, name))))) for name in ("least", "median", "most")},
                )
            )
    with right:
        choice = rank(result, candidates, RANKED, types)
        st.text(_("Districts that would close most gaps, best first"))
        columns = ["candidate", "gaps", "sites", "workers", "gaps_total"]
        table(here, choice.ranked, columns, _("Districts that would close most gaps, best first"))
        if choice.method == "greedy":
            st.caption(_("Method: greedy, each time the next best; it closes at least 63% of what is possible."))
        else:
            st.caption(_("Method: exact; no other choice of as many districts closes more."))


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
    if count := len(result.national):
        title = _.plural("{n} programme is on no map", "{n} programmes are on no map", count)
        with st.expander(title, icon=":material/public:"):
            table(here, result.national, list(result.national.columns), title)
    unmapped = result.programmes.frame[result.programmes.frame["types"] == ""]
    if len(unmapped):
        title = _.plural("{n} programme leads to no type", "{n} programmes lead to no type", len(unmapped))
        with st.expander(title, icon=":material/question_mark:"):
            st.caption(
                _(
                    "Types come from words (data/programme_words.csv) and sectors (data/dac_sector_types.csv), or the "
                    "file states them."
                )
            )
            table(here, unmapped, ["programme_id", "title", "donor", "unmapped", "countries", "budget_text"], title)
    remarks, rejected = result.programmes.remarks, run.rejected[~followed(run.rejected)]
    for frame, title in (
        (remarks, _.plural("{n} row was read with a remark", "{n} rows were read with a remark", len(remarks))),
        (rejected, _.plural("{n} row was not used", "{n} rows were not used", len(rejected))),
    ):
        if frame.empty:
            continue
        with st.expander(title, icon=":material/rule:"):
            columns = list(frame.columns)
            settings: Any = tables.config(_, columns)
            tables.show(
                _,
                tables.worded(_, frame, columns),
                column_config=settings,
                hide_index=True,
                height=240,
                placeholder="",
                alt=title,
            )
    for layer in run.layers:
        for note in layer.notes:
            st.text(_.pair(layer.name, row_messages.note(note, _)))


def downloads(here: Here, data: Data, run: ProgrammeRun) -> None:
    """The files of ``cahra programmes``, each made when its button is pressed."""
    _ = here.translate
    st.header(_("Download"))
    run_files(
        run.made_files(_.language),
        demonstration=bool(run.base_record()["demonstration"]),
        what=f"cahra-coverage_{data.day}",
    )


@st.fragment
def body(here: Here, data: Data, run: ProgrammeRun, types: tuple[str, ...]) -> None:
    """Figures, map, what-if, lists and downloads: all of the page but the sidebar."""
    with session.guard(here.translate):
        session.mark_own(here.translate, data, run.base_record())
        figures(here, run, types)
        draw_map(here, data, run, types)
        programme_people.people(here, run, types)
        by_unit(here, run, types)
        what_if_section(here, run, types)
        over_time(here, data, st.session_state["stocktake_of"], run, types)
        programme_lists.programmes(here, run)
        programme_lists.coordination(here, run)
        programme_lists.initiatives(here, run)
        programme_money.money(here, run)
        lists(here, run)
        programme_money.brief(here, run)
        downloads(here, data, run)


def main() -> None:
    """The page; what it reads is held by no name of this module, which Streamlit keeps when the reader has gone."""
    with session.page() as here:
        _ = here.translate
        st.title(_("Programmes and gaps"))
        data = here.data(sites_needed=False)
        layers, types_of, choice = chosen_programmes(here, data)
        here.sites_needed(data)
        types = chosen_types(here)
        assessed = here.guard_run(data)
        if not layers:
            st.info(_("No programmes are loaded. Add a file under Programmes."), icon=":material/upload_file:")
        key = f"stocktake_{data.token}_{choice}"
        if st.session_state.get("stocktake_key") != key:
            loaded = programme_job.Loaded(data.loaded(), layers, types_of)
            st.session_state["stocktake_of"] = loaded
            st.session_state["stocktake"] = programme_job.run(loaded, data.day, data.rules, assessed=assessed)
            st.session_state["stocktake_key"] = key
        body(here, data, st.session_state["stocktake"], types)
        here.address()
        st.caption(
            markdown(_("Coverage counts programmes, not their quality; a gap is a question to ask, not a failing."))
        )


main()
