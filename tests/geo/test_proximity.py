"""The distance engine against brute force through Geod, and its traps one by one."""

from __future__ import annotations

import tracemalloc
from zlib import crc32

import numpy as np
import pandas as pd
import pytest

from geo import threads
from geo.spatial import candidate_search, nearest_incident, repeated_places
from geo.spatial.candidate_search import Search
from geo.spatial.geodesic import ARC_ERROR_M, arc_m, ecef, geodesic_m
from geo.spatial.nearby_sums import summarise
from geo.spatial.nearest_incident import nearest
from geo.spatial.proximity import found_by, within, within_chunks
from geo.spatial.repeated_places import RepeatedPlaces

DAY = 16_000


def brute(sites, incidents, day, *, radius_m, as_of, window, end=None):
    """Pairs and distances of every site and incident by Geod."""
    end = day if end is None else end
    (slon, slat), (ilon, ilat) = sites, incidents
    distance = geodesic_m(slon[:, None], slat[:, None], ilon[None, :], ilat[None, :])
    t = np.broadcast_to(as_of, slon.shape)[:, None]
    w = np.broadcast_to(window, slon.shape)[:, None]
    ok = (distance <= radius_m) & (day[None, :] <= t) & (end[None, :] > t - w)
    return np.nonzero(ok), distance


def same(pairs, expected, distance):
    site, incident = expected
    assert set(zip(pairs.site.tolist(), pairs.incident.tolist(), strict=True)) == set(
        zip(site.tolist(), incident.tolist(), strict=True)
    )
    assert len(pairs) == site.size
    np.testing.assert_allclose(pairs.distance_m, distance[pairs.site, pairs.incident], rtol=0, atol=5e-7)
    order = np.lexsort((pairs.incident, pairs.distance_m, pairs.site))
    assert (order == np.arange(len(pairs))).all()


def points(rng, kind, n):
    if kind == "globe":
        return rng.uniform(-180, 180, n), np.degrees(np.arcsin(rng.uniform(-1, 1, n)))
    if kind == "antimeridian":
        return (rng.uniform(179.4, 180.6, n) + 180) % 360 - 180, rng.uniform(-1, 1, n)
    if kind == "poles":
        return rng.uniform(-180, 180, n), rng.choice([-1, 1], n) * (90 - rng.exponential(0.4, n)).clip(0, 90)
    if kind == "lattice":
        return np.round(rng.uniform(20, 21, n), 1), np.round(rng.uniform(4, 5, n), 1)
    if kind == "one place":
        return np.full(n, 17.467), np.full(n, 4.317)
    return rng.uniform(20, 22, n), rng.uniform(-1, 1, n)


@pytest.mark.parametrize("kind", ["globe", "antimeridian", "poles", "lattice", "one place", "region"])
@pytest.mark.parametrize("radius_m", [0.0, 1_000.0, 25_000.0, 99_000.0, 300_000.0, 9e6, 4e7])
@pytest.mark.parametrize("per_site", [False, True])
def test_equals_geod_on_every_pair(kind, radius_m, per_site):
    rng = np.random.default_rng(crc32(f"{kind}{radius_m}{per_site}".encode()))
    sites, incidents = points(rng, kind, 90), points(rng, kind, 150)
    day = rng.integers(DAY - 2000, DAY, 150)
    end = day + rng.integers(0, 300, 150) * rng.integers(0, 2, 150)
    as_of = rng.integers(DAY - 1500, DAY + 400, 90) if per_site else DAY - 200
    pairs = within(*sites, *incidents, day, radius_m=radius_m, as_of_day=as_of, window_days=700, incident_end_day=end)
    expected, distance = brute(sites, incidents, day, radius_m=radius_m, as_of=as_of, window=700, end=end)
    same(pairs, expected, distance)
    parts = list(
        within_chunks(
            *sites,
            *incidents,
            day,
            radius_m=radius_m,
            as_of_day=as_of,
            window_days=700,
            incident_end_day=end,
            chunk_sites=7,
        )
    )
    assert sum(map(len, parts)) == len(pairs)
    if parts:
        assert (np.concatenate([p.site for p in parts]) == pairs.site).all()
        assert (np.concatenate([p.incident for p in parts]) == pairs.incident).all()
        assert (np.concatenate([p.distance_m for p in parts]) == pairs.distance_m).all()


