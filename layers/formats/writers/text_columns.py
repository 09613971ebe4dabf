"""Columns as text, worked on once per distinct value: numbers, days and words of a frame become the cells of a file.

A million rows of evidence repeat the same few words: a column is the array of its different texts and, for each row,
which of them it has. Guarding, quoting and escaping then touch the different texts alone, and rows are put together by
Arrow, some ten thousand at a time, by several threads; no Python object is made for a cell.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo import schema
from geo.coded import CodedTable, Codes, pooled, used
from layers.formats.writers.cells import is_number, texts, whole_columns

ROWS = 1 << 15
"""Rows that are put together at a time."""
MERGED = 1 << 14
"""Neighbouring columns become one where together they have no more different texts than this."""
THREADS = min(4, os.cpu_count() or 1)


@dataclass(frozen=True)
class TextColumn:
    """`texts` are the different texts, every one of them used; `codes` says which each row has, None: row by row."""

    texts: Any  # pyarrow.LargeStringArray
    codes: Codes | None = None

    def __len__(self) -> int:
        return len(self.texts) if self.codes is None else len(self.codes)

    def rows(self, part: slice) -> Any:
        """The texts of some rows."""
        if self.codes is None:
            return self.texts[part]
        return self.texts.take(pa.array(self.codes[part]))

    def all(self) -> Any:
        """The texts of all rows."""
        return self.rows(slice(0, len(self)))

    def with_texts(self, changed: Any) -> TextColumn:
        """The same rows with other texts."""
        return TextColumn(changed, self.codes)

    def count(self, flags: npt.NDArray[np.bool_]) -> int:
        """In how many rows a text stands that is flagged."""
        if self.codes is None or not flags.any():
            return int(flags.sum())
        return int(np.bincount(self.codes, minlength=len(flags))[flags].sum())


def column(series: pd.Series, decimal: str = ".") -> TextColumn:
    """A column of a frame as :func:`layers.formats.writers.cells.texts` says it."""
    if pd.api.types.is_bool_dtype(series):
        flags = series.astype("boolean")
        codes = np.where(flags.isna(), 0, np.where(flags.fillna(False), 1, 2)).astype(np.int32)
        return _tight(strings(["", "true", "false"]), codes)
    if pd.api.types.is_datetime64_any_dtype(series):
        own, days = pd.factorize(series, use_na_sentinel=False)
        return TextColumn(strings(texts(pd.Series(days, dtype=series.dtype))), own.astype(np.int32))
    if is_number(series):
        return TextColumn(numbers(series, decimal))
    if str(series.dtype) != "str":
        own, different = pd.factorize(series, use_na_sentinel=False)
        return TextColumn(strings(texts(pd.Series(different, dtype=series.dtype))), own.astype(np.int32))
    found = pc.fill_null(pa.array(series.array, pa.large_string()), "")
    known = pc.dictionary_encode(found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found)
    return TextColumn(known.dictionary, known.indices.to_numpy())


def coded(table: CodedTable, *tables: schema.Table) -> Iterator[tuple[TextColumn, bool]]:
    """The columns of a table of codes as :func:`layers.formats.writers.cells.plain_types` writes a frame.

    Yields
    ------
    TextColumn, bool
        A column, and whether it holds numbers.
    """
    whole = whole_columns(*tables)
    for name, values, codes in pooled(table):
        series = pd.Series(values)
        if name in whole and pd.api.types.is_float_dtype(series) and not (series % 1 > 0).any():
            series = series.astype("Int64")
        own = column(series)
        yield own if codes is None else TextColumn(own.all(), codes), is_number(series)


def _tight(texts: Any, codes: Codes) -> TextColumn:
    rows, codes = used(codes, len(texts))
    return TextColumn(texts.take(pa.array(rows)), codes)


def strings(values: Iterable[str]) -> Any:
    """Python texts as Arrow's; what is no Unicode becomes a question mark."""
    said = list(values)
    try:
        return pa.array(said, pa.large_string())
    except UnicodeEncodeError:  # half of a pair of surrogates
        return pa.array([v.encode("utf-8", "replace").decode() for v in said], pa.large_string())


