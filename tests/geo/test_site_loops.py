"""Pairs put together by site have the same bits whether loops are compiled or not."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.rules.incident_pairs import Pairs
from geo.rules.pair_sums import newest, per_site, starts
from tests.examples import examples

pytest.importorskip("numba")
SWITCH = "CAHRA_COMPILED"


class Incidents(SimpleNamespace):
    def __len__(self):
        return len(self.source)


def scene(seed, n, many, sources):
    """Pairs by site, several sites without one, and incidents of some sources; nothing of it may be written to."""
    rng = np.random.default_rng(seed)
    site = np.sort(rng.integers(0, max(n, 1), many))
    incident = rng.integers(0, 30, many)
    held = Incidents(
        source=rng.integers(0, max(sources, 1), 30),
        end=rng.integers(-5, 5, 30),
        sources=list("abc"[:sources]),
    )
    deaths, days = rng.uniform(0, 9, 30), rng.integers(-4, 4, n)
    for column in (site, incident, held.source, held.end, deaths, days):
        column.flags.writeable = False
    return rng, site, incident, held, deaths, days


def both_ways(monkeypatch, work):
    out = []
    for asked in ("0", "always"):
        monkeypatch.setenv(SWITCH, asked)
        out.append(work())
    return out


@settings(deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32 - 1), st.integers(1, 20), st.sampled_from([0, 1, 2, 90]), st.integers(0, 3))
def test_sums_and_the_newest_of_sites(monkeypatch, seed, n, many, sources):
    _, site, incident, held, deaths, days = scene(seed, n, many, sources)
    for key in (site, site[::-1].copy()):
        arrays, loops = both_ways(monkeypatch, lambda key=key: per_site(key, incident, deaths, held, n))
        for one, other in zip(arrays, loops, strict=True):
            np.testing.assert_array_equal(other, one)
            assert other.dtype == one.dtype
            assert other.shape == one.shape == (max(sources, 1), n)
    arrays, loops = both_ways(monkeypatch, lambda: newest(site, incident, days, held))
    np.testing.assert_array_equal(loops, arrays)
    np.testing.assert_array_equal(site[starts(site)], np.unique(site))


@settings(deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 2, 90]), st.sets(st.sampled_from("abcd"), min_size=1))
def test_pairs_that_meet_a_question(monkeypatch, seed, many, names):
    rng, site, incident, held, _, days = scene(seed, 20, many, 2)
    met = [rng.integers(0, 8, many).astype(np.uint64) for _ in range(2)]
    met[0] |= rng.integers(0, 2, many).astype(np.uint64) << np.uint64(63)
    asked = {"a": (0, np.uint64(1)), "b": (0, np.uint64(2)), "c": (0, np.uint64(1 << 63)), "d": (1, np.uint64(4))}
    pairs = Pairs(site, incident, rng.uniform(0, 9, many), days, held, 50_000.0, asked, met)
    arrays, loops = both_ways(monkeypatch, lambda: pairs.meeting(sorted(names)))
    for column in ("site", "incident", "distance"):
        np.testing.assert_array_equal(getattr(loops, column), getattr(arrays, column))
    for name in names:
        np.testing.assert_array_equal(loops.meet(name), arrays.meet(name))
    assert loops.meet(*names).all()
