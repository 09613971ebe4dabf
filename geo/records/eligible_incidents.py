"""Incidents that a rule could count at a date, and their months: what maps and charts show."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from geo.schema import INCIDENTS, empty
from geo.time_window import months_before, to_days


def eligible(incidents: pd.DataFrame | None) -> pd.DataFrame:
    """Incidents that count and have a death, of all dates; index kept.

    Parameters
    ----------
    incidents
        The incidents (`geo.schema.INCIDENTS`); None: none were loaded.
    """
    frame = empty(INCIDENTS) if incidents is None else incidents
    kept: pd.DataFrame = frame[((frame["effect"] != "none") & (frame["deaths_best"] >= 1)).to_numpy(np.bool_)]
    return kept


def incidents_at(incidents: pd.DataFrame | None, day: np.datetime64, months: int) -> pd.DataFrame:
    """Incidents that begin by `day` and end within `months` before it, that count and have a death; index kept.

    Parameters
    ----------
    incidents
        The incidents (`geo.schema.INCIDENTS`); None: none were loaded.
    day
        The day at which the window ends.
    months
        Length of the window [months].
    """
    frame = eligible(incidents)
    at = to_days([day])
    after = months_before(at, months)[0]
    start, end = to_days(frame["date_start"]), to_days(frame["date_end"])
    kept: pd.DataFrame = frame[(start <= at[0]) & (end > after)]
    return kept


def by_month(incidents: pd.DataFrame | None, around: shapely.Geometry | None = None) -> pd.DataFrame:
    """Counts and deaths by month and source: `month` (first day), `source`, `incidents`, `deaths`; never added up.

    Parameters
    ----------
    incidents
        The incidents (`geo.schema.INCIDENTS`); None: none were loaded.
    around
        An area [degrees, WGS 84] in which incidents are counted; None: everywhere.
    """
    counted = eligible(incidents)
    if around is not None:
        points = shapely.points(counted["lon"].to_numpy(np.float64), counted["lat"].to_numpy(np.float64))
        counted = counted[shapely.intersects(around, points)]
    month = counted["date_start"].dt.to_period("M").dt.to_timestamp()
    grouped = counted.assign(month=month).groupby(["source", "month"], observed=True)["deaths_best"]
    return grouped.agg(incidents="size", deaths="sum").reset_index()
