"""Whom a page credits: the publishers of the data that is loaded, and nobody else."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from i18n.translator import Translator
from layers.formats.writers.escape import markdown
from layers.sources.catalogue import publisher
from views.data_choice import Data

OURS = "this project"
LICENCE_CHARACTERS = 12
"""A licence that has a name is said here; a longer text stands in the record of the run."""


def credits_of(translate: Translator, data: Data, more: Iterable[str] = ()) -> str:
    """Whom the loaded data comes from, the base map's own among them; `more` are words of the page."""
    loaded = data.loaded()
    datasets = [str(layer.dataset) for layer in loaded.sites]
    datasets += [] if loaded.incidents is None else [str(d) for d in pd.unique(loaded.incidents["dataset"])]
    datasets += [b.dataset for b in loaded.boundaries]
    credits_: dict[str, None] = {}
    for found in map(publisher, datasets):
        if found["credit"] and found["publisher"] != OURS:
            short = len(found["licence"]) <= LICENCE_CHARACTERS and found["licence"]
            credits_[f"{found['credit']} ({found['licence']})" if short else found["credit"]] = None
    if data.has_demonstration:
        credits_[translate("synthetic demonstration data")] = None
    if data.files:
        credits_[translate("your own files")] = None
    return ", ".join([*credits_, *more, translate("outlines by Natural Earth")])


def show(translate: Translator, data: Data, more: Iterable[str] = ()) -> None:
    """The line at the foot of a page."""
    st.caption(markdown(translate.pair(translate("Sources"), credits_of(translate, data, more))))
