"""The dates of a pass: in which of them something holds is one span, found by search and not by trying each."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from geo.time_window import Days, months_before

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Spans = tuple[Ints, Ints]
"""First position of each span in the dates, and the first after it; a span may be empty."""


@dataclass(frozen=True)
class Calendar:
    """Ascending days since 1970-01-01, each once.

    Examples
    --------
    >>> days = Calendar(np.array([10, 20, 30, 60]))
    >>> days.since(np.array([15])), days.dates_in_window(np.array([15]), np.array([16]), 1)
    (array([1]), (array([1]), array([3])))
    """

    days: Days
    _after: dict[int, Days] = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of dates."""
        return len(self.days)

    def after(self, months: int) -> Days:
        """The last day before the window of so many months, of each date.

        Parameters
        ----------
        months
            Length of the window [calendar months].
        """
        if months not in self._after:
            self._after[months] = months_before(self.days, months)
        return self._after[months]

    def since(self, day: Days) -> Ints:
        """Position of the first date that is not before each day.

        Parameters
        ----------
        day
            The day of each row [days since 1970-01-01].
        """
        return np.searchsorted(self.days, day, side="left")

    def gone(self, day: Days, months: int) -> Ints:
        """Position of the first date whose window of so many months no longer holds each day.

        Parameters
        ----------
        day
            The day of each row [days since 1970-01-01].
        months
            Length of the window [calendar months].
        """
        return np.searchsorted(self.after(months), day, side="left")

    def dates_in_window(self, start: Days, end: Days, months: int) -> Spans:
        """Dates T with ``start <= T`` and ``end > T - months``: those in whose window something of these days lies.

        Parameters
        ----------
        start
            First day of each record [days since 1970-01-01].
        end
            Last day of each record [days since 1970-01-01].
        months
            Length of the window [calendar months].
        """
        first = self.since(start)
        return first, np.maximum(first, self.gone(end, months))

    def within(self, start: Days, end: Days) -> Spans:
        """Dates T with ``start <= T < end``.

        Parameters
        ----------
        start
            First day of each span [days since 1970-01-01].
        end
            First day after each span [days since 1970-01-01].
        """
        first = self.since(start)
        return first, np.maximum(first, self.since(end))


def counts(spans: Spans, column: Ints, shape: tuple[int, int]) -> npt.NDArray[np.int32]:
    """How many spans hold each date in each column, shape (dates, columns).

    Parameters
    ----------
    spans
        First date of each span and the first after it, as positions.
    column
        The column (a site) of each span.
    shape
        Numbers of dates and of columns.
    """
    first, stop = spans
    rows, width = shape
    size = (rows + 1) * width
    steps = np.bincount(first * width + column, minlength=size) - np.bincount(stop * width + column, minlength=size)
    out = steps.reshape(rows + 1, width)[:rows].astype(np.int32)
    return np.cumsum(out, axis=0, out=out)


def sums(spans: Spans, column: Ints, weight: Floats, shape: tuple[int, int]) -> Floats:
    """Sum of the weights of the spans that hold each date in each column, shape (dates, columns).

    Whole weights are summed step by step, which is exact; others date by date, in the order given, so that a sum is
    the same as that of the date alone.

    Parameters
    ----------
    spans
        First date of each span and the first after it, as positions.
    column
        The column (a site) of each span.
    weight
        What each span adds, such as deaths.
    shape
        Numbers of dates and of columns.
    """
    first, stop = spans
    rows, width = shape
    if (weight == np.floor(weight)).all() and weight.sum() < 2**53:
        size = (rows + 1) * width
        steps = np.bincount(first * width + column, weight, size) - np.bincount(stop * width + column, weight, size)
        return np.cumsum(steps.reshape(rows + 1, width)[:rows], axis=0)
    out = np.zeros(shape)
    for i in range(rows):
        use = (first <= i) & (i < stop)
        out[i] = np.bincount(column[use], weight[use], width)
    return out


def marks(spans: Spans, column: Ints, shape: tuple[int, int]) -> Bools:
    """Whether any span holds each date in each column, shape (dates, columns).

    Parameters
    ----------
    spans
        First date of each span and the first after it, as positions.
    column
        The column (a site) of each span.
    shape
        Numbers of dates and of columns.
    """
    return np.asarray(counts(spans, column, shape) > 0)
