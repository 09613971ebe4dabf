"""What rules are asked of at many dates: the sites, everything known around them, and a pair's whole history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.dates.calendar import Bools, Calendar, Floats
from geo.dates.looked import Looked
from geo.dates.zones import ZonesByDate
from geo.records.admin_units import Aliases, IncidentUnits, SiteUnits
from geo.records.incidents import Incidents
from geo.records.visits import VisitDays, visit_days
from geo.rules.incident_pairs import Pairs
from geo.rules.rule import Rule, Settings
from geo.rules.scene import applicable_sites


@dataclass(frozen=True)
class DatedScene:
    """Sites of one pass. Flags have shape (dates, sites).

    Parameters
    ----------
    error_km
        Position error of each site [km].
    pairs
        As :class:`geo.rules.scene.Scene` has them, of all incidents that any date could see.
    area_gaps
        Gaps of the area class, by level and code.
    visits, statuses, listed, routes, measured
        As :func:`geo.assess.assess` takes them.
    """

    settings: Settings
    calendar: Calendar
    sites: pd.DataFrame
    lon: Floats
    lat: Floats
    error_km: Floats
    incidents: Incidents
    pairs: Pairs
    looked: Looked
    site_units: Mapping[int, SiteUnits]
    incident_units: Mapping[int, IncidentUnits]
    area_gaps: Mapping[int, dict[str, Bools]]
    visits: pd.DataFrame | None
    statuses: pd.DataFrame | None
    routes: pd.DataFrame | None
    listed: pd.DataFrame | None
    zones: ZonesByDate
    aliases: Aliases
    measured: pd.DataFrame | None = None

    def __len__(self) -> int:
        """Number of sites."""
        return len(self.sites)

    @property
    def shape(self) -> tuple[int, int]:
        """Dates and sites."""
        return len(self.calendar), len(self.sites)

    @cached_property
    def visit_days(self) -> VisitDays:
        """Every informative day of every site."""
        return visit_days(self.visits, self.sites)

    def applicable(self, rule: Rule) -> tuple[Bools, Bools]:
        """Which sites a rule is asked of, by its minerals, and where that is not known for want of a mineral.

        Parameters
        ----------
        rule
            The rule that is asked.
        """
        return applicable_sites(rule, self.sites["minerals"])


@dataclass(frozen=True)
class Dated:
    """What one rule says at every date: it fired, or it could not be evaluated and did not fire on what is known."""

    fired: Bools
    unknown: Bools

    @classmethod
    def of(cls, fired: Bools, reasons: Mapping[str, Bools]) -> Dated:
        """With the reasons why it could be unknown; those of sites alone hold at every date.

        Parameters
        ----------
        fired
            Flags of shape (dates, sites).
        reasons
            By code, flags of shape (dates, sites) or (sites,).
        """
        unknown = np.zeros(fired.shape, np.bool_)
        for flags in reasons.values():
            unknown |= flags
        return cls(fired, unknown & ~fired)


Evaluate = Callable[[Rule, DatedScene], Dated]
Texts = npt.NDArray[np.object_]
