"""Days and calendar months: `T - n months` keeps the day and clips to the month's end."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.int64]

NO_DAY = np.iinfo(np.int64).min
"""Stands for an unknown day in arrays of whole days (what NaT becomes)."""


def to_days(dates: object) -> Days:
    """Days since 1970-01-01 of dates (array, Series or ISO text); NaT becomes :data:`NO_DAY`.

    >>> to_days(["1970-01-02", "2016-09-19"]).tolist()
    [1, 17063]

    Parameters
    ----------
    dates
        datetime64 of any unit, a Series of dates, or ISO text.
    """
    values = np.atleast_1d(np.asarray(dates, dtype="datetime64[s]")).astype("datetime64[D]")
    return np.asarray(values.astype(np.int64))


def to_dates(days: Days) -> npt.NDArray[np.datetime64]:
    """The dates of days since 1970-01-01, as datetime64[s]; :data:`NO_DAY` becomes NaT.

    Parameters
    ----------
    days
        Days [days since 1970-01-01].
    """
    return np.asarray(days, dtype=np.int64).astype("datetime64[D]").astype("datetime64[s]")


def months_before(days: Days, months: int) -> Days:
    """The day `months` calendar months earlier, clipped to the end of that month; negative months go forward.

    >>> to_dates(months_before(to_days(["2024-05-31", "2016-02-29"]), 12)).astype("datetime64[D]").astype(str).tolist()
    ['2023-05-31', '2015-02-28']

    Parameters
    ----------
    days
        Days [days since 1970-01-01].
    months
        Length of the window [months].
    """
    given = np.asarray(days, dtype=np.int64)
    if given.size > 1 and (given == given.flat[0]).all():  # one date for all is counted back once
        return np.full(given.shape, months_before(given.reshape(-1)[:1], months)[0])
    day = given.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    target = month - np.timedelta64(months, "M")
    last = (target + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    moved = target.astype("datetime64[D]") + (day - month.astype("datetime64[D]"))
    out = np.minimum(moved, last).astype(np.int64)
    return np.asarray(np.where(given == NO_DAY, NO_DAY, out))


def window_days(as_of: Days, months: int) -> Days:
    """Length in days of the window (T - months, T] that ends on each as-of day.

    >>> window_days(to_days(["2016-02-29", "2017-02-28"]), 12).tolist()
    [366, 366]

    Parameters
    ----------
    as_of
        The date of each site, time of events and not of knowledge [days since 1970-01-01].
    months
        Length of the window [months].
    """
    return np.asarray(as_of - months_before(as_of, months))
