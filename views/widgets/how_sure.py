"""The chosen site under other settings: computed for it alone, when its page is shown."""

from __future__ import annotations

import streamlit as st

from geo.records.incidents import Incidents, prepare
from geo.sensitivity.pass_once import Pass
from geo.sensitivity.scaling import Grid
from geo.sensitivity.sweep import Codes, sweep
from jobs.sensitivity.job import wide_pass
from jobs.sensitivity.one_site import OneSite, one_site
from views.data_choice import Data


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
