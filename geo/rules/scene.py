"""What rules are asked of: the sites of one run at their dates, and everything known around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.equal_texts import are_blank
from geo.records.admin_units import Aliases, IncidentUnits, SiteUnits
from geo.records.incidents import Incidents
from geo.records.site_minerals import mines
from geo.rules.coverage_gaps import Coverage
from geo.rules.incident_pairs import Pairs
from geo.rules.rejected import Rejected
from geo.rules.rule import Rule, Settings
from geo.rules.site_sums import Sums
from geo.rules.unit_share import UnitShares
from geo.rules.zone_status import ZoneResult
from geo.time_window import Days

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Scene:
    """One run, ready to be asked. Arrays are one per site, in the order of `sites`.

    Parameters
    ----------
    sites
        :data:`geo.schema.SITES` with countries filled.
    error_km
        Position error of each site [km]; the setting's where the site states none.
    found
        Gives the incidents around the sites, wide enough for every distance rule: as pairs, or as sums where no
        evidence is wanted (:attr:`pairs`, :attr:`sums`). Who asks waits until they are found.
    site_units, incident_units
        By level, the unit of each site and of each incident.
    area_gaps
        Gaps of the area class that hold for all rules of a level, by level and code.
    newest
        The newest informative visit of each site (:func:`geo.records.visits.newest_informative`).
    visits, statuses, listed, routes, measured
        As :func:`geo.assess.assess` takes them, or None where there are none.
    kept
        Answers that several rules ask for, by name, made once.
    """

    settings: Settings
    sites: pd.DataFrame
    as_of: Days
    lon: Floats
    lat: Floats
    error_km: Floats
    incidents: Incidents
    found: Callable[[], Pairs | Sums]
    shares: UnitShares
    coverage: Coverage
    site_units: Mapping[int, SiteUnits]
    incident_units: Mapping[int, IncidentUnits]
    area_gaps: Mapping[int, dict[str, Bools]]
    visits: pd.DataFrame | None
    newest: pd.DataFrame
    statuses: pd.DataFrame | None
    routes: pd.DataFrame | None
    listed: pd.DataFrame | None
    zone: ZoneResult
    aliases: Aliases
    rejected: Rejected
    measured: pd.DataFrame | None = None
    kept: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def pairs(self) -> Pairs:
        """The incidents around the sites, pair by pair."""
        around = self.found()
        assert isinstance(around, Pairs), "made without evidence"
        return around

    @property
    def sums(self) -> Sums:
        """The same as sums."""
        around = self.found()
        assert isinstance(around, Sums), "made with evidence"
        return around

    def __len__(self) -> int:
        """Number of sites."""
        return len(self.sites)

    def applicable(self, rule: Rule) -> tuple[Bools, Bools]:
        """Which sites a rule is asked of, by its minerals, and where that is not known for want of a mineral.

        Parameters
        ----------
        rule
            The rule that is asked.
        """
        return applicable_sites(rule, self.sites["minerals"])


def applicable_sites(rule: Rule, minerals: pd.Series[str]) -> tuple[Bools, Bools]:
    """Which sites a rule is asked of, by their minerals, and where that is not known for want of one.

    Parameters
    ----------
    rule
        The rule that is asked.
    minerals
        Minerals, joined by `;`; blank where not known.
    """
    n = len(minerals)
    if not rule.minerals:
        return np.ones(n, np.bool_), np.zeros(n, np.bool_)
    return mines(minerals, rule.minerals, any_case=True), are_blank(minerals)
