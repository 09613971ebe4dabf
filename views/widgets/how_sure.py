"""The chosen site under other settings: computed for it alone, when its page is shown."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.records.incidents import Incidents, prepare
from geo.sensitivity.pass_once import Pass
from geo.sensitivity.scaling import Grid
from geo.sensitivity.sweep import Codes, sweep
from i18n import labels
from i18n.translator import Translator
from jobs.sensitivity.job import wide_pass
from jobs.sensitivity.one_site import HEAT, OneSite, heat_texts, one_site
from layers.maps import styles
from views.data_choice import Data
from views.widgets import tables


@st.cache_resource(max_entries=2, show_spinner=False, scope="session")
def _incidents(key: str, _data: Data) -> Incidents:
    return prepare(_data.loaded().incidents)


def incidents_of(data: Data) -> Incidents:
    """The loaded incidents, prepared once."""
    return _incidents(data.key, data)


@st.cache_resource(max_entries=20, show_spinner=False, scope="session")
def _one(key: str, token: str, row: int, _data: Data) -> OneSite:
    return one_site(_data.run().assessment, row, incidents_of(_data), _data.rules)


@st.cache_resource(max_entries=2, show_spinner=False, scope="session")
def _all(key: str, token: str, _data: Data) -> tuple[Pass, Grid, Codes]:
    grid = Grid()
    done = wide_pass(_data.rules, _data.run().assessment, incidents_of(_data), grid)
    return done, grid, sweep(done, grid)


def sure_of(data: Data, row: int) -> OneSite:
    """The site at a position of the run under every setting."""
    return _one(data.key, data.token, row, data)


def sure_of_all(data: Data) -> tuple[Pass, Grid, Codes]:
    """The pass over all sites of the run, the grid, and the class of every site under every setting."""
    return _all(data.key, data.token, data)


SHOWN_FLIPS = 12


def heat_table(translate: Translator, one: OneSite, count: float = 1.0) -> None:
    """The class by radii and windows, small enough for a telephone: its sign on its tint, and the signs in words."""
    _ = translate
    st.caption(_(HEAT))
    words = heat_texts(one, _, count)
    tint = {s.sign: styles.CLASS_TINTS[s.key] for s in styles.SITES}
    shown = words.map(lambda v: v[0]).rename_axis(_("Radii, windows"))
    painted = shown.style.map(lambda v: f"background-color: {tint[v]}; color: #1c1c1c" if v in tint else "")
    config = {name: st.column_config.Column(width=48, alignment="center") for name in shown.columns}
    tables.show(
        _, painted, column_config=config, width="content", height="content", alt=_("The class under other settings")
    )
    met = set(words.to_numpy().ravel().tolist())
    legend_words = [f"{s.sign} {labels.value('site_class', s.key, _)}" for s in styles.SITES]
    st.caption(" · ".join(text for text in legend_words if text in met))


def turning(translate: Translator, one: OneSite) -> None:
    """What would turn the class, nearest first."""
    _ = translate
    st.header(_("What would turn it"))
    if one.flips.empty:
        st.text(_("Nothing that was searched."))
        return
    tables.show(_, flip_texts(one.flips.head(SHOWN_FLIPS), _), hide_index=True, width="stretch", height="content")


def flip_texts(flips: pd.DataFrame, translate: Translator) -> pd.DataFrame:
    """Flips as they are read."""
    _ = translate
    what = {
        "radius_km": _("radius (km)"),
        "window_months": _("window (months)"),
        "events": _("events asked"),
        "deaths": _("deaths asked"),
    }
    return pd.DataFrame(
        {
            _("Rule"): flips["rule"],
            _("Threshold"): [what[w] for w in flips["what"]],
            _("Now"): [_.number(v) for v in flips["current"]],
            _("Turns at"): [
                _.number(v, 3 if w == "radius_km" else 0) for v, w in zip(flips["flips_at"], flips["what"], strict=True)
            ],
            _("Then"): [labels.value("site_class", c, _) for c in flips["class_then"]],
            _("Incident"): flips["record_id"],
        }
    )
