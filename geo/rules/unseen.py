"""What no rule can see: events and deaths known to a country only, or by a label that names no unit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

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
    named = np.array([*(iso in countries for iso in lands), False])
    rows = np.flatnonzero(inside & named.take(land))
    k = len(incidents.sources)
    group = land.take(rows) * k + incidents.source.take(rows)
    deaths, gone = incidents.best.take(rows), lost.take(rows)
    size = len(lands) * k
    events, gone_events = (np.bincount(of, minlength=size) for of in (group, group[gone]))
    dead = np.bincount(group, deaths, size)
    gone_dead = np.bincount(group[gone], deaths[gone], size)
    out: list[dict[str, object]] = []
    for country, source, g in sorted(
        (str(lands[g // k]), str(incidents.sources[g % k]), g) for g in np.flatnonzero(events).tolist()
    ):
        out.append(
            {
                "country": country,
                "source": source,
                "events": int(events[g]),
                "deaths": int(dead[g]),
                "events_unseen": int(gone_events[g]),
                "deaths_unseen": int(gone_dead[g]),
            }
        )
    return out
