"""How well a value tells the places that were hit from the others at one date: the area under the ROC curve."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.backtest.cases import Cases, Score

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MOST_LEVELS = 256
"""Steps of a value in the intervals of its AUC; finer values are put together by rank (the AUC itself uses all)."""


def auc(value: Floats, hit: Bools) -> float:
    """Chance that a place that was hit has a higher value than one that was not; a tie is half; NaN without both.

    Parameters
    ----------
    value
        The value of each case; none is NaN.
    hit
        The outcome of each case, in the same order.

    Examples
    --------
    >>> auc(np.array([1.0, 2.0, 2.0, 3.0]), np.array([False, True, False, True]))
    0.875
    """
    hits = int(hit.sum())
    others = len(hit) - hits
    if not hits or not others:
        return float("nan")
    ordered = np.sort(value)
    rank = np.searchsorted(ordered, value[hit], "left") + np.searchsorted(ordered, value[hit], "right")
    # Twice the number of values below, ties as one each; the hits' own contribution is taken off.
    return float((rank.sum() - hits * hits) / (2 * hits * others))


def auc_by_date(cases: Cases, score: Score) -> Floats:
    """The AUC at each date, NaN where a date has not both outcomes, shape (dates,).

    Parameters
    ----------
    cases
        Places at past dates with what followed.
    score
        The answer that is measured.
    """
    known = score.known
    out = np.full(len(cases.days), np.nan)
    for i, (a, b) in enumerate(cases.each_date()):
        here = known[a:b]
        out[i] = auc(score.value[a:b][here], cases.hit[a:b][here])
    return out


def mean_auc(by_date: Floats) -> float:
    """Mean over the dates that have both outcomes; NaN where there is none.

    Parameters
    ----------
    by_date
        The AUC at each date, NaN where there is none, shape (dates,).
    """
    usable = np.isfinite(by_date)
    return float(by_date[usable].mean()) if usable.any() else float("nan")


def resampled_auc(cases: Cases, score: Score, district_weights: Floats, date_weights: Floats) -> Floats:
    """The mean AUC of each resample of districts and years.

    Parameters
    ----------
    district_weights, date_weights
        How often each block was drawn, shapes (draws, districts) and (draws, dates).
    cases
        Places at past dates with what followed.
    score
        The answer that is measured.

    Returns
    -------
    ndarray
        Shape (draws,); NaN where no date of the draw has both outcomes.
    """
    known = score.known
    total = np.zeros(len(district_weights))
    weight = np.zeros(len(district_weights))
    for i, (a, b) in enumerate(cases.each_date()):
        rows = a + np.flatnonzero(known[a:b])
        hit = cases.hit[rows]
        if not hit.any() or hit.all():
            continue
        level = _levels(score.value[rows])
        count = int(level.max()) + 1
        blocks, block = np.unique(cases.district[rows], return_inverse=True)
        weights = district_weights[:, blocks]
        table = np.bincount(
            (block * count + level) * 2 + hit, minlength=len(blocks) * count * 2
        ).reshape(len(blocks), count, 2)  # fmt: skip
        others, hits = weights @ table[:, :, 0], weights @ table[:, :, 1]
        below = np.cumsum(others, axis=1) - others
        both = hits.sum(axis=1) * others.sum(axis=1)
        usable = both > 0
        value = (hits * (below + others / 2)).sum(axis=1)[usable] / both[usable]
        total[usable] += value * date_weights[usable, i]
        weight[usable] += date_weights[usable, i]
    out = np.full(len(total), np.nan)
    np.divide(total, weight, out=out, where=weight > 0)
    return out


def _levels(value: Floats) -> npt.NDArray[np.int64]:
    """The place of each value among the distinct ones, or among at most :data:`MOST_LEVELS` groups of them by rank."""
    distinct, level = np.unique(value, return_inverse=True)
    if len(distinct) <= MOST_LEVELS:
        return np.asarray(level, dtype=np.int64)
    share = np.searchsorted(np.sort(value), distinct, side="right") / len(value)
    group = np.minimum((share * MOST_LEVELS).astype(np.int64), MOST_LEVELS - 1)
    _, group = np.unique(group, return_inverse=True)
    return np.asarray(group[level], dtype=np.int64)
