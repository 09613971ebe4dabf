"""Units on days: counts and pairs of all at once are those of each unit and day by itself."""

from __future__ import annotations

from unittest import mock

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.rules import unit_days
from geo.rules.unit_days import UnitDays, together
from tests.examples import examples

day = st.integers(-30, 40)
spans = st.lists(
    st.tuples(st.integers(-1, 4), st.integers(0, 1), day, st.sampled_from([0, 0, 3, 50]), st.integers(0, 9))
)
asked_of = st.lists(st.tuples(st.integers(0, 5), day), min_size=1)


@settings(max_examples=examples(300), deadline=None)
@given(spans, asked_of, st.integers(1, 30), st.booleans(), st.booleans(), st.integers(1, 6))
def test_all_at_once_is_each_by_itself(rows, places, length, one_day, fractions, pairs):
    unit, source, first, lasts, weight = (np.array([r[i] for r in rows], np.int64) for i in range(5))
    weight = weight * 0.1 if fractions and one_day else weight.astype(np.float64)
    last = first + lasts
    units = np.array([p[0] for p in places])
    days = np.array([places[0][1] if one_day else p[1] for p in places])
    asked, which = UnitDays.of(units, days)
    assert asked.unit[which].tolist() == units.tolist()
    assert asked.day[which].tolist() == days.tolist()
    both = list(zip(asked.day.tolist(), asked.unit.tolist(), strict=True))
    assert both == sorted(set(both))
    after = asked.day - length
    held = np.flatnonzero(asked.reach(first, last, after))
    unit, source, first, last, weight = (v[held] for v in (unit, source, first, last, weight))
    events, summed = asked.sums(unit, source, 2, first, last, weight, after)
    with mock.patch.object(unit_days, "PAIRS", pairs):
        parts = list(asked.pairs(unit, first, last, after))
    assert [p[0] for p in parts] == [0, *(p[1] for p in parts[:-1])]
    assert parts[-1][1] == len(asked)
    own, row = (np.concatenate([p[i] for p in parts]) for i in (2, 3))
    assert (np.diff(own) >= 0).all()
    for i in range(len(asked)):
        inside = (unit == asked.unit[i]) & (first <= asked.day[i]) & (last > after[i])
        assert sorted(row[own == i].tolist()) == np.flatnonzero(inside).tolist()
        for s in range(2):
            mine = inside & (source == s)
            assert events[s, i] == mine.sum()
            assert summed[s, i] == sum(weight[mine].tolist())  # in their order: the same bits


def test_weights_that_are_no_whole_numbers_are_added_day_by_day():
    sites, days = np.array([1, 3, 4]), np.array([0, 9, 9, 7, 9])
    whole, other, large = np.array([1.0, 2.0]), np.array([0.1, 2.0]), np.array([2.0**53])
    assert [p.tolist() for p in together(sites, days, [whole])] == [[1, 3, 4]]
    for weights in ([whole, other], [large]):
        assert [p.tolist() for p in together(sites, days, weights)] == [[3], [1, 4]]
    assert [p.tolist() for p in together(sites[[0, 2]], days, [other])] == [[1, 4]]
    assert list(together(sites[:0], days, [other])) == []
