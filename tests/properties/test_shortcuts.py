"""What is taken a shorter way is what the long way gives."""

from __future__ import annotations

import datetime as dt
import importlib.util
import os
from unittest import mock

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import geo.assess
from benchmarks.scene import synthetic
from benchmarks.whole import frames
from geo.equal_texts import codes_of
from geo.records.admin_units import _pairs
from geo.rules import words
from geo.rules.classify import join_flags
from geo.rules.evidence_order import ordered
from geo.rules.pair_runs import Run, merged_runs
from geo.rules.wanted_pairs import WantedPairs
from geo.spatial import equal_area
from geo.time_window import NO_DAY, months_before
from tests.examples import examples

METRES = st.floats(0, 400_000)


@settings(deadline=None, max_examples=examples(60))
@given(st.lists(METRES | st.integers(0, 4_000).map(lambda n: n * 50.0), max_size=40))
def test_distances_made_alike_are_said_alike(metres):
    given_m = np.array(metres, dtype=np.float64)
    assert [words.km(v) for v in words.km_alike(given_m)] == [words.km(v) for v in given_m]


@settings(deadline=None, max_examples=examples(60))
@given(
    st.lists(
        st.tuples(
            st.tuples(st.integers(0, 2), st.integers(0, 2)),
            st.lists(st.tuples(st.integers(0, 3), st.sampled_from([0.0, 1.0, 1.5, np.nan]), st.integers(0, 2))),
        ),
        min_size=1,
        max_size=5,
    ).filter(lambda parts: any(rows for _, rows in parts))
)
def test_rows_of_evidence_are_placed_as_sorting_places_them(parts):
    groups = [group for group, _ in parts]
    rows = [row for _, mine in parts for row in mine]
    site, rank = (np.array([r[i] for r in rows], dtype=np.int64) for i in (0, 2))
    distance = np.array([r[1] for r in rows], dtype=np.float64)
    first, second = (np.repeat([g[i] for g in groups], [len(mine) for _, mine in parts]) for i in (0, 1))
    order, names = ordered(site, groups, [len(mine) for _, mine in parts], distance, rank.take)
    if importlib.util.find_spec("numba"):
        with mock.patch.dict(os.environ, {"CAHRA_COMPILED": "always"}):
            again, _ = ordered(site, groups, [len(mine) for _, mine in parts], distance, rank.take)
        for one, other in ((order.rows, again.rows), (order.site, again.site), (order.group, again.group)):
            np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(order.rows, np.lexsort((rank, distance, second, first, site)))  # NaN sorts last
    np.testing.assert_array_equal(order.site, site[order.rows])
    of = np.array(names)[order.group]
    np.testing.assert_array_equal(of, np.column_stack((first, second))[order.rows])


@settings(deadline=None, max_examples=examples(60))
@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(0, 3), st.sampled_from([0.0, 0.5, 2.0]), st.integers(0, 5)), unique=True, max_size=12
        ),
        max_size=4,
    )
)
def test_sorted_runs_of_pairs_become_one_sorted_run(runs):
    made = []
    for number, rows in enumerate(runs):
        rows = sorted((site, metres, incident * 4 + number) for site, metres, incident in rows)
        site, metres, incident = (np.array([r[i] for r in rows]) for i in range(3))
        metres = metres.astype(np.float64)
        own = incident.astype(np.uint64)
        made.append(Run(site.astype(np.int64), incident.astype(np.int64), metres, (own,)))
    found = merged_runs(made, 1)
    assert found.met[0].tolist() == found.incident.tolist()

    def rows_of(run):
        return zip(run.site.tolist(), run.distance.tolist(), run.incident.tolist(), strict=True)

    assert list(rows_of(found)) == sorted(row for run in made for row in rows_of(run))


@settings(deadline=None, max_examples=examples(60))
@given(st.floats(-90, 90), st.floats(-180, 180), st.sampled_from([500.0, 20_000.0, 50_000.0, 300_000.0]))
def test_corners_between_nodes_are_those_of_the_geodesic(lat, lon, radius_m):
    shape = equal_area.circles(np.array([lon]), np.array([lat]), radius_m)
    x, y = shapely.get_coordinates(shape)[:-1].T
    turn, straight = equal_area._corners(np.array([lat]), radius_m)
    np.testing.assert_allclose(y, straight[0], rtol=0, atol=2e-13)
    np.testing.assert_allclose(x, lon + turn[0], rtol=0, atol=5e-13)


@settings(deadline=None, max_examples=examples(60))
@given(st.floats(-0.6, 0.6), st.floats(-0.6, 0.6), st.floats(-60, 60), st.sampled_from([2_000.0, 30_000.0]))
def test_a_share_is_that_of_the_cut_whether_the_circle_is_cut_or_not(dx, dy, lat, radius_m):
    unit = np.array([shapely.box(19.5, lat - 0.5, 20.5, lat + 0.5)])
    lon, lat_at = np.array([20.0 + dx]), np.array([lat + dy])
    whole = equal_area.to_equal_area(unit)
    cut = shapely.intersection(whole, equal_area.to_equal_area(equal_area.circles(lon, lat_at, radius_m)))
    expected = equal_area.areas_m2(cut) / equal_area.areas_m2(whole)
    np.testing.assert_allclose(equal_area.share_inside(unit, lon, lat_at, radius_m), expected, rtol=1e-11, atol=1e-15)


