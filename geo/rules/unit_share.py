"""Incidents known only by the district or region of a site: how many of them to expect within a circle."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiles
from geo.once import once
from geo.records.admin_units import IncidentUnits, SiteUnits
from geo.records.incidents import Incidents
from geo.rules.unit_days import UnitDays, together
from geo.spatial.equal_area import Plane, least_areas_m2
from geo.spatial.polygons import Boundaries
from geo.time_window import Days, months_before

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

LEVEL_OF = {3: 2, 4: 1}
"""The level of unit by which an incident of each precision is known."""


@dataclass(frozen=True)
class UnitShares:
    """Shares of the units' areas within circles around the sites, measured once for each level and radius.

    Without a polygon of the unit nothing is expected: what cannot be measured lifts no bracket.
    """

    lon: Floats
    lat: Floats
    days: Days
    incidents: Incidents
    site_units: Mapping[int, SiteUnits]
    incident_units: Mapping[int, IncidentUnits]
    boundaries: Mapping[int, Boundaries]
    _kept: dict[tuple[int, float], Floats] = field(default_factory=dict)
    _planes: dict[int, list[tuple[Plane, Ints]]] = field(default_factory=dict)

    def share(self, level: int, sites: Ints, radius_m: float) -> Floats:
        """Share of the area of each site's unit that lies within the circle; `sites` are positions.

        Parameters
        ----------
        level
            Administrative level: 0 the country, 1 the region, 2 the district, 3 below.
        sites
            Positions of the sites wanted.
        radius_m
            Radius of the circles [m].
        """
        kept = self._kept.setdefault((level, radius_m), np.full(len(self.lon), np.nan))
        todo = sites[np.isnan(kept[sites])]
        if len(todo):
            row = self.site_units[level].row[todo]
            for plane, place in self._laid(level, row):
                which = place.take(row)
                here = np.flatnonzero(which >= 0)
                at = todo[here]
                kept[at] = plane.shares(which[here], self.lon[at], self.lat[at], radius_m)
        return np.asarray(kept[sites])

    def _laid(self, level: int, row: Ints) -> list[tuple[Plane, Ints]]:
        """Planes of equal areas that hold these units between them, and the place of each unit in each; -1: elsewhere.

        A unit is laid down when its area within a circle is first asked for.
        """
        planes = self._planes.setdefault(level, [])
        units = np.unique(row)
        for _, place in planes:
            units = units[place[units] < 0]
        if len(units):
            place = np.full(len(self.boundaries[level].geometry), -1)
            place[units] = np.arange(len(units))
            compiled = compiles(len(self.lon) * len(self.incidents))
            planes.append((Plane(self.boundaries[level].geometry[units], compiled), place))
        return planes

    def expected(
        self,
        counted: Bools,
        deaths: Floats,
        radius_m: float,
        months: int,
        sites: Bools,
        matters: Callable[[Floats, Floats], Bools] | None = None,
    ) -> tuple[Floats, Floats]:
        """Expected events and deaths within `radius_m` and the window, per source and site, shape (sources, sites).

        Parameters
        ----------
        counted, deaths
            Of each incident, as :func:`geo.rules.incident_pairs.measure` gives them.
        sites
            The sites that are asked for; zero for others.
        matters
            Of which sites the answer can matter, from the most events and deaths that may be expected; nothing is
            measured for the others, and they get zero.
        radius_m
            Radius of the circles [m].
        months
            Length of the window [calendar months].
        """
        n, inc = len(self.lon), self.incidents
        sources = max(len(inc.sources), 1)
        parts = list(self._parts(counted, deaths, months, sites, sources))
        wanted = sites
        if matters is not None and parts:
            most = np.zeros((2, sources, n))
            for level, some, count, total in parts:
                # A circle holds no more of a unit than its own area.
                least = self._least_areas(level)[self.site_units[level].row[some]]
                share = np.minimum(1.01 * np.pi * radius_m**2 / least, 1)
                most[0][:, some] += count * share
                most[1][:, some] += total * share
            wanted = sites & matters(*most)
        events, dead = np.zeros((sources, n)), np.zeros((sources, n))
        for level, some, count, total in parts:
            here = np.flatnonzero(wanted[some])
            if len(here):
                share = self.share(level, some[here], radius_m)
                events[:, some[here]] += count[:, here] * share
                dead[:, some[here]] += total[:, here] * share
        return np.round(events, 6), np.round(dead, 6)

    def _least_areas(self, level: int) -> Floats:
        """What every unit of a level has at least for an area [m2]."""
        units = self.boundaries[level]
        areas: Floats = once(units._kept, "least areas", lambda: least_areas_m2(units.geometry))
        return np.maximum(areas, 1e-9)

    def _parts(
        self, counted: Bools, deaths: Floats, months: int, sites: Bools, sources: int
    ) -> Iterator[tuple[int, Ints, Floats, Floats]]:
        """By level: the sites with such incidents in their unit, and the unit's events and deaths at their days."""
        inc = self.incidents
        for precision, level in LEVEL_OF.items():
            if level not in self.boundaries or level not in self.site_units:
                continue
            row, code = self.site_units[level].row, self.site_units[level].code
            mine = np.flatnonzero(sites & (row >= 0) & np.isfinite(self.lon))
            unit = self.incident_units[level].code
            rows = np.flatnonzero(counted & (inc.precision == precision) & (unit >= 0))
            if not len(mine) or not len(rows):
                continue
            for here in together(mine, self.days, [deaths[rows]]):
                asked, of_site = UnitDays.of(code[here], self.days[here])
                after = months_before(asked.day, months)
                first, last = inc.start[rows] - inc.slack[rows], inc.end[rows] + inc.slack[rows]
                use = rows[(held := asked.reach(first, last, after))]
                count, total = asked.sums(
                    unit[use], inc.source[use], sources, first[held], last[held], deaths[use], after
                )
                there = count.sum(axis=0)[of_site] > 0
                some, of_some = here[there], of_site[there]
                if len(some):
                    yield (
                        level,
                        some,
                        count[:, of_some],
                        total[:, of_some],
                    )
