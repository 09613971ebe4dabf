"""Every incident that may matter to a site, found once for all distance rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiles
from geo.records.incidents import EFFECTS, VIOLENCE, Incidents
from geo.rules.pair_runs import Run, merged_runs
from geo.rules.questions import Bits
from geo.rules.rule import Rule, Test
from geo.rules.wanted_pairs import WantedPairs
from geo.spatial.candidate_search import Candidates, Search
from geo.spatial.proximity import Part, found_by, some, sorted_pairs
from geo.time_window import Days, months_before

if TYPE_CHECKING:
    from geo.compiled.pair_loops import Wanted

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

VIOLENT, CONTROL = EFFECTS.index("violent"), EFFECTS.index("control")

_ERROR_BANDS_KM = (5.0, 25.0, 100.0)
"""Sites are searched in groups of like position error, so that one vague site does not widen everyone's circle."""


def measure(rule: Rule, test: Test, incidents: Incidents, bracket: str = "best") -> tuple[Bools, Floats]:
    """Which incidents a test counts, and the deaths of each, by the `best`, `low` or `high` estimate.

    An event of a violent type counts whatever its deaths; one that is counted as lethal needs one of them.

    Parameters
    ----------
    rule
        The rule that is asked.
    test
        One test of the rule.
    incidents
        The incidents, ready to be asked.
    bracket
        Which estimate of deaths: `best`, `low` (no more than best) or `high` (no less).
    """
    deaths: Floats = getattr(incidents, bracket)
    if rule.deaths == "civilian":
        known = np.nan_to_num(incidents.civilians)
        unsure = np.where(np.isnan(incidents.civilians), deaths, known)
        deaths = np.minimum(known, deaths) if bracket != "high" else np.maximum(known, unsure)
    effect = test.effect or rule.effect
    if effect == "control":
        counted = incidents.effect == CONTROL
    else:
        counted = deaths >= 1
        if effect == "violent":
            counted = counted | (incidents.effect == VIOLENT)
    if not rule.lethal:
        counted = counted & (incidents.best < 1)
    if rule.violence:
        counted = counted & np.isin(incidents.violence, [VIOLENCE.index(v) for v in rule.violence])
    return counted, deaths


@dataclass(frozen=True)
class NearPairs:
    """Pairs that meet one of some questions, in the order of :class:`Pairs`."""

    site: Ints
    incident: Ints
    distance: Floats
    _asked: Mapping[str, tuple[int, np.uint64]]
    _met: dict[int, Bits]

    def meet(self, *names: str) -> Bools:
        """Which of them meet one of these questions, of those that they were taken for.

        Parameters
        ----------
        *names
            Names of questions.
        """
        out = np.zeros(len(self.site), np.bool_)
        for name in names:
            word, bit = self._asked[name]
            out |= (self._met[word] & bit) != 0
        return out


