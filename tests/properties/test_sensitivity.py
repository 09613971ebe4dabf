"""A sweep equals running every setting again; what flips a class does so when applied, and a hair less does not."""

from __future__ import annotations

import copy
import functools

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.assess import assess
from geo.records.incidents import prepare
from geo.rules.rule_set import from_dict
from geo.sensitivity.draws import shares
from geo.sensitivity.flip import REACH, flips
from geo.sensitivity.pass_once import CLASSES, prepare_pass
from geo.sensitivity.scaling import Grid, scaled_rules
from geo.sensitivity.sweep import stability, sweep, what_matters
from layers.reference.rule_files import default_rules
from tests import frames
from tests.examples import examples

T = "2018-12-31"
RULES = default_rules()
FEW = settings(max_examples=examples(6), deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Each scene has several sites, so that one run of a setting asks many of them."""


def on(days_back):
    return str((pd.Timestamp(T) - pd.Timedelta(days=days_back)).date())


minutes = st.one_of(st.integers(-18, 18), st.integers(-60, 60))
"""Degrees/60 from the first site: half of them within the shortest radius."""
back = st.one_of(
    st.integers(0, 370),
    st.integers(0, 1400),
    st.sampled_from([6, 12, 12, 12, 24, 36, 36]).map(
        lambda m: (pd.Timestamp(T) - (pd.Timestamp(T) - pd.DateOffset(months=m))).days
    ),
)
"""Days before the date: many in the shortest window, some on the very day that a window leaves out."""
event = st.fixed_dictionaries(
    {
        "lon": minutes.map(lambda v: round(20 + v / 60, 4)),
        "lat": minutes.map(lambda v: round(6 + v / 120, 4)),
        "day": back.map(on),
        "precision": st.sampled_from([1, 1, 1, 2, 3]),
        "deaths_best": st.sampled_from([0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 3.0, 7.0]),
        "source": st.sampled_from(["ucdp", "other"]),
        "effect": st.sampled_from(["lethal", "violent", "control"]),
    }
)
NEAR = {"lat": 6.02, "lon": 20.03, "source": "ucdp", "precision": 1}
close = st.builds(lambda e, d: e | NEAR | {"day": on(d)}, event, st.integers(0, 450))
"""Enough in one place and year that a rule is met in more than one way."""
crowd = st.lists(close, min_size=4, max_size=9)
quiet = st.lists(close.map(lambda e: e | {"deaths_best": 0.0}), min_size=4, max_size=9)
"""Only what is violent or takes ground: else a lethal incident nearly always hides the rule that counts these."""
scenes = {"events": st.one_of(st.lists(event, max_size=14), crowd, quiet), "covered": st.booleans()}


def scene(events, covered):
    incidents = frames.incidents(*({"dataset": e["source"]} | e for e in events))
    sites = frames.sites(
        {"site_id": "a"},
        {"site_id": "b", "lon": 20.4, "minerals": "diamond"},
        {"site_id": "c", "lon": 19.6, "lat": 6.2},
        {"site_id": "d", "lon": 20.2, "lat": 5.7},
    )
    options = {"coverage": frames.coverage("CAF", dataset="ucdp") if covered else None, "outlines": frames.outlines()}
    return sites, incidents, {"as_of": T} | options


def classes(sites, incidents, options, rules):
    return assess(sites, incidents, rules=rules, explain=False, **options).sites["site_class"].tolist()


@FEW
@given(**scenes)
def test_a_sweep_is_every_setting_run_again(events, covered):
    sites, incidents, options = scene(events, covered)
    grid = Grid((0.6, 1.0, 1.7), (0.5, 1.0), (1.0, 2.0))
    result = assess(sites, incidents, rules=RULES, explain=False, **options)
    done = prepare_pass(RULES, result, prepare(incidents), radius_factor=1.7, months=51)
    codes = sweep(done, grid)
    r, w, k = grid.nominal
    assert [CLASSES[c] for c in codes[r, w, k]] == result.sites["site_class"].tolist()
    for i, a in enumerate(grid.radius):
        for j, b in enumerate(grid.window):
            for m, c in enumerate(grid.count):
                again = classes(sites, incidents, options, scaled_rules(RULES, a, b, c))
                assert [CLASSES[x] for x in codes[i, j, m]] == again, (a, b, c)
    share = stability(done, grid, codes)["share_same_class"]
    assert (share * len(grid)).round(3).between(1, len(grid)).all()
    assert what_matters(done, grid, codes)["share_changed"].between(0, 1).all()


def applied(rule_id, what, current, value):
    """The rules with one number changed: one rule set for each test that holds the current value."""
    key = {"radius_km": "within_km", "window_months": "months", "events": "min_events", "deaths": "min_deaths"}[what]
    own = next(r for r in RULES.source["rule"] if r["id"] == rule_id)
    places = [None] if what == "radius_km" else [i for i, t in enumerate(own["tests"]) if t.get(key) == current]
    for place in places:
        table = copy.deepcopy(dict(RULES.source))
        rule = next(r for r in table["rule"] if r["id"] == rule_id)
        (rule if place is None else rule["tests"][place])[key] = value if place is None else int(value)
        yield from_dict(table)


@FEW
@given(**scenes)
def test_what_flips_a_class_flips_it_and_a_hair_less_does_not(events, covered):
    sites, incidents, options = scene(events, covered)
    result = assess(sites, incidents, rules=RULES, explain=False, **options)
    months = max(r.longest_months for r in RULES.of_kind("near")) * REACH
    done = prepare_pass(RULES, result, prepare(incidents), radius_factor=REACH, months=months)
    asked = functools.cache(lambda *number: [classes(sites, incidents, options, r) for r in applied(*number)])
    for f in flips(done).itertuples():
        row = result.sites["site_id"].tolist().index(f.site_id)
        assert result.sites["site_class"].iloc[row] == f.class_now
        back = {"radius_km": 1e-6}.get(f.what, 1) * (1 if f.flips_at < f.current else -1)
        hair = round(f.flips_at + back, 6)
        each = zip(asked(f.rule, f.what, f.current, f.flips_at), asked(f.rule, f.what, f.current, hair), strict=True)
        # Two tests of a rule may hold the same number: it is one of them that flips.
        turned = [
            there[row] == f.class_then and (hair == f.current or short[row] == f.class_now) for there, short in each
        ]
        assert any(turned), f


def test_the_radius_that_flips_is_the_distance_of_the_incident():
    sites = frames.sites({"site_id": "a"})
    incidents = frames.incidents({"day": "2018-06-01", "lon": 20.25, "lat": 6.0, "record_id": "far", "deaths_best": 3})
    options = {"as_of": T, "coverage": frames.coverage("CAF"), "outlines": frames.outlines()}
    result = assess(sites, incidents, rules=RULES, explain=False, **options)
    done = prepare_pass(RULES, result, prepare(incidents), radius_factor=REACH, months=108)
    found = flips(done)
    h1 = found[(found["rule"] == "H1") & (found["what"] == "radius_km")].iloc[0]
    assert (h1["class_now"], h1["class_then"], h1["record_id"]) == ("no indicators found", "high-risk", "far")
    assert h1["flips_at"] == pytest.approx(27.672, abs=0.01)
    assert h1["current"] == 20


def test_draws_are_repeated_by_their_seed_and_an_exact_incident_is_always_there():
    sites = frames.sites({"site_id": "a"}, {"site_id": "b", "lon": 21.5})
    incidents = frames.incidents(
        {"day": "2018-06-01", "deaths_best": 6},
        {"day": "2018-06-01", "lon": 21.7, "precision": 2, "deaths_best": 1},
    )
    options = {"as_of": T, "coverage": frames.coverage("CAF"), "outlines": frames.outlines()}
    result = assess(sites, incidents, rules=RULES, explain=False, **options)
    done = prepare_pass(RULES, result, prepare(incidents))
    one, two = (shares(done, {}, draws=60, seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(one, two)
    assert one["share_conflict_affected"].tolist() == [1.0, 0.0]
    assert 0.1 < one["share_high_risk"].iloc[1] < 0.95
    total = one[[c for c in one if c.startswith("share_")]].sum(axis=1)
    assert np.allclose(total, 1.0)
