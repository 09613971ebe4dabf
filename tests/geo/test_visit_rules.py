"""C2, H6 and H10: the newest informative visit, how long a find lasts, and roadblocks at other sites and on routes."""

from __future__ import annotations

import pandas as pd
import pytest
import shapely

from tests import frames
from tests.geo.cases import KNOWN, changed, east, fired, from_dict, only, parts, run

ARMED = {"non_state_armed": True, "armed_presence": "non_state"}
VISIT_RULES = {"C2", "H6", "H10"}


def visited(*rows, **more):
    return run(**{**KNOWN, **more, "visits": frames.visits(*rows)})


def unknown(result):
    return VISIT_RULES & set(parts(result, "rules_unknown"))


@pytest.mark.parametrize(
    ("day", "fires", "open_"),
    [
        ("2018-12-31", ["C2", "H10"], set()),
        ("2017-01-01", ["C2", "H10"], set()),
        ("2016-12-31", ["H10"], {"C2", "H6"}),  # the excluded first edge of 24 months
        ("2014-01-01", ["H10"], {"C2", "H6"}),
        ("2013-12-31", [], {"C2", "H6", "H10"}),  # and of 60
        ("2019-01-01", [], {"C2", "H6", "H10"}),
    ],
)
def test_visits_on_the_windows_edge(day, fires, open_):
    result = visited({"visit_date": day, **ARMED})
    assert (fired(result), unknown(result)) == (fires, open_)
    assert only(result) == ("conflict-affected" if "C2" in fires else "high-risk" if fires else "no indicators found")
    assert only(result, "data_coverage") == ("partial" if not fires else "full")


def test_a_visit_that_found_nothing_makes_the_rules_known():
    assert unknown(visited({"visit_date": "2018-06-01"})) == set()
    block = visited({"visit_date": "2018-06-01", "armed_roadblock": pd.NA})
    assert unknown(block) == {"H6"}
    armed = visited({"visit_date": "2018-06-01", "non_state_armed": pd.NA})
    assert unknown(armed) == {"C2", "H10"}
    assert unknown(run(**{**KNOWN, "visits": None})) == VISIT_RULES


def test_an_uninformative_visit_says_nothing():
    result = visited({"visit_date": "2018-06-01", "informative": False, **ARMED})
    assert (fired(result), unknown(result)) == ([], VISIT_RULES)
    older = visited({"visit_date": "2018-01-01", **ARMED}, {"visit_date": "2018-06-01", "informative": False})
    assert fired(older) == ["C2", "H10"]


def test_the_newest_visit_speaks_for_c2_and_all_of_a_day_together():
    found, clean = {"visit_date": "2018-01-01", **ARMED}, {"visit_date": "2018-06-01"}
    assert fired(visited(found, clean)) == ["H10"]
    assert fired(visited(clean | {"visit_date": "2018-01-01"}, found)) == ["C2", "H10"]
    reported = visited(found | {"visit_basis": "reported"})
    assert (only(reported), only(reported, "certain_class")) == ("conflict-affected", "no indicators found")
    vague = visited(found | {"date_imprecise": True})
    assert (only(vague), only(vague, "certain_class")) == ("conflict-affected", "no indicators found")
    assert only(visited(found), "certain_class") == "conflict-affected"


@pytest.mark.parametrize(
    ("later", "fires"),
    [
        ([], True),
        (["2018-02-01"], True),  # after one clean visit 15 % were armed again at the next
        (["2018-02-01", "2018-02-01"], True),  # rows of one day are one visit
        (["2018-02-01", "2018-03-01"], False),
        (["2017-02-01", "2017-03-01", "2018-02-01"], True),  # only those since count
        (["2018-02-01", "2019-03-01"], True),  # what comes after the date is not known yet
    ],
)
def test_h10_holds_until_two_visits_found_none(later, fires):
    result = visited({"visit_date": "2018-01-01", **ARMED}, *({"visit_date": day} for day in later))
    assert ("H10" in fired(result)) is fires
    assert "H10" not in unknown(result)


def test_an_unclear_visit_is_no_clean_one():
    two = [{"visit_date": day, "non_state_armed": pd.NA} for day in ("2018-02-01", "2018-03-01")]
    assert "H10" in fired(visited({"visit_date": "2018-01-01", **ARMED}, *two))
    assert "H10" in unknown(visited(*two))


