"""Which pairs of a site and an incident somebody asks for: the others are let go where they are found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from geo.records.incidents import Incidents
from geo.rules.pair_sums import newest, starts
from geo.rules.questions import Bits, Question, Questions
from geo.time_window import Days

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class WantedPairs:
    """Pairs that somebody asks for: those that meet a question, and of others the first of a site alone.

    Parameters
    ----------
    asks
        Questions by name: which incidents, how near, in which window.
    first
        Of these the nearest that is farther than so many metres is enough.
    latest
        Of these the latest, and of several on that day the nearest.

    Attributes
    ----------
    asked
        For each question the number of its word of bits, and its bit in it.
    """

    def __init__(
        self,
        asks: Mapping[str, Question],
        first: Mapping[str, float],
        latest: Iterable[str],
        days: Days,
        incidents: Incidents,
    ) -> None:
        self.days, self.incidents = days, incidents
        names, newest = list(asks), set(latest)
        self.asked: dict[str, tuple[int, np.uint64]] = {}
        self._parts: list[tuple[Questions, np.uint64, list[tuple[np.uint64, float]], list[np.uint64]]] = []
        for begin in range(0, len(names), 64):
            some = names[begin : begin + 64]
            questions = Questions([asks[name] for name in some], days, incidents)
            bit = dict(zip(some, questions.bit, strict=True))
            self.asked |= {name: (len(self._parts), b) for name, b in bit.items()}
            every = np.bitwise_or.reduce(
                [np.uint64(0), *(b for n, b in bit.items() if n not in first and n not in newest)]
            )
            ones = [(bit[name], metres) for name, metres in first.items() if name in bit]
            self._parts.append((questions, every, ones, [bit[name] for name in newest if name in bit]))

    def __len__(self) -> int:
        return len(self._parts)

    def among(
        self, site: Ints, incident: Ints, distance: Floats, shown: Floats, reach: Floats
    ) -> tuple[Bools, list[Bits]]:
        """Which pairs are wanted, of all of some sites by (site, distance, incident), and what each of all meets.

        Parameters
        ----------
        site
            Site of each pair, ascending.
        incident
            Incident of each pair.
        distance
            Geodesic distance of each pair [m].
        shown
            The same as evidence shows it, to a millimetre [m].
        reach
            What each pair may be wrong by [m].
        """
        out, words = np.zeros(len(site), np.bool_), []
        begin = starts(site)
        end = np.append(begin[1:], len(site))
        limits = {metres for _, _, first, _ in self._parts for _, metres in first}
        beyond = {m: begin + np.add.reduceat(distance <= m, begin, dtype=np.int64) for m in limits if len(begin)}
        for questions, every, first, latest in self._parts:
            met = questions.bits.take(incident)
            met &= questions.within_limit(distance, shown, reach)
            if not questions.one_date:
                after = {months: day.take(site) for months, day in questions.after.items()}
                met &= questions.in_time(self.days.take(site), after, incident)
            words.append(met)
            out |= (met & every) != 0
            for bit, metres in first:
                out[_next((met & bit) != 0, beyond.get(metres, begin), end)] = True
            for bit in latest:
                rows = np.flatnonzero(met & bit)
                out[rows.take(newest(site.take(rows), incident.take(rows), self.days, self.incidents))] = True
        return out, words


def _next(meets: Bools, at: Ints, end: Ints) -> Ints:
    """The first rows that `meets` says, each from `at` on and before `end`; none where there is none."""
    rows = np.flatnonzero(meets)
    place = np.searchsorted(rows, at)
    found = np.append(rows, len(meets)).take(place)
    return found[found < end]
