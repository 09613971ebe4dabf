"""Whom a page credits: the publishers of the data that is loaded, and nobody else."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from i18n.translator import Translator
from layers.formats.writers.escape import markdown
from views.data_choice import Data

KNOWN = {"ucdp": "UCDP GED (CC BY 4.0)", "acled": "ACLED", "ipis": "IPIS (ODC-BY)"}
"""Publishers by the source that their rows name, in the order in which they are credited."""


def credits_of(translate: Translator, data: Data, more: Iterable[str] = ()) -> str:
    """Whom the loaded data comes from, the base map's own among them; `more` are words of the page."""
    loaded = data.loaded()
    sources = {str(layer.dataset) for layer in loaded.sites}
    sources |= set() if loaded.incidents is None else set(loaded.incidents["source"].astype(str))
    said = [credit for source, credit in KNOWN.items() if source in sources]
    if data.has_demonstration:
        said.append(translate("synthetic demonstration data"))
    if data.files:
        said.append(translate("your own files"))
    return ", ".join([*said, *more, translate("outlines by Natural Earth")])


def show(translate: Translator, data: Data, more: Iterable[str] = ()) -> None:
    """The line at the foot of a page."""
    st.caption(markdown(translate.pair(translate("Sources"), credits_of(translate, data, more))))
