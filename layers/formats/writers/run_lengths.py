"""Whole numbers as Parquet packs them: runs of one number, and groups of eight in as few bits as the largest needs.

Numbers are taken in groups of eight. Groups of one and the same number, next to each other, are a run: its length and
the number once. What stands between runs is packed, the first number in the lowest bits, at most :data:`MOST` groups
behind one header. The last group is filled up with zeros (a run ends where the numbers do).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiles
from layers.formats.writers.thrift import varint

Codes = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

MOST = 63
"""Groups behind one header, so that it is one byte."""


def width_of(most: int) -> int:
    """Bits of the largest number; one at the least.

    Examples
    --------
    >>> width_of(0), width_of(1), width_of(255), width_of(256)
    (1, 1, 8, 9)
    """
    return max(int(most).bit_length(), 1)


def room(n: int, width: int) -> int:
    """Bytes that `n` numbers of so many bits need at the most, and sixteen to spare."""
    groups = -(-n // 8)
    return groups * (width + 8) + 16


def run_lengths(codes: Codes, place: Codes, width: int, size: int) -> Bytes:
    """The bytes of a whole number a row.

    Parameters
    ----------
    codes
        The code of each row.
    place
        The number of each code, int32; of those that rows have none is negative.
    width
        Bits of each number, 1 to 31; every number fits.
    size
        How large the job is (:func:`geo.compiled.compiler.compiles`).

    Examples
    --------
    >>> own = np.array([0, 3, 1], np.int32)
    >>> run_lengths(np.zeros(20, np.int32), own, 1, 0).tolist()
    [40, 0]
    >>> run_lengths(np.arange(3, dtype=np.int32), own, 3, 0).tolist()
    [3, 88, 0, 0]
    """
    if compiles(size):
        from geo.compiled.page_loops import packed

        out = np.empty(room(len(codes), width), np.uint8)
        return out[: packed(codes, place, width, out)]
    return _run_lengths(place.take(codes), width)


def run_of(value: int, n: int, width: int) -> bytes:
    """The same of `n` rows, at least one, that have one and the same number.

    Examples
    --------
    >>> list(run_of(0, 20, 1))
    [40, 0]
    """
    return varint(2 * n) + value.to_bytes(-(-width // 8), "little")


def _run_lengths(values: Codes, width: int) -> Bytes:
    n, groups = len(values), -(-len(values) // 8)
    if not n:
        return np.zeros(0, np.uint8)
    whole, spare = _groups(values, groups), groups * 8 - n
    first, same = whole[:, 0].copy(), np.ones((groups, 8), np.bool_)  # whether a number is that before it
    np.equal(values[1:], values[:-1], out=same.ravel()[1:n])
    same[:, 0] = True
    alike = same.view(np.uint64)[:, 0] == np.uint64(0x0101010101010101)
    new = np.ones(groups, np.bool_)  # where a run or a packed stretch begins
    new[1:] = (alike[1:] != alike[:-1]) | (alike[1:] & (first[1:] != first[:-1]))
    begin = np.flatnonzero(new)
    since = np.arange(groups) - np.repeat(begin, np.diff(begin, append=groups))
    begin = np.flatnonzero(new | (~alike & (since % MOST == 0)))
    many, run = np.diff(begin, append=groups), alike[begin]
    head = np.where(run, many * 16, many * 2 + 1)
    head[-1] -= 2 * spare if run[-1] else 0
    long, own = _varint_lengths(head), -(-width // 8)
    at = np.cumsum(long + np.where(run, own, many * width))
    out = np.zeros(int(at[-1]), np.uint8)
    payload = np.ones(len(out), np.bool_)
    at = np.concatenate(([0], at[:-1]))
    for k in range(int(long.max())):
        some = long > k
        out[at[some] + k] = (head[some] >> 7 * k & 127) | (long[some] > k + 1) * 128
        payload[at[some] + k] = False
    at, value = (at + long)[run], first[begin[run]]
    for k in range(own):
        out[at + k] = value >> 8 * k & 255
        payload[at + k] = False
    out[payload] = _bits(whole[~alike], width)
    return out


def _groups(values: Codes, groups: int) -> Codes:
    """Numbers in groups of eight, the last one filled up with zeros."""
    if len(values) == groups * 8:
        return values.reshape(groups, 8)
    out = np.zeros((groups, 8), np.int32)
    out.ravel()[: len(values)] = values
    return out


def _varint_lengths(values: Ints) -> Ints:
    out = np.ones(len(values), np.int64)
    for k in range(1, 6):
        out += values >> 7 * k > 0
    return out


def _bits(groups: Codes, width: int) -> Bytes:
    """Groups of eight numbers, `width` bytes each."""
    words = np.zeros((len(groups), 4), "<u8")
    for k in range(8):
        word, bit = divmod(k * width, 64)
        own = groups[:, k].astype("<u8")
        words[:, word] |= own << np.uint64(bit)
        if bit + width > 64:
            words[:, word + 1] |= own >> np.uint64(64 - bit)
    return words.view(np.uint8)[:, :width].ravel()
