"""Kinds ``near`` and ``area`` at every date: counts that rise when an incident enters the window and fall after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from geo.dates.calendar import Bools, Calendar, Ints, counts, marks, sums
from geo.dates.looked import Looked
from geo.dates.scene import Dated, DatedScene
from geo.records.admin_units import SiteUnits
from geo.records.incidents import Incidents
from geo.records.placing import PlacedIncidents
from geo.rules.area_coverage import Unmatched, gaps_of_level
from geo.rules.incident_pairs import measure
from geo.rules.rule import Rule, Settings


def incident_distance(rule: Rule, scene: DatedScene) -> Dated:
    """Incidents around each site, per source; see :class:`geo.rules.incident_distance.IncidentDistance`.

    Parameters
    ----------
    rule
        The rule that is asked.
    scene
        Sites, incidents and all else that a rule may ask, at the date of each site.
    """
    pairs, applicable = scene.pairs, scene.applicable(rule)
    close = np.isin(scene.incidents.precision, rule.precision)[pairs.incident]
    which = np.flatnonzero(close & (pairs.distance <= rule.within_km * 1000))
    fired = meets_test(rule, scene.incidents, scene.calendar, pairs.incident[which], pairs.site[which], len(scene))
    effects = {t.effect or rule.effect for t in rule.tests}
    needs = "lethal" if effects == {"lethal"} and rule.lethal else "all"
    reasons = {
        k: v & applicable[0] for k, v in scene.looked.lacking(rule.within_km, rule.longest_months, needs).items()
    }
    reasons["incident_rejected"] = scene.looked.unusable(rule.within_km, rule.longest_months) & applicable[0]
    return Dated.of(fired & applicable[0], reasons | {"mineral_unknown": applicable[1]})


def area(rule: Rule, scene: DatedScene) -> Dated:
    """Incidents in the site's unit, per source; see :class:`geo.rules.incident_area.IncidentArea`.

    Parameters
    ----------
    rule
        The rule that is asked.
    scene
        Sites, incidents and all else that a rule may ask, at the date of each site.
    """
    units, gaps, applicable = scene.site_units[rule.level], scene.area_gaps[rule.level], scene.applicable(rule)
    width = int(units.code.max(initial=-1)) + 1
    fired = np.zeros(scene.shape, np.bool_)
    known = np.flatnonzero((units.code >= 0) & applicable[0])
    if width:
        unit = scene.incident_units[rule.level].code
        which = np.flatnonzero(np.isin(scene.incidents.precision, rule.precision) & (unit >= 0) & (unit < width))
        by_unit = meets_test(rule, scene.incidents, scene.calendar, which, unit[which], width)
        fired[:, known] = by_unit[:, units.code[known]]
        fired &= ~gaps["boundaries_not_districts"]
    reasons = {code: flags & applicable[0] for code, flags in gaps.items()}
    return Dated.of(fired, reasons | {"mineral_unknown": applicable[1]})


def meets_test(rule: Rule, incidents: Incidents, calendar: Calendar, rows: Ints, column: Ints, width: int) -> Bools:
    """Whether one source alone meets one test of the rule, shape (dates, columns); `rows` are incidents of a column.

    Parameters
    ----------
    rule
        The rule that is asked.
    incidents
        The incidents, ready to be asked.
    calendar
        The dates that are asked together.
    rows
        Positions of incidents, each once a column that it counts in.
    column
        The column (a site or a unit) of each of them.
    width
        Number of columns.
    """
    sources = max(len(incidents.sources), 1)
    shape = (len(calendar), sources * width)
    out = np.zeros((len(calendar), width), np.bool_)
    for test in rule.tests:
        counted, deaths = measure(rule, test, incidents)
        use = counted[rows]
        mine, at = rows[use], incidents.source[rows[use]] * width + column[use]
        spans = calendar.dates_in_window(incidents.start[mine], incidents.end[mine], test.months)
        if test.min_events:
            out |= _any_source(counts(spans, at, shape) >= test.min_events, sources)
        if test.min_deaths:
            out |= _any_source(sums(spans, at, deaths[mine], shape) >= test.min_deaths, sources)
    return out


def _any_source(flags: Bools, sources: int) -> Bools:
    return np.asarray(flags.reshape(len(flags), sources, -1).any(axis=1))


def area_gaps(
    rules: Sequence[Rule],
    settings: Settings,
    looked: Looked,
    incidents: Incidents,
    placed: PlacedIncidents,
    units: Mapping[int, SiteUnits],
    sites: pd.DataFrame,
) -> dict[int, dict[str, Bools]]:
    """Why the area class could be calm for want of looking, by level and code, flags of shape (dates, sites).

    Parameters
    ----------
    rules
        The rules, in their order.
    settings
        The numbers that belong to no single rule, or what the run was asked for.
    looked
        Where and when was looked.
    incidents
        The incidents, ready to be asked.
    placed
        The incidents in their units.
    units
        By level, the unit of each site.
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    """
    out: dict[int, dict[str, Bools]] = {}
    covered = looked.own(settings.coverage_months)
    for level in sorted({r.level for r in rules}):
        mine = [r for r in rules if r.level == level]
        labels = Unmatched(sites, incidents, units, placed.incidents, placed.known[level], 1 in placed.usable)
        unread = looked.unread(placed.known[level], units[level], max(r.longest_months for r in mine))
        out[level] = gaps_of_level(
            units[level],
            placed.usable.get(level),
            placed.faults.get(level, ""),
            looked.coverage.country,
            covered,
            _unmatched(labels, mine, looked.calendar),
            unread,
        )
    return out


def _unmatched(labels: Unmatched, rules: Sequence[Rule], calendar: Calendar) -> Bools:
    out = np.zeros((len(calendar), len(labels.sites)), np.bool_)
    if not labels.incident_units[labels.units.level].unmatched.any():
        return out
    iso, lands = labels.incidents.coded("country")
    for rule, rows in ((r, labels.rows(r)) for r in rules):
        if not len(rows):
            continue
        kinds: dict[tuple[str, int], int] = {}
        where = zip(iso[rows].tolist(), labels.regions(rows).tolist(), strict=True)
        of_row = [kinds.setdefault((lands[land], region), len(kinds)) for land, region in where]
        spans = calendar.dates_in_window(labels.incidents.start[rows], labels.incidents.end[rows], rule.longest_months)
        held = marks(spans, np.array(of_row, np.int64), (len(calendar), len(kinds)))
        for (country, region), k in kinds.items():
            out |= held[:, k, None] & labels.may_hold(country, region)
    return out
