"""Districts and regions of the places of a backtest, and the region of every incident."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.records.admin_units import Units, incident_units, site_units
from geo.records.incidents import Incidents
from jobs.inputs import Loaded
from layers.reference.unit_aliases import unit_aliases

Ints = npt.NDArray[np.int64]


def districts(sites: pd.DataFrame) -> Ints:
    """Number of the block of each site: its district, else its region, else the cell of one degree it lies in.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    """
    cell = (
        "cell|"
        + np.floor(sites["lat"]).astype("int64").astype("str")
        + "|"
        + np.floor(sites["lon"]).astype("int64").astype("str")
    )
    country, region = sites["country"].astype("str"), sites["admin1"].astype("str")
    named = (country + "|" + region + "|" + sites["admin2"].astype("str")).where(sites["admin2"] != "", None)
    wider = (country + "|" + region).where(region != "", None)
    block = named.astype("object").fillna(wider.astype("object")).fillna(cell.astype("object"))
    codes, _ = pd.factorize(block, sort=True)
    return np.asarray(codes, dtype=np.int64)


def regions(loaded: Loaded, sites: pd.DataFrame, incidents: Incidents, level: int = 1) -> tuple[Ints, Ints] | None:
    """Number of the region (`level` 1) or district (2) of each site and incident, -1 for none.

    By polygon where boundaries of that level are loaded, else by the names that sites and incidents carry; None where
    no site has one.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    incidents
        The incidents, ready to be asked.
    level
        Administrative level: 0 the country, 1 the region, 2 the district, 3 below.
    """
    boundaries = next((b for b in loaded.boundaries if b.level == level), None)
    if boundaries is None and not (sites[f"admin{level}"] != "").any():
        return None
    units = Units(level, boundaries, unit_aliases())
    return site_units(sites, units).code, incident_units(incidents, units).code
