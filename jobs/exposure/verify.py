"""What of an exposure run follows from its own tables and record: rasters are not among its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.rasters.schema import BY_CLASS, EXPOSURE, NEAR_INCIDENTS, ZONES
from geo.schema import REJECTED
from jobs.accounts import OF_REJECTED, check_accounts, check_counts, check_neutralised
from jobs.assessment.verify import recorded_rules
from jobs.read_back import Derived, DifferenceError, all_columns, typed

TABLES = {
    "exposure.csv": EXPOSURE,
    "people_by_class.csv": BY_CLASS,
    "people_near_incidents.csv": NEAR_INCIDENTS,
    "people_in_zones.csv": ZONES,
}


def derive(files: Mapping[str, bytes], record: Mapping[str, Any]) -> Derived:
    """Holds the tables against each other and the record; the sums themselves are for a new run to prove.

    Parameters
    ----------
    files, record
        As :func:`jobs.verification.derived` takes them.

    Raises
    ------
    DifferenceError
        The first thing that does not follow.
    """
    recorded_rules(record)
    check_neutralised(files, record)
    check_accounts(typed(files["rejected.csv"], "rejected.csv", REJECTED), record)
    tables = {name: typed(files[name], name, table) for name, table in TABLES.items()}
    table = "exposure.csv"
    sites = tables[table]
    check_counts(record, [("sites", len(sites))])
    for name, frame in tables.items():
        shares = frame["raster_coverage"].dropna()
        if not shares.between(0, 1).all():
            raise DifferenceError(f"{name}: raster_coverage is no share")
    placed = sites["lon"].notna()
    if (sites.loc[~placed, ["population_5km", "population_20km", "travel_time_min"]].notna()).any(axis=None):
        raise DifferenceError(f"{table}: people are counted around a site without a position")
    inner, outer = sites["population_5km"], sites["population_20km"]
    if (inner > outer + 1).any():
        raise DifferenceError(f"{table}: more people within 5 km than within 20 km")
    for row in tables["people_by_class.csv"].itertuples():
        mine = placed if not row.site_class else placed & (sites["site_class"] == row.site_class)
        if int(mine.sum()) != row.sites:
            raise DifferenceError(f"people_by_class.csv: {row.sites} sites, exposure.csv has {int(mine.sum())}")
    open_ = {name: all_columns(files[name], name) for name in TABLES}
    return Derived(0, {**open_, "rejected.csv": OF_REJECTED}, ("rules", "sites"))
