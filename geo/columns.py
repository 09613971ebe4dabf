"""What a column is, and frames that have exactly the columns of a table.

Types: ``text`` (str, blank is ``""``), ``number`` (float64, blank is NaN), ``integer`` (int64, never blank),
``date`` (datetime64[s], midnight, blank is NaT), ``flag`` (bool, never blank) and ``tri`` (pandas ``boolean``:
true, false, or NA for unknown). Longitude and latitude are degrees on WGS 84 and stay columns; geometries are made
only at output.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
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


_KEPT_ROWS = 1000
"""Up to so many rows, blank text is made once: small tables have dozens of such columns."""


def texts_at(pool: Sequence[str], codes: npt.NDArray[Any]) -> Any:
    """A column of text whose rows are at `codes` in `pool`: no Python object a row is made or looked at.

    Parameters
    ----------
    pool
        The different texts.
    codes
        Position in `pool` of each row.
    """
    return pd.array(list(pool), dtype="str").take(codes)


@functools.lru_cache(maxsize=64)
def _no_text(n: int) -> Any:
    import pyarrow as pa

    ends = pa.py_buffer(np.zeros(n + 1, np.int64))
    return pd.array(pa.LargeStringArray.from_buffers(n, ends, pa.py_buffer(b"")), dtype="str")


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
        return _no_text(n).copy() if n <= _KEPT_ROWS else _no_text.__wrapped__(n)
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
    return _empty(table).copy(deep=False)


@functools.lru_cache(maxsize=256)
def _empty(table: Table) -> pd.DataFrame:
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
    if _conforms(frame, table):
        return frame.set_axis(pd.RangeIndex(len(frame)))  # pandas copies what is written to, when it is
    if not len(frame):
        return empty(table)
    out: dict[str, Any] = {}
    known = set(frame.columns)
    for column in table:
        dtype = DTYPES[column.type]
        if column.name not in known:
            out[column.name] = blank(column.type, len(frame))
            continue
        series = frame[column.name]
        if column.type == "text":
            if str(series.dtype) != "str":
                series = series.astype("object").where(series.notna(), "").astype("str")
            elif _blanks(series):
                series = series.fillna("")
        elif column.type == "flag" and str(series.dtype) != "bool":
            series = series.astype("boolean").fillna(False).astype("bool")  # a blank is not a yes
        elif str(series.dtype) != dtype:
            series = series.astype(dtype)  # type: ignore[call-overload]
        out[column.name] = series.array
    return pd.DataFrame(out, index=pd.RangeIndex(len(frame)))


def _blanks(text: pd.Series) -> bool:
    """Whether a column of text lacks a value, as its Arrow array counts them: pandas would look at each."""
    return bool(text.array.__arrow_array__().null_count)


def _conforms(frame: pd.DataFrame, table: Table) -> bool:
    """Whether a frame has the columns and types of a table already, and no text that is missing."""
    if type(frame) is not pd.DataFrame or frame.attrs or len(frame.columns) != len(table):
        return False
    if frame.columns.name is not None or str(frame.columns.dtype) != "str":
        return False
    if any(name != c.name for name, c in zip(frame.columns, table, strict=True)):
        return False
    if any(str(dtype) != DTYPES[c.type] for dtype, c in zip(frame.dtypes, table, strict=True)):
        return False
    return not len(frame) or not any(_blanks(frame[c.name]) for c in table if c.type == "text")