def test_how_many_clean_visits_end_a_find_is_a_number_of_the_rule():
    rows = [{"visit_date": "2018-01-01", **ARMED}, {"visit_date": "2018-02-01"}, {"visit_date": "2018-03-01"}]
    three, one = (from_dict(changed("H10", until_clean=n)) for n in (3, 1))
    assert "H10" in fired(visited(*rows, rules=three))
    assert "H10" not in fired(visited(*rows[:2], rules=one))
    assert "3" in three["H10"].asks()


def test_state_forces_that_harm():
    harm = {"visit_date": "2018-06-01", "state_harm": True, "armed_presence": "state"}
    assert (fired(visited(harm)), only(visited(harm))) == (["H6"], "high-risk")
    assert fired(visited(harm, {"visit_date": "2018-07-01"})) == []
    assert fired(visited({"visit_date": "2018-06-01", "armed_roadblock": True})) == ["H6"]
    assert fired(visited({"visit_date": "2018-06-01", "roadblock": True})) == []  # of the town hall


@pytest.mark.parametrize(("metres", "fires"), [(19_000, True), (20_000 - 1e-6, True), (20_000.01, False)])
def test_a_roadblock_at_another_site_within_20_km(metres, fires):
    other = {"visit_date": "2018-06-01", "site_id": "other", "armed_roadblock": True, **east(metres)}
    own = {"visit_date": "2018-06-01"}
    assert ("H6" in fired(visited(own, other))) is fires
    result = visited(other)
    assert ("H6" in fired(result), "H6" in unknown(result)) == (fires, not fires)
    assert only(visited(other), "certain_class") == "no indicators found"


def test_a_roadblock_that_a_newer_visit_found_gone():
    other = {"visit_date": "2018-06-01", "site_id": "other", "armed_roadblock": True, **east(9_000)}
    gone = other | {"visit_date": "2018-07-01", "armed_roadblock": False}
    assert "H6" not in fired(visited({"visit_date": "2018-06-01"}, other, gone))
    assert "H6" in fired(visited({"visit_date": "2018-06-01"}, other, gone | {"visit_date": "2019-07-01"}))
    assert "H6" not in fired(visited({"visit_date": "2018-06-01"}, other | {"visit_date": "2016-12-31"}))


def test_an_armed_roadblock_on_a_declared_route():
    line = shapely.LineString([(20.0, 6.0), (21.0, 6.0)])
    routes = pd.DataFrame({"source": ["list"], "site_id": ["1"], "geometry": [line]})
    block = {"visit_date": "2018-06-01", "site_id": "other", "armed_roadblock": True, "lon": 20.6}
    on = visited(block | {"lat": 6.005}, routes=routes)
    assert fired(on) == ["H6"]
    assert on.evidence.loc[on.evidence["fact"] == "armed_roadblock_on_route", "distance_m"].between(500, 1000).all()
    assert fired(visited(block | {"lat": 6.02}, routes=routes)) == []
    assert fired(visited(block | {"lat": 6.005})) == []


def test_a_visit_and_the_events_say_different_things():
    armed, clean = {"visit_date": "2018-01-01", **ARMED}, {"visit_date": "2018-01-01"}
    event = frames.incidents({"day": "2018-06-01"})
    assert only(visited(armed), "sources_disagree") == "armed_group_without_incidents"
    assert only(visited(clean, incidents=event), "sources_disagree") == "incidents_without_armed_group"
    assert only(visited(armed, incidents=event), "sources_disagree") == ""
    assert only(visited(clean), "sources_disagree") == ""
    # Where nobody looked, silence says nothing; nor does a visit that the window left behind.
    assert only(visited(armed, coverage=None), "sources_disagree") == ""
    assert only(visited(armed | {"visit_date": "2016-12-31"}), "sources_disagree") == ""


def test_facts_of_annex_ii_stand_beside_and_decide_nothing():
    facts = {"children_under_15": True, "mercury": True, "traceability": "iTSCI", "state_services": "SAEMAPE"}
    result = visited({"visit_date": "2018-06-01", **facts}, {"visit_date": "2018-07-01"})
    assert {name: only(result, name) for name in facts} == facts
    assert (only(result), only(result, "rules_fired")) == ("no indicators found", "")
    later = visited({"visit_date": "2019-06-01", **facts}, {"visit_date": "2018-07-01"})
    assert pd.isna(only(later, "mercury"))
    assert only(later, "traceability") == ""