@pytest.mark.parametrize("kind", ["poles", "lattice", "one place", "region"])
@pytest.mark.parametrize("per_site", [False, True])
def test_slabs_blocks_and_threads_change_nothing(monkeypatch, kind, per_site):
    rng = np.random.default_rng(14)
    sites, incidents = points(rng, kind, 70), points(rng, kind, 200)
    day = rng.integers(DAY - 900, DAY, 200)
    given = {
        "as_of_day": rng.integers(DAY - 900, DAY, 70) if per_site else DAY - 10,
        "window_days": 500,
        "incident_end_day": day + rng.integers(0, 9, 200),
    }
    whole = within(*sites, *incidents, day, radius_m=60_000, **given)
    sums = summarise(*sites, *incidents, day, radius_m=60_000, **given)
    far = nearest(*sites, *incidents, day, **given)
    for slab, block, many in ((8, 16, 3), (1, 1, 2), (100, 50, 1)):
        monkeypatch.setattr(candidate_search, "SLAB", slab)
        monkeypatch.setattr(candidate_search, "BLOCK", block)
        monkeypatch.setattr(threads, "THREADS", many)
        again = within(*sites, *incidents, day, radius_m=60_000, **given)
        for name in ("site", "incident", "distance_m"):
            assert (getattr(again, name) == getattr(whole, name)).all()
        same_sums = summarise(*sites, *incidents, day, radius_m=60_000, **given)
        for name in ("count", "nearest_m", "latest_day"):
            np.testing.assert_array_equal(getattr(same_sums, name), getattr(sums, name))
        for one, other in zip(nearest(*sites, *incidents, day, **given), far, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", ["globe", "antimeridian", "poles", "lattice", "one place", "region"])
@pytest.mark.parametrize("radius_m", [0.0, 25_000.0, 9e6])
def test_few_places_at_many_dates_have_the_pairs_of_each_site_on_its_own(monkeypatch, kind, radius_m):
    rng = np.random.default_rng(29)
    places, incidents = points(rng, kind, 12), points(rng, kind, 150)
    if kind == "globe":
        places[0][0], places[0][1], places[1][2] = np.nan, 180.0, np.nan
    else:
        incidents[0][:12], incidents[1][:12] = places
    at = rng.integers(0, 12, 200)
    lon, lat = places[0][at], places[1][at]
    day = rng.integers(DAY - 900, DAY, 150)
    end = day + rng.integers(0, 90, 150)
    as_of, window = rng.integers(DAY - 900, DAY + 100, 200), rng.integers(0, 400, 200)
    as_of[5:9] = np.iinfo(np.int64).min  # no date
    when = {"radius_m": radius_m, "incident_end_day": end}
    asked = {"as_of_day": as_of, "window_days": window}
    shared = RepeatedPlaces.of(Search(lon, lat, *incidents, day, **when, **asked))
    assert shared is not None
    assert shared.first.size == (10 if kind == "globe" else len(np.unique(np.column_stack((lon, lat)), axis=0)))
    monkeypatch.setattr(repeated_places, "TOGETHER", 300)
    pairs = within(lon, lat, *incidents, day, **when, **asked)
    each = found_by(Search(lon, lat, *incidents, day, **when, **asked))
    for name in ("site", "incident", "distance_m"):
        assert np.array_equal(getattr(pairs, name), getattr(each, name))
    assert len(pairs) or kind == "globe"
    short = {"as_of_day": as_of, "window_days": np.minimum(window, 1)}
    assert RepeatedPlaces.of(Search(lon, lat, *incidents, day, **when, **short)) is None


def test_error_of_the_arc_is_what_the_module_says():
    from pyproj import Geod

    rng = np.random.default_rng(4)
    n = 20_000
    for limit, error in ARC_ERROR_M:
        lat = np.concatenate((rng.uniform(-90, 90, n - 2000), rng.choice([-90, 90], 1000), np.zeros(1000)))
        lon = rng.uniform(-180, 180, n)
        lon2, lat2, _ = Geod(ellps="WGS84").fwd(lon, lat, rng.uniform(0, 360, n), limit * rng.uniform(0, 1, n))
        (x1, y1, z1), (x2, y2, z2) = ecef(lon, lat), ecef(lon2, lat2)
        chord2 = (x2 - x1) ** 2 + (y2 - y1) ** 2 + (z2 - z1) ** 2
        exact = geodesic_m(lon, lat, lon2, lat2)
        assert np.abs(arc_m(chord2, z2 - z1, z1 + z2) - exact).max() < error
        assert (np.sqrt(chord2) - exact).max() < 1e-8, "a chord is never longer than the geodesic"


def test_windows_are_inclusive_at_the_end_and_exclusive_at_the_start():
    at = ([20.0], [4.0])
    for day, inside in ((DAY, True), (DAY + 1, False), (DAY - 364, True), (DAY - 365, False)):
        assert len(within(*at, *at, [day], radius_m=10, as_of_day=DAY, window_days=365)) == inside
    # An event that lasts is in while any of its days is.
    pairs = within(*at, *at, [DAY - 900], radius_m=10, as_of_day=DAY, window_days=365, incident_end_day=[DAY - 364])
    assert len(pairs) == 1


def test_the_radius_is_inclusive_to_the_last_bit():
    distance = float(geodesic_m(20.0, 4.0, 20.17, 4.05))
    for radius, inside in ((distance, 1), (np.nextafter(distance, 0), 0), (distance + 1e-9, 1)):
        pairs = within([20.0], [4.0], [20.17], [4.05], [DAY], radius_m=radius, as_of_day=DAY, window_days=10)
        assert len(pairs) == inside


def test_a_site_on_the_least_latitude_of_the_grid():
    """A prototype let it fall into row 0 by rounding: a negative neighbour gave 17 false pairs."""
    rng = np.random.default_rng(5)
    incidents = rng.uniform(15, 25, 400), rng.uniform(2.1, 8.3, 400)
    least = incidents[1].min()
    sites = np.concatenate((incidents[0][:5], [15.0, 25.0])), np.array([least] * 5 + [least - 1e-12, least + 1e-12])
    day = np.full(400, DAY)
    pairs = within(*sites, *incidents, day, radius_m=50_000, as_of_day=DAY, window_days=10)
    same(pairs, *brute(sites, incidents, day, radius_m=50_000, as_of=DAY, window=10))


@pytest.mark.parametrize(("n_sites", "n_incidents"), [(0, 0), (0, 5), (5, 0)])
def test_empty_sides(n_sites, n_incidents):
    sites, incidents = (np.zeros(n_sites),) * 2, (np.zeros(n_incidents),) * 2
    day = np.full(n_incidents, DAY)
    assert len(within(*sites, *incidents, day, radius_m=10, as_of_day=DAY, window_days=10)) == 0
    sums = summarise(*sites, *incidents, day, radius_m=10, as_of_day=DAY, window_days=10)
    assert sums.count.shape == (n_sites, 1)
    assert not sums.count.any()
    found, distance = nearest(*sites, *incidents, day, as_of_day=DAY, window_days=10)
    assert (found == -1).all()
    assert np.isnan(distance).all()


def test_unknown_positions_and_dates_pair_with_nothing():
    nat = np.array(["NaT", "2014-01-01"], dtype="datetime64[D]").astype(np.int64)
    day = int(nat[1])
    pairs = within(
        [np.nan, 20.0], [4.0, 4.0], [20.0, 20.0], [4.0, 4.0], nat, radius_m=10, as_of_day=day, window_days=10
    )
    assert pairs.site.tolist() == [1]
    assert pairs.incident.tolist() == [1]
    assert len(within([20.0], [4.0], [20.0], [4.0], [day], radius_m=10, as_of_day=nat[0], window_days=10)) == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"incident_lat": [91.0]}, "outside -90 to 90"),
        ({"incident_day": [1, 2]}, "differ in length"),
        ({"radius_m": float("nan")}, "radius_m"),
        ({"as_of_day": [1, 2, 3]}, "one number or one per site"),
    ],
)
def test_errors(change, said):
    given = {
        "site_lon": [1.0],
        "site_lat": [1.0],
        "incident_lon": [1.0],
        "incident_lat": [1.0],
        "incident_day": [1],
        "radius_m": 5.0,
        "as_of_day": 1,
        "window_days": 1,
    } | change
    with pytest.raises(ValueError, match=said):
        within(**given)


