"""Kind ``near``: incidents around each site, per source, nominal, certain and possible."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from geo.messages import Note
from geo.records.incidents import Incidents
from geo.rules import words
from geo.rules.evidence import Evidence
from geo.rules.finding import Finding
from geo.rules.incident_pairs import NearPairs, measure
from geo.rules.kind import SumWords, add_unknown
from geo.rules.pair_sums import most, per_site, starts
from geo.rules.questions import Bracket, Question
from geo.rules.row import Derived, Row, SiteRow, is_unknown, meets, sums
from geo.rules.rule import Rule, Test
from geo.rules.scene import Scene

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

WRITTEN_M = 0.0021
"""Distances are written to a millimetre: two that are one differ by less [m]."""


class IncidentDistance:
    """Counts incidents within `within_km` in a window; one source alone is enough."""

    name = "near"
    answers: tuple[str, ...] = ("site",)
    required: tuple[str, ...] = ("precision", "within_km", "tests")
    optional: tuple[str, ...] = ("effect", "lethal", "violence", "deaths", "minerals")

    def evaluate(self, rule: Rule, scene: Scene, evidence: Evidence) -> Finding:
        """Fired, certain and possible of every site, and the incidents that say so.

        Parameters
        ----------
        rule, scene, evidence
            As :meth:`geo.rules.kind.RuleKind.evaluate` takes them.
        """
        applicable, mineral_unknown = scene.applicable(rule)
        if not evidence.wanted:
            return _from_sums(rule, scene, applicable, mineral_unknown, evidence)
        n, near = len(scene), scene.pairs.meeting(_names(rule))
        limit_m = rule.within_km * 1000
        fired = _fires(rule, near, "best", near.distance <= limit_m, scene)
        certain = _fires(rule, near, "low", near.distance <= limit_m, scene)
        possible = _fires(rule, near, "high", np.ones(len(near.site), np.bool_), scene)
        fired, certain, possible = fired & applicable, certain & applicable, possible & applicable

        def summed(test: Test, counted: Bools, deaths: Floats) -> tuple[Floats, Floats]:
            which = np.flatnonzero(near.meet(_name(rule, rule.tests.index(test), "high")))
            return per_site(near.site[which], near.incident[which], deaths, scene.incidents, n)

        possible |= _expected(rule, scene, summed, applicable & ~fired & ~possible, evidence)
        finding = Finding.of(rule.id, fired, certain, possible, _unknown(rule, scene, applicable, mineral_unknown))
        _add_evidence(rule, scene, finding.fired, applicable, near, evidence)
        return add_unknown(evidence, finding)

    def explain(self, rule: Rule, rows: list[Row]) -> Note:
        """Events, deaths and the nearest one, of the source with most events.

        Parameters
        ----------
        rule, rows
            As :meth:`geo.rules.kind.RuleKind.explain` takes them.
        """
        total = next((r for r in rows if r.kind == "total"), None)
        if total is None:
            return Note(
                "incidents within {km} km in {months} month{months?|s}",
                km=f"{rule.within_km:g}",
                months=rule.longest_months,
            )
        template, params = _sums(rule, total.fact)
        values = {"events": words.events(total.events), "away": words.km(total.distance_m)}
        if total.fact != "nonlethal":
            values["deaths"] = words.deaths(total.deaths)
        return Note(template, **params, **values)

    def explain_sums(self, rule: Rule) -> SumWords | None:
        """The same of many sites, from their sums.

        Parameters
        ----------
        rule
            The rule that is asked.
        """
        template, params = _sums(rule, "lethal" if rule.lethal else "nonlethal")
        columns: dict[str, tuple[str, Callable[[float], Note]]] = {
            "events": ("events", words.events),
            "away": ("distance_m", words.km),
        }
        if rule.lethal:
            columns["deaths"] = ("deaths", words.deaths)
        return template, params, columns

    def rederive(self, rule: Rule, site: SiteRow, rows: list[Row]) -> Derived:
        """From distances, dates and deaths of the incidents that evidence names.

        Parameters
        ----------
        rule, site, rows
            As :meth:`geo.rules.kind.RuleKind.rederive` takes them.
        """
        seen = [r for r in rows if r.kind in ("incident", "near_miss") and r.record_id and r.fact != "beyond_limit"]
        if any(r.is_withheld for r in seen):
            total = any(r.kind == "total" for r in rows)
            return Derived(total, False, total, is_unknown(rows), withheld=True)
        limit_m = rule.within_km * 1000
        # Evidence rounds to a millimetre: what only seems to lie on the limit says so.
        inside = [r for r in seen if r.precision in rule.precision and r.distance_m <= limit_m and r.fact != "possible"]
        fired = meets(inside, "best", rule, site.day)
        sure = [r for r in inside if r.distance_m + _reach(r, site) <= limit_m]
        maybe = [r for r in seen if r.precision in (*rule.precision, *((2,) if 1 in rule.precision else ()))]
        maybe = [r for r in maybe if r.distance_m - _reach(r, site) <= limit_m]
        guessed = [r for r in rows if r.fact == "expected"]
        totals = [r for r in rows if r.kind == "total"]
        right = len(totals) == 1 and _is_total(totals[0], rule, inside, site) if fired else not totals
        fault = "" if right else "total"
        return Derived(
            fired,
            fired and meets(sure, "low", rule, site.day),
            fired or meets(maybe, "high", rule, site.day, guessed),
            is_unknown(rows) and not fired,
            fault=fault,
        )

    def limit(self, rule: Rule) -> Note:
        """Counts, window, radius and precision.

        Parameters
        ----------
        rule
            The rule that is asked.
        """
        return rule.limit()


_DEADLY = Note(
    "{events}, {deaths} within {km} km in the {months} month{months?|s} to the date, the nearest {away} km away"
)
_WITHOUT_DEATHS = Note(
    "{events} without deaths within {km} km in the {months} month{months?|s} to the date, the nearest {away} km away"
)


def _sums(rule: Rule, fact: str) -> tuple[str, dict[str, str | int]]:
    """What is said of the sums of a rule, and what the rule itself fills in."""
    words_of_sums = _WITHOUT_DEATHS if fact == "nonlethal" else _DEADLY
    return words_of_sums.template, {"km": f"{rule.within_km:g}", "months": rule.longest_months}


def _is_total(total: Row, rule: Rule, inside: list[Row], site: SiteRow) -> bool:
    """Whether a sum is that of the source with most events, of the incidents that evidence names."""
    found = sums(inside, rule, site.day)
    most = max((s[:2] for s in found.values()), default=(0, 0.0))
    events, deaths, near = found.get(total.origin, (0, 0.0, math.inf))
    same = (total.events, total.deaths) == (events, deaths) == most
    return same and abs(total.distance_m - near) < WRITTEN_M


def _reach(row: Row, site: SiteRow) -> float:
    return site.error_m + (site.settings.imprecise_radius_km * 1000 if row.precision == 2 else 0.0)


def _fires(rule: Rule, near: NearPairs, bracket: str, within: Bools, scene: Scene) -> Bools:
    """Which sites fire: one source alone is enough."""
    fired = np.zeros(len(scene), np.bool_)
    for i, test in enumerate(rule.tests):
        _, deaths = measure(rule, test, scene.incidents, bracket)
        which = np.flatnonzero(near.meet(_name(rule, i, bracket)) & within)
        fired |= _meets_test(
            test, *per_site(near.site[which], near.incident[which], deaths, scene.incidents, len(scene))
        )
    return fired


def _meets_test(test: Test, events: Floats, deaths: Floats) -> Bools:
    """Sites of which one source alone meets a test."""
    fired = np.zeros(events.shape[1], np.bool_)
    if test.min_events:
        fired |= (events >= test.min_events).any(axis=0)
    if test.min_deaths:
        fired |= (deaths >= test.min_deaths).any(axis=0)
    return fired


def _precise(rule: Rule, incidents: Incidents) -> tuple[Bools, Bools]:
    """Incidents that are exact enough for a rule, and those of which what it asks for may be true."""
    precise = incidents.known_to(rule.precision)
    # An incident known to 25 km may truly lie anywhere around its point: what asks for a place may be true of it.
    return precise, precise | (
        (incidents.precision == 2) if 1 in rule.precision else np.zeros(len(incidents), np.bool_)
    )


def questions_of(rule: Rule, incidents: Incidents) -> dict[str, Question]:
    """The sums that a rule is answered from, by the names that :func:`_name` gives them.

    Parameters
    ----------
    rule
        The rule that is asked.
    incidents
        The incidents, ready to be asked.
    """
    precise, may_be = _precise(rule, incidents)
    out = {}
    for i, test in enumerate(rule.tests):
        for bracket in _BRACKETS:
            counted, deaths = measure(rule, test, incidents, bracket)
            counted = counted & (may_be if bracket == "high" else precise)
            summed = deaths if test.min_deaths else None
            out[_name(rule, i, bracket)] = Question(counted, summed, rule.within_km * 1000, test.months, bracket)
    return out


def farther_questions(rule: Rule, incidents: Incidents) -> dict[str, Question]:
    """The question that names the nearest incident where nothing lies within the limit of a rule.

    Parameters
    ----------
    rule
        The rule that is asked.
    incidents
        The incidents, ready to be asked.
    """
    counted = np.logical_or.reduce([measure(rule, test, incidents)[0] for test in rule.tests])
    precise, _ = _precise(rule, incidents)
    return {f"{rule.id} far": Question(counted & precise, None, math.inf, rule.longest_months, "best")}


_BRACKETS: tuple[Bracket, ...] = ("best", "low", "high")


def _name(rule: Rule, test: int, bracket: str) -> str:
    return f"{rule.id} {test} {bracket}"


def _names(rule: Rule) -> list[str]:
    """The names of all of them."""
    return [_name(rule, i, bracket) for i in range(len(rule.tests)) for bracket in _BRACKETS]


def _from_sums(rule: Rule, scene: Scene, applicable: Bools, mineral_unknown: Bools, evidence: Evidence) -> Finding:
    """The same without the pairs, and without a word of evidence."""
    sums, flags = scene.sums, []

    def of(i: int, bracket: str) -> tuple[Floats, Floats]:
        name = _name(rule, i, bracket)
        return sums.events[name], sums.deaths.get(name, sums.events[name])

    for bracket in _BRACKETS:
        met = [_meets_test(test, *of(i, bracket)) for i, test in enumerate(rule.tests)]
        flags.append(np.logical_or.reduce([np.zeros(len(scene), np.bool_), *met]) & applicable)
    fired, certain, possible = flags

    def summed(test: Test, counted: Bools, deaths: Floats) -> tuple[Floats, Floats]:
        return of(rule.tests.index(test), "high")

    possible = possible | _expected(rule, scene, summed, applicable & ~fired & ~possible, evidence)
    return Finding.of(rule.id, fired, certain, possible, _unknown(rule, scene, applicable, mineral_unknown))


def _expected(
    rule: Rule,
    scene: Scene,
    sums: Callable[[Test, Bools, Floats], tuple[Floats, Floats]],
    open_sites: Bools,
    evidence: Evidence,
) -> Bools:
    """Sites that a test is possibly met of, once incidents known by district or region are counted by expectation.

    `sums` gives the events and deaths of a test by the high bracket, of the incidents and deaths that it counts.
    """
    n = len(scene)
    out = np.zeros(n, np.bool_)
    in_evidence: set[str] = set()
    if 1 not in rule.precision or not open_sites.any():
        return out
    for test in rule.tests:
        counted, deaths = measure(rule, test, scene.incidents, "high")

        def meets(more: Floats, dead: Floats, of: Test = test, who: Bools = counted, lost: Floats = deaths) -> Bools:
            had, summed = sums(of, who, lost)
            fired = np.zeros(n, np.bool_)
            if of.min_events:
                fired |= ((had + more >= of.min_events - 0.5) & (more > 0)).any(axis=0)
            if of.min_deaths:
                fired |= ((summed + dead >= of.min_deaths) & (more > 0)).any(axis=0)
            return fired

        # Where nobody asks for evidence, shares are measured only of those that may decide.
        more, dead = scene.shares.expected(
            counted, deaths, rule.within_km * 1000, test.months, open_sites, None if evidence.wanted else meets
        )
        if not more.any():
            continue
        out |= meets(more, dead)
        window = f"{test.months}m {test.effect or rule.effect}"
        for source, name in enumerate(scene.incidents.sources if window not in in_evidence else ()):
            rows = np.flatnonzero((more[source] > 0) & open_sites)
            evidence.facts(
                "near_miss",
                rule.id,
                rows,
                fact="expected",
                status=window,
                dataset=name,
                events=more[source, rows],
                deaths=dead[source, rows],
            )
        in_evidence.add(window)
    return out & open_sites


def _unknown(rule: Rule, scene: Scene, applicable: Bools, mineral_unknown: Bools) -> dict[str, Bools]:
    """Why the circle could not be looked at, by code."""
    effects = {t.effect or rule.effect for t in rule.tests}
    needs = "lethal" if effects == {"lethal"} and rule.lethal else "all"
    lacking = scene.coverage.lacking(rule.within_km, rule.longest_months, needs)
    out = {code: flags & applicable for code, flags in lacking.items()}
    out["incident_rejected"] = scene.rejected.near_sites(rule.within_km, rule.longest_months) & applicable
    return out | {"mineral_unknown": mineral_unknown}


def _add_evidence(
    rule: Rule, scene: Scene, fired: Bools, applicable: Bools, near: NearPairs, evidence: Evidence
) -> None:
    tests = range(len(rule.tests))
    used = near.meet(*(_name(rule, i, "best") for i in tests))
    hinted = near.meet(*(_name(rule, i, "high") for i in tests))
    loud = fired[near.site]

    def add(kind: str, rows: Ints, fact: str = "counted") -> None:
        evidence.incidents(kind, rule.id, near.site[rows], near.incident[rows], near.distance[rows], fact)

    counted = np.flatnonzero(used & loud)
    add("incident", counted)
    _totals(rule, scene, fired, near, counted, evidence)
    quiet = ~loud & applicable[near.site]
    add("near_miss", np.flatnonzero(used & quiet), "below_limit")
    add("near_miss", np.flatnonzero(hinted & ~used & quiet), "possible")
    # The nearest one beyond the limit, where nothing else comes near.
    alone = applicable & ~fired
    alone[near.site[used | hinted]] = False
    far = scene.pairs.meeting([f"{rule.id} far"])
    rows = np.flatnonzero(alone[far.site] & (far.distance > rule.within_km * 1000))
    first = rows[starts(far.site[rows])]
    evidence.incidents("near_miss", rule.id, far.site[first], far.incident[first], far.distance[first], "beyond_limit")
    alone[far.site[first]] = False
    evidence.facts("near_miss", rule.id, np.flatnonzero(alone & np.isfinite(scene.lon)), fact="nothing_near")


def _totals(rule: Rule, scene: Scene, fired: Bools, near: NearPairs, which: Ints, evidence: Evidence) -> None:
    """One row per fired site: events and deaths of the source with most in the longest window, and its nearest.

    `which` are the pairs that some test counts.
    """
    if not len(which):
        return
    n, incidents = len(scene), scene.incidents
    _, deaths = measure(rule, rule.tests[-1], incidents)
    site, incident = near.site[which], near.incident[which]
    events, summed = per_site(site, incident, deaths, incidents, n)
    best, count, total = most(events, summed)
    mine = incidents.source[incident] == best[site]
    nearest = np.full(n, np.inf)
    own = which[mine]
    first = own[starts(near.site[own])]  # of a site the nearest stands first
    nearest[near.site[first]] = near.distance[first]
    at = np.flatnonzero(fired)
    names = np.array([*incidents.sources, ""], dtype=object)
    secret = np.zeros(n, np.bool_)
    shut = incidents.restricted[incident] & mine
    secret[site[shut]] = True
    away = np.where(secret, np.round(nearest / 1000) * 1000, nearest)
    evidence.facts(
        "total",
        rule.id,
        at,
        fact="lethal" if rule.lethal else "nonlethal",
        dataset=names[best[at]],
        events=count[at],
        deaths=total[at],
        distance_m=away[at],
    )
