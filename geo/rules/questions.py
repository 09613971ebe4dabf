"""Many questions of one pair of a site and an incident at once: each is one bit.

A question says which incidents count, within which distance and in which window; the rules and the figures of a run ask
some dozens of them, of a million pairs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from geo.records.incidents import Incidents
from geo.time_window import Days, months_before

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint64]
Bracket = Literal["best", "shown", "low", "high"]
BRACKETS: tuple[Bracket, ...] = ("best", "shown", "low", "high")


@dataclass(frozen=True)
class Question:
    """One question.

    Parameters
    ----------
    counted
        Which incidents count, their precision considered.
    deaths
        Deaths of each that are summed, or None where only events are asked for.
    limit_m
        Inclusive; `best` holds the distance itself against it, `shown` the distance to a millimetre, `low` that and
        what either place may be wrong by, `high` that less it.
    months
        The window; with `low` an incident lies wholly in it, with `high` on any day that it may have.
    """

    counted: Bools
    deaths: Floats | None
    limit_m: float
    months: int
    bracket: Bracket


class Questions:
    """Up to 64 questions, each a bit in the order of `asks`.

    Attributes
    ----------
    bit
        The bit of each question.
    bits
        The questions that each incident may meet, wherever a site is.
    windows
        The questions of each window: months, whether wholly in it (low), whether on any day in it (high).
    after
        By months, the day before the window of each site [days since 1970-01-01].
    limits
        By bracket, its limits, ascending, and for 0, 1, ... of them passed the questions that are still met.
    """

    def __init__(self, asks: Sequence[Question], days: Days, incidents: Incidents) -> None:
        assert len(asks) <= 64, "one bit a question"
        self.asks, self.days, self.incidents = list(asks), days, incidents
        self.bit = [np.uint64(1) << np.uint64(i) for i in range(len(asks))]
        # With one date for all the window of an incident is its own.
        self.one_date = bool((days == days[:1]).all())
        self.windows: dict[tuple[int, bool, bool], np.uint64] = {}
        for ask, bit in zip(self.asks, self.bit, strict=True):
            key = (ask.months, ask.bracket == "low", ask.bracket == "high")
            self.windows[key] = self.windows.get(key, np.uint64(0)) | bit
        self.bits = np.full(len(incidents), np.bitwise_or.reduce([np.uint64(0), *self.bit]))
        if self.one_date and len(days):
            after = {months: months_before(days[:1], months) for months, _, _ in self.windows}
            self.bits = self.in_time(np.broadcast_to(days[:1], len(incidents)), after, slice(None))
        # Most incidents lie in no window, and none of them is asked for.
        some = np.flatnonzero(self.bits)
        counted = np.zeros(len(some), np.uint64)
        for ask, bit in zip(self.asks, self.bit, strict=True):
            counted |= ask.counted.take(some) * bit
        self.bits[some] &= counted
        self.after = {months: months_before(days, months) for months, _, _ in self.windows}
        self.limits = {bracket: self._steps(bracket) for bracket in BRACKETS}

    def _steps(self, bracket: Bracket) -> tuple[Floats, Bits]:
        mine = [(a.limit_m, bit) for a, bit in zip(self.asks, self.bit, strict=True) if a.bracket == bracket]
        steps = sorted({limit for limit, _ in mine})
        left = [np.bitwise_or.reduce([b for m, b in mine if m >= s] or [np.uint64(0)]) for s in steps]
        return np.array(steps), np.array([*left, 0], np.uint64)

    def within_limit(self, distance: Floats, shown: Floats, wrong: Floats) -> Bits:
        """The questions whose limit a pair does not pass: its distance, that to a millimetre, what it may be off by.

        Parameters
        ----------
        distance
            Geodesic distance of each pair [m].
        shown
            The same as evidence shows it, to a millimetre [m].
        wrong
            What each pair may be wrong by [m].
        """
        met = self._value_meets("best", distance) | self._value_meets("shown", shown)
        met |= self._value_meets("low", shown + wrong)
        met |= self._value_meets("high", shown - wrong)
        return met

    def _value_meets(self, bracket: Bracket, value: Floats) -> Bits:
        steps, left = self.limits[bracket]
        passed = np.zeros(len(value), np.uint8)
        for step in steps:
            passed += (value > step).view(np.uint8)
        return left.take(passed)

    def in_time(self, now: Days, after: Mapping[int, Days], incident: Ints | slice) -> Bits:
        """The questions in whose window an incident lies, by the date of each and the day before each window.

        Parameters
        ----------
        now
            The date of each pair [days since 1970-01-01].
        after
            By months, the day before the window of each pair [days since 1970-01-01].
        incident
            Incident of each pair.
        """
        met = np.zeros(len(now), np.uint64)
        for window, bits in self.windows.items():
            met |= self._inside(window, incident, now, after[window[0]]).astype(np.uint64) * bits
        return met

    def _inside(self, window: tuple[int, bool, bool], at: Ints | slice, now: Days, after: Days) -> Bools:
        _, low, high = window
        i = self.incidents
        start, end = i.start[at], i.end[at]
        if low or high:
            slack = i.slack[at]
            if low:
                return np.asarray((start - slack > after) & (end + slack <= now))
            return np.asarray((start - slack <= now) & (end + slack > after))
        return np.asarray((start <= now) & (end > after))
