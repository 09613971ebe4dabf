"""Gaps of the area class: it can be calm only where the unit is known, its boundaries are, and every label fits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.records.admin_units import IncidentUnits, SiteUnits, Units
from geo.records.incidents import Incidents
from geo.rules.coverage_gaps import AREA_GAPS, Coverage, Rejected
from geo.rules.evidence import Evidence
from geo.rules.incident_pairs import measure
from geo.rules.rule import Rule, Settings
from geo.rules.unit_share import LEVEL_OF
from geo.spatial.polygons import Boundaries, locate
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
    units_of: Mapping[int, Units],
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
    units_of
        The units themselves, by level.
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
                level,
                1 in boundaries,
            ),
            "incident_rejected": _rejected(rejected, units_of[level], units, sites, as_of, settings.coverage_months),
        }
    return out


def _rejected(
    rejected: Rejected, units_of: Units, units: SiteUnits, sites: pd.DataFrame, as_of: Days, months: int
) -> Bools:
    """Sites whose unit holds an incident that could not be used and may lie in the window.

    One without a place may lie in any unit of its country, one without a country in any.
    """
    out = np.zeros(len(sites), np.bool_)
    table = rejected.table
    lon, lat = table["lon"].to_numpy(np.float64), table["lat"].to_numpy(np.float64)
    iso = table["country"].to_numpy(dtype=object)
    code = np.full(len(table), -1, np.int64)
    if units_of.boundaries is not None:
        row = locate(lon, lat, units_of.boundaries)
        code[row >= 0] = units_of.of_row[row[row >= 0]]
    bare = ~(np.isfinite(lon) & np.isfinite(lat))
    country = sites["country"].to_numpy(dtype=object)
    for day in np.unique(as_of) if len(table) else ():
        after = int(months_before(np.array([day]), months)[0])
        inside = (rejected.start <= day) & (rejected.end > after)
        lands = {str(c) for c in iso[inside & bare]}
        hit = np.isin(units.code, code[inside & (code >= 0)]) & (units.code >= 0)
        out |= (as_of == day) & (hit | np.isin(country.astype(str), sorted(lands)) | ("" in lands))
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
    level: int,
    regions_loaded: bool,
) -> Bools:
    """Sites of a country with an incident in the window whose label names no unit: it may lie in the site's.

    Where its region is known, only the sites of that region; without polygons of regions a region is known where some
    site states it.
    """
    out = np.zeros(len(sites), np.bool_)
    whose = {1, 2} | {p for p, of in LEVEL_OF.items() if of >= level}
    country = sites["country"].to_numpy(dtype=object)
    iso = incidents.frame["country"].to_numpy(dtype=object)
    region, of_site = incident_units[1].code, site_units[1].code
    known = (region >= 0) & (level > 1) & (regions_loaded | np.isin(region, of_site))
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
