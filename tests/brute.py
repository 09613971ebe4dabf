"""An independent brute force: every pair through pyproj.Geod, dates through pandas. Slow, short, to be read."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pyproj import Geod

GEOD = Geod(ellps="WGS84")
# rule: precisions, km, [(months, events, deaths)]
NEAR = {
    "C1": ({1}, 20, [(12, 2, 5)]),
    "H1": ({1}, 20, [(36, 1, 0)]),
    "H2": ({2}, 25, [(12, 1, 0)]),
    "H4": ({1, 2}, 50, [(12, 3, 10)]),
}


def near_rules(site: pd.Series, incidents: pd.DataFrame, as_of: str) -> dict[str, tuple[int, int, set[str]]]:
    """Fired distance rules of one site: events and deaths in the longest window, of the source with most, and ids."""
    t = pd.Timestamp(as_of)
    if not len(incidents):
        return {}
    n = len(incidents)
    _, _, distance = GEOD.inv([site.lon] * n, [site.lat] * n, incidents.lon.to_numpy(), incidents.lat.to_numpy())
    out = {}
    for rule, (precision, km, tests) in NEAR.items():
        here = incidents[
            incidents.precision.isin(precision)
            & (np.asarray(distance) <= km * 1000)
            & (incidents.deaths_best >= 1)
            & (incidents.date_start <= t)
        ]
        fired, rows = False, here.iloc[:0]
        for months, events, deaths in tests:
            inside = here[here.date_end > t - pd.DateOffset(months=months)]
            rows = inside if len(inside) >= len(rows) else rows
            for _, group in inside.groupby("source"):
                fired |= bool(events and len(group) >= events) or bool(deaths and group.deaths_best.sum() >= deaths)
        if fired:
            best = max((len(g), int(g.deaths_best.sum())) for _, g in rows.groupby("source"))
            out[rule] = (*best, set(rows.record_id))
    return out
