"""Sums of the few incidents that windows reach: those of all incidents."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.rules.incident_sums import few_in_windows, sums
from geo.rules.questions import BRACKETS, Question
from geo.time_window import months_before
from tests.geo.test_sum_loops import DAY, assert_same, scene


@given(
    seed=st.integers(0, 2**32 - 1),
    m=st.integers(0, 200),
    dates=st.sampled_from([1, 3]),
    back=st.integers(-1_300, 60),
    loops=st.booleans(),
)
def test_incidents_out_of_every_window_add_nothing(seed, m, dates, back, loops):
    rng, lon, lat, error_km, days, incidents = scene(seed, 12, m, dates=dates, wide=0.3, sources=2, lasting=True)
    days = days + back
    few = few_in_windows(days, 6, incidents)
    after = months_before(days, 6).min()
    inside = (incidents.start - incidents.slack <= days.max()) & (incidents.end + incidents.slack > after)
    if few is None:
        assert 2 * inside.sum() >= m
        return
    assert few.tolist() == np.flatnonzero(inside).tolist()
    counted = {b: rng.random(m) < 0.8 for b in BRACKETS}

    def of(rows):
        asks = {b: Question(c[rows], incidents.best[rows], 25_000.0, 6, b) for b, c in counted.items()}
        last = Question(incidents.best[rows] >= 1, None, 40_000.0, 4, "best")
        some = incidents.take(rows)
        named = {"widest_m": 50_000.0, "months": 6, "imprecise_km": 25.0, "near": last, "latest": last}
        return sums(asks, lon, lat, error_km, days, some, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAHRA_COMPILED", "always" if loops else "0")
        assert_same(of(few).numbered(few), of(np.arange(m)))


def test_most_incidents_are_asked_as_they_are():
    _, _, _, _, days, incidents = scene(0, 5, 40, dates=1, wide=0.3, sources=1, lasting=False)
    assert few_in_windows(days, 36, incidents) is None
    assert few_in_windows(days[:0], 36, incidents) is None
    assert few_in_windows(np.full(5, DAY + 9_000), 36, incidents).size == 0
