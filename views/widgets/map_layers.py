"""What maps of several pages draw of the loaded data, made once for the same content."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from layers.maps import colour_by
from layers.maps.map import Districts
from views.data_choice import Data
from views.widgets.map_widget import Answer


def districts(data: Data) -> Districts:
    """The outlines of the loaded boundaries."""
    return _districts(data.key, data)


@st.cache_resource(max_entries=2, show_spinner=False, scope="session")
def _districts(key: str, _data: Data) -> Districts:
    return Districts.of(_data.loaded().boundaries)


def colouring(sites: pd.DataFrame) -> dict[str, Any]:
    """What the sites of a map can be coloured by, and what the reader chose on any page: arguments of a blob."""
    state = st.session_state
    state.setdefault("colour", state["address"].get("colour", ""))
    return {"colours": colour_by.of_sites(sites), "colour": state["colour"]}


def recoloured(answer: Answer | None) -> bool:
    """Keeps what the reader just chose to colour sites by; True where the page has to be drawn anew."""
    if answer is None or answer.colour is None:
        return False
    st.session_state["colour"] = answer.colour
    return True
