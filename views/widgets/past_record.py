"""The track record of the loaded sites, computed once for the same data and rules."""

from __future__ import annotations

import streamlit as st

from geo.backtest.outcome import Outcome
from geo.errors import InputError
from geo.rules.rule_set import Rules
from i18n.translator import Translator
from jobs.backtest.job import BacktestResult, past_dates, run
from jobs.backtest.sentence import class_sentence
from jobs.inputs import Loaded
from views.data_choice import Data

STEP = 12
"""Months from one past date to the next."""


MOST_SITES = 5_000
"""Above this number of sites only the page of the track record computes it: one site's page would wait too long."""


def _run(loaded: Loaded, rules: Rules) -> BacktestResult:
    return run(loaded, past_dates(loaded, None, None, STEP, Outcome()), Outcome(), rules)


@st.cache_resource(max_entries=2, show_spinner=False)
def _shared(key: str, rules_key: str, _loaded: Loaded, _rules: Rules) -> BacktestResult:
    return _run(_loaded, _rules)


@st.cache_resource(max_entries=2, show_spinner=False, scope="session")
def _own(key: str, rules_key: str, _loaded: Loaded, _rules: Rules) -> BacktestResult:
    return _run(_loaded, _rules)


def past_record(data: Data) -> BacktestResult:
    """The backtest of the loaded sites at every past 31 December whose outcome is known.

    Raises
    ------
    geo.errors.InputError
        No past date has a known outcome.
    """
    cached = _own if data.files else _shared
    return cached(data.key, data.rules.key, data.loaded(), data.rules)


def past_sentence(data: Data, cls: str, translate: Translator) -> str:
    """How the loaded sites of a class fared at past dates; blank where they give too few cases or are too many."""
    if len(data.run().assessment.sites) > MOST_SITES:
        return ""
    try:
        found = past_record(data)
    except InputError:  # no past date has a known outcome: nothing to say
        return ""
    return class_sentence(found, cls, data.day, translate)
