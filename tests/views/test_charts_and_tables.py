"""Charts and tables of the pages: numbers and days in the reader's language, all through the same two functions."""

from __future__ import annotations

import re
from pathlib import Path

import altair as alt
import pandas as pd
import pytest
import streamlit as st

from i18n.languages import offered
from i18n.translator import translator
from views.widgets import charts, tables

VIEWS = Path(charts.__file__).resolve().parents[1]


@pytest.mark.parametrize(("call", "home"), [("st.dataframe(", "tables.py"), ("st.altair_chart(", "charts.py")])
def test_every_table_and_chart_comes_through_the_one_that_writes_numbers(call, home):
    users = {
        p.name for p in VIEWS.rglob("*.py") if re.search(r"(return|=|^ +)\s*" + re.escape(call), p.read_text(), re.M)
    }
    assert users == {home}


def test_a_column_of_numbers_names_a_form():
    bare = [
        (p.name, found[:80])
        for p in VIEWS.rglob("*.py")
        for found in re.findall(r"(?:NumberColumn|ProgressColumn|DateColumn)\((?:[^()]|\([^()]*\))*\)", p.read_text())
        if "format=" not in found and "width=50" not in found
    ]
    assert bare == []


@pytest.mark.parametrize("language", list(offered()))
def test_a_chart_names_the_locale_and_keeps_what_it_was_configured_with(language):
    chart = alt.Chart(pd.DataFrame({"a": [1]})).mark_bar().encode(x="a:Q").configure_mark(aria=False)
    spec = charts.localised(chart, translator(language)).to_dict()
    locale = spec["config"]["locale"]
    one = translator(language).number(1234567.5, 1)
    signs = locale["number"]
    assert one == f"1{signs['thousands']}234{signs['thousands']}567{signs['decimal']}5"
    assert [len(locale["time"][k]) for k in ("months", "shortMonths", "days", "shortDays")] == [12, 12, 7, 7]
    assert spec["config"]["mark"]["aria"] is False
    assert spec["config"]["axis"]["aria"] is spec["config"]["legend"]["aria"] is False
    assert "config" not in chart.to_dict() or "locale" not in chart.to_dict()["config"]


def test_numbers_and_days_of_any_table_get_the_form_of_the_language(monkeypatch):
    shown = {}
    monkeypatch.setattr(st, "dataframe", lambda data, **given: shown.update(given))
    frame = pd.DataFrame(
        {"n": [1234], "x": [0.5], "day": pd.to_datetime(["2016-09-19"]), "word": ["a"], "yes": [True], "hidden": [1]}
    )
    tables.show(
        translator("fr"), frame, column_config={"n": "Sites", "hidden": None, "x": st.column_config.Column(width=80)}
    )
    told = shown["column_config"]
    assert told["n"]["type_config"]["format"] == told["x"]["type_config"]["format"] == "localized"
    assert (told["n"]["label"], told["x"]["width"], told["hidden"]) == ("Sites", 80, None)
    assert told["day"]["type_config"]["format"] == "DD/MM/YYYY"
    assert {"word", "yes"} & set(told) == set()
