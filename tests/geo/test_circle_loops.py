"""Areas within circles have the same bits whether loops are compiled or not."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.spatial.circle_cuts import Sides, areas_in
from geo.spatial.equal_area import Plane
from tests.examples import examples

pytest.importorskip("numba")


def both_ways(sides, which, x, y, corners):
    for column in (which, x, y, corners):
        column.flags.writeable = False
    area, sure = areas_in(sides, which, x, y, corners, False)
    quick, quick_sure = areas_in(sides, which, x, y, corners, True)
    np.testing.assert_array_equal(quick_sure, sure)
    np.testing.assert_array_equal(quick[sure], area[sure])
    return area, sure


def round_corners(n, radius, corners=90):
    turn = np.arange(corners) * 2 * np.pi / corners
    return np.stack((np.tile(np.sin(turn) * radius, (n, 1)), np.tile(np.cos(turn) * radius, (n, 1))))


@settings(deadline=None, max_examples=examples(60))
@given(
    seed=st.integers(0, 2**32 - 1),
    ray=st.lists(st.floats(0.05, 1), min_size=3, max_size=70),
    lat=st.floats(-65, 65),
    lon=st.sampled_from([0.0, 179.9, -179.95]),
    radius_m=st.sampled_from([500.0, 20_000.0, 150_000.0]),
)
def test_shares_of_units_with_holes_and_parts(seed, ray, lat, lon, radius_m):
    rng = np.random.default_rng(seed)
    turn, centre = np.arange(len(ray)) * 2 * np.pi / len(ray), np.array([lon, lat])
    star = np.column_stack((np.cos(turn) * ray, np.sin(turn) * ray))
    part = shapely.Polygon(centre + [-1.5, 0] + star[::-1] * 0.2)
    whole = shapely.union_all([shapely.Polygon(centre + star, [centre + star * 0.3]), part])
    units = shapely.intersection(
        np.array([whole, shapely.Polygon(centre + star * 0.1)]), shapely.box(-180, -90, 180, 90)
    )
    which = rng.integers(0, 2, 40)
    x, y = lon + rng.normal(0, 0.7, 40), lat + rng.normal(0, 0.7, 40)
    # A place on a corner is left to GEOS, whatever counts it.
    x[:3], y[:3] = (centre + star[:3]).T
    shares = [Plane(units, compiled).shares(which, x, y, radius_m) for compiled in (False, True)]
    np.testing.assert_array_equal(*shares)


@pytest.mark.parametrize("corners", [3, 4, 16, 17, 90])
def test_edges_that_end_where_corners_stand(corners):
    """Along the axes, through the corners of circles, along their sides, and far from them."""
    steps = np.arange(-4, 5) * 0.25
    shapes = [
        shapely.box(a, b, a + w, b + h) for a in steps for b in steps for w, h in ((0.5, 0.5), (1.0, 0.25), (3, 3))
    ]
    sides = Sides(np.array([*shapes, shapely.Polygon()]))
    shapely.prepare(sides.polygons)
    which = np.arange(len(shapes) + 1)
    zero = np.zeros(len(which))
    for radius in (1.0, 0.5, 2**-0.5):
        area, sure = both_ways(sides, which, zero, zero.copy(), round_corners(len(which), radius, corners))
        cut = shapely.intersection(sides.polygons, shapely.Polygon(round_corners(1, radius, corners)[:, 0].T))
        np.testing.assert_allclose(area[sure], shapely.area(cut)[sure], atol=1e-12)
        assert sure.any()


def test_a_circle_that_is_none_is_not_relied_on():
    sides = Sides(np.array([shapely.box(-1, -1, 1, 1)]))
    shapely.prepare(sides.polygons)
    bent = round_corners(1, 0.5)
    bent[:, 0, 7] *= 0.5
    _, sure = both_ways(sides, np.zeros(1, np.int64), np.zeros(1), np.zeros(1), bent)
    assert not sure.any()
    none = np.zeros(0)
    area, _ = both_ways(sides, np.zeros(0, np.int64), none, none.copy(), np.zeros((2, 0, 90)))
    assert len(area) == 0