@pytest.mark.parametrize("dates", ["own", "one"])
@pytest.mark.parametrize("kind", ["globe", "antimeridian", "poles", "region"])
def test_nearest_at_any_distance(kind, dates):
    rng = np.random.default_rng(7)
    sites, incidents = points(rng, "globe", 60), points(rng, kind, 40)
    incidents[0][20:30], incidents[1][20:30] = incidents[0][:10], incidents[1][:10]  # of equal ones the first
    day = rng.integers(DAY - 900, DAY, 40)
    as_of = rng.integers(DAY - 900, DAY, 60) if dates == "own" else np.full(60, DAY - 400)
    found, distance = nearest(*sites, *incidents, day, as_of_day=as_of, window_days=100)
    (site, incident), exact = brute(sites, incidents, day, radius_m=np.inf, as_of=as_of, window=100)
    for s in range(60):
        mine = incident[site == s]
        if not mine.size:
            assert found[s] == -1
            assert np.isnan(distance[s])
            continue
        assert distance[s] == exact[s, mine].min()
        assert found[s] == mine[exact[s, mine].argmin()]


def test_few_incidents_are_measured_block_after_block(monkeypatch):
    rng = np.random.default_rng(3)
    sites, incidents = points(rng, "region", 50), points(rng, "region", 9)
    sites[0][7] = np.nan
    when = {"as_of_day": DAY, "window_days": 10}
    one = nearest(*sites, *incidents, np.full(9, DAY), **when)
    monkeypatch.setattr(nearest_incident, "TOGETHER", 20)
    two = nearest(*sites, *incidents, np.full(9, DAY), **when)
    monkeypatch.setattr(nearest_incident, "FEW", 8)
    circles = nearest(*sites, *incidents, np.full(9, DAY), **when)
    for other in (two, circles):
        assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(one, other, strict=True))
    assert one[0][7] == -1


