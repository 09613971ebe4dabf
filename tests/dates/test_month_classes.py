"""What a playing map draws is what assessing each month says, after the same filters, with the zones in force then."""

from __future__ import annotations

import base64
import datetime as dt

import numpy as np
import pytest

from geo.schema import CLASSES
from i18n.translator import translator
from jobs.assessment import job
from jobs.assessment.month_classes import NOT_SHOWN, class_codes, month_ends
from jobs.assessment.site_filters import Filters
from jobs.many_dates import at_dates
from layers.maps import map_content
from layers.maps.clock import Clock, Moving, changes
from layers.reference.rule_files import default_rules
from layers.reference.unit_aliases import unit_aliases
from tests.layers.conftest import loaded as loaded
from tests.layers.frames import assessed, incidents

RULES = default_rules()
DAYS = [dt.date(2014, 6, 30), dt.date(2016, 9, 30), dt.date(2021, 12, 31)]


@pytest.fixture(scope="module")
def many(loaded):
    return at_dates(loaded, DAYS, RULES)


@pytest.fixture(scope="module")
def each(loaded):
    return [job.run(loaded, day, RULES).assessment.sites for day in DAYS]


MOVING = [
    Filters(),
    Filters(zones=("inside_compliant", "outside")),
    Filters(areas=("high-risk", "insufficient data")),
    Filters(rules=("H1", "A2")),
    Filters(first=("C1", "H1", "gap")),
    Filters(first=("none", "H4")),
    Filters(gaps=("no_coordinates",)),
    Filters(area_gaps=("admin2_not_loaded", "boundary_version_unknown"), minerals=("gold",)),
    Filters(text="a", zones=("outside",), rules=("H1",)),
]


@pytest.mark.parametrize("filters", MOVING)
def test_every_month_shows_the_sites_and_classes_that_a_run_of_its_day_shows(many, each, filters):
    shuffled = each[0].sample(frac=1, random_state=3)
    codes = class_codes(many, shuffled, filters)
    for row, sites in zip(codes, each, strict=True):
        sites = sites.loc[shuffled.index]
        want = np.array([CLASSES.index(c) for c in sites["site_class"]])
        want[~filters.apply(sites, RULES)] = NOT_SHOWN
        assert row.tolist() == want.tolist()
    assert filters == Filters() or (codes == NOT_SHOWN).any()


def test_a_site_that_the_pass_does_not_know_is_no_silent_gap(many, each):
    with pytest.raises(ValueError, match="not in the pass"):
        class_codes(many, each[0].assign(site_id="another"), Filters())


def test_zones_through_time_are_those_of_every_day(loaded):
    first, last = np.datetime64("2015-01-01"), np.datetime64("2024-12-31")
    whole = map_content.zones_through(loaded.zones, loaded.boundaries, first, last, unit_aliases())
    for day in ("2015-01-01", "2016-06-05", "2016-06-06", "2016-09-19", "2019-03-01", "2020-12-31", "2024-12-31"):
        at = np.datetime64(day)
        number = int(at.astype("int64"))
        here = {(z.name, z.status, str(z.since)) for z in whole if any(a <= number <= b for a, b in z.spans)}
        there = map_content.zone_areas(loaded.zones, loaded.boundaries, at, unit_aliases())
        assert here == {(z.name, z.status, str(z.since)) for z in there}, day


def test_roadblocks_through_time_are_those_of_every_day(loaded):
    visits = [s.visits for s in loaded.sites]
    whole = map_content.roadblocks_through(visits)
    found = 0
    for day in ("2015-06-30", "2016-09-19", "2017-03-31", "2019-12-31"):
        number = int(np.datetime64(day).astype("int64"))
        here = {(m.lon, m.lat) for m in whole if m.span[0] <= number <= m.span[1]}
        there = {(m.lon, m.lat) for m in map_content.roadblocks(visits, np.datetime64(day))}
        assert here == there
        found += len(there)
    assert found


def test_changes_make_every_month_again():
    codes = np.random.default_rng(2).integers(0, 3, (9, 40)).astype(np.uint8)
    codes[4] = codes[3]
    packed = {k: base64.b64decode(str(v)) for k, v in changes(codes).items()}
    many, which = np.frombuffer(packed["many"], "<i4"), np.frombuffer(packed["which"], "<i4")
    row, at, rows = np.frombuffer(packed["first"], "u1").copy(), 0, []
    rows.append(row.copy())
    for n in many:
        row[which[at : at + n]] = np.frombuffer(packed["to"], "u1")[at : at + n]
        at += n
        rows.append(row.copy())
    assert np.array_equal(rows, codes)


def test_a_clock_holds_sites_with_a_place_alone_and_ends_with_the_pages_day():
    sites = assessed(6)
    sites.loc[2, "lon"] = np.nan
    codes = np.zeros((2, 6), np.uint8)
    moving = Moving(codes, codes[0], incidents(12))
    made = Clock(DAYS[:2], dt.date(2016, 9, 19), 36, "77", moving).packed(translator("fr"), sites)
    assert len(base64.b64decode(str(made["first"]))) == 5
    assert made["now"] == [17063, 15967]
    assert made["playing"] == "77"
    assert "first" not in Clock(DAYS[:2], dt.date(2016, 9, 19), 36).packed(translator("en"), sites)


def test_months_are_fewer_where_sites_are_very_many():
    first, last = dt.date(1990, 1, 1), dt.date(2022, 12, 31)
    assert len(month_ends(first, last, 272)) == 396
    assert month_ends(first, last, 50_000)[-1] == last
    assert len(month_ends(first, last, 50_000)) * 50_000 <= 3_000_000
