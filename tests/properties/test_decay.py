"""Sums that fade with distance and time equal a sum over every pair through pyproj.Geod."""

from __future__ import annotations

import importlib.util
from unittest import mock

import numpy as np
import pytest
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


COMPILED = pytest.param("always", marks=pytest.mark.skipif(not importlib.util.find_spec("numba"), reason="no Numba"))


@pytest.mark.parametrize("compiled", ["0", COMPILED])
@settings(max_examples=examples(25), deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    place=st.sampled_from([(20.0, 5.0), (179.9, 0.0), (0.0, 89.5), (25.0, -33.0), (-179.8, -64.0)]),
    wide=st.sampled_from([0.01, 1.5, 5.0]),
    crowd=st.sampled_from([500, fading_tiles.CROWD]),
    columns=st.sampled_from([7, fading_tiles.WIDE]),
)
def test_sites_taken_together_are_rounded_like_each_alone(compiled, seed, place, wide, crowd, columns):
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
    loops = mock.patch.dict("os.environ", {"CAHRA_COMPILED": compiled})
    with loops, mock.patch.multiple(fading_tiles, WORTH=0, CROWD=crowd, WIDE=columns, RINGS=crowd, FEW=columns):
        got = around.most(np.full(n, day), np.full(n, window), 6)
    np.testing.assert_array_equal(np.round(got, 6), np.round(exact, 6))
    np.testing.assert_array_equal(got > 0, exact > 0)

    rows = np.flatnonzero((when <= day) & (when > day - window))
    weight = np.exp((when[rows] - day) / REACH["scale_days"])
    reach = {name: REACH[name] for name in ("radius_m", "scale_m")}
    with loops:
        near = fading_tiles.faded(lon[:-1], lat[:-1], x[rows], y[rows], weight, group[rows], 2, **reach)
    off = np.abs(near.sums.max(axis=0) - exact[:-1])
    assert (off <= near.error)[~near.open].all()
    assert near.error.max() < 1e-8


def test_what_fades_is_a_polynomial_within_its_bound():
    pytest.importorskip("numba")
    from geo.compiled.fading_loops import FADE_SHARE, PARTS, SCALES, faded

    parts = np.append(np.linspace(-SCALES / PARTS, 0, 100_001), [-1e-300, -np.nextafter(0, 1), -SCALES / PARTS])
    got = np.array([faded(part) for part in parts.tolist()])
    exact = np.exp(parts.astype(np.longdouble) * PARTS)
    assert np.abs(got / exact - 1).max() < FADE_SHARE / 5


@pytest.mark.parametrize("many", [0, 1, 63, 64, 65, 700])
@pytest.mark.parametrize("groups", [1, 3])
def test_compiled_sums_of_few_and_of_many_points_are_those_of_products(monkeypatch, many, groups):
    pytest.importorskip("numba")
    rng = np.random.default_rng(many)
    lon, lat = 20 + rng.normal(0, 1.0, 200), 5 + rng.normal(0, 1.0, 200)
    x, y, weight = 20 + rng.normal(0, 1.0, many), 5 + rng.normal(0, 1.0, many), rng.uniform(0, 1, many)
    group = np.minimum(rng.integers(0, 3, many), groups - 1)
    x[:1] = 60.0
    for column in (lon, lat, x, y, weight, group):
        column.flags.writeable = False
    both = []
    for asked in ("0", "always"):
        monkeypatch.setenv("CAHRA_COMPILED", asked)
        both.append(fading_tiles.faded(lon, lat, x, y, weight, group, groups, radius_m=200_000.0, scale_m=30_000.0))
    products, pairs = both
    np.testing.assert_array_equal(pairs.open, products.open)
    assert (np.abs(pairs.sums - products.sums).max(axis=0) <= pairs.error + products.error)[~pairs.open].all()
    assert pairs.sums.shape == products.sums.shape == (groups, 200)


def test_where_the_polynomial_is_none_products_are_taken(monkeypatch):
    pytest.importorskip("numba")
    monkeypatch.setenv("CAHRA_COMPILED", "always")
    taken = mock.Mock(side_effect=fading_tiles._by_products)
    monkeypatch.setattr(fading_tiles, "_by_products", taken)
    one, zero = np.array([5.0]), np.zeros(1, np.int64)
    near = fading_tiles.faded(one, one, one, one + 1, np.ones(1), zero, 1, radius_m=200_000.0, scale_m=25_000.0)
    assert taken.call_count == 1
    assert near.sums[0, 0] > 0


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
