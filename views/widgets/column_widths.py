"""Widths of the columns of a table that does not fit a page: the browser measures its first rows alone."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

_LETTER, _AROUND, _WIDEST = 6.9, 20, 360
"""Pixels of a letter, of what stands around a cell's text, and the widest that a long text makes a column."""
_PAGE = 780
"""Pixels of a table beside the sidebar at 1280: below that columns grow, and nothing is cut."""


def widths_of(frame: pd.DataFrame, headings: Mapping[str, str]) -> dict[str, int]:
    """The width of each column of text, by its longest cell or heading; none where the table fits a page as it is.

    Parameters
    ----------
    frame
        What is shown, in words.
    headings
        The heading of each column that is shown.

    Examples
    --------
    >>> short = pd.DataFrame({"name": ["or"] * 20})
    >>> widths_of(short, {"name": "Name"})
    {}
    >>> many = pd.DataFrame({str(n): [*["or"] * 20, "hors de toute zone nommée"] for n in range(5)})
    >>> widths_of(many, {str(n): "" for n in range(5)})["0"]
    192
    """
    wide = {name: int(min(_LETTER * _longest(frame[name], head) + _AROUND, _WIDEST)) for name, head in headings.items()}
    return {n: w for n, w in wide.items() if _is_text(frame[n])} if sum(wide.values()) > _PAGE else {}


def _is_text(column: pd.Series) -> bool:
    kind = column.dtype
    return (
        isinstance(kind, pd.CategoricalDtype)
        or pd.api.types.is_object_dtype(kind)
        or pd.api.types.is_string_dtype(kind)
    )


def _longest(column: pd.Series, heading: str) -> int:
    if not _is_text(column):
        return len(heading)
    texts = column.cat.categories if isinstance(column.dtype, pd.CategoricalDtype) else column
    return max(len(heading), max((len(text) for text in texts if isinstance(text, str)), default=0))
