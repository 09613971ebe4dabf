"""Columns of numbers as text: little-endian integers in base64, as the scripts of the map unpack them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd


def pack(values: Any, dtype: str) -> str:
    """`values` as one text.

    Examples
    --------
    >>> pack([1, 2], "<i4")
    'AQAAAAIAAAA='
    """
    return base64.b64encode(np.ascontiguousarray(values).astype(dtype).tobytes()).decode()


def pack_points(lon: Any, lat: Any) -> str:
    """Points in hundred-thousandths of a degree."""
    return pack(np.round(np.column_stack([lon, lat]) * 1e5), "<i4")


def pack_counts(values: pd.Series) -> str:
    """Counts up to 65,535 (what is larger is that), blank as 0."""
    return pack(np.clip(values.fillna(0).to_numpy(np.float64), 0, 65_535), "<u2")


def dictionary(*columns: Sequence[str]) -> tuple[list[str], str]:
    """The different texts of some columns, and which of them stands where: row by row, packed.

    Examples
    --------
    >>> dictionary(["a", "b"], ["b", ""])[0]
    ['a', 'b', '']
    """
    table = np.column_stack([np.asarray(c, dtype=object) for c in columns])
    codes, words = pd.factorize(table.ravel())
    return [str(w) for w in words], pack(codes, "<u2" if len(words) < 65_536 else "<i4")
