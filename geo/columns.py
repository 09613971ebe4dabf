"""What a column is, and frames that have exactly the columns of a table.

Types: ``text`` (str, blank is ``""``), ``number`` (float64, blank is NaN), ``integer`` (int64, never blank),
``date`` (datetime64[s], midnight, blank is NaT), ``flag`` (bool, never blank) and ``tri`` (pandas ``boolean``:
true, false, or NA for unknown). Longitude and latitude are degrees on WGS 84 and stay columns; geometries are made
only at output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

DTYPES = {
    "text": "str",
    "number": "float64",
    "integer": "int64",
    "date": "datetime64[s]",
    "flag": "bool",
    "tri": "boolean",
}


@dataclass(frozen=True)
class Column:
    """One column: its name, type (a key of :data:`DTYPES`), meaning, what a blank means, and allowed values.

    `whole` marks numbers that are whole where they are known: writers leave their ``.0`` away.
    """

    name: str
    type: str
    meaning: str
    blank: str = "never blank"
    allowed: tuple[str, ...] = ()
    whole: bool = False


Table = tuple[Column, ...]


def blank(kind: str, n: int) -> Any:
    """A column of a type of :data:`DTYPES` that says nothing, in `n` rows: NumPy's array or pandas' own.

    Parameters
    ----------
    kind
        A type of :data:`DTYPES`, such as `number` or `text`.
    n
        How many rows.
    """
    if kind == "text":
        return pd.array(np.full(n, "", dtype=object), dtype="str")
    if kind == "tri":
        return pd.arrays.BooleanArray(np.zeros(n, np.bool_), np.ones(n, np.bool_))
    if kind == "date":
        return np.full(n, "NaT", DTYPES[kind])
    return np.full(n, np.nan if kind == "number" else 0, DTYPES[kind])


def empty(table: Table) -> pd.DataFrame:
    """A frame of no rows with the columns and types of `table`.

    Parameters
    ----------
    table
        The table: columns of the schema, or rows as a file gives them.
    """
    return pd.DataFrame({c.name: blank(c.type, 0) for c in table})


def conform(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """`frame` with exactly the columns of `table`, in its order and types; columns it lacks are blank.

    Parameters
    ----------
    frame
        Rows with any of the columns of `table`, and with others, which are left out.
    table
        The table: columns of the schema, or rows as a file gives them.

    Raises
    ------
    ValueError
        A blank stands where the table allows none and no default exists (integers), or a type cannot be converted.
    """
    out: dict[str, Any] = {}
    for column in table:
        dtype = DTYPES[column.type]
        if column.name not in frame.columns:
            out[column.name] = blank(column.type, len(frame))
            continue
        series = frame[column.name]
        if column.type == "text":
            if str(series.dtype) != "str" or series.hasnans:
                series = series.astype("object").where(series.notna(), "").astype("str")
        elif column.type == "flag" and str(series.dtype) != "bool":
            series = series.astype("boolean").fillna(False).astype("bool")  # a blank is not a yes
        elif str(series.dtype) != dtype:
            series = series.astype(dtype)  # type: ignore[call-overload]
        out[column.name] = series.array
    return pd.DataFrame(out, index=pd.RangeIndex(len(frame)))
