"""Units by polygon: edges, overlaps, gaps, holes and the antimeridian; distances to edges against brute force."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from geo.spatial import polygon_edges
from geo.spatial.geodesic import geodesic_m
from geo.spatial.polygons import Boundaries, edge_distance_m, locate, locate_all, nearest_edge
from geo.spatial.unit_reach import units_within
from tests.examples import THOROUGH

GEOD = Geod(ellps="WGS84")


def units(*shapes, names=None):
    names = names or [f"unit {i}" for i in range(len(shapes))]
    frame = pd.DataFrame({"unit": names, "code": "", "parent": "", "country": "AAA", "level": 2})
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    return Boundaries(frame, geometry)


def blob(rng, lon, lat, size, n=60):
    angle = np.sort(rng.uniform(0, 2 * np.pi, n))
    radius = size * rng.uniform(0.6, 1.0, n)
    ring = shapely.Polygon(np.column_stack((lon + radius * np.cos(angle), lat + radius * np.sin(angle))))
    return shapely.make_valid(ring) if not ring.is_valid else ring


def brute_edge(lon, lat, shape, steps=400):
    """Least distance by dense sampling of every edge, then sampling again around the best place."""
    best = np.inf
    for ring in shapely.get_rings(shape):
        xy = shapely.get_coordinates(ring)
        for a, b in pairwise(xy):
            low, high = 0.0, 1.0
            for _ in range(5):
                t = np.linspace(low, high, steps)
                d = geodesic_m(lon, lat, a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]))
                k = int(d.argmin())
                low, high = t[max(k - 1, 0)], t[min(k + 1, steps - 1)]
            best = min(best, float(d.min()))
    return best


def test_edges_overlaps_gaps_and_holes():
    holed = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (2, 1), (2, 2), (1, 2)]])
    b = units(holed, shapely.box(3, 0, 6, 4), shapely.box(7, 0, 8, 4), names=["Zeta", "Alpha", "Beta"])
    points = {
        (0.5, 0.5): 0,
        (3.5, 1.0): 1,  # in both: Alpha sorts before Zeta
        (1.5, 1.5): -1,  # in the hole
        (1.0, 1.5): 0,  # on the edge of the hole
        (0.0, 2.0): 0,  # on the outer edge
        (6.5, 2.0): -1,  # in the gap
        (6.0, 4.0): 1,  # on a corner
        (np.nan, 1.0): -1,
    }
    lon, lat = np.array(list(points)).T
    assert locate(lon, lat, b).tolist() == list(points.values())
    point, row = locate_all(lon, lat, b)
    assert row[point == 1].tolist() == [0, 1]
    assert (np.diff(point) >= 0).all()
    assert not (point == 2).any()


def test_equal_names_are_told_apart_by_row():
    b = units(shapely.box(0, 0, 2, 2), shapely.box(0, 0, 2, 2), names=["Same", "Same"])
    assert locate([1.0], [1.0], b).tolist() == [0]


def test_nothing_to_look_at():
    none = units()
    assert none.level == -1
    assert locate([1.0], [1.0], none).tolist() == [-1]
    assert not units_within([1.0], [1.0], none, 1e6).point.size
    some = units(shapely.box(0, 0, 1, 1))
    assert not locate([], [], some).size
    assert not edge_distance_m([], [], np.array([], dtype=object)).size
    row, distance = nearest_edge([1.0, np.nan], [1.0, 1.0], some, [])
    assert row.tolist() == [-1, -1]
    assert np.isnan(distance).all()
    empty = np.array([shapely.Polygon(), None], dtype=object)
    assert np.isnan(edge_distance_m([0.0, 0.0], [0.0, 0.0], empty)).all()
    with pytest.raises(ValueError, match="one polygon per point"):
        edge_distance_m([0.0], [0.0], empty)


def test_the_cut_along_the_antimeridian_is_not_an_edge():
    fiji = shapely.MultiPolygon([shapely.box(177, -19, 180, -16), shapely.box(-180, -19, -178, -16)])
    b = units(fiji)
    lon, lat = np.array([180.0, -180.0, 179.9, -179.9, 540.0, 182.5]), np.full(6, -17.5)
    assert locate(lon, lat, b).tolist() == [0, 0, 0, 0, 0, -1]
    distance = edge_distance_m(lon[:4], lat[:4], np.array([fiji] * 4))
    assert distance[0] == distance[1]
    assert distance == pytest.approx(np.full(4, geodesic_m(180.0, -17.5, 180.0, -16.0)), rel=0.01)
    # Seen over the antimeridian.
    assert nearest_edge([-177.5], [-17.5], b, [0])[1][0] == pytest.approx(
        geodesic_m(-177.5, -17.5, -178, -17.5), rel=1e-4
    )
    west = units(shapely.box(178, -1, 179.9, 1))
    reach = units_within([-179.9], [0.0], west, 30_000)
    assert reach.distance_m == pytest.approx([float(geodesic_m(-179.9, 0.0, 179.9, 0.0))])


def test_distance_to_edges_equals_brute_force():
    rng, many = np.random.default_rng(3), 12 if THOROUGH else 3
    for lon0, lat0, size in ((20, 4, 1.0), (20, 4, 0.05), (-100, 49, 6.0), (179.5, -17, 0.4), (15, 78, 3.0)):
        shape = blob(rng, lon0, lat0, size, 25)
        lon = lon0 + rng.uniform(-1.5, 1.5, many) * size
        lat = lat0 + rng.uniform(-1.5, 1.5, many) * size
        got = edge_distance_m(lon, lat, np.array([shape] * many))
        want = [brute_edge(x, y, shape) for x, y in zip(lon, lat, strict=True)]
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-5)


def test_a_point_on_an_edge_has_distance_zero():
    rng = np.random.default_rng(8)
    shape = blob(rng, 20, 45, 0.8, 40)
    on = shapely.line_interpolate_point(shape.exterior, rng.uniform(0, shape.exterior.length, 200))
    got = edge_distance_m(shapely.get_x(on), shapely.get_y(on), np.array([shape] * 200))
    assert got.max() < 1e-6


def test_a_point_moved_by_d_metres_changes_the_distance_by_no_more_than_d():
    rng = np.random.default_rng(9)
    hole = shapely.box(19.7, 9.8, 20, 10).exterior
    shape = shapely.Polygon(blob(rng, 20, 10, 2.0, 80).exterior, [hole])
    n = 2_000
    lon, lat = rng.uniform(16, 24, n), rng.uniform(6, 14, n)
    step = 10 ** rng.uniform(-2, 5, n)
    lon2, lat2, _ = GEOD.fwd(lon, lat, rng.uniform(0, 360, n), step)
    shapes = np.array([shape] * n)
    change = np.abs(edge_distance_m(lon, lat, shapes) - edge_distance_m(lon2, lat2, shapes))
    assert (change - step).max() < 1e-5


def test_nearest_edge_of_some_units():
    rng = np.random.default_rng(10)
    b = units(*(blob(rng, x, y, 0.4, 20) for x in range(15, 19) for y in range(3, 6)))
    lon, lat = rng.uniform(14, 20, 60), rng.uniform(2, 7, 60)
    rows = [2, 5, 7]
    row, distance = nearest_edge(lon, lat, b, rows)
    each = np.array([edge_distance_m(lon, lat, np.array([b.geometry[r]] * 60)) for r in rows])
    np.testing.assert_allclose(distance, each.min(axis=0), rtol=0, atol=1e-6)
    assert (row == np.array(rows)[each.argmin(axis=0)]).all()


def test_units_within_a_circle():
    rng = np.random.default_rng(11)
    shapes = [blob(rng, x, y, 0.7, 30) for x in range(15, 19) for y in range(3, 6)]
    b = units(*shapes)
    lon, lat = rng.uniform(14, 20, 80), rng.uniform(2, 7, 80)
    radius = rng.uniform(100, 90_000, 80)
    reach = units_within(lon, lat, b, radius)
    got = dict(zip(zip(reach.point.tolist(), reach.unit.tolist(), strict=True), reach.distance_m, strict=True))
    assert len(got) == reach.point.size
    for u, shape in enumerate(shapes):
        edge = edge_distance_m(lon, lat, np.array([shape] * 80))
        inside = shapely.intersects_xy(shape, lon, lat)
        want = np.where(inside, 0.0, edge)
        for p in range(80):
            if want[p] <= radius[p]:
                assert got.pop((p, u)) == pytest.approx(want[p], abs=1e-6)
    assert not got
    # The limit is inclusive.
    alone = units(shapely.box(20, 0, 21, 1))
    exact = float(edge_distance_m([19.5], [0.5], alone.geometry)[0])
    assert units_within([19.5], [0.5], alone, exact).unit.tolist() == [0]
    assert not units_within([19.5], [0.5], alone, np.nextafter(exact, 0)).unit.size


def test_a_polygon_around_the_pole():
    cap = units(shapely.box(-180, 80, 180, 90))
    assert locate([0.0, 180.0, 77.0], [90.0, 85.0, 79.0], cap).tolist() == [0, 0, -1]
    want = float(geodesic_m(0.0, 90.0, 0.0, 80.0))
    assert edge_distance_m([33.0], [90.0], cap.geometry)[0] == pytest.approx(want, rel=1e-9)


def test_many_points_at_once_as_one_by_one():
    rng = np.random.default_rng(12)
    b = units(*(blob(rng, x, y, 0.8, 30) for x in range(15, 19) for y in range(3, 6)))
    lon, lat = rng.uniform(14, 20, 300), rng.uniform(2, 7, 300)
    together = locate(lon, lat, b)
    assert together.tolist() == [int(locate([x], [y], b)[0]) for x, y in zip(lon, lat, strict=True)]
    assert (together >= 0).any()
    assert (together < 0).any()


@pytest.mark.real_data
def test_the_diamond_sites_of_car_lie_where_the_boundary_set_says(shared_data):
    lines = json.loads((shared_data / "mines" / "ipis_car_destinations_lines.geojson").read_text())["features"]
    diamond = [f for f in lines if "diam" in str(f["properties"]["mineral"]).lower()]
    first = np.array([shapely.get_coordinates(shapely.geometry.shape(f["geometry"]))[0] for f in diamond])
    path = shared_data / "admin" / "geoboundaries_caf_adm2_2015_simplified.geojson"
    features = json.loads(path.read_text())["features"]
    shapes = [shapely.make_valid(shapely.geometry.shape(f["geometry"])) for f in features]
    b = units(*shapes, names=[f["properties"]["shapeName"] for f in features])
    found = pd.Series(b.frame["unit"].to_numpy()[locate(first[:, 0], first[:, 1], b)]).value_counts()
    want = {"Abba": 33, "Berbérati": 18, "Nola": 11, "Carnot": 10, "Bossembélé": 7, "Boda": 6, "Gadzi": 4}
    assert {k: int(found[k]) for k in want} == want
    assert found.sum() == 113


def test_points_in_many_pieces_are_points_in_one(monkeypatch):
    rng = np.random.default_rng(15)
    b = units(*(blob(rng, x, y, 0.7, 30) for x in range(15, 19) for y in range(3, 6)))
    lon, lat = rng.uniform(14, 20, 100), rng.uniform(2, 7, 100)
    reach, near = units_within(lon, lat, b, 40_000), nearest_edge(lon, lat, b, [1, 4])
    own = b.geometry[np.arange(100) % len(b)]
    each = edge_distance_m(lon, lat, own)
    monkeypatch.setattr(polygon_edges, "POINTS", 7)
    np.testing.assert_array_equal(edge_distance_m(lon, lat, own), each)
    for i in range(100):
        assert each[i] == edge_distance_m(lon[[i]], lat[[i]], own[[i]])[0]
    monkeypatch.setattr(polygon_edges, "RUNS_AT_ONCE", 3)
    np.testing.assert_array_equal(edge_distance_m(lon, lat, own), each)
    again = units_within(lon, lat, b, 40_000)
    for name in ("point", "unit", "distance_m"):
        np.testing.assert_array_equal(getattr(again, name), getattr(reach, name))
    for one, other in zip(nearest_edge(lon, lat, b, [1, 4]), near, strict=True):
        np.testing.assert_array_equal(one, other)
