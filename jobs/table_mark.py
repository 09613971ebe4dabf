"""The column by which a table of a result with synthetic data says so, wherever the table goes without its folder."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import pandas as pd

from geo.coded import Coded, CodedTable

MARK, MARK_TEXT = "demonstration", "true"
"""The last column of every table of such a result, and what its cells say; no other result has such a column."""
OWN = frozenset({"sites.csv", "screening.csv", "programmes.csv", "exposure.csv", "alerts.csv"})
"""Tables whose rows say it one by one, in every result: these get no second column."""


Sheet = TypeVar("Sheet", bound=pd.DataFrame | CodedTable)


def with_mark(table: Sheet) -> Sheet:
    """A table with the mark behind its columns; one that has a column of its own stays as it is.

    Parameters
    ----------
    table
        A frame or columns of codes, as a file holds them.

    Examples
    --------
    >>> with_mark(pd.DataFrame({"cause": ["rules", "incidents"]}))["demonstration"].tolist()
    ['true', 'true']
    """
    if MARK in table.columns:
        return table
    if isinstance(table, CodedTable):
        mark = Coded(pd.array([MARK_TEXT], dtype="str"), np.zeros(len(table), np.int32))
        marked: Any = CodedTable({**table.columns, MARK: mark})
    else:
        marked = table.assign(**{MARK: pd.array([MARK_TEXT] * len(table), dtype="str")})
    return marked  # type: ignore[no-any-return]


def is_marked(columns: pd.Index, own: set[str]) -> bool:
    """Whether the last column is the mark, and not one that the table has in every result.

    Parameters
    ----------
    columns
        The columns as they stand in the file.
    own
        Those that the table has in every result.
    """
    return len(columns) > 0 and columns[-1] == MARK and MARK not in own
