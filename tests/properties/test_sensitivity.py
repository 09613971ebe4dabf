"""A sweep equals running every setting again; what flips a class does so when applied, and a hair less does not."""

from __future__ import annotations

import copy

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
event = st.fixed_dictionaries(
    {
        "lon": st.integers(-60, 60).map(lambda v: round(20 + v / 60, 4)),
        "lat": st.integers(-30, 30).map(lambda v: round(6 + v / 60, 4)),
        "day": st.integers(0, 1400).map(lambda d: str((pd.Timestamp(T) - pd.Timedelta(days=d)).date())),
        "precision": st.sampled_from([1, 1, 1, 2, 3]),
        "deaths_best": st.integers(0, 7).map(float),
        "source": st.sampled_from(["ucdp", "other"]),
        "effect": st.sampled_from(["lethal", "violent"]),
    }
)
scenes = {"events": st.lists(event, max_size=14), "covered": st.booleans()}


def scene(events, covered):
    incidents = frames.incidents(*({"dataset": e["source"]} | e for e in events))
    sites = frames.sites({"site_id": "a"}, {"site_id": "b", "lon": 20.4, "minerals": "diamond"})
    told = {"coverage": frames.coverage("CAF", dataset="ucdp") if covered else None, "outlines": frames.outlines()}
    return sites, incidents, {"as_of": T} | told


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
    table = copy.deepcopy(dict(RULES.source))
    rule = next(r for r in table["rule"] if r["id"] == rule_id)
    if what == "radius_km":
        rule["within_km"] = value
        return from_dict(table)
    key = {"window_months": "months", "events": "min_events", "deaths": "min_deaths"}[what]
    test = next(t for t in rule["tests"] if t.get(key) == current)
    test[key] = int(value)
    return from_dict(table)


@FEW
@given(**scenes)
def test_what_flips_a_class_flips_it_and_a_hair_less_does_not(events, covered):
    sites, incidents, options = scene(events, covered)
    result = assess(sites, incidents, rules=RULES, explain=False, **options)
    months = max(r.longest_months for r in RULES.of_kind("near")) * REACH
    done = prepare_pass(RULES, result, prepare(incidents), radius_factor=REACH, months=months)
    for f in flips(done).itertuples():
        row = result.sites["site_id"].tolist().index(f.site_id)
        assert result.sites["site_class"].iloc[row] == f.class_now
        if f.rule == "H11" and f.what == "window_months":
            continue  # its two tests share one number of months
        assert (
            classes(sites, incidents, options, applied(f.rule, f.what, f.current, f.flips_at))[row] == f.class_then
        ), f
        back = {"radius_km": 1e-6}.get(f.what, 1) * (1 if f.flips_at < f.current else -1)
        hair = round(f.flips_at + back, 6)
        if hair != f.current:
            assert classes(sites, incidents, options, applied(f.rule, f.what, f.current, hair))[row] == f.class_now, f


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
