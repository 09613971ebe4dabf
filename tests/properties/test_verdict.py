"""What must hold of every verdict, whatever the data: it never invents safety, and its evidence proves it."""

from __future__ import annotations

import copy
import os

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo import schema
from geo.assess import assess
from geo.rules.classify import RANK
from geo.rules.rederive import rederive
from geo.rules.rule_set import from_dict
from jobs.assessment.verify import _same
from layers.reference.rule_files import default_rules
from tests import brute, frames
from tests.geo.test_assess import REGISTER

T = "2018-12-31"
MANY = settings(
    max_examples=200 if os.environ.get("CAHRA_THOROUGH") else 15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
DAYS = pd.date_range("2015-10-01", "2019-01-10", freq="D").strftime("%Y-%m-%d").tolist()
UNITS = ["A region", "B", "", "nowhere"]

event = st.fixed_dictionaries(
    {
        "lon": st.floats(19.3, 20.7).map(lambda v: round(v, 4)),
        "lat": st.floats(5.3, 6.7).map(lambda v: round(v, 4)),
        "date_start": st.sampled_from(DAYS),
        "lasts": st.integers(0, 40),
        "precision": st.sampled_from([1, 1, 1, 2, 2, 3, 4, 5, 6]),
        "deaths_best": st.integers(0, 14),
        "below": st.integers(0, 9),
        "above": st.integers(0, 9),
        "source": st.sampled_from(["ucdp", "ucdp", "acled"]),
        "admin1": st.sampled_from(["P", "Q", ""]),
        "admin2": st.sampled_from(UNITS),
    }
)
site = st.fixed_dictionaries(
    {
        "lon": st.floats(19.6, 20.4).map(lambda v: round(v, 4)),
        "lat": st.floats(5.6, 6.4).map(lambda v: round(v, 4)),
        "coord_precision_km": st.sampled_from([0.1, 5.0, 12.0, float("nan")]),
        "admin2": st.sampled_from(["A", "B", ""]),
        "minerals": st.sampled_from(["gold", "diamond", ""]),
    }
)


def made(events):
    rows = []
    for e in events:
        end = pd.Timestamp(e["date_start"]) + pd.Timedelta(days=e["lasts"])
        low = max(e["deaths_best"] - e["below"], 0)
        row = {k: v for k, v in e.items() if k not in ("lasts", "below", "above")}
        dataset = {"ucdp": "UCDP GED", "acled": "Other events"}[e["source"]]
        rows.append(
            row | {"date_end": end, "deaths_low": low, "deaths_high": e["deaths_best"] + e["above"], "dataset": dataset}
        )
    return frames.incidents(*rows)


BOXES = frames.squares({"A": (19, 5, 20, 7), "G": (20, 5, 20.2, 7), "B": (20.2, 5, 21, 7)})


def run(sites, events, rules=None, **more):
    base = {"coverage": frames.coverage("CAF"), "outlines": frames.outlines(), "zones": REGISTER}
    far = frames.incidents(
        {"record_id": "far", "day": "1990-01-01", "lon": 11, "lat": 11, "admin1": "Z", "admin2": "Z"}
    )
    everything = pd.concat([far, made(events)], ignore_index=True)
    return assess(frames.sites(*sites), everything, as_of=T, rules=rules or default_rules(), **base | more)


def ranks(result, column="overall_class"):
    return np.array([RANK[c] for c in result.sites[column]])


def words(result, column):
    return [set(filter(None, text.split(";"))) for text in result.sites[column]]


lists = {"sites": st.lists(site, min_size=1, max_size=3), "events": st.lists(event, max_size=12)}
with_boundaries = st.sampled_from([None, BOXES])


@MANY
@given(**lists, boundaries=with_boundaries)
def test_the_evidence_alone_gives_every_derived_column(sites, events, boundaries):
    result = run(sites, events, boundaries=boundaries)
    source_of = dict(zip(result.datasets["dataset"], result.datasets["source"], strict=True))
    derived = rederive(result.sites, result.evidence, default_rules(), source_of)
    for name in derived.columns:
        for have, want in zip(result.sites[name], derived[name], strict=True):
            assert _same(have, want), (name, have, want)


@MANY
@given(**lists, boundaries=with_boundaries)
def test_certain_is_never_above_nominal_nor_nominal_above_possible(sites, events, boundaries):
    result = run(sites, events, boundaries=boundaries)
    assert (ranks(result, "certain_class") <= ranks(result)).all()
    assert (ranks(result) <= ranks(result, "possible_class")).all()


@MANY
@given(**lists, drop=st.integers(0, 11), boundaries=with_boundaries)
def test_removing_an_incident_never_raises_a_class(sites, events, drop, boundaries):
    fewer = events[:drop] + events[drop + 1 :]
    before, after = run(sites, events, boundaries=boundaries), run(sites, fewer, boundaries=boundaries)
    for column in ("overall_class", "local_class", "area_class", "certain_class", "possible_class"):
        assert (ranks(after, column) <= ranks(before, column)).all()


@MANY
@given(**lists)
def test_removing_coverage_coordinates_or_boundaries_never_calms_below_insufficient(sites, events):
    before = run(sites, events, boundaries=BOXES)
    placeless = [s | {"lon": float("nan"), "lat": float("nan")} for s in sites]
    unitless = [s | {"admin2": ""} for s in sites]
    for after in (
        run(sites, events, boundaries=BOXES, coverage=None),
        run(sites, events, boundaries=BOXES, outlines=None),
        run(placeless, events, boundaries=BOXES),
    ):
        assert (ranks(after) >= RANK["insufficient data"]).all()
        assert (ranks(after, "possible_class") >= ranks(before, "possible_class")).all()
    assert (ranks(run(unitless, events)) >= RANK["insufficient data"]).all()


@MANY
@given(**lists)
def test_removing_another_layer_makes_rules_unknown_grow(sites, events):
    before = run(sites, events)
    after = run(sites, events, zones=None)
    for b, a, fired in zip(words(before, "rules_unknown"), words(after, "rules_unknown"), words(before, "rules_fired"),
                           strict=True):  # fmt: skip
        assert b <= a
        assert ("H9" in fired) <= ("H9" in a)


@MANY
@given(**lists, rule=st.sampled_from(["C1", "H1", "H2", "H4"]), wider=st.floats(0, 60), longer=st.integers(0, 24))
def test_a_larger_radius_or_window_never_lowers_a_class(sites, events, rule, wider, longer):
    table = copy.deepcopy(dict(default_rules().source))
    changed = next(r for r in table["rule"] if r["id"] == rule)
    changed["within_km"] += wider
    for test in changed["tests"]:
        test["months"] += longer
    before, after = run(sites, events), run(sites, events, rules=from_dict(table))
    for column in ("overall_class", "certain_class", "possible_class"):
        assert (ranks(after, column) >= ranks(before, column)).all()


@MANY
@given(**lists, vaguer=st.floats(0.1, 30), boundaries=with_boundaries)
def test_more_uncertainty_never_adds_certainty_nor_removes_possibility(sites, events, vaguer, boundaries):
    vague = [s | {"coord_precision_km": s["coord_precision_km"] + vaguer} for s in sites]
    unknown = [s | {"coord_precision_km": float("nan")} for s in sites]
    wider = [e | {"below": e["below"] + 3, "above": e["above"] + 3} for e in events]
    before = run(sites, events, boundaries=boundaries)
    for after in (
        run(vague, events, boundaries=boundaries),
        run(unknown, events, boundaries=boundaries),
        run(sites, wider, boundaries=boundaries),
    ):
        assert (ranks(after, "certain_class") <= ranks(before, "certain_class")).all()
        assert (ranks(after, "possible_class") >= ranks(before, "possible_class")).all()
        assert (after.sites["overall_class"] == before.sites["overall_class"]).all()


@MANY
@given(**lists)
def test_the_distance_rules_are_what_brute_force_says(sites, events):
    result = run(sites, events)
    given_sites, given_events = frames.sites(*sites), made(events)
    for i, row in given_sites.iterrows():
        expected = brute.near_rules(row, given_events, T)
        assert words(result, "rules_fired")[i] & set(brute.NEAR) == set(expected)
        for rule, (_, _, ids) in expected.items():
            mine = result.evidence[(result.evidence["site_id"] == row.site_id) & (result.evidence["rule"] == rule)]
            assert set(mine[mine["kind"] == "incident"]["record_id"]) == ids


@MANY
@given(**lists, seed=st.integers(0, 2**16))
def test_order_index_repeats_and_columns_change_nothing(sites, events, seed):
    rng = np.random.default_rng(seed)
    table, rows = frames.sites(*sites), made(events)
    more = {"coverage": frames.coverage("CAF"), "outlines": frames.outlines(), "zones": REGISTER, "boundaries": BOXES}
    one = assess(table, rows, as_of=T, rules=default_rules(), **more)
    again = pd.concat([rows, rows], ignore_index=True).sample(frac=1, random_state=seed)
    mixed = table.sample(frac=1, random_state=seed)[list(rng.permutation(table.columns))]
    two = assess(mixed, again, as_of=T, rules=default_rules(), **more)
    pd.testing.assert_frame_equal(one.sites, two.sites)
    pd.testing.assert_frame_equal(one.evidence, two.evidence)


@pytest.mark.parametrize("column", ["overall_class", "possible_class", "certain_class"])
def test_without_any_dataset_every_class_is_insufficient_or_graver(column):
    result = assess(frames.sites({}), None, as_of=T, rules=default_rules())
    assert RANK[result.sites[column].iloc[0]] >= RANK["insufficient data"]
    assert set(result.sites.columns) >= {c.name for c in schema.ASSESSED}
