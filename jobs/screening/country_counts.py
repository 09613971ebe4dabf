"""What is known of whole countries, for rows of which no more than the country is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.records.incidents import Incidents
from geo.time_window import Days, months_before

Texts = npt.NDArray[np.object_]


def country_counts(
    incidents: Incidents, country: Texts, as_of: Days, months: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Incidents and deaths of a whole country in the window, of any precision; of the source with most incidents.

    Parameters
    ----------
    incidents
        The incidents, ready to be asked.
    country
        Country of each row (ISO 3166 alpha-3); blank where not known.
    as_of
        The date of each site, time of events and not of knowledge [days since 1970-01-01].
    months
        Length of the window [months].
    """
    events, deaths = np.zeros(len(country), np.int64), np.zeros(len(country), np.int64)
    where = incidents.frame["country"].to_numpy(dtype=object)
    known: dict[tuple[str, int], tuple[int, int]] = {}
    for i, (iso, day) in enumerate(zip(country, as_of.tolist(), strict=True)):
        if (iso, day) not in known:
            after = months_before(np.array([day]), months)[0]
            rows = (where == iso) & (incidents.start <= day) & (incidents.end > after) & (incidents.best >= 1)
            size = max(len(incidents.sources), 1)
            count = np.bincount(incidents.source[rows], minlength=size)
            died = np.bincount(incidents.source[rows], weights=incidents.best[rows], minlength=size)
            best = int(np.lexsort((died, count))[-1])
            known[iso, day] = int(count[best]), int(died[best])
        events[i], deaths[i] = known[iso, day]
    return events, deaths
