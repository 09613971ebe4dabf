"""Which incidents a reader looks at: kinds, actors, deaths, and where; they change what is drawn, never a class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from jobs.assessment.site_filters import Ring


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
    area
        Ring of (lon, lat) [degrees]; incidents without a place are outside.
    """

    kinds: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    deaths: int = 0
    countries: tuple[str, ...] = ()
    area: Ring = ()

    def apply(self, incidents: pd.DataFrame) -> pd.DataFrame:
        """The incidents that pass; index kept."""
        keep = np.ones(len(incidents), np.bool_)
        if self.kinds:
            keep &= incidents["kind"].isin(self.kinds).to_numpy()
        if self.actors:
            keep &= (incidents["actor_a"].isin(self.actors) | incidents["actor_b"].isin(self.actors)).to_numpy()
        if self.deaths:
            keep &= (incidents["deaths_best"].fillna(0) >= self.deaths).to_numpy(np.bool_)
        if self.countries:
            keep &= incidents["country"].isin(self.countries).to_numpy()
        if self.area:
            ring = shapely.Polygon(self.area)
            lon, lat = (incidents[c].to_numpy(np.float64) for c in ("lon", "lat"))
            placed = np.isfinite(lon) & np.isfinite(lat)
            keep &= placed & shapely.intersects(ring, shapely.points(np.nan_to_num(lon), np.nan_to_num(lat)))
        kept: pd.DataFrame = incidents[keep]
        return kept
