"""The sums of :mod:`geo.rules.incident_sums` by compiled loops: what is added is the same, no pair is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from geo.compiled import sum_loops
from geo.compiled.sum_loops import CHUNK, Asks, Totals, add_ranges
from geo.rules.incident_pairs import reach_m
from geo.rules.questions import BRACKETS, Questions
from geo.rules.site_sums import NOBODY, Sums
from geo.spatial.candidate_search import Candidates, Search
from geo.spatial.geodesic import ARC
from geo.time_window import NO_DAY

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

EXACT = 2.0**53
"""Whole numbers up to this are added without error, in any order."""


def countable(questions: Questions) -> bool:
    """Whether deaths are whole numbers, so that their sum is the same in every order.

    Parameters
    ----------
    questions
        The questions.
    """
    return all(bool((np.rint(d) == d).all() and np.abs(d).sum() < EXACT) for d in _estimates(questions).values())


def _estimates(questions: Questions) -> dict[int, Floats]:
    """The different estimates of deaths that are summed, by their identity."""
    every = (ask.deaths for ask in questions.asks)
    return {id(deaths): deaths for deaths in every if deaths is not None}


class CompiledSums:
    """What is added up, band by band and precision by precision.

    Parameters
    ----------
    names
        Names of the questions without the last two, nearest and latest.
    questions
        The questions, :func:`countable` ones.
    error_km
        Position error of each site [km].
    widest_m
        The widest limit of any rule [m].
    imprecise_km
        How far an incident of precision 2 may lie from its point [km].
    """

    def __init__(
        self, names: Sequence[str], questions: Questions, error_km: Floats, widest_m: float, imprecise_km: float
    ) -> None:
        self.names, self.questions = names, questions
        self.error_m, self.widest_m, self.imprecise_km = error_km * 1000, float(widest_m), imprecise_km
        asks, incidents, n = questions.asks[: len(names)], questions.incidents, len(questions.days)
        self.summed = [i for i, ask in enumerate(asks) if ask.deaths is not None]
        estimates = _estimates(questions)
        self._deaths = np.zeros((len(incidents), len(estimates)), np.int64)
        for column, deaths in enumerate(estimates.values()):
            self._deaths[:, column] = deaths
        sources, of = max(len(incidents.sources), 1), list(estimates)
        windows = {} if questions.one_date else questions.windows
        self._after = [questions.after[months] for months, _, _ in windows]
        self._asks = Asks(
            *_limits(questions),
            np.array([[low, high, _signed(bits)] for (_, low, high), bits in windows.items()], np.int64).reshape(-1, 3),
            np.array(self.summed, np.int64),
            np.array([of.index(id(asks[i].deaths)) for i in self.summed], np.int64),
            len(names),
            _signed(np.bitwise_or.reduce([np.uint64(0), *(questions.bit[i] for i in self.summed)])),
            _signed(questions.bit[-2]),
            _signed(questions.bit[-1]),
        )
        self._totals = Totals(
            np.zeros((n, sources, len(names)), np.int32),
            np.zeros((n, sources, len(self.summed)), np.int64),
            np.full(n, np.inf),
            np.full(n, NOBODY),
            np.full(n, NO_DAY),
            np.full(n, np.inf),
            np.full(n, NOBODY),
        )

    def add(self, search: Search, sites: Ints, rows: Ints, precision: int) -> None:
        """Adds what one search finds among some sites and incidents (positions).

        Parameters
        ----------
        search
            The search among them.
        sites
            Positions of the sites.
        rows
            Positions of the incidents.
        precision
            Precision of all those incidents.
        """
        if search.empty:
            return
        number, every = rows.take(search.incident), self.questions.incidents
        incidents = sum_loops.Incidents(
            number,
            self.questions.bits.take(number).view(np.int64),
            every.source.take(number),
            self._deaths.take(number, axis=0),
            every.start.take(number),
            every.end.take(number),
            every.slack.take(number),
        )
        wrong = reach_m(self.error_m[sites], precision, self.imprecise_km)

        def work(blocks: Iterator[Candidates]) -> None:
            doubtful = np.empty((4 * CHUNK, 2), np.int64)
            for block in blocks:
                here = sites.take(block.sites)
                after = np.empty((len(here), len(self._after)), np.int64)
                for column, days in enumerate(self._after):
                    after[:, column] = days.take(here)
                mine = sum_loops.Sites(here, wrong.take(block.sites), self.questions.days.take(here), after)
                self._add(search, block, mine, incidents, doubtful)

        for _ in search.slabs_of_candidates(search.order(np.arange(len(sites))), work):
            pass

    def _add(
        self,
        search: Search,
        block: Candidates,
        sites: sum_loops.Sites,
        incidents: sum_loops.Incidents,
        doubtful: Ints,
    ) -> None:
        around = search.around(block)
        rest = sites, incidents, self._asks, ARC, search.doubt, self.widest_m, self._totals, doubtful
        begin, first, unmeasured = 0, int(around.lo[0]), np.zeros(0)
        while begin < len(around.site):
            begin, first, n = add_ranges(around, unmeasured, begin, first, *rest)
            if n:
                site, at = np.ascontiguousarray(doubtful[:n].T)
                pairs = around._replace(site=site, lo=at, hi=at + 1)
                add_ranges(pairs, search.metres(block.sites.take(site), at), 0, int(at[0]), *rest)

    def answers(self) -> Sums:
        """What is added up by now."""
        made = self._totals
        events = made.events.transpose(2, 1, 0).astype(np.float64, order="C")
        deaths = made.deaths.transpose(2, 1, 0).astype(np.float64, order="C")
        return Sums(
            dict(zip(self.names, events, strict=True)),
            {self.names[i]: summed for i, summed in zip(self.summed, deaths, strict=True)},
            made.near_m,
            made.near,
            made.latest_day,
            made.latest,
        )


def _limits(questions: Questions) -> tuple[Floats, Ints, Ints]:
    """Every limit, its bracket, and the questions that a pair beyond it does not meet."""
    rows = [
        (limit, bracket, left[0] & ~left[passed])
        for bracket, name in enumerate(BRACKETS)
        for limits, left in [questions.limits[name]]
        for passed, limit in enumerate(limits, 1)
    ]
    steps, brackets, dropped = zip(*((limit, bracket, _signed(bits)) for limit, bracket, bits in rows), strict=True)
    return np.array(steps, np.float64), np.array(brackets, np.int64), np.array(dropped, np.int64)


def _signed(bits: np.uint64) -> int:
    return int(bits.view(np.int64))
