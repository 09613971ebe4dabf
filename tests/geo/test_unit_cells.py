"""Points in units by compiled loops: what GEOS says, for every point, in whatever polygons."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.spatial import unit_cells
from geo.spatial.polygon_edges import wrap
from geo.spatial.polygons import Boundaries, locate, locate_all
from geo.spatial.unit_cells import OTHERS, UnitCells
from tests.examples import examples

pytest.importorskip("numba")


@pytest.fixture(autouse=True)
def compiled(monkeypatch):
    monkeypatch.setenv("CAHRA_COMPILED", "always")


def units(*shapes):
    frame = pd.DataFrame({"unit": [f"u{(7 * i) % 5}" for i in range(len(shapes))], "level": 2})
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    return Boundaries(frame, geometry)


def both(lon, lat, shapes):
    """Asserts that either answer is the same compiled and by GEOS alone; the answers of the grid."""
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    asked = units(*shapes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAHRA_COMPILED", "0")
        want, single = locate_all(lon, lat, asked), locate(lon, lat, asked)
    assert "cells" not in asked._kept
    np.testing.assert_array_equal(locate_all(lon, lat, asked), want)
    np.testing.assert_array_equal(locate(lon, lat, asked), single)
    cells: UnitCells = asked._kept["cells"]
    found, first = cells.holders(wrap(lon), lat, False), cells.holders(wrap(lon), lat, True)
    for one in (found, first):
        np.testing.assert_array_equal(one[one != OTHERS], single[one != OTHERS])
    assert not ((first == OTHERS) & (found != OTHERS)).any()
    return found


def blob(rng, lon, lat, size, n):
    angle = np.sort(rng.uniform(0, 2 * np.pi, n))
    radius = size * rng.uniform(0.3, 1.0, n)
    return shapely.make_valid(
        shapely.Polygon(np.column_stack((lon + radius * np.cos(angle), lat + radius * np.sin(angle))))
    )


@pytest.mark.parametrize("side", [1, 7, 512])
def test_many_points_in_overlapping_units_with_holes_and_parts(monkeypatch, side):
    monkeypatch.setattr(unit_cells, "SIDE", side)
    rng = np.random.default_rng(5)
    shapes = [blob(rng, *rng.uniform(0, 10, 2), rng.uniform(0.01, 3), int(rng.integers(3, 300))) for _ in range(30)]
    shapes[3] = shapes[3].difference(shapely.box(2, 2, 4, 4))
    shapes[4] = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 9), shapely.box(9.5, 0, 9.6, 9)])
    shapes[5] = shapely.Polygon(shapely.box(1, 1, 9, 9).exterior, [shapely.box(2, 2, 8, 8).exterior])
    shapes[6], shapes[7] = None, shapely.Polygon()
    lon, lat = rng.uniform(-1, 11, (2, 20_000))
    found = both(lon, lat, shapes)
    assert (found == OTHERS).any()
    assert (found >= 0).any()
    asked = units(*shapes)
    point, _ = locate_all(lon, lat, asked)
    assert (np.bincount(point) > 1).sum() > 100
    assert not (asked._kept["cells"].holders(lon, lat, True) == OTHERS).any()


def test_neighbours_share_edges_and_long_edges_cross_many_cells():
    cut = np.array([[0.0, 0.0], [3.0, 0.7], [9.0, 0.1], [10.0, 10.0], [9.5, 3.0], [0.3, 9.9]])
    shapes = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(cut)))
    rng = np.random.default_rng(6)
    found = both(rng.uniform(-3, 13, 20_000), rng.uniform(-3, 13, 20_000), shapes)
    assert (found == OTHERS).sum() < 10
    ends = np.concatenate([shapely.get_coordinates(s) for s in shapes])
    along = shapely.line_interpolate_point(shapely.get_exterior_ring(shapes)[:, None], np.linspace(0, 40, 500)).ravel()
    on = np.concatenate((ends, shapely.get_coordinates(along)))
    for shift in (0.0, 1e-16, -1e-15, 1e-14, 1e-12):
        both(on[:, 0] + shift, on[:, 1] - shift, shapes)


def test_limits():
    whole = shapely.box(-180, -90, 180, 90)
    tiny = shapely.box(20, 4, 20 + 1e-9, 4 + 1e-9)
    lon = [180.0, -180.0, 540.0, np.nan, 0.0, 20.0, 20 + 5e-10, 200.0, 0.0, 179.99999999]
    lat = [0.0, 90.0, 1.0, 0.0, -90.0, 4.0, 4 + 5e-10, 0.0, np.nan, 89.99999999]
    assert both(lon, lat, [whole, tiny])[3] == -1
    both(lon, lat, [tiny])
    both(lon, lat, [None, shapely.Polygon()])
    both([], [], [whole])
    assert both([0.1, 0.3], [0.1, 0.1], [shapely.box(0, 0, 0.2, 0.2)]).tolist() == [0, -1]
    lon, lat = np.array([[0.5], [0.5]])
    lon.setflags(write=False)
    both(lon, lat, [whole])


def test_lines_among_the_polygons_are_left_to_geos():
    mixed = shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.LineString([(2, 0), (2, 2)])])
    asked = units(mixed)
    assert locate([0.5, 2.0, 3.0], [0.5, 1.0, 1.0], asked).tolist() == [0, 0, -1]
    assert "cells" not in asked._kept


lattice = st.tuples(st.integers(0, 12), st.integers(0, 12))


@settings(max_examples=examples(150), deadline=None)
@given(
    st.lists(st.lists(lattice, min_size=3, max_size=7, unique=True), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(-2, 28), st.integers(-2, 28)), min_size=1, max_size=30),
    st.sampled_from([0.0, 1e-16, 1e-13, 1e-9]),
    st.sampled_from([1.0, 0.1, 1 / 3]),
)
def test_points_on_a_lattice_many_of_them_on_edges(corners, halves, shift, size):
    polygons = [shapely.make_valid(shapely.Polygon(np.array(c, dtype=float) * size)) for c in corners]
    shapes = [p for p in polygons if isinstance(p, shapely.Polygon | shapely.MultiPolygon)] or [shapely.box(0, 0, 1, 1)]
    lon, lat = np.array(halves, dtype=float).T / 2 * size
    both(lon + shift, lat, shapes)


def test_the_grid_stays_with_the_boundaries_for_few_points(monkeypatch):
    asked = units(shapely.box(0, 0, 1, 1))
    locate([0.5], [0.5], asked)
    grid = asked._kept["cells"]
    monkeypatch.setenv("CAHRA_COMPILED", "0")
    assert locate([0.5], [0.5], asked).tolist() == [0]
    assert asked._kept["cells"] is grid
