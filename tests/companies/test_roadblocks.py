"""Roadblocks along routes: which visit of a site counts, how near it is, and for how long."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo.screening.route_exposure import RouteSettings, cut
from geo.time_window import to_days
from jobs.screening.roadblocks import roadblocks

SETTINGS = RouteSettings(segment_km=10, months=12)
LINE = np.array([[20.0, 0.0], [20.0, 0.25]])
"""27.6 km to the north."""
HERE = {"source": "own", "site_id": "a", "lon": 20.0, "lat": 0.05, "informative": True, "roadblock": True}


def counted(*visits, as_of="2020-12-31"):
    """Roadblocks and armed ones of each segment, then of the whole route."""
    rows = [{"visit_date": "2020-06-01", "armed_roadblock": False, **HERE, **visit} for visit in visits]
    table = pd.DataFrame(rows)
    table["visit_date"] = pd.to_datetime(table["visit_date"])
    by_segment, armed, of_route, armed_of_route = roadblocks(cut([LINE], SETTINGS), to_days([as_of]), table, SETTINGS)
    assert of_route.shape == armed_of_route.shape == (1,)
    return by_segment.tolist(), armed.tolist(), int(of_route[0]), int(armed_of_route[0])


def test_a_roadblock_counts_once_a_segment_and_once_a_route():
    assert counted({"armed_roadblock": True, "lat": 0.02}) == ([1, 0, 0], [1, 0, 0], 1, 1)
    assert counted({"lat": 0.25 / 3}) == ([1, 1, 0], [0, 0, 0], 1, 0), "near both of them"


def test_two_sites_are_two_and_one_that_is_not_armed_is_no_armed_one():
    found = counted({}, {"site_id": "b", "armed_roadblock": True})
    assert found[2:] == (2, 1)
    assert counted({}, {"source": "another"})[2] == 2


@pytest.mark.parametrize("newer", [{"roadblock": False}, {"roadblock": pd.NA}])
def test_a_newer_visit_that_found_none_ends_it(newer):
    later = {"visit_date": "2020-09-01", **newer}
    assert counted({}, later)[2] == 0
    assert counted({}, later, as_of="2020-08-31")[2] == 1, "nobody had been there yet"
    assert counted({}, later | {"informative": False})[2] == 1


def test_the_window_and_the_date_decide():
    assert counted({"visit_date": "2019-12-31"})[2] == 0
    assert counted({"visit_date": "2020-01-01"})[2] == 1
    assert counted({"visit_date": "2021-01-01"})[2] == 0


def test_far_from_the_route_or_nowhere_it_is_none():
    away = SETTINGS.roadblock_km / 111.3
    assert counted({"lon": 20.0 + 0.9 * away})[2] == 1
    assert counted({"lon": 20.0 + 1.1 * away})[2] == 0
    assert counted({"lon": np.nan})[2] == 0
    assert counted({"roadblock": False})[2] == 0
