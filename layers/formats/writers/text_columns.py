"""Columns as text, worked on once per distinct value: numbers, days and words of a frame become the cells of a file.

A million rows of evidence repeat the same few words: a column is the array of its different texts and, for each row,
which of them it has. Guarding, quoting and escaping then touch the different texts alone; no Python object is made for
a cell. :mod:`layers.formats.writers.text_rows` puts the rows together.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo import schema
from geo.coded import CodedTable, Codes, pooled, used
from geo.compiled.compiler import compiles
from layers.formats.writers import text_bytes
from layers.formats.writers.cells import are_whole, is_number, texts, whole_columns

SAMPLE = 1 << 12
"""Numbers that are looked at first, whether they repeat."""
PART = 1 << 15
"""Numbers that become texts together: what is made of them on the way stays near the processor."""
COMPILED = 1 << 9
"""A number is so much work, as :func:`geo.compiled.compiler.compiles` counts it."""

_FRACTIONS = pa.array([repr(i / 1000)[1:] for i in range(1000)], pa.large_string())


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
        return _number_column(series, decimal)
    if str(series.dtype) != "str":
        own, different = pd.factorize(series, use_na_sentinel=False)
        return TextColumn(strings(texts(pd.Series(different, dtype=series.dtype))), own.astype(np.int32))
    found = pc.fill_null(pa.array(series.array, pa.large_string()), "")
    known = pc.dictionary_encode(found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found)
    return TextColumn(known.dictionary, known.indices.to_numpy())


def frame_texts(frame: pd.DataFrame) -> dict[str, TextColumn]:
    """The columns of a frame as text by name, for several files that say the same; of two of one name the last."""
    return {str(name): column(frame.iloc[:, i]) for i, name in enumerate(frame.columns)}


def _number_column(series: pd.Series, decimal: str) -> TextColumn:
    """Numbers once each where they repeat; where hardly one does, row by row but for the blanks, which share a text."""
    if not pd.api.types.is_float_dtype(series):
        own, different = pd.factorize(series)
        return _with_blanks(numbers(pd.Series(different), decimal), np.flatnonzero(own >= 0), own[own >= 0], len(own))
    values = series.to_numpy(np.float64, na_value=np.nan)
    known = np.flatnonzero(values == values)
    there = values if len(known) == len(values) else values[known]
    some = there[:: len(there) // SAMPLE + 1]
    if 2 * len(np.unique(some)) <= len(some):
        at, bits = pd.factorize(there.view(np.int64))  # 0.0 is not -0.0
        return _with_blanks(floats(np.asarray(bits).view(np.float64), decimal), known, at, len(values))
    if there is values:
        return TextColumn(floats(values, decimal))
    return _with_blanks(floats(there, decimal), known, np.arange(len(there)), len(values))


def _with_blanks(texts: Any, known: npt.NDArray[np.int64], codes: npt.NDArray[np.int64], n: int) -> TextColumn:
    """Texts of some of `n` rows, `known`; the other rows are blank."""
    if len(known) == n:
        return TextColumn(texts, codes.astype(np.int32))
    own = np.zeros(n, np.int32)
    own[known] = codes + 1
    return TextColumn(pa.concat_arrays([strings([""]), texts]), own)


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
    size = len(values) * COMPILED
    parts = [_floats(values[start : start + PART], size) for start in range(0, max(len(values), 1), PART)]
    texts = pa.concat_arrays(parts) if len(parts) != 1 else parts[0]
    return texts if decimal == "." else pc.replace_substring(texts, ".", decimal)


def _floats(values: npt.NDArray[np.float64], size: int) -> Any:
    with np.errstate(invalid="ignore", over="ignore"):
        thousandths = np.rint(values * 1000)
        short = (thousandths / 1000 == values) & (thousandths < 1e15) & ~np.signbit(values)
    if not short.any():
        return _others(values)
    texts = _thousandths(np.where(short, thousandths, 0).astype(np.int64), size)
    return texts if short.all() else pc.replace_with_mask(texts, pa.array(~short), _others(values[~short]))


def _thousandths(values: npt.NDArray[np.int64], size: int) -> Any:
    """Whole numbers of thousandths as numbers: of fifteen digits the shortest text is what they say."""
    if compiles(size):
        from geo.compiled import text_loops

        room = len(str(int(values.max(initial=0)) // 1000)) + 4
        out, ends = np.empty(len(values) * room, np.uint8), np.empty(len(values) + 1, np.int64)
        text_loops.thousandths(values, out, ends)
        return pa.LargeStringArray.from_buffers(len(values), pa.py_buffer(ends), pa.py_buffer(out[: ends[-1]]))
    before, behind = np.divmod(values, 1000)
    return joined(pc.cast(pa.array(before), pa.large_string()), _FRACTIONS.take(pa.array(behind)))


def _others(values: npt.NDArray[np.float64]) -> Any:
    """The texts of any numbers."""
    size = np.abs(values)
    with np.errstate(invalid="ignore"):
        plain = (values != np.floor(values)) & (size >= 1e-3) & (size < 1e9)
    texts = pc.cast(pa.array(values), pa.large_string())
    if plain.all():
        return texts
    # Arrow writes whole numbers without a point, and smaller and larger ones in a form of its own.
    others = ["" if v != v else repr(v) for v in values[~plain].tolist()]
    return pc.replace_with_mask(texts, pa.array(~plain), pa.array(others, pa.large_string()))


def whole(pieces: Iterable[Any]) -> bytes:
    """The bytes of a file that comes in pieces (bytes or buffers)."""
    out = io.BytesIO()
    for piece in pieces:
        out.write(piece)
    return out.getvalue()


def ended(texts: Any, end: str) -> Any:
    """Texts (pyarrow.LargeStringArray) with another one behind each."""
    if not compiles(len(texts) * COMPILED):
        return joined(texts, end)
    from geo.compiled.text_loops import appended

    data, begins = text_bytes.read(texts)
    tail = np.frombuffer(end.encode(), np.uint8)
    out, ends = np.empty(len(data) + len(texts) * len(tail), np.uint8), np.empty(len(texts) + 1, np.int64)
    appended(data, begins, tail, out, ends)
    return pa.LargeStringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(out))


def joined(*parts: Any, between: str = "") -> Any:
    """Texts of several arrays row by row in one; a part may be one text."""
    given = [pa.scalar(p, pa.large_string()) if isinstance(p, str) else p for p in (*parts, between)]
    return pc.binary_join_element_wise(*given)
