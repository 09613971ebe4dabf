"""Money of programmes: by donor over the years, the rows, the totals they add up to, and a brief to print."""

from __future__ import annotations

import altair as alt
import streamlit as st

from geo.programmes.money import MONEY_TOTALS, money_totals
from jobs.programmes.export import ProgrammeRun
from jobs.programmes.labels import KINDS_OF_MONEY
from layers.reference.country_names import country_name
from views.session import Here
from views.widgets import charts
from views.widgets.downloads import button
from views.widgets.programme_charts import table

DONORS = 7
"""Donors with a colour of their own, those with most money; the others stand together."""
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C8C8C")


def money(here: Here, run: ProgrammeRun) -> None:
    """One kind of money in one currency over the years, the rows, and the reconciling totals under them."""
    _, rows = here.translate, run.money
    st.header(_("Money"))
    if rows.empty:
        st.text(_("No loaded programme states any money."))
        return
    st.caption(
        _(
            "As the programmes state it: nothing is converted, nothing is multiplied. What is shared among places is "
            "shared by stated percentages; the rest stands in several places."
        )
    )
    pairs = sorted(set(zip(rows["kind"], rows["currency"], strict=True)))
    kind, currency = st.selectbox(
        _("Kind of money and currency"),
        pairs,
        key="programme_money",
        format_func=lambda pair: f"{_(KINDS_OF_MONEY[pair[0]])} · {pair[1] or _('without a currency')}",
    )
    chosen = rows[(rows["kind"] == kind) & (rows["currency"] == currency)]
    most = chosen.groupby("donor")["amount"].sum().nlargest(DONORS).index
    named = chosen.assign(
        donor=chosen["donor"].where(chosen["donor"].isin(most), _("others")).replace("", _("not stated"))
    )
    dated = named[named["year"].notna()]
    if len(dated):
        sums = dated.astype({"year": "int64"}).groupby(["year", "donor"], as_index=False)["amount"].sum()
        chart = (
            alt.Chart(sums)
            .mark_bar()
            .encode(
                x=alt.X("year:O", title=None),
                y=alt.Y("amount:Q", title=currency or _("Amount")),
                color=alt.Color("donor:N", title=None, scale=alt.Scale(range=list(COLOURS))),
                tooltip=[
                    alt.Tooltip("year:O", title=_("Year")),
                    alt.Tooltip("donor:N", title=_("Donor")),
                    alt.Tooltip("amount:Q", title=_("Amount"), format=",.0f"),
                ],
            )
        )
        charts.show(_, chart.properties(height=240), alt=_("Money by donor and year"))
    else:
        st.text(_("No year is given for this kind of money."))
    columns = ["donor", "types", "year", "country", "area", "currency", "amount", "programmes"]
    table(here, chosen, columns, _("Money"), 260)
    totals = money_totals(run.result.programmes, rows)
    st.text(_("All kinds and currencies: the programmes as read, and the sum of the rows"))
    table(here, totals, [c.name for c in MONEY_TOTALS], _("Totals of money"))


def brief(here: Here, run: ProgrammeRun) -> None:
    """Two printed pages for a country or a district, as a download."""
    _, sites = here.translate, run.result.assessed
    st.header(_("A brief for the meeting"))
    countries = sorted(set(sites["country"]) - {""})
    if not countries:
        st.text(_("The country of the sites is not known."))
        return
    left, right = st.columns(2)
    country = left.selectbox(
        _("Country"), countries, key="brief_country", format_func=lambda code: country_name(code, _)
    )
    units = sorted(set(sites.loc[sites["country"] == country, "admin2"]) - {""})
    unit = right.selectbox(
        _("District"), ["", *units], key="brief_unit", format_func=lambda name: name or _("the whole country")
    )
    name = "_".join(part for part in ("brief", country, unit.replace(" ", "-")) if part)
    for column, ending in zip(st.columns(2), ("html", "pdf"), strict=True):
        with column:
            button(
                _("Brief (HTML, prints on two pages)") if ending == "html" else _("Brief (PDF)"),
                f"{name}.{ending}",
                lambda ending=ending: run.brief(country, unit, _.language, ending),  # type: ignore[misc]
                demonstration=bool(run.base_record()["demonstration"]),
                key=f"brief_{ending}",
            )
