"""Columns as text, worked on once per distinct value: numbers, days and words of a frame become the cells of a file.

A million rows of evidence repeat the same few words: a column is the array of its different texts and, for each row,
which of them it has. Guarding, quoting and escaping then touch the different texts alone, and rows are put together by
Arrow, some ten thousand at a time, by several threads; no Python object is made for a cell.
"""

from __future__ import annotations

import io
import math
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
from layers.formats.writers.cells import are_whole, is_number, texts, whole_columns

ROWS = 1 << 15
"""Rows that are put together at a time."""
MERGED = 1 << 14
"""Neighbouring columns become one where together they have no more different texts than this."""
MANY = 1 << 17
"""From so many rows on it pays to look which combinations of codes there are."""
PART = 1 << 18
"""So many rows are looked at together."""
SAMPLE = 1 << 14
"""Rows that are looked at first."""
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
        if len(series) < MANY or not pd.api.types.is_float_dtype(series):
            return TextColumn(numbers(series, decimal))
        # So many numbers repeat: the same pair of a site and an incident is told by several rules.
        values = series.to_numpy(np.float64, na_value=np.nan)
        at, bits = pd.factorize(values.view(np.int64))  # 0.0 is not -0.0
        return TextColumn(floats(np.asarray(bits).view(np.float64), decimal), at.astype(np.int32))
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
        if name in whole and pd.api.types.is_float_dtype(series) and are_whole(series):
            series = series.astype("Int64")
        own = column(series)
        yield own if codes is None else TextColumn(own.all(), codes), is_number(series)


def _tight(texts: Any, codes: Codes) -> TextColumn:
    rows, codes = used(codes, len(texts))
    return TextColumn(texts.take(pa.array(rows)), codes)


def strings(values: Iterable[str]) -> Any:
    """Python texts as Arrow's; what is no Unicode becomes a question mark."""
    texts = list(values)
    try:
        return pa.array(texts, pa.large_string())
    except UnicodeEncodeError:  # half of a pair of surrogates
        return pa.array([v.encode("utf-8", "replace").decode() for v in texts], pa.large_string())


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
    texts = pc.cast(pa.array(values), pa.large_string())
    if whole.any():
        numbers = np.where(whole, values, 0.0).astype(np.int64)
        texts = pc.if_else(pa.array(whole), joined(pc.cast(pa.array(numbers), pa.large_string()), ".0"), texts)
    rows = np.flatnonzero(~whole & ~short)
    if len(rows):
        others = ["" if v != v else repr(v) for v in values[rows].tolist()]
        texts = pc.replace_with_mask(texts, pa.array(~whole & ~short), pa.array(others, pa.large_string()))
    return texts if decimal == "." else pc.replace_substring(texts, ".", decimal)


def lines(columns: Sequence[TextColumn], between: str, after: str) -> Iterator[Any]:
    """The rows as UTF-8, in pieces (buffers): texts of a row with `between` between them and `after` behind the last.

    Neighbours that have few different texts together are joined before any row is. The texts of all columns stand in
    one array then, and a piece is what Arrow takes out of it, row after row. Of very many rows that is done for some
    at a time: looking which combinations there are needs several times the memory of the codes.
    """
    n = len(columns[0])
    if n <= PART:
        yield from _lines(columns, between, after)
        return
    for start in range(0, n, PART):
        yield from _lines(_part(columns, slice(start, start + PART)), between, after)


def _part(columns: Sequence[TextColumn], rows: slice) -> list[TextColumn]:
    """Some rows, with the texts that they have; columns that share their codes still do."""
    kept: dict[int, tuple[Any, Codes]] = {}
    out = []
    for one in columns:
        if one.codes is None:
            out.append(TextColumn(one.texts[rows]))
            continue
        if id(one.codes) not in kept:
            there, codes = used(one.codes[rows], len(one.texts))
            kept[id(one.codes)] = pa.array(there), codes
        there, codes = kept[id(one.codes)]
        out.append(TextColumn(one.texts.take(there), codes))
    return out


