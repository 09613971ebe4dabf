"""Gaps of the area class: it can be calm only where the unit is known, its boundaries are, and every label fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.equal_texts import codes_of
from geo.records.admin_units import IncidentUnits, SiteUnits, Units
from geo.records.incidents import Incidents
from geo.records.label_codes import different_numbers
from geo.records.place_names import fold
from geo.rules.coverage_gaps import AREA_GAPS, Coverage
from geo.rules.evidence import Evidence
from geo.rules.incident_pairs import measure
from geo.rules.rejected import Rejected
from geo.rules.rule import Rule, Settings
from geo.rules.unit_share import LEVEL_OF
from geo.spatial.polygons import Boundaries
from geo.time_window import Days, months_before

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def area_gaps_by_level(
    rules: tuple[Rule, ...],
    settings: Settings,
    sites: pd.DataFrame,
    as_of: Days,
    coverage: Coverage,
    incidents: Incidents,
    site_units: Mapping[int, SiteUnits],
    incident_units: Mapping[int, IncidentUnits],
    boundaries: Mapping[int, Boundaries],
    faults: Mapping[int, str],
    rejected: Rejected,
    known: Mapping[int, Units],
) -> dict[int, dict[str, Bools]]:
    """For each level that an area rule asks, why it could be calm for want of looking, one flag a site and code.

    Parameters
    ----------
    boundaries
        The sets that may be used, by level.
    faults
        Why a loaded set is not one of districts (:func:`geo.records.boundary_check.fault`), by level.
    rejected
        Incidents that could not be used.
    known
        The units of each level, those of the sets that may be used.
    rules
        The rules, in their order.
    settings
        The numbers that belong to no single rule, or what the run was asked for.
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    as_of
        The date of each site, time of events and not of knowledge [days since 1970-01-01].
    coverage
        Declared coverage, asked for these sites.
    incidents
        The incidents, ready to be asked.
    site_units
        By level, the unit of each site.
    incident_units
        By level, the unit of each incident.
    """
    own = coverage.own(settings.coverage_months)
    covered = np.logical_or.reduce([np.zeros(len(sites), np.bool_), *own.values()])
    out: dict[int, dict[str, Bools]] = {}
    for level in sorted({r.level for r in rules}):
        mine, units = [r for r in rules if r.level == level], site_units[level]
        labels = Unmatched(sites, incidents, site_units, incident_units, known[level], 1 in boundaries)
        unread = rejected.in_unit(known[level], units, max(r.longest_months for r in mine))
        out[level] = gaps_of_level(
            units,
            boundaries.get(level),
            faults.get(level, ""),
            coverage.country,
            covered,
            labels.at(mine, as_of),
            unread,
        )
    return out


def gaps_of_level(
    units: SiteUnits,
    boundaries: Boundaries | None,
    fault: str,
    country: npt.NDArray[np.object_],
    covered: Bools,
    unmatched: Bools,
    unread: Bools,
) -> dict[str, Bools]:
    """Why the area class could be calm for want of looking at one level, by code; sites are the last axis of each.

    Parameters
    ----------
    units
        The unit of each site.
    boundaries
        The set that may be used; None: there is none.
    fault
        Why the loaded set may not be used; blank: it may, or none is loaded.
    country
        Country of each row (ISO 3166 alpha-3); blank where not known.
    covered
        A source covers the site's country over the whole window.
    unmatched
        An incident whose label names no unit may lie in the site's.
    unread
        An incident that could not be used may lie in the site's unit.
    """
    blank, nothing = country == "", np.zeros(covered.shape, np.bool_)
    version = boundaries.version if boundaries is not None else ""
    level = units.level
    return {
        "country_unknown": blank | nothing,
        "not_covered": ~blank & ~covered,
        f"admin{level}_not_loaded": nothing | (boundaries is None and not fault),
        f"admin{level}_unknown": ((units.code < 0) & (boundaries is not None)) | nothing,
        "boundary_version_unknown": ((units.row >= 0) & (version in ("", "unknown"))) | nothing,
        "boundaries_not_districts": nothing | bool(fault),
        "labels_unmatched": unmatched,
        "incident_unread": unread,
    }


def area_gaps(by_level: Mapping[int, dict[str, Bools]], n: int, evidence: Evidence) -> dict[str, Bools]:
    """The gaps of the area class over all levels, in the order of :data:`AREA_GAPS`, and their evidence.

    Parameters
    ----------
    by_level
        By level, one flag a site and code (:func:`area_gaps_by_level`).
    n
        Number of sites.
    evidence
        Gathers rows of evidence.
    """
    out: dict[str, Bools] = {}
    for code in AREA_GAPS:
        flags = np.logical_or.reduce(
            [np.zeros(n, np.bool_), *(level[code] for level in by_level.values() if code in level)]
        )
        if any(code in level for level in by_level.values()):
            out[code] = flags
            evidence.facts("gap", "", np.flatnonzero(flags), fact=f"area_{code}")
    return out


@dataclass(frozen=True)
class Unmatched:
    """Incidents whose label names no unit, and the sites in whose unit one of them may lie.

    Those of its country; where its region is known, only the sites of that region. Without polygons of regions a
    region is known where the districts name it as the parent of one.
    """

    sites: pd.DataFrame
    incidents: Incidents
    site_units: Mapping[int, SiteUnits]
    incident_units: Mapping[int, IncidentUnits]
    units: Units
    regions_loaded: bool

    def rows(self, rule: Rule) -> Ints:
        """Those that the rule could count, if it were known where they are.

        Parameters
        ----------
        rule
            The rule that is asked.
        """
        whose = {1, 2} | {p for p, of in LEVEL_OF.items() if of >= self.units.level}
        at = np.flatnonzero(self.incident_units[self.units.level].unmatched)
        at = at[np.isin(self.incidents.precision[at], [p for p in rule.precision if p in whose])]
        counted = np.logical_or.reduce([measure(rule, t, self.incidents)[0] for t in rule.tests])
        return np.asarray(at[counted[at]])

    def regions(self, rows: Ints) -> Ints:
        """The region of some incidents; -1 where it is not known.

        Parameters
        ----------
        rows
            Positions of the incidents.
        """
        region: Ints = self.incident_units[1].code[rows]
        known = (region >= 0) & (self.units.level > 1)
        if not self.regions_loaded and known.any():
            above = set(self.units.parent) - {""}
            codes, names = self.incidents.coded("admin1")
            known &= np.array([*(fold(n) in above for n in names), False], np.bool_)[codes[rows]]
        region[~known] = -1
        return region

    def may_hold(self, country: str, region: int) -> Bools:
        """Sites in whose unit an incident of this country and region (-1: not known) may lie.

        Parameters
        ----------
        country
            ISO 3166 alpha-3 of the incident; blank where not known.
        region
            Number of the region of the incident; -1 where not known.
        """
        (codes, named), of_site = self._countries, self.site_units[1].code
        mine = codes == named.get(country, -1) if country else np.ones(len(codes), np.bool_)
        return np.asarray(mine & ((of_site == region) | (of_site < 0)) if region >= 0 else mine)

    @cached_property
    def _countries(self) -> tuple[Ints, dict[str, int]]:
        """The country of each site as a number, and the number of each."""
        codes, named = codes_of(self.sites["country"])
        return codes, {name: i for i, name in enumerate(named)}

    def at(self, rules: Sequence[Rule], as_of: Days) -> Bools:
        """Sites with one in a window of any of the rules.

        Parameters
        ----------
        rules
            The rules, in their order.
        as_of
            The date of each site, time of events and not of knowledge [days since 1970-01-01].
        """
        out = np.zeros(len(self.sites), np.bool_)
        if not len(out) or not self.incident_units[self.units.level].unmatched.any():
            return out
        asked = _SitesByUnit.of(self.site_units[1].code, *self._countries, as_of)
        iso, lands = self.incidents.coded("country")
        number = np.array([*(asked.countries.get(name, -1) if name else ANY for name in lands), -1], np.int64)
        start, end = self.incidents.start, self.incidents.end
        for rule in rules:
            rows, after = self.rows(rule), months_before(asked.day, rule.longest_months)
            rows = rows[(start[rows] <= asked.day.max()) & (end[rows] > after.min())]
            if len(rows):
                out |= asked.any_in_window(number[iso[rows]], self.regions(rows), start[rows], end[rows], after)
        return out


ANY = -2
"""Stands for the country of an incident that may lie in any of them."""


@dataclass(frozen=True)
class _SitesByUnit:
    """Sites by what decides which incidents may lie in their unit: country, region (-1: not known), and the day.

    Each is there once where all sites share one date, else once a site; `group` is that of each site.
    """

    country: Ints
    region: Ints
    day: Days
    group: Ints
    countries: Mapping[str, int]

    @classmethod
    def of(cls, region: Ints, country: Ints, countries: Mapping[str, int], as_of: Days) -> _SitesByUnit:
        """The sites by the region and the country of each, as codes."""
        group = np.arange(len(as_of))
        if (as_of == as_of[0]).all():
            width = int(region.max()) + 2
            group, pairs = different_numbers(country * width + region + 1, len(countries) * width)
            country, region = np.divmod(pairs, width)
            region, as_of = region - 1, as_of[: len(pairs)]
        return cls(country, region, as_of, group, countries)

    def any_in_window(self, country: Ints, region: Ints, start: Days, end: Days, after: Days) -> Bools:
        """Sites with an incident that may lie in their unit and is in their window, by one count of all of them.

        Incidents are of a country (:data:`ANY`: not known; -1: of no site's) and a region (-1: not known), and last
        from `start` to `end`; a window begins after the day `after`.
        """
        out = np.zeros(len(self.day), np.bool_)
        placed = np.flatnonzero(self.region >= 0)
        others = np.flatnonzero(self.region < 0)
        for unknown in (False, True):
            mine = np.flatnonzero(country == ANY if unknown else country >= 0)
            if not len(mine):
                continue
            land, of = (0 * self.country, 0 * mine) if unknown else (self.country, country[mine])
            where, days = region[mine], (start[mine], end[mine])
            # In a known region: those of the region, and those whose region is not known. Else: all of the country.
            for sites, own, held in (
                (placed, self.region[placed], where),
                (placed, np.full(len(placed), -1), where),
                (others, np.full(len(others), -1), np.full(len(of), -1)),
            ):
                if len(sites):
                    width = int(max(held.max(), own.max())) + 2
                    wanted = land[sites] * width + own + 1
                    out[sites] |= _any_between(of * width + held + 1, days, wanted, self.day[sites], after[sites])
        return np.asarray(out[self.group])


def _any_between(key: Ints, days: tuple[Days, Days], wanted: Ints, until: Days, after: Days) -> Bools:
    """Whether more spans of days of each wanted key have begun by a day than are over by an earlier one."""
    least, most = int(min(d.min() for d in days)) - 1, int(max(d.max() for d in days))
    width = most - least + 1

    def count(day: Days, limit: Days) -> Ints:
        place = np.sort(key * width + day - least)
        return np.searchsorted(place, wanted * width + np.clip(limit, least, most) - least, side="right")

    return np.asarray(count(days[0], until) > count(days[1], after))
