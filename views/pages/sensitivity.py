"""How sure is a class: the chosen site under other settings, all sites, what matters most, and month by month."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import streamlit as st

from geo.dates.many import ManyDates
from geo.sensitivity.sweep import stability, what_matters
from i18n import column_labels, labels
from jobs.backtest.labels import percent
from jobs.many_dates import at_dates
from jobs.sensitivity.export import NOT_CHANCE, WHAT
from jobs.sensitivity.job import MONTHS, month_ends, timeline
from jobs.sensitivity.one_site import OneSite, sentence
from jobs.sensitivity.site_months import change_texts, changes
from layers.formats.writers.escape import markdown
from layers.maps import styles
from layers.maps.map import View, blob
from layers.reference.country_names import country_name
from views import session
from views.data_choice import Data
from views.session import Here
from views.widgets import map_widget, month_charts, tables
from views.widgets.chosen_site import key_of, row_of
from views.widgets.how_sure import heat_table, sure_of, sure_of_all, turning
from views.widgets.map_layers import districts

MOST_ROWS = 200_000
"""Sites times months above which the page leaves the timeline to the command line."""


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
    factor = st.select_slider(
        _("Factor of events and deaths asked"), one.grid.count, value=1.0, format_func=lambda f: _.number(f, 1)
    )
    heat_table(_, one, float(factor))
    turning(_, one)


def stability_map(here: Here, data: Data, sites: pd.DataFrame, share: np.ndarray) -> None:
    """Where classes hold and where they do not: sign and colour by share of settings, the share beside each name."""
    _ = here.translate
    codes = np.array([styles.stability_code(s) for s in share])
    named = [f"{n or i}: {percent(s, _, 0)}" for n, i, s in zip(sites["name"], sites["site_id"], share, strict=True)]
    inside = blob(
        _,
        sites=sites.assign(name=pd.array(named, dtype="str")),
        table=(styles.STABILITY, codes),
        run=data.token,
        notice=_("Demonstration data") if data.has_demonstration else "",
        title=_("Keeps its class"),
    )
    view = View.around(sites["lon"].tolist(), sites["lat"].tolist(), width=1000, height=460)
    answer = map_widget.show(_, view, inside, key="stability", height=460, districts=districts(data))
    if answer and answer.site is not None and answer.run == data.token:
        st.session_state["q_site"] = key_of(sites, answer.site)
        st.session_state.pop("sure_pick", None)
        st.rerun()


def all_sites(here: Here, data: Data) -> None:
    """Which classes hold, least first; and which number matters most in each country."""
    _ = here.translate
    done, grid, codes = sure_of_all(data)
    found = stability(done, grid, codes)
    st.caption(
        _("Share of {n} setting{n?|s} under which each site keeps its class. It says nothing of which class that is.",
          n=_.number(len(grid)))
    )  # fmt: skip
    stability_map(here, data, done.sites, found["share_same_class"].to_numpy(np.float64))
    matters = what_matters(done, grid, codes).sort_values(
        ["country", "share_changed"], ascending=[True, False], kind="stable"
    )
    st.caption(
        _("Share of classes that change when radii, windows or counts alone vary; by country, what matters most first.")
    )
    tables.show(
        _,
        pd.DataFrame(
            {
                _("Country"): [country_name(c, _) or _("country not known") for c in matters["country"]],
                _("What varies"): [_(WHAT[w]) for w in matters["what"]],
                _("Classes changed"): matters["share_changed"].round(2),  # whole percents
                _("Sites"): matters["sites"],
            }
        ),
        column_config={
            _("Country"): st.column_config.Column(width=110),
            _("What varies"): st.column_config.Column(width=100),
            _("Classes changed"): st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0),
            _("Sites"): tables.count(_("Sites")),
        },
        hide_index=True,
        height="content",
    )
    st.caption(_("Share of settings under which each site keeps its class, least first."))
    order = np.argsort(found["share_same_class"].to_numpy(np.float64), kind="stable")
    sites = done.sites.iloc[order]
    tables.show(
        _,
        pd.DataFrame(
            {
                column_labels.column("name", _): sites["name"],
                _("Keeps its class"): found["share_same_class"].iloc[order].round(2),
                _("Site class"): [labels.value("site_class", c, _) for c in sites["site_class"]],
                column_labels.column("site_id", _): sites["site_id"],
            }
        ),
        column_config={
            column_labels.column("name", _): st.column_config.Column(width=190),
            _("Keeps its class"): st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0),
        },
        hide_index=True,
        height=380,
    )


@st.cache_resource(max_entries=2, show_spinner=False, scope="session")
def passed_of(key: str, token: str, _data: Data) -> ManyDates:
    """All sites at the end of each month up to the date."""
    return at_dates(_data.loaded(), month_ends(None, _data.day), _data.rules, _data.rasters)


@st.cache_data(max_entries=10, show_spinner=False, scope="session")
def changes_of(key: str, token: str, site: str, _data: Data) -> pd.DataFrame:
    """What changed at one site, with the records behind."""
    passed = passed_of(key, token, _data)
    row = row_of(passed.sites_at(len(passed) - 1), site)
    return changes(_data.loaded(), passed, row, _data.rules) if row is not None else pd.DataFrame()


def months(here: Here, data: Data, row: int) -> None:
    """Counts of sites per class and zone status by month, and the strip of the chosen site."""
    _ = here.translate
    sites = data.run().assessment.sites
    if len(sites) * MONTHS > MOST_ROWS:
        st.info(_("Too many sites for a page: use the command, cahra sensitivity."))
        return
    with st.spinner(_("Assessing every month…")):
        table = timeline(passed_of(data.key, data.token, data))
    st.caption(_("Sites per class and zone status at the end of each month."))
    month_charts.quadrants(_, table)
    site = key_of(sites, row)
    mine = table[(table["site_id"] == sites["site_id"].iloc[row]) & (table["source"] == sites["source"].iloc[row])]
    st.header(_("The chosen site, a year a line"))
    month_charts.strip(_, mine)
    with st.spinner(_("Looking for what changed it…")):
        found = changes_of(data.key, data.token, site, data)
    if found.empty:
        st.text(_("Nothing changed in these months."))
        return
    st.caption(_("What happened in the months in which its class, its rules or its zone changed."))
    words = change_texts(found, _)
    words = words.assign(**{words.columns[0]: [_.month(dt.date.fromisoformat(f"{m}-01")) for m in words.iloc[:, 0]]})
    widths = dict(zip(words.columns, (110, 140, 170, None), strict=True))
    config = {name: st.column_config.Column(width=width) for name, width in widths.items() if width}
    tables.show(_, words, column_config=config, hide_index=True, height="content")


def main() -> None:
    """The page; what it reads is held by no name of this module, which Streamlit keeps when the reader has gone."""
    with session.page() as here:
        _ = here.translate
        data = here.data()
        run = here.guard_run(data)
        st.title(_("How sure is that class?"))
        st.caption(_(NOT_CHANCE))
        if run.assessment.sites.empty:
            st.info(_("No sites are loaded."))
            st.stop()
        row = choose(here, run.assessment.sites)
        st.session_state["q_site"] = key_of(run.assessment.sites, row)
        parts = {"site": _("The chosen site"), "all": _("All sites"), "months": _("Month by month")}
        # Not tabs: a map that is drawn in a hidden one knows no size, and only what is asked for is worked out.
        asked = st.session_state["address"].get("part", "")
        part = st.segmented_control(
            _("Part"),
            list(parts),
            default=asked if asked in parts else "site",
            required=True,
            format_func=lambda p: parts[p],
            key="sure_part",
            label_visibility="collapsed",
        )
        here.address(site=st.session_state["q_site"], part=part if part != "site" else "")
        if part == "all":
            all_sites(here, data)
        elif part == "months":
            months(here, data, row)
        else:
            chosen_site(here, sure_of(data, row))


main()
