"""Sums that fade with distance and time equal a sum over every pair through pyproj.Geod."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.spatial.decay import decayed_sums
from tests.examples import examples

GEOD = Geod(ellps="WGS84")
REACH = {"radius_m": 200_000.0, "scale_m": 30_000.0, "scale_days": 365.0}


def by_hand(lon, lat, day, x, y, when, group, groups, window):
    out = np.zeros((groups, len(lon)))
    for i in range(len(lon)):
        for j in range(len(x)):
            metres = GEOD.inv(lon[i], lat[i], x[j], y[j])[2]
            age = day[i] - when[j]
            if metres <= REACH["radius_m"] and 0 <= age < window[i]:
                out[group[j], i] += np.exp(-metres / REACH["scale_m"] - age / REACH["scale_days"])
    return out


@settings(max_examples=examples(25), deadline=None)
@given(seed=st.integers(0, 2**32 - 1), place=st.sampled_from([(20.0, 5.0), (179.5, 0.0), (0.0, 88.5), (25.0, -33.0)]))
def test_a_sum_over_every_pair(seed, place):
    rng = np.random.default_rng(seed)
    n, m = 6, 40
    lon = (place[0] + rng.normal(0, 1.5, n) + 180) % 360 - 180
    lat = np.clip(place[1] + rng.normal(0, 1.5, n), -90, 90)
    x = (place[0] + rng.normal(0, 1.5, m) + 180) % 360 - 180
    y = np.clip(place[1] + rng.normal(0, 1.5, m), -90, 90)
    day, when = rng.integers(15_000, 16_000, n), rng.integers(11_000, 16_200, m)
    group, window = rng.integers(0, 2, m), np.full(n, 3653)
    got = decayed_sums(lon, lat, day, x, y, when, group, 2, window_days=window, **REACH)
    np.testing.assert_allclose(got, by_hand(lon, lat, day, x, y, when, group, 2, window), rtol=1e-7, atol=1e-9)


def test_the_radius_is_inclusive_and_what_is_a_hair_beyond_is_out():
    x, y, _ = GEOD.fwd(20.0, 6.0, 70.0, REACH["radius_m"])
    metres = GEOD.inv(20.0, 6.0, x, y)[2]
    one = np.array([0])
    for radius, some in ((metres, True), (np.nextafter(metres, 0) - 1e-6, False)):
        around = decayed_sums(
            np.array([20.0]), np.array([6.0]), one, np.array([x]), np.array([y]), one, one, 1,
            window_days=np.array([10]), **REACH | {"radius_m": radius},
        )  # fmt: skip
        assert (around[0, 0] > 0) == some
