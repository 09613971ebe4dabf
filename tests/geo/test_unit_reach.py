"""Which units circles reach: what all edges and all polygons say, however points, units and their codes lie."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.rules.coverage_gaps import Coverage
from geo.spatial import edge_grid, polygon_edges
from geo.spatial.polygons import Boundaries, edge_distance_m, locate_all, positions
from geo.spatial.unit_reach import units_within
from tests.examples import examples


def units(*shapes, country=""):
    frame = pd.DataFrame({"unit": [f"u{i}" for i in range(len(shapes))], "country": country, "level": 0})
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    return Boundaries(frame, geometry)


def blob(rng, lon, lat, size, n):
    angle = np.sort(rng.uniform(0, 2 * np.pi, n))
    radius = size * rng.uniform(0.3, 1.0, n)
    ring = np.column_stack((lon + radius * np.cos(angle), lat + radius * np.sin(angle)))
    return shapely.make_valid(shapely.Polygon(ring))


def expected(lon, lat, boundaries, radius, own):
    """The pairs and distances by all edges, pair by pair; with the codes left out afterwards."""
    x, y = positions(lon, lat)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    radius = np.broadcast_to(radius, x.shape)
    point, unit, metres = boundaries.edges.within(x[known], y[known], radius[known])
    found = {(int(known[p]), int(u)): m for p, u, m in zip(point, unit, metres, strict=True)}
    found |= {(int(p), int(u)): 0.0 for p, u in zip(*locate_all(x, y, boundaries), strict=True)}
    return sorted((*pair, m) for pair, m in found.items() if own is None or own[0][pair[0]] != own[1][pair[1]])


def check(lon, lat, shapes, radius, own=None, *, calls=1):
    """Asserts that the answer is the expected one, both by NumPy and by compiled loops; how many pairs there are."""
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    for asked in ("0", "always"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CAHRA_COMPILED", asked)
            want = expected(lon, lat, units(*shapes), radius, own)
            boundaries = units(*shapes)
            for part in np.array_split(np.arange(lon.size), calls):
                mine = None if own is None else (own[0][part], own[1])
                reach = units_within(
                    lon[part], lat[part], boundaries, np.broadcast_to(radius, lon.shape)[part], own=mine
                )
                pairs = zip(part[reach.point].tolist(), reach.unit.tolist(), reach.distance_m.tolist(), strict=True)
                assert list(pairs) == [w for w in want if w[0] in set(part.tolist())]
    return len(want)


@pytest.mark.parametrize("middle", [(20.0, 4.0), (176.0, -17.0), (-178.0, 60.0), (0.0, 86.0), (40.0, -84.5)])
@pytest.mark.parametrize("radius", [0.0, 20_000.0, 300_000.0])
def test_many_points_around_many_units(middle, radius):
    rng = np.random.default_rng(5)
    shapes = []
    for x, y in rng.uniform(-5, 5, (14, 2)):
        shape = blob(rng, middle[0] + x, middle[1] + y, rng.uniform(0.01, 3), int(rng.integers(3, 600)))
        shapes.append(shapely.intersection(shape, shapely.box(-180, -90, 180, 90)))
    shapes += [None, shapely.Polygon(), shapely.box(-180, 80, 180, 90), shapely.box(170, -20, 180, -10)]
    shapes += [shapely.MultiPolygon([shapely.box(178, -19, 180, -16), shapely.box(-180, -19, -178, -16)])]
    n = 700
    lon, lat = middle[0] + rng.uniform(-9, 9, n), np.clip(middle[1] + rng.uniform(-6, 6, n), -90, 90)
    lon[:3], lat[5:7], lon[7] = (180.0, -180.0, 0.0), (90.0, -90.0), np.nan
    lon[300:400], lat[300:400] = lon[10], lat[10]
    own = rng.integers(0, 4, n), rng.integers(0, 5, len(shapes))
    for asked in (None, own):
        found = check(lon, lat, shapes, radius, asked)
        assert found
    check(lon, lat, shapes, rng.choice([0.0, radius, radius / 3], n), own, calls=3)


def test_parts_at_both_ends_of_the_map_are_not_one_where_they_do_not_touch():
    shape = shapely.MultiPolygon([shapely.box(170, 10, 180, 20), shapely.box(-180, 30, -170, 40)])
    lon, lat = [180.0, 179.9, -180.0, -179.9, 175.0, -175.0], [35.0, 35.0, 15.0, 15.0, 15.0, 35.0]
    for radius in (0.0, 1_000.0, 1e7):
        check(lon, lat, [shape], radius)


def test_nothing_to_look_at():
    none, some = units(), units(shapely.box(0, 0, 1, 1))
    for lon, lat, boundaries in (([1.0], [1.0], none), ([], [], some), ([np.nan], [1.0], some), ([50.0], [0.0], some)):
        assert not units_within(lon, lat, boundaries, 1_000.0).point.size
    assert units_within([0.5], [0.5], some, np.inf).distance_m.tolist() == [0.0]
    alone = np.zeros(1, np.int64), np.zeros(1, np.int64)
    assert not units_within([0.5], [0.5], some, 1e6, own=alone).point.size
    assert "some edges" not in units(shapely.box(0, 0, 1, 1))._kept


def test_edges_that_are_far_from_all_points_are_not_made():
    circle = shapely.Point(20, 0).buffer(10, 2_000)
    boundaries = units(circle, shapely.box(0, 0, 1, 1))
    assert units_within([30.1], [0.0], boundaries, 20_000).unit.tolist() == [0]
    made = boundaries._kept["some edges"]
    assert made.rows.tolist() == [0]
    assert 0 < len(made.edges) < len(boundaries.edges) // 4
    assert units_within([30.2], [0.1], boundaries, 20_000).point.size == 0
    assert boundaries._kept["some edges"] is made
    assert units_within([10.0, 0.5], [0.1, -0.1], boundaries, 20_000).unit.tolist() == [0, 1]


@pytest.mark.parametrize("places", [[(0.5, 0.5), (0.99, 0.5)], [(0.5, 0.5), (0.5, 0.99)], [(0.01, 0.02)], [(1.5, 0.7)]])
def test_long_edges_that_go_past_the_points_are_reached(places):
    """Pieces of an edge outside the grid come before those within it."""
    squares = [shapely.box(1, 0, 2, 1), shapely.box(0, 0, 1, 1), shapely.box(0, 1, 1, 2), shapely.box(-9, -9, 0, 9)]
    turned = [shapely.affinity.rotate(square, turn, (1, 1)) for square in squares for turn in (0, 180)]
    for radius in (500.0, 5_000.0, 40_000.0):
        for shapes in (squares, turned, [shape.reverse() for shape in squares]):
            check(*zip(*places, strict=True), shapes, radius)


def test_a_box_leaves_edges_out_and_changes_no_distance():
    rng = np.random.default_rng(1)
    shape = np.array([blob(rng, 20, 4, 3, 900)])
    whole, part = (polygon_edges.Edges(shape, boxes) for boxes in (None, np.array([[20.0, 4.0, 21.0, 5.0]])))
    assert len(part) < len(whole)
    lon, lat = rng.uniform(20.4, 20.6, 50), rng.uniform(4.4, 4.6, 50)
    radius = edge_distance_m(lon, lat, np.repeat(shape, 50))
    radius[radius > 40_000] = 0.0
    for one, other in zip(whole.within(lon, lat, radius), part.within(lon, lat, radius), strict=True):
        np.testing.assert_array_equal(one, other)


rings = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=7, unique=True).map(
    lambda p: shapely.MultiPoint(p).convex_hull
)


@settings(max_examples=examples(80), deadline=None)
@given(
    st.lists(rings, min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(-2, 28), st.integers(-2, 28), st.integers(0, 2)), min_size=1, max_size=12),
    st.floats(0, 300_000),
    st.booleans(),
    st.sampled_from([1, 40, 1 << 17]),
)
def test_a_lattice_where_many_points_lie_on_edges(hulls, halves, radius, coded, cells):
    shapes = [h for h in hulls if isinstance(h, shapely.Polygon)] or [shapely.box(0, 0, 1, 1)]
    lon, lat, mine = np.array(halves).T
    own = (mine, np.arange(len(shapes)) % 3) if coded else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edge_grid, "LEAST_CELLS", cells)
        check(lon / 2, lat / 2, shapes, radius, own)


def test_a_site_is_told_of_other_countries_only():
    west, east, gone = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(2, 0, 3, 1)
    outlines = units(west, east, gone, country=["AAA", "BBB", ""])
    lon, lat = np.array([0.99, 1.01, 0.5, 1.99, np.nan, 0.99]), np.full(6, 0.5)
    country = np.array(["AAA", "AAA", "CCC", "", "AAA", ""], dtype=object)
    looked = Coverage(None, pd.DataFrame(), outlines, country, lon, lat, np.zeros(6, np.int64), 20.0).reached()
    assert list(zip(looked.site.tolist(), looked.country.tolist(), strict=True)) == [
        (0, "BBB"), (1, "BBB"), (2, "AAA"), (3, "BBB"), (5, "AAA"), (5, "BBB"),
    ]  # fmt: skip
    assert looked.distance_m.round(-1).tolist() == [1110.0, 0.0, 0.0, 0.0, 0.0, 1110.0]
