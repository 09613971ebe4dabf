"""Kind ``area``: what happened in the administrative unit of a site, per source; context beside the headline."""

from __future__ import annotations

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
        for day in np.unique(scene.as_of[known]):
            here = np.flatnonzero(known & (scene.as_of == day))
            counts = _Day(rule, scene, int(day), int(units.code.max()) + 1)
            fired[here] = counts.fired[units.code[here]]
            if evidence.wanted:
                counts.add_evidence(here, units, evidence)
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


class _Day:
    """Counts of one rule on one day, for every unit at once."""

    def __init__(self, rule: Rule, scene: Scene, day: int, units: int) -> None:
        self.rule, self.incidents, self.units = rule, scene.incidents, units
        inc, self.unit = scene.incidents, scene.incident_units[rule.level].code
        self.sources = max(len(inc.sources), 1)
        usable = inc.known_to(rule.precision) & (self.unit >= 0) & (self.unit < units) & (inc.start <= day)
        self.fired = np.zeros(units, np.bool_)
        self.sums: dict[int, tuple[Floats, Floats]] = {}
        self.counted = np.zeros(len(inc), np.bool_)
        self.parts: list[tuple[Bools, Floats]] = []
        for test in rule.tests:
            counted, deaths = measure(rule, test, inc)
            inside = usable & counted & (inc.end > int(months_before(np.array([day]), test.months)[0]))
            self.counted |= inside
            self.parts.append((inside, deaths))
            rows = np.flatnonzero(inside)
            key = inc.source[rows] * units + self.unit[rows]
            size = self.sources * units
            events = np.bincount(key, minlength=size).astype(np.float64).reshape(self.sources, units)
            summed = np.bincount(key, weights=deaths[rows], minlength=size).reshape(self.sources, units)
            self.sums[test.months] = (events, np.asarray(summed, np.float64))
            if test.min_events:
                self.fired |= (events >= test.min_events).any(axis=0)
            if test.min_deaths:
                self.fired |= (summed >= test.min_deaths).any(axis=0)

    def add_evidence(self, sites: Ints, units: SiteUnits, evidence: Evidence) -> None:
        """The sums of each site's unit, and its deadliest incidents of each source.

        `sites` are positions of sites whose unit is known; :data:`LISTED` incidents are named, and what a test needs.
        """
        unit = units.code[sites]
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
                dataset=names[best[unit]],
                edge_m=units.edge_m[sites],
                events=count[unit],
                deaths=total[unit],
            )
        rows, ends = self._picked(np.unique(unit))
        for fired in (True, False):
            here = sites[self.fired[unit] == fired]
            first, count = ends[units.code[here]], np.diff(ends)[units.code[here]]
            evidence.incidents(
                "incident" if fired else "near_miss",
                self.rule.id,
                np.repeat(here, count),
                rows[runs(first, count)],
                None,
                "counted" if fired else "below_limit",
            )

    def _picked(self, present: Ints) -> tuple[Ints, Ints]:
        """The incidents that are named, of each source the deadliest, by unit and day, and where each unit begins."""
        wanted = np.zeros(self.units, np.bool_)
        wanted[present] = True
        rows = np.flatnonzero(self.counted)
        rows = rows[wanted[self.unit[rows]]]
        key = self.unit[rows] * self.sources + self.incidents.source[rows]
        order = np.lexsort((rows, -self.incidents.best[rows], key))
        rows, key = rows[order], key[order]
        first = np.flatnonzero(np.diff(key, prepend=-1))
        group = np.repeat(np.arange(len(first)), np.diff(first, append=len(key)))
        keep = np.arange(len(rows)) - first[group] < LISTED
        for test, (inside, deaths) in zip(self.rule.tests, self.parts, strict=True):
            here = inside[rows]
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
        rows, unit = rows[keep], key[keep] // self.sources
        # By their days, as evidence stands: what is named of a unit is put in order once, not at each of its sites.
        rows = rows[np.lexsort((rows, self.incidents.start[rows], unit))]
        return rows, np.searchsorted(unit, np.arange(self.units + 1))
