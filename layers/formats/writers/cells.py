"""The values of a frame as they are written, the same in every format."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geo import schema
from geo.columns import blank


def plain_types(frame: pd.DataFrame, *tables: schema.Table) -> pd.DataFrame:
    r"""`frame` as it is written: whole numbers without a point, days as YYYY-MM-DD.

    Parameters
    ----------
    tables
        Tables whose columns say themselves that they are whole, besides those of an assessment.

    Examples
    --------
    >>> days = pd.to_datetime(["2016-09-19", None])
    >>> frame = plain_types(pd.DataFrame({"workers": [40.0, None], "as_of": days, "lat": [4.0, 5.0]}))
    >>> frame.to_csv(index=False)
    'workers,as_of,lat\n40,2016-09-19,4.0\n,,5.0\n'
    """
    whole = whole_columns(*tables)
    changed = {}
    for name, kind in zip(frame.columns, frame.dtypes, strict=True):
        if pd.api.types.is_datetime64_any_dtype(kind):
            codes, days = pd.factorize(frame[name], use_na_sentinel=False)
            if len(days) == 1 and days.isna()[0]:
                changed[name] = blank("text", len(codes))
                continue
            day_texts = pd.Series(days, dtype=kind).dt.strftime("%Y-%m-%d").fillna("").astype("str")
            changed[name] = day_texts.array.take(codes)
        elif name in whole and pd.api.types.is_float_dtype(kind) and are_whole(frame[name]):
            changed[name] = frame[name].astype("Int64").array
    out = frame.copy(deep=False) if frame.shape[1] else pd.DataFrame()
    for name, values in changed.items():  # the others are not touched: a frame of dozens of columns takes long to make
        out[name] = values
    return out


def are_whole(column: pd.Series[float]) -> bool:
    """Whether no number of a column has a fraction.

    Examples
    --------
    >>> are_whole(pd.Series([1.0, None])), are_whole(pd.Series([-1.5]))
    (True, False)
    """
    numbers = column.to_numpy(np.float64, na_value=np.nan)
    return not (np.floor(numbers) < numbers).any()


def whole_columns(*tables: schema.Table) -> frozenset[str]:
    """Names of the columns that hold whole numbers: those of an assessment, and those of `tables`."""
    return schema.whole_numbers() | (schema.whole_numbers(*tables) if tables else frozenset())


def is_number(series: pd.Series) -> bool:
    """Whether a column holds numbers, not truth."""
    return bool(pd.api.types.is_numeric_dtype(series)) and not pd.api.types.is_bool_dtype(series)


def texts(series: pd.Series, decimal: str = ".") -> list[str]:
    """A column as text: shortest exact numbers, ISO days, true and false, blank for blank.

    Examples
    --------
    >>> texts(pd.Series([0.1, 2.0, None])), texts(pd.Series([True, False])), texts(pd.Series([4.317]), ",")
    (['0.1', '2.0', ''], ['true', 'false'], ['4,317'])
    """
    if pd.api.types.is_bool_dtype(series):
        return ["" if v is pd.NA else "true" if v else "false" for v in series.tolist()]
    if pd.api.types.is_datetime64_any_dtype(series):
        whole = bool((series.dropna() == series.dropna().dt.normalize()).all())
        days: list[str] = series.dt.strftime("%Y-%m-%d" if whole else "%Y-%m-%dT%H:%M:%S").fillna("").tolist()
        return days
    if is_number(series):
        found = ["" if v is pd.NA or v != v else repr(v) for v in series.tolist()]
        return found if decimal == "." else [t.replace(".", decimal) for t in found]
    return ["" if v is None or v is pd.NA or v != v else str(v) for v in series.tolist()]


def values_of(series: pd.Series) -> list[Any]:
    """A column as Python values, None for blank; blank text stays text."""
    if pd.api.types.is_datetime64_any_dtype(series):
        return texts(series)
    found = series.astype("object").tolist()
    if is_number(series) or pd.api.types.is_bool_dtype(series):
        return [
            None if v is pd.NA or v is None or v != v else v.item() if isinstance(v, np.generic) else v for v in found
        ]
    return ["" if v is None or v is pd.NA or v != v else str(v) for v in found]


def sql_type(series: pd.Series) -> str:
    """The type of a column in SQL."""
    if pd.api.types.is_bool_dtype(series):
        return "BOOLEAN"
    if pd.api.types.is_integer_dtype(series):
        return "INTEGER"
    return "REAL" if is_number(series) else "TEXT"


def positions(frame: pd.DataFrame) -> np.ndarray:
    """Object array of points from `lon` and `lat`, None where either is blank or the columns are missing."""
    import shapely

    out = np.empty(len(frame), dtype=object)
    if {"lon", "lat"} <= set(frame.columns):
        lon, lat = frame["lon"].to_numpy(dtype=np.float64), frame["lat"].to_numpy(dtype=np.float64)
        known = np.isfinite(lon) & np.isfinite(lat)
        out[known] = shapely.points(lon[known], lat[known])
    return out


def shapes_of(frame: pd.DataFrame, geometry: np.ndarray | None) -> np.ndarray:
    """The shapes given, else points from `lon` and `lat`."""
    return positions(frame) if geometry is None else geometry
