"""Figures beside the classes: counts are what was seen, the nearest is the nearest, and what the order sums."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from tests import frames
from tests.geo.cases import GEOD, KNOWN, T, east, only, run

COUNTS = ("incidents_20km_12m", "deaths_20km_12m", "deaths_civilians_20km_12m", "events_one_sided_20km_12m")
NAN = float("nan")
EVENT = {"day": "2018-06-01", "deaths_best": 3, "deaths_civilians": 2, "violence": "one-sided"}


def counts(result):
    return [None if pd.isna(only(result, c)) else int(only(result, c)) for c in COUNTS]


def test_counts_are_blank_where_nothing_was_looked_at():
    assert counts(run()) == [0, 0, 0, 0]
    assert counts(run(covered=False)) == [None] * 4
    assert counts(run(coverage=frames.coverage("CAF", begin="2018-01-02"))) == [None] * 4  # a day is missing
    assert counts(run(coverage=frames.coverage("CAF", begin="2018-01-01"))) == [0, 0, 0, 0]
    assert counts(run(frames.sites({"lon": NAN, "lat": NAN}))) == [None] * 4
    assert counts(run(frames.sites({"country": "", "lon": 60.0}))) == [None] * 4


def test_what_was_seen_is_counted_whether_it_was_looked_for_or_not():
    for covered in (True, False):
        assert counts(run(incidents=frames.incidents(EVENT), covered=covered)) == [1, 3, 2, 1]
    far = frames.incidents(EVENT | east(20_001))
    assert counts(run(incidents=far, covered=False)) == [None] * 4


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, [1, 3, 2, 1]),
        ({"deaths_civilians": NAN}, [1, 3, None, 1]),  # not stated is not none
        ({"violence": ""}, [1, 3, 2, 0]),
        ({"violence": "state-based"}, [1, 3, 2, 0]),
        ({"precision": 2}, [0, 0, 0, 0]),
        ({"deaths_best": 0, "deaths_high": 9}, [0, 0, 0, 0]),
        ({"day": "2017-12-31"}, [0, 0, 0, 0]),
        ({"day": "2018-12-31"}, [1, 3, 2, 1]),
        ({"day": "2019-01-01"}, [0, 0, 0, 0]),
        (east(20_000 - 1e-6), [1, 3, 2, 1]),
        (east(20_000.01), [0, 0, 0, 0]),
    ],
)
def test_counts_are_of_exact_deadly_events_of_twelve_months(change, expected):
    assert counts(run(incidents=frames.incidents(EVENT | change))) == expected


def test_counts_are_of_the_source_with_most():
    other = {"source": "acled", "dataset": "ACLED", "deaths_civilians": NAN, "violence": ""}
    rows = [EVENT, EVENT | other, EVENT | other]
    assert counts(run(incidents=frames.incidents(*rows))) == [2, 6, None, 0]
    assert counts(run(incidents=frames.incidents(*rows[:2], EVENT))) == [2, 6, 4, 2]


def test_events_without_deaths_are_blank_unless_somebody_looks_for_them():
    quiet = {"day": "2018-06-01", "deaths_best": 0, "effect": "violent", "source": "acled", "dataset": "ACLED"}
    name = "events_nonlethal_20km_12m"
    assert pd.isna(only(run(), name))
    assert only(run(**KNOWN), name) == 0
    assert only(run(incidents=frames.incidents(quiet, quiet | {"effect": "control"})), name) == 2
    assert only(run(incidents=frames.incidents(quiet, quiet | {"deaths_best": 1}), **KNOWN), name) == 1
    assert only(run(incidents=frames.incidents(quiet | {"effect": "none"}), **KNOWN), name) == 0


@pytest.mark.parametrize(("exact_m", "vague_m"), [(69_640, 66_281), (66_281, 69_640), (52_000, 51_000),
                                                  (130_000, 51_000), (400_000, 390_000), (74_999, 49_999)])  # fmt: skip
def test_the_nearest_is_the_nearest_of_both_precisions(exact_m, vague_m):
    rows = [{"day": "2018-06-01"} | east(exact_m), {"day": "2018-06-01", "precision": 2} | east(vague_m)]
    for order in (rows, rows[::-1]):
        result = run(incidents=frames.incidents(*order))
        assert only(result, "nearest_incident_m") == pytest.approx(min(exact_m, vague_m), abs=0.002)
        named = result.evidence[result.evidence["fact"] == "nearest"]
        assert named["distance_m"].tolist() == [only(result, "nearest_incident_m")]


def test_the_nearest_of_many_is_that_of_brute_force():
    rng = np.random.default_rng(4)
    places = [{"lon": x, "lat": y} for x, y in zip(rng.uniform(19, 21, 12), rng.uniform(5, 7, 12), strict=True)]
    rows = [
        {"day": str(day)[:10], "lon": x, "lat": y, "precision": p, "deaths_best": d}
        for day, x, y, p, d in zip(
            pd.Timestamp("2014-06-01") + pd.to_timedelta(rng.integers(0, 1700, 60), "D"),
            rng.uniform(17, 23, 60),
            rng.uniform(3, 9, 60),
            rng.integers(1, 5, 60),
            rng.integers(0, 3, 60),
            strict=True,
        )
    ]
    events = frames.incidents(*rows)
    got = run(frames.sites(*places), events).sites.set_index("site_id")["nearest_incident_m"]
    use = events[(events["precision"] <= 2) & (events["deaths_best"] >= 1) & (events["date_start"] <= T)]
    use = use[use["date_end"] > pd.Timestamp(T) - pd.DateOffset(months=36)]
    for i, place in enumerate(places):
        away = GEOD.inv([place["lon"]] * len(use), [place["lat"]] * len(use), use["lon"], use["lat"])[2]
        assert got[str(i + 1)] == pytest.approx(min(away), abs=0.001)


def test_the_latest_is_of_those_within_50_km_and_not_after_the_date():
    rows = [{"day": "2018-05-01"}, {"day": "2018-07-01"} | east(49_999), {"day": "2018-08-01"} | east(50_001)]
    assert only(run(incidents=frames.incidents(*rows)), "latest_incident_date") == pd.Timestamp("2018-07-01")
    lasts = {"date_start": "2018-06-01", "date_end": "2019-03-01"}
    assert only(run(incidents=frames.incidents(lasts)), "latest_incident_date") == pd.Timestamp(T)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"day": T}, 1.0),
        ({"day": "2017-12-31"}, math.exp(-1)),
        ({"day": T, **east(30_000)}, math.exp(-1)),
        ({"day": T, "precision": 2}, 1.0),
        ({"day": T, "precision": 3}, 0.0),
        ({"day": T, "deaths_best": 0, "effect": "violent"}, 0.0),
        ({"day": T, "deaths_best": 500}, 1.0),  # events are counted, not deaths
        ({"day": T, **east(199_999)}, math.exp(-199_999 / 30_000)),
        ({"day": T, **east(200_001)}, 0.0),
        ({"day": "2008-12-31"}, math.exp(-3652 / 365)),  # ten years, to the day
        ({"day": "2008-12-30"}, 0.0),
        ({"date_start": "2017-12-31", "date_end": "2018-12-31"}, math.exp(-1)),  # as old as its first day
        ({"day": "2019-01-01"}, 0.0),
    ],
)
def test_the_order_within_a_class(event, expected):
    assert only(run(incidents=frames.incidents(event)), "incident_intensity") == pytest.approx(expected, abs=1e-6)


def test_the_order_is_of_the_source_that_gives_most_and_blank_where_nothing_was_seen():
    rows = [{"day": T}, {"day": T, "source": "acled", "dataset": "ACLED"}, {"day": T, "source": "acled",
                                                                           "dataset": "ACLED"}]  # fmt: skip
    assert only(run(incidents=frames.incidents(*rows)), "incident_intensity") == 2.0
    assert only(run(), "incident_intensity") == 0.0
    assert pd.isna(only(run(covered=False), "incident_intensity"))
    assert pd.isna(only(run(frames.sites({"lon": NAN, "lat": NAN})), "incident_intensity"))
