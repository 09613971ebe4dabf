"""What a class has to beat: counts of incidents, the region's deaths, and that the last year repeats itself."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.backtest.outcome import NEAR, events_in_windows
from geo.records.incidents import Incidents
from geo.time_window import Days, months_before

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

REGION_DEATHS = 25
REGION_PRECISIONS = (1, 2, 3, 4)


def counts(lon: Floats, lat: Floats, incidents: Incidents, days: Days) -> dict[str, Ints]:
    """Lethal incidents of precision 1 and 2 within 50 km in 12 months, and within 20 km in 10 years, up to each day.

    Parameters
    ----------
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    incidents
        The incidents, ready to be asked.
    days
        The past dates [days since 1970-01-01], ascending, shape (days,).

    Returns
    -------
    dict
        `count_50km_12m` and `count_20km_10y`, each of shape (points, days).
    """
    return {
        f"count_{km}km_{name}": events_in_windows(
            lon, lat, incidents, NEAR, radius_m=km * 1000.0, after=months_before(days, months), until=days
        )
        for km, months, name in ((50, 12, "12m"), (20, 120, "10y"))
    }


def region_deaths(unit: Ints, incident_unit: Ints, incidents: Incidents, days: Days, months: int = 12) -> Floats:
    """Deaths in each region in the months up to each day, of the source that has most.

    Parameters
    ----------
    unit, incident_unit
        Numbers of the regions that are asked about, and of the region of each incident; -1 where it is not known.
    incidents
        The incidents, ready to be asked.
    days
        The past dates [days since 1970-01-01], ascending, shape (days,).
    months
        Length of the window [months].

    Returns
    -------
    ndarray
        Deaths [people], NaN where the region is not known, shape (len(unit), days).
    """
    units = int(max(unit.max(initial=-1), incident_unit.max(initial=-1))) + 1
    counted = (incidents.best >= 1) & np.isin(incidents.precision, REGION_PRECISIONS) & (incident_unit >= 0)
    first = np.searchsorted(days, incidents.start, side="left")
    stop = np.searchsorted(months_before(days, months), incidents.end, side="left")
    most = np.zeros((units, len(days)))
    for number in range(len(incidents.sources)):
        mine = np.flatnonzero(counted & (incidents.source == number) & (first < stop))
        change = np.zeros((units, len(days) + 1))
        np.add.at(change, (incident_unit[mine], first[mine]), incidents.best[mine])
        np.add.at(change, (incident_unit[mine], stop[mine]), -incidents.best[mine])
        np.maximum(most, np.cumsum(change[:, : len(days)], axis=1), out=most)
    out = np.full((len(unit), len(days)), np.nan)
    out[unit >= 0] = most[unit[unit >= 0]]
    return out
