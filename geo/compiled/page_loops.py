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
def present(codes: Codes, there: Bytes) -> None:
    """Marks the codes that some row has.

    Parameters
    ----------
    codes
        The code of each row.
    there
        A number a code: 1 is written where a row has it.
    """
    for i in range(len(codes)):
        there[np.uint32(codes[i])] = 1


@compiled
def known_codes(codes: Codes, known: Codes, out: Codes) -> int:
    """Writes the codes of the rows that have something, in order, and tells how many they are.

    Parameters
    ----------
    codes
        The code of each row.
    known
        1 for each code that stands for something, else 0.
    out
        Room for a number a row and one more.
    """
    n = 0
    for i in range(len(codes)):
        own = codes[i]
        out[n] = own
        n += known[np.uint32(own)]
    return n


@compiled
def packed(codes: Codes, place: Codes, width: int, out: Bytes) -> int:
    """Writes a number of each row as runs and packed groups, and tells how many bytes that took.

    Parameters
    ----------
    codes
        The code of each row.
    place
        The number of each code; of those that rows have none is negative.
    width
        Bits of each number, 1 to 31.
    out
        Room for the bytes.
    """
    n, at, group = len(codes), 0, 0
    groups, own, shift = (n + 7) // 8, (width + 7) // 8, np.uint64(4 * width)
    ones = np.uint64(1) << np.uint64(width)
    ones = (ones * ones + np.uint64(1)) * (ones + np.uint64(1)) if width <= 16 else np.uint64(0)
    header, since = -1, 0  # of the packed groups that are being written, and how many they are
    while group < groups:
        base = 8 * group
        first, low, high = place[np.uint32(codes[base])], np.uint64(0), np.uint64(0)
        if base + 8 > n or width > 16:
            alike = _alike(codes[base : min(base + 8, n)], place)
        else:
            low, high = _four(codes, place, base, width), _four(codes, place, base + 4, width)
            alike = low == high and low == np.uint64(first) * ones
        if alike:
            stop = min(base + 8, n)
            while stop < n and place[np.uint32(codes[stop])] == first:
                stop += 1
            many = groups - group if stop == n else stop // 8 - group
            if header >= 0:
                out[header] = 2 * since + 1
                header = -1
            at = _header(2 * (min(8 * (group + many), n) - base), at, out)
            for k in range(own):
                out[at] = first >> 8 * k & 255
                at += 1
            group += many
            continue
        if since == MOST and header >= 0:
            out[header] = 2 * since + 1
            header = -1
        if header < 0:
            header, since = at, 0
            at += 1
        if base + 8 > n or width > 16:
            _put(codes[base : min(base + 8, n)], place, width, at, out)
        elif width <= 8:
            _word(low | high << shift, at, out)
        else:
            _word(low | high << shift if width < 16 else low, at, out)
            _word(high >> np.uint64(64) - shift, at + 8, out)
        at += width
        since += 1
        group += 1
    if header >= 0:
        out[header] = 2 * since + 1
    return at


@compiled
def _alike(codes: Codes, place: Codes) -> bool:
    """Whether the numbers of some rows are all the same."""
    first = place[np.uint32(codes[0])]
    for i in range(1, len(codes)):  # noqa: SIM110 - it is compiled
        if place[np.uint32(codes[i])] != first:
            return False
    return True


@compiled
def _four(codes: Codes, place: Codes, base: int, width: int) -> np.uint64:
    """Four numbers next to each other in one, the first in the lowest bits."""
    wide = np.uint64(width)
    out = np.uint64(place[np.uint32(codes[base + 3])])
    for k in (2, 1, 0):
        out = out << wide | np.uint64(place[np.uint32(codes[base + k])])
    return out


@compiled
def _word(word: np.uint64, at: int, out: Bytes) -> None:
    """Writes eight bytes, the lowest first; what is too much is written over by what comes behind it."""
    for k in range(8):
        out[at + k] = word >> np.uint64(8 * k) & FF


@compiled
def _put(codes: Codes, place: Codes, width: int, at: int, out: Bytes) -> None:
    """Writes up to eight numbers of any width, and zeros where they are fewer."""
    waiting, bits, stop = np.uint64(0), np.uint64(0), at + width
    for i in range(len(codes)):
        waiting |= np.uint64(place[np.uint32(codes[i])]) << bits
        bits += np.uint64(width)
        if bits >= 32:
            for k in range(4):
                out[at + k] = waiting >> np.uint64(8 * k) & FF
            waiting >>= np.uint64(32)
            bits -= np.uint64(32)
            at += 4
    while at < stop:
        out[at] = waiting & FF
        waiting >>= np.uint64(8)
        at += 1


@compiled
def _header(value: int, at: int, out: Bytes) -> int:
    """Writes a number, seven bits a byte, and tells where the next byte goes."""
    while value > 127:
        out[at] = value & 127 | 128
        value >>= 7
        at += 1
    out[at] = value
    return at + 1
