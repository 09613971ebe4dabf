"""Intervals of 95 %: districts and years are drawn again whole, because cases of one of them are not independent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.backtest.cases import Cases

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

DRAWS = 1000
"""Resamples of a run."""
_TAIL = 2.5
_Z = 1.959963984540054


@dataclass(frozen=True)
class Draws:
    """How often each district and each date stands in each resample.

    Parameters
    ----------
    district
        Shape (draws, districts), float64.
    date
        Shape (draws, dates); dates of one year are drawn together.
    blocks
        Numbers of districts and of years: with one of each nothing can be drawn.
    """

    district: Floats
    date: Floats
    blocks: tuple[int, int]


def draws(cases: Cases, seed: int, number: int = DRAWS) -> Draws:
    """Resamples of `cases`: as many districts as there are, with replacement, and years likewise, both at once.

    Parameters
    ----------
    cases
        Places at past dates with what followed.
    seed
        Seed of the random numbers: the same seed, the same numbers.
    number
        How many resamples.
    """
    rng = np.random.default_rng(seed)
    districts = int(cases.district.max(initial=-1)) + 1
    present = np.unique(cases.district)
    used = np.unique(cases.date)
    years, of_date = np.unique(cases.year[used], return_inverse=True)
    district = np.zeros((number, districts))
    date = np.zeros((number, len(cases.days)))
    if len(present):
        district[:, present] = rng.multinomial(len(present), np.full(len(present), 1 / len(present)), number)
        date[:, used] = rng.multinomial(len(years), np.full(len(years), 1 / len(years)), number)[:, of_date]
    return Draws(district, date, (len(present), len(years)))


def wilson(hits: float, n: float) -> tuple[float, float]:
    """Wilson's interval of a rate, as if all cases were independent; blank (NaN) without cases.

    Parameters
    ----------
    hits
        How many of the cases were hit.
    n
        How many cases there are.

    Examples
    --------
    >>> [round(v, 4) for v in wilson(0, 10)], [round(v, 4) for v in wilson(5, 10)]
    ([0.0, 0.2775], [0.2366, 0.7634])
    """
    if not n:
        return float("nan"), float("nan")
    rate, z2 = hits / n, _Z * _Z
    middle = (rate + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * float(np.sqrt(rate * (1 - rate) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def rate_interval(cases: Cases, flag: Bools, drawn: Draws) -> tuple[float, float]:
    """Interval of the hit rate among the flagged cases.

    That of the resamples, widened to Wilson's where it is narrower: a resample of no hits would say that there is
    nothing to doubt.

    Parameters
    ----------
    cases
        Places at past dates with what followed.
    flag
        The cases whose hit rate it is, shape (cases,).
    drawn
        Resamples of these cases.
    """
    n, hits = int(flag.sum()), int((flag & cases.hit).sum())
    low, high = wilson(hits, n)
    if not n:
        return low, high
    shape = drawn.district.shape[1], drawn.date.shape[1]
    cell = cases.district[flag] * shape[1] + cases.date[flag]
    all_of = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    hits_of = np.bincount(cell[cases.hit[flag]], minlength=shape[0] * shape[1]).reshape(shape)
    below = ((drawn.district @ all_of) * drawn.date).sum(axis=1)
    above = ((drawn.district @ hits_of) * drawn.date).sum(axis=1)
    rates = above[below > 0] / below[below > 0]
    if rates.size and max(drawn.blocks) > 1:
        found = np.percentile(rates, [_TAIL, 100 - _TAIL])
        low, high = min(low, float(found[0])), max(high, float(found[1]))
    return low, high


def value_interval(value: float, resampled: Floats, drawn: Draws) -> tuple[float, float]:
    """Interval of a figure from its resamples, which holds the figure itself; NaN where nothing could be drawn.

    Parameters
    ----------
    value
        The figure itself; NaN where there is none.
    resampled
        The figure in each resample, shape (draws,); NaN where a resample has none.
    drawn
        The resamples: with one district and one year nothing could be drawn.
    """
    usable = resampled[np.isfinite(resampled)]
    if not usable.size or not np.isfinite(value) or max(drawn.blocks) < 2:
        return float("nan"), float("nan")
    low, high = np.percentile(usable, [_TAIL, 100 - _TAIL])
    return min(value, float(low)), max(value, float(high))
