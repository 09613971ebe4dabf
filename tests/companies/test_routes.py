"""Routes with known exposure, cut and sampled; unit tests and properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.errors import InputError
from geo.records.incidents import prepare
from geo.screening.route_exposure import RouteSettings, cut, incidents_along, sequence, worst
from geo.time_window import to_days
from tests import frames
from tests.examples import examples

GEOD = Geod(ellps="WGS84")
DAY = to_days(["2020-12-31"])


def straight(km, lon=20.0, lat=4.0, azimuth=90.0):
    x, y, _ = GEOD.fwd(lon, lat, azimuth, km * 1000)
    return np.array([[lon, lat], [x, y]])


def beside(line, along_km, off_km):
    """A point `off_km` to the side of a line, `along_km` from its start."""
    azimuth, _, _ = GEOD.inv(*line[0], *line[1])
    x, y, back = GEOD.fwd(*line[0], azimuth, along_km * 1000)
    return GEOD.fwd(x, y, back + 180 + 90, off_km * 1000)[:2] if off_km else (x, y)


def along(line, *incidents, settings=None, error_km=None):
    settings = settings or RouteSettings()
    cut_routes = cut([np.asarray(line)], settings)
    prepared = prepare(frames.incidents(*[{"day": "2020-06-01", "deaths_best": 3.0, **i} for i in incidents]))
    found = incidents_along(cut_routes, prepared, DAY, settings, None if error_km is None else np.array([error_km]))
    return cut_routes, found


def at(line, along_km, off_km, **more):
    lon, lat = beside(line, along_km, off_km)
    return {"lon": lon, "lat": lat, **more}


def test_an_incident_on_the_way_exposes_twice_the_distance():
    line = straight(200)
    _, found = along(line, at(line, 100, 0))
    assert found.routes["exposed_km"].iloc[0] == pytest.approx(40, abs=0.001)
    assert found.routes[["incidents", "deaths", "incidents_certain"]].iloc[0].tolist() == [1, 3, 1]
    assert found.segments["incidents"].tolist() == [0] * 7 + [1] * 6 + [0] * 7, "both limits are inclusive"
    assert found.segments["exposed_km"].sum() == pytest.approx(40, abs=0.001)


def test_an_incident_beside_the_way_exposes_the_chord():
    line = straight(200)
    _, found = along(line, at(line, 95, 12))
    assert found.routes["exposed_km"].iloc[0] == pytest.approx(32, abs=0.01)
    assert found.segments["nearest_incident_m"].min() == pytest.approx(12_000, abs=2)


def test_just_beyond_the_distance_nothing_is_exposed():
    line = straight(200)
    _, found = along(line, at(line, 100, 20.02))
    assert found.routes["exposed_km"].iloc[0] == 0
    assert found.routes["incidents"].iloc[0] == 0
    _, found = along(line, at(line, 100, 19.98))
    assert found.routes["incidents"].iloc[0] == 1


def test_overlapping_circles_are_not_counted_twice_but_incidents_are():
    line = straight(200)
    _, found = along(line, at(line, 90, 0), at(line, 100, 0))
    assert found.routes["exposed_km"].iloc[0] == pytest.approx(50, abs=0.001)
    assert found.routes["incidents"].iloc[0] == 2
    assert found.segments["incidents"].max() == 2


def test_sources_are_never_added():
    line = straight(100)
    one = at(line, 50, 1)
    _, found = along(line, {**one, "record_id": "u"}, {**one, "source": "acled", "dataset": "ACLED", "record_id": "a"})
    assert found.routes["incidents"].iloc[0] == 1
    assert found.routes["deaths"].iloc[0] == 3


def test_the_window_and_deaths_decide_what_counts():
    line = straight(100)
    _, found = along(
        line,
        at(line, 50, 0, day="2019-12-31"),
        at(line, 50, 0, day="2021-01-01"),
        at(line, 50, 0, deaths_best=0.0, deaths_high=2.0),
        at(line, 50, 0, effect="none"),
    )
    assert found.routes["incidents"].iloc[0] == 0
    assert found.routes["incidents_possible"].iloc[0] == 1, "a high estimate above zero is possible, not counted"
    assert found.routes["exposed_km"].iloc[0] == 0


def test_imprecise_places_are_possible_only():
    line = straight(100)
    _, found = along(line, at(line, 50, 40, precision=2), at(line, 50, 0, precision=3))
    got = found.routes[["incidents", "incidents_certain", "incidents_possible"]].iloc[0].tolist()
    assert got == [0, 0, 1]
    assert found.routes["exposed_km_possible"].iloc[0] > 0


def test_the_position_error_of_the_way_narrows_what_is_certain():
    line = straight(100)
    _, found = along(line, at(line, 50, 17), error_km=5.0)
    assert found.routes[["incidents", "incidents_certain", "incidents_possible"]].iloc[0].tolist() == [1, 0, 1]
    _, found = along(line, at(line, 50, 24), error_km=5.0)
    assert found.routes[["incidents", "incidents_certain", "incidents_possible"]].iloc[0].tolist() == [0, 0, 1]


def test_the_worst_segment_has_most_deaths_then_incidents():
    line = straight(100)
    close = RouteSettings(within_km=3)
    cut_routes, found = along(line, at(line, 15, 0), at(line, 15, 1), at(line, 55, 0, deaths_best=50.0), settings=close)
    segments = found.segments.assign(segment=cut_routes.segment_number)
    assert worst(segments, cut_routes.segment_route, 1).tolist() == [6.0]
    cut_routes, found = along(line, settings=close)
    assert np.isnan(worst(found.segments.assign(segment=cut_routes.segment_number), cut_routes.segment_route, 1)).all()


def test_a_way_of_no_length_is_one_segment():
    cut_routes = cut([np.array([[20.0, 4.0]]), np.array([[20.0, 4.0], [20.0, 4.0]])], RouteSettings())
    assert cut_routes.length_m.tolist() == [0, 0]
    assert cut_routes.segment_number.tolist() == [1, 1]


def test_settings_must_be_above_zero():
    with pytest.raises(InputError):
        RouteSettings(segment_km=0)


def test_what_is_met_comes_in_order_with_its_borders():
    cut_routes = cut([straight(100)], RouteSettings())
    codes = np.where(cut_routes.point_m < 50_500, 0, 1)
    codes[cut_routes.point_m > 90_500] = -1
    by_segment, by_route, changes = sequence(cut_routes, codes, ["CAF", "CMR"])
    assert by_route == [["CAF", "CMR"]]
    assert by_segment[0] == ["CAF"]
    assert changes == [["CAF>CMR at 51.0 km"]]


@settings(max_examples=examples(40), deadline=None)
@given(
    st.floats(1, 300), st.floats(0, 360), st.floats(1, 60), st.floats(0.2, 10), st.floats(-60, 60), st.floats(-170, 170)
)
def test_segments_make_up_the_way(km, azimuth, segment, step, lat, lon):
    line = straight(km, lon, lat, azimuth)
    cut_routes = cut([line], RouteSettings(segment_km=segment, step_km=step))
    assert cut_routes.length_m[0] == pytest.approx(km * 1000, abs=0.01)
    assert (cut_routes.to_m - cut_routes.from_m).sum() == pytest.approx(cut_routes.length_m[0], abs=1e-6)
    assert (cut_routes.to_m[:-1] == cut_routes.from_m[1:]).all()
    assert (np.diff(cut_routes.from_m) - segment * 1000 < 1e-6).all()
    first, last = cut_routes.ends()
    _, _, reach = GEOD.inv(cut_routes.lon[:-1], cut_routes.lat[:-1], cut_routes.lon[1:], cut_routes.lat[1:])
    assert (np.asarray(reach) <= step * 1000 + 0.01).all()
    np.testing.assert_allclose([cut_routes.lon[first[0]], cut_routes.lat[first[0]]], line[0])
    np.testing.assert_allclose([cut_routes.lon[last[-1]], cut_routes.lat[last[-1]]], line[1])


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(st.tuples(st.floats(0, 150), st.floats(0, 60)), min_size=1, max_size=8), st.floats(5, 40))
def test_exposure_is_bounded_and_certain_within_nominal_within_possible(places, within):
    line = straight(150)
    cut_routes, found = along(line, *[at(line, a, o) for a, o in places], settings=RouteSettings(within_km=within))
    row = found.routes.iloc[0]
    assert 0 <= row["exposed_km"] <= row["exposed_km_possible"] + 1e-6 <= cut_routes.length_m[0] / 1000 + 2e-6
    assert row["incidents_certain"] <= row["incidents"] <= row["incidents_possible"]
    assert (found.segments["exposed_km"] <= (cut_routes.to_m - cut_routes.from_m) / 1000 + 1e-6).all()
    near = [o for a, o in places if 0 <= a <= 150 and o <= within - 0.02]
    assert row["incidents"] >= len(near)
    assert (found.segments["incidents"] <= row["incidents"]).all()


@settings(max_examples=examples(25), deadline=None)
@given(st.floats(2, 40))
def test_the_length_of_segments_changes_no_total(segment):
    line = straight(150)
    incidents = [at(line, 40, 5), at(line, 60, 15), at(line, 140, 19)]
    _, usual = along(line, *incidents, settings=RouteSettings())
    _, other = along(line, *incidents, settings=RouteSettings(segment_km=segment))
    assert other.routes["incidents"].tolist() == usual.routes["incidents"].tolist()
    assert other.routes["exposed_km"].iloc[0] == pytest.approx(usual.routes["exposed_km"].iloc[0], abs=0.05)
