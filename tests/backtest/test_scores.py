"""Statistics of a backtest: against hand values, against plain loops, and what must hold of any cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.backtest.calibration import brier, decision_table, known_by, probabilities, reliability, windows_over
from geo.backtest.cases import Cases, Score, flagged, highest
from geo.backtest.discrimination import _levels, auc, auc_by_date, mean_auc, resampled_auc
from geo.backtest.intervals import draws, rate_interval, value_interval, wilson
from geo.backtest.track_record import COLUMNS, track_record
from geo.time_window import to_days
from tests.backtest import brute
from tests.examples import examples

DAYS = to_days(["2010-12-31", "2011-12-31", "2012-12-31", "2013-12-31"])


def cases_of(rows, days=DAYS) -> Cases:
    """Cases of (place, date, district, hit, before)."""
    table = np.array(sorted(rows, key=lambda r: r[1]), dtype=np.int64).reshape(-1, 5)
    return Cases(table[:, 0], table[:, 1], days, table[:, 2], table[:, 3] > 0, table[:, 4] > 0)


@st.composite
def random_cases(draw):
    n = draw(st.integers(4, 40))
    rows = [(i % 7, draw(st.integers(0, 3)), i % 3, draw(st.integers(0, 1)), draw(st.integers(0, 1))) for i in range(n)]
    values = draw(st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0, 7.25]), min_size=n, max_size=n))
    return cases_of(rows), np.array(values)


# AUC


def test_auc_by_hand():
    assert auc(np.array([0.0, 1, 2]), np.array([False, False, True])) == 1.0
    assert auc(np.array([2.0, 1, 0]), np.array([False, False, True])) == 0.0
    assert auc(np.zeros(5), np.array([True, False, True, False, False])) == 0.5
    assert math.isnan(auc(np.zeros(2), np.array([True, True])))


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.1, 1.0, 1.5, 9.0]), st.booleans()), min_size=2, max_size=40))
def test_auc_is_the_share_of_pairs(rows):
    values, hits = [v for v, _ in rows], [h for _, h in rows]
    found = auc(np.array(values), np.array(hits))
    if all(hits) or not any(hits):
        assert math.isnan(found)
    else:
        assert found == pytest.approx(brute.auc(values, hits), abs=1e-12)


@given(random_cases())
def test_auc_is_taken_within_a_date_and_does_not_see_the_scale(both):
    cases, value = both
    by_date = auc_by_date(cases, Score("x", "x", value, value > 0))
    assert np.array_equal(
        by_date, auc_by_date(cases, Score("x", "x", value**3 + cases.date * 100, value > 0)), equal_nan=True
    )
    turned = auc_by_date(cases, Score("x", "x", -value, value > 0))
    assert np.allclose((by_date + turned)[np.isfinite(by_date)], 1)


def test_only_dates_with_both_outcomes_count():
    cases = cases_of([(0, 0, 0, 1, 0), (1, 0, 0, 0, 0), (0, 1, 0, 0, 0), (1, 1, 0, 0, 0)])
    by_date = auc_by_date(cases, Score("x", "x", np.array([1.0, 0, 1, 0]), np.zeros(4, bool)))
    assert by_date[0] == 1.0
    assert np.isnan(by_date[1:]).all()
    assert mean_auc(by_date) == 1.0


# intervals


@settings(max_examples=examples(40))
@given(random_cases(), st.integers(0, 3))
def test_a_resample_is_the_figure_of_the_cases_repeated(both, which):
    cases, value = both
    drawn = draws(cases, seed=which, number=4)
    times = (drawn.district[which][cases.district] * drawn.date[which][cases.date]).astype(int)
    again = np.repeat(np.arange(len(cases)), times)
    score = Score("x", "x", value, value >= 1)
    # Dates that were drawn twice count twice in the mean: repeating cases alone would not show that.
    repeated = Cases(
        cases.place[again], cases.date[again], cases.days, cases.district[again], cases.hit[again], cases.before[again]
    )
    by_date = auc_by_date(repeated, Score("x", "x", value[again], value[again] >= 1))
    weight = drawn.date[which]
    usable = np.isfinite(by_date) & (weight > 0)
    expected = (by_date[usable] * weight[usable]).sum() / weight[usable].sum() if usable.any() else np.nan
    found = resampled_auc(cases, score, drawn.district, drawn.date)[which]
    assert found == pytest.approx(expected, nan_ok=True)


@settings(max_examples=examples(60))
@given(random_cases(), st.integers(0, 9))
def test_an_interval_holds_its_figure(both, seed):
    cases, value = both
    drawn = draws(cases, seed, 50)
    flag = value >= 1
    low, high = rate_interval(cases, flag, drawn)
    if flag.any():
        assert 0 <= low <= cases.hit[flag].mean() <= high <= 1
        assert (low, high) != (cases.hit[flag].mean(),) * 2  # nothing is ever certain
    else:
        assert math.isnan(low)
        assert math.isnan(high)
    score = Score("x", "x", value, flag)
    figure = mean_auc(auc_by_date(cases, score))
    low, high = value_interval(figure, resampled_auc(cases, score, drawn.district, drawn.date), drawn)
    assert math.isnan(low) or low <= figure <= high


def test_blocks_are_drawn_whole():
    cases = cases_of([(p, d, p // 2, 0, 0) for p in range(8) for d in range(4)])
    drawn = draws(cases, 1, 200)
    assert (drawn.district.sum(axis=1) == 4).all()
    assert (drawn.date.sum(axis=1) == 4).all()
    halves = Cases(cases.place, cases.date, to_days(["2010-06-30", "2010-12-31", "2011-06-30", "2011-12-31"]),
                   cases.district, cases.hit, cases.before)  # fmt: skip
    assert (draws(halves, 1, 200).date[:, 0] == draws(halves, 1, 200).date[:, 1]).all()  # dates of one year together


def test_districts_that_differ_widen_the_interval():
    rows = [(p, d, p // 25, int(p < 25), 0) for p in range(100) for d in range(4)]
    one = cases_of(rows)
    everyone = np.ones(len(one), bool)
    low, high = rate_interval(one, everyone, draws(one, 0, 400))
    plain_low, plain_high = wilson(100, 400)
    assert low < plain_low
    assert high > plain_high


def test_wilson_by_hand():
    # Wilson 1927, worked by hand for 1 of 10 at z = 1.96: (0.0179, 0.4042).
    assert wilson(1, 10) == pytest.approx((0.0179, 0.4042), abs=5e-5)
    assert all(math.isnan(v) for v in wilson(0, 0))


def test_many_levels_become_groups_in_order():
    value = np.random.default_rng(0).random(5000)
    level = _levels(value)
    assert level.max() < 256
    assert (np.diff(level[np.argsort(value)]) >= 0).all()


# probabilities of the past


def test_a_probability_knows_only_what_was_over():
    rows = [(0, 0, 0, 1, 0), (1, 0, 0, 0, 0), (0, 1, 0, 0, 0), (1, 1, 0, 0, 0), (0, 2, 0, 1, 0), (1, 2, 0, 0, 0)]
    cases = cases_of(rows)
    assert known_by(cases).tolist() == [0, 1, 2, 3]
    value = np.array([1.0, 0, 1, 0, 1, 0])
    rates = probabilities(cases, Score("x", "x", value, value > 0))
    # At the second date: 1 of 1 and 0 of 1 before, base 1/2; at the third 1 of 2 and 0 of 2, base 1/4.
    assert np.isnan(rates[:2]).all()
    assert rates[2:].tolist() == pytest.approx([1.5 / 2, 0.5 / 2, 1.25 / 3, 0.25 / 3])
    assert brier(cases, rates) == pytest.approx(np.mean([0.75**2, 0.25**2, (1 - 1.25 / 3) ** 2, (0.25 / 3) ** 2]))


def test_overlapping_windows_are_not_the_past():
    monthly = to_days(["2010-12-31", "2011-01-31", "2011-12-30", "2011-12-31"])
    cases = cases_of([(0, d, 0, 0, 0) for d in range(4)], monthly)
    assert known_by(cases).tolist() == [0, 0, 0, 1]
    assert [windows_over(cases, np.datetime64(d)) for d in ("2011-12-30", "2011-12-31", "2013-01-01")] == [0, 1, 4]


@given(random_cases())
def test_what_comes_later_changes_no_probability(both):
    cases, value = both
    score = Score("x", "x", value, value > 0, graded=True)
    rates = probabilities(cases, score)
    later = cases.hit.copy()
    later[cases.date == 3] ^= True
    changed = Cases(cases.place, cases.date, cases.days, cases.district, later, cases.before)
    assert np.array_equal(rates, probabilities(changed, score), equal_nan=True)
    told = rates[np.isfinite(rates)]
    assert ((told >= 0) & (told <= 1)).all()


@given(random_cases())
def test_reliability_accounts_for_every_case(both):
    cases, value = both
    rates = probabilities(cases, Score("x", "x", value, value > 0))
    found = reliability(cases, rates, draws(cases, 0, 20))
    known = np.isfinite(rates)
    assert found.n.sum() == known.sum()
    assert found.hits.sum() == cases.hit[known].sum()
    assert (found.low <= found.came).all()
    assert (found.came <= found.high).all()


def test_decisions_by_hand():
    cases = cases_of([(p, 0, 0, int(p < 2), 0) for p in range(10)])
    flag = np.arange(10) < 4
    found = decision_table(cases, {"look": flag, "rate": np.where(flag, 0.5, 0.02)}).set_index(
        ["miss_costs", "strategy"]
    )
    row = found.loc[(10, "look")]
    assert (row["share"], row["recall"], row["hit_rate"], row["expense_per_1000"]) == (0.4, 1.0, 0.5, 400.0)
    assert row["value"] == pytest.approx((10 - 4) / (10 - 2))  # looking everywhere costs 10, foresight 2
    assert found.loc[(10, "rate"), "share"] == 0.4
    assert found.loc[(100, "rate"), "share"] == 1.0  # 0.02 is above 1 in 100


# the table


def test_a_row_by_hand():
    rows = [
        # place, date, district, hit, before
        (0, 0, 0, 1, 1), (1, 0, 0, 1, 0), (2, 0, 1, 0, 0), (3, 0, 1, 0, 1),
        (0, 1, 0, 0, 1), (1, 1, 0, 0, 1), (2, 1, 1, 1, 0), (3, 1, 1, 0, 0),
    ]  # fmt: skip
    cases = cases_of(rows)
    flag = np.array([True, False, True, False, True, False, True, False])
    known = np.array([True] * 7 + [False])
    table = track_record(cases, [flagged("rule", "R", flag, known)]).table
    assert tuple(table.columns) == COLUMNS
    row = table.iloc[0]
    assert (row["places"], row["dates"], row["n"], row["hits"]) == (4, 2, 4, 2)
    assert (row["hit_rate"], row["share"]) == (0.5, 4 / 7)
    assert row["recall"] == pytest.approx(2 / 3)
    assert row["recall_at_onset"] == 0.5
    # First date: hits 1, 0, others 1, 0 -> 0.5; second, the last case unknown: hit 1 against 1 and 0 -> 0.75.
    assert row["auc"] == pytest.approx(0.625)


def test_what_could_not_be_asked_is_blank():
    cases = cases_of([(0, 0, 0, 1, 0), (1, 1, 0, 0, 0)])
    never = np.zeros(2, bool)
    row = track_record(cases, [flagged("rule", "R", never, never)]).table.iloc[0]
    assert row["places"] == 0
    assert row[["n", "hits", "hit_rate", "share", "recall", "auc", "brier"]].isna().all()


@settings(max_examples=examples(25))
@given(random_cases(), st.integers(0, 5))
def test_the_same_seed_gives_the_same_table(both, seed):
    cases, value = both
    scores = [
        Score("intensity", "i", value, highest(cases, value, value > 1), graded=True),
        flagged("rule", "R", value > 1),
    ]
    one, two = (track_record(cases, scores, seed=seed, number=20).table for _ in range(2))
    assert one.equals(two)
    plain = ["n", "hits", "hit_rate", "share", "recall", "recall_at_onset", "auc", "brier"]
    assert one[plain].equals(track_record(cases, scores, seed=seed + 1, number=20).table[plain])


@given(random_cases())
def test_an_order_flags_no_more_than_the_class(both):
    cases, value = both
    share = value >= 1
    flag = highest(cases, value, share)
    for a, b in cases.each_date():
        assert flag[a:b].sum() <= share[a:b].sum()
        if flag[a:b].any() and not flag[a:b].all():
            assert value[a:b][flag[a:b]].min() > value[a:b][~flag[a:b]].max()
    assert (value[flag] > 0).all()
