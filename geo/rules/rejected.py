"""Incidents that could not be used: a fault is not nothing, and where one may lie nothing reads as quiet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.records.admin_units import SiteUnits, Units
from geo.rules.evidence import Evidence
from geo.spatial.polygons import locate
from geo.spatial.proximity import Pairs, within
from geo.time_window import NO_DAY, Days, months_before, to_days

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

VAGUE = "unknown_code"
"""Reason of a row that does not say how exactly its place is known: its point decides no unit."""


@dataclass(frozen=True)
class Rejected:
    """Rejected incidents beside the sites of one run; a day that could not be read may lie in any window.

    Parameters
    ----------
    table
        Rows of :data:`geo.schema.REJECTED_INCIDENTS`.
    country, lon, lat, as_of
        Of each site: ISO 3166 alpha-3, degrees on WGS 84, days since 1970-01-01.
    """

    table: pd.DataFrame
    country: npt.NDArray[np.object_]
    lon: Floats
    lat: Floats
    as_of: Days

    @classmethod
    def of(cls, rejected: pd.DataFrame | None, sites: pd.DataFrame, as_of: Days) -> Rejected:
        """The rejected incidents of a run (None: there are none) beside its sites.

        Parameters
        ----------
        rejected
            Rows of :data:`geo.schema.REJECTED_INCIDENTS`; None: none.
        sites
            The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
        as_of
            The date of each site, time of events and not of knowledge [days since 1970-01-01].
        """
        given = schema.empty(schema.REJECTED_INCIDENTS) if rejected is None else rejected
        lon, lat = sites["lon"].to_numpy(np.float64), sites["lat"].to_numpy(np.float64)
        table = schema.conform(given, schema.REJECTED_INCIDENTS)
        return cls(table, sites["country"].to_numpy(dtype=object), lon, lat, as_of)

    def days(self) -> tuple[Days, Days]:
        """First and last day of each row; one that could not be read may be any."""
        start, end = to_days(self.table["date_start"]), to_days(self.table["date_end"])
        start = np.where(start == NO_DAY, -(2**30), start)
        return start, np.maximum(np.where(end == NO_DAY, 2**30, end), start)

    def pairs(self, radius_km: float, after: Days) -> Pairs:
        """Sites and the rows in their circle that may end after a day each, `after`, and begin by its date.

        Parameters
        ----------
        radius_km
            Radius of the circle around each site [km].
        after
            The day before each site's window [days since 1970-01-01].
        """
        start, end = self.days()
        return within(
            self.lon,
            self.lat,
            self.table["lon"].to_numpy(np.float64),
            self.table["lat"].to_numpy(np.float64),
            start,
            radius_m=radius_km * 1000,
            as_of_day=self.as_of,
            window_days=self.as_of - after,
            incident_end_day=end,
        )

    def near_sites(self, radius_km: float, months: int) -> Bools:
        """Sites with one in their circle that may lie in the window.

        Parameters
        ----------
        radius_km
            Radius of the circle around each site [km].
        months
            Length of the window [calendar months].
        """
        out = np.zeros(len(self.lon), np.bool_)
        if len(self.table):
            out[self.pairs(radius_km, months_before(self.as_of, months)).site] = True
        return out

    def add_evidence(self, radius_km: float, months: int, evidence: Evidence) -> None:
        """Names them, as the gap of the site class.

        Parameters
        ----------
        radius_km
            Radius of the circle around each site [km].
        months
            Length of the window [calendar months].
        evidence
            Gathers rows of evidence.
        """
        if not len(self.table) or not evidence.wanted:
            return
        pairs = self.pairs(radius_km, months_before(self.as_of, months))
        at = self.table.iloc[pairs.incident]
        shut = at["restricted"].to_numpy(np.bool_)  # of these only what is open by licence
        evidence.facts(
            "gap",
            "",
            pairs.site,
            fact="incident_rejected",
            status=at["reason"].to_numpy(dtype=object),
            record_id=at["record_id"].to_numpy(dtype=object),
            dataset=at["dataset"].to_numpy(dtype=object),
            distance_m=np.where(shut, np.round(pairs.distance_m / 1000) * 1000, pairs.distance_m),
            date_start=at["date_start"].mask(shut).to_numpy(),
            date_end=at["date_end"].mask(shut).to_numpy(),
        )

    def placeless(self) -> Bools:
        """Sites of a country with one that has no usable place; where its country is not known either, every site."""
        if not len(self.table):
            return np.zeros(len(self.country), np.bool_)
        lost = {str(c) for c in self.table["country"][self.table["lon"].isna() | self.table["lat"].isna()]}
        codes, countries = pd.factorize(self.country)
        return np.array([str(c) in lost for c in countries], np.bool_)[codes] | ("" in lost)

    def unit_of(self, units: Units) -> Ints:
        """The unit whose polygon holds each row; -1 where there is none, or its point decides no unit.

        Parameters
        ----------
        units
            The units of one level.
        """
        code = np.full(len(self.table), -1, np.int64)
        if units.boundaries is not None and len(code):
            lon, lat = self.table["lon"].to_numpy(np.float64), self.table["lat"].to_numpy(np.float64)
            hit = locate(lon, lat, units.boundaries)
            code[hit >= 0] = units.of_row[hit[hit >= 0]]
            code[(self.table["reason"] == VAGUE).to_numpy(np.bool_)] = -1
        return code

    def may_hold(self, sites: SiteUnits, code: int, country: str) -> Bools:
        """Sites in whose unit a row of this unit may lie: of its unit, else (-1: not known) all of its country.

        Parameters
        ----------
        sites
            The units in which each site lies.
        code
            Number of the unit of the row; -1 where not known.
        country
            ISO 3166 alpha-3 of the row; blank where not known.
        """
        if code >= 0:
            return np.asarray((sites.code == code) | ((sites.code < 0) & (self.country == country)))
        return np.asarray((self.country == country) | (country == ""))

    def in_unit(self, units: Units, sites: SiteUnits, months: int) -> Bools:
        """Sites in whose unit one may lie: by its polygon, else (no polygon, or no place) all of its country.

        Parameters
        ----------
        units
            The units of one level.
        sites
            The units in which each site lies.
        months
            Length of the window [calendar months].
        """
        out = np.zeros(len(self.lon), np.bool_)
        if not len(self.table):
            return out
        start, end = self.days()
        code, iso = self.unit_of(units), self.table["country"].to_numpy(dtype=object)
        for i in range(len(self.table)):
            inside = (start[i] <= self.as_of) & (end[i] > months_before(self.as_of, months))
            out |= inside & self.may_hold(sites, int(code[i]), str(iso[i]))
        return out
