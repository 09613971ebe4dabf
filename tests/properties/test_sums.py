"""Classes and figures from sums are those from pairs, also where everything hangs on a millimetre or a day."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.assess import assess
from layers.reference.rule_files import default_rules
from tests import frames
from tests.geo.cases import REGISTER
from tests.properties.verdicts import (
    BOXES,
    COVERED,
    DAYS,
    MANY,
    REGIONS,
    event,
    layers,
    made,
    more_layers,
    rule_sets,
    with_boundaries,
)

GEOD = Geod(ellps="WGS84")
RULES = default_rules()
LIMITS = [0.0, 20_000.0, 25_000.0, 45_000.0, 50_000.0, 75_000.0]
edge = st.fixed_dictionaries(
    {
        "of": st.integers(0, 2),
        "azimuth": st.floats(0, 360),
        "limit": st.sampled_from(LIMITS),
        "wrong": st.sampled_from([0.0, 100.0, 5_000.0, 12_000.0, -5_000.0, -12_000.0]),
        "off": st.sampled_from([0.0, 0.0, 1e-7, -1e-7, 4e-4, -4e-4, 6e-4, -6e-4, 1.0]),
        "start": st.sampled_from(["2018-12-31", "2018-01-01", "2017-12-31", "2016-01-01", "2015-12-31", "2017-12-30"]),
    }
)


def same(sites, events, rules, as_of, **options) -> pd.DataFrame:
    """All that two runs say of sites, with evidence and without."""
    with_pairs = assess(sites, events, as_of=as_of, rules=rules, **options)
    with_sums = assess(sites, events, as_of=as_of, rules=rules, explain=False, **options)
    pd.testing.assert_frame_equal(with_sums.sites, with_pairs.sites)
    pd.testing.assert_frame_equal(with_sums.fired, with_pairs.fired)
    assert with_sums.report == with_pairs.report
    return with_sums.sites


@MANY
@given(
    **layers,
    **more_layers,
    edges=st.lists(st.tuples(edge, event), max_size=6),
    boundaries=with_boundaries,
    rules=st.just(RULES) | rule_sets(),
    days=st.none() | st.lists(st.sampled_from(DAYS), min_size=3, max_size=3),
    secret=st.booleans(),
)
def test_sums_say_what_pairs_say(sites, events, visits, statuses, edges, boundaries, rules, days, secret):
    rows = [{**s, "site_id": str(i + 1), "admin1": "P", "admin2": "A"} for i, s in enumerate(sites)]
    # Events that lie on the limit of a rule, with and without what either place may be wrong by, give or take less than
    # can be seen; on the first and last day of a window.
    for at, drawn in edges:
        near = rows[at["of"] % len(rows)]
        away = max(at["limit"] + at["wrong"] + at["off"], 0.0)
        lon, lat, _ = GEOD.fwd(near["lon"], near["lat"], at["azimuth"], away)
        events = [*events, {**drawn, "lon": lon, "lat": lat, "date_start": at["start"]}]
    incidents = made(events)
    if secret:
        incidents["restricted"] = incidents["source"] == "acled"
    as_of = "2018-12-31" if days is None else days[: len(rows)]
    same(
        frames.sites(*rows),
        incidents,
        rules,
        as_of,
        boundaries=boundaries,
        coverage=COVERED,
        outlines=frames.outlines(),
        zones=REGISTER,
        visits=frames.visits(*visits),
        statuses=frames.statuses(*statuses),
    )


@MANY
@given(seed=st.integers(0, 2**32 - 1), dated=st.booleans())
def test_of_many_sites_in_several_blocks(seed, dated):
    """Vague sites among exact ones, incidents at one place, several sources: more than a block holds."""
    rng = np.random.default_rng(seed)
    n, m = 60, 900
    rows = [
        {"site_id": str(i), "lon": 19.3 + 1.5 * rng.random(), "lat": 5.3 + 1.5 * rng.random(),
         "coord_precision_km": rng.choice([0.1, 5.0, 5.5, 30.0, 120.0, np.nan])}
        for i in range(n)
    ]  # fmt: skip
    places = np.column_stack((19 + 2 * rng.random(40), 5 + 2 * rng.random(40)))
    events = [
        {"lon": places[k, 0], "lat": places[k, 1], "precision": int(rng.integers(1, 5)),
         "day": pd.Timestamp("2018-12-31") - pd.Timedelta(days=int(rng.integers(0, 1200))),
         "deaths_best": float(rng.integers(0, 5)), "source": str(rng.choice(["ucdp", "acled", "own"])),
         "date_prec": float(rng.choice([1, 2, 5])), "violence": str(rng.choice(["", "one-sided"]))}
        for k in rng.integers(0, 40, m)
    ]  # fmt: skip
    as_of = pd.Series(rng.choice(pd.date_range("2017-01-01", "2018-12-31"), n)) if dated else "2018-12-31"
    same(
        frames.sites(*rows),
        frames.incidents(*events),
        RULES,
        as_of,
        boundaries=[BOXES, REGIONS],
        coverage=COVERED,
        outlines=frames.outlines(),
    )


def test_every_limit_on_both_sides_of_it():
    """Three events at one place for each limit, error and side; sites far from each other."""
    rows, events = [], []
    offs = [0.0, 1e-7, -1e-7, 4e-4, -4e-4, 6e-4, -6e-4, 2e-3, -2e-3]
    cases = [
        (limit, wrong, off, error, precision)
        for limit in (20_000.0, 25_000.0, 50_000.0)
        for error in (0.1, 5.0)
        for precision in (1, 2)
        for wrong in (0.0, error * 1000, -error * 1000, error * 1000 + 25_000, -error * 1000 - 25_000)
        for off in offs
        if limit + wrong + off > 0
    ]
    for i, (limit, wrong, off, error, precision) in enumerate(cases):
        lon, lat = -170 + 3.5 * (i % 97), -60 + 3.5 * (i // 97)
        rows.append({"site_id": str(i), "lon": lon, "lat": lat, "coord_precision_km": error, "country": ""})
        x, y, _ = GEOD.fwd(lon, lat, 37.0 * i, limit + wrong + off)
        one = {"lon": x, "lat": y, "precision": precision, "day": "2018-06-01", "deaths_best": 2.0, "country": ""}
        events += [one] * 3
    result = same(frames.sites(*rows), frames.incidents(*events), RULES, "2018-12-31")
    # On the limit itself, to what evidence shows, an event counts; two millimetres farther it does not.
    at = dict(zip(cases, result.sort_values("site_id", key=lambda s: s.astype(int)).itertuples(), strict=True))
    assert at[20_000.0, 0.0, 0.0, 0.1, 1].incidents_20km_12m == 3
    assert "C1" in at[20_000.0, 0.0, -1e-7, 0.1, 1].rules_fired
    assert np.isnan(at[20_000.0, 0.0, 2e-3, 0.1, 1].incidents_20km_12m)