def numbers(series: pd.Series, decimal: str = ".") -> Any:
    """Numbers as Python's `repr` writes them, blank for blank."""
    if not pd.api.types.is_float_dtype(series):
        whole = pa.array(series) if str(series.dtype).startswith(("Int", "UInt")) else pa.array(series.to_numpy())
        return pc.fill_null(pc.cast(whole, pa.large_string()), "")
    return floats(series.to_numpy(np.float64, na_value=np.nan), decimal)


def floats(values: npt.NDArray[np.float64], decimal: str = ".") -> Any:
    """The shortest text that is read back as the same number, with a point, as `repr` writes it; blank for NaN.

    Examples
    --------
    >>> floats(np.array([4.317, 2.0, -0.0, np.nan, 1e-05, 1e16, 123456789012345.6])).to_pylist()
    ['4.317', '2.0', '-0.0', '', '1e-05', '1e+16', '123456789012345.6']
    """
    size = np.abs(values)
    with np.errstate(invalid="ignore"):
        whole = (values == np.floor(values)) & (size < 1e16) & ~((values == 0) & np.signbit(values))
        short = (size >= 1e-3) & (size < 1e9)  # Arrow writes smaller and larger ones in a form of its own
    said = pc.cast(pa.array(values), pa.large_string())
    if whole.any():
        numbers = np.where(whole, values, 0.0).astype(np.int64)
        said = pc.if_else(pa.array(whole), joined(pc.cast(pa.array(numbers), pa.large_string()), ".0"), said)
    rows = np.flatnonzero(~whole & ~short)
    if len(rows):
        others = ["" if v != v else repr(v) for v in values[rows].tolist()]
        said = pc.replace_with_mask(said, pa.array(~whole & ~short), pa.array(others, pa.large_string()))
    return said if decimal == "." else pc.replace_substring(said, ".", decimal)


def lines(columns: Sequence[TextColumn], between: str, after: str) -> Iterator[Any]:
    """The rows as UTF-8, in pieces (buffers): texts of a row with `between` between them and `after` behind the last.

    Neighbours that have few different texts together, or whose codes are the same, are joined before any row is.
    """
    n = len(columns[0])
    few = _merged([*columns[:-1], columns[-1].with_texts(joined(columns[-1].texts, after))], between)

    def piece(start: int) -> Any:
        part = slice(start, min(start + ROWS, n))
        made = joined(*(c.rows(part) for c in few), between=between)
        ends = np.frombuffer(made.buffers()[1], np.int64)[made.offset : made.offset + len(made) + 1]
        return made.buffers()[2].slice(int(ends[0]), int(ends[-1] - ends[0]))

    starts = range(0, n, ROWS)
    if THREADS < 2 or len(starts) < 2:
        yield from map(piece, starts)
        return
    with ThreadPoolExecutor(THREADS) as pool:
        # A few pieces ahead and no more: whoever writes them may be slower.
        ahead = [pool.submit(piece, s) for s in starts[: THREADS + 1]]
        for i in range(len(starts)):
            yield ahead.pop(0).result()
            if i + THREADS + 1 < len(starts):
                ahead.append(pool.submit(piece, starts[i + THREADS + 1]))


def joined(*parts: Any, between: str = "") -> Any:
    """Texts of several arrays row by row in one; a part may be one text."""
    given = [pa.scalar(p, pa.large_string()) if isinstance(p, str) else p for p in (*parts, between)]
    return pc.binary_join_element_wise(*given)


def _merged(columns: Sequence[TextColumn], between: str) -> list[TextColumn]:
    out: list[TextColumn] = []
    for one in columns:
        before = out[-1] if out else None
        if before is None or before.codes is None or one.codes is None:
            out.append(one)
        elif before.codes is one.codes:
            out[-1] = TextColumn(joined(before.texts, one.texts, between=between), one.codes)
        elif len(before.texts) * len(one.texts) <= MERGED:
            a, b = np.divmod(np.arange(len(before.texts) * len(one.texts)), len(one.texts))
            pairs = joined(before.texts.take(pa.array(a)), one.texts.take(pa.array(b)), between=between)
            out[-1] = _tight(pairs, before.codes * np.int32(len(one.texts)) + one.codes)
        else:
            out.append(one)
    return out
