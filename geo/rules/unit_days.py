"""Units on days: what happened in each in the window that ends on its day, for all units and days at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from geo.records.label_codes import different_numbers
from geo.spatial.runs import run_of, runs
from geo.time_window import Days

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

PAIRS = 1 << 22
"""So many pairs of a unit's day and an incident are looked at together."""


@dataclass(frozen=True)
class UnitDays:
    """Each pair of a day [days since 1970-01-01] and a unit (its number) once, in this order."""

    unit: Ints
    day: Days

    @classmethod
    def of(cls, unit: Ints, day: Days) -> tuple[UnitDays, Ints]:
        """The different pairs among some, and which of them each is.

        Parameters
        ----------
        unit
            Number of a unit, 0 or more.
        day
            The day that is asked about of each [days since 1970-01-01].

        Examples
        --------
        >>> asked, which = UnitDays.of(np.array([4, 2, 4]), np.array([9, 9, 9]))
        >>> asked.unit.tolist(), asked.day.tolist(), which.tolist()
        ([2, 4], [9, 9], [1, 0, 1])
        """
        width, least = int(unit.max(initial=0)) + 1, int(day.min()) if len(day) else 0
        number = (day - least) * width + unit
        end = (int(day.max(initial=least)) - least + 1) * width
        codes, pairs = different_numbers(number, end, by_first=False)
        order = np.argsort(pairs)
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        days, units = np.divmod(pairs[order], width)
        return cls(units, days + least), place.take(codes)

    def __len__(self) -> int:
        return len(self.unit)

    @cached_property
    def one_day(self) -> bool:
        """Whether all are of one day."""
        return bool((self.day[:1] == self.day[-1:]).all())

    def reach(self, first: Days, last: Days, after: Days) -> Bools:
        """Which spans of days some window may hold; with one day it does.

        Parameters
        ----------
        first, last
            First and last day of each span [days since 1970-01-01].
        after
            The day before each window [days since 1970-01-01].
        """
        return np.asarray((first <= self.day.max()) & (last > after.min()))

    def sums(
        self, unit: Ints, source: Ints, sources: int, first: Days, last: Days, weight: Floats, after: Days
    ) -> tuple[Floats, Floats]:
        """Spans of days in each window and the sum of their weights, per source: two of shape (sources, these).

        With one day weights are added in their order; with several they are whole numbers (:func:`together`).

        Parameters
        ----------
        unit, source
            The unit (-1: none) and the source of each span, as numbers.
        sources
            How many sources there are.
        first, last
            First and last day of each span, those that some window may hold (:meth:`reach`).
        weight
            What each span adds, such as deaths.
        after
            The day before each window [days since 1970-01-01].
        """
        n = len(self)
        width = int(max(self.unit.max(initial=0), unit.max(initial=0))) + 1
        if self.one_day:
            place = np.full(width + 1, n, np.int64)  # behind all: what is in none of them
            place[self.unit] = np.arange(n)
            key = source * (n + 1) + place.take(unit)
            size = sources * (n + 1)
            events = np.bincount(key, minlength=size).astype(np.float64).reshape(sources, n + 1)[:, :n]
            summed = np.bincount(key, weights=weight, minlength=size).reshape(sources, n + 1)[:, :n]
            return events, np.asarray(summed, np.float64)
        out = np.zeros((2, sources, n))
        least = int(min(first.min(initial=0), self.day.min(initial=0))) - 1
        span = int(max(last.max(initial=0), self.day.max(initial=0))) - least + 1
        for number in range(sources):
            mine = np.flatnonzero((source == number) & (unit >= 0))
            # What has begun by the day, less what was over before the window.
            for day, until, sign in ((first, self.day, 1), (last, np.maximum(after, least), -1)):
                key = unit[mine] * span + day[mine] - least
                order = np.argsort(key)
                found = np.searchsorted(key[order], self.unit * span + until - least, side="right")
                out[0, number] += sign * found
                out[1, number] += sign * np.concatenate(([0.0], np.cumsum(weight[mine][order]))).take(found)
        return out[0], out[1]

    def pairs(self, unit: Ints, first: Days, last: Days, after: Days) -> Iterator[tuple[int, int, Ints, Ints]]:
        """Pairs of these and spans of days in their windows: some of these (from, to before), by their order.

        Parameters
        ----------
        unit
            The unit of each span as a number; -1: none.
        first, last
            First and last day of each span [days since 1970-01-01].
        after
            The day before each window [days since 1970-01-01].
        """
        least = int(min(first.min(initial=0), self.day.min(initial=0), after.min(initial=0))) - 1
        span = int(max(last.max(initial=0), self.day.max(initial=0))) - least + 1
        longest = int((last - first).max(initial=0))
        key = unit * span + first - least
        order = np.argsort(key, kind="stable")
        key = key[order]
        # None that begins longer before the window than the longest lasts reaches into it.
        earliest = np.maximum(after - longest, least)
        begin = np.searchsorted(key, self.unit * span + earliest - least, side="right")
        count = np.searchsorted(key, self.unit * span + self.day - least, side="right") - begin
        ends = np.cumsum(count)
        start = 0
        while start < len(self):
            done = int(ends[start - 1]) if start else 0
            stop = max(int(np.searchsorted(ends, done + PAIRS, side="right")), start + 1)
            part = slice(start, stop)
            row, own = order[runs(begin[part], count[part])], run_of(count[part]) + start
            inside = last[row] > after[own]
            yield start, stop, own[inside], row[inside]
            start = stop


def together(sites: Ints, day: Days, weights: Sequence[Floats]) -> Iterator[Ints]:
    """Positions of sites whose days may be counted together: all where weights are whole numbers, else those of a day.

    Sums of whole numbers are exact in any order; others are added as on that day alone, and have the same bits.

    Parameters
    ----------
    sites
        Positions of sites, ascending.
    day
        The date of every site [days since 1970-01-01].
    weights
        What may be added up, such as the deaths of each incident.

    Examples
    --------
    >>> [part.tolist() for part in together(np.arange(3), np.array([8, 5, 8]), [np.array([1.5])])]
    [[1], [0, 2]]
    """
    of = day[sites]
    if not len(sites):
        return
    if (of == of[0]).all() or all((w == np.floor(w)).all() and np.abs(w).sum() < 2**53 for w in weights):
        yield sites
        return
    order = np.argsort(of, kind="stable")
    yield from (sites[part] for part in np.split(order, np.flatnonzero(np.diff(of[order])) + 1))
