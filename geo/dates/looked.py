"""What was looked at, at every date: declared coverage, and incidents that could not be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from geo.dates.calendar import Bools, Calendar, marks
from geo.records.admin_units import SiteUnits, Units
from geo.rules.coverage_gaps import Coverage, covering_sources
from geo.rules.rejected import Rejected
from geo.rules.rule import Settings

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Looked:
    """Coverage and rejected incidents beside the sites of a pass; flags have shape (dates, sites).

    `coverage` and `rejected` stand at the last date: only what they know of places is asked of them.
    """

    calendar: Calendar
    coverage: Coverage
    rejected: Rejected
    _kept: dict[tuple[float, int, str], dict[str, Bools]] = field(default_factory=dict)
    _unusable: dict[tuple[float, int], Bools] = field(default_factory=dict)

    @property
    def sites(self) -> int:
        """Number of sites."""
        return len(self.coverage.country)

    def own(self, months: int, effects: str = "lethal") -> Bools:
        """Whether any source covers a site's own country over the whole window.

        Parameters
        ----------
        months
            Length of the window [calendar months].
        effects
            `lethal`, or `all` for sources that count events without deaths too.
        """
        names, codes = np.unique(self.coverage.country.astype(str), return_inverse=True)
        covered = self._covered(names, months, effects)
        return np.asarray(
            np.logical_or.reduce([np.zeros((len(self.calendar), len(names)), np.bool_), *covered.values()])
        )[:, codes]

    def lacking(self, radius_km: float, months: int, effects: str = "lethal") -> dict[str, Bools]:
        """Why a circle was not wholly looked at, by code of :data:`geo.rules.coverage_gaps.GAPS`.

        Parameters
        ----------
        radius_km
            Radius of the circle around each site [km].
        months
            Length of the window [months].
        effects
            `lethal`, or `all` for sources that count events without deaths too.
        """
        key = (radius_km, months, effects)
        if key not in self._kept:
            names, alike, group = self._groups(radius_km)
            covered = self._covered(names, months, effects)
            own, whole = (np.zeros((len(self.calendar), len(alike)), np.bool_) for _ in range(2))
            for flags in covered.values():
                for g, countries in enumerate(alike):
                    own[:, g] |= flags[:, countries[0]]
                    whole[:, g] |= flags[:, list(countries)].all(axis=1)
            self._kept[key] = self.coverage.reasons(own[:, group], whole[:, group])
        return self._kept[key]

    def unusable(self, radius_km: float, months: int) -> Bools:
        """Sites with an incident in their circle that could not be used and may lie in the window.

        Parameters
        ----------
        radius_km
            Radius of the circle around each site [km].
        months
            Length of the window [months].
        """
        key = (radius_km, months)
        if key not in self._unusable:
            shape = (len(self.calendar), self.sites)
            out = np.zeros(shape, np.bool_)
            if len(self.rejected.table):
                pairs = self.rejected.pairs(radius_km, np.full(self.sites, self.calendar.after(months)[0]))
                start, end = self.rejected.days()
                spans = self.calendar.dates_in_window(start[pairs.incident], end[pairs.incident], months)
                out = marks(spans, pairs.site, shape)
            self._unusable[key] = out
        return self._unusable[key]

    def unread(self, units: Units, sites: SiteUnits, months: int) -> Bools:
        """Sites in whose unit an incident may lie that could not be used.

        Parameters
        ----------
        units
            The units of one level.
        sites
            The units in which each site lies.
        months
            Length of the window [months].
        """
        out = np.zeros((len(self.calendar), self.sites), np.bool_)
        if len(self.rejected.table):
            start, end = self.rejected.days()
            iso = self.rejected.table["country"].to_numpy(dtype=object)
            kinds: dict[tuple[int, str], int] = {}
            each = zip(self.rejected.unit_of(units), iso, strict=True)
            of_row = [kinds.setdefault((int(code), str(country)), len(kinds)) for code, country in each]
            held = marks(
                self.calendar.dates_in_window(start, end, months), np.array(of_row), (len(self.calendar), len(kinds))
            )
            for (code, country), k in kinds.items():
                out |= held[:, k, None] & self.rejected.may_hold(sites, code, country)
        return out

    def gaps(self, settings: Settings) -> dict[str, Bools]:
        """The gaps of the site class.

        Parameters
        ----------
        settings
            The numbers that belong to no single rule, or what the run was asked for.
        """
        km, months = settings.neighbour_km, settings.coverage_months
        return self.lacking(km, months) | {"incident_rejected": self.unusable(km, months)}

    def _groups(self, radius_km: float) -> tuple[npt.NDArray[np.str_], list[tuple[int, ...]], Ints]:
        """Country names, the distinct sets of them that circles reach (the own one first), and the set of each site."""
        site, iso = self.coverage.foreign(radius_km)
        names, codes = np.unique(np.concatenate([self.coverage.country, iso]).astype(str), return_inverse=True)
        own, other = codes[: self.sites], codes[self.sites :]
        reached: dict[int, set[int]] = {}
        for s, c in zip(site.tolist(), other.tolist(), strict=True):
            reached.setdefault(s, set()).add(c)
        alike: dict[tuple[int, ...], int] = {}
        group = [alike.setdefault((c, *sorted(reached.get(s, ()))), len(alike)) for s, c in enumerate(own.tolist())]
        return names, list(alike), np.array(group, np.int64)

    def _covered(self, names: npt.NDArray[np.str_], months: int, effects: str) -> Mapping[str, Bools]:
        """By source, whether it covers each country at each date, shape (dates, countries)."""
        shape = (len(self.calendar), len(names))
        country = np.tile(names.astype(object), shape[0])
        after, day = (np.repeat(d, shape[1]) for d in (self.calendar.after(months), self.calendar.days))
        coverage = self.coverage
        covering = covering_sources(coverage.table, coverage.datasets, country, after, day, effects)
        return {source: flags.reshape(shape) for source, flags in covering.items()}
