"""Sums within circles and polygons: analytic, conserved, the same by windows, equal to a peer on real data."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.rasters.circles import rings
from geo.rasters.cover import Shapes, Tally
from geo.rasters.grid import CELLS, Grid, ground_areas_km2, lattice
from geo.rasters.windows import batches, windows
from tests.examples import examples

GEOD = Geod(ellps="WGS84")


@settings(max_examples=examples(40), deadline=None)
@given(st.floats(-180, 180), st.floats(-89.5, 89.5), st.sampled_from([500.0, 5_000.0, 20_000.0, 150_000.0]))
def test_corners_of_a_circle_lie_at_its_radius(lon, lat, radius):
    x, y = rings(np.array([lon]), np.array([lat]), radius)
    away = GEOD.inv(np.full(x.shape[1], lon), np.full(x.shape[1], lat), x[0], y[0])[2]
    if 90 - abs(lat) > radius / 110_000:  # around a pole the ring follows the edge of the map
        assert np.abs(away / radius - 1).max() < 0.002
        area = abs(GEOD.geometry_area_perimeter(shapely.Polygon(np.column_stack((x[0], y[0]))))[0])
        assert area == pytest.approx(np.pi * radius**2, rel=2e-3)
    assert np.isfinite(x).all()
    assert np.isfinite(y).all()


@settings(max_examples=examples(40), deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans(), st.booleans())
def test_parts_of_the_ground_hold_all_that_the_raster_holds(seed, south_up, rotated):
    rng = np.random.default_rng(seed)
    pixels = rng.uniform(0, 100, (23, 31))
    valid = rng.uniform(size=pixels.shape) > 0.2
    turn = 0.03 if rotated else 0.0
    grid = Grid(31, 23, (0.1, turn, 20.0, turn, 0.1 if south_up else -0.1, 5.0))
    x, y = grid.places(np.array([0, 31, 31, 0.0]), np.array([0, 0, 23, 23.0]))
    cells = shapely.get_parts(shapely.voronoi_polygons(
        shapely.multipoints(rng.uniform((x.min(), y.min()), (x.max(), y.max()), (12, 2))),
        extend_to=shapely.box(x.min() - 1, y.min() - 1, x.max() + 1, y.max() + 1)))  # fmt: skip
    tally = Tally(Shapes.of_polygons(np.array(list(cells), dtype=object), grid))
    for row in range(0, 23, 10):
        for column in range(0, 31, 7):
            part = slice(row, row + 10), slice(column, column + 7)
            tally.add(pixels[part], valid[part], row, column)
    assert np.nansum(tally.total) == pytest.approx(pixels[valid].sum(), rel=1e-9)
    assert (tally.covered * np.abs(tally.shapes.area)).sum() == pytest.approx(valid.sum(), rel=1e-9)


def test_brute_force_by_small_parts_of_pixels():
    rng = np.random.default_rng(2)
    pixels, valid = rng.uniform(0, 9, (20, 20)), rng.uniform(size=(20, 20)) > 0.3
    grid = Grid(20, 20, (0.1, 0, 20, 0, -0.1, 6))
    hole = shapely.Polygon(
        [(20.1, 4.2), (21.7, 4.3), (21.2, 5.9), (20.3, 5.5)], [[(20.8, 4.8), (21.2, 4.9), (21, 5.3)]]
    )
    parts = 40
    column, row = np.meshgrid((np.arange(20 * parts) + 0.5) / parts, (np.arange(20 * parts) + 0.5) / parts)
    inside = shapely.contains_xy(hole, *grid.places(column, row))
    amount = np.kron(np.where(valid, pixels, 0), np.ones((parts, parts))) / parts**2
    tally = Tally(Shapes.of_polygons(np.array([hole]), grid))
    tally.add(pixels, valid, 0, 0)
    assert tally.total[0] == pytest.approx(amount[inside].sum(), rel=2e-3)
    assert tally.covered[0] == pytest.approx(np.kron(valid, np.ones((parts, parts)))[inside].mean(), rel=2e-3)


def test_a_circle_over_the_antimeridian_is_whole_and_one_beside_the_raster_is_blank():
    pixels, valid = np.ones((180, 360)), np.ones((180, 360), bool)
    for west in (-180.0, 0.0):
        grid = Grid(360, 180, (1, 0, west, 0, -1, 90))
        x, y = rings(np.array([179.95, -180.0, 179.95, 0.0, 30.0]), np.array([2.0, 2, 70, 2, 2]), 20_000.0)
        tally = Tally(Shapes.of_rings(x, y, grid))
        tally.add(pixels, valid, 0, 0)
        assert tally.covered == pytest.approx(np.ones(5))
        assert tally.total[:2] == pytest.approx(tally.total[4])
    grid = Grid(10, 10, (0.1, 0, 20, 0, -0.1, 6))
    tally = Tally(Shapes.of_rings(*rings(np.array([50.0, 20.0]), np.array([5.5, 5.5]), 5_000.0), grid))
    tally.add(np.zeros((10, 10)), np.ones((10, 10), bool), 0, 0)
    assert np.isnan(tally.total[0])
    assert tally.covered.round(2).tolist() == [0, 0.5]
    assert tally.total[1] == 0, "nobody lives there: looked at, and not the same as blank"


def test_ground_of_pixels_is_geodesic():
    grid = Grid(4, 3, (0.5, 0, 20, 0, -0.5, 61))
    box = shapely.box(20, 60.5, 20.5, 61)
    want = abs(GEOD.geometry_area_perimeter(shapely.segmentize(box, 0.001))[0]) / 1e6
    assert grid.areas_km2(0, 3, 0, 4)[0, 0] == pytest.approx(want, rel=1e-6)
    x, y = lattice(grid, 0, 3, 0, 4)
    assert x.shape == (4, 5)
    assert ground_areas_km2(x, y, 3, 4)[0, 0] == pytest.approx(want, rel=1e-3)
    assert CELLS > 4


@settings(max_examples=examples(30), deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.sampled_from([(1, 500), (16, 16), (128, 128), (400, 500)]), st.integers(50, 50_000)
)
def test_windows_hold_every_box_once_and_are_small(seed, block, most):
    rng = np.random.default_rng(seed)
    grid = Grid(500, 400, (1, 0, 0, 0, -1, 0))
    corner = rng.uniform(-50, 500, (8, 2))
    box = np.column_stack((corner, corner + rng.uniform(0, 60, (8, 2))))
    found = windows(box, grid, block, most)
    seen = np.zeros((400, 500), int)
    for w in found:
        seen[w.row : w.row + w.height, w.column : w.column + w.width] += 1
        assert w.height * w.width <= max(most, block[0] * block[1])
    assert seen.max(initial=0) <= 1
    for c0, r0, c1, r1 in box:
        assert (seen[max(int(r0), 0) : max(int(np.ceil(r1)), 0), max(int(c0), 0) : max(int(np.ceil(c1)), 0)] == 1).all()
    assert [w for group in batches(found, 1000) for w in group] == found


@pytest.mark.real_data
def test_burundi_has_the_people_that_worldpop_gives_it(shared_data):
    from jobs.rasters.measure import circles, within
    from layers.sources.rasters import read_population

    layer = read_population(shared_data / "raster/burundi_worldpop.tif")
    people, share = within(
        layer, [shapely.box(28, -6, 32, 0), shapely.box(28, -6, 29.8, 0), shapely.box(29.8, -6, 32, 0)]
    )
    assert round(people[0]) == 9_131_486
    assert people[1] + people[2] == pytest.approx(people[0])
    assert share[0] < 0.3, "most of the box is no data, and that is not nobody"
    # Figures of exactextract 0.3.0 for the polygons of the same circles (benchmarks/exposure.py asks all 20,000).
    people, share = circles(
        layer, np.array([29.37079906, 29.5345117, 29.349143]), np.array([-3.55925274, -3.27124836, -2.455527]), [20.0]
    )
    assert people[0, :2] == pytest.approx([424793.21426345, 565214.73059897], rel=1e-4)
    assert share[0, 1] == pytest.approx(1)