def _lines(columns: Sequence[TextColumn], between: str, after: str) -> Iterator[Any]:
    n = len(columns[0])
    few = _merged(columns, between, n)
    ends = [between] * (len(few) - 1) + [after]
    pools = [joined(c.texts, end) if end else c.texts for c, end in zip(few, ends, strict=True)]
    first = np.cumsum([0, *(len(p) for p in pools)])
    pool = pa.concat_arrays([p.combine_chunks() if isinstance(p, pa.ChunkedArray) else p for p in pools])
    few = [TextColumn(pool[s : s + len(p)], c.codes) for s, p, c in zip(first.tolist(), pools, few, strict=False)]
    del pools, columns
    kind: type[np.integer[Any]] = np.int32 if len(pool) < 1 << 31 else np.int64

    def piece(start: int) -> Any:
        stop = min(start + ROWS, n)
        at = np.empty((stop - start, len(few)), kind)
        for i, column in enumerate(few):
            own = np.arange(start, stop) if column.codes is None else column.codes[start:stop]
            np.add(own, first[i], out=at[:, i], casting="unsafe")
        made = pool.take(pa.array(at.ravel()))
        bounds = np.frombuffer(made.buffers()[1], np.int64)[made.offset : made.offset + len(made) + 1]
        return made.buffers()[2].slice(int(bounds[0]), int(bounds[-1] - bounds[0]))

    starts = range(0, n, ROWS)
    if THREADS < 2 or len(starts) < 2:
        yield from map(piece, starts)
        return
    with ThreadPoolExecutor(THREADS) as threads:
        # A few pieces ahead and no more: whoever writes them may be slower.
        ahead = [threads.submit(piece, s) for s in starts[: THREADS + 1]]
        for i in range(len(starts)):
            yield ahead.pop(0).result()
            if i + THREADS + 1 < len(starts):
                ahead.append(threads.submit(piece, starts[i + THREADS + 1]))


def whole(pieces: Iterable[Any]) -> bytes:
    """The bytes of a file that comes in pieces (bytes or buffers)."""
    out = io.BytesIO()
    for piece in pieces:
        out.write(piece)
    return out.getvalue()


def joined(*parts: Any, between: str = "") -> Any:
    """Texts of several arrays row by row in one; a part may be one text."""
    given = [pa.scalar(p, pa.large_string()) if isinstance(p, str) else p for p in (*parts, between)]
    return pc.binary_join_element_wise(*given)


def _merged(columns: Sequence[TextColumn], between: str, n: int) -> list[TextColumn]:
    """The columns with neighbours made one where they have few different texts together."""
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
    if n < MANY:
        return out
    parts: list[list[TextColumn]] = []
    for one in out:
        # What stands behind a column of its own for each row is mostly told by one thing.
        if parts and one.codes is not None and parts[-1][-1].codes is not None:
            parts[-1].append(one)
        else:
            parts.append([one])
    return [column for part in parts for column in _together(part, between, n)]


def _together(columns: list[TextColumn], between: str, n: int) -> list[TextColumn]:
    """Neighbours of codes with those made one that have few combinations of texts; the last ones first."""
    for first in range(len(columns) - 1):
        made = _as_one(columns[first:], between, n)
        if made is not None:
            return [*_together(columns[:first], between, n), made]
    return columns if len(columns) < 3 else [*_together(columns[:-1], between, n), columns[-1]]


def _as_one(columns: list[TextColumn], between: str, n: int) -> TextColumn | None:
    """Columns of codes as one; None where too many combinations of their texts are there."""
    if math.prod(len(c.texts) for c in columns) >= 1 << 62:
        return None

    def key(rows: slice) -> npt.NDArray[np.int64]:
        out: npt.NDArray[np.int64] = np.zeros(len(range(n)[rows]), np.int64)
        for one in columns:
            assert one.codes is not None
            out *= len(one.texts)
            out += one.codes[rows]
        return out

    some = key(slice(None, None, n // SAMPLE))
    if len(np.unique(some)) > 1.8 * len(np.unique(some[::2])):  # nearly every row has its own
        return None
    codes, different = pd.factorize(key(slice(None)))
    if 3 * len(different) > n:
        return None
    texts: list[Any] = []
    for one in reversed(columns):
        different, own = np.divmod(different, len(one.texts))
        texts.append(one.texts.take(pa.array(own)))
    return TextColumn(joined(*reversed(texts), between=between), codes.astype(np.int32))
