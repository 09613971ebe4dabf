"""What flips a class, beside a search that tries every value in plain Python: none is missing, none is too far."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from pyproj import Geod

from geo.assess import assess
from geo.records.incidents import prepare
from geo.rules.incident_pairs import measure
from geo.rules.row import before
from geo.sensitivity.flip import REACH, STEP_KM, flips
from geo.sensitivity.pass_once import CLASSES, CODE, prepare_pass
from geo.sensitivity.scaling import distance_rules
from layers.reference.rule_files import default_rules
from tests.examples import examples
from tests.properties.test_sensitivity import T, scene, scenes

RULES = default_rules()
NEAR = distance_rules(RULES)
GEOD = Geod(ellps="WGS84")
DAY = pd.Timestamp(T).date()
KEYS = {"events": "min_events", "deaths": "min_deaths"}


def fires(rule, around, measured):
    """Whether one source alone meets one test; `around` are (position, source, distance, first day, last day)."""
    for number, test in enumerate(rule.tests):
        counted, deaths = measured[rule.id][number]
        after = before(DAY, test.months)
        for source in {a[1] for a in around}:
            use = [i for i, s, metres, start, end, precision in around
                   if s == source and metres <= rule.within_km * 1000 and start <= DAY and end > after
                   and precision in rule.precision and counted[i]]  # fmt: skip
            if test.min_events and len(use) >= test.min_events:
                return True
            if test.min_deaths and sum(deaths[i] for i in use) >= test.min_deaths:
                return True
    return False


def with_test(rule, number, **keys):
    return replace(rule, tests=tuple(replace(t, **keys) if i == number else t for i, t in enumerate(rule.tests)))


def tried(rule, around, measured):
    """Every value of each number that is worth a try, nearest to the current one first: what, current, value, rule."""
    metres = sorted({a[2] for a in around})
    for km in [m / 1000 for m in metres] + [m / 1000 - STEP_KM for m in metres]:
        if 0 <= km <= rule.within_km * REACH:
            yield "radius_km", rule.within_km, km, replace(rule, within_km=km)
    for i, test in enumerate(rule.tests):
        for months in range(1, test.months * REACH + 1):
            yield "window_months", test.months, months, with_test(rule, i, months=months)
        for what, key in KEYS.items():
            for value in range(1, 120) if getattr(test, key) else ():
                yield what, getattr(test, key), value, with_test(rule, i, **{key: value})


@settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(**scenes)
def test_the_nearest_value_that_changes_the_class_is_found_and_no_other(events, covered):
    sites, incidents, options = scene(events, covered)
    result = assess(sites, incidents, rules=RULES, explain=False, **options)
    inc = prepare(incidents)
    done = prepare_pass(RULES, result, inc, radius_factor=REACH, months=36 * REACH)
    found = flips(done)
    measured = {r.id: [measure(r, t, inc) for t in r.tests] for r in NEAR}
    ids = inc.frame["record_id"].tolist()
    start, end = (v.astype("datetime64[D]").astype(object) for v in (inc.start, inc.end))
    for row, site in enumerate(result.sites.itertuples()):
        around = [(i, int(inc.source[i]), GEOD.inv(site.lon, site.lat, inc.lon[i], inc.lat[i])[2], start[i], end[i],
                   int(inc.precision[i])) for i in range(len(inc))]  # fmt: skip
        fired = {r.id: fires(r, around, measured) for r in NEAR}
        for rule in NEAR:
            others = max([int(done.fixed[row]), *(CODE[r.cls] for r in NEAR if r.id != rule.id and fired[r.id])])
            now = max(others, CODE[rule.cls] if fired[rule.id] else 0)
            best = {}
            for what, current, value, changed in tried(rule, around, measured):
                then = max(others, CODE[rule.cls] if fires(changed, around, measured) else 0)
                if then != now and (what not in best or abs(value - current) < abs(best[what][0] - current)):
                    best[what] = value, CLASSES[then]
            mine = found[(found["site_id"] == site.site_id) & (found["rule"] == rule.id)]
            assert set(mine["what"]) == set(best), (rule.id, best)
            for what, rows in mine.groupby("what"):
                nearest = rows.iloc[np.abs(rows["flips_at"] - rows["current"]).argmin()]
                assert abs(nearest["flips_at"] - best[what][0]) <= (2 * STEP_KM if what == "radius_km" else 0), what
                assert nearest["class_then"] == best[what][1]
                assert nearest["class_now"] == CLASSES[now]
                if what == "radius_km":  # the incident named is the one at that distance
                    metres = min(a[2] for a in around if ids[a[0]] == nearest["record_id"])
                    assert abs(metres / 1000 - nearest["flips_at"]) <= 2 * STEP_KM
