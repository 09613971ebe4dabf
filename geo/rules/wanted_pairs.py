"""Which pairs of a site and an incident somebody asks for: the others are let go where they are found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geo.records.incidents import Incidents
from geo.rules.pair_sums import newest, starts
from geo.rules.questions import BRACKETS, Bits, Question, Questions
from geo.time_window import Days, months_before

if TYPE_CHECKING:
    from geo.compiled.pair_loops import Wanted

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

    @property
    def counted(self) -> Bools:
        """The incidents that meet a question somewhere."""
        return np.asarray(np.logical_or.reduce([questions.bits != 0 for questions, *_ in self._parts]))

    def for_loop(self, rows: Ints) -> Wanted:
        """The questions as a compiled loop takes them.

        Parameters
        ----------
        rows
            The incidents of a search.
        """
        from geo.compiled.pair_loops import Wanted

        parts = [questions for questions, *_ in self._parts]
        months = sorted({month for part in parts for month, _, _ in ([] if part.one_date else part.windows)})
        after = [months_before(self.days, month) for month in months]
        beyond: dict[tuple[int, int, float], np.uint64] = {}
        for w, part in enumerate(parts):
            for ask, bit in zip(part.asks, part.bit, strict=True):
                key = (w, BRACKETS.index(ask.bracket), ask.limit_m)
                beyond[key] = beyond.get(key, np.uint64(0)) | bit
        steps = sorted(key for key in beyond if key[2] < np.inf)
        windows = [
            (w, window, bits)
            for w, part in enumerate(parts)
            if not part.one_date
            for window, bits in part.windows.items()
        ]
        first = [(w, bit, metres) for w, (_, _, ones, _) in enumerate(self._parts) for bit, metres in ones]
        latest = [(w, bit) for w, (_, _, _, last) in enumerate(self._parts) for bit in last]
        i = self.incidents
        return Wanted(
            bits=_signed(np.stack([part.bits.take(rows) for part in parts])),
            every=_signed([every for _, every, _, _ in self._parts]),
            limits=np.array([metres for *_, metres in steps], np.float64),
            bracket=np.array([b for _, b, _ in steps], np.int64),
            dropped=_signed([beyond[key] for key in steps]),
            begin=np.searchsorted([w for w, *_ in steps], np.arange(len(parts) + 1)).astype(np.int64),
            months=np.array([(w, months.index(m)) for w, (m, _, _), _ in windows], np.int64).reshape(-1, 2),
            low=np.array([low for _, (_, low, _), _ in windows], np.bool_),
            high=np.array([high for _, (_, _, high), _ in windows], np.bool_),
            inside=_signed([bits for *_, bits in windows]),
            after=np.array(after, np.int64).reshape(len(months), len(self.days)),
            first=_signed([(np.uint64(w), bit) for w, bit, _ in first]).reshape(-1, 2),
            first_m=np.array([metres for *_, metres in first], np.float64),
            latest=_signed([(np.uint64(w), bit) for w, bit in latest]).reshape(-1, 2),
            now=self.days.copy(),
            start=i.start.take(rows),
            end=i.end.take(rows),
            slack=i.slack.take(rows),
        )

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


def _signed(bits: Any) -> Ints:
    """Bits as whole numbers with a sign, which a loop takes."""
    return np.ascontiguousarray(bits, np.uint64).view(np.int64)
