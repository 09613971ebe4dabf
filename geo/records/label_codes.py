"""Codes of labels: one number for what several columns say in a row, and which different numbers there are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Coded = tuple[Ints, list[str]]
"""Which of its different texts a column has in each row, and these texts (:func:`geo.equal_texts.codes_of`)."""


def together(*columns: Coded) -> Ints:
    """One number a row for what several columns say: the codes of the first count most.

    Parameters
    ----------
    columns
        Columns of the same rows; a column that says the same in each row costs nothing.

    Examples
    --------
    >>> together((np.array([0, 1]), ["a", "b"]), (np.array([0, 0]), ["c"]), (np.array([2, 0]), ["d", "e", "f"]))
    array([2, 3])
    """
    number: Ints | None = None
    for codes, texts in columns:
        if len(texts) == 1 and not codes.any():
            continue
        number = codes if number is None else number * len(texts) + codes
    return np.zeros(len(columns[0][0]), np.int64) if number is None else number


def different_numbers(numbers: Ints, end: int, by_first: bool = True) -> tuple[Ints, Ints]:
    """Which of the different numbers each one is, and these, in the order of the first of each.

    Parameters
    ----------
    numbers
        Numbers in any order.
    end
        None reaches it.
    by_first
        False: in any order, which takes half the time.

    Examples
    --------
    >>> different_numbers(np.array([7, 3, 7]), 8)
    (array([0, 1, 0]), array([7, 3]))
    """
    if end > 2 * len(numbers) or numbers.min(initial=0) < 0:
        codes, distinct = pd.factorize(numbers)
        return codes.astype(np.int64), np.asarray(distinct, np.int64)
    if by_first:
        first = np.full(end, len(numbers))
        first[numbers[::-1]] = np.arange(len(numbers))[::-1]
        distinct = np.flatnonzero(first < len(numbers))
        distinct = distinct[np.argsort(first[distinct])]
    else:
        distinct = np.flatnonzero(np.bincount(numbers, minlength=end))
    code = np.empty(end, np.int64)
    code[distinct] = np.arange(len(distinct))
    return code.take(numbers), distinct