def test_nearest_makes_no_pairs_on_its_way():
    """2,000 sites see 20,000 incidents at once when the circle grows over them: 40 million pairs if they were made."""
    rng = np.random.default_rng(13)
    sites = rng.normal(28, 0.5, 2_000), rng.normal(-14, 0.5, 2_000)
    incidents = rng.normal(20, 0.5, 20_000), rng.normal(5, 0.5, 20_000)
    day = np.full(20_000, DAY)
    tracemalloc.start()
    found, distance = nearest(*sites, *incidents, day, as_of_day=DAY, window_days=10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200e6
    some = np.arange(0, 2_000, 100)
    exact = geodesic_m(sites[0][some, None], sites[1][some, None], incidents[0][None, :], incidents[1][None, :])
    assert (distance[some] == exact.min(axis=1)).all()
    assert (found[some] == exact.argmin(axis=1)).all()


@pytest.mark.parametrize("unit", ["D", "s", "ms", "us", "ns"])
def test_columns_of_frames_are_taken_as_they_are(unit):
    """pandas gives read-only arrays and dates of any unit."""
    dates = pd.Series(pd.to_datetime(["2014-01-01", "2015-01-01"]).as_unit("ns" if unit == "D" else unit))
    frame = pd.DataFrame({"lon": [20.0, 20.1], "lat": [4.0, 4.0]})
    day = dates.to_numpy().astype(f"datetime64[{unit}]")
    day.flags.writeable = False
    pairs = within(
        frame["lon"], frame["lat"], frame["lon"].to_numpy(), frame["lat"], day, radius_m=1_000,
        as_of_day=np.datetime64("2014-06-30", unit), window_days=365,
    )  # fmt: skip
    assert pairs.site.tolist() == pairs.incident.tolist() == [0]


@pytest.mark.slow
@pytest.mark.parametrize("one_date", [False, True])
def test_forty_million_pairs_of_size_s_through_geod(one_date):
    """Every site against every incident of size S, in bands of sites."""
    from benchmarks.scene import SIZES, synthetic

    s = synthetic("S", *SIZES["S"], one_date=one_date)
    given = {"as_of_day": s.as_of, "window_days": s.window_days, "incident_end_day": s.end}
    pairs = within(s.site_lon, s.site_lat, s.lon, s.lat, s.day, radius_m=s.radius_m, **given)
    found = set(zip(pairs.site.tolist(), pairs.incident.tolist(), strict=True))
    seen = 0
    for i in range(0, s.site_lon.size, 50):
        part = slice(i, i + 50)
        (site, incident), _ = brute(
            (s.site_lon[part], s.site_lat[part]),
            (s.lon, s.lat),
            s.day,
            radius_m=s.radius_m,
            as_of=s.as_of[part],
            window=s.window_days,
            end=s.end,
        )
        want = set(zip((site + i).tolist(), incident.tolist(), strict=True))
        assert want == {p for p in found if i <= p[0] < i + 50}
        seen += len(want)
    assert seen == len(pairs) > 2_000
