"""Ids that a person or a file system would take for the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd


def id_key(text: str) -> str:
    r"""The form under which ids are compared: Unicode NFC, case folded, outer blanks stripped.

    Examples
    --------
    >>> id_key("CAFE\u0301-1 ") == id_key("café-1")
    True
    >>> id_key("001") == id_key("1")
    False
    """
    if text.isascii():  # is its own form
        return text.lower().strip()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).strip()


def id_keys(texts: Sequence[str]) -> list[str]:
    r"""The form of each of many ids, all at once where they are plain.

    Examples
    --------
    >>> id_keys(["A1 ", "b"]), id_keys(["A\n1", "b"]), id_keys(["É", "b"]), id_keys([])
    (['a1', 'b'], ['a\n1', 'b'], ['é', 'b'], [])
    """
    together = "\n".join(texts)
    if together.isascii() and together.count("\n") == len(texts) - 1:
        return [text.strip() for text in together.lower().split("\n")]
    return [id_key(text) for text in texts]


def duplicate_groups(ids: Iterable[str]) -> np.ndarray:
    """Group numbers of ids that are alike after NFC and case folding.

    Parameters
    ----------
    ids
        Ids in any order; blank ids are never alike.

    Returns
    -------
    numpy.ndarray
        int64, as long as `ids`: -1 where the id stands alone (or is blank), else the number of its group, counted from
        0 in the order of first appearance.

    Examples
    --------
    >>> duplicate_groups(["A1", "b", "a1", "", ""]).tolist()
    [0, -1, 0, -1, -1]
    """
    series = pd.Series(list(ids), dtype="object")
    codes, uniques = pd.factorize(series)
    keys = pd.Series([id_key(str(u)) for u in uniques], dtype="object")
    key_codes = pd.factorize(keys)[0]
    key = key_codes[codes] if len(codes) else np.empty(0, dtype=np.int64)
    blank = (keys == "").to_numpy(dtype=bool)[codes] if len(codes) else np.empty(0, dtype=bool)
    counts = np.bincount(key, minlength=1) if len(key) else np.zeros(1, dtype=np.int64)
    repeated = (counts[key] > 1) & ~blank if len(key) else np.empty(0, dtype=bool)
    out = np.full(len(key), -1, dtype=np.int64)
    out[repeated] = pd.factorize(key[repeated])[0]
    return out
