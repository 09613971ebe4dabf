"""Columns of codes as the pages of Parquet have them, in runs and packed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiled

Codes = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]

MOST = 63
"""Groups behind one header, as :mod:`layers.formats.writers.run_lengths` has it."""
FF = np.uint64(255)


@compiled
def gathered(codes: Codes, place: Codes, values: Codes) -> tuple[np.int32, np.int32]:
    """The places of rows by their codes, every one of which has one; the least and the most of them.

    Parameters
    ----------
    codes
        The code of each row.
    place
        The place of each code.
    values
        Room for the place of each row.
    """
    least, most = np.int32(2147483647), np.int32(-1)
    for i in range(len(codes)):
        own = place[codes[i]]
        values[i] = own
        least, most = min(least, own), max(most, own)
    return least, most


@compiled
def gathered_known(codes: Codes, place: Codes, values: Codes, known: Codes) -> tuple[int, np.int32, np.int32]:
    """The same where some have no place: how many have, the least and the most.

    Parameters
    ----------
    codes
        The code of each row.
    place
        The place of each code; -1 where there is none.
    values
        Room for a number a row and one more: the places that are known, in order, are written to its beginning.
    known
        Room for a number a row: 1 where its place is known, else 0.
    """
    n, least, most = 0, np.int32(2147483647), np.int32(-1)
    for i in range(len(codes)):
        own = place[codes[i]]
        known[i] = own >= 0
        values[n] = own
        n += own >= 0
        least, most = min(least, own & np.int32(2147483647)), max(most, own)  # -1 becomes the largest number
    return n, least, most


@compiled
def packed(values: Codes, width: int, out: Bytes) -> int:
    """Writes whole numbers as runs and packed groups, and tells how many bytes that took.

    Parameters
    ----------
    values
        The numbers, none negative.
    width
        Bits of each.
    out
        Room for the bytes.
    """
    n, at = len(values), 0
    groups, own, wide = (n + 7) // 8, (width + 7) // 8, np.uint64(width)
    group = 0
    while group < groups:
        first = values[8 * group]
        stop = 8 * group + 1
        while stop < n and values[stop] == first:
            stop += 1
        many = groups - group if stop == n else stop // 8 - group
        if many:
            at = _header(2 * (min(8 * (group + many), n) - 8 * group), at, out)
            for k in range(own):
                out[at] = first >> 8 * k & 255
                at += 1
            group += many
            continue
        header = at
        at += 1
        begin = group
        while group < groups and group - begin < MOST:
            end = min(8 * group + 8, n)
            if _alike(values, 8 * group, end):
                break
            kept, bits = np.uint64(0), np.uint64(0)
            for i in range(8 * group, end):
                kept |= np.uint64(values[i]) << bits
                bits += wide
                if bits >= 32:
                    out[at] = kept & FF
                    out[at + 1] = kept >> np.uint64(8) & FF
                    out[at + 2] = kept >> np.uint64(16) & FF
                    out[at + 3] = kept >> np.uint64(24) & FF
                    kept >>= np.uint64(32)
                    bits -= np.uint64(32)
                    at += 4
            stop = header + 1 + (group - begin + 1) * width
            while at < stop:  # what is left, and zeros where numbers end within the group
                out[at] = kept & FF
                kept >>= np.uint64(8)
                at += 1
            group += 1
        out[header] = 2 * (group - begin) + 1
    return at


@compiled
def _alike(values: Codes, start: int, stop: int) -> bool:
    """Whether some numbers next to each other are all the same."""
    first = values[start]
    for i in range(start + 1, stop):  # noqa: SIM110 - it is compiled
        if values[i] != first:
            return False
    return True


@compiled
def _header(value: int, at: int, out: Bytes) -> int:
    """Writes a number, seven bits a byte, and tells where the next byte goes."""
    while value > 127:
        out[at] = value & 127 | 128
        value >>= 7
        at += 1
    out[at] = value
    return at + 1
