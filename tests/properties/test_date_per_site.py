"""One run with a date per site says what a run at each of the dates says, row by row and reason by reason."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from geo.assess import assess
from geo.rules.area_coverage import Unmatched
from tests import frames
from tests.dates.test_many_dates import options
from tests.dates.test_many_dates import status as any_status
from tests.geo.cases import REGISTER
from tests.properties.verdicts import BOXES, DAYS, FEW, MANY, REGIONS, layers, made, rule_sets, site, visit

COMMUNES = frames.squares({"M": (19, 5, 20, 6), "N": (20, 6, 20.2, 7), "K": (20.2, 5, 21, 7)}, level=3)
COMMUNES.frame["parent"] = pd.array(["A", "G", "B"], dtype="str")
DEEP = pd.concat(
    [
        REGISTER,
        frames.register(
            ("M", "admin3/A", "unknown", "2017-01-28", "2018-03-26"),
            ("M", "admin3/A", "compliant", "2018-03-26", "2024-11-15"),
            ("N", "admin3/G", "priority", "2014-01-28", "2016-03-26"),
        ),
    ],
    ignore_index=True,
)
TURNS = ["2013-05-22", "2013-05-23", "2016-02-29", "2016-03-01", "2016-09-19", "2017-01-28", "2018-09-30", "2024-11-15"]
labelled = {
    "admin2": st.sampled_from(["A", "A", "G", "B", "", "nowhere"]),
    "country": st.sampled_from(["CAF", "CAF", "CAF", "TCD", ""]),
    "minerals": st.sampled_from(["diamond", "gold;diamond", "gold", ""]),
}


def rows_of(frame):
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


@FEW
@given(
    **layers,
    visits=st.lists(visit, max_size=6),
    statuses=st.lists(any_status, max_size=3),
    more=st.lists(st.tuples(site, st.fixed_dictionaries(labelled)).map(lambda p: p[0] | p[1]), min_size=2, max_size=6),
    days=st.lists(st.sampled_from(DAYS + 40 * TURNS), min_size=9, max_size=9),
    rules=rule_sets(),
    boundaries=st.sampled_from([None, [BOXES], [BOXES, REGIONS], [COMMUNES], [BOXES, REGIONS, COMMUNES]]),
    register=st.sampled_from([REGISTER, DEEP]),
    explain=st.booleans(),
    fractions=st.booleans(),
)
def test_a_date_per_site_is_the_run_at_that_date(
    sites, events, visits, statuses, more, days, rules, boundaries, register, explain, fractions
):
    table, incidents = frames.sites(*sites, *more), made(events)
    if fractions:  # deaths whose sum hangs on the order in which they are added
        incidents = incidents.assign(deaths_best=incidents["deaths_best"] * 1.1)
    given = options(
        visits, statuses, [("UCDP GED", ("2013-01-01", "2017-06-30"), "lethal", "CAF")], [], True, boundaries
    )
    given |= {"zones": register, "rules": rules, "explain": explain}
    whole = assess(table, incidents, as_of=days[: len(table)], **given)
    notes = []
    for day in sorted(set(days[: len(table)])):
        alone = assess(table, incidents, as_of=day, **given)
        mine = whole.sites["as_of"] == pd.Timestamp(day)
        assert rows_of(whole.sites[mine]) == rows_of(alone.sites[mine]), day
        ids = set(whole.sites["site_id"][mine])
        assert rows_of(whole.evidence[whole.evidence["site_id"].isin(ids)]) == rows_of(
            alone.evidence[alone.evidence["site_id"].isin(ids)]
        ), day
        notes += [n for n in map(str, alone.report["notes"]) if n not in notes]
    assert set(map(str, whole.report["notes"])) <= set(notes)


numbers = st.integers(-1, 3)


class _Given:
    """Columns of incidents that an :class:`Unmatched` reads."""

    def __init__(self, rows):
        self.start, length = (np.array([r[i] for r in rows], np.int64) for i in (0, 1))
        self.end = self.start + length
        self.texts = ["CAF", "", "TCD", "COD"]
        self.codes = np.array([r[2] for r in rows], np.int64)

    def coded(self, name):
        assert name == "country"
        return self.codes, self.texts


class _Units:
    def __init__(self, code):
        self.code, self.unmatched = np.array(code, np.int64), np.ones(len(code), np.bool_)


class _Rule:
    def __init__(self, months, every):
        self.longest_months, self.every = months, every


class _All(Unmatched):
    """Every second incident, or every third, is what a rule could count."""

    def rows(self, rule):
        return np.arange(0, len(self.incidents.start), rule.every)

    def regions(self, rows):
        return self.incident_units[1].code[rows]


@MANY
@given(
    incidents=st.lists(
        st.tuples(st.integers(16000, 16800), st.integers(0, 60), st.integers(0, 3), numbers), min_size=1
    ),
    sites=st.lists(
        st.tuples(st.sampled_from(["CAF", "TCD", "", "BDI"]), numbers, st.integers(16000, 17000)), min_size=1
    ),
    one_date=st.booleans(),
)
def test_labels_that_name_no_unit_are_looked_at_for_all_dates_at_once(incidents, sites, one_date):
    of = _Given(incidents)
    as_of = np.array([sites[0][2] if one_date else s[2] for s in sites], np.int64)
    table = pd.DataFrame({"country": pd.array([s[0] for s in sites], dtype="str")})
    units = type("Units", (), {"level": 2})()
    placed = {level: _Units([r[3] for r in incidents]) for level in (1, 2)}
    labels = _All(table, of, {1: _Units([s[1] for s in sites])}, placed, units, True)
    rules = [_Rule(6, 2), _Rule(18, 3)]
    want = np.zeros(len(sites), np.bool_)
    for rule in rules:
        for i in labels.rows(rule):
            after = (pd.to_datetime(as_of, unit="D") - pd.DateOffset(months=rule.longest_months)).to_numpy()
            inside = (of.start[i] <= as_of) & (of.end[i] > after.astype("datetime64[D]").astype(np.int64))
            want |= inside & labels.may_hold(of.texts[of.codes[i]], int(placed[1].code[i]))
    assert labels.at(rules, as_of).tolist() == want.tolist()
