"""Rows in the order of a column of short texts: their letters are sorted as numbers, two at a time."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.equal_texts import text_ends

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]

WORD = 8
"""Bytes of a number."""
LONGEST = 2 * WORD
"""Bytes of a text that is sorted so; longer ones are compared with each other."""
_MASKS = np.array([(1 << 64) - (1 << 64 - 8 * n) for n in range(WORD + 1)], np.uint64)
"""Of a number the bytes that a text of 0 .. 8 bytes has."""


def text_order(column: pd.Series[str]) -> tuple[Ints, Bools]:
    """The rows by their texts, equal ones as they stand, and whether each of them has the text of the one before it.

    Texts go by their bytes, as Arrow and Python sort them.

    Parameters
    ----------
    column
        Text, none missing.

    Examples
    --------
    >>> order, same = text_order(pd.Series(["9", "10", "9", "é"], dtype="str"))
    >>> order.tolist(), same.tolist()
    ([1, 0, 2, 3], [False, False, True, False])
    """
    same = np.zeros(len(column), np.bool_)
    words = _words(column)
    if words is None:
        order = np.asarray(column.array.argsort(kind="stable"), np.int64)
        texts = column.array.take(order)
        same[1:] = np.asarray(texts[1:] == texts[:-1], np.bool_)
        return order, same
    order = _sorted(words)
    same[1:] = True
    for word in words:
        number = word.take(order)
        same[1:] &= number[1:] == number[:-1]
    return order, same


def _words(column: pd.Series[str]) -> list[Words] | None:
    """The bytes of each text as numbers that compare as they do; None where one is missing, too long or has a zero."""
    if not len(column) or str(column.dtype) != "str" or not hasattr(column.array, "__arrow_array__"):
        return None
    arrow: Any = column.array.__arrow_array__()
    if hasattr(arrow, "chunks"):
        arrow = arrow.chunk(0) if arrow.num_chunks == 1 else arrow.combine_chunks()
    ends = text_ends(arrow)
    if arrow.null_count or ends is None:
        return None
    data, ends = arrow.buffers()[2], ends.astype(np.int64, copy=False)
    first, last = int(ends[0]), int(ends[-1])
    letters = np.zeros(last - first + 2 * LONGEST, np.uint8)
    if last > first:
        letters[: last - first] = np.frombuffer(data, np.uint8)[first:last]
    size = ends[1:] - ends[:-1]
    longest = int(size.max())
    if longest > LONGEST or not letters[: last - first].all():
        return None
    size, begin = size.astype(np.uint8), ends[:-1] - first
    words = []
    for behind in range(0, max(longest, 1), WORD):
        at: Words = np.ndarray((len(letters) - WORD - behind,), np.uint64, letters, behind, (1,))  # from each byte on
        word = at[begin]
        if sys.byteorder == "little":
            word.byteswap(inplace=True)
        has = size if longest <= WORD else np.clip(size, behind, behind + WORD) - np.uint8(behind)
        word &= _MASKS.take(has)
        words.append(word)
    return words


def _sorted(words: list[Words]) -> Ints:
    """The rows by their numbers, the first of which counts most: sixteen bits after the other, the last ones first."""
    order: Ints | None = None
    shifted = np.empty_like(words[0])
    for word in reversed(words):
        for shift in range(0, 64, 16):
            part = np.right_shift(word, np.uint64(shift), out=shifted).astype(np.uint16)
            if (part == part[0]).all():
                continue
            if order is None:
                order = np.argsort(part, kind="stable")
            else:
                order = order.take(np.argsort(part.take(order), kind="stable"))
    return np.arange(len(words[0])) if order is None else order
