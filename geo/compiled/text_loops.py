"""Numbers as text, digit by digit, all behind each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiled

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

TEN, HUNDRED, THOUSAND = np.uint64(10), np.uint64(100), np.uint64(1000)
ZERO, POINT = np.uint64(ord("0")), np.uint8(ord("."))


@compiled
def thousandths(values: Ints, out: Bytes, ends: Ints) -> None:
    """Writes whole numbers of thousandths as numbers with a point: at least one digit behind it, no zeros at the end.

    Parameters
    ----------
    values
        The numbers [1/1000], none negative.
    out
        Room for the bytes: four more than the digits before the point, for each number.
    ends
        Room for where each text ends in `out`, behind 0, where the first one begins.
    """
    at = 0
    ends[0] = 0
    for i in range(len(values)):
        before = np.uint64(values[i]) // THOUSAND
        behind = np.uint64(values[i]) - before * THOUSAND
        size, limit = 1, TEN
        while before >= limit:
            size, limit = size + 1, limit * TEN
        for k in range(size):
            more = before // TEN
            out[at + size - 1 - k] = ZERO + (before - more * TEN)
            before = more
        at += size
        one, two = behind // HUNDRED, behind // TEN
        out[at], out[at + 1] = POINT, ZERO + one
        at += 2
        if behind != one * HUNDRED:
            out[at] = ZERO + (two - one * TEN)
            at += 1
            if behind != two * TEN:
                out[at] = ZERO + (behind - two * TEN)
                at += 1
        ends[i + 1] = at


@compiled
def appended(data: Bytes, begins: Ints, tail: Bytes, out: Bytes, ends: Ints) -> None:
    """Writes texts with another one behind each.

    Parameters
    ----------
    data
        The bytes of the texts, one behind the other.
    begins
        Where each begins in `data`, and behind them where the last one ends.
    tail
        What stands behind each.
    out
        Room for all bytes.
    ends
        Room for where each text ends in `out`, behind 0, where the first one begins.
    """
    at = 0
    ends[0] = 0
    for i in range(len(begins) - 1):
        for k in range(begins[i], begins[i + 1]):
            out[at] = data[k]
            at += 1
        for k in range(len(tail)):
            out[at] = tail[k]
            at += 1
        ends[i + 1] = at
