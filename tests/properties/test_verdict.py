"""What must hold of every verdict, whatever the data: it never invents safety, and its evidence proves it."""

from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import schema
from geo.assess import assess
from geo.rules.classify import RANK
from geo.rules.figures import names_all
from geo.rules.rederive import rederive
from geo.rules.rule_set import from_dict
from jobs.read_back import same as _same
from layers.reference.rule_files import default_rules
from tests import frames
from tests.properties.verdicts import (
    BOXES,
    CLASSES,
    COVERED,
    MANY,
    NAN,
    REGIONS,
    T,
    layers,
    made,
    more_layers,
    ranks,
    refused,
    rule_sets,
    run,
    with_boundaries,
    words,
)

NEAR = sorted(r.id for r in default_rules().of_kind("near"))
INSUFFICIENT = RANK["insufficient data"]


@MANY
@given(**layers, **more_layers, boundaries=with_boundaries, rules=rule_sets())
def test_the_evidence_alone_gives_every_derived_column(sites, events, visits, statuses, boundaries, rules):
    result = run(sites, events, boundaries=boundaries, rules=rules, visits=visits, statuses=statuses)
    derived = rederive(result.sites, result.evidence, rules, result.source_of)
    assert set(derived.columns) >= {*CLASSES, "rules_fired", "area_rules_fired", "rules_unknown", "gaps", "area_gaps",
                                    "zone_status", "eu_listed", "kp_restricted", "nearest_incident_m"}  # fmt: skip
    assert (derived.pop("fault") == "").all()
    for name in derived.columns:
        for have, want in zip(result.sites[name], derived[name], strict=True):
            if name == "sources_disagree" and want is None and not _names_what_visits_are_held_against(rules):
                continue  # `cahra verify` says that nothing proves the column
            assert _same(have, want), (name, have, want)


def test_what_is_covered_over_three_years_is_covered_over_the_two_that_visits_count():
    visit = {"site_id": "1", "visit_date": "2017-01-01", "visit_basis": "on_site", "date_imprecise": False,
             "informative": True, "non_state_armed": True, "lon": 20.0, "lat": 6.0}  # fmt: skip
    site = {"lon": 20.0, "lat": 6.0, "coord_precision_km": 0.1, "minerals": "gold"}
    rules = default_rules()
    result = run([site], [], boundaries=None, rules=rules, visits=[visit], statuses=[])
    assert result.sites["sources_disagree"].tolist() == ["armed_group_without_incidents"]
    derived = rederive(result.sites, result.evidence, rules, result.source_of)
    assert derived["sources_disagree"].tolist() == ["armed_group_without_incidents"]


def _names_what_visits_are_held_against(rules):
    """Whether a rule names every incident near a site as far back as a visit that found an armed group counts."""
    visit = next(r for r in rules.of_kind("visit") if "non_state_armed" in r.facts and not r.until_clean)
    return any(names_all([r]) and r.longest_months >= visit.months for r in rules.of_kind("near"))


@MANY
@given(**layers, **more_layers, boundaries=with_boundaries, rules=rule_sets())
def test_certain_is_never_above_nominal_nor_nominal_above_possible(sites, events, visits, statuses, boundaries, rules):
    result = run(sites, events, boundaries=boundaries, rules=rules, visits=visits, statuses=statuses)
    assert (ranks(result, "certain_class") <= ranks(result)).all()
    assert (ranks(result) <= ranks(result, "possible_class")).all()


@MANY
@given(**layers, drop=st.integers(0, 13), boundaries=with_boundaries, rules=rule_sets())
def test_removing_an_incident_never_raises_a_class(sites, events, drop, boundaries, rules):
    fewer = events[:drop] + events[drop + 1 :]
    before, after = (run(sites, e, boundaries=boundaries, rules=rules) for e in (events, fewer))
    same_sets = refused(before) == refused(after)
    for column in CLASSES:
        assert (ranks(after, column) <= ranks(before, column))[same_sets | (column == "site_class")].all(), column
    for name in ("incidents_20km_12m", "deaths_20km_12m", "incident_intensity"):
        assert (after.sites[name] <= before.sites[name]).all()


@MANY
@given(**layers, **more_layers, rules=rule_sets(), taken=st.integers(0, 4))
def test_removing_coverage_or_coordinates_never_calms_below_insufficient(sites, events, visits, statuses, rules, taken):
    told = {"visits": visits, "statuses": statuses, "rules": rules}
    placeless = [s | {"lon": NAN, "lat": NAN} for s in sites]
    without, events_left, more = [
        (sites, events, {"coverage": None}),
        (sites, events, {"coverage": COVERED.assign(to=pd.Timestamp("2018-12-30"))}),
        (sites, events, {"outlines": None}),
        (placeless, events, {}),
        (sites, [], {"coverage": None}),
    ][taken]
    before, after = run(sites, events, **told), run(without, events_left, **told, **more)
    assert (ranks(after) >= INSUFFICIENT).all()
    assert (ranks(after, "certain_class") >= INSUFFICIENT).all()
    assert set(after.sites["data_coverage"]) == {"partial"}
    if taken in (0, 1, 2):  # what is not known lifts no bracket: only the measured is possible
        assert (ranks(after, "possible_class") == np.maximum(ranks(before, "possible_class"), INSUFFICIENT)).all()


