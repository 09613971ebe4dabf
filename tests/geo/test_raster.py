"""The density surface: mass kept, peak where the points are, within a pixel on a web map."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from geo.spatial.density import MAX_SIDE, STEPS, density, picture
from tests.examples import examples


@settings(max_examples=examples(25), deadline=None)
@given(st.lists(st.tuples(st.floats(14, 30), st.floats(-10, 11)), min_size=1, max_size=40))
def test_the_surface_holds_every_point_once(points):
    lon, lat = np.array(points).T
    values, _crs, (_left, _top, cell) = density(lon, lat)
    assert values.sum() * (cell / 1000) ** 2 / 1000 == pytest.approx(len(points), rel=1e-3)


@pytest.mark.parametrize(("lon", "lat"), [(16.0, 4.0), (28.0, -2.0), (3.0, 16.5), (25.0, -30.0)])
def test_the_peak_lies_within_a_pixel_of_the_point_on_a_web_map(lon, lat):
    made = picture(np.array([lon]), np.array([lat]))
    alpha = made.rgba[..., 3].astype(float)
    mercator = Transformer.from_crs(4326, 3857, always_xy=True)
    west, south = mercator.transform(made.west, made.south)
    east, north = mercator.transform(made.east, made.north)
    rows, columns = alpha.shape
    weight = np.where(alpha == alpha.max(), 1.0, 0.0)
    x = west + ((weight.sum(0) * (np.arange(columns) + 0.5)).sum() / weight.sum()) * (east - west) / columns
    y = north - ((weight.sum(1) * (np.arange(rows) + 0.5)).sum() / weight.sum()) * (north - south) / rows
    there = mercator.transform(lon, lat)
    assert abs(x - there[0]) < (east - west) / columns
    assert abs(y - there[1]) < (north - south) / rows


def test_a_picture_is_small_has_few_colours_and_none_comes_from_nothing():
    rng = np.random.default_rng(3)
    made = picture(rng.uniform(12, 31, 5000), rng.uniform(-13, 11, 5000))
    assert made.rgba.dtype == np.uint8
    assert max(made.rgba.shape[:2]) <= MAX_SIDE
    assert len(np.unique(made.rgba.reshape(-1, 4), axis=0)) <= STEPS
    assert picture(np.array([np.nan]), np.array([1.0])) is None
