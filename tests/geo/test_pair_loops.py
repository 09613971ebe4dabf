"""Compiled loops over pairs against NumPy: the same pairs are wanted, in the same order, with the same bits."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import geo.assess
from benchmarks.scene import synthetic
from benchmarks.whole import frames
from geo.rules.incident_pairs import find_pairs
from geo.rules.pair_runs import Run, merged_runs
from geo.rules.wanted_pairs import WantedPairs

pytest.importorskip("numba")


class Caught(Exception):
    """What an assessment asks for is known."""


def asked(monkeypatch, *, one_date):
    """How an assessment of a scene calls `find_pairs`, and what it is told is wanted; many incidents are at few places."""
    caught = {}

    def catch(*arrays, **options):
        caught.update(arrays=arrays, options=options)
        raise Caught

    class Known(WantedPairs):
        def __init__(self, *given):
            caught.update(wanted=given)
            super().__init__(*given)

    scene = synthetic("small", 120, 2_500, one_date=one_date, seed=9)
    rng = np.random.default_rng(3)
    at = rng.integers(0, 120, 2_000)
    scene.lon[:2_000] = scene.site_lon[at] + rng.choice([0, 0.1, 0.3, 0.5], 2_000)
    scene.lat[:2_000] = scene.site_lat[at]
    if not one_date:
        scene.as_of[:] = scene.as_of[0] + rng.integers(-300, 300, 120)
    scene.day[:] = scene.as_of[0] - rng.integers(-100, 1_500, 2_500)
    scene.end[:] = scene.day + rng.integers(0, 40, 2_500)
    sites, incidents, options = frames(scene)
    if not one_date:
        options["as_of"] = [dt.date(1970, 1, 1) + dt.timedelta(days=int(d)) for d in scene.as_of]
    with monkeypatch.context() as patched:
        patched.setattr(geo.assess, "find_pairs", catch)
        patched.setattr(geo.assess, "WantedPairs", Known)
        with pytest.raises(Caught):
            geo.assess.assess(sites, incidents, **options)
    return caught


@pytest.mark.parametrize("one_date", [True, False])
@pytest.mark.parametrize("words", [1, 2])
@pytest.mark.parametrize("farthest", [0.0, 90.0])
def test_the_same_pairs_are_wanted(monkeypatch, one_date, words, farthest):
    """`farthest`: errors of positions go so far [km], so that `Geod` measures what is beyond the arc."""
    caught = asked(monkeypatch, one_date=one_date)
    lon, lat, _, *rest = caught["arrays"]
    error_km = np.random.default_rng(5).uniform(0, farthest, len(lon)).round(1)
    lon = lon.copy()
    lon[:3] = np.nan
    asks, first, latest, days, incidents = caught["wanted"]
    if words == 2:  # the same once more, in another order, so that first and latest are in either word
        asks = (
            asks
            | {f"{name} again": asks[name] for name in reversed(asks)}
            | {f"{name} more": asks[name] for name in first}
        )
        first = first | {f"{name} again": metres / 2 for name, metres in first.items()}
        latest = [*latest, *(f"{name} again" for name in latest)]
    found = []
    for switch in ("always", "0"):
        monkeypatch.setenv("CAHRA_COMPILED", switch)
        wanted = WantedPairs(asks, first, latest, days, incidents)
        assert len(wanted) == words
        found.append(find_pairs(lon, lat, error_km, *rest, **caught["options"] | {"wanted": wanted}))
    one, other = found
    for name in ("site", "incident", "distance"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name
    assert [word.tobytes() for word in one._met] == [word.tobytes() for word in other._met]
    assert len(one.site) > 400


@pytest.mark.parametrize("one_date", [True, False])
def test_nobody_asked_gives_all_of_them(monkeypatch, one_date):
    caught = asked(monkeypatch, one_date=one_date)
    found = []
    for switch in ("always", "0"):
        monkeypatch.setenv("CAHRA_COMPILED", switch)
        found.append(find_pairs(*caught["arrays"], **caught["options"] | {"wanted": None}))
    for field in dataclasses.fields(found[0])[:3]:
        assert getattr(found[0], field.name).tobytes() == getattr(found[1], field.name).tobytes()


@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(0, 3), st.sampled_from([0.0, 0.5, 2.0]), st.integers(0, 5)), unique=True, max_size=12
        ),
        max_size=4,
    )
)
def test_runs_are_merged_alike(runs):
    made = []
    for number, rows in enumerate(runs):
        rows = sorted((site, metres, incident * 4 + number) for site, metres, incident in rows)
        site, metres, incident = (np.array([r[i] for r in rows]) for i in range(3))
        own = incident.astype(np.uint64)
        made.append(Run(site.astype(np.int64), incident.astype(np.int64), metres.astype(np.float64), (own, own + 1)))
    one, other = merged_runs(list(made), 2, True), merged_runs(list(made), 2)
    for a, b in zip((*one[:3], *one.met), (*other[:3], *other.met), strict=True):
        assert a.dtype == b.dtype
        assert a.tobytes() == b.tobytes()
