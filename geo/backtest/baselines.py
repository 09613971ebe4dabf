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


def region_deaths(
    point_unit: npt.NDArray[np.object_],
    incident_unit: npt.NDArray[np.object_],
    incidents: Incidents,
    days: Days,
    months: int = 12,
) -> Floats:
    """Deaths in the region of each point in the months up to each day, of the source that has most.

    Parameters
    ----------
    point_unit, incident_unit
        Key of the region of each point and incident; blank where it is not known.

    Returns
    -------
    ndarray
        Deaths [people], NaN where the region is not known, shape (points, days).
    """
    names = np.unique(np.concatenate((point_unit, incident_unit, np.array([""], dtype=object))).astype(str))
    of_point = np.searchsorted(names, point_unit.astype(str))
    of_incident = np.searchsorted(names, incident_unit.astype(str))
    counted = (incidents.best >= 1) & np.isin(incidents.precision, REGION_PRECISIONS) & (of_incident > 0)
    first = np.searchsorted(days, incidents.start, side="left")
    stop = np.searchsorted(months_before(days, months), incidents.end, side="left")
    most = np.zeros((len(names), len(days)))
    for number in range(len(incidents.sources)):
        mine = np.flatnonzero(counted & (incidents.source == number) & (first < stop))
        change = np.zeros((len(names), len(days) + 1))
        np.add.at(change, (of_incident[mine], first[mine]), incidents.best[mine])
        np.add.at(change, (of_incident[mine], stop[mine]), -incidents.best[mine])
        np.maximum(most, np.cumsum(change[:, : len(days)], axis=1), out=most)
    out = most[of_point]
    out[of_point == 0] = np.nan
    return out
