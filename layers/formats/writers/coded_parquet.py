"""Columns of codes as Parquet: the same rows as their CSV in a twentieth of its size, with types."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo import schema
from geo.ahead import ahead
from geo.coded import LOOKED_AT, CodedTable, Codes, pooled
from layers.formats.writers.cells import are_whole, whole_columns
from layers.formats.writers.delimited import doubtful
from layers.formats.writers.spreadsheet_guard import refuse_restricted

Ints = npt.NDArray[np.int64]

Column = Callable[[slice], Any]
"""Makes the rows of a part as Arrow's array."""

ROWS = 1 << 18
"""Rows of a group, which a reader may take alone."""
OF_ITS_OWN = ("distance_m",)
"""Columns whose values hardly repeat."""
IN_ORDER = ("source", "site_id")
"""Columns by which rows are in order: of these alone the least and the most of a group let a reader pass it over."""


def coded_parquet_bytes(table: CodedTable, *tables: schema.Table) -> bytes:
    """Parquet: text as dictionaries, whole numbers of `tables` as whole numbers, days as days; a blank text is ``""``.

    The same call gives the same bytes under one version of Arrow.

    Raises
    ------
    geo.errors.InputError
        Rows that may not leave.
    """
    from pyarrow import parquet

    refuse_restricted(doubtful(table))
    whole = whole_columns(*tables)
    columns, seen = {}, {}  # type: tuple[dict[str, Column], dict[int, tuple[Codes, Ints]]]

    def firsts(codes: Codes, n: int) -> Ints:
        if id(codes) not in seen:
            seen[id(codes)] = codes, _firsts(codes, n)
        return seen[id(codes)][1]

    for name, values, codes in pooled(table):
        columns[name] = _column(pd.Series(values), codes, firsts, whole=name in whole)
    out = io.BytesIO()

    def group(start: int) -> Any:
        rows = {name: column(slice(start, start + ROWS)) for name, column in columns.items()}
        # A text is blank and never missing: the file need not say of each row whether it is there.
        named = [pa.field(n, c.type, nullable=not pa.types.is_dictionary(c.type)) for n, c in rows.items()]
        return pa.table(rows, pa.schema(named))

    made = group(0)
    # Nearly every row has a distance of its own: a dictionary of them would be given up half way.
    few = [name for name in made.column_names if name not in OF_ITS_OWN]
    bounded = [name for name in made.column_names if name in IN_ORDER]
    with parquet.ParquetWriter(
        out,
        made.schema,
        compression="zstd",
        write_batch_size=1 << 16,
        use_dictionary=few,
        write_statistics=bounded or False,
    ) as writer:
        for start in range(0, max(len(table), 1), ROWS):  # a group is made while the one before is written, and gone
            following = ahead(functools.partial(group, start + ROWS), worth=start + ROWS < len(table))
            writer.write_table(made, row_group_size=ROWS)
            made = following() if start + ROWS < len(table) else None
    return out.getvalue()


def _firsts(codes: Codes, n: int) -> Ints:
    """The first row that has each of `n` values, every one of which is there."""
    first = np.full(n, -1)
    for start in range(0, len(codes), LOOKED_AT):  # mostly the first rows have them all
        part, here = codes[start : start + LOOKED_AT], np.full(n, -1)
        here[part[::-1]] = np.arange(start, start + len(part))[::-1]  # of several the last one written stays
        first = np.where(first < 0, here, first)
        if (first >= 0).all():
            break
    return first


def _column(values: pd.Series, codes: Codes | None, firsts: Callable[[Codes, int], Ints], *, whole: bool) -> Column:
    """What makes some rows of a column; `firsts` tells the first row that has each of the values."""
    if pd.api.types.is_bool_dtype(values):
        plain = pa.array(values.astype("boolean").array, pa.bool_())
    elif pd.api.types.is_datetime64_any_dtype(values):
        plain = pa.array(values.to_numpy().astype("datetime64[D]"), pa.date32())
    elif pd.api.types.is_numeric_dtype(values):
        numbers = values.to_numpy(np.float64, na_value=np.nan)
        if whole and are_whole(pd.Series(numbers)):
            plain = pa.array(numbers, pa.float64(), from_pandas=True).cast(pa.int64())
        else:
            plain = pa.array(numbers, pa.float64(), from_pandas=True)
    else:
        text = pa.array(values.array, pa.string()).fill_null("")
        text = text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
        distinct = text.dictionary_encode()
        if codes is None:
            return lambda part: distinct[part]
        if len(distinct.dictionary) == 1:
            return lambda part: pa.DictionaryArray.from_arrays(
                pa.array(np.zeros(len(codes[part]), np.int32)), distinct.dictionary
            )
        # Texts in the order in which rows first have them: what stood in the pool, and how, is not told.
        own = distinct.indices.to_numpy()
        seen = np.full(len(distinct.dictionary), len(codes))
        np.minimum.at(seen, own, firsts(codes, len(values)))
        order = np.argsort(seen)
        place = np.empty(len(order), np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        texts, place = distinct.dictionary.take(pa.array(order)), place.take(own)
        in_order = len(place) == len(texts) and bool((np.diff(place) == 1).all())
        return lambda part: pa.DictionaryArray.from_arrays(
            pa.array(codes[part] if in_order else place.take(codes[part], mode="clip")), texts
        )
    if codes is None:
        return lambda part: plain[part]
    if plain.null_count == len(plain):
        return lambda part: pa.nulls(len(codes[part]), plain.type)
    return lambda part: pc.take(plain, pa.array(codes[part]), boundscheck=False)
