"""How sure is a class: the chosen site under other settings, all sites, what matters most, and month by month."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from geo.sensitivity.sweep import stability, what_matters
from i18n import column_labels, labels
from i18n.translator import Translator
from jobs.many_dates import at_dates
from jobs.sensitivity.export import NOT_CHANCE, WHAT
from jobs.sensitivity.job import month_ends, timeline
from jobs.sensitivity.one_site import OneSite, sentence
from layers.formats.writers.escape import markdown
from layers.maps import styles
from layers.reference.country_names import country_name
from views import session
from views.data_choice import Data
from views.session import Here
from views.widgets.chosen_site import key_of, row_of
from views.widgets.how_sure import sure_of, sure_of_all

MOST_ROWS = 200_000
"""Sites times months above which the page leaves the timeline to the command line."""
SHOWN_FLIPS = 12


def sign(cls: str) -> str:
    """A class as its sign and its first letters: told apart without colour."""
    return styles.site_style(cls).sign


def choose(here: Here, sites: pd.DataFrame) -> int:
    """The site to ask: that of the other pages, else the first."""
    _, state = here.translate, st.session_state
    chosen = row_of(sites, state["q_site"]) or 0
    rows = list(range(min(len(sites), 300)))
    rows = rows if chosen in rows else [chosen, *rows]
    picked = st.selectbox(
        _("Site"),
        rows,
        index=rows.index(chosen),
        format_func=lambda r: f"{sites['name'].iloc[r] or '–'} ({sites['site_id'].iloc[r]})",
        key="sure_pick",
    )
    return int(picked if picked is not None else chosen)


def chosen_site(here: Here, one: OneSite) -> None:
    """The sentence, the heat table, and what would turn the class."""
    _ = here.translate
    st.markdown(f"**{markdown(sentence(one, _))}**")
    st.caption(
        _("Class by factor of the radii (down) and of the windows (across); every count at the factor chosen here.")
    )
    factor = st.select_slider(
        _("Factor of events and deaths asked"), one.grid.count, value=1.0, format_func=lambda f: _.number(f, 1)
    )
    table = one.heat(float(factor))
    shown = pd.DataFrame(
        {f"× {_.number(c, 2)}": [f"{sign(v)} {labels.value('site_class', v, _)}" for v in table[c]] for c in table},
        index=[f"× {_.number(r, 2)}" for r in table.index],
    )
    paint = {f"{sign(s.key)} {labels.value('site_class', s.key, _)}": s.colour for s in styles.SITES}
    st.dataframe(shown.style.map(lambda v: f"border-left: 6px solid {paint.get(v, '#888')}"), width="stretch")
    st.subheader(_("What would turn it"))
    if one.flips.empty:
        st.text(_("Nothing that was searched."))
        return
    st.dataframe(flip_texts(one.flips.head(SHOWN_FLIPS), _), hide_index=True, width="stretch", height="content")


def flip_texts(flips: pd.DataFrame, _: Translator) -> pd.DataFrame:
    """Flips as they are read."""
    what = {
        "radius_km": _("radius (km)"),
        "window_months": _("window (months)"),
        "events": _("events asked"),
        "deaths": _("deaths asked"),
    }
    return pd.DataFrame(
        {
            _("Rule"): flips["rule"],
            _("Number"): [what[w] for w in flips["what"]],
            _("Now"): [_.number(v) for v in flips["current"]],
            _("Turns at"): [
                _.number(v, 3 if w == "radius_km" else 0) for v, w in zip(flips["flips_at"], flips["what"], strict=True)
            ],
            _("Then"): [labels.value("site_class", c, _) for c in flips["class_then"]],
            _("Incident"): flips["record_id"],
        }
    )


def all_sites(here: Here, data: Data) -> None:
    """Which classes hold, least first; and which number matters most in each country."""
    _ = here.translate
    done, grid, codes = sure_of_all(data)
    found = stability(done, grid, codes)
    matters = what_matters(done, grid, codes)
    st.caption(_("Share of classes that change when radii, windows or counts alone vary."))
    st.dataframe(
        pd.DataFrame(
            {
                _("Country"): [country_name(c, _) or _("country not known") for c in matters["country"]],
                _("Number"): [_(WHAT[w]) for w in matters["what"]],
                _("Sites"): matters["sites"],
                _("Classes changed"): matters["share_changed"],
            }
        ),
        column_config={
            _("Classes changed"): st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0)
        },
        hide_index=True,
        height="content",
    )
    st.caption(_("Share of settings under which each site keeps its class, least first."))
    order = np.argsort(found["share_same_class"].to_numpy(np.float64), kind="stable")
    sites = done.sites.iloc[order]
    st.dataframe(
        pd.DataFrame(
            {
                column_labels.column("name", _): sites["name"],
                column_labels.column("site_id", _): sites["site_id"],
                _("Site class"): [labels.value("site_class", c, _) for c in sites["site_class"]],
                _("Keeps its class"): found["share_same_class"].iloc[order],
            }
        ),
        column_config={
            _("Keeps its class"): st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0)
        },
        hide_index=True,
        height=380,
    )


@st.cache_data(max_entries=3, show_spinner=False, scope="session")
def months_of(key: str, token: str, _data: Data) -> pd.DataFrame:
    """The timeline of all sites up to the date."""
    return timeline(at_dates(_data.loaded(), month_ends(None, _data.day), _data.rules))


def months(here: Here, data: Data, row: int) -> None:
    """Counts of sites per class and zone status by month, and the strip of the chosen site."""
    _ = here.translate
    sites = data.run().assessment.sites
    if len(sites) * 60 > MOST_ROWS:
        st.info(_("Too many sites for a page: use the command, cahra sensitivity."))
        return
    if not st.toggle(_("Assess the 60 months up to the date (it takes a while)"), key="sure_months"):
        return
    with st.spinner(_("Assessing every month…")):
        table = months_of(data.key, data.token, data)
    word = {(c, z): f"{labels.value('site_class', c, _)} · {labels.value('zone_status', z, _)}"
            for c, z in table[["site_class", "zone_status"]].drop_duplicates().itertuples(index=False)}  # fmt: skip
    pairs = [word[k] for k in zip(table["site_class"], table["zone_status"], strict=True)]
    st.caption(_("Sites per class and zone status at the end of each month."))
    st.bar_chart(pd.crosstab(table["month"], np.array(pairs, dtype=object)), height=320)
    mine = table[(table["site_id"] == sites["site_id"].iloc[row]) & (table["source"] == sites["source"].iloc[row])]
    st.caption(_("The chosen site, a year a line: {signs}.", signs=", ".join(
        f"{s.sign} {_(s.text)}" for s in styles.SITES)))  # fmt: skip
    strip = pd.DataFrame(
        {"year": mine["month"].str[:4], "month": mine["month"].str[5:], "sign": mine["site_class"].map(sign)}
    )
    st.dataframe(
        strip.pivot_table(index="year", columns="month", values="sign", aggfunc="first").fillna(""), height="content"
    )
    turned = mine[mine["rules_fired"] != mine["rules_fired"].shift()]
    st.caption(_("Months in which other rules fired than the month before."))
    st.dataframe(
        pd.DataFrame(
            {
                _("Month"): turned["month"],
                _("Site class"): [labels.value("site_class", c, _) for c in turned["site_class"]],
                _("Zone status"): [labels.value("zone_status", z, _) for z in turned["zone_status"]],
                column_labels.column("rules_fired", _): turned["rules_fired"],
            }
        ),
        hide_index=True,
        height="content",
    )


with session.page() as here:
    _ = here.translate
    data = here.data()
    run = here.guard_run(data)
    here.address(site=st.session_state["q_site"])
    st.title(_("How sure is that class?"))
    st.caption(_(NOT_CHANCE))
    if run.assessment.sites.empty:
        st.info(_("No sites are loaded."))
        st.stop()
    row = choose(here, run.assessment.sites)
    st.session_state["q_site"] = key_of(run.assessment.sites, row)
    first, second, third = st.tabs([_("The chosen site"), _("All sites"), _("Month by month")])
    with first:
        chosen_site(here, sure_of(data, row))
    with second:
        all_sites(here, data)
    with third:
        months(here, data, row)
