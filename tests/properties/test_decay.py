"""Sums that fade with distance and time equal a sum over every pair through pyproj.Geod."""

from __future__ import annotations

from unittest import mock

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.spatial import fading_tiles
from geo.spatial.decay import Fading
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
    around = Fading(lon, lat, x, y, when, group, 2, **REACH)
    got = around.sums(day, window)
    np.testing.assert_allclose(got, by_hand(lon, lat, day, x, y, when, group, 2, window), rtol=1e-7, atol=1e-9)


def test_the_radius_is_inclusive_and_what_is_a_hair_beyond_is_out():
    x, y, _ = GEOD.fwd(20.0, 6.0, 70.0, REACH["radius_m"])
    metres = GEOD.inv(20.0, 6.0, x, y)[2]
    one = np.array([0])
    for radius, some in ((metres, True), (np.nextafter(metres, 0) - 1e-6, False)):
        around = Fading(
            np.array([20.0]), np.array([6.0]), np.array([x]), np.array([y]), one, one, 1, **REACH | {"radius_m": radius}
        )
        assert (around.sums(one, np.array([10]))[0, 0] > 0) == some
        assert (around.at(0, 10)[0, 0] > 0) == some


@settings(max_examples=examples(25), deadline=None)
@given(seed=st.integers(0, 2**32 - 1), days=st.lists(st.integers(14_000, 16_500), min_size=1, max_size=5))
def test_date_after_date_gives_the_bits_of_each_alone(seed, days):
    rng = np.random.default_rng(seed)
    n, m = 5, 60
    lon, lat = 20 + rng.normal(0, 1.0, n), 5 + rng.normal(0, 1.0, n)
    lon[0] = np.nan
    x, y = rng.choice(20 + rng.normal(0, 1.0, 8), m), 5 + rng.normal(0, 1.0, m)
    when, group = rng.integers(12_000, 16_600, m), rng.integers(0, 2, m)
    held = Fading(lon, lat, x, y, when, group, 2, **REACH)
    for day in days:
        for window in (40, 2000):
            alone = Fading(lon, lat, x, y, when, group, 2, **REACH).sums(np.full(n, day), np.full(n, window))
            np.testing.assert_array_equal(held.at(day, window), alone)
    many = np.array([*days, *[days[0]] * n])[:n]
    several = held.sums(many, np.full(n, 2000))
    for i, day in enumerate(many):
        np.testing.assert_array_equal(several[:, i], held.at(int(day), 2000)[:, i])


@settings(max_examples=examples(25), deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    place=st.sampled_from([(20.0, 5.0), (179.9, 0.0), (0.0, 89.5), (25.0, -33.0), (-179.8, -64.0)]),
    wide=st.sampled_from([0.01, 1.5, 5.0]),
    crowd=st.sampled_from([500, fading_tiles.CROWD]),
    columns=st.sampled_from([7, fading_tiles.WIDE]),
)
def test_sites_taken_together_are_rounded_like_each_alone(seed, place, wide, crowd, columns):
    rng = np.random.default_rng(seed)
    n, m, day, window = 40, 300, 16_000, 3653
    lon = (place[0] + rng.normal(0, wide, n) + 180) % 360 - 180
    lat = np.clip(place[1] + rng.normal(0, wide, n), -90, 90)
    x = (place[0] + rng.normal(0, wide, m) + 180) % 360 - 180
    y = np.clip(place[1] + rng.normal(0, wide, m), -90, 90)
    x[:5], y[:5] = lon[:5], lat[:5]
    x[5:9], y[5:9], _ = GEOD.fwd(lon[5:9], lat[5:9], np.full(4, 40.0), np.full(4, REACH["radius_m"]))
    lon[-1] = np.nan
    when, group = rng.integers(11_000, 16_200, m), rng.integers(0, 2, m)
    around = Fading(lon, lat, x, y, when, group, 2, **REACH)
    exact = around.sums(np.full(n, day), np.full(n, window)).max(axis=0)
    with mock.patch.multiple(fading_tiles, WORTH=0, CROWD=crowd, WIDE=columns, RINGS=crowd):
        got = around.most(np.full(n, day), np.full(n, window), 6)
    np.testing.assert_array_equal(np.round(got, 6), np.round(exact, 6))
    np.testing.assert_array_equal(got > 0, exact > 0)

    rows = np.flatnonzero((when <= day) & (when > day - window))
    weight = np.zeros((2, len(rows)))
    weight[group[rows], np.arange(len(rows))] = np.exp((when[rows] - day) / REACH["scale_days"])
    reach = {name: REACH[name] for name in ("radius_m", "scale_m")}
    near = fading_tiles.faded(lon[:-1], lat[:-1], x[rows], y[rows], weight, **reach)
    off = np.abs(near.sums.max(axis=0) - exact[:-1])
    assert (off <= near.error)[~near.open].all()
    assert near.error.max() < 1e-8


@settings(max_examples=examples(25), deadline=None)
@given(seed=st.integers(0, 2**32 - 1), crowd=st.integers(1, 50))
def test_tiles_of_a_crowd_are_halved_and_hold_neighbours(seed, crowd):
    rng = np.random.default_rng(seed)
    lon, lat = 20 + rng.normal(0, rng.choice([0.01, 0.5, 3.0]), 300), rng.normal(5, 0.5, 300)
    tile = fading_tiles._tiles(lon, lat, crowd)
    for one in np.unique(tile):
        mine = tile == one
        assert np.ptp(lat[mine]) <= fading_tiles.TILE_DEG
        least = np.ptp(lat[mine]) <= fading_tiles.LEAST_DEG and np.ptp(lon[mine]) <= 1.1 * fading_tiles.LEAST_DEG
        assert mine.sum() <= crowd or least
