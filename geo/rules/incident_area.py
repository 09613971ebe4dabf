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
from geo.rules.kind import tell_unknown
from geo.rules.row import Asked, Derived, Row, is_unknown, meets
from geo.rules.rule import Rule
from geo.rules.scene import Scene
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
        """Fired where the unit is known and its counts meet a test; unknown where a gap of its level stands."""
        n, units = len(scene), scene.site_units[rule.level]
        asked, mineral_unknown = scene.asked(rule)
        fired = np.zeros(n, np.bool_)
        known = (units.code >= 0) & asked & ~scene.area_gaps[rule.level]["boundaries_not_districts"]
        for day in np.unique(scene.as_of[known]):
            here = np.flatnonzero(known & (scene.as_of == day))
            counts = _Day(rule, scene, int(day), int(units.code.max()) + 1)
            fired[here] = counts.fired[units.code[here]]
            if evidence.wanted:
                for unit in np.unique(units.code[here]):
                    counts.tell(int(unit), here[units.code[here] == unit], units, evidence)
        reasons = {code: flags & asked for code, flags in scene.area_gaps[rule.level].items()}
        return tell_unknown(
            evidence, Finding.of(rule.id, fired, reasons=reasons | {"mineral_unknown": mineral_unknown})
        )

    def explain(self, rule: Rule, rows: list[Row]) -> Note:
        """The unit, its events and deaths."""
        sums = [r for r in rows if r.kind == "area"]
        row = max(sums, key=lambda r: (r.events, r.deaths), default=None)
        if row is None:
            return Note("the site's unit")
        return Note(
            "{unit}: {events}, {deaths} in {months} months",
            unit=row.status,
            events=words.events(row.events),
            deaths=words.deaths(row.deaths),
            months=row.fact.removeprefix("sum_").removesuffix("m"),
        )

    def rederive(self, rule: Rule, site: Asked, rows: list[Row]) -> Derived:
        """From the incidents that evidence names: as many as each test needs, or all where fewer meet none."""
        seen = [r for r in rows if r.kind in ("incident", "near_miss") and r.record_id]
        if any(r.is_withheld for r in seen):
            fired = any(r.kind == "incident" for r in seen)
            return Derived(fired, fired, fired, is_unknown(rows) and not fired, withheld=True)
        fired = meets([r for r in seen if r.precision in rule.precision], "best", rule, site.day)
        return Derived(fired, fired, fired, is_unknown(rows) and not fired)

    def limit(self, rule: Rule) -> Note:
        """Counts, window, level and precision."""
        return Note("{limit}; ADM{level}", limit=rule.limit(), level=str(rule.level))


def counted_in_units(rule: Rule, incidents: Incidents, unit: Ints, day: int) -> Bools:
    """The incidents that a rule counts on a day in any unit; `unit` is the unit of each incident, -1 for none.

    All of them, where evidence names the deadliest alone.
    """
    usable = np.isin(incidents.precision, rule.precision) & (unit >= 0) & (incidents.start <= day)
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
        usable = np.isin(inc.precision, rule.precision) & (self.unit >= 0) & (self.unit < units) & (inc.start <= day)
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

    def tell(self, unit: int, sites: Ints, units: SiteUnits, evidence: Evidence) -> None:
        """The sums of the unit, and its deadliest incidents of each source: :data:`LISTED`, and what a test needs."""
        for months, (events, deaths) in self.sums.items():
            best = int(np.lexsort((deaths[:, unit], events[:, unit]))[-1])
            evidence.facts(
                "area",
                self.rule.id,
                sites,
                fact=f"sum_{months}m",
                status=units.name[sites],
                basis=units.basis[sites],
                dataset=self.incidents.sources[best] if self.incidents.sources else "",
                edge_m=units.edge_m[sites],
                events=events[best, unit],
                deaths=deaths[best, unit],
            )
        fired = bool(self.fired[unit])
        rows = np.flatnonzero(self.counted & (self.unit == unit))
        rows = rows[np.lexsort((rows, -self.incidents.best[rows]))]
        picked = np.concatenate(
            [self._enough(rows[self.incidents.source[rows] == s]) for s in range(self.sources)]
        ).astype(np.int64)
        evidence.incidents(
            "incident" if fired else "near_miss",
            self.rule.id,
            np.repeat(sites, len(picked)),
            np.tile(picked, len(sites)),
            None,
            "counted" if fired else "below_limit",
        )

    def _enough(self, rows: Ints) -> Ints:
        keep = np.zeros(len(rows), np.bool_)
        keep[:LISTED] = True
        for test, (inside, deaths) in zip(self.rule.tests, self.parts, strict=True):
            at = np.flatnonzero(inside[rows])
            total = np.cumsum(deaths[rows[at]])
            if test.min_events and len(at) >= test.min_events:
                keep[at[: test.min_events]] = True
            if test.min_deaths and len(at) and total[-1] >= test.min_deaths:
                keep[at[: int(np.searchsorted(total, test.min_deaths)) + 1]] = True
        return rows[keep]
