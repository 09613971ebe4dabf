"""Zone status of every site at every date: the register is read once for each state that it had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.dates.calendar import Bools, Calendar, Floats
from geo.records.admin_units import Aliases, SiteUnits
from geo.records.site_minerals import mines
from geo.rules.evidence import Evidence
from geo.rules.rule import Settings
from geo.rules.zone_register import ready_register, states
from geo.rules.zone_status import zones_at
from geo.schema import ZONE_STATUSES
from geo.spatial.polygons import Boundaries

Codes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class ZonesByDate:
    """By state of the register: `status` (positions in :data:`geo.schema.ZONE_STATUSES`), `unit` and `restricted`.

    Each has shape (states, sites); `state` is that of each date.
    """

    status: Codes
    unit: npt.NDArray[np.object_]
    restricted: Bools
    state: npt.NDArray[np.int64]

    @classmethod
    def of(
        cls,
        settings: Settings,
        calendar: Calendar,
        sites: pd.DataFrame,
        error_km: Floats,
        units: Mapping[int, SiteUnits],
        register: pd.DataFrame | None,
        boundaries: Mapping[int, Boundaries],
        restrictions: pd.DataFrame | None,
        aliases: Aliases,
    ) -> ZonesByDate:
        """Reads the register at one date of each of its states.

        Parameters
        ----------
        settings, sites, error_km, units, boundaries, aliases
            As :func:`geo.rules.zone_status.zones_at` takes them.
        register, restrictions
            As :func:`geo.rules.zone_register.ready_register` takes them.
        calendar
            The dates that are asked together.
        """
        # A boundary set that lacks a unit of its own countries is not used at all.
        frames = [sites[sites["country"] != ""], *(b.frame for b in boundaries.values())]
        countries = {str(c) for f in frames for c in pd.unique(f["country"])}
        register = ready_register(register, restrictions)
        first, state = states(register, calendar.days, countries)
        rows = np.tile(np.arange(len(sites)), len(first))
        day = np.repeat(calendar.days[first], len(sites))
        many = {level: u.take(rows) for level, u in units.items()}
        diamond = mines(sites["minerals"], ["diamond"])[rows]
        read = zones_at(
            settings, sites.iloc[rows].reset_index(drop=True), diamond, day, error_km[rows], many, register, boundaries,
            aliases, Evidence((), (), False), measured=False,
        )  # fmt: skip
        shape = (len(first), len(sites))
        names, codes = np.unique(read.columns["zone_status"].to_numpy(dtype=object).astype(str), return_inverse=True)
        number = np.array([ZONE_STATUSES.index(name) for name in names], np.int8)
        unit = read.columns["zone_unit"].to_numpy(dtype=object)
        return cls(number[codes].reshape(shape), unit.reshape(shape), read.restricted.reshape(shape), state)

    def statuses(self) -> Codes:
        """Status at every date, shape (dates, sites)."""
        return self.status[self.state]
