"""Gaps of the area class: it can be calm only where the unit is known, its boundaries are, and every label fits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.records.admin_units import IncidentUnits, SiteUnits, Units
from geo.records.incidents import Incidents
from geo.records.place_names import fold
from geo.rules.coverage_gaps import AREA_GAPS, Coverage
from geo.rules.evidence import Evidence
from geo.rules.incident_pairs import measure
from geo.rules.rejected import Rejected
from geo.rules.rule import Rule, Settings
from geo.rules.unit_share import LEVEL_OF
from geo.spatial.polygons import Boundaries
from geo.time_window import Days, months_before

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
    """
    n = len(sites)
    own = coverage.own(settings.coverage_months)
    covered = np.logical_or.reduce([np.zeros(n, np.bool_), *own.values()])
    blank = (sites["country"] == "").to_numpy(np.bool_)
    out: dict[int, dict[str, Bools]] = {}
    for level in sorted({r.level for r in rules}):
        units = site_units[level]
        loaded = np.full(n, level in boundaries)
        version = boundaries[level].version if level in boundaries else ""
        refused = np.full(n, bool(faults.get(level)))
        out[level] = {
            "country_unknown": blank,
            "not_covered": ~blank & ~covered,
            f"admin{level}_not_loaded": ~loaded & ~refused,
            f"admin{level}_unknown": (units.code < 0) & loaded,
            "boundary_version_unknown": (units.basis == "polygon") & (version in ("", "unknown")),
            "boundaries_not_districts": refused,
            "labels_unmatched": _unmatched(
                [r for r in rules if r.level == level],
                sites,
                as_of,
                incidents,
                site_units,
                incident_units,
                known[level],
                1 in boundaries,
            ),
            "incident_unread": rejected.in_unit(
                known[level], units, max(r.longest_months for r in rules if r.level == level)
            ),
        }
    return out


def area_gaps(by_level: Mapping[int, dict[str, Bools]], n: int, evidence: Evidence) -> dict[str, Bools]:
    """The gaps of the area class over all levels, in the order of :data:`AREA_GAPS`, and their evidence."""
    out: dict[str, Bools] = {}
    for code in AREA_GAPS:
        flags = np.logical_or.reduce(
            [np.zeros(n, np.bool_), *(level[code] for level in by_level.values() if code in level)]
        )
        if any(code in level for level in by_level.values()):
            out[code] = flags
            evidence.facts("gap", "", np.flatnonzero(flags), fact=f"area_{code}")
    return out


def _unmatched(
    rules: list[Rule],
    sites: pd.DataFrame,
    as_of: Days,
    incidents: Incidents,
    site_units: Mapping[int, SiteUnits],
    incident_units: Mapping[int, IncidentUnits],
    units: Units,
    regions_loaded: bool,
) -> Bools:
    """Sites of a country with an incident in the window whose label names no unit: it may lie in the site's.

    Where its region is known, only the sites of that region; without polygons of regions a region is known where the
    districts name it as the parent of one.
    """
    out, level = np.zeros(len(sites), np.bool_), units.level
    whose = {1, 2} | {p for p, of in LEVEL_OF.items() if of >= level}
    country = sites["country"].to_numpy(dtype=object)
    iso = incidents.frame["country"].to_numpy(dtype=object)
    region, of_site = incident_units[1].code, site_units[1].code
    known = (region >= 0) & (level > 1)
    if not regions_loaded:
        known &= incidents.frame["admin1"].map(fold).isin(set(units.parent) - {""}).to_numpy(np.bool_)
    for rule in rules:
        precise = [p for p in rule.precision if p in whose]
        counted = np.logical_or.reduce([measure(rule, t, incidents)[0] for t in rule.tests])
        rows = np.flatnonzero(incident_units[level].unmatched & counted & np.isin(incidents.precision, precise))
        for day in np.unique(as_of):
            after = int(months_before(np.array([day]), rule.longest_months)[0])
            use = rows[(incidents.start[rows] <= day) & (incidents.end[rows] > after)]
            for land, where in {(str(iso[i]), int(region[i]) if known[i] else -1) for i in use}:
                mine = (as_of == day) & ((country == land) | (land == ""))
                out |= mine & ((of_site == where) | (of_site < 0)) if where >= 0 else mine
    return out
