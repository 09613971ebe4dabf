"""Filters of incidents: each does what it says, reach map and months, and change no class."""

from __future__ import annotations

import pytest

from jobs.assessment.incident_filters import IncidentFilters, unit_keys
from tests.frames import squares
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


def test_a_district_keeps_the_incidents_in_its_polygon_or_of_its_label(incidents):
    shapes = squares({"Ouaka": (14.0, 3.0, 16.0, 5.0)}, level=1)
    frame = incidents.head(4).assign(
        country="CAF", admin1="Lobaye province", lon=[15.0, 15.0, 20.0, 15.0], lat=[4.0] * 4, precision=[1, 4, 1, 2]
    )
    assert unit_keys(frame, [shapes], 1).tolist() == ["CAF|ouaka", "CAF|lobaye", "CAF|lobaye", "CAF|ouaka"]
    kept = IncidentFilters(admin1=("CAF|ouaka",)).apply(frame, [shapes])
    assert kept.index.tolist() == [frame.index[0], frame.index[3]]


def test_filters_and_colours_come_back_from_the_link_and_leave_in_the_exports():
    app = opened("explore.py", incident_kinds="one-sided", incident_deaths="3", colour="mineral", admin1="nowhere")
    assert not app.exception
    assert app.multiselect(key="q_incident_kinds").value == ["one-sided"]
    assert app.number_input(key="q_incident_deaths").value == 3
    assert (app.query_params["incident_kinds"], app.query_params["colour"]) == ("one-sided", "mineral")
    made = content(app)
    assert made["colour"] == "mineral"
    assert made["incidents"]["p"] == ""  # none lies in a region that is not there
    assert any("Filtered: 0 of" in note for note in made["legend"]["notes"])
