"""Compiled loops of the search against NumPy: the same ranges, the same hits, the same pairs, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import threads
from geo.spatial import candidate_search, repeated_places
from geo.spatial.candidate_search import Search
from geo.spatial.geodesic import ecef, geodesic_m
from geo.spatial.grid import Grid, Ranges
from geo.spatial.nearby_sums import summarise
from geo.spatial.nearest_incident import nearest
from geo.spatial.proximity import within, within_chunks
from tests.geo.test_proximity import DAY, points

pytest.importorskip("numba")
KINDS = ["globe", "antimeridian", "poles", "lattice", "one place", "region"]
NO_DATE = np.iinfo(np.int64).min


def scene(seed, kind, sites, incidents, *, per_site):
    """Arguments of a search: some unknown places and days, incidents that last and several at one place."""
    rng = np.random.default_rng(seed)
    lon, lat = points(rng, kind, sites)
    at, to = points(rng, kind, incidents)
    lon[:2], at[-3:-1], to[-5] = np.nan, np.inf, np.nan
    again = rng.integers(0, incidents, incidents // 3)
    at[again], to[again] = at[again[0]], to[again[0]]
    day = rng.integers(DAY - 900, DAY, incidents)
    end = day + rng.integers(0, 60, incidents) * rng.integers(0, 2, incidents)
    day[:2], end[2:4] = NO_DATE, NO_DATE
    as_of = rng.integers(DAY - 900, DAY + 100, sites) if per_site else np.full(sites, DAY - 200)
    as_of[3:5] = NO_DATE
    when = {"as_of_day": as_of, "window_days": rng.integers(0, 700, sites) if per_site else 500}
    return (lon, lat, at, to, day), when | {"incident_end_day": end}


def both(monkeypatch, ask):
    """What is answered with compiled loops and without."""
    answers = []
    for switch in ("always", "0"):
        monkeypatch.setenv("CAHRA_COMPILED", switch)
        answers.append(ask())
    return answers


def same(one, other):
    assert np.array_equal(one.site, other.site)
    assert np.array_equal(one.incident, other.incident)
    assert one.distance_m.tobytes() == other.distance_m.tobytes()
    assert (one.site.dtype, one.incident.dtype) == (other.site.dtype, other.incident.dtype)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("radius_m", [0.0, 25_000.0, 120_000.0, 9e6])
@pytest.mark.parametrize("per_site", [False, True])
def test_pairs_are_the_same(monkeypatch, kind, radius_m, per_site):
    arrays, when = scene(61, kind, 90, 260, per_site=per_site)
    one, other = both(monkeypatch, lambda: within(*arrays, radius_m=radius_m, **when))
    same(one, other)
    assert len(one) or radius_m < 1e6
    for a, b in zip(
        *both(monkeypatch, lambda: list(within_chunks(*arrays, radius_m=radius_m, chunk_sites=40, **when))), strict=True
    ):
        same(a, b)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("per_site", [False, True])
def test_sums_and_the_nearest_are_the_same(monkeypatch, kind, per_site):
    arrays, when = scene(62, kind, 80, 200, per_site=per_site)
    deaths = np.random.default_rng(1).exponential(1.0, 200)
    one, other = both(monkeypatch, lambda: summarise(*arrays, radius_m=40_000, deaths_best=deaths, **when))
    for name in ("count", "deaths_best", "nearest_m", "latest_day"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name
    for a, b in zip(*both(monkeypatch, lambda: nearest(*arrays, **when)), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("per_site", [False, True])
def test_slabs_blocks_and_threads_change_nothing(monkeypatch, per_site):
    arrays, when = scene(63, "lattice", 120, 300, per_site=per_site)
    monkeypatch.setenv("CAHRA_COMPILED", "0")
    whole = within(*arrays, radius_m=60_000, **when)
    monkeypatch.setenv("CAHRA_COMPILED", "always")
    for slab, block, many in ((8, 16, 3), (1, 1, 2), (100, 50, 1)):
        monkeypatch.setattr(candidate_search, "SLAB", slab)
        monkeypatch.setattr(candidate_search, "BLOCK", block)
        monkeypatch.setattr(threads, "THREADS", many)
        same(within(*arrays, radius_m=60_000, **when), whole)


@pytest.mark.parametrize("per_site", [False, True])
def test_many_incidents_at_few_places_stand_by_distance_and_then_as_they_were_given(monkeypatch, per_site):
    rng = np.random.default_rng(64)
    spot = rng.integers(0, 5, 3_000)
    lon, lat = 20 + spot * 0.004, 4 + (spot % 2) * 0.003
    day = rng.integers(DAY - 300, DAY, 3_000)
    as_of = rng.integers(DAY - 200, DAY, 12) if per_site else DAY
    given = {"radius_m": 5_000, "as_of_day": as_of, "window_days": 200}
    sites = 20 + np.arange(12) * 0.001, np.full(12, 4.0)
    one, other = both(monkeypatch, lambda: within(*sites, lon, lat, day, **given))
    same(one, other)
    order = np.lexsort((one.incident, one.distance_m, one.site))
    assert np.array_equal(order, np.arange(len(one)))
    assert len(one) > 5_000


def test_geod_decides_near_the_radius(monkeypatch):
    away = float(geodesic_m(20.0, 4.0, 20.17, 4.05))
    for radius, inside in ((away, 1), (np.nextafter(away, 0), 0), (away + 1e-9, 1)):
        asked = {"radius_m": radius, "as_of_day": DAY, "window_days": 10}
        one, other = both(
            monkeypatch, lambda asked=asked: within([20.0], [4.0], [20.17, 20.0], [4.05, 4.0], [DAY, DAY], **asked)
        )
        same(one, other)
        assert len(one) == 1 + inside


def test_arrays_that_may_not_be_written_are_taken(monkeypatch):
    arrays, when = scene(65, "region", 50, 100, per_site=True)
    for array in (*arrays, *when.values()):
        array.flags.writeable = False
    same(*both(monkeypatch, lambda: within(*arrays, radius_m=30_000, **when)))


@pytest.mark.parametrize(("sites", "incidents"), [(0, 0), (0, 5), (5, 0)])
def test_nothing_is_found_among_nothing(monkeypatch, sites, incidents):
    arrays = np.zeros(sites), np.zeros(sites), np.zeros(incidents), np.zeros(incidents), np.zeros(incidents, int)
    one, other = both(monkeypatch, lambda: within(*arrays, radius_m=1, as_of_day=DAY, window_days=1))
    same(one, other)


def test_a_latitude_beyond_the_pole_is_refused(monkeypatch):
    monkeypatch.setenv("CAHRA_COMPILED", "always")
    asked = {"radius_m": 1, "as_of_day": DAY, "window_days": 10}
    with pytest.raises(ValueError, match="incident_lat"):
        within([0.0], [0.0], [0.0, 0.0], [0.0, 90.1], [0, 0], **asked)
    with pytest.raises(ValueError, match="site_lat"):
        within([0.0], [-90.1], [0.0], [0.0], [0], **asked)


def test_few_places_at_many_dates(monkeypatch):
    arrays, when = scene(66, "region", 40, 200, per_site=True)
    lon, lat, *incidents = arrays
    lon, lat, as_of = np.tile(lon, 8), np.tile(lat, 8), np.arange(320) + DAY - 700
    asked = {"radius_m": 60_000, "as_of_day": as_of, "window_days": 400, "incident_end_day": when["incident_end_day"]}
    assert repeated_places.RepeatedPlaces.of(Search(lon, lat, *incidents, **asked)) is not None
    same(*both(monkeypatch, lambda: within(lon, lat, *incidents, **asked)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("radius_m", [1.0, 25_000.0, 700_000.0])
@pytest.mark.parametrize("shape", [(None, 1, 1), (None, 3, 4), (0, 1, 1), (40, 2, 1)])
def test_ranges_of_the_grid(kind, radius_m, shape):
    """`shape`: the longest that an incident lasts (None leaves time out), rows to a radius, columns to a row."""
    lasts, rows, columns = shape
    rng = np.random.default_rng(67)
    lon, lat = points(rng, kind, 300)
    at, to = points(rng, kind, 200)
    at, to = np.repeat(at, 2), np.repeat(to, 2)
    day = None if lasts is None else rng.integers(DAY - 90, DAY, 300)
    span = None if lasts is None else rng.integers(0, lasts + 1, 300)
    last = None if lasts is None else rng.integers(DAY - 120, DAY + 30, 400)
    window = (None, None) if last is None else (last, last - 25)
    found = [
        Grid(lon, lat, day, span, radius_m, cells_per_radius=rows, columns_per_row=columns, compiled=compiled).ranges(
            at, to, ecef(at, to), *window
        )
        for compiled in (True, False)
    ]
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)
    assert found[0].site.size or radius_m < 100 or kind == "globe"


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 9)), max_size=30), st.integers(1, 12))
def test_blocks_are_cut_alike(ranges, block):
    steps, counts = ([r[i] for r in ranges] for i in range(2))
    lo = np.zeros(len(ranges), np.int64)
    given_ranges = Ranges(np.cumsum(np.array(steps, np.int64)), lo, lo + np.array(counts, np.int64))
    found = []
    for compiled in (True, False):
        search = Search.__new__(Search)
        search.compiled, search.block = compiled, block
        found.append(search._cuts(given_ranges))
    assert found[0] == found[1]
