"""Dates on the pages: typed, wrong, of a playing map, of a bar of the chart; field, map and page say the same one."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.views.test_pages import maps, opened, texts


def field(app: AppTest):
    return app.text_input(key="day_typed")


def content(app: AppTest) -> dict:
    return json.loads(maps(app)[0]["feature_group"].split("CAHRA.data(", 1)[1].rsplit(", {", 1)[0])


@pytest.mark.parametrize(
    ("language", "text", "day", "shown"),
    [
        ("en", "2014-12-31", dt.date(2014, 12, 31), "2014-12-31"),
        ("en", "28 February 2018", dt.date(2018, 2, 28), "2018-02-28"),
        ("fr", "31/12/2014", dt.date(2014, 12, 31), "31/12/2014"),
        ("fr", "févr. 2016", dt.date(2016, 2, 29), "29/02/2016"),
    ],
)
def test_a_typed_day_is_the_day_of_field_page_map_and_link(language, text, day, shown):
    app = opened("explore.py", lang=language)
    field(app).set_value(text).run()
    assert app.session_state["day"] == day
    assert field(app).value == shown
    assert app.query_params["day"] == day.isoformat()
    assert content(app)["clock"]["now"][0] == (day - dt.date(1970, 1, 1)).days
    assert not app.warning


def test_what_is_no_day_changes_nothing_and_is_told_until_it_is_mended():
    app = opened("explore.py")
    before = app.session_state["day"]
    field(app).set_value("31/31/2014").run()
    assert app.session_state["day"] == before
    assert field(app).value == "31/31/2014"
    assert any("No day that can be read" in w.value and "19 Sep 2016" in w.value for w in app.warning)
    field(app).set_value("").run()
    assert field(app).value == "2016-09-19"
    assert not any("No day that can be read" in w.value for w in app.warning)
    field(app).set_value("03/04/2014").run()  # 3 April or 4 March
    assert any("No day that can be read" in w.value for w in app.warning)


def test_while_the_map_plays_no_figure_of_another_date_stands_on_the_page():
    app = opened("explore.py")
    assert "first" not in content(app)["clock"]
    assert app.dataframe
    assert app.get("download_button")
    app.session_state["playing"] = "1790"
    app.run()
    assert not app.exception
    clock = content(app)["clock"]
    assert clock["playing"] == "1790"
    assert {"first", "many", "which", "to"} <= clock.keys()
    assert {m.value for m in app.metric} == {"…"}
    assert field(app).disabled
    assert field(app).value == "…"
    assert "19 Sep 2016" not in texts(app)
    assert not app.dataframe
    assert not app.get("download_button")


def test_another_page_stops_the_play():
    app = opened("site.py")
    app.session_state["playing"] = "1790"
    app.run()
    assert app.session_state["playing"] == ""
    assert not field(app).disabled


def test_a_month_of_the_chart_sets_the_date_to_its_end():
    def script():
        import streamlit as st

        from views.widgets import timeline

        st.session_state["months"] = {"selection": {"month": [{"day": "2014-02-28"}]}}
        timeline.picked()

    app = AppTest.from_function(script).run()
    assert app.session_state["day"] == dt.date(2014, 2, 28)
    assert app.session_state["moved"]


def test_the_right_hand_date_is_typed_likewise():
    app = opened("compare.py", day="2016-09-19", other="2018-12-31")
    app.text_input(key="q_other_day_typed").set_value("2014").run()
    assert app.query_params["other"] == "2014-12-31"
