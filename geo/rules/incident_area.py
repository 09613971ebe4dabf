"""Kind ``area``: what happened in the administrative unit of a site, per source; context beside the headline."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from geo.messages import Note
from geo.records.admin_units import SiteUnits
from geo.records.incidents import Incidents
from geo.rules import words
from geo.rules.evidence import Evidence
from geo.rules.finding import Finding
from geo.rules.incident_pairs import measure
from geo.rules.kind import add_unknown
from geo.rules.pair_sums import most
from geo.rules.row import Derived, Row, SiteRow, is_unknown, meets
from geo.rules.rule import Rule
from geo.rules.scene import Scene
from geo.rules.unit_days import UnitDays, together
from geo.spatial.runs import runs
from geo.time_window import months_before

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

LISTED = 10
"""Incidents of one source that evidence names for a site, at least, where there are as many; the sum counts all."""


class IncidentArea:
    """Counts incidents in the site's unit of one level in a window; one source alone is enough."""

    name = "area"
    answers: tuple[str, ...] = ("area",)
    required: tuple[str, ...] = ("precision", "level", "tests")
    optional: tuple[str, ...] = ("effect", "lethal", "violence", "deaths", "minerals")

    def evaluate(self, rule: Rule, scene: Scene, evidence: Evidence) -> Finding:
        """Fired where the unit is known and its counts meet a test; unknown where a gap of its level stands.

        Parameters
        ----------
        rule, scene, evidence
            As :meth:`geo.rules.kind.RuleKind.evaluate` takes them.
        """
        n, units = len(scene), scene.site_units[rule.level]
        applicable, mineral_unknown = scene.applicable(rule)
        fired = np.zeros(n, np.bool_)
        known = (units.code >= 0) & applicable & ~scene.area_gaps[rule.level]["boundaries_not_districts"]
        tests = [measure(rule, test, scene.incidents) for test in rule.tests]
        for here in together(np.flatnonzero(known), scene.as_of, [deaths for _, deaths in tests]):
            counts = _Counts(rule, scene, here, tests)
            fired[here] = counts.fired[counts.of_site]
            if evidence.wanted:
                counts.add_evidence(units, evidence)
        reasons = {code: flags & applicable for code, flags in scene.area_gaps[rule.level].items()}
        return add_unknown(evidence, Finding.of(rule.id, fired, reasons=reasons | {"mineral_unknown": mineral_unknown}))

    def explain(self, rule: Rule, rows: list[Row]) -> Note:
        """The unit, its events and deaths.

        Parameters
        ----------
        rule, rows
            As :meth:`geo.rules.kind.RuleKind.explain` takes them.
        """
        sums = [r for r in rows if r.kind == "area"]
        row = max(sums, key=lambda r: (r.events, r.deaths), default=None)
        if row is None:
            return Note("the site's unit")
        return Note(
            "{unit}: {events}, {deaths} in {months} month{months?|s}",
            unit=row.status,
            events=words.events(row.events),
            deaths=words.deaths(row.deaths),
            months=row.fact.removeprefix("sum_").removesuffix("m"),
        )

    def explain_sums(self, rule: Rule) -> None:
        """It reads more than one row.

        Parameters
        ----------
        rule
            The rule that is asked.
        """

    def rederive(self, rule: Rule, site: SiteRow, rows: list[Row]) -> Derived:
        """From the incidents that evidence names: as many as each test needs, or all where fewer meet none.

        Parameters
        ----------
        rule, site, rows
            As :meth:`geo.rules.kind.RuleKind.rederive` takes them.
        """
        seen = [r for r in rows if r.kind in ("incident", "near_miss") and r.record_id]
        if any(r.is_withheld for r in seen):
            fired = any(r.kind == "incident" for r in seen)
            return Derived(fired, fired, fired, is_unknown(rows) and not fired, withheld=True)
        fired = meets([r for r in seen if r.precision in rule.precision], "best", rule, site.day)
        return Derived(fired, fired, fired, is_unknown(rows) and not fired)

    def limit(self, rule: Rule) -> Note:
        """Counts, window, level and precision.

        Parameters
        ----------
        rule
            The rule that is asked.
        """
        return Note("{limit}; ADM{level}", limit=rule.limit(), level=str(rule.level))


def counted_in_units(rule: Rule, incidents: Incidents, unit: Ints, day: int) -> Bools:
    """The incidents that a rule counts on a day in any unit; `unit` is the unit of each incident, -1 for none.

    All of them, where evidence names the deadliest alone.

    Parameters
    ----------
    rule
        The rule that is asked.
    incidents
        The incidents, ready to be asked.
    unit
        Number of the unit of each incident, -1 for none.
    day
        The day [days since 1970-01-01].
    """
    usable = incidents.known_to(rule.precision) & (unit >= 0) & (incidents.start <= day)
    out = np.zeros(len(incidents), np.bool_)
    for test in rule.tests:
        counted, _ = measure(rule, test, incidents)
        out |= usable & counted & (incidents.end > int(months_before(np.array([day]), test.months)[0]))
    return out


