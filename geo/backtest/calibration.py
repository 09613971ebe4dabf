"""Answers read as probabilities that were learnt from earlier dates only: Brier score, reliability, decisions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.backtest.cases import Cases, Score
from geo.backtest.intervals import Draws, rate_interval
from geo.time_window import months_before, to_days

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

BINS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 1.0)
"""Edges of the bins of a reliability diagram."""
GRADES = 5
"""Bins of a graded value above 0, each with as many of the past cases; 0 is a bin of its own."""
MISS_COSTS = (5, 10, 20, 50, 100)
"""A missed hit is as dear as so many closer looks: the decision table asks at each."""


@dataclass(frozen=True)
class Reliability:
    """What was said and what came, bin by bin.

    Parameters
    ----------
    stated, came
        Mean of the probabilities of the bin, and its hit rate, shape (bins,).
    low, high
        Interval of the hit rate, shape (bins,).
    n, hits
        Cases and hits of the bin, shape (bins,).
    """

    stated: Floats
    came: Floats
    low: Floats
    high: Floats
    n: Ints
    hits: Ints


def known_by(cases: Cases) -> Ints:
    """For each date, how many of the first dates had their whole outcome window past by then, shape (dates,).

    Parameters
    ----------
    cases
        Places at past dates with what followed.
    """
    return np.searchsorted(months_before(cases.days, -cases.months), cases.days, side="right").astype(np.int64)


def windows_over(cases: Cases, day: dt.date) -> int:
    """How many of the first dates have their whole outcome window past on `day`.

    Parameters
    ----------
    cases
        Places at past dates with what followed.
    day
        A day; windows that end on it are over.
    """
    ends = months_before(cases.days, -cases.months)
    return int(np.searchsorted(ends, to_days([day])[0], side="right"))


def probabilities(cases: Cases, score: Score) -> Floats:
    """What each case's answer was worth by the hit rates of the same answer at earlier dates.

    The rate of an answer that was given n times with h hits is (h + p) / (n + 1), p being the rate of all earlier
    cases: one case's worth of doubt. NaN where the answer is not known or no earlier date was over.

    Parameters
    ----------
    cases
        Places at past dates with what followed.
    score
        The answer whose worth is asked.

    Returns
    -------
    ndarray
        Shape (cases,).
    """
    out = np.full(len(cases), np.nan)
    bounds, known = cases.bounds(), score.known
    past = known_by(cases)
    for i, (a, b) in enumerate(cases.each_date()):
        earlier = np.flatnonzero(known[: bounds[past[i]]])
        now = a + np.flatnonzero(known[a:b])
        if not len(earlier) or not len(now):
            continue
        before, here = _grades(score, score.value[earlier], score.value[now])
        most = int(max(before.max(), here.max())) + 1
        n = np.bincount(before, minlength=most)
        hits = np.bincount(before[cases.hit[earlier]], minlength=most)
        base = hits.sum() / n.sum()
        out[now] = ((hits + base) / (n + 1))[here]
    return out


def _grades(score: Score, before: Floats, here: Floats) -> tuple[Ints, Ints]:
    """The bin of each value: the distinct values themselves, or of a graded one 0 and equal parts of what is above."""
    if score.graded:
        above = before[before > 0]
        inner = np.linspace(0, 1, GRADES + 1)[1:-1]
        edges = np.unique(np.concatenate(([0.0], np.quantile(above, inner) if len(above) else [])))
        return np.searchsorted(edges, before, side="left"), np.searchsorted(edges, here, side="left")
    distinct = np.unique(np.concatenate((before, here)))
    return np.searchsorted(distinct, before), np.searchsorted(distinct, here)


def brier(cases: Cases, probability: Floats) -> float:
    """Mean squared error of the probabilities; NaN where there is none.

    Parameters
    ----------
    cases
        Places at past dates with what followed.
    probability
        What was said of each case, 0 to 1, shape (cases,); NaN where nothing was.
    """
    stated = np.isfinite(probability)
    return float(np.mean((probability[stated] - cases.hit[stated]) ** 2)) if stated.any() else float("nan")


def reliability(cases: Cases, probability: Floats, drawn: Draws) -> Reliability:
    """Cases put together by what was said of them; bins without a case are left out.

    Parameters
    ----------
    cases
        Places at past dates with what followed.
    probability
        What was said of each case, 0 to 1, shape (cases,); NaN where nothing was.
    drawn
        Resamples of these cases, for the intervals.
    """
    stated = np.isfinite(probability)
    which = np.clip(np.searchsorted(BINS, np.nan_to_num(probability), side="left") - 1, 0, len(BINS) - 2)
    rows: list[tuple[float, ...]] = []
    for i in range(len(BINS) - 1):
        flag = stated & (which == i)
        n = int(flag.sum())
        if n:
            hits = int(cases.hit[flag].sum())
            rows.append((float(probability[flag].mean()), hits / n, *rate_interval(cases, flag, drawn), n, hits))
    table = np.array(rows, dtype=np.float64).reshape(-1, 6)
    whole = table[:, 4:].astype(np.int64)
    return Reliability(table[:, 0], table[:, 1], table[:, 2], table[:, 3], whole[:, 0], whole[:, 1])


DECISION_COLUMNS = ("miss_costs", "strategy", "n", "share", "recall", "hit_rate", "expense_per_1000", "value")


def decision_table(cases: Cases, strategies: dict[str, Floats | Bools]) -> pd.DataFrame:
    """What a closer look at the flagged places would have cost, and what the misses, at several costs of a miss.

    Parameters
    ----------
    strategies
        By name: probabilities (a place is looked at where its probability is above 1 / cost of a miss), or flags that
        are the same at every cost.
    cases
        Places at past dates with what followed.

    Returns
    -------
    DataFrame
        :data:`DECISION_COLUMNS`: `expense_per_1000` is in closer looks per 1,000 cases; `value` is 1 for foresight, 0
        for the better of looking everywhere and nowhere, and below 0 for worse than that. All strategies are held to
        the same cases: those for which every probability is known.
    """
    stated = np.ones(len(cases), np.bool_)
    for answer in strategies.values():
        if answer.dtype != np.bool_:
            stated &= np.isfinite(answer)
    hit = cases.hit[stated]
    n, hits = len(hit), int(hit.sum())
    rows = []
    for cost in MISS_COSTS if n else ():
        plain = min(hits * cost, n)
        for name, answer in strategies.items():
            given = answer[stated]
            flag = np.asarray(given if given.dtype == np.bool_ else given > 1 / cost, dtype=np.bool_)
            looked, found = int(flag.sum()), int((flag & hit).sum())
            expense = looked + (hits - found) * cost
            spread = plain - hits
            rows.append(
                (cost, name, n, looked / n, found / hits if hits else np.nan, found / looked if looked else np.nan,
                 1000 * expense / n, (plain - expense) / spread if spread else np.nan)
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(DECISION_COLUMNS))
