"""Statuses of mine sites as of a date: the newest of a scheme (ICGLR certification, DRC qualification)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.records.newest_rows import Days, blank_rows, codes_of, days_of, newest_by, run_starts

GRAVITY = {"": 0, "green": 1, "blue": 2, "yellow": 3, "red": 4}
"""Statuses from mild to grave: of several on one day the gravest counts."""
_STATUS = ["status", "status_date", "valid_to", "record_id", "dataset_version"]


def newest_status(statuses: pd.DataFrame, sites: pd.DataFrame, as_of_days: Days, scheme: str) -> pd.DataFrame:
    """For each site the newest status of one scheme not after its date; of several on one day the gravest.

    A row of blank status says that the site is not qualified: it takes away an older status.

    Parameters
    ----------
    statuses
        Frame of :data:`geo.schema.STATUSES`; rows without a date are not used.
    sites
        Frame with text columns `source` and `site_id`.
    as_of_days
        Days since 1970-01-01, int64, one per site.
    scheme
        ``rcm`` or ``drc``.

    Returns
    -------
    pandas.DataFrame
        Index of `sites`: `status` (``""``: none), `status_date` and `valid_to` (NaT: none), `record_id`,
        `dataset_version`. Whether it has expired is left to the caller.
    """
    rows, keys, wanted = _newest_of_day(statuses, sites, scheme)
    groups = statuses.iloc[rows][_STATUS].reset_index(drop=True)
    if not len(rows):
        return blank_rows(groups, sites.index)
    days = days_of(groups["status_date"])
    out = newest_by(groups, keys, days, wanted, np.asarray(as_of_days, dtype=np.int64), sites.index)
    unqualified = (out["status"] == "").to_numpy()
    out.loc[unqualified, ["status_date", "valid_to"]] = pd.NaT
    out.loc[unqualified, ["record_id", "dataset_version"]] = ""
    return out


def status_days(statuses: pd.DataFrame, sites: pd.DataFrame, scheme: str) -> tuple[Days, Days]:
    """Statuses of one scheme by (site, day), of several on one day the gravest: positions in `sites`, in `statuses`.

    Parameters
    ----------
    statuses
        Frame of :data:`geo.schema.STATUSES`; rows without a date are not used.
    sites
        Frame with text columns `source` and `site_id`.
    scheme
        The scheme: `rcm` or `drc`.
    """
    rows, keys, wanted = _newest_of_day(statuses, sites, scheme)
    number = np.full(int(max(keys.max(initial=-1), wanted.max(initial=-1))) + 1, -1, np.int64)
    number[wanted] = np.arange(len(wanted))
    site = number[keys]
    order = np.argsort(site, kind="stable")
    order = order[site[order] >= 0]
    return site[order], rows[order]


def _newest_of_day(statuses: pd.DataFrame, sites: pd.DataFrame, scheme: str) -> tuple[Days, Days, Days]:
    """Dated rows of a scheme by (key, day), the gravest of each day: positions, their keys, and those of the sites."""
    at = np.flatnonzero(((statuses["scheme"] == scheme) & statuses["status_date"].notna()).to_numpy(np.bool_))
    rows = statuses.iloc[at]
    days = days_of(rows["status_date"])
    keys, wanted = codes_of(rows, sites)
    gravity = rows["status"].map(GRAVITY).fillna(0).to_numpy(dtype=np.int64)
    order = np.lexsort((rows["row"].to_numpy(), gravity, days, keys))
    keys, days = keys[order], days[order]
    last = np.append(np.flatnonzero(run_starts(keys) | run_starts(days))[1:], len(keys)) - 1 if len(keys) else order
    return at[order[last]], keys[last], wanted
