"""Hand-made sites and programmes for the tests of donor programmes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.programmes.schema import FOOTPRINTS, PROGRAMMES, Programmes
from geo.schema import ASSESSED, conform

Rows = list[dict[str, object]]


def make_sites(rows: Rows) -> pd.DataFrame:
    """Assessed sites; what a row does not say is at risk, in CAF, of source `test`."""
    default = {"source": "test", "country": "CAF", "site_class": "high-risk", "zone_status": "outside"}
    full = [{**default, "site_id": f"S{n}", **row} for n, row in enumerate(rows, 1)]
    for row in full:
        row.setdefault("certain_class", row["site_class"])
        row.setdefault("possible_class", row["site_class"])
    frame = pd.DataFrame(full)
    for column in ("lon", "lat", "workers"):
        frame[column] = pd.to_numeric(frame[column]) if column in frame else np.nan
    return conform(frame, ASSESSED)


def make_programmes(rows: Rows) -> Programmes:
    """Programmes with one footprint each: `polygon`, `admin_code`, `lon`/`lat`/`radius_km` or a country."""
    frames, places, shapes = [], [], []
    for n, row in enumerate(rows):
        name = row.get("programme_id", f"P{n + 1}")
        frames.append(
            {"start": "2010-01-01", "types": "mapping", "donor": f"donor {name}", **row, "programme_id": name}
        )
        kind = next(
            (k for k, c in (("polygon", "polygon"), ("admin", "admin_code"), ("point", "lon")) if c in row), "country"
        )
        places.append({"country": "CAF", **row, "programme": n, "kind": kind})
        shapes.append(row.get("polygon"))
    geometry = np.empty(len(rows), dtype=object)
    geometry[:] = shapes
    frame = pd.DataFrame(frames)
    for column in ("start", "end"):
        frame[column] = pd.to_datetime(frame[column]) if column in frame else pd.NaT
    return Programmes(conform(frame, PROGRAMMES), conform(pd.DataFrame(places), FOOTPRINTS), geometry)