@dataclass(frozen=True)
class Pairs:
    """Pairs by (site, distance, incident); `days` are the as-of day of each site.

    Every pair nearer than `widest_m` that somebody asks for is there.
    """

    site: Ints
    incident: Ints
    distance: Floats
    days: Days
    incidents: Incidents
    widest_m: float
    _asked: Mapping[str, tuple[int, np.uint64]] = field(default_factory=dict)
    _met: Sequence[Bits] = ()
    _kept: dict[tuple[str, int], Bools] = field(default_factory=dict)

    def meeting(self, names: Iterable[str]) -> NearPairs:
        """The pairs that meet one or more of some questions.

        Parameters
        ----------
        names
            Names of questions among those for which the pairs were found.
        """
        words: dict[int, np.uint64] = {}
        for name in names:
            word, bit = self._asked[name]
            words[word] = words.get(word, np.uint64(0)) | bit
        if len(words) == 1 and compiles(len(self.days) * len(self.incidents)):
            from geo.compiled import site_loops

            ((word, bits),) = words.items()
            m = len(self.site)
            site, incident, distance = np.empty(m, np.int64), np.empty(m, np.int64), np.empty(m)
            met_bits = np.empty(m, np.uint64)
            of_pairs = self.site, self.incident, self.distance, self._met[word]
            n = site_loops.meeting(bits, *of_pairs, site, incident, distance, met_bits)
            return NearPairs(site[:n], incident[:n], distance[:n], self._asked, {word: met_bits[:n]})
        flags = [(self._met[word] & bits) != 0 for word, bits in words.items()]
        rows = np.flatnonzero(flags[0] if len(flags) == 1 else np.logical_or.reduce(flags))
        met = {word: self._met[word].take(rows) for word in words}
        return NearPairs(self.site.take(rows), self.incident.take(rows), self.distance.take(rows), self._asked, met)

    def inside(self, months: int, bracket: str = "best") -> Bools:
        """Whether a pair's incident lies in the window: nominally, `low` wholly, `high` on any day that it may have.

        Parameters
        ----------
        months
            Length of the window [calendar months].
        bracket
            `best`, `low` or `high`.
        """
        key = (bracket, months)
        if key not in self._kept:
            now, after = self.days[self.site], months_before(self.days, months)[self.site]
            i = self.incidents
            start, end, slack = i.start[self.incident], i.end[self.incident], i.slack[self.incident]
            if bracket == "low":
                self._kept[key] = (start - slack > after) & (end + slack <= now)
            elif bracket == "high":
                self._kept[key] = (start - slack <= now) & (end + slack > after)
            else:
                self._kept[key] = (start <= now) & (end > after)
        return self._kept[key]


def find_pairs(
    lon: Floats,
    lat: Floats,
    error_km: Floats,
    days: Days,
    incidents: Incidents,
    *,
    widest_m: float,
    months: int,
    imprecise_km: float,
    after: Days | None = None,
    wanted: WantedPairs | None = None,
) -> Pairs:
    """All pairs whose distance, less what either place may be wrong by, is within `widest_m` and the window.

    Parameters
    ----------
    lon, lat, error_km, days
        One per site; NaN positions pair with nothing.
    months
        The longest window of any rule [calendar months].
    imprecise_km
        How far an incident of precision 2 may lie from its point.
    after
        The last day before each site's window, in place of `months`.
    wanted
        Only pairs that somebody asks for are kept.
    incidents
        The incidents, ready to be asked.
    widest_m
        The widest limit of any rule [m].
    """
    longest = months_before(days, months) if after is None else after
    # Of a question's bits a window is a part already where all sites have one date.
    counted = np.ones(len(incidents), np.bool_) if wanted is None else wanted.counted
    made: list[Run] = []
    for sites, rows, precision, search in searches(
        lon, lat, error_km, days, incidents, counted, widest_m, imprecise_km, longest
    ):
        reach = reach_m(error_km * 1000, precision, imprecise_km)
        loop = wanted.for_loop(rows) if wanted and search.compiled else None
        found = found_by(search, _Block(sites, rows, reach.take(sites), widest_m, wanted, loop).part)
        if len(found):
            made.append(Run(sites.take(found.site), found.incident, found.distance_m, found.more))
    words = 0 if wanted is None else len(wanted)
    run = merged_runs(made, words, compiles(len(lon) * len(incidents)))
    asked = {} if wanted is None else wanted.asked
    return Pairs(run.site, run.incident, run.distance, days, incidents, widest_m, asked, run.met)


