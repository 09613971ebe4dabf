"""Filters of incidents: each does what it says, reach map and months, and change no class."""

from __future__ import annotations

import pytest

from jobs.assessment.incident_filters import IncidentFilters
from tests.views.test_pages import opened
from tests.views.test_time import content
from views.data_choice import demonstration


@pytest.fixture(scope="module")
def incidents():
    return demonstration().loaded().incidents


def test_each_filter_keeps_what_it_names(incidents):
    kind = IncidentFilters(kinds=("one-sided",)).apply(incidents)
    assert set(kind["kind"]) == {"one-sided"}
    assert 0 < len(kind) < len(incidents)
    actor = str(incidents["actor_a"].iloc[0])
    kept = IncidentFilters(actors=(actor,)).apply(incidents)
    assert ((kept["actor_a"] == actor) | (kept["actor_b"] == actor)).all()
    assert 0 < len(kept) < len(incidents)
    assert IncidentFilters(deaths=5).apply(incidents)["deaths_best"].min() >= 5
    ring = ((15.0, 3.0), (17.0, 3.0), (17.0, 6.0), (15.0, 6.0))
    inside = IncidentFilters(area=ring).apply(incidents)
    assert inside["lon"].between(15, 17).all()
    assert 0 < len(inside) < len(incidents)
    assert len(IncidentFilters().apply(incidents)) == len(incidents)


def test_a_filter_of_incidents_reaches_the_map_and_no_class():
    app = opened("explore.py")
    before, figures = content(app), [m.value for m in app.metric]
    app.multiselect(key="q_incident_kinds").set_value(["one-sided"]).run()
    assert not app.exception
    after = content(app)
    assert 0 < len(after["incidents"]["p"]) < len(before["incidents"]["p"])
    assert [m.value for m in app.metric] == figures
    assert after["sites"] == before["sites"]


def test_trade_lines_are_those_of_the_sites_shown():
    import pandas as pd
    import shapely

    from layers.maps import map_content

    line = shapely.LineString([(15, 4), (16, 5)])
    routes = [None, pd.DataFrame({"site_id": ["1", "2"], "geometry": [line, line]})]
    assert len(map_content.trade_lines(routes)) == 2
    assert len(map_content.trade_lines(routes, {"2"})) == 1
