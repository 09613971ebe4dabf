"""Incidents of whole countries: the window, any precision, and the source that knows of most."""

from __future__ import annotations

import numpy as np

from geo.records.incidents import prepare
from geo.time_window import to_days
from jobs.screening.country_counts import country_counts
from tests import frames


def counted(*incidents, country=("CAF",), as_of="2020-12-31"):
    given = [{"day": "2020-06-01", "country": "CAF", "deaths_best": 2.0, **i} for i in incidents]
    days = np.repeat(to_days([as_of]), len(country))
    events, deaths = country_counts(prepare(frames.incidents(*given)), np.array(country, object), days, 12)
    return events.tolist(), deaths.tolist()


def test_incidents_of_any_precision_count_in_their_country():
    assert counted({"precision": 6}, {"precision": 1}, {"country": "COD"}) == ([2], [4])
    assert counted({}, country=("COD", "CAF", "")) == ([0, 1, 0], [0, 2, 0])


def test_the_window_ends_with_the_date_and_begins_a_year_before():
    assert counted({"day": "2019-12-31"}, {"day": "2020-01-01"}, {"day": "2021-01-01"}) == ([1], [2])


def test_of_sources_the_one_with_most_incidents_and_they_are_never_added():
    assert counted({"source": "one", "deaths_best": 9.0}, {"source": "two"}, {"source": "two"}) == ([2], [4])
    assert counted({"source": "one", "deaths_best": 9.0}, {"source": "two"}) == ([1], [9])


def test_an_incident_without_deaths_is_none_here():
    assert counted({"deaths_best": 0.0}) == ([0], [0])
