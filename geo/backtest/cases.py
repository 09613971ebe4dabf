"""Cases of a backtest, and the answers that are tested on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from geo.time_window import Days, to_dates

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Cases:
    """Places at past dates and what followed, one value a case, sorted by date.

    Parameters
    ----------
    place
        Number of the place, shape (n,).
    date
        Position in `days`, ascending, shape (n,).
    days
        The past dates, days since 1970-01-01, ascending, shape (dates,).
    district
        Number of the block that the place lies in: its administrative unit, else a cell of one degree, shape (n,).
    hit
        The outcome happened in the months after the date, shape (n,).
    before
        The same had happened in as many months up to the date: a hit after a calm year is an onset, shape (n,).
    months
        Length of the outcome's window.
    """

    place: Ints
    date: Ints
    days: Days
    district: Ints
    hit: Bools
    before: Bools
    months: int = 12

    def __len__(self) -> int:
        return len(self.place)

    @property
    def year(self) -> Ints:
        """Calendar year of each date, shape (dates,)."""
        years: Ints = to_dates(self.days).astype("datetime64[Y]").astype(np.int64) + 1970
        return years

    def bounds(self) -> Ints:
        """Where the cases of each date begin, and the number of cases, shape (dates + 1,)."""
        return np.searchsorted(self.date, np.arange(len(self.days) + 1)).astype(np.int64)

    def each_date(self) -> Iterator[tuple[int, int]]:
        """Where the cases of each date begin and end."""
        return pairwise(self.bounds().tolist())

    def take(self, rows: npt.NDArray[np.bool_]) -> Cases:
        """The cases where `rows` is true; dates stay as they are.

        Parameters
        ----------
        rows
            One flag a case.
        """
        return Cases(
            self.place[rows],
            self.date[rows],
            self.days,
            self.district[rows],
            self.hit[rows],
            self.before[rows],
            self.months,
        )


@dataclass(frozen=True)
class Score:
    """One answer to be tested: a class, a rule, an order or a baseline.

    Parameters
    ----------
    kind
        class, rule, rule_alone, intensity or baseline.
    name
        What it is called in its kind.
    value
        The higher, the likelier a hit is said to be; NaN where the answer is not known, shape (cases,).
    flag
        Cases that the answer points at, shape (cases,).
    graded
        The value is a number of many steps; for a probability it is read in bins.
    """

    kind: str
    name: str
    value: Floats
    flag: Bools
    graded: bool = False

    @property
    def known(self) -> Bools:
        """Cases for which there is an answer."""
        return np.isfinite(self.value)

    def take(self, rows: npt.NDArray[np.bool_]) -> Score:
        """The answer to the cases where `rows` is true.

        Parameters
        ----------
        rows
            One flag a case.
        """
        return Score(self.kind, self.name, self.value[rows], self.flag[rows], self.graded)


def flagged(kind: str, name: str, flag: Bools, known: Bools | None = None) -> Score:
    """An answer of yes and no; where `known` is false there is none.

    Parameters
    ----------
    kind
        class, rule, rule_alone, intensity or baseline.
    name
        What the answer is called in its kind.
    flag
        Cases that the answer points at, shape (cases,).
    known
        Cases for which there is an answer, shape (cases,); None: all.
    """
    value = flag.astype(np.float64)
    if known is not None:
        value = np.where(known, value, np.nan)
        flag = flag & known
    return Score(kind, name, value, flag)


def highest(cases: Cases, value: Floats, share_of: Bools) -> Bools:
    """At each date the cases of the highest values, as many as `share_of` flags there, or fewer.

    Equal values are taken together or not at all, and a value of 0 never: an order is compared with the class at the
    same number of places.

    Parameters
    ----------
    cases
        Places at past dates with what followed.
    value
        The order: the higher, the likelier a hit; NaN where it is not known, shape (cases,).
    share_of
        Flags whose number at each date is to be met, shape (cases,).

    Examples
    --------
    >>> one = np.zeros(4, np.int64)
    >>> cases = Cases(np.arange(4), one, one[:1], one, one > 0, one > 0)
    >>> highest(cases, np.array([0.0, 3.0, 2.0, 2.0]), np.array([True, True, False, False]))
    array([False,  True, False, False])
    """
    out = np.zeros(len(cases), np.bool_)
    for a, b in cases.each_date():
        here = np.nan_to_num(value[a:b])
        ordered = np.sort(here)
        # How many are at least as high as each: more than allowed means that its whole tie is left out.
        as_high = len(here) - np.searchsorted(ordered, here, side="left")
        out[a:b] = (as_high <= int(share_of[a:b].sum())) & (here > 0)
    return out
