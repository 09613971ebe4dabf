"""The site list in the columns of the ICGLR data standard MD.01, for exchange with national databases."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from geo.records.statuses import newest_status
from geo.time_window import to_days

HS_CODES = {"gold": "7108.12.00", "cassiterite": "2609.00.00", "wolframite": "2611.00.00", "coltan": "2615.90.00"}
"""Diamonds and other minerals are not minerals of the certification mechanism and are left out."""
STATUS_CODES = {"blue": "0", "green": "1", "yellow": "2", "red": "3"}
ACTIVITY_CODES = {"active": "1", "non-active": "2", "abandoned": "0"}


def md01(sites: pd.DataFrame, statuses: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """The sites that have an ICGLR id or a certification status, in MD.01 columns; all text, blank is not known.

    The status is the newest one on record at the date, as its source gave it, with its own date and end: what its age
    makes of it is the reader's to derive, as `rcm_status` of the site list does.

    Parameters
    ----------
    sites
        Rows of :data:`geo.schema.SITES`.
    statuses
        Rows of :data:`geo.schema.STATUSES`, all schemes; those of the ICGLR are taken.
    as_of
        The day that is asked about: time of events, not of knowledge.
    """
    days = np.repeat(to_days([as_of]), len(sites))
    held = newest_status(statuses, sites, days, "rcm")
    keep = ((sites["icglr_id"] != "") | (held["status"] != "")).to_numpy()
    rows, held = sites[keep].reset_index(drop=True), held[keep].reset_index(drop=True)
    places = zip(rows["lat"], rows["lon"], strict=True)
    codes = [[HS_CODES[m] for m in text.split(";") if m in HS_CODES] for text in rows["minerals"]]
    return pd.DataFrame(
        {
            "icglrId": rows["icglr_id"],
            "nationalId": rows["site_id"].where(rows["site_id"] != rows["icglr_id"], ""),
            "name": rows["name"],
            "addressCountry": rows["country"],
            "certificationStatus": held["status"].map(STATUS_CODES).fillna(""),
            "certificationDate": held["status_date"].dt.strftime("%Y-%m-%d").fillna(""),
            "certificationStatusValidTo": held["valid_to"].dt.strftime("%Y-%m-%d").fillna(""),
            "activityStatus": rows["activity"].map(ACTIVITY_CODES).fillna(""),
            "mineSiteLocation": [
                "" if pd.isna(a) or pd.isna(o) else f"POINT ({float(o)!r} {float(a)!r})" for a, o in places
            ],
            "mineral": [";".join(c) for c in codes],
            "source": rows["source"],
        },
        dtype="str",
    )
