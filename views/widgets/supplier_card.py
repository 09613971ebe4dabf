"""One row of a list: why, flags, place, route, evidence, months, candidates, and the reviewer's part."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
import streamlit as st

from geo.records.eligible_incidents import incidents_at
from geo.schema import CLASSES
from geo.screening.schema import FLAGS
from i18n import column_labels, labels, row_messages
from jobs.assessment.incident_filters import IncidentFilters
from jobs.screening import labels as sw
from jobs.screening.evidence_messages import worded
from jobs.screening.false_origin import contradictions
from jobs.screening.governance import of_row
from jobs.screening.model import Screening
from jobs.screening.questions import of_named
from layers.formats.reasons import sentence
from layers.formats.writers.escape import markdown
from layers.maps import map_content, styles
from layers.maps.geometry import circle
from layers.maps.map import Line, View, blob
from layers.reference.country_names import country_name
from layers.reference.unit_aliases import unit_aliases
from views.data_choice import Data
from views.session import Here
from views.widgets import map_widget, review, tables
from views.widgets import timeline as months

_FACTS = (
    "area_class",
    "minerals",
    "country",
    "admin2",
    "answer_level",
    "position_basis",
    "dodd_frank",
    "kp_status",
    "eu_list",
    "rcm_status",
    "drc_status",
    "mineral_record",
    "known_site",
    "nearest_site",
    "nearest_compliant_zone",
    "transit_kp",
    "supplier",
    "smelter",
    "quantity",
    "cn_code_given",
    "certificate",
    "route_basis",
    "transit_countries",
    "transit_borders",
    "transit_zones",
    "transit_listed",
    "transit_uncovered",
    "gaps",
    "area_gaps",
    "rules_unknown",
    "sources_disagree",
    "children_under_15",
    "mercury",
    "traceability",
    "state_services",
    "remarks",
)


def frame_of(here: Here, frame: pd.DataFrame, columns: list[str], label: str, **more: Any) -> Any:
    """A frame in words."""
    _ = here.translate
    out, settings = {}, {}
    if "found" in columns:
        frame = worded(frame, _)
    for name in columns:
        column = frame[name]
        heading = sw.heading(name, _)
        if name == "reason":
            column = column.map({c: sentence(str(c), _) for c in pd.unique(column)})
        elif name == "expected":
            column = column.map({c: row_messages.expected(str(c), _) for c in pd.unique(column)})
        elif name == "got":
            column = column.map({c: row_messages.got(str(c), _) for c in pd.unique(column)})
        elif name == "site_class":
            signs = {s.key: f"{s.sign} {_(s.text)}" for s in styles.SITES}
            column = column.map(signs).fillna("").astype("category")
        elif name == "country":
            column = column.map({c: country_name(c, _) for c in pd.unique(column)}).astype("category")
        elif name == "precision":
            column = column.map(lambda p: _(labels.PRECISIONS.get(int(p), "")) if pd.notna(p) else "")
        elif sw.is_coded(name):
            column = column.map({c: sw.value(name, c, _) for c in pd.unique(column)}).astype("category")
        out[name] = column
        if name in FLAGS:
            settings[name] = st.column_config.CheckboxColumn(heading, help=_(sw.FLAG_MEANINGS[name]))
        elif pd.api.types.is_datetime64_any_dtype(column):
            style = _.date_form
            settings[name] = st.column_config.DateColumn(heading, format=style)
        elif pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            step = 0.1 if name.endswith("_km") or name.startswith("route_km") else 1
            settings[name] = st.column_config.NumberColumn(heading, format="localized", step=step)
        else:
            settings[name] = st.column_config.Column(heading)
    return tables.show(
        _, pd.DataFrame(out, index=frame.index), column_config=settings, hide_index=True, alt=label, **more
    )


def show(here: Here, data: Data, screening: Screening, row: pd.Series[Any]) -> None:
    """The card of a row: its class and why, place, route, evidence, months, candidates and review."""
    _ = here.translate
    st.header(markdown(f"{row['supplier_id']} · {row['site_name'] or '–'}"))
    if row["answer"] != "accepted":
        st.warning(markdown(sentence(str(row["reason"]), _)), icon=":material/block:")
        st.text(_.pair(_("Expected"), row_messages.expected(str(row["expected"]), _)))
        st.text(_.pair(_("Got"), row_messages.got(str(row["got"]), _)))
        return
    left, right = st.columns([3, 2])
    with left:
        why(here, row)
        candidates(here, screening, row)
    with right:
        review.show(here, screening, row)
    small_map(here, data, screening, row)
    route_segments(here, screening, row)
    context_tables(here, screening, row)
    evidence(here, screening, row)
    timeline(here, data, row)


def why(here: Here, row: pd.Series[Any]) -> None:
    """Class, zone status, the sentence, the flags and the facts."""
    _ = here.translate
    style, zone = styles.site_style(row["site_class"]), styles.zone_style(row["zone_status"])
    unit = f" {markdown(row['zone_unit'])}" if row["zone_unit"] else ""
    st.markdown(f"**{style.sign} {_(style.text)}** · {zone.sign} {_(zone.text)}{unit} · {_.date(row['as_of'])}")
    st.text(row[_.own_column("why", row.index)])
    if row["possible_class"] != row["site_class"] and row["possible_class"] in CLASSES[:2]:
        st.caption(
            _.pair(column_labels.column("possible_class", _), labels.value("possible_class", row["possible_class"], _))
        )
    for flag in FLAGS:
        if row[flag] is not pd.NA and bool(row[flag]):
            st.caption(f"⚑ **{_(sw.FLAGS[flag])}** {_(sw.FLAG_MEANINGS[flag])}")
    lines = []
    for name in _FACTS:
        words = country_name(row[name], _) if name == "country" else sw.value(name, row[name], _)
        if words:
            far = {
                "nearest_compliant_zone": row["nearest_compliant_zone_m"],
                "nearest_site": row["nearest_site_m"],
                "mineral_record": row["mineral_nearest_m"],
            }.get(name)
            more = f" ({_.distance(far)})" if far is not None and pd.notna(far) else ""
            if name in ("rcm_status", "drc_status"):
                ends = row[name.replace("status", "expires")]
                more = f" ({_('until')} {_.date(ends)})" if pd.notna(ends) else ""
            lines.append(f"{_.pair(sw.heading(name, _), words)}{more}")
    with st.expander(_("Facts"), expanded=True, icon=":material/list:"):
        st.text("\n".join(lines))


def candidates(here: Here, screening: Screening, row: pd.Series[Any]) -> None:
    """Known sites and places of a like name; they are confirmed in the queue of places above the table."""
    _ = here.translate
    own = screening.candidates[screening.candidates["supplier_id"] == row["supplier_id"]]
    for part, heading in (
        ("origin", _("The row has no coordinates. These known sites and places have a like name:")),
        ("destination", _("The destination is only named. These have a like name:")),
    ):
        mine = own[own["part"] == part]
        if len(mine):
            st.text(heading)
            columns = ["rank", "name", "kind", "admin1", "admin2", "country", "score", "match_id"]
            frame_of(here, mine, columns, _("Candidates"), height="content")


def small_map(here: Here, data: Data, screening: Screening, row: pd.Series[Any]) -> None:
    """The origin with the circles of the rules, incidents of their longest window, and the route with its segments."""
    _, loaded = here.translate, data.loaded()
    if pd.isna(row["lon"]) or pd.isna(row["lat"]):
        return
    lon, lat, day = float(row["lon"]), float(row["lat"]), np.datetime64(pd.Timestamp(row["as_of"]).date())
    incidents = incidents_at(loaded.incidents, day, data.rules.look_back_months)
    segments = screening.transit.segments
    mine = segments[segments["supplier_id"] == row["supplier_id"]]
    around = incidents[((incidents["lon"] - lon).abs() < 1) & ((incidents["lat"] - lat).abs() < 1)]
    content = blob(
        _,
        sites=screening.rows[screening.rows["supplier_id"] == row["supplier_id"]].assign(name=row["site_name"]),
        incidents=around,
        zones=map_content.zone_areas(loaded.zones, loaded.boundaries, day, unit_aliases()),
        lines=[
            *(Line(circle(lon, lat, km * 1000.0).exterior, "circle") for km in data.rules.radii_km),
            *_contradicted(screening, row),
            *segment_lines(mine, "route_guess" if row["route_basis"] == "straight_guess" else "route"),
            *segment_lines(mine[mine["exposed_km"] > 0], "way_exposed"),
        ],
        marks=map_content.roadblocks([s.visits for s in loaded.sites], day),
        focus=(lon, lat),
        notice=_("Demonstration data") if screening.record["demonstration"] else "",
        title=_("Legend, {day}", day=_.date(str(day))),
    )
    map_widget.show(_, View(lat, lon, 9), content, key=f"card_{row['supplier_id']}", height=360)


def _contradicted(screening: Screening, row: pd.Series[Any]) -> list[Line]:
    """What the place of a row with the flag of a false origin is held against."""
    suppliers = screening.suppliers
    at = np.flatnonzero((suppliers.rows["row"] == row["row"]).to_numpy())
    if not len(at):
        return []
    stated, line = suppliers.rows.iloc[at[0]].to_dict(), suppliers.lines[at[0]]
    found = contradictions(row.to_dict(), stated, line, screening.data)
    return [Line(shape, "stated", name if shape.geom_type.endswith("Polygon") else "") for name, shape in found]


def segment_lines(segments: pd.DataFrame, style: str) -> list[Line]:
    """Segments as lines to draw."""
    ends = segments[["lon_from", "lat_from", "lon_to", "lat_to"]].drop_duplicates().to_numpy()
    return [Line(shapely.LineString([e[:2], e[2:]]), style) for e in ends]


def route_segments(here: Here, screening: Screening, row: pd.Series[Any]) -> None:
    """The route in segments."""
    _ = here.translate
    mine = screening.transit.segments[screening.transit.segments["supplier_id"] == row["supplier_id"]]
    if mine.empty:
        return
    label = _(
        "Route: {km} km in {n} segment{n?|s}, {exposed} km exposed",
        km=_.number(row["route_km"], 1),
        n=_.number(len(mine)),
        exposed=_.number(row["route_km_exposed"], 1),
    )
    with st.expander(label, icon=":material/route:"):
        if row["route_basis"] == "straight_guess":
            st.caption(_("A straight line between two places is a guess at the route, not the route."))
        columns = ["segment", "from_km", "to_km", "exposed_km", "incidents", "incidents_certain", "incidents_possible"]
        columns += ["deaths", "roadblocks", "armed_roadblocks", "countries", "zones", "listed"]
        frame_of(here, mine, columns, _("Segments"))


def context_tables(here: Here, screening: Screening, row: pd.Series[Any]) -> None:
    """Named actors as questions, and indicators of the area: beside the classes, and part of none."""
    _ = here.translate
    if screening.named is not None:
        met = screening.named[screening.named["row"] == row["row"]]
        if len(met):
            label = _.plural("{n} line on named actors", "{n} lines on named actors", len(met))
            with st.expander(label, icon=":material/person_search:"):
                st.caption(_("A like name is a question to ask, not a finding; it changes no class."))
                st.text("\n".join(f"{question} {why}" for question, why in of_named(met, _)))
                columns = ["part", "kind", "actor", "listed_name", "score", "listed_in", "listed_then", "list_source"]
                columns += ["dataset", "records", "record_id", "record_start", "distance_m"]
                frame_of(here, met, columns, _("Named actors"), height="content")
    if screening.governance is not None:
        own = of_row(screening.governance, str(row["country"]), str(row["admin1"]))
        if len(own):
            with st.expander(_("Indicators of the area"), icon=":material/gavel:"):
                st.caption(_("From your own table, as it gives them: never weighed."))
                columns = ["level", "area", "indicator", "value", "edition", "source"]
                frame_of(here, own, columns, _("Indicators of the area"), height="content")


def evidence(here: Here, screening: Screening, row: pd.Series[Any]) -> None:
    """Every record that speaks for this row."""
    _ = here.translate
    mine = screening.evidence_of([str(row["supplier_id"])])
    with st.expander(_.plural("{n} row of evidence", "{n} rows of evidence", len(mine)), icon=":material/fact_check:"):
        columns = ["part", *tables.EVIDENCE]
        frame_of(here, mine, tables.filled(mine, columns), _("Evidence"))


def timeline(here: Here, data: Data, row: pd.Series[Any]) -> None:
    """Incidents by month within the widest circle of the rules, the windows before its date shaded."""
    _ = here.translate
    if pd.isna(row["lon"]) or pd.isna(row["lat"]):
        return
    km = max(data.rules.radii_km, default=50.0)
    ring = circle(float(row["lon"]), float(row["lat"]), km * 1000.0).exterior.coords[:-1]
    st.caption(_("Within {km} km of the origin:", km=f"{km:g}"))
    area = tuple((float(x), float(y)) for x, y in np.array(ring))
    months.chart(here, data.at(pd.Timestamp(row["as_of"]).date()), IncidentFilters(area=area), sets_day=False)
