"""Distances to edges by compiled loops: the same bits as by NumPy alone."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.spatial import edge_runs, polygon_edges
from geo.spatial.geodesic import longest_rival_m
from geo.spatial.polygon_edges import Edges
from tests.examples import examples

pytest.importorskip("numba")


def shapes_of(*polygons):
    geometry = np.empty(len(polygons), dtype=object)
    geometry[:] = polygons
    return geometry


def blob(rng, lon, lat, size, n):
    angle = np.sort(rng.uniform(0, 2 * np.pi, n))
    radius = size * rng.uniform(0.3, 1.0, n)
    ring = np.column_stack((lon + radius * np.cos(angle), lat + radius * np.sin(angle)))
    return shapely.make_valid(shapely.Polygon(ring))


def answers(geometry, lon, lat, radius, owner):
    edges = Edges(geometry)
    own = edges.own(lon, lat, owner)
    return [edges._levels.long.reach, own, *edges.within(lon, lat, radius), *edges.nearest(lon, lat)]


def both(geometry, lon, lat, radius, owner):
    """Asserts that both give the same bits; what was found."""
    out = []
    for asked in ("0", "always"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CAHRA_COMPILED", asked)
            out.append(answers(geometry, lon, lat, radius, owner))
    for numpy, loops in zip(*out, strict=True):
        np.testing.assert_array_equal(numpy, loops)
    return out[0]


def test_the_loop_bends_chords_as_numpy_does():
    chord = np.array([0.0, 1.0, 25_000.0, 3e6])
    assert chord * (1 + edge_runs.BEND * chord**2) == pytest.approx(longest_rival_m(chord), rel=1e-15)


def test_a_run_has_no_more_runs_in_it_than_the_loop_has_room_for():
    from geo.compiled.edge_loops import CHILDREN

    assert max(-(-a // b) for a, b in zip(edge_runs.LENGTHS, edge_runs.LENGTHS[1:], strict=False)) < CHILDREN


@pytest.mark.parametrize("middle", [(20.0, 4.0), (174.0, -17.0), (0.0, 84.0), (-100.0, 49.0)])
def test_many_points_around_many_polygons(monkeypatch, middle):
    monkeypatch.setattr(polygon_edges, "POINTS", 300)
    rng = np.random.default_rng(4)
    shapes = [blob(rng, middle[0] + x, middle[1] + y, rng.uniform(0.01, 3), int(rng.integers(3, 4000)))
              for x, y in rng.uniform(-3, 3, (12, 2))]  # fmt: skip
    shapes += [
        None,
        shapely.Polygon(),
        shapely.box(-180, -19, -178, -16),
        shapely.Polygon(shapely.box(20, 4, 29, 9).exterior, [blob(rng, 24, 6, 1, 900).exterior]),
    ]
    n = 1_000
    lon, lat = middle[0] + rng.uniform(-5, 9, n), np.clip(middle[1] + rng.uniform(-5, 5, n), -90, 90)
    corners = shapely.get_coordinates(shapes[0])
    lon[:50], lat[:50] = corners[:50].T if len(corners) >= 50 else np.resize(corners, (50, 2)).T
    radius = 10 ** rng.uniform(0, 6.5, n)
    radius[::7] = 0.0
    found = both(shapes_of(*shapes), lon, lat, radius, rng.integers(0, len(shapes), n))
    assert found[2].size > n // 4
    assert np.isnan(found[1]).any()


def test_limits():
    whole, tiny = shapely.box(-180, -90, 180, 90), shapely.box(20, 4, 20 + 1e-9, 4 + 1e-9)
    cap = shapely.box(-180, 80, 180, 90)
    lon, lat = np.array([0.0, 180.0, -180.0, 20.0, 20.5, 33.0]), np.array([90.0, 0.0, -90.0, 4.0, 4.0, 85.0])
    for radius in (0.0, 1.0, 1e7, 2.1e7):
        both(shapes_of(whole, tiny, cap), lon, lat, radius, np.array([2, 1, 0, 1, 1, 2]))
    both(shapes_of(None, shapely.Polygon()), lon, lat, 5.0, np.zeros(6, np.int64))
    both(shapes_of(tiny), lon[:0], lat[:0], 5.0, np.zeros(0, np.int64))


rings = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=7, unique=True).map(
    lambda p: shapely.MultiPoint(p).convex_hull
)


@settings(max_examples=examples(150), deadline=None)
@given(
    st.lists(rings, min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(-2, 28), st.integers(-2, 28)), min_size=1, max_size=12),
    st.floats(0, 300_000),
)
def test_a_lattice_where_many_edges_are_equally_near(hulls, halves, radius):
    shapes = [h for h in hulls if isinstance(h, shapely.Polygon)] or [shapely.box(0, 0, 1, 1)]
    lon, lat = np.array(halves, dtype=float).T / 2
    both(shapes_of(*shapes), lon, lat, radius, np.arange(lon.size) % len(shapes))
