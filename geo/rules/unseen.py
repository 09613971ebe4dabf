"""What no rule can see: events and deaths known to a country only, or by a label that names no unit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from geo.records.admin_units import IncidentUnits
from geo.records.incidents import Incidents
from geo.time_window import Days, months_before

COARSEST = 4
"""The coarsest precision that a rule reads: a first-order unit."""


def unseen(
    incidents: Incidents, units: Mapping[int, IncidentUnits], countries: list[str], as_of: Days, months: int
) -> list[dict[str, object]]:
    """Per country of the sites and source: events and deaths of the window, and how many of them no rule can see.

    Parameters
    ----------
    as_of
        The window ends on the latest day and begins `months` before the earliest.
    incidents
        The incidents, ready to be asked.
    units
        By level, the unit of each incident.
    countries
        Countries of the sites (ISO 3166 alpha-3).
    months
        Length of the window [calendar months].
    """
    if not len(as_of) or not len(incidents):
        return []
    last, first = int(as_of.max()), int(months_before(as_of, months).min())
    inside = (incidents.start <= last) & (incidents.end > first) & (incidents.best >= 1)
    lost = incidents.precision > COARSEST
    for precision, level in ((3, 2), (4, 1)):
        if level in units:
            lost = lost | ((incidents.precision == precision) & units[level].unmatched)
    land, lands = incidents.coded("country")
    rows = np.flatnonzero(inside & np.isin(land, [i for i, iso in enumerate(lands) if iso in countries]))
    table = pd.DataFrame(
        {
            "country": np.array(lands, dtype=object)[land[rows]],
            "source": np.array(incidents.sources, dtype=object)[incidents.source[rows]],
            "deaths": incidents.best[rows],
            "lost": lost[rows],
        }
    )
    out: list[dict[str, object]] = []
    for (country, source), group in table.groupby(["country", "source"], sort=True):
        gone = group[group["lost"]]
        out.append(
            {
                "country": str(country),
                "source": str(source),
                "events": len(group),
                "deaths": int(group["deaths"].sum()),
                "events_unseen": len(gone),
                "deaths_unseen": int(gone["deaths"].sum()),
            }
        )
    return out
