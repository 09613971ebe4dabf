"""What followed at a place, counts before a date, and points drawn at random."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.backtest import baselines
from geo.backtest.outcome import NEAR, Outcome, dates_between, events_in_windows, outcome_of, outcomes
from geo.backtest.random_points import area_above_equator, random_points
from geo.errors import InputError
from geo.records.incidents import prepare
from geo.spatial.geodesic import geodesic_m
from geo.time_window import months_before, to_dates, to_days
from tests import frames
from tests.backtest import brute
from tests.examples import examples

T = to_days(["2016-12-31"])


def hit(*rows, lon=20.0, lat=6.0, outcome=None):
    found = outcomes(np.array([lon]), np.array([lat]), prepare(frames.incidents(*rows)), T, outcome or Outcome())
    return bool(found[0][0, 0]), bool(found[1][0, 0])


@pytest.mark.parametrize(
    ("row", "then", "before"),
    [
        ({"day": "2016-12-31"}, False, True),
        ({"day": "2017-01-01"}, True, False),
        ({"day": "2017-12-31"}, True, False),
        ({"day": "2018-01-01"}, False, False),
        ({"day": "2016-01-01"}, False, True),
        ({"day": "2015-12-31"}, False, False),
        ({"day": "2017-06-01", "precision": 2}, False, False),
        ({"day": "2017-06-01", "deaths_best": 0.0, "deaths_high": 9.0}, False, False),
        ({"day": "2017-06-01", "effect": "none"}, False, False),
        # It begins before the date and lasts into the window: known at the date, not what followed.
        ({"date_start": "2016-12-30", "date_end": "2017-02-01"}, False, True),
    ],
)
def test_what_counts_as_a_hit(row, then, before):
    assert hit(row) == (then, before)


def test_the_radius_is_inclusive_and_geodesic():
    lat = 6.0 + 20_000 / 110_600
    metres = float(geodesic_m(20.0, 6.0, 20.0, lat))
    day = {"day": "2017-06-01", "lat": lat}
    assert hit(day, outcome=Outcome(radius_km=metres / 1000))[0]
    assert not hit(day, outcome=Outcome(radius_km=(metres - 0.01) / 1000))[0]


def test_sources_are_never_added_together():
    two = [{"day": "2017-06-01"}, {"day": "2017-06-01", "source": "acled"}]
    assert not hit(*two, outcome=Outcome(events=2))[0]
    assert hit(*two, {"day": "2017-06-02", "record_id": "x"}, outcome=Outcome(events=2))[0]


@pytest.mark.parametrize(
    "text",
    ["events=0", "events=1.5", "radius_km=0", "km=20", "months", "events=1,events=2", "months=nan", "radius_km=x"],
)
def test_an_outcome_that_cannot_be_read_says_what_is_expected(text):
    with pytest.raises(InputError, match=r"--outcome: The outcome cannot be read\. Expected: events="):
        outcome_of(text)


def test_an_outcome_is_written_as_it_is_read():
    assert outcome_of("") == outcome_of("events=1, radius_km=20, months=12") == Outcome()
    other = Outcome(2, 7.5, 24)
    assert outcome_of(other.text()) == other


@given(st.dates(dt.date(1990, 1, 1), dt.date(2020, 12, 31)), st.integers(1, 30), st.integers(0, 20))
def test_dates_step_by_calendar_months(first, step, count):
    last = brute.months_later(first, step * count)
    days = dates_between(to_days([first]), to_days([last]), step)
    expected = [brute.months_later(first, step * i) for i in range(count + 1)]
    assert to_dates(days).astype("datetime64[D]").tolist() == expected


@settings(max_examples=examples(40), deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 900), st.integers(0, 400), st.integers(1, 3), st.integers(0, 2), st.integers(0, 40)),
        max_size=12,
    ),
    st.booleans(),
)
def test_all_windows_at_once_are_the_windows_one_by_one(rows, by_start):
    made = []
    for first, length, precision, best, km in rows:
        start = np.datetime64("2014-01-01") + first
        made.append(
            {"date_start": start, "date_end": start + length, "precision": precision, "deaths_best": float(best),
             "lat": 6.0 + km / 110.6, "source": "ucdp" if km % 2 else "acled"}
        )  # fmt: skip
    incidents = prepare(frames.incidents(*made))
    days = dates_between(to_days(["2014-03-31"]), to_days(["2016-12-31"]), 4)
    after = months_before(days, 6)
    lon, lat = np.array([20.0, 20.1]), np.array([6.0, 6.1])
    found = events_in_windows(lon, lat, incidents, NEAR, radius_m=20_000.0, after=after, until=days, by_start=by_start)
    for point in range(2):
        for i, day in enumerate(days):
            count = {"ucdp": 0, "acled": 0}
            for row in made:
                start, end = to_days([row["date_start"]])[0], to_days([row["date_end"]])[0]
                near = geodesic_m(lon[point], lat[point], 20.0, row["lat"]) <= 20_000
                inside = start <= day and (start if by_start else end) > after[i]
                count[row["source"]] += bool(near and inside and row["precision"] <= 2 and row["deaths_best"] >= 1)
            assert found[point, i] == max(count.values())


def test_the_regions_deaths_are_summed_by_source_and_precision():
    rows = [
        {"day": "2016-06-01", "deaths_best": 10.0},
        {"day": "2016-06-02", "deaths_best": 9.0, "precision": 4},
        {"day": "2016-06-03", "deaths_best": 90.0, "precision": 5},
        {"day": "2016-06-04", "deaths_best": 12.0, "source": "acled"},
        {"day": "2015-06-04", "deaths_best": 70.0},
    ]
    incidents = prepare(frames.incidents(*rows))
    found = baselines.region_deaths(np.array([4, 0, -1]), np.full(len(incidents), 4), incidents, T)
    assert found[:2, 0].tolist() == [19.0, 0.0]
    assert np.isnan(found[2, 0])


# Random points


def test_area_by_the_closed_form_and_by_counting():
    lat = np.linspace(-90, 90, 200_001)
    phi = np.radians(lat)
    e2 = 0.0066943799901413165
    strip = np.cos(phi) / (1 - e2 * np.sin(phi) ** 2) ** 2
    below = np.concatenate(([0], np.cumsum((strip[1:] + strip[:-1]) / 2)))
    share = below / below[-1] * 2 - 1
    assert np.abs(share - area_above_equator(lat)).max() < 1e-9


def test_random_points_are_uniform_on_the_ellipsoid_and_drawn_once_where_units_overlap():
    # Two overlapping boxes up to 80 degrees north: most of the ground is in the south.
    boxes = frames.squares({"A": (0, 0, 10, 60), "B": (5, 30, 15, 80)}, level=1)
    lon, lat, unit = random_points(boxes, 20_000, 7)
    low, high = area_above_equator(np.array([0.0, 30.0])), area_above_equator(np.array([60.0, 80.0]))
    areas = {
        "south of 30": 10 * (area_above_equator(30.0) - low[0]),
        "overlap": 5 * (high[0] - low[1]),
        "all": 10 * (high[0] - low[0]) + 10 * (high[1] - low[1]) - 5 * (high[0] - low[1]),
    }
    assert (lat < 30).mean() == pytest.approx(areas["south of 30"] / areas["all"], abs=0.012)
    both = (lon > 5) & (lon < 10) & (lat > 30) & (lat < 60)
    assert both.mean() == pytest.approx(areas["overlap"] / areas["all"], abs=0.012)
    assert set(unit[both]) == {0}  # the unit whose name sorts first holds it
    inside = shapely.intersects_xy(boxes.geometry[unit], lon, lat)
    assert inside.all()


def test_random_points_follow_their_seed():
    boxes = frames.squares({"A": (0, 0, 10, 60)}, level=1)
    one, two, other = (random_points(boxes, 50, seed) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert not np.array_equal(one[0], other[0])


def test_boundaries_without_area_are_refused():
    with pytest.raises(InputError, match="No points can be drawn"):
        random_points(frames.squares({"A": (3, 3, 3, 3)}, level=1), 5, 0)
