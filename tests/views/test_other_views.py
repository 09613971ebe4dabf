"""One site, side by side and credits: the gravest first, what moved to what, edits that stay, credit where it is due."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from geo.schema import CLASSES
from jobs.assessment.differences import moves
from jobs.assessment.site_filters import gravest_first
from tests.views.test_pages import SITES, opened, own, texts
from views.data_choice import demonstration


def test_one_site_opens_on_the_gravest_and_lists_them_in_that_order():
    app = opened("site.py")
    sites = demonstration().run().assessment.sites
    order = gravest_first(sites).index
    assert app.session_state["site_pick"] == order[0]
    assert app.title[0].value.replace("\\", "") == sites["name"].iloc[order[0]]
    first = [o.split(" ")[0] for o in app.selectbox(key="site_pick").options]
    assert first[0] == "◆"
    assert first == sorted(first, key="◆▲■●".index)
    assert "site" not in app.query_params


def test_moves_count_every_site_of_both_sides_once():
    a = pd.DataFrame({"source": "x", "site_id": ["1", "2", "3"], "site_class": [CLASSES[0], CLASSES[3], CLASSES[3]]})
    b = pd.DataFrame({"source": "x", "site_id": ["1", "2", "4"], "site_class": [CLASSES[1], CLASSES[3], CLASSES[0]]})
    table = moves(a, b)
    assert list(table.index) == list(table.columns) == list(CLASSES)
    assert int(table.to_numpy().sum()) == 2
    assert table.loc[CLASSES[0], CLASSES[1]] == table.loc[CLASSES[3], CLASSES[3]] == 1


def test_side_by_side_shows_from_to_and_changed_sites_alone_on_the_maps():
    app = opened("compare.py", day="2016-09-19", other="2018-12-31")
    heads = [str(d.value.index.name) for d in app.dataframe]
    assert any("From (left)" in head for head in heads)
    app.toggle(key="q_changed_only").set_value(True).run()
    assert not app.exception


def test_edited_rules_survive_leaving_the_page():
    app = opened("compare.py", day="2016-09-19", other="2016-09-19", rules="C1:0:min_events:400")
    hashed, changes = app.session_state["q_rule_changes"]
    assert changes == "C1:0:min_events:400"
    del app.session_state[f"rules_{hashed}"]
    app.session_state["q_rule_changes"] = (hashed, "C1:0:min_events:300")
    app.run()
    assert app.query_params["rules"] == "C1:0:min_events:300"


def test_captions_credit_what_is_loaded_and_nobody_else():
    said = texts(opened("explore.py"))
    assert "synthetic demonstration data" in said
    assert "UCDP GED (CC BY" not in said
    said = texts(own("sites", "mine.csv", SITES))
    assert "your own files" in said
    assert "IPIS (ODC-BY)" not in said


def test_a_setting_that_streamlit_forgot_when_a_run_was_broken_off_is_there_again():
    def broken_off() -> None:
        import streamlit as st

        from views import session

        session.start()
        st.session_state["seen"] = (st.session_state["q_demonstration"], st.session_state["q_lang"])
        for key in ("q_demonstration", "q_lang"):
            del st.session_state[key]

    app = AppTest.from_function(broken_off)
    app.query_params["lang"], app.query_params["demonstration"] = "fr", "0"
    for _ in range(3):
        app.run()
        assert not app.exception
        assert app.session_state["seen"] == (False, "fr")


@pytest.mark.real_data
def test_visits_that_a_newer_one_follows_are_no_rows_not_used_and_unknown_workers_are_not_none(shared_data):
    """Three sites of the Democratic Republic of the Congo: one with four visits, of which two say how many work there."""
    whole = pd.read_csv(shared_data / "mines" / "cod_mines_curated_all_opendata_p_ipis.csv", dtype=str)
    few = whole[whole["pcode"].isin(["codmine00299", "codmine00302", "codmine00303"])]
    app = own("sites", "visits.csv", few.to_csv(index=False).encode(), day="2018-12-31", lang="en")
    assert [e.value for e in app.error] == []
    captions = [c.value for c in app.caption]
    followed = f"{len(few) - 3} visits are followed by a newer one of their site, or are later than the date."
    assert followed in captions
    assert "Every row that was read is in the list." in captions
    assert not any("not used" in e.label for e in app.expander)
    site = opened("site.py", demonstration="0", day="2018-12-31", site="ipis_drc|codmine00299")
    site.session_state["files"] = app.session_state["files"]
    site.run()
    visits = next(t.value for t in site.dataframe if "workers" in t.value and "visit_date" in t.value)
    assert visits["workers"].isna().sum() == 2
    assert sorted(visits["workers"].dropna()) == [24, 31]
