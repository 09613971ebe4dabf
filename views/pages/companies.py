"""Companies: a list of origins and the routes they travel; every row answered, with reasons, dates and versions."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import shapely
import streamlit as st

from geo.schema import CLASSES, ZONE_STATUSES
from geo.screening.schema import FLAGS
from i18n import labels
from jobs.screening import job as screening_job
from jobs.screening import labels as sw
from jobs.screening.compare import compare, earlier_of
from jobs.screening.eu_record import eu_volumes
from jobs.screening.export import with_decisions
from jobs.screening.job import ScreeningResult
from jobs.screening.model import Screening
from jobs.screening.place_memory import remembered
from jobs.screening.places import Confirmation
from jobs.screening.reviews import Reviews
from layers.formats import UPLOAD
from layers.maps import map_content, styles
from layers.maps.map import Line, View, blob
from layers.reference.unit_aliases import unit_aliases
from layers.sources.roads import RoadLayer
from views import session
from views.data_choice import Data
from views.session import Here
from views.widgets import credit_line, map_widget, place_queue, quadrant_table, supplier_card, supplier_upload
from views.widgets.chosen_site import place_of
from views.widgets.downloads import run_files
from views.widgets.supplier_card import frame_of
from views.widgets.supplier_upload import Given

TABLE = (
    "supplier_id",
    "site_name",
    "site_class",
    "zone_status",
    "area_class",
    *FLAGS,
    "possible_class",
    "minerals",
    "country",
    "admin2",
    "as_of",
    "answer_level",
    "rules_fired",
    "incidents_20km_12m",
    "incident_intensity",
    "dodd_frank",
    "kp_status",
    "eu_list",
    "rcm_status",
    "drc_status",
    "distance_to_zone_edge_m",
    "nearest_compliant_zone_m",
    "mineral_record",
    "route_basis",
    "route_km",
    "route_km_exposed",
    "transit_incidents",
    "transit_deaths",
    "decision",
    "review_state",
    "changed_since",
    "due",
    "reviewer",
    "decided_at",
    "answer",
    "reason",
    "row",
)
DRAWN_ROUTES = 500
"""Routes of more rows are not drawn all at once: they would hide the map."""


@st.cache_resource(max_entries=6, show_spinner=False, scope="session")
def answered(
    key: str,
    day: Any,
    rules_key: str,
    matches: tuple[tuple[str, Confirmation], ...],
    earlier: str,
    _given: Given,
    _data: Data,
    _reviews: Reviews,
) -> ScreeningResult:
    """The screening of a list, cached for this reader alone; `earlier` tells whether other places are offered again."""
    loaded = screening_job.Loaded(
        _given.suppliers,
        _data.loaded(),
        _given.roads,
        reviews=_reviews,
        actors=_given.actors,
        governance=_given.governance,
    )
    return screening_job.run(
        loaded, _data.day, _data.rules, route_settings=_given.route_settings, matches=dict(matches)
    )


@st.cache_resource(max_entries=3, show_spinner=False, scope="session")
def compared(
    key: str, earlier: str, _screening: Screening, _files: dict[str, bytes], _roads: RoadLayer | None
) -> tuple[Any, dict[str, object]]:
    """Changes since an earlier run and their account, worked out once for the same files."""
    return compare(earlier_of(_files["screening.csv"], _files["run.json"], "screening.csv", UPLOAD), _screening, _roads)


def figures(here: Here, screening: Screening) -> None:
    """Counts of rows by class, and what was not screened."""
    _ = here.translate
    rows, account = screening.rows, screening.suppliers.accounting
    st.caption(
        _(
            "{read} row{read?|s} read, {accepted} screened, {rejected} rejected with the reason. A class is an "
            "indication for due diligence, not a finding of law; a flag is a question, not an accusation.",
            **{k: _.number(v) for k, v in account.items()},
        )
    )
    counts = rows["site_class"].value_counts()
    for column, style in zip(st.columns(4), styles.SITES, strict=True):
        number = _.number(int(counts.get(style.key, 0)))
        column.metric(f"{style.sign} {_(style.text)}", number, help=_(labels.CLASS_MEANINGS[style.key]), border=True)


def quadrant_chosen() -> None:
    """Callback: a cell of the quadrant table filters by its class and zone status."""
    state = st.session_state
    cells = state["screen_quadrant"]["selection"]["cells"]
    state["screen_classes"], state["screen_zones"] = [], []
    if cells:
        row, column = cells[0]
        state["screen_classes"] = [CLASSES[row]]
        if column in labels.ZONE_STATUSES:
            state["screen_zones"] = [column]


def filtered(here: Here, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that the reader wants to see."""
    _ = here.translate
    a, b, c, d = st.columns(4)
    flags = a.multiselect(
        _("Flags"), FLAGS, format_func=lambda f: _(sw.FLAGS[f]), key="screen_flags", placeholder=_("all")
    )
    classes = b.multiselect(
        _("Site class"), CLASSES, format_func=lambda v: _(labels.CLASSES[v]), key="screen_classes", placeholder=_("all")
    )
    zones = c.multiselect(
        _("Zone status"),
        ZONE_STATUSES,
        format_func=lambda v: _(labels.ZONE_STATUSES[v]),
        key="screen_zones",
        placeholder=_("all"),
    )
    kinds = {
        "all": _("all rows"),
        "rejected": _("rejected rows"),
        "open": _("without a decision"),
        "reopen": _("open again: changed since"),
        "unsigned": _("not signed off"),
        "overdue": _("overdue"),
        "match": _("candidates wait for confirmation"),
    }
    kind = d.selectbox(_("Rows"), list(kinds), format_func=lambda k: kinds[k], key="screen_kind")
    keep = np.ones(len(rows), dtype=bool)
    for flag in flags:
        keep &= rows[flag].fillna(False).to_numpy(bool)
    for column, wanted in (("site_class", classes), ("zone_status", zones)):
        if wanted:
            keep &= rows[column].isin(wanted).to_numpy()
    if kind == "rejected":
        keep &= (rows["answer"] != "accepted").to_numpy()
    elif kind == "open":
        keep &= ((rows["answer"] == "accepted") & (rows["decision"] == "")).to_numpy()
    elif kind in ("reopen", "unsigned"):
        keep &= (rows["review_state"] == ("reopen" if kind == "reopen" else "decided")).to_numpy()
    elif kind == "overdue":
        keep &= (rows["due"] < pd.Timestamp(dt.datetime.now(dt.UTC).date())).fillna(False).to_numpy(bool)
    elif kind == "match":
        keep &= (rows["position_basis"] == "unconfirmed").to_numpy()
    return rows[keep]


