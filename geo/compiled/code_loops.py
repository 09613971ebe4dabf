"""Columns of codes looked through row by row: which values are there, from which row on, and their numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiled

Codes = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]


@compiled
def first_rows(codes: Codes, first: Ints) -> None:
    """Writes the first row that has each code.

    Parameters
    ----------
    codes
        The code of each row.
    first
        A number a code, -1 in all: the first row that has it is written, where one has.
    """
    left = len(first)
    for i in range(len(codes)):
        if first[codes[i]] < 0:
            first[codes[i]] = i
            left -= 1
            if not left:
                return


@compiled
def renumbered(codes: Codes, number: Codes, out: Codes) -> None:
    """Writes the number of each row's code.

    Parameters
    ----------
    codes
        The code of each row.
    number
        The number of each code.
    out
        Room for a number a row.
    """
    for i in range(len(codes)):
        out[i] = number[codes[i]]
