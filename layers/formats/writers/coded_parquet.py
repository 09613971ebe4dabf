"""Columns of codes as Parquet: the same rows as their CSV in a twentieth of its size, with types."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from geo import schema
from geo.coded import COMPILED, LOOKED_AT, CodedTable, Codes, pooled
from geo.compiled.compiler import compiles
from layers.formats.writers.cells import are_whole, whole_columns
from layers.formats.writers.delimited import doubtful
from layers.formats.writers.parquet_pages import Column, Values, parquet_pieces
from layers.formats.writers.spreadsheet_guard import refuse_restricted

Ints = npt.NDArray[np.int64]

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
    return b"".join(coded_parquet_pieces(table, *tables))


def coded_parquet_pieces(table: CodedTable, *tables: schema.Table) -> Iterator[bytes]:
    """The same in pieces, each made when it is taken."""
    refuse_restricted(doubtful(table))
    whole = whole_columns(*tables)
    seen: dict[int, tuple[Codes, Ints]] = {}

    def firsts(codes: Codes, n: int) -> Ints:
        if id(codes) not in seen:
            seen[id(codes)] = codes, _firsts(codes, n)
        return seen[id(codes)][1]

    columns = [
        _column(name, pd.Series(values), codes, firsts, whole=name in whole) for name, values, codes in pooled(table)
    ]
    return parquet_pieces(columns, ROWS)


def _firsts(codes: Codes, n: int) -> Ints:
    """The first row that has each of `n` values, every one of which is there."""
    first = np.full(n, -1)
    if compiles(len(codes) * COMPILED):
        from geo.compiled.code_loops import first_rows

        first_rows(codes, first)
        return first
    for start in range(0, len(codes), LOOKED_AT):  # mostly the first rows have them all
        part, here = codes[start : start + LOOKED_AT], np.full(n, -1)
        here[part[::-1]] = np.arange(start, start + len(part))[::-1]  # of several the last one written stays
        first = np.where(first < 0, here, first)
        if (first >= 0).all():
            break
    return first


def _column(
    name: str, values: pd.Series, codes: Codes | None, firsts: Callable[[Codes, int], Ints], *, whole: bool
) -> Column:
    """A column by its values; `firsts` tells the first row that has each of them."""
    if pd.api.types.is_bool_dtype(values):
        flags = values.astype("boolean")
        return _of_numbers(name, "flag", flags.fillna(False).to_numpy(np.bool_), flags.isna().to_numpy(), codes)
    if pd.api.types.is_datetime64_any_dtype(values):
        days = values.to_numpy().astype("datetime64[D]")
        return _of_numbers(name, "day", days.astype(np.int64).astype("<i4"), np.isnat(days), codes)
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.to_numpy(np.float64, na_value=np.nan)
        blank = np.isnan(numbers)
        if whole and are_whole(pd.Series(numbers)):
            return _of_numbers(name, "whole", np.where(blank, 0, numbers).astype("<i8"), blank, codes)
        return _of_numbers(name, "number", numbers.astype("<f8"), blank, codes)
    text = pa.array(values.array, pa.large_string()).fill_null("")
    text = text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
    distinct = text.dictionary_encode()
    texts, own = distinct.dictionary, distinct.indices.to_numpy().astype(np.int32)
    if codes is None:
        return Column(name, Values.of_texts(texts), np.arange(len(texts), dtype=np.int32), own, name in IN_ORDER)
    # Texts in the order in which rows first have them: what stood in the pool, and how, is not told.
    first = np.full(len(texts), len(codes))
    if len(texts) > 1:
        np.minimum.at(first, own, firsts(codes, len(values)))
    order = np.argsort(first)
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return Column(name, Values.of_texts(texts.take(pa.array(order))), place.take(own), codes, name in IN_ORDER)


def _of_numbers(
    name: str, kind: str, numbers: npt.NDArray[Any], blank: npt.NDArray[np.bool_], codes: Codes | None
) -> Column:
    """A column of numbers; the different ones by their bits, so that each comes back as it was."""
    if codes is None and (name in OF_ITS_OWN or kind == "flag"):
        place = np.cumsum(~blank, dtype=np.int32) - np.int32(1)
        place[blank] = -1
        return Column(name, Values(kind, numbers[~blank]), place)
    bits = numbers if kind == "flag" else numbers.view(f"<i{numbers.itemsize}")
    different, own = np.unique(bits[~blank], return_inverse=True)
    place = np.full(len(numbers), -1, np.int32)
    place[~blank] = own
    values = Values(kind, different if kind == "flag" else different.view(numbers.dtype))
    if codes is None:
        codes, place = place + np.int32(1), np.arange(-1, len(different), dtype=np.int32)
    return Column(name, values, place, codes)