@settings(deadline=None, max_examples=examples(60))
@given(
    st.lists(st.floats(0.05, 1), min_size=3, max_size=40),
    st.floats(-1.2, 1.2),
    st.floats(-1.2, 1.2),
    st.floats(-65, 65),
    st.sampled_from([0.0, 179.9]),
    st.sampled_from([500.0, 20_000.0, 150_000.0]),
)
def test_a_share_of_any_unit_is_that_of_the_shape_in_common(ray, dx, dy, lat, lon, radius_m):
    turn, centre = np.arange(len(ray)) * 2 * np.pi / len(ray), np.array([lon, lat])
    star = np.column_stack((np.cos(turn) * ray, np.sin(turn) * ray))
    # With a hole, and another part of which the corners go the other way round.
    part = shapely.Polygon(centre + [-1.5, 0] + star[::-1] * 0.2)
    unit = np.array([shapely.union_all([shapely.Polygon(centre + star, [centre + star * 0.3]), part])])
    at = (np.array([lon + dx]), np.array([lat + dy]))
    (circle,) = equal_area.to_equal_area(equal_area.circles(*at, radius_m))
    # Longitudes beyond the antimeridian lie at the other end of the plane.
    unit = shapely.intersection(unit, shapely.box(-180, -90, 180, 90))
    around = [shapely.affinity.translate(circle, by * 2 * np.pi * 6378137.0) for by in (0, -1, 1)]
    whole = equal_area.to_equal_area(unit)
    cut = sum(shapely.area(shapely.intersection(whole, c)) for c in around)
    expected = cut / equal_area.areas_m2(whole)
    share = equal_area.share_inside(unit, *at, radius_m)
    np.testing.assert_allclose(share, np.clip(expected, 0, 1), rtol=1e-11, atol=1e-13)


class Everything(WantedPairs):
    """Every pair is wanted."""

    @property
    def counted(self):
        return np.ones(len(self.incidents), np.bool_)

    def among(self, site, *given):
        _, met = super().among(site, *given)
        return np.ones(len(site), np.bool_), met


@given(lon=st.floats(-179, 179), lat=st.floats(-90, 90), width=st.floats(0.01, 1), height=st.floats(0.01, 5))
@settings(max_examples=examples(100), deadline=None)
def test_a_polygon_has_no_less_than_its_least_area(lon, lat, width, height):
    box = np.array([shapely.box(lon, max(lat - height, -90), lon + width, min(lat + height, 90))])
    least, area = equal_area.least_areas_m2(box)[0], equal_area.areas_m2(equal_area.to_equal_area(box))[0]
    assert 0 <= least <= area * (1 + 1e-9)
    if abs(lat) < 60 and height < 0.1:
        assert least > 0.98 * area


@given(south=st.integers(-89, 88), radius_m=st.sampled_from([1.0, 20_000.0, 50_000.0, 777_777.7]))
@settings(max_examples=examples(60), deadline=None)
def test_the_west_of_a_circle_is_the_mirror_image_of_its_east(south, radius_m):
    lat, ring = south + equal_area._NODES, equal_area.RING
    scale = np.sqrt(2 * np.pi / ring / np.sin(2 * np.pi / ring))
    azimuth, zero = np.tile(np.arange(ring) * (360.0 / ring), len(lat)), np.zeros(ring * len(lat))
    x, y, _ = equal_area.geod().fwd(zero, np.repeat(lat, ring), azimuth, zero + radius_m * scale)
    x = (np.asarray(x) + 180.0) % 360.0 - 180.0
    assert (equal_area._corners(lat, radius_m) == np.stack((x, y)).reshape(2, len(lat), ring)).all()


@pytest.mark.parametrize("one_date", [True, False])
def test_pairs_that_nobody_asks_for_change_no_evidence(one_date):
    scene = synthetic("small", 150, 3_000, one_date=one_date)
    sites, incidents, options = frames(scene)
    options["as_of"] = [dt.date(1970, 1, 1) + dt.timedelta(days=int(d)) for d in scene.as_of]
    few = geo.assess.assess(sites, incidents, **options)
    with mock.patch.object(geo.assess, "WantedPairs", Everything):
        every = geo.assess.assess(sites, incidents, **options)
    pd.testing.assert_frame_equal(few.evidence, every.evidence)
    pd.testing.assert_frame_equal(few.sites, every.sites)


@settings(deadline=None, max_examples=examples(60))
@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), max_size=12))
def test_flags_joined_way_by_way_are_those_joined_site_by_site(rows):
    flags = np.array(rows, np.bool_).reshape(len(rows), 4)
    by_hand = [";".join(name for name, on in zip("abcd", row, strict=True) if on) for row in rows]
    assert join_flags(zip("abcd", flags.T, strict=True), len(rows)).tolist() == by_hand


@settings(deadline=None, max_examples=examples(60))
@given(st.integers(-20_000, 40_000) | st.just(NO_DAY), st.integers(-40, 200), st.integers(0, 4))
def test_one_date_for_all_is_counted_back_like_each_alone(day, months, n):
    alone = months_before(np.array([day], np.int64), months)
    np.testing.assert_array_equal(months_before(np.full(n, day, np.int64), months), np.repeat(alone, n))


@settings(deadline=None, max_examples=examples(60))
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["Boda", "Bria", ""])), max_size=12))
def test_units_beside_labels_are_counted_by_their_texts(pairs):
    names = pd.Series(["Bria", "Boda", "Boda", "Obo"], dtype="str")
    rows = np.array([row for row, _ in pairs], np.int64)
    by_hand = pd.Series([f"{names[row]} / {label}" for row, label in pairs], dtype="str").value_counts().sort_index()
    got = _pairs(names, rows, *codes_of(pd.Series([label for _, label in pairs], dtype="str")))
    assert list(got.items()) == list(by_hand.to_dict().items())
