"""Sites and incidents in their administrative units, whatever the date, and which boundary sets may say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pandas as pd

from geo.records import boundary_check
from geo.records.admin_units import Aliases, IncidentUnits, SiteUnits, Units, incident_units, site_units
from geo.records.incidents import Incidents
from geo.spatial.polygons import Boundaries
from geo.threads import spread

T = TypeVar("T")
THREADED = 1 << 14
"""Rows from which on threads share the levels."""


@dataclass(frozen=True)
class PlacedIncidents:
    """Units by level, those of the incidents, and which sets may say so: what holds whatever sites are asked about.

    Parameters
    ----------
    known
        The units of each level; those of a refused set are gone from it.
    incidents
        The unit of each incident.
    labelled
        Units of incidents as the given sets name them, refused ones too: for what a reader is told.
    usable
        The boundary sets that may stand for districts.
    faults
        Why a set may not (:func:`geo.records.boundary_check.fault`), blank where it may.
    agreed
        How labels agree with each set.
    """

    known: dict[int, Units]
    incidents: dict[int, IncidentUnits]
    labelled: dict[int, IncidentUnits]
    usable: dict[int, Boundaries]
    faults: dict[int, str]
    agreed: dict[int, boundary_check.Agreement]

    @classmethod
    def of(
        cls,
        incidents: Incidents,
        levels: list[int],
        by_level: Mapping[int, Boundaries],
        outlines: Boundaries | None,
        aliases: Aliases,
        agreed: Mapping[int, boundary_check.Agreement] | None,
    ) -> PlacedIncidents:
        """Places the incidents in units of `levels`; the boundaries are given by level.

        Parameters
        ----------
        incidents
            The incidents, ready to be asked.
        levels
            Levels that the rules and the tables need.
        by_level
            The loaded boundary sets, by level.
        outlines
            Outlines of countries; None: none were loaded.
        aliases
            Other spellings of names of units.
        agreed
            How well boundaries agree with the places that rows name, by level.
        """
        known = {level: Units(level, by_level.get(level), aliases) for level in levels}
        places = incidents.placed() if by_level else None
        placed = by_threads(lambda level: incident_units(incidents, known[level], places), levels, len(incidents))
        counts = {i: boundary_check.Agreement.of(placed[i].report) for i in levels} | dict(agreed or {})
        faults = {i: boundary_check.fault(known[i], counts[i], outlines) for i in by_level if i in known}
        usable = {level: b for level, b in by_level.items() if level in known and not faults[level]}
        labelled = dict(placed)
        for level in (i for i, why in faults.items() if why):  # what is no set of districts names no district
            known[level] = Units(level, None, aliases)
            placed[level] = replace(incident_units(incidents, known[level]), report=placed[level].report)
        return cls(known, placed, labelled, usable, faults, counts)

    def with_sites(self, table: pd.DataFrame) -> dict[int, SiteUnits]:
        """The unit of each site, by level.

        Parameters
        ----------
        table
            The sites, a row each (`geo.schema.SITES`).
        """
        return by_threads(lambda level: site_units(table, self.known[level]), list(self.known), len(table))


def by_threads(work: Callable[[int], T], levels: list[int], rows: int) -> dict[int, T]:
    """`work` on each level, by several threads where there are many rows.

    Parameters
    ----------
    work
        Called once a level.
    levels
        Levels of units.
    rows
        How many rows each level looks through.
    """
    answers = spread(work, levels) if rows >= THREADED else map(work, levels)
    return dict(zip(levels, answers, strict=True))


def with_units(sites: pd.DataFrame, units: Mapping[int, SiteUnits]) -> pd.DataFrame:
    """Sites with the region and district that the rules use, and how the district (else the region) is known.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    units
        By level, the unit of each site.
    """
    rows = sites.copy()
    for level in (1, 2):
        rows[f"admin{level}"] = pd.array(units[level].name, dtype="str")
    basis = np.where(units[2].basis != "", units[2].basis, units[1].basis)
    return rows.assign(admin_basis=pd.array(basis, dtype="str"))