def route_lines(screening: Screening, shown: pd.DataFrame, focus: str) -> list[Line]:
    """The routes of the rows shown, and their exposed segments; of long lists only that of the chosen row."""
    good = screening.suppliers.rows[screening.suppliers.rows["answer"] == "accepted"]["supplier_id"]
    basis = dict(zip(screening.transit.routes["supplier_id"], screening.transit.routes["route_basis"], strict=True))
    wanted = set(shown["supplier_id"]) if len(shown) <= DRAWN_ROUTES else {focus}
    out = [
        Line(shapely.LineString(line), "route_guess" if basis.get(who) == "straight_guess" else "route", str(who))
        for who, line in zip(good, screening.transit.lines, strict=True)
        if line is not None and len(line) > 1 and who in wanted
    ]
    segments = screening.transit.segments
    hot = segments[(segments["exposed_km"] > 0) & segments["supplier_id"].isin(wanted)]
    return out + supplier_card.segment_lines(hot, "way_exposed")


def draw_map(here: Here, data: Data, screening: Screening, shown: pd.DataFrame, row: int | None, token: str) -> None:
    """Origins by class, routes, zones at the date of the page; a click chooses the row."""
    _, state, loaded = here.translate, st.session_state, data.loaded()
    sites = shown[shown["answer"] == "accepted"].assign(name=shown["site_name"])
    day = np.datetime64(data.day)
    who = "" if row is None else str(screening.rows["supplier_id"].iloc[row])
    place = place_of(screening.rows, row)
    content = blob(
        _,
        sites=sites,
        zones=map_content.zone_areas(loaded.zones, loaded.boundaries, day, unit_aliases()),
        lines=route_lines(screening, shown, who),
        marks=map_content.roadblocks([s.visits for s in loaded.sites], day),
        focus=place,
        run=token,
        notice=_("Demonstration data") if screening.record["demonstration"] else "",
        title=_("Legend, {day}", day=_.date(data.day)),
    )
    key = f"view_screen_{token}"
    if key not in state:
        state[key] = View.around(screening.rows["lon"].tolist(), screening.rows["lat"].tolist())
    center = place[::-1] if place and state.pop("move_screen", False) else None
    answer = map_widget.show(
        _, state[key], content, key="screen_map", height=480, tiles=state.get("q_tiles", False), center=center
    )
    if answer is not None and answer.site is not None and answer.run == token and answer.site in screening.rows.index:
        choose(screening.rows, int(screening.rows["row"].loc[answer.site]))
        at = np.flatnonzero(shown.index == answer.site)
        state["screen_table"] = {"selection": {"rows": [int(at[0])] if len(at) else [], "columns": [], "cells": []}}
        st.rerun(scope="fragment")