@MANY
@given(**layers, border=st.floats(20.05, 20.9), taken=st.sampled_from(["CAF", "TCD", "both"]), rules=rule_sets())
def test_a_country_taken_away_leaves_only_wide_rules_unknown(sites, events, border, taken, rules):
    """Its coverage and its incidents are gone: who was not calm is insufficient, or stood on H4 beyond 25 km alone."""
    outlines = frames.outlines(CAF=(10, 0, border, 12), TCD=(border, 0, 30, 12))
    sites = [s | {"lon": min(s["lon"], border - 0.01)} for s in sites]
    full = pd.concat([COVERED, COVERED.assign(country_iso3="TCD").astype({"country_iso3": "str"})])
    incidents = made(events)
    abroad = incidents["lon"] > border
    incidents["country"] = pd.array(np.where(abroad, "TCD", "CAF"), dtype="str")
    lost = ["CAF", "TCD"] if taken == "both" else [taken]
    told = {"outlines": outlines, "rules": rules, "boundaries": None}
    before = run(sites, incidents, coverage=full, **told)
    far = incidents["record_id"] == "far"  # its dataset stays loaded
    after = run(sites, incidents[far | ~incidents["country"].isin(lost)],
                coverage=full[~full["country_iso3"].isin(lost)], **told)  # fmt: skip
    wide = {r.id for r in rules.of_kind("near") if r.within_km > rules.settings.neighbour_km}
    for was, now, fired, unknown, coverage in zip(
        ranks(before), ranks(after), words(before, "rules_fired"), words(after, "rules_unknown"),
        after.sites["data_coverage"], strict=True,
    ):  # fmt: skip
        if was > INSUFFICIENT > now:
            assert fired <= wide & unknown
            assert coverage == "partial"
    if taken != "TCD":
        assert (ranks(after) >= INSUFFICIENT).all()


@MANY
@given(**layers, rules=rule_sets(), taken=st.integers(0, 8))
def test_removing_boundaries_or_labels_never_calms_an_area_below_insufficient(sites, events, rules, taken):
    incidents, table = made(events), frames.sites(*sites)
    blank = pd.array([""] * len(incidents), dtype="str")
    other = incidents["admin2"].replace({"A region": "Aa"}).astype("str")
    unstated = table.assign(admin1="", admin2="").astype({"admin1": "str", "admin2": "str"})
    left, more = [
        (incidents, {"boundaries": None}),
        (incidents, {"boundaries": [BOXES]}),
        (incidents, {"boundaries": [REGIONS]}),
        (incidents.assign(admin2=blank), {}),
        (incidents.assign(admin1=blank, admin2=blank), {}),
        (incidents.assign(admin2=other), {}),
        (incidents, {"boundaries": None, "table": unstated}),
        (incidents, {"coverage": None}),
        (incidents.assign(admin1=blank, admin2=blank), {"boundaries": None}),
    ][taken]
    before, after = run(sites, incidents, rules=rules), run(sites, left, rules=rules, **more)
    # Of a set that its labels contradict nothing was known before: without them nothing speaks against it.
    floor = np.where(refused(before), 0, np.minimum(ranks(before, "area_class"), INSUFFICIENT))
    assert (ranks(after, "area_class") >= floor).all()
    if rules.of_kind("area") and ("boundaries" in more or "coverage" in more):
        levels = {r.level for r in rules.of_kind("area")}
        held = {b.level for b in more.get("boundaries") or ()}
        if "coverage" in more or not levels <= held:
            assert (ranks(after, "area_class") >= INSUFFICIENT).all()


@MANY
@given(**layers, **more_layers, taken=st.sampled_from(["visits", "statuses", "listed", "zones"]))
def test_removing_another_layer_makes_rules_unknown_grow(sites, events, visits, statuses, taken):
    told = {"visits": visits, "statuses": statuses}
    before = run(sites, events, **told)
    after = run(sites, events, **told | {taken: () if taken in told else None})
    site_rules = {r.id for r in default_rules().answering("site")}
    for i, (b, a) in enumerate(zip(words(before, "rules_unknown"), words(after, "rules_unknown"), strict=True)):
        assert b <= a
        was, now = ({r for r in run_.fired if run_.fired[r][i]} for run_ in (before, after))
        assert now <= was
        assert was - now <= a
        if ranks(after)[i] < INSUFFICIENT:
            assert (after.sites["data_coverage"][i] == "partial") is bool(a & site_rules)
    # No bracket is lifted by what is not known.
    assert (ranks(after, "possible_class") <= ranks(before, "possible_class")).all()


