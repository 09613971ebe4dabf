"""Sums of the incidents around every site, without the pairs: all that classes and figures need without evidence.

The same distances, windows and limits as :mod:`geo.rules.incident_pairs`, taken block by block from the search: a pair
lives as long as its block does. Each question is one bit of an incident, so that a pair is held against all of them at
once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.compiled.compiler import compiles
from geo.records.incidents import Incidents
from geo.rules.incident_pairs import reach_m, searches
from geo.rules.questions import Question, Questions
from geo.rules.site_sums import NOBODY, Sums
from geo.spatial.candidate_search import Hits, Search
from geo.spatial.runs import run_of
from geo.time_window import NO_DAY, Days, months_before

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint64]
Locals = npt.NDArray[np.int32]


def few_in_windows(days: Days, months: int, incidents: Incidents) -> Ints | None:
    """Positions of the incidents that the window of some site may reach, whatever a question takes for being in it.

    Where dates are near each other these are few: to ask them alone costs less than to put every question to all. None
    where they are half of all incidents or more.

    Parameters
    ----------
    days
        The date of each site [days since 1970-01-01].
    months
        The longest window of any question [calendar months].
    incidents
        The incidents, ready to be asked.
    """
    if not len(days):
        return None
    now, after = days.max(), months_before(days, months).min()
    first, last = incidents.start - incidents.slack, incidents.end + incidents.slack
    few = np.flatnonzero((np.minimum(first, last) <= now) & (np.maximum(first, last) > after))
    return few if 2 * few.size < len(incidents) else None


def sums(
    asks: dict[str, Question],
    lon: Floats,
    lat: Floats,
    error_km: Floats,
    days: Days,
    incidents: Incidents,
    *,
    widest_m: float,
    months: int,
    imprecise_km: float,
    near: Question,
    latest: Question,
) -> Sums:
    """The sums of every ask, added up while the pairs are found.

    Parameters
    ----------
    near, latest
        Of which incidents the nearest, and of which the latest is wanted (of several on that day the nearest).
    asks
        Questions by name: which incidents, how near, in which window.
    lon, lat, error_km, days, incidents, widest_m, months, imprecise_km
        As :func:`geo.rules.incident_pairs.find_pairs` takes them.
    """
    questions = Questions([*asks.values(), near, latest], days, incidents)
    made = _adding(list(asks), questions, error_km, widest_m, imprecise_km, len(lon) * len(incidents))
    counted = questions.bits != 0
    for sites, rows, precision, search in searches(
        lon, lat, error_km, days, incidents, counted, widest_m, imprecise_km, months_before(days, months)
    ):
        made.add(search, sites, rows, precision)
    return made.answers()


class _Adding(Protocol):
    """What adds up, search by search."""

    def add(self, search: Search, sites: Ints, rows: Ints, precision: int) -> None: ...

    def answers(self) -> Sums: ...


def _adding(
    names: Sequence[str], questions: Questions, error_km: Floats, widest_m: float, imprecise_km: float, size: int
) -> _Adding:
    if compiles(size):
        from geo.rules.compiled_sums import CompiledSums, countable

        if countable(questions):
            return CompiledSums(names, questions, error_km, widest_m, imprecise_km)
    return _Sums(names, questions, error_km, widest_m, imprecise_km)


class _Sums:
    """What is added up, band by band and precision by precision; a site is in one block of each."""

    def __init__(
        self, names: Sequence[str], questions: Questions, error_km: Floats, widest_m: float, imprecise_km: float
    ) -> None:
        self.names, self.questions = names, questions
        self.error_m, self.days, self.incidents = error_km * 1000, questions.days, questions.incidents
        self.widest_m, self.imprecise_km = widest_m, imprecise_km
        n, self.sources = len(self.days), max(len(self.incidents.sources), 1)
        self.events = {name: np.zeros((self.sources, n)) for name in names}
        asks = zip(names, questions.asks, strict=False)
        self.deaths = {name: np.zeros((self.sources, n)) for name, ask in asks if ask.deaths is not None}
        self.near_m, self.near = np.full(n, np.inf), np.full(n, NOBODY)
        self.latest_day, self.latest_m, self.latest = np.full(n, NO_DAY), np.full(n, np.inf), np.full(n, NOBODY)

    def answers(self) -> Sums:
        """What is added up by now."""
        return Sums(self.events, self.deaths, self.near_m, self.near, self.latest_day, self.latest)

    def add(self, search: Search, sites: Ints, rows: Ints, precision: int) -> None:
        """Adds what one search finds among some sites and incidents (positions)."""
        if search.empty:
            return
        incident = rows.take(search.incident)
        bits = self.questions.bits.take(incident)
        source = self.incidents.source.take(incident)
        reach = reach_m(self.error_m[sites], precision, self.imprecise_km)

        def work(blocks: Iterator[Hits]) -> None:
            for hits in blocks:
                self._block(search, hits, sites, incident, bits, source, reach)

        for _ in search.slabs(search.order(np.arange(len(sites))), work):
            pass

    def _block(
        self, search: Search, hits: Hits, sites: Ints, incident: Ints, bits: Bits, source: Ints, reach: Floats
    ) -> None:
        distance = search.measure(hits)
        wrong = reach.take(hits.sites).take(hits.local)
        shown = np.round(distance, 3)
        least = shown - wrong
        met = self.questions.within_limit(distance, shown, wrong)
        met &= bits.take(hits.at)
        met[(distance > search.radius) | (least > self.widest_m)] = 0
        rows = np.flatnonzero(met)
        met, local, at, distance = met.take(rows), hits.local.take(rows), hits.at.take(rows), distance.take(rows)
        here = sites.take(hits.sites)
        if not self.questions.one_date:
            after = {months: day.take(here).take(local) for months, day in self.questions.after.items()}
            met &= self.questions.in_time(self.days.take(here).take(local), after, incident.take(at))
        self._add_up(met, here, local, incident.take(at), source.take(at))
        self._nearest(np.flatnonzero(met & self.questions.bit[-2]), here, local, distance, incident, at)
        self._latest(np.flatnonzero(met & self.questions.bit[-1]), here, local, distance, incident, at)

    def _add_up(self, met: Bits, here: Ints, local: Locals, incident: Ints, source: Ints) -> None:
        """Events and deaths of every ask: pairs are counted once for each way in which they meet questions."""
        if not len(met):
            return
        combination, combinations = pd.factorize(met)
        k, w = len(here), len(combinations)
        cell = (source * k + local) * w + combination if self.sources > 1 else local.astype(np.int64) * w + combination
        count = np.bincount(cell, minlength=self.sources * k * w).reshape(self.sources, k, w)
        summed: dict[int, Floats] = {}
        for name, ask, bit in zip(self.names, self.questions.asks, self.questions.bit, strict=False):
            mine = np.flatnonzero(combinations & bit)
            if not len(mine):
                continue
            self.events[name][:, here] += count[:, :, mine].sum(axis=2)
            if ask.deaths is not None:
                if id(ask.deaths) not in summed:
                    weights = ask.deaths.take(incident)
                    added = np.bincount(cell, weights=weights, minlength=self.sources * k * w)
                    summed[id(ask.deaths)] = np.asarray(added, np.float64).reshape(self.sources, k, w)
                self.deaths[name][:, here] += summed[id(ask.deaths)][:, :, mine].sum(axis=2)

    def _nearest(self, which: Ints, here: Ints, local: Locals, distance: Floats, incident: Ints, at: Ints) -> None:
        if not len(which):
            return
        mine, away, who = local.take(which), distance.take(which), incident.take(at.take(which))
        place, (best_m, best) = _first(mine, here, [away, who])
        better = _before([best_m, best], [self.near_m[place], self.near[place]])
        self.near_m[place[better]], self.near[place[better]] = best_m[better], best[better]

    def _latest(self, which: Ints, here: Ints, local: Locals, distance: Floats, incident: Ints, at: Ints) -> None:
        if not len(which):
            return
        mine, away, who = local.take(which), distance.take(which), incident.take(at.take(which))
        day = np.minimum(self.incidents.end.take(who), self.days.take(here).take(mine))
        place, (last, best_m, best) = _first(mine, here, [-day, away, who])
        held = self.latest_day[place]
        held = np.where(held == NO_DAY, NOBODY, -held)
        better = _before([last, best_m, best], [held, self.latest_m[place], self.latest[place]])
        at_site = place[better]
        self.latest_day[at_site], self.latest_m[at_site] = -last[better], best_m[better]
        self.latest[at_site] = best[better]


def _first(local: Locals, here: Ints, keys: Sequence[Any]) -> tuple[Ints, list[Any]]:
    """Sites, and of the rows of each (they stand together) the least by several keys in turn."""
    out: list[Any] = []
    keys = list(keys)
    begin = np.flatnonzero(np.diff(local, prepend=-1))
    place = here.take(local.take(begin))
    while keys:
        key = keys.pop(0)
        least = np.minimum.reduceat(key, begin)
        out.append(least)
        if keys:
            rows = np.flatnonzero(key == least.take(run_of(np.diff(begin, append=len(key)))))
            local, keys = local.take(rows), [k.take(rows) for k in keys]
            begin = np.flatnonzero(np.diff(local, prepend=-1))
    return place, out


def _before(one: Sequence[Any], other: Sequence[Any]) -> Bools:
    """Whether rows of `one` stand before those of `other`, by several keys in turn."""
    less, equal = np.zeros(len(one[0]), np.bool_), np.ones(len(one[0]), np.bool_)
    for a, b in zip(one, other, strict=True):
        less |= equal & (a < b)
        equal &= a == b
    return less