@dataclass(frozen=True)
class _Block:
    """Which pairs of a search are kept: its sites and incidents (positions), what each site's pairs may be wrong by.

    `for_loop` is what is wanted as a compiled loop takes it, or None.
    """

    sites: Ints
    rows: Ints
    reach: Floats
    widest_m: float
    wanted: WantedPairs | None
    for_loop: Wanted | None

    def part(self, search: Search, candidates: Candidates) -> Part:
        """The pairs of a block that are kept; their incidents are numbers among all."""
        if self.for_loop is None:
            sites, counts, (at, *others) = some(sorted_pairs(search, candidates), self.chosen)
            return sites, counts, (self.rows.take(at), *others)
        from geo.compiled.pair_loops import wanted_pairs

        hits = search.hits(candidates)
        counts, incident, metres, met = wanted_pairs(
            hits.local, hits.at, search.measure(hits), self.sites.take(hits.sites), search.incident,
            self.rows,
            self.reach.take(hits.sites), search.radius, self.widest_m, self.for_loop,
        )  # fmt: skip
        return hits.sites, counts, (incident, metres, *(word.view(np.uint64) for word in met))

    def chosen(self, local: Ints, at: Ints, away: Floats) -> tuple[Ints, tuple[Bits, ...]]:
        """Of pairs of the search the positions of those that are kept, and the bits of the questions of each."""
        reach, shown = self.reach.take(local), np.round(away, 3)
        # A group is searched as wide as its vaguest site needs; what a site is told must not depend on others.
        near = shown - reach <= self.widest_m
        if self.wanted is None:
            return np.flatnonzero(near), ()
        asked, met = self.wanted.among(self.sites.take(local), self.rows.take(at), away, shown, reach)
        kept = np.flatnonzero(near & asked)
        return kept, tuple(word.take(kept) for word in met)


def searches(
    lon: Floats,
    lat: Floats,
    error_km: Floats,
    days: Days,
    incidents: Incidents,
    wanted: Bools,
    widest_m: float,
    imprecise_km: float,
    after: Days,
) -> Iterator[tuple[Ints, Ints, int, Search]]:
    """Sites, incidents (positions), their precision and the search among them: wide enough for what either is off by.

    `wanted` are the incidents that are asked for, `after` the last day before each site's window.

    Parameters
    ----------
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    error_km
        How far a position may be wrong [km]; missing where not stated.
    days
        The date of each site [days since 1970-01-01].
    incidents
        The incidents, ready to be asked.
    wanted
        One flag an incident: it is asked for.
    widest_m
        The widest limit of any rule [m].
    imprecise_km
        How far an incident of precision 2 may lie from its point [km].
    after
        The last day before each site's window [days since 1970-01-01].
    """
    for sites, margin_m in _bands(lon, lat, error_km):
        for precision, rows in _searched(incidents, wanted):
            slack = incidents.slack[rows]
            yield (
                sites,
                rows,
                precision,
                Search(
                    lon[sites],
                    lat[sites],
                    incidents.lon[rows],
                    incidents.lat[rows],
                    incidents.start[rows] - slack,
                    radius_m=widest_m + margin_m + (imprecise_km * 1000 if precision == 2 else 0.0),
                    as_of_day=days[sites],
                    window_days=days[sites] - after[sites],
                    incident_end_day=incidents.end[rows] + slack,
                    job=len(lon) * len(incidents),
                ),
            )


def _bands(lon: Floats, lat: Floats, error_km: Floats) -> Iterator[tuple[Ints, float]]:
    """The placed sites in groups of like position error, each with its largest error [m]."""
    known = np.isfinite(lon) & np.isfinite(lat)
    low = -1.0
    for limit in sorted({*_ERROR_BANDS_KM, float(error_km.max(initial=0.0))}):
        sites = np.flatnonzero(known & (error_km > low) & (error_km <= limit))
        low = limit
        if len(sites):
            yield sites, float(error_km[sites].max()) * 1000


def _searched(incidents: Incidents, wanted: Bools) -> Iterator[tuple[int, Ints]]:
    """The incidents that a distance rule may count, by their precision: 1, then 2."""
    active = (incidents.high >= 1) | (incidents.effect == VIOLENT) | (incidents.effect == CONTROL)
    placed = np.isfinite(incidents.lon) & np.isfinite(incidents.lat) & active & wanted
    for precision in (1, 2):
        rows = np.flatnonzero(placed & (incidents.precision == precision))
        if len(rows):
            yield precision, rows


def reach_m(error_m: Floats, precision: int, imprecise_km: float) -> Floats:
    """What a pair may be wrong by: the site's position error, and that of an incident known to its surroundings.

    Parameters
    ----------
    error_m
        Position error of each site [m].
    precision
        Precision of the incidents, 1 to 7.
    imprecise_km
        How far an incident of precision 2 may lie from its point [km].
    """
    return np.asarray((imprecise_km * 1000 if precision == 2 else 0.0) + error_m)
