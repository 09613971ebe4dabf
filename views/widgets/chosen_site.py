"""The chosen site, as the pages and their addresses name it: ``source|site_id``."""

from __future__ import annotations

import numpy as np
import pandas as pd


def key_of(sites: pd.DataFrame, row: int) -> str:
    """The name of the site in a row."""
    return f"{sites['source'].iloc[row]}|{sites['site_id'].iloc[row]}"


def row_of(sites: pd.DataFrame, chosen: str) -> int | None:
    """Row of the site that an address names; None when there is none."""
    source, _bar, site_id = chosen.partition("|")
    found = np.flatnonzero((sites["site_id"] == site_id) & (sites["source"] == source))
    return int(found[0]) if len(found) else None


def place_of(sites: pd.DataFrame, row: int | None) -> tuple[float, float] | None:
    """(lon, lat) of a site; None when there is none, or when its position is not known."""
    if row is None:
        return None
    lon, lat = (float(sites[name].to_numpy(np.float64)[row]) for name in ("lon", "lat"))
    return None if np.isnan(lon) or np.isnan(lat) else (lon, lat)
