"""Months: how many sites have which class and zone status, and the calendar strip of one site."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.schema import CLASSES, ZONE_STATUSES
from i18n import labels
from i18n.translator import Translator
from layers.maps import styles
from views.widgets import charts, tables


def quadrants(translate: Translator, table: pd.DataFrame) -> None:
    """A small chart per zone status, sites by class over months; the classes stand in their order, gravest below.

    Parameters
    ----------
    table
        `month, site_class, zone_status`, one row a site and month (:func:`jobs.sensitivity.job.timeline`).
    """
    import altair as alt  # late: most pages draw no chart

    _ = translate
    word = {s.key: f"{s.sign} {_(s.text)}" for s in styles.SITES}
    counts = table.groupby(["month", "site_class", "zone_status"]).size().rename("sites").reset_index()
    counts["class"] = counts["site_class"].map(word)
    counts["order"] = counts["site_class"].map({c: i for i, c in enumerate(CLASSES)})
    present = [z for z in ZONE_STATUSES if (counts["zone_status"] == z).any()]
    counts["zone"] = [labels.value("zone_status", z, _) for z in counts["zone_status"]]
    ends = [f"{counts['month'].min()}-01", str((pd.Period(counts["month"].max(), "M") + 1).start_time.date())]
    bars = (
        alt.Chart(counts)
        .mark_bar()
        .encode(
            x=alt.X(
                "utcyearmonth(month):T", title=None, axis=alt.Axis(format="%Y", tickCount="year"),
                scale=alt.Scale(domain=ends),
            ),
            y=alt.Y("sites:Q", title=_("sites")),
            color=alt.Color(
                "class:N", title=_("Site class"), sort=list(word.values()),
                scale=alt.Scale(domain=list(word.values()), range=[s.colour for s in styles.SITES]),
                legend=alt.Legend(orient="top", columns=1, labelLimit=260),
            ),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("utcyearmonth(month):T", title=_("Month"), format=charts.MONTH),
                alt.Tooltip("zone:N", title=_("Zone status")),
                alt.Tooltip("class:N", title=_("Site class")),
                alt.Tooltip("sites:Q", title=_("sites")),
            ],
        )
        .properties(height=110, width="container")
    )  # fmt: skip
    drawn = [
        bars.transform_filter(alt.datum.zone_status == z).properties(title=labels.value("zone_status", z, _))
        for z in present
    ]
    charts.show(_, alt.vconcat(*drawn), alt=_("Sites per class and zone status at the end of each month."))
    with st.expander(_("The same as a table")):
        wide = counts.pivot_table(
            index="month", columns=["zone", "class"], values="sites", aggfunc="sum", fill_value=0, sort=False
        )
        wide.columns = pd.Index([" · ".join(map(str, pair)) for pair in wide.columns.tolist()])
        counts_of = {name: tables.count(name) for name in wide.columns}
        tables.show(
            _, wide.sort_index(ascending=False), column_config=counts_of, height=300, alt=_("The same as a table")
        )


def strip(translate: Translator, mine: pd.DataFrame) -> None:
    """A year a line, a month a cell: the sign of the class on its tint, and the sign of the zone status."""
    _ = translate
    zone = {z: styles.zone_style(z).sign for z in ZONE_STATUSES}
    cells = pd.DataFrame(
        {
            "year": mine["month"].str[:4],
            "month": mine["month"].str[5:],
            "cell": [
                f"{styles.site_style(c).sign} {zone[z]}"
                for c, z in zip(mine["site_class"], mine["zone_status"], strict=True)
            ],
        }
    )
    shown = cells.pivot_table(index="year", columns="month", values="cell", aggfunc="first").fillna("")
    shown = shown.rename_axis(index=_("Year"))
    tint = {s.sign: styles.CLASS_TINTS[s.key] for s in styles.SITES}
    painted = shown.style.map(lambda v: f"background-color: {tint[v[0]]}; color: #1c1c1c" if v else "")
    tables.show(_, painted.format(), height="content", alt=_("The chosen site, a year a line"))
    classes = [f"{s.sign} {_(s.text)}" for s in styles.SITES if (mine["site_class"] == s.key).any()]
    zones = [f"{z.sign} {_(z.text)}" for z in styles.ZONES if (mine["zone_status"] == z.key).any()]
    st.caption(" · ".join([*classes, *zones]))
