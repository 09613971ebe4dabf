"""What stands in texts, looked for in the bytes of all at once: of sentences a pattern reads only the odd ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

_PLAIN = np.zeros(256, np.bool_)
_PLAIN[[ord(c) for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"]] = True
_PARTS = (ord(";"), ord("\t"), ord("\r"), ord("\n"))


def holding(texts: Any, *signs: str, below: int = 0) -> Bools:
    """Which texts (pyarrow.LargeStringArray) have one of some ASCII signs in them, or one with a code `below`.

    Examples
    --------
    >>> holding(pa.array(["a,b", "", "c", 'd"'], pa.large_string()), ",", '"').tolist()
    [True, False, False, True]
    """
    data, begins = read(texts)
    out = np.zeros(len(texts), np.bool_)
    there = _among(data, map(ord, signs))
    if below:
        there |= data < below
    out[_owners(np.flatnonzero(there), begins)] = True
    return out


def matching(texts: Any, pattern: str, some: Bools) -> Bools:
    """Which of some texts a pattern (RE2) is in; the others are not looked at."""
    if some.any():
        few = texts if some.all() else texts.filter(pa.array(some))
        some = some.copy()
        some[some] = pc.match_substring_regex(few, pattern).to_numpy(zero_copy_only=False)
    return some


def beginning_oddly(texts: Any) -> Bools:
    r"""Which texts begin, or go on behind a semicolon, tab or line break, with anything but a letter or digit of ASCII.

    A blank may stand before it there, as in a sentence.

    Examples
    --------
    >>> beginning_oddly(pa.array(["a-b; c", "", "-1", "a;=1", "a; -1", "é", "a;  b", "1;"], pa.large_string())).tolist()
    [False, False, True, True, True, True, True, False]
    """
    data, begins = read(texts)
    out = np.zeros(len(texts), np.bool_)
    filled = np.flatnonzero(np.diff(begins))
    out[filled] = ~_PLAIN[data[begins[filled]]]
    at = np.flatnonzero(_among(data, _PARTS))
    if len(at):
        mine = _owners(at, begins)
        last = begins[mine + 1] - 1
        behind = np.minimum(at + 1, last)
        behind = np.where(data[behind] == ord(" "), np.minimum(behind + 1, last), behind)
        out[mine[(at < last) & ~_PLAIN[data[behind]]]] = True
    return out


def _among(data: Bytes, codes: Iterable[int]) -> Bools:
    """Which bytes are one of some."""
    out = np.zeros(len(data), np.bool_)
    for code in codes:
        out |= data == code
    return out


def read(texts: Any) -> tuple[Bytes, Ints]:
    """The bytes of all texts, and where each begins in them, and behind the last."""
    _, offsets, data = texts.buffers()
    begins = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    if data is None or not len(texts):
        return np.zeros(0, np.uint8), np.zeros(len(texts) + 1, np.int64)
    return np.frombuffer(data, np.uint8)[begins[0] : begins[-1]], begins - begins[0]


def _owners(at: Ints, begins: Ints) -> Ints:
    """The texts in which bytes stand."""
    return np.searchsorted(begins, at, "right") - 1
