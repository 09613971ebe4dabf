"""Which dated rows of a site hold at a date: the newest that is not after it; for visits and statuses alike."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.columns import DTYPES, blank

Days = npt.NDArray[np.int64]


def blank_rows(like: pd.DataFrame, index: pd.Index[int]) -> pd.DataFrame:
    """Nothing for every site: text blank, dates missing, false for flags, missing for the rest.

    Parameters
    ----------
    like
        A frame with the columns and types wanted; its rows are not looked at.
    index
        Index of the sites.
    """
    types = {dtype: name for name, dtype in DTYPES.items()}
    out: dict[str, Any] = {}
    for name, dtype in like.dtypes.items():
        kind = types.get(str(dtype), "")
        out[str(name)] = blank(kind, len(index)) if kind else like[name].iloc[:0].reindex(index).array
    return pd.DataFrame(out, index=index)


def keys_of(frame: pd.DataFrame) -> pd.Series[str]:
    """``source`` and ``site_id`` of each row in one text, by which rows of one site are known.

    Parameters
    ----------
    frame
        Frame with text columns `source` and `site_id`.
    """
    return frame["source"] + "\x1f" + frame["site_id"]


def days_of(dates: pd.Series[pd.Timestamp]) -> Days:
    """Dates as whole days since 1970-01-01; a missing one is the smallest int64.

    Parameters
    ----------
    dates
        Dates at midnight.
    """
    return dates.to_numpy().astype("datetime64[D]").astype(np.int64)


def codes_of(rows: pd.DataFrame, sites: pd.DataFrame) -> tuple[Days, Days]:
    """One number per (source, site_id), for the rows and for the sites; rows of no such site have numbers of their own.

    Parameters
    ----------
    rows
        Visits or statuses: text columns `source` and `site_id`.
    sites
        The sites, likewise.
    """
    if not len(rows):  # many lists of sites come without visits
        return np.zeros(0, np.int64), np.arange(len(sites))
    codes, _ = pd.factorize(pd.concat([keys_of(rows), keys_of(sites)], ignore_index=True))
    codes = codes.astype(np.int64)
    return codes[: len(rows)], codes[len(rows) :]


def run_starts(values: Days) -> npt.NDArray[np.bool_]:
    """Where a sorted array begins a new value; the first place always does.

    Parameters
    ----------
    values
        Sorted numbers.
    """
    out = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=out[1:])
    return out


def newest_by(
    groups: pd.DataFrame, keys: Days, days: Days, wanted: Days, as_of_days: Days, index: pd.Index[int]
) -> pd.DataFrame:
    """The last group of each wanted key whose day is not after its date; blank where there is none.

    Parameters
    ----------
    groups
        A row a group, in the order of (key, day).
    keys, days
        Key and day [days since 1970-01-01] of each group, sorted.
    wanted
        Key of each site.
    as_of_days
        Date of each site [days since 1970-01-01].
    index
        Index of the sites.
    """
    # One sorted number per (key, day): keys are small, days are shifted to be positive and fit 32 bits.
    shift = np.int64(1) << np.int64(32)
    half = np.int64(1) << np.int64(31)
    place = keys * shift + (days + half)
    target = wanted * shift + (np.clip(as_of_days, -half, half - 1) + half)
    found = np.searchsorted(place, target, side="right") - 1
    ok = found >= 0
    if len(keys):
        ok &= keys[np.maximum(found, 0)] == wanted
    out = groups.reindex(np.where(ok, found, -1))
    for name in out.columns:
        dtype = groups[name].dtype
        if dtype == "str":
            out[name] = out[name].fillna("").astype("str")
        elif dtype == "bool":
            out[name] = out[name].eq(True).astype("bool")
    return out.set_axis(index)
