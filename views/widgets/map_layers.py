"""What maps of several pages draw of the loaded data, made once for the same content."""

from __future__ import annotations

import streamlit as st

from layers.maps.map import Districts
from views.data_choice import Data


def districts(data: Data) -> Districts:
    """The outlines of the loaded boundaries."""
    return _districts(data.key, data)


@st.cache_resource(max_entries=2, show_spinner=False, scope="session")
def _districts(key: str, _data: Data) -> Districts:
    return Districts.of(_data.loaded().boundaries)