def choose(rows: pd.DataFrame, number: int | None) -> None:
    """The chosen row is known by its row in the file: two rows may have one id."""
    state = st.session_state
    mine = rows.loc[rows["row"] == number, "supplier_id"]
    state["q_row"] = "" if number is None else str(number)
    state["q_supplier"] = str(mine.iloc[0]) if len(mine) else ""


def row_chosen(rows: pd.DataFrame, numbers: list[int]) -> None:
    """Callback: a row of the table becomes the chosen one, and the map moves to it."""
    state = st.session_state
    picked = state["screen_table"]["selection"]["rows"]
    choose(rows, numbers[picked[0]] if picked and picked[0] < len(numbers) else None)
    state["move_screen"] = bool(picked)


def chosen_row(rows: pd.DataFrame) -> int | None:
    """Position of the chosen row: by its row in the file, else the screened one of the id in the address."""
    state = st.session_state
    if state["q_row"].isdigit():
        found = np.flatnonzero((rows["row"] == int(state["q_row"])).to_numpy())
        if len(found) and (not state["q_supplier"] or rows["supplier_id"].iloc[found[0]] == state["q_supplier"]):
            return int(found[0])
    same = (rows["supplier_id"] == state["q_supplier"]).to_numpy() & (rows["supplier_id"] != "").to_numpy()
    for found in (np.flatnonzero(same & (rows["answer"] == "accepted").to_numpy()), np.flatnonzero(same)):
        if len(found):
            return int(found[0])
    return None


def volumes(here: Here, screening: Screening) -> None:
    """What the list declares against the thresholds of the EU regulation."""
    _ = here.translate
    table = eu_volumes(screening.rows).rename(columns={"answer": "eu_answer"})
    if table.empty:
        return
    with st.expander(_("Volumes against the thresholds of Regulation (EU) 2017/821"), icon=":material/scale:"):
        st.caption(
            _(
                "Sums of what this list declares by year of shipment; it need not be all that was imported. "
                "eu_record.csv holds what Art. 4 asks of each row, and what is not known yet."
            )
        )
        table["mineral"] = [sw.value("minerals", str(mineral), _) for mineral in table["mineral"]]
        table["goods"] = table[_.own_column("goods", table.columns)]
        columns = ["year", "mineral", "goods", "cn_code", "declared_kg", "threshold_kg", "eu_answer"]
        columns += ["rows_with_quantity", "rows_without", "rows_of_several"]
        frame_of(here, table, columns, _("Volumes"), height="content")


def downloads(here: Here, screening: ScreeningResult, synthetic: bool) -> None:
    """The files of the run, the same as the command line writes."""
    _ = here.translate
    st.header(_("Download"))
    day = st.session_state["day"]
    run_files(screening.made_files(_.language), demonstration=synthetic, what=f"cahra-screening_{day}")


