"""Every rule of every rule set against brute force, and what a fault in a file may do to a class."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.rules.classify import RANK
from layers.reference.rule_files import default_rules
from layers.sources.incidents import read_incidents, unusable
from tests import frames
from tests.brute import Brute, visit_rules
from tests.properties.verdicts import (
    BOXES,
    FEW,
    MANY,
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

CLASS_RANK = {"high-risk": 2, "conflict-affected": 3}


@MANY
@given(**layers, boundaries=with_boundaries, rules=rule_sets())
def test_incident_rules_are_what_brute_force_says(sites, events, boundaries, rules):
    incidents, given_sites = made(events), frames.sites(*sites)
    result = run(sites, incidents, boundaries=boundaries, rules=rules)
    count = Brute(given_sites, incidents, rules, boundaries or ())
    of_rule = {k: set(v) for k, v in
               result.evidence[result.evidence["kind"] == "incident"].groupby(["site_id", "rule"])["record_id"]}  # fmt: skip
    totals = result.evidence[result.evidence["kind"] == "total"].set_index(["site_id", "rule"])
    for i, site_id in enumerate(given_sites["site_id"]):
        near = count.by_rule(i, T, "near")
        for rule in rules.of_kind("near"):
            assert bool(result.fired[rule.id][i]) is (rule.id in near), (site_id, rule)
        for rule, found in near.items():
            assert of_rule[site_id, rule] == found.ids
            row = totals.loc[(site_id, rule)]
            assert (row["events"], row["deaths"]) == (found.events, found.deaths)
        if not refused(result)[i]:
            area = count.by_rule(i, T, "area")
            assert {r.id for r in rules.of_kind("area") if result.fired[r.id][i]} == set(area)
        assert result.sites["incident_intensity"][i] == pytest.approx(count.intensity(i, T), abs=2e-6)


@MANY
@given(**layers, boundaries=with_boundaries, rules=rule_sets())
def test_brackets_are_what_brute_force_says(sites, events, boundaries, rules):
    incidents = made(events)
    result = run(sites, incidents, boundaries=boundaries, rules=rules)
    used = [] if refused(result).any() else boundaries or ()
    count = Brute(frames.sites(*sites), incidents, rules, used)
    for i in range(len(sites)):
        for bracket, column in (("low", "certain_class"), ("high", "possible_class")):
            nominal = count.by_rule(i, T, "near")
            found = count.by_rule(i, T, "near", bracket)
            held = set(found) & set(nominal) if bracket == "low" else set(found) | set(nominal)
            want = max((CLASS_RANK[rules[r].cls] for r in held), default=0)
            assert RANK[result.sites[column][i]] == want, (column, held)


@MANY
@given(sites=layers["sites"], visits=more_layers["visits"])
def test_visit_rules_are_what_brute_force_says(sites, visits):
    result = run(sites, [], visits=visits)
    table, rows = frames.sites(*sites), frames.visits(*visits)
    for i, site in enumerate(table.itertuples()):
        for rule, want in visit_rules(site, rows, T, default_rules()).items():
            fired = bool(result.fired[rule][i])
            unknown = rule in words(result, "rules_unknown")[i]
            assert (True if fired else None if unknown else False) is want, (rule, site.site_id)


FIELDS = ("record_id", "date_start", "date_end", "precision", "lon", "lat", "country", "deaths_best", "deaths_low",
          "deaths_high", "admin1", "admin2", "effect")  # fmt: skip
UNREADABLE = {"lon": "20,0,0", "lat": "north", "country": "Nowhere land", "admin1": "??", "admin2": "??"}
WHOLE = [{"visit_date": "2018-06-01", "site_id": str(i)} for i in (1, 2, 3)]
GREEN = [{"status": "green", "status_date": "2018-06-01", "site_id": str(i)} for i in (1, 2, 3)]


def as_file(incidents):
    """The incidents as a file of the project's own columns."""
    out = incidents.copy()
    for name in ("date_start", "date_end"):
        out[name] = out[name].dt.strftime("%Y-%m-%d")
    return out.astype(object)


def read(table):
    data = io.BytesIO()
    table.to_csv(data, index=False)
    layer = read_incidents(data.getvalue(), "own.csv")
    return layer.frame, unusable([layer])


@FEW
@given(**layers, field=st.sampled_from(FIELDS), which=st.integers(0, 13), blank=st.booleans())
def test_a_field_that_cannot_be_read_never_calms_without_a_gap(sites, events, field, which, blank):
    """All that the rules ask is known, so that nothing but the fault can make the coverage partial."""
    incidents = made(events)
    table = as_file(incidents)
    told = {"visits": WHOLE, "statuses": GREEN, "boundaries": [BOXES, REGIONS]}
    frame, lost = read(table)
    before = run(sites, frame, rejected_incidents=lost, **told)
    # A blank effect or country is a statement of this layout, and so is a blank low or high estimate.
    stated = field in ("effect", "country", "deaths_low", "deaths_high")
    table.iloc[which % len(table), table.columns.get_loc(field)] = (
        "" if field == "record_id" or (blank and not stated) else UNREADABLE.get(field, "?")
    )
    frame, lost = read(table)
    after = run(sites, frame, rejected_incidents=lost, **told)
    partial = (after.sites["data_coverage"] == "partial").to_numpy()
    for column, gaps in (("site_class", "gaps"), ("area_class", "area_gaps")):
        calmer = ranks(after, column) < ranks(before, column)
        if column == "area_class":  # of a set that its labels contradict nothing was known before
            calmer &= ~refused(before)
        told_of = np.array([bool(g) for g in words(after, gaps)])
        assert (told_of | partial)[calmer].all(), (column, field)
        assert (ranks(after, column) >= RANK["insufficient data"])[calmer & ~partial].all()
