"""The area rules (C3, H3, H5): what happened in the administrative unit of a site, per source."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.records.admin_units import IncidentUnits, SiteUnits
from geo.records.incidents import Incidents
from geo.rules.evidence import Evidence
from geo.rules.finding import Finding
from geo.rules.rule_set import Rule, Rules
from geo.time_window import Days, months_before

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


LISTED = 10
"""Incidents of one source that an area rule names for a site, at least, where there are as many."""


def ask(
    rules: Rules,
    error_km: Floats,
    as_of: Days,
    incidents: Incidents,
    site_units: dict[int, SiteUnits],
    incident_units: dict[int, IncidentUnits],
    evidence: Evidence,
) -> list[Finding]:
    """Asks every area rule of every site.

    A rule is unknown where the site's unit is. It is certain where low estimates alone fire it, from incidents whose
    unit is sure (precision 1, 3 or 4) and at a site that lies farther from its unit's edge than its position error.
    It is possible with high estimates, with incidents whose label disagrees with the polygon they fall in, and with
    incidents of the same country whose unit could not be told.
    """
    return [
        _ask_one(rule, error_km, as_of, incidents, site_units[rule.level], incident_units[rule.level], evidence)
        for rule in rules.of_kind("area")
    ]


def _ask_one(
    rule: Rule,
    error_km: Floats,
    as_of: Days,
    incidents: Incidents,
    sites: SiteUnits,
    placed: IncidentUnits,
    evidence: Evidence,
) -> Finding:
    n = len(as_of)
    lookup = {k: i for i, k in enumerate(placed.keys)}
    names = sorted({k for k in sites.key.tolist() if k} | {k for k in placed.keys if k})
    number = {k: i for i, k in enumerate(names)}
    code = np.array([number.get(k, -1) for k in sites.key.tolist()], dtype=np.int64)
    known = code >= 0
    renumber = np.full(len(placed.keys) + 1, -1, np.int64)
    for key, i in lookup.items():
        renumber[i] = number.get(key, -1)
    unit, other = renumber[placed.unit], renumber[placed.other]
    usable = np.isin(incidents.precision, rule.precision)
    fired, certain, possible = (np.zeros(n, np.bool_) for _ in range(3))
    site_sure = (sites.basis == "stated") | (sites.edge_m > np.where(np.isfinite(error_km), error_km, np.inf) * 1000)
    unit_country = np.array([k.split("|", 1)[0] for k in names], dtype=object)
    country = incidents.frame["country"].to_numpy(dtype=object)
    for day in np.unique(as_of[known]):
        here = np.flatnonzero(known & (as_of == day))
        units = np.unique(code[here])
        facts = _Facts(rule, int(day), incidents, usable, unit, other, placed.loose, country, len(names), unit_country)
        for u in units:
            mine = here[code[here] == u]
            f, c, p = facts.fires(int(u))
            fired[mine], certain[mine], possible[mine] = f, c & site_sure[mine], p
            facts.tell(int(u), f, p, mine, sites, names[u].split("|", 1)[1], evidence)
    return Finding.of(rule.id, fired, certain, possible, ~known)


class _Facts:
    """Counts of one rule on one day, for every unit at once."""

    def __init__(
        self,
        rule: Rule,
        day: int,
        incidents: Incidents,
        usable: Bools,
        unit: Ints,
        other: Ints,
        loose: Bools,
        country: npt.NDArray[np.object_],
        units: int,
        unit_country: npt.NDArray[np.object_],
    ) -> None:
        self.rule, self.incidents = rule, incidents
        longest = int(months_before(np.array([day]), rule.longest_months)[0])
        rows = np.flatnonzero(usable & (incidents.start <= day) & (incidents.end > longest) & (incidents.high >= 1))
        self.rows, self.unit, self.other = rows, unit[rows], other[rows]
        self.loose, self.country = loose[rows] & (unit[rows] < 0), country[rows]
        self.after = {
            t.months: incidents.end[rows] > int(months_before(np.array([day]), t.months)[0]) for t in rule.tests
        }
        self.best, self.low, self.high = incidents.best[rows], incidents.low[rows], incidents.high[rows]
        self.source = incidents.source[rows]
        self.sources, self.units, self.unit_country = max(len(incidents.sources), 1), units, unit_country
        self.sure = incidents.precision[rows] != 2
        self.nominal = self._fired([(self.unit, np.ones(len(rows), np.bool_))], self.best)
        self.certain = self._fired([(self.unit, self.sure)], self.low)
        self.order = np.lexsort((rows, -self.high, -self.best, -self.low))
        self.possible = self._possible()

    def _sums(self, groups: list[tuple[Ints, Bools]], deaths: Floats, months: int) -> tuple[Floats, Floats]:
        events = np.zeros((self.sources, self.units))
        summed = np.zeros((self.sources, self.units))
        for unit, mask in groups:
            use = np.flatnonzero(mask & (unit >= 0) & (deaths >= 1) & self.after[months])
            key = self.source[use] * self.units + unit[use]
            size = self.sources * self.units
            events += np.bincount(key, minlength=size).reshape(self.sources, self.units)
            summed += np.bincount(key, weights=deaths[use], minlength=size).reshape(self.sources, self.units)
        return events, summed

    def _meets(self, events: Floats, deaths: Floats, min_events: int, min_deaths: int) -> Bools:
        hit = np.zeros(self.units, np.bool_)
        if min_events:
            hit |= (events >= min_events).any(axis=0)
        if min_deaths:
            hit |= (deaths >= min_deaths).any(axis=0)
        return hit

    def _fired(self, groups: list[tuple[Ints, Bools]], deaths: Floats) -> Bools:
        hit = np.zeros(self.units, np.bool_)
        for test in self.rule.tests:
            events, summed = self._sums(groups, deaths, test.months)
            hit |= self._meets(events, summed, test.min_events, test.min_deaths)
        return hit

    def _possible(self) -> Bools:
        every = np.ones(len(self.rows), np.bool_)
        hit = np.zeros(self.units, np.bool_)
        for test in self.rule.tests:
            groups = [(self.unit, every), (self.other, self.other != self.unit)]
            events, summed = self._sums(groups, self.high, test.months)
            for country in np.unique(self.country[self.loose].astype(str)):
                use = self.loose & (self.country == country) & self.after[test.months]
                there = self.unit_country == country
                for s in range(self.sources):
                    mine = use & (self.source == s)
                    events[s, there] += mine.sum()
                    summed[s, there] += self.high[mine].sum()
            hit |= self._meets(events, summed, test.min_events, test.min_deaths)
        return hit

    def fires(self, unit: int) -> tuple[bool, bool, bool]:
        """Fired, certain and possible for one unit."""
        return bool(self.nominal[unit]), bool(self.certain[unit]), bool(self.possible[unit])

    def tell(
        self, unit: int, fired: bool, possible: bool, sites: Ints, units: SiteUnits, name: str, evidence: Evidence
    ) -> None:
        """Names the incidents for these sites: the ten deadliest of each source, and more where a threshold needs them.

        A unit may hold hundreds of incidents that all of its sites share; the `area` row counts them all.
        """
        rule, limit = self.rule, self.rule.limit()
        here = self.unit == unit
        counted = here & (self.best >= 1)
        parts = []
        for test in rule.tests:
            events, deaths = self._sums([(self.unit, here)], self.best, test.months)
            parts.append(
                f"{events[:, unit].max():.0f} events, {deaths[:, unit].max():.0f} deaths in {test.months} months"
            )
        evidence.facts(
            "area",
            rule.id,
            sites,
            record_id=units.name[sites],
            value="; ".join(parts),
            limit=limit,
            distance_m=units.edge_m[sites],
        )
        in_any = np.logical_or.reduce([self.after[t.months] for t in rule.tests])
        if fired:
            chosen, kind, value = counted & in_any, "incident", ""
        elif possible:
            chosen = (here | (self.other == unit) | (self.loose & (self.country == self.unit_country[unit]))) & in_any
            kind, value = "near_miss", "possible: unit or deaths are not certain"
        else:
            chosen, kind, value = counted & in_any, "near_miss", "counts, below the threshold"
        needed = (
            [(self.high, chosen)] if possible and not fired else [(self.best, chosen), (self.low, chosen & self.sure)]
        )
        listed = [self._enough(chosen & (self.source == s), needed) for s in range(self.sources)]
        picked = self.rows[np.concatenate(listed)]
        evidence.incidents(
            kind, rule.id, np.repeat(sites, len(picked)), np.tile(picked, len(sites)), None, value or name, limit
        )

    def _enough(self, chosen: Bools, needed: list[tuple[Floats, Bools]]) -> Ints:
        """Positions of the first :data:`LISTED` chosen incidents, and of as many as meet each test that can be met."""
        ordered = self.order[chosen[self.order]]
        keep = np.zeros(len(ordered), np.bool_)
        keep[:LISTED] = True
        for test in self.rule.tests:
            for deaths, allowed in needed:
                at = np.flatnonzero(allowed[ordered] & self.after[test.months][ordered] & (deaths[ordered] >= 1))
                total = np.cumsum(deaths[ordered[at]])
                enough = len(at)
                if test.min_events and len(at) >= test.min_events:
                    enough = test.min_events
                if test.min_deaths and len(at) and total[-1] >= test.min_deaths:
                    enough = min(enough, int(np.searchsorted(total, test.min_deaths)) + 1)
                elif not test.min_events or len(at) < test.min_events:
                    continue
                keep[at[:enough]] = True
        return ordered[keep]
