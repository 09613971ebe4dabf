"""Distances and units for any points hypothesis thinks of: near the limit, at the poles, on each other, in one cell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.spatial.geodesic import geodesic_m
from geo.spatial.nearby_sums import summarise
from geo.spatial.nearest_incident import nearest
from geo.spatial.polygons import Boundaries, edge_distance_m, locate, locate_all
from geo.spatial.proximity import within
from geo.spatial.unit_reach import units_within
from tests.examples import examples

GEOD = Geod(ellps="WGS84")

lons = st.one_of(st.floats(-180, 180), st.sampled_from([-180.0, 180.0, 179.9999, -179.9999, 0.0]), st.floats(20, 20.5))
lats = st.one_of(st.floats(-90, 90), st.sampled_from([-90.0, 90.0, 89.9999, 0.0, -89.99]), st.floats(4, 4.5))
radii = st.one_of(
    st.sampled_from([0.0, 1.0, 25_000.0, 50_000.0, 100_000.0]), st.floats(0, 400_000), st.floats(0, 2.1e7)
)


@st.composite
def questions(draw):
    site = draw(st.lists(st.tuples(lons, lats, st.integers(-50, 50)), max_size=12))
    incident = draw(st.lists(st.tuples(lons, lats, st.integers(-60, 60), st.integers(0, 30)), max_size=20))
    if site:
        # One place at many dates, as in a sweep over months.
        site += [
            (*place[:2], draw(st.integers(-50, 50))) for place in draw(st.lists(st.sampled_from(site), max_size=9))
        ]
    if site and incident and draw(st.booleans()):
        incident.append((*site[0][:2], 0, 0))
    radius = draw(radii)
    if site and draw(st.booleans()):
        # A point at the limit, give or take what rounding may do.
        lon, lat, _ = site[0]
        azimuth, off = draw(st.floats(0, 360)), draw(st.sampled_from([0.0, 1e-9, -1e-9, 1e-6, -1e-6, 1e-3, -1e-3]))
        lon2, lat2, _ = GEOD.fwd(lon, lat, azimuth, max(radius + off, 0.0))
        incident.append((lon2, lat2, 0, 0))
    one_date = draw(st.booleans())
    return (
        np.array([s[0] for s in site], dtype=float),
        np.array([s[1] for s in site], dtype=float),
        5 if one_date else np.array([s[2] for s in site], dtype=np.int64),
        np.array([i[0] for i in incident], dtype=float),
        np.array([i[1] for i in incident], dtype=float),
        np.array([i[2] for i in incident], dtype=np.int64),
        np.array([i[2] + i[3] for i in incident], dtype=np.int64),
        radius,
        draw(st.integers(0, 80)),
    )


@settings(max_examples=examples(300), deadline=None)
@given(questions())
def test_pairs_are_those_of_geod(question):
    slon, slat, as_of, ilon, ilat, day, end, radius, window = question
    asked = {"as_of_day": as_of, "window_days": window, "incident_end_day": end}
    pairs = within(slon, slat, ilon, ilat, day, radius_m=radius, **asked)
    distance = geodesic_m(slon[:, None], slat[:, None], ilon[None, :], ilat[None, :])
    t = np.broadcast_to(as_of, slon.shape)[:, None]
    timely = (day <= t) & (end > t - window)
    want = np.argwhere(timely & (distance <= radius))
    assert sorted(zip(pairs.site.tolist(), pairs.incident.tolist(), strict=True)) == sorted(map(tuple, want.tolist()))
    assert (np.lexsort((pairs.incident, pairs.distance_m, pairs.site)) == np.arange(len(pairs))).all()
    np.testing.assert_allclose(pairs.distance_m, distance[pairs.site, pairs.incident], rtol=0, atol=4e-7)

    sums = summarise(slon, slat, ilon, ilat, day, radius_m=radius, **asked)
    assert sums.count[:, 0].tolist() == (timely & (distance <= radius)).sum(axis=1).tolist()
    for s in range(slon.size):
        mine = pairs.distance_m[pairs.site == s]
        assert np.array_equal(sums.nearest_m[s, 0], mine.min() if mine.size else np.nan, equal_nan=True)

    found, metres = nearest(slon, slat, ilon, ilat, day, **asked)
    for s in range(slon.size):
        if timely[s].any():
            assert metres[s] == distance[s, timely[s]].min()
            assert timely[s, found[s]]
        else:
            assert found[s] == -1


rings = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=7, unique=True).map(
    lambda p: shapely.MultiPoint(p).convex_hull
)


@settings(max_examples=examples(150), deadline=None)
@given(
    st.lists(rings, min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(-2, 28), st.integers(-2, 28)), min_size=1, max_size=12),
    st.floats(0, 300_000),
)
def test_units_on_a_lattice_where_many_points_lie_on_edges(hulls, halves, radius):
    shapes = [h for h in hulls if isinstance(h, shapely.Polygon)] or [shapely.box(0, 0, 1, 1)]
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    names = [f"u{(7 * i) % 5}" for i in range(len(shapes))]
    frame = pd.DataFrame({"unit": names, "code": "", "parent": "", "country": "", "level": 2})
    boundaries = Boundaries(frame, geometry)
    lon, lat = np.array(halves, dtype=float).T / 2
    inside = np.array([[s.intersects(shapely.Point(x, y)) for s in shapes] for x, y in zip(lon, lat, strict=True)])
    assert np.argwhere(inside).tolist() == np.column_stack(locate_all(lon, lat, boundaries)).tolist()
    for row, unit in zip(inside, locate(lon, lat, boundaries), strict=True):
        best = min(((names[k], k) for k in np.flatnonzero(row)), default=("", -1))
        assert unit == best[1]
    reach = units_within(lon, lat, boundaries, radius)
    got = set(zip(reach.point.tolist(), reach.unit.tolist(), strict=True))
    edge = np.column_stack([edge_distance_m(lon, lat, np.array([s] * lon.size)) for s in shapes])
    assert got == set(map(tuple, np.argwhere(inside | (edge <= radius)).tolist()))
    on_edge = np.array(
        [[s.boundary.distance(shapely.Point(x, y)) == 0 for s in shapes] for x, y in zip(lon, lat, strict=True)]
    )
    assert (edge[on_edge] < 1e-6).all()


@settings(max_examples=examples(150), deadline=None)
@given(st.floats(-30, 30), st.floats(-70, 70), st.floats(0, 360), st.floats(0, 20_000))
def test_moving_a_point_moves_its_distance_to_the_edge_by_no_more(lon, lat, azimuth, step):
    shape = np.array([shapely.Polygon([(0, 40), (5, 41), (9, 52), (-3, 50), (1, 44)])])
    lon2, lat2, _ = GEOD.fwd(lon, lat, azimuth, step)
    before, after = edge_distance_m([lon], [lat], shape)[0], edge_distance_m([lon2], [lat2], shape)[0]
    assert abs(before - after) <= step + 1e-3


@settings(max_examples=examples(100), deadline=None)
@given(
    points=st.lists(st.tuples(lons, lats), min_size=1, max_size=4),
    corners=st.lists(st.tuples(st.integers(-180, 176), st.integers(-90, 87)), min_size=3, max_size=9),
    away=st.tuples(st.floats(-6, 6), st.floats(-6, 6)),
    radius=radii,
)
def test_units_too_far_away_for_any_circle_need_no_edges(points, corners, away, radius):
    shapes = [shapely.box(x, y, x + 4, y + 3) for x, y in corners]
    beside_one = np.clip(np.add(corners[0], away), (-180, -90), (180, 90))
    points = [*points[1:], tuple(beside_one)]
    geometry = np.empty(len(shapes) + 1, dtype=object)
    geometry[:-1] = shapes
    names = [f"u{i}" for i in range(len(geometry))]
    frame = pd.DataFrame({"unit": names, "code": "", "parent": "", "country": "", "level": 2})
    lon, lat = np.array(points, dtype=float).T
    some, whole = Boundaries(frame, geometry), Boundaries(frame, geometry)
    assert len(whole.edges)
    for _ in range(2):  # made, then kept
        here, there = (units_within(lon, lat, b, radius) for b in (some, whole))
        assert np.array_equal(here.point, there.point)
        assert np.array_equal(here.unit, there.unit)
        assert np.array_equal(here.distance_m, there.distance_m)
