"""One pass for many dates says of every site what assessing each date says, whatever the rules and the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.assess import assess
from geo.dates import many
from geo.dates.calendar import Calendar, counts, sums
from geo.dates.kinds import DATED
from geo.dates.many import many_dates
from geo.errors import InputError
from geo.rules.registry import KINDS
from layers.reference.rule_files import default_rules
from tests import frames
from tests.geo.cases import REGISTER
from tests.properties.verdicts import BOXES, DAYS, FEW, LISTED, REGIONS, layers, made, rule_sets, site, visit

COLUMNS = (
    "site_class", "area_class", "zone_status", "rules_fired", "area_rules_fired", "rules_unknown", "gaps", "area_gaps",
    "country", "source", "site_id",
)  # fmt: skip
SPANS = [("2013-01-01", "2017-06-30"), ("2017-07-01", "2018-12-31"), ("1989-01-01", "2025-12-31")]
day = st.sampled_from(DAYS)
coverage = st.lists(
    st.tuples(st.sampled_from(["UCDP GED", "ACLED"]), st.sampled_from(SPANS), st.sampled_from(["lethal", "all"]),
              st.sampled_from(["CAF", "TCD"])), max_size=5,
)  # fmt: skip
status = st.fixed_dictionaries(
    {
        "site_id": st.sampled_from(["1", "2", "3"]),
        "scheme": st.sampled_from(["rcm", "drc"]),
        "status": st.sampled_from(["green", "yellow", "red", "blue", ""]),
        "status_date": day,
        "valid_to": st.sampled_from([None, None, "2017-03-01", "2019-06-30"]),
    }
)
unusable = st.fixed_dictionaries(
    {
        "lon": st.sampled_from([20.0, 20.3, None]),
        "lat": st.just(6.0),
        "date_start": st.sampled_from([None, "2016-05-05"]),
        "reason": st.sampled_from(["date_unreadable", "unknown_code"]),
        "country": st.sampled_from(["CAF", "CAF", ""]),
    }
)
dates = st.lists(
    st.tuples(day, st.sampled_from([0, 0, 12, 24, 36])).map(lambda d: pd.Timestamp(d[0]) + pd.DateOffset(months=d[1])),
    min_size=2, max_size=4, unique=True,
).map(sorted)  # fmt: skip
more = {
    "visits": st.lists(visit, max_size=8), "statuses": st.lists(status, max_size=4), "covered": coverage,
    "broken": st.lists(unusable, max_size=2), "near": st.booleans(), "days": dates, "rules": rule_sets(),
    "boundaries": st.sampled_from([None, [BOXES], [BOXES, REGIONS]]), "extra": st.lists(site, max_size=1),
}  # fmt: skip


def options(visits, statuses, covered, broken, near, boundaries):
    rows = [frames.coverage(c, dataset=d, begin=a, end=b, effects=e) for d, (a, b), e, c in covered]
    line = shapely.LineString([(20.0, 6.0), (20.3, 6.2)])
    return {
        "coverage": pd.concat(rows, ignore_index=True) if rows else None,
        "outlines": frames.outlines(**({"TCD": (20.35, 5.9, 22, 8)} if near else {})),
        "zones": REGISTER,
        "boundaries": boundaries,
        "listed": LISTED,
        "visits": frames.visits(*visits),
        "statuses": frames.statuses(*statuses) if statuses else None,
        "rejected_incidents": frames.rejected(*broken) if broken else None,
        "routes": pd.DataFrame({"source": ["list"], "site_id": ["1"], "geometry": [line]}),
    }


def same(sites, incidents, days, rules, told):
    passed = many_dates(sites, incidents, days=days, rules=rules, **told)
    for i, when in enumerate(days):
        alone = assess(sites, incidents, as_of=when, rules=rules, explain=False, **told)
        at = passed.at(i)
        for column in COLUMNS:
            assert at[column].tolist() == alone.sites[column].tolist(), (column, when)
        for rule in rules.rules:
            assert (passed.fired.of_all(rule.id)[i] == alone.fired[rule.id].to_numpy()).all(), (rule.id, when)


@FEW
@given(**layers, **more)
def test_every_date_is_the_rerun(
    sites, events, visits, statuses, covered, broken, near, days, rules, boundaries, extra
):
    table = frames.sites(*sites, *({**s, "country": "", "admin2": ""} for s in extra))
    same(table, made(events), days, rules, options(visits, statuses, covered, broken, near, boundaries))


EDGES = ["2015-12-30", "2015-12-31", "2016-06-30", "2016-12-29", "2017-02-28", "2018-12-29", "2018-12-31", "2020-12-31"]


def test_the_days_at_which_something_enters_or_leaves():
    """One record of each sort on one day, asked on that day, the day before it and at the ends of its windows."""
    sites = frames.sites({}, {"lon": 20.1, "minerals": "diamond"}, {"lon": 20.5, "admin2": "B"})
    incidents = frames.incidents({"day": "2015-12-31", "deaths_best": 30}, {"day": "2015-12-31", "source": "acled", "dataset": "ACLED", "effect": "control", "deaths_best": 0})  # fmt: skip
    visits = [
        {"visit_date": "2015-12-31", "non_state_armed": True, "lon": 20.0, "lat": 6.0},
        {"visit_date": "2016-12-30", "lon": 20.0, "lat": 6.0},
        {"visit_date": "2018-12-30", "lon": 20.0, "lat": 6.0},
        {"site_id": "2", "visit_date": "2016-06-30", "armed_roadblock": True, "lon": 20.1, "lat": 6.0},
        {"site_id": "2", "visit_date": "2017-02-28", "lon": 20.1, "lat": 6.0},
    ]
    statuses = [
        {"status": "green", "status_date": "2015-12-31"},
        {"site_id": "2", "scheme": "drc", "status": "red", "status_date": "2015-12-31"},
        {"site_id": "3", "status": "yellow", "status_date": "2015-12-31", "valid_to": "2016-06-30"},
    ]
    covered = [("UCDP GED", ("1989-01-01", "2018-12-30"), "lethal", "CAF"), ("ACLED", SPANS[2], "all", "CAF")]
    told = options(visits, statuses, covered, [], False, [BOXES, REGIONS])
    same(sites, incidents, [pd.Timestamp(d) for d in EDGES], default_rules(), told)


def test_pieces_give_the_same_and_deaths_that_are_no_whole_numbers_are_summed_in_one_order(monkeypatch):
    sites = frames.sites(*({"lon": 20 + i / 50} for i in range(21)))
    shares = [0.1, 0.2, 0.3, 1.7, 2.7]
    incidents = frames.incidents(*({"day": "2018-01-01", "lon": 20 + i / 70, "deaths_best": 1 + s} for i, s in enumerate(shares * 3)))  # fmt: skip
    options = {"coverage": frames.coverage("CAF"), "outlines": frames.outlines()}
    days = [pd.Timestamp("2017-12-31"), pd.Timestamp("2018-06-30")]
    whole = many_dates(sites, incidents, days=days, rules=default_rules(), **options)
    monkeypatch.setattr(many, "CELLS", 16)
    pieces = many_dates(sites, incidents, days=days, rules=default_rules(), **options)
    for i in range(2):
        pd.testing.assert_frame_equal(whole.at(i), pieces.at(i))
    same(sites, incidents, days, default_rules(), options)


def test_every_kind_of_rule_knows_many_dates():
    assert set(DATED) == set(KINDS)


def test_dates_are_ascending():
    with pytest.raises(InputError, match="ascending"):
        many_dates(frames.sites({}), None, days=["2018-01-02", "2018-01-01"], rules=default_rules())


def test_no_site_and_no_incident():
    empty = many_dates(frames.sites({}).iloc[:0], None, days=["2018-01-01"], rules=default_rules())
    assert empty.at(0).empty
    one = many_dates(frames.sites({}), None, days=["2018-01-01"], rules=default_rules())
    assert one.at(0)["site_class"].tolist() == ["insufficient data"]


def test_spans_are_those_of_each_date_alone():
    calendar = Calendar(np.array([0, 31, 59, 400, 800]))
    start, end, column = np.array([-5, 10, 59, 390]), np.array([0, 40, 59, 410]), np.array([0, 0, 1, 1])
    spans = calendar.dates_in_window(start, end, 12)
    for weight in (np.ones(4), np.array([0.1, 0.2, 0.3, 0.4])):
        added = sums(spans, column, weight, (5, 2))
        for i, when in enumerate(calendar.days):
            inside = (start <= when) & (end > calendar.after(12)[i])
            assert added[i].tolist() == np.bincount(column[inside], weight[inside], 2).tolist()
            assert counts(spans, column, (5, 2))[i].tolist() == np.bincount(column[inside], minlength=2).tolist()
