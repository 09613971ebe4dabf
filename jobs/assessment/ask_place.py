"""Draw and ask: what is known of a place that is no site, classified like one, and what lies inside a drawn area."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from geo.records.eligible_incidents import incidents_at
from geo.rules.rule_set import Rules
from jobs.assessment import job
from jobs.rasters.given import Rasters
from layers.maps.geometry import WGS84
from layers.sources.sites import read_sites

SOURCE = "asked"


@dataclass(frozen=True)
class Inside:
    """What lies in a drawn area at the date.

    Attributes
    ----------
    sites
        Rows of the assessed sites.
    incidents
        Rows of the window with an exact or nearly exact place.
    area_km2
        Geodesic area on WGS 84 [km²].
    """

    sites: pd.DataFrame
    incidents: pd.DataFrame
    area_km2: float


def classify_place(
    loaded: job.Loaded,
    lon: float,
    lat: float,
    day: dt.date,
    rules: Rules,
    *,
    minerals: str = "",
    admin2: str = "",
    rasters: Rasters | None = None,
) -> job.Run:
    """The run for one asked place, on the same incidents, zones, boundaries and coverage as the sites.

    Parameters
    ----------
    lon, lat
        Degrees on WGS 84.
    minerals, admin2
        As a site list would state them; blank is not known.
    loaded
        What was read of the inputs.
    day
        The day that is asked about.
    rules
        The rule set with its settings.
    rasters
        What is measured there, as at the sites.
    """
    table = pd.DataFrame(
        {"site_id": ["place"], "name": [""], "lat": [f"{lat:.6f}"], "lon": [f"{lon:.6f}"], "minerals": [minerals],
         "admin2": [admin2], "coord_precision_km": ["0"]}
    )  # fmt: skip
    layer = read_sites(table.to_csv(index=False).encode(), "place.csv")
    return job.run(loaded, day, rules, places=[layer], rasters=rasters.apart() if rasters else None)


def inside(
    loaded: job.Loaded, run: job.Run, ring: tuple[tuple[float, float], ...], day: dt.date, months: int
) -> Inside:
    """What lies inside a ring of (lon, lat) [degrees], incidents of `months`; its edge counts as inside.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    run
        The assessment with what it was made from.
    ring
        Corners of the drawn area as (lon, lat) [degrees, WGS 84], at least three, not closed.
    day
        The day that is asked about.
    months
        Length of the window of incidents, back from `day` [calendar months].
    """
    area = shapely.Polygon(ring)
    shapely.prepare(area)

    def within(frame: pd.DataFrame) -> pd.DataFrame:
        points = shapely.points(frame["lon"].to_numpy(np.float64), frame["lat"].to_numpy(np.float64))
        found: pd.DataFrame = frame[shapely.intersects(area, points)]
        return found

    near = incidents_at(loaded.incidents, np.datetime64(day), months)
    near = near[near["precision"].isin([1, 2])]
    square_metres, _perimeter = WGS84.geometry_area_perimeter(area)
    return Inside(within(run.assessment.sites), within(near), abs(square_metres) / 1e6)
