"""Which incidents a reader looks at: kinds, actors, deaths, and where; they change what is drawn, never a class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.records.admin_units import keys_of
from geo.spatial.polygons import Boundaries, locate
from i18n.labels import INCIDENT_KINDS
from i18n.translator import Translator
from jobs.assessment.site_filters import MAX_TEXT, Filters, Ring
from layers.reference.unit_aliases import unit_aliases

SEPARATOR = "~;~"
"""Between values in an address: names of actors hold commas, semicolons and single tildes."""
MOST_DEATHS = 100_000
"""The largest number of deaths that can be asked for."""


@dataclass(frozen=True)
class IncidentFilters:
    """Empty means no filter. Within one filter values are alternatives; filters add up.

    Attributes
    ----------
    kinds
        Kinds of :data:`geo.schema.INCIDENTS`; blank is any other.
    actors
        Names of a first or second actor.
    deaths
        Deaths at least (best estimate).
    countries
        ISO 3166 alpha-3: those of the filters of sites.
    admin1, admin2
        Regions and districts as :func:`geo.records.admin_units.keys_of` writes them. Incidents with a place are in the
        polygon they fall in, others, and those outside all polygons, in the unit that their label names.
    area
        Ring of (lon, lat) [degrees]; incidents without a place are outside.
    """

    kinds: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    deaths: int = 0
    countries: tuple[str, ...] = ()
    admin1: tuple[str, ...] = ()
    admin2: tuple[str, ...] = ()
    area: Ring = ()

    def with_sites(self, given: Filters, sites: pd.DataFrame) -> IncidentFilters:
        """The same where the filters of sites look: their country, region, district and area.

        `sites` are rows of :data:`geo.schema.ASSESSED`, which tell the country of a region or district.

        Parameters
        ----------
        given
            The filters of sites that a reader chose.
        sites
            Rows of :data:`geo.schema.ASSESSED` that these filters were offered for.
        """
        keys = []
        for level, names in ((1, given.admin1), (2, given.admin2)):
            there = sites[sites[f"admin{level}"].isin(names)]
            found = keys_of(there[f"admin{level}"], there["country"], level, unit_aliases())
            keys.append(tuple(sorted({str(k) for k in found})) or tuple(names))
        return replace(self, countries=given.countries, admin1=keys[0], admin2=keys[1], area=given.area)

    def address(self) -> dict[str, str]:
        """What a reader chose of incidents alone, as parameters of an address.

        Examples
        --------
        >>> f = IncidentFilters(kinds=("one-sided", ""), actors=("A ~ B",), deaths=5)
        >>> IncidentFilters.of(f.address()) == f
        True
        """
        out = {"incident_kinds": SEPARATOR.join(k or "-" for k in self.kinds)} if self.kinds else {}
        out |= {"incident_actors": SEPARATOR.join(a.replace("~", "~~") for a in self.actors)} if self.actors else {}
        return out | ({"incident_deaths": str(self.deaths)} if self.deaths else {})

    @classmethod
    def of(cls, address: Mapping[str, str]) -> IncidentFilters:
        """The filters of an address; what is not understood is passed over.

        Parameters
        ----------
        address
            Parameters of a page's address by name, as :meth:`address` gives them.

        Examples
        --------
        >>> IncidentFilters.of({"incident_deaths": "-3", "incident_kinds": "<b>"}) == IncidentFilters()
        True
        """
        kinds = ("" if k == "-" else k for k in address.get("incident_kinds", "").split(SEPARATOR) if k)
        actors = (a.replace("~~", "~")[:MAX_TEXT] for a in address.get("incident_actors", "").split(SEPARATOR) if a)
        deaths = address.get("incident_deaths", "")
        return cls(
            tuple(k for k in kinds if k in INCIDENT_KINDS or k == ""),
            tuple(actors)[:100],
            min(int(deaths), MOST_DEATHS) if deaths.isascii() and deaths.isdecimal() else 0,
        )

    def apply(self, incidents: pd.DataFrame, boundaries: Sequence[Boundaries] = ()) -> pd.DataFrame:
        """The incidents that pass; index kept. `boundaries` say in which region or district an incident lies.

        Parameters
        ----------
        incidents
            The incidents (`geo.schema.INCIDENTS`).
        boundaries
            Boundary sets, one a level; empty: none were loaded.
        """
        keep = np.ones(len(incidents), np.bool_)
        if self.kinds:
            keep &= incidents["kind"].isin(self.kinds).to_numpy()
        if self.actors:
            keep &= (incidents["actor_a"].isin(self.actors) | incidents["actor_b"].isin(self.actors)).to_numpy()
        if self.deaths:
            keep &= (incidents["deaths_best"].fillna(0) >= self.deaths).to_numpy(np.bool_)
        if self.countries:
            keep &= incidents["country"].isin(self.countries).to_numpy()
        for level, keys in ((1, self.admin1), (2, self.admin2)):
            if keys:
                keep &= np.isin(unit_keys(incidents, boundaries, level).astype(str), keys)
        if self.area:
            ring = shapely.Polygon(self.area)
            lon, lat = (incidents[c].to_numpy(np.float64) for c in ("lon", "lat"))
            placed = np.isfinite(lon) & np.isfinite(lat)
            keep &= placed & shapely.intersects(ring, shapely.points(np.nan_to_num(lon), np.nan_to_num(lat)))
        kept: pd.DataFrame = incidents[keep]
        return kept


def unit_keys(incidents: pd.DataFrame, boundaries: Sequence[Boundaries], level: int) -> npt.NDArray[np.object_]:
    """The region or district of each row of :data:`geo.schema.INCIDENTS`, blank where it is not known.

    Parameters
    ----------
    incidents
        The incidents (`geo.schema.INCIDENTS`).
    boundaries
        Boundary sets, one a level; empty: none were loaded.
    level
        Administrative level: 0 the country, 1 the region, 2 the district, 3 below.
    """
    aliases = unit_aliases()
    keys = keys_of(incidents[f"admin{level}"], incidents["country"], level, aliases)
    lon, lat = (incidents[c].to_numpy(np.float64) for c in ("lon", "lat"))
    exact = incidents["precision"].isin([1, 2]).to_numpy(np.bool_) & np.isfinite(lon) & np.isfinite(lat)
    for b in boundaries:
        if b.level != level:
            continue
        rows = np.flatnonzero(exact)
        hit = locate(lon[rows], lat[rows], b)
        rows, hit = rows[hit >= 0], hit[hit >= 0]
        named = b.frame["unit"].iloc[hit].reset_index(drop=True)
        keys[rows] = keys_of(named, incidents["country"].iloc[rows].reset_index(drop=True), level, aliases)
    return keys


def filtered(drawn: int, whole: int, translate: Translator) -> str:
    """What a map says of incidents that a filter left out.

    Parameters
    ----------
    drawn
        Number of incidents that are drawn.
    whole
        Number of incidents before the filter.
    translate
        Speaks the reader's language.
    """
    return translate(
        "Filtered: {n} of {all} incident{all?|s} {n?is|are} drawn; the classes count all of them.",
        n=translate.number(drawn),
        all=translate.number(whole),
    )