class _Counts:
    """Counts of one rule for the units of some sites on their days, all at once."""

    def __init__(self, rule: Rule, scene: Scene, sites: Ints, tests: Sequence[tuple[Bools, Floats]]) -> None:
        self.rule, self.incidents, self.sites, self.tests = rule, scene.incidents, sites, tests
        inc, self.unit = scene.incidents, scene.incident_units[rule.level].code
        self.asked, self.of_site = UnitDays.of(scene.site_units[rule.level].code[sites], scene.as_of[sites])
        self.sources = max(len(inc.sources), 1)
        self.usable = inc.known_to(rule.precision) & (self.unit >= 0)
        self.fired = np.zeros(len(self.asked), np.bool_)
        self.sums: dict[int, tuple[Floats, Floats]] = {}
        self.after = [months_before(self.asked.day, test.months) for test in rule.tests]
        for test, after, (counted, deaths) in zip(rule.tests, self.after, tests, strict=True):
            rows = np.flatnonzero(self.usable & counted & self.asked.reach(inc.start, inc.end, after))
            events, summed = self.asked.sums(
                self.unit[rows], inc.source[rows], self.sources, inc.start[rows], inc.end[rows], deaths[rows], after
            )
            self.sums[test.months] = (events, summed)
            if test.min_events:
                self.fired |= (events >= test.min_events).any(axis=0)
            if test.min_deaths:
                self.fired |= (summed >= test.min_deaths).any(axis=0)

    def add_evidence(self, units: SiteUnits, evidence: Evidence) -> None:
        """The sums of each site's unit, and its deadliest incidents of each source.

        :data:`LISTED` incidents are named, and what a test needs.
        """
        sites, of_site = self.sites, self.of_site
        names = np.array([*self.incidents.sources, ""], dtype=object)
        for months, (events, deaths) in self.sums.items():
            best, count, total = most(events, deaths)
            evidence.facts(
                "area",
                self.rule.id,
                sites,
                fact=f"sum_{months}m",
                status=units.name[sites],
                basis=units.basis[sites],
                dataset=names[best[of_site]],
                edge_m=units.edge_m[sites],
                events=count[of_site],
                deaths=total[of_site],
            )
        inc, longest = self.incidents, min(self.after, key=lambda after: int(after[0]))
        counted = self.usable & np.logical_or.reduce([counted for counted, _ in self.tests])
        of = np.flatnonzero(counted & self.asked.reach(inc.start, inc.end, longest))
        of = of[np.lexsort((of, -inc.best[of]))]  # the deadliest first
        for start, stop, pair, row in self.asked.pairs(self.unit[of], inc.start[of], inc.end[of], longest):
            rows, ends = self._picked(pair - start, row, of, start, stop)
            some = sites[(of_site >= start) & (of_site < stop)]
            own = of_site[(of_site >= start) & (of_site < stop)]
            for fired in (True, False):
                mine = self.fired[own] == fired
                first, count = ends[own[mine] - start], np.diff(ends)[own[mine] - start]
                evidence.incidents(
                    "incident" if fired else "near_miss",
                    self.rule.id,
                    np.repeat(some[mine], count),
                    rows[runs(first, count)],
                    None,
                    "counted" if fired else "below_limit",
                )

    def _picked(self, pair: Ints, place: Ints, of: Ints, start: int, stop: int) -> tuple[Ints, Ints]:
        """The incidents that are named, of each source the deadliest, by unit and day, and where each unit begins.

        Given are incidents in the longest window of a unit's day (its position from `start` on), as places among `of`,
        where the deadliest stand first.
        """
        rows = of[place]
        insides = [
            counted[rows] & (self.incidents.end[rows] > after[start:stop][pair])
            for after, (counted, _) in zip(self.after, self.tests, strict=True)
        ]
        use = np.logical_or.reduce(insides)
        key = pair * self.sources + self.incidents.source[rows]
        use = np.flatnonzero(use)
        use = use[np.argsort(key[use] * len(of) + place[use])]
        rows, key, insides = rows[use], key[use], [inside[use] for inside in insides]
        first = np.flatnonzero(np.diff(key, prepend=-1))
        group = np.repeat(np.arange(len(first)), np.diff(first, append=len(key)))
        keep = np.arange(len(rows)) - first[group] < LISTED
        for test, here, (_, deaths) in zip(self.rule.tests, insides, self.tests, strict=True):
            for least, added in (
                (test.min_events, here.astype(np.float64)),
                (test.min_deaths, np.where(here, deaths[rows], 0.0)),
            ):
                if not least or not len(rows):
                    continue
                # So many come before a row among those of its unit and source; the last needed passes the limit.
                running = np.cumsum(added)
                before = running - added
                before -= before[first][group]
                enough = np.add.reduceat(added, first) >= least
                keep |= here & (before < least) & enough[group]
        rows, pair = rows[keep], key[keep] // self.sources
        # By their days, as evidence stands: what is named of a unit is put in order once, not at each of its sites.
        rows = rows[np.lexsort((rows, self.incidents.start[rows], pair))]
        return rows, np.searchsorted(pair, np.arange(stop - start + 1))
