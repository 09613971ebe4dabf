"""Programmes by district, by type and over the years."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from geo.programmes.coverage import by_year, matrix_of_units
from geo.programmes.schema import ending_within
from jobs.programmes.export import ProgrammeRun
from jobs.programmes.job import Loaded, stocktake
from jobs.programmes.labels import heading, worded
from jobs.programmes.types import labels
from views.data_choice import Data
from views.session import Here
from views.widgets import charts, tables

YEARS = 10
HEAT_UNITS = 30
"""Units in the heat table: those with most gaps; the table below holds all."""


def table(
    here: Here, frame: pd.DataFrame, columns: list[str], label: str, height: int | Literal["auto"] = "auto"
) -> None:
    """A frame in words, or a sentence that there is nothing to show."""
    _ = here.translate
    if frame.empty:
        st.text(_("There are none."))
        return
    settings: Any = {c: st.column_config.Column(heading(c, _)) for c in columns}
    for c in columns:
        if c == "year":
            settings[c] = st.column_config.NumberColumn(heading(c, _), format="%d")
        elif pd.api.types.is_numeric_dtype(frame[c]):
            settings[c] = st.column_config.NumberColumn(heading(c, _), format="localized", step=1)
        elif pd.api.types.is_datetime64_any_dtype(frame[c]):
            style = _.date_form
            settings[c] = st.column_config.DateColumn(heading(c, _), format=style)
    shown = worded(frame, columns, _)
    for name in shown.select_dtypes(["object", "str"]).columns:  # a blank among them would be written "nan"
        shown[name] = shown[name].where(shown[name].notna(), None)
    tables.show(_, shown, column_config=settings, hide_index=True, height=height, placeholder="", alt=label)


def by_unit(here: Here, run: ProgrammeRun, types: tuple[str, ...]) -> None:
    """Heat table of units by types: how many sites at risk lack the type."""
    _, units = here.translate, run.result.units
    units = units[units["programme_type"].isin(types)]
    st.header(_("Gaps by district and type"))
    if not run.result.typed:
        st.info(_("What is covered is unknown, so no gap can be counted."), icon=":material/help:")
        return
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
            axis=alt.Axis(orient="top", labelAngle=-45, labelLimit=240, **written),
        ),
        y=alt.Y("unit:N", sort=names, title=None, axis=alt.Axis(labelLimit=260, **written)),
    )
    colour = alt.Color("gaps:Q", title=_("Gaps"), scale=alt.Scale(scheme="oranges"))
    limit = float(flat["gaps"].max()) * 0.6
    text_colour = alt.condition(alt.datum.gaps > limit, alt.value("white"), alt.value("black"))
    chart = base.mark_rect(stroke="white").encode(color=colour) + base.mark_text().encode(
        text="gaps:Q", color=text_colour
    )
    charts.show(_, chart.properties(height=60 + 24 * len(top)), alt=_("Gaps by district and type"))
    with st.expander(_("All districts")):
        columns = ["country", "admin1", "admin2", "programme_type", "sites", "at_risk_sites", "insufficient_sites"]
        columns += ["at_risk_covered", "gaps", "gaps_certain", "gaps_possible", "overlaps", "workers_uncovered"]
        table(here, units, [*columns, "programmes", "donors"], _("All districts"), 320)


def over_time(here: Here, data: Data, loaded: Loaded, run: ProgrammeRun, types: tuple[str, ...]) -> None:
    """Sites at risk covered and uncovered on this day of the last years, and what ends soon."""
    _, result = here.translate, run.result
    st.header(_("Over time"))
    if st.toggle(_("Count the last {n} years (assesses the sites once a year)", n=YEARS), key="q_pyears"):
        days = [result.as_of - pd.DateOffset(years=n) for n in range(YEARS - 1, -1, -1)]
        with st.spinner(_("Reading and assessing…")):
            years = by_year(
                lambda day: stocktake(loaded, data.run(day.date()).assessment.sites, day.date()), days, types
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
        charts.show(_, chart.properties(height=220), alt=_("Sites at risk covered and uncovered by year"))
    ending = result.programmes.frame[ending_within(result.programmes.frame, result.as_of)]
    if len(ending):
        donors_of = zip(ending["donor"], ending["donor_ids"], strict=True)
        ending = ending.assign(donor=[";".join(run.donors.joined(*pair)) for pair in donors_of])
        st.text(_("Active programmes that end within 12 months"))
        columns = ["programme_id", "title", "donor", "types", "end", "coordination_body"]
        table(here, ending.sort_values("end"), columns, _("Active programmes that end within 12 months"))
