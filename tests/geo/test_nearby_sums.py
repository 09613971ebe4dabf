"""Sums around each site against the pairs that they are made without."""

from __future__ import annotations

import numpy as np
import pytest

from geo.spatial.nearby_sums import summarise
from geo.spatial.proximity import within
from tests.geo.test_proximity import DAY, points


@pytest.mark.parametrize("kind", ["globe", "lattice", "poles", "region"])
@pytest.mark.parametrize("per_site", [False, True])
@pytest.mark.parametrize("radius_m", [30_000.0, 250_000.0])
def test_sums_are_those_of_the_pairs(kind, per_site, radius_m):
    rng = np.random.default_rng(6)
    n, m = 80, 300
    sites, incidents = points(rng, kind, n), points(rng, kind, m)
    day = rng.integers(DAY - 900, DAY, m)
    end = day + rng.integers(0, 20, m)
    given = {
        "radius_m": radius_m,
        "as_of_day": rng.integers(DAY - 900, DAY, n) if per_site else DAY - 100,
        "window_days": 400,
        "incident_end_day": end,
    }
    precision = rng.choice([1, 2, 5], m)
    deaths = rng.integers(0, 9, (3, m)).astype(float)
    sums = summarise(
        *sites,
        *incidents,
        day,
        **given,
        precision=precision,
        deaths_low=deaths[0],
        deaths_best=deaths[1],
        deaths_high=deaths[2],
    )
    pairs = within(*sites, *incidents, day, **given)
    assert sums.classes.tolist() == [1, 2, 5]
    for s in range(n):
        for k, c in enumerate(sums.classes):
            mine = (pairs.site == s) & (precision[pairs.incident] == c)
            at = pairs.incident[mine]
            assert sums.count[s, k] == at.size
            for got, weight in zip((sums.deaths_low, sums.deaths_best, sums.deaths_high), deaths, strict=True):
                assert got[s, k] == weight[at].sum()
            if at.size:
                assert sums.nearest_m[s, k] == pairs.distance_m[mine].min()
                assert sums.latest_day[s, k] == end[at].max()
            else:
                assert np.isnan(sums.nearest_m[s, k])
                assert sums.latest_day[s, k] == np.iinfo(np.int64).min


def test_classes_far_apart_are_summed_as_others_are():
    asked = {"radius_m": 10.0, "as_of_day": DAY, "window_days": 10}
    sums = summarise([20.0], [4.0], [20.0] * 3, [4.0] * 3, [DAY] * 3, precision=[1 << 40, -3, 1 << 40], **asked)
    assert sums.classes.tolist() == [-3, 1 << 40]
    assert sums.count.tolist() == [[1, 2]]


def test_an_unknown_estimate_counts_as_none_and_its_incident_counts():
    asked = {"radius_m": 10.0, "as_of_day": DAY, "window_days": 10}
    sums = summarise([20.0], [4.0], [20.0] * 2, [4.0] * 2, [DAY] * 2, deaths_best=[np.nan, 2.0], **asked)
    assert (sums.count.tolist(), sums.deaths_best.tolist(), sums.deaths_low.tolist()) == ([[2]], [[2.0]], [[0.0]])


@pytest.mark.parametrize("name", ["precision", "deaths_low", "deaths_high"])
def test_one_value_an_incident(name):
    with pytest.raises(ValueError, match="one value per incident"):
        summarise([20.0], [4.0], [20.0], [4.0], [DAY], radius_m=10, as_of_day=DAY, window_days=10, **{name: [1, 2]})