@MANY
@given(**layers, rules=rule_sets(), which=st.integers(0, 9), wider=st.integers(0, 60), longer=st.integers(0, 24))
def test_a_larger_radius_or_window_never_lowers_a_class(sites, events, rules, which, wider, longer):
    table = copy.deepcopy(dict(rules.source))
    near = [r for r in table["rule"] if r["kind"] in ("near", "area")]
    changed = near[which % len(near)]
    if "within_km" in changed:
        changed["within_km"] += wider
    for one in changed["tests"]:
        one["months"] += longer
    before, after = run(sites, events, rules=rules), run(sites, events, rules=from_dict(table))
    for column in CLASSES[:2]:
        assert (ranks(after, column) >= ranks(before, column)).all()
    for b, a in zip(words(before, "rules_fired"), words(after, "rules_fired"), strict=True):
        assert b <= a


@MANY
@given(**layers, rule=st.sampled_from(NEAR), wider=st.floats(0, 60), longer=st.integers(0, 24))
def test_a_larger_circle_or_window_of_a_default_rule_never_lowers_a_bracket(sites, events, rule, wider, longer):
    table = copy.deepcopy(dict(default_rules().source))
    changed = next(r for r in table["rule"] if r["id"] == rule)
    changed["within_km"] += wider
    for one in changed["tests"]:
        one["months"] += longer
    before, after = run(sites, events), run(sites, events, rules=from_dict(table))
    for column in ("certain_class", "possible_class"):
        assert (ranks(after, column) >= ranks(before, column)).all()


@MANY
@given(**layers, vaguer=st.floats(0.1, 30), boundaries=with_boundaries, rules=rule_sets())
def test_more_uncertainty_never_adds_certainty_nor_removes_possibility(sites, events, vaguer, boundaries, rules):
    error = rules.settings.position_error_km
    vague = [s | {"coord_precision_km": np.nan_to_num(s["coord_precision_km"], nan=error) + vaguer} for s in sites]
    wider = [e | {"below": e["below"] + 3, "above": e["above"] + 3} for e in events]
    before = run(sites, events, boundaries=boundaries, rules=rules)
    for after in (
        run(vague, events, boundaries=boundaries, rules=rules),
        run(sites, wider, boundaries=boundaries, rules=rules),
    ):
        assert (ranks(after, "certain_class") <= ranks(before, "certain_class")).all()
        assert (ranks(after, "possible_class") >= ranks(before, "possible_class")).all()
        for name in ("site_class", "area_class", "rules_fired", "area_rules_fired"):
            assert (after.sites[name] == before.sites[name]).all()


@MANY
@given(**layers, **more_layers, seed=st.integers(0, 2**16), rules=rule_sets())
def test_order_index_repeats_and_columns_change_nothing(sites, events, visits, statuses, seed, rules):
    rng = np.random.default_rng(seed)
    table, rows = frames.sites(*sites), made(events)
    told = {"visits": visits, "statuses": statuses, "rules": rules}
    one = run(sites, rows, **told)
    again = pd.concat([rows, rows], ignore_index=True).sample(frac=1, random_state=seed)
    mixed = table.sample(frac=1, random_state=seed)[list(rng.permutation(table.columns))]
    two = run(sites, again, table=mixed, **told)
    pd.testing.assert_frame_equal(one.sites, two.sites)
    pd.testing.assert_frame_equal(one.evidence, two.evidence)
    pd.testing.assert_frame_equal(one.fired, two.fired)


@MANY
@given(**layers, **more_layers, boundaries=with_boundaries, rules=rule_sets())
def test_a_neighbour_in_the_list_changes_nothing(sites, events, visits, statuses, boundaries, rules):
    told = {"visits": visits, "statuses": statuses, "rules": rules, "boundaries": boundaries}
    together = run(sites, events, **told)
    for i in range(len(sites)):
        table = frames.sites(*sites).iloc[[i]]
        alone = run(sites, events, table=table, **told)
        row = together.sites.iloc[[i]].reset_index(drop=True)
        pd.testing.assert_frame_equal(alone.sites, row)


@pytest.mark.parametrize("column", CLASSES)
def test_without_any_dataset_every_class_is_insufficient_or_graver(column):
    result = assess(frames.sites({}), None, as_of=T, rules=default_rules())
    assert RANK[result.sites[column].iloc[0]] >= INSUFFICIENT
    assert set(result.sites.columns) >= {c.name for c in schema.ASSESSED}
