"""Columns of text in which many rows say the same: seen in the bytes that Arrow holds, with no look at each text."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.threads import spread

Ints = npt.NDArray[np.int64]
THREADED = 1 << 15
"""Rows from which on threads share the columns of a table."""


def one_text(column: pd.Series[str]) -> str | None:
    """The text that all rows of a column have; None where they differ, one is missing, or there is none.

    Parameters
    ----------
    column
        Text.

    Examples
    --------
    >>> one_text(pd.Series(["a", "a"], dtype="str")), one_text(pd.Series(["a", "b"], dtype="str"))
    ('a', None)
    """
    if str(column.dtype) != "str" or not len(column) or not hasattr(column.array, "__arrow_array__"):
        return None
    arrow: Any = column.array.__arrow_array__()
    first = arrow[0].as_py()
    if arrow.null_count or first is None:
        return None
    pieces = arrow.chunks if hasattr(arrow, "chunks") else [arrow]
    letters = first.encode()
    return first if all(_all_are(piece, letters) for piece in pieces) else None


def text_ends(piece: Any) -> npt.NDArray[Any] | None:
    """Where each text of an Arrow array begins in its letters, and where the last one ends; None for other types.

    Parameters
    ----------
    piece
        An Arrow array in one piece.

    Examples
    --------
    >>> import pyarrow as pa
    >>> text_ends(pa.array(["ab", "", "c"])).tolist(), text_ends(pa.array([1]))
    ([0, 2, 2, 3], None)
    """
    width = {"string": np.int32, "large_string": np.int64}.get(str(piece.type))
    if width is None:
        return None
    if not len(piece):
        return np.zeros(1, width)
    return np.frombuffer(piece.buffers()[1], width)[piece.offset : piece.offset + len(piece) + 1]


def _all_are(piece: Any, text: bytes) -> bool:
    """Whether an Arrow array without missing values has the same text all over."""
    ends = text_ends(piece)
    if ends is None or not len(piece):
        return ends is not None
    data = piece.buffers()[2]
    if ends[-1] - ends[0] != len(piece) * len(text):
        return False
    if not text:
        return True
    if (ends[1:] - ends[:-1] != len(text)).any():
        return False
    letters = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]
    same_letters = letters[: len(text)].tobytes() == text and (letters[len(text) :] == letters[: -len(text)]).all()
    return bool(same_letters)


def are_blank(column: pd.Series[str]) -> npt.NDArray[np.bool_]:
    """Which rows of a column have a blank text; one that is missing is not blank.

    Parameters
    ----------
    column
        Text.

    Examples
    --------
    >>> are_blank(pd.Series(["a", "", "b"], dtype="str")).tolist()
    [False, True, False]
    """
    if str(column.dtype) == "str" and hasattr(column.array, "__arrow_array__"):
        arrow: Any = column.array.__arrow_array__()
        pieces = [text_ends(piece) for piece in (arrow.chunks if hasattr(arrow, "chunks") else [arrow])]
        if not arrow.null_count and all(ends is not None for ends in pieces):
            parts = [ends[1:] == ends[:-1] for ends in pieces if ends is not None]
            return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, np.bool_), *parts])
    return (column == "").to_numpy(np.bool_)


def are_among(column: pd.Series[str], texts: Container[str]) -> npt.NDArray[np.bool_]:
    """Which rows of a column have one of some texts; each different one is looked at once.

    Parameters
    ----------
    column
        Text.
    texts
        The texts that are looked for.

    Examples
    --------
    >>> are_among(pd.Series(["a", "b", "a"], dtype="str"), {"a", "c"}).tolist()
    [True, False, True]
    """
    codes, different = codes_of(column)
    return np.array([*(text in texts for text in different), False], np.bool_)[codes]


def codes_of(column: pd.Series[str]) -> tuple[Ints, list[str]]:
    """Which of the different texts each row has, and these texts, in the order of the rows.

    Parameters
    ----------
    column
        Text; a missing one has the code -1.

    Examples
    --------
    >>> codes, texts = codes_of(pd.Series(["b", "a", "b"], dtype="str"))
    >>> codes.tolist(), texts
    ([0, 1, 0], ['b', 'a'])
    """
    text = one_text(column)
    if text is not None:
        return np.zeros(len(column), np.int64), [text]
    codes, texts = pd.factorize(column)
    return codes.astype(np.int64), [str(t) for t in texts]


def rows_of(table: pd.DataFrame, rows: Ints) -> pd.DataFrame:
    """Rows of a table, numbered anew; a column that says the same all over is not looked at.

    Parameters
    ----------
    table
        Columns of any types.
    rows
        Positions of the rows.
    """

    def column(name: str) -> Any:
        values = table[name].array
        if len(rows) <= len(values) and one_text(table[name]) is not None:
            return values[: len(rows)]
        return values.take(rows)

    names = list(table.columns)
    columns = spread(column, names) if len(rows) >= THREADED else map(column, names)
    return pd.DataFrame(dict(zip(names, columns, strict=True)), index=pd.RangeIndex(len(rows)))