def comparison(here: Here, screening: ScreeningResult, key: str, roads: RoadLayer | None) -> ScreeningResult:
    """An earlier run beside this one."""
    _ = here.translate
    with st.expander(_("Compare with an earlier run"), icon=":material/difference:"):
        st.caption(_("Give screening.csv and run.json of its folder. Causes are found by answering the list again."))
        given = st.file_uploader(_("screening.csv and run.json"), accept_multiple_files=True, key="earlier_files")
        files = {f.name.removeprefix("demonstration_"): f.getvalue() for f in given or []}
        if not {"screening.csv", "run.json"} <= set(files):
            return screening
        with st.spinner(_("Reading and assessing…")):
            earlier = hashlib.sha256(files["screening.csv"] + files["run.json"]).hexdigest()
            changes, account = compared(key, earlier, screening, files, roads)
        screening = replace(screening, changes=changes, record={**screening.record, "compared": account})
        through: Any = account["through"]
        through_text = ", ".join(f"{sw.value('through', k, _)} {_.number(v)}" for k, v in through.items())
        st.text(
            _.plural("{n} row changed.", "{n} rows changed.", len(changes))
            + (f" {through_text}" if through_text else "")
        )
        if len(changes):
            frame_of(here, changes, list(changes.columns), _("Changes since an earlier run"))
    return screening


@st.fragment
def body(here: Here, data: Data, given: Given) -> None:
    """The results below the input: a click reruns this part of the page alone."""
    _, state = here.translate, st.session_state
    with session.guard(_):
        matches = tuple(sorted(place_queue.confirmed().items()))
        reviews = Reviews()
        earlier = hashlib.sha256(str(sorted(remembered(reviews).items())).encode()).hexdigest()
        with st.spinner(_("Reading and assessing…")):
            screening = answered(
                f"{given.key}{data.key}", data.day, data.rules.key, matches, earlier, given, data, reviews
            )
        screening = with_decisions(screening, reviews)
        session.mark_own(_, data, screening.record)
        token = f"{given.key[:8]}{data.token}"
        figures(here, screening)
        good = screening.rows[screening.rows["answer"] == "accepted"]
        if not good.empty:
            title = _("Rows by site class and zone status")
            quadrant_table.show(_, good, title, "screen_quadrant", quadrant_chosen)
        place_queue.show(here, screening)
        shown = filtered(here, screening.rows)
        row = chosen_row(screening.rows)
        draw_map(here, data, screening, shown, row, token)
        if shown.empty:
            st.info(_("No row passes these filters."), icon=":material/filter_alt:")
        else:
            numbers = [int(n) for n in shown["row"]]
            frame_of(
                here,
                shown,
                list(TABLE),
                _("Rows of the list"),
                key="screen_table",
                on_select=lambda: row_chosen(screening.rows, numbers),
                selection_mode="single-row",
                height="content" if len(shown) < 10 else 380,
            )
            st.caption(_("Choose a row here or on the map to see why. A blank flag cannot be told."))
        if row is not None:
            supplier_card.show(here, data, screening, screening.rows.iloc[row])
        screening = comparison(here, screening, f"{given.key}{data.token}{matches}", given.roads)
        volumes(here, screening)
        downloads(here, screening, bool(screening.record["demonstration"]))
        here.address(supplier=state["q_supplier"], row=state["q_row"])


def main() -> None:
    """The page; what it reads is held by no name of this module, which Streamlit keeps when the reader has gone."""
    with session.page() as here:
        _ = here.translate
        st.title(_("Screen a list of origins and routes"))
        state = st.session_state
        state.setdefault("q_supplier", state["address"].get("supplier", "")[:200])
        state.setdefault("q_row", state["address"].get("row", "")[:9])
        data = here.data(sites_needed=False)
        given = supplier_upload.chosen(here, data.demonstration, data.country)
        if given is not None:
            body(here, data, given)
        credit_line.show(_, data)


main()
