"""Sums by compiled loops: bit for bit those by NumPy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.compiled.compiler import SWITCH
from geo.records.incidents import Incidents
from geo.rules import compiled_sums as loops
from geo.rules.incident_sums import sums
from geo.rules.questions import BRACKETS, Question, Questions

pytest.importorskip("numba")
GEOD = Geod(ellps="WGS84")
DAY = 17_000


def scene(seed: int, n: int, m: int, *, dates: int, wide: float, sources: int, lasting: bool):
    """Sites and incidents around one another, some at one place, some on one day, some known to their surroundings."""
    rng = np.random.default_rng(seed)
    lon, lat = 20 + rng.uniform(-wide, wide, n).round(1), 6 + rng.uniform(-wide, wide, n).round(2)
    lon[rng.random(n) < 0.1] = np.nan
    start = DAY - rng.integers(-40, 1200, m)
    best = rng.poisson(2, m).astype(np.float64)
    incidents = Incidents(
        pd.DataFrame(index=range(m)),
        np.arange(m),
        start,
        start + (rng.integers(0, 60, m) if lasting else 0),
        20 + rng.uniform(-wide, wide, m).round(1),
        6 + rng.uniform(-wide, wide, m).round(2),
        rng.choice([1, 2, 3], m),
        best,
        np.maximum(best - 1, 0),
        best + 1,
        np.where(rng.random(m) < 0.5, np.nan, best),
        rng.choice([0, 1, 2], m),
        np.zeros(m, np.int64),
        rng.choice([0, 5, 30], m),
        rng.integers(0, sources, m),
        tuple(map(str, range(sources))),
        0,
    )
    error_km = rng.choice([0.1, 2.0, 5.0, 30.0], n)
    return rng, lon, lat, error_km, DAY - 40 * rng.integers(0, dates, n), incidents


def asks(rng, incidents: Incidents, count: int, widest_m: float) -> dict[str, Question]:
    """So many questions, some of which sum deaths, in all brackets and some windows."""
    out = {}
    for k in range(count):
        deaths = [None, incidents.best, incidents.low, incidents.high][rng.integers(4)]
        limit = rng.choice([0.0, 20_000.0, 25_000.0, widest_m])
        counted = rng.random(len(incidents)) < 0.7
        out[f"q{k}"] = Question(counted, deaths, limit, int(rng.choice([12, 36])), BRACKETS[rng.integers(4)])
    return out


def both(monkeypatch, *given, **named):
    """The sums by loops, and those by NumPy."""
    made = []
    for switch in ("always", "0"):
        monkeypatch.setenv(SWITCH, switch)
        made.append(sums(*given, **named))
    return made


def assert_same(loop, numpy) -> None:
    for name in ("events", "deaths"):
        mine, theirs = getattr(loop, name), getattr(numpy, name)
        assert list(mine) == list(theirs)
        for ask, values in mine.items():
            assert values.dtype == theirs[ask].dtype
            assert values.tobytes() == theirs[ask].tobytes(), (name, ask)
    for name in ("near_m", "near", "latest_day", "latest"):
        assert getattr(loop, name).tobytes() == getattr(numpy, name).tobytes(), name


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(0, 40),
    m=st.integers(0, 300),
    dates=st.sampled_from([1, 3]),
    wide=st.sampled_from([0.3, 1.5]),
    sources=st.integers(1, 3),
    lasting=st.booleans(),
    count=st.sampled_from([0, 1, 9, 62]),
    widest_m=st.sampled_from([50_000.0, 99_500.0, 150_000.0]),
)
def test_loops_add_up_what_numpy_does(seed, n, m, dates, wide, sources, lasting, count, widest_m):
    rng, lon, lat, error_km, days, incidents = scene(
        seed, n, m, dates=dates, wide=wide, sources=sources, lasting=lasting
    )
    near = Question(incidents.best >= 1, None, widest_m, 36, "best")
    latest = Question(incidents.best >= 1, None, 50_000.0, 36, "best")
    given_ = (asks(rng, incidents, count, widest_m), lon, lat, error_km, days, incidents)
    named = {"widest_m": widest_m, "months": 36, "imprecise_km": 25.0, "near": near, "latest": latest}
    with pytest.MonkeyPatch.context() as patch:
        assert_same(*both(patch, *given_, **named))


def test_many_candidates_of_one_site_and_doubts_are_done_piece_by_piece(monkeypatch):
    rng, lon, lat, error_km, days, incidents = scene(1, 6, 20_000, dates=2, wide=1.5, sources=2, lasting=True)
    lon[:] = 20.0
    question = Question(incidents.best >= 1, None, 150_000.0, 36, "best")
    given_ = (asks(rng, incidents, 20, 150_000.0), lon, lat, error_km, days, incidents)
    named = {"widest_m": 150_000.0, "months": 36, "imprecise_km": 25.0, "near": question, "latest": question}
    assert_same(*both(monkeypatch, *given_, **named))


@pytest.mark.parametrize("metres", [20_000.0, 20_000.0005, 50_000.0, 55_000.0])
@pytest.mark.parametrize("off", [-1e-6, -1e-8, 0.0, 1e-8, 1e-6])
def test_limits_are_held_as_numpy_holds_them(monkeypatch, metres, off):
    _, _, _, _, _, incidents = scene(2, 0, 3, dates=1, wide=0.1, sources=1, lasting=False)
    incidents.start[:] = incidents.end[:] = DAY - 1
    incidents.best[:], incidents.precision[:], incidents.slack[:] = 1.0, 1, 0
    for k, azimuth in enumerate((0.0, 33.0, 90.0)):
        incidents.lon[k], incidents.lat[k], _ = GEOD.fwd(20.0, 6.0, azimuth, metres + off)
    every = np.ones(3, np.bool_)
    some = {b: Question(every, incidents.best, metres, 12, b) for b in BRACKETS}
    question = Question(every, None, metres, 12, "best")
    given_ = (some, np.array([20.0]), np.array([6.0]), np.array([5.0]), np.array([DAY]), incidents)
    named = {"widest_m": 50_000.0, "months": 12, "imprecise_km": 25.0, "near": question, "latest": question}
    assert_same(*both(monkeypatch, *given_, **named))


def test_a_distance_is_rounded_as_numpy_rounds_it():
    rng = np.random.default_rng(3)
    metres = np.concatenate((rng.uniform(0, 1e5, 100_000), np.arange(0, 1e5) / 2000, [0.0005, 0.0015, 1e5]))
    assert (np.rint(metres * 1000.0) / 1000.0).tobytes() == np.round(metres, 3).tobytes()


@pytest.mark.parametrize(("deaths", "countable"), [(3.0, True), (0.5, False), (np.nan, False), (2.0**52, False)])
def test_deaths_that_are_no_whole_numbers_are_added_by_numpy(monkeypatch, deaths, countable):
    _, lon, lat, error_km, days, incidents = scene(4, 5, 40, dates=1, wide=0.3, sources=1, lasting=False)
    incidents.best[:3] = deaths
    every = np.ones(40, np.bool_)
    ask, other = Question(every, incidents.best, 20_000.0, 12, "best"), Question(every, None, 20_000.0, 12, "best")
    assert loops.countable(Questions([ask, other, other], days, incidents)) is countable
    named = {"widest_m": 50_000.0, "months": 12, "imprecise_km": 25.0, "near": other, "latest": other}
    assert_same(*both(monkeypatch, {"q": ask}, lon, lat, error_km, days, incidents, **named))
