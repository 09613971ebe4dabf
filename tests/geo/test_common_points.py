"""Distances from several places that no point can have are found; those of a true point never are."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.spatial.common_points import LEAST, misfit_m
from tests.examples import examples

GEOD = Geod(ellps="WGS84")


def measured(seed: int, scale: float, lat: float, number: int):
    """Places around a point, at `scale` degrees, and their distances to one more, written to a millimetre."""
    random = np.random.default_rng(seed)
    lon, at = 20 + random.normal(0, scale, number), lat + random.normal(0, scale, number)
    x, y = np.full(number, 20 + random.normal(0, scale)), np.full(number, lat + random.normal(0, scale))
    return lon, at, np.round(GEOD.inv(lon, at, x, y)[2], 3)


@settings(max_examples=examples(60))
@given(st.integers(0, 10_000), st.sampled_from([0.001, 0.1, 2.0]), st.floats(-70, 70), st.integers(3, 30))
def test_true_distances_meet(seed, scale, lat, number):
    lon, at, away = measured(seed, scale, lat, number)
    misfit = misfit_m(lon, at, away, np.zeros(number, np.int64))
    assert np.isnan(misfit[0]) or misfit[0] < 0.01


def test_a_place_or_a_distance_that_was_changed_is_found_nearly_always():
    found = 0
    for seed in range(100):
        lon, at, away = measured(seed, 0.2, 5.0, 6)
        if seed % 2:
            lon[seed % 6] += 0.05
        else:
            away[seed % 6] += 1000.0
        found += bool(misfit_m(lon, at, away, np.zeros(6, np.int64))[0] > 0.05)
    assert found > 95


def test_two_places_say_nothing_and_things_are_told_apart():
    lon, at, away = measured(1, 0.2, 5.0, 6)
    few = misfit_m(lon[:2], at[:2], away[:2], np.zeros(2, np.int64))
    assert LEAST == 3
    assert np.isnan(few[0])
    other = measured(2, 0.2, 5.0, 6)
    other[2][0] += 5000.0
    both = [np.concatenate(pair) for pair in zip((lon, at, away), other, strict=True)]
    misfit = misfit_m(*both, np.repeat([0, 1], 6))
    assert misfit[0] < 0.01 < misfit[1]
    assert len(misfit_m(lon[:0], at[:0], away[:0], np.zeros(0, np.int64))) == 0
