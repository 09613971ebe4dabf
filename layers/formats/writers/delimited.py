"""CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo import schema
from geo.coded import CodedTable
from layers.formats.writers.cells import is_number
from layers.formats.writers.format import Format
from layers.formats.writers.spreadsheet_guard import SUSPECT, neutralise, refuse_restricted
from layers.formats.writers.text_bytes import beginning_oddly, holding, matching
from layers.formats.writers.text_columns import TextColumn, coded, column, joined, strings, whole
from layers.formats.writers.text_rows import lines


def csv_bytes(frame: pd.DataFrame, *, delimiter: str = ",", decimal: str = ".", bom: bool = False) -> tuple[bytes, int]:
    r"""CSV in UTF-8, and how many cells were neutralised.

    Text cells that a spreadsheet would run get an apostrophe in front (numbers are left alone); the count belongs into
    ``run.json``. French Excel wants ``delimiter=";", decimal=",", bom=True``.

    Raises
    ------
    ValueError
        The delimiter and the decimal sign are the same.
    geo.errors.InputError
        Rows that may not leave.

    Examples
    --------
    >>> csv_bytes(pd.DataFrame({"name": ["Boda", "=1+1"], "lat": [4.317, -5.0]}))
    (b"name,lat\nBoda,4.317\n'=1+1,-5.0\n", 1)
    """
    pieces, neutralised = csv_pieces(frame, delimiter=delimiter, decimal=decimal, bom=bom)
    return whole(pieces), neutralised


def csv_pieces(
    frame: pd.DataFrame,
    *,
    delimiter: str = ",",
    decimal: str = ".",
    bom: bool = False,
    texts: Mapping[str, TextColumn] = MappingProxyType({}),
) -> tuple[Iterator[Any], int]:
    """The same in pieces (bytes or buffers), each made when it is taken; `texts` are columns that are text already."""
    if delimiter == decimal:
        raise ValueError("the delimiter and the decimal sign must differ")
    refuse_restricted(frame)
    numeric = [is_number(frame.iloc[:, i]) for i in range(frame.shape[1])]
    names = [str(n) for n in frame.columns]
    columns = [texts[n] if n in texts else column(frame.iloc[:, i], decimal) for i, n in enumerate(names)]
    return delimited(names, columns, numeric, delimiter=delimiter, bom=bom)


def coded_csv_bytes(table: CodedTable, *tables: schema.Table) -> tuple[bytes, int]:
    """The same for columns of codes, as a frame that went through `plain_types` with `tables` would be written."""
    pieces, neutralised = coded_csv_pieces(table, *tables)
    return whole(pieces), neutralised


def coded_csv_pieces(table: CodedTable, *tables: schema.Table) -> tuple[Iterator[Any], int]:
    """The same in pieces, each made when it is taken."""
    refuse_restricted(doubtful(table))
    columns, numeric = zip(*coded(table, *tables), strict=True)
    return delimited(list(table.columns), list(columns), list(numeric))


def doubtful(table: CodedTable) -> pd.DataFrame:
    """The rows that may belong to a dataset whose rows may not leave."""
    flags = np.zeros(len(table), np.bool_)
    if "restricted" in table.columns:
        flags |= np.asarray(table["restricted"].array(), np.bool_)
    if "event_id_cnty" in table.columns:
        flags |= True
    if "dataset" in table.columns:
        named = table["dataset"]
        acled = pd.Series(named.pool).astype("str").str.casefold().str.startswith("acled").to_numpy(np.bool_)
        if acled.any():
            flags |= acled if named.codes is None else acled.take(named.codes)
    return table.take(np.flatnonzero(flags)).frame()


def delimited(
    names: list[str], columns: list[TextColumn], numeric: list[bool], *, delimiter: str = ",", bom: bool = False
) -> tuple[Iterator[Any], int]:
    """The same for columns that are text already; `numeric` marks those that hold numbers, which are not guarded."""
    neutralised = 0
    cells: list[TextColumn] = []
    for text, is_numeric in zip(columns, numeric, strict=True):
        changed = 0
        if not is_numeric:
            text, changed = _guarded(text)
        neutralised += changed
        cells.append(text)
    header, changed = neutralise([n.encode("utf-8", "replace").decode() for n in names])
    return _pieces(header, cells, delimiter, b"\xef\xbb\xbf" if bom else b""), neutralised + changed


def _pieces(header: list[str], cells: list[TextColumn], delimiter: str, start: bytes) -> Iterator[Any]:
    # the csv module quotes \n but not a lone \r, which it would read back as the end of a row
    everywhere = any(holding(c.texts, "\r").any() for c in cells)
    if len(header) < 2 and not everywhere:
        yield start + _by_module(header, cells, delimiter)
        return
    quoted = _quoted(strings(header), delimiter, everywhere=everywhere)
    yield start + delimiter.join(quoted.to_pylist()).encode() + b"\n"
    if cells and len(cells[0]):
        rows = [c.with_texts(_quoted(c.texts, delimiter, everywhere=everywhere)) for c in cells]
        cells.clear()
        yield from lines(rows, delimiter, "\n")


def _by_module(header: list[str], cells: list[TextColumn], delimiter: str) -> bytes:
    """One column: a blank cell needs quotes, or its row would be a blank line."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(zip(*(c.rows(slice(0, len(c))).to_pylist() for c in cells), strict=True))
    return text.getvalue().encode()


def _guarded(text: TextColumn) -> tuple[TextColumn, int]:
    """A column that no spreadsheet runs, and how many of its cells were changed for that."""
    flags = matching(text.texts, SUSPECT, beginning_oddly(text.texts))
    if not flags.any():
        return text, 0
    rows = np.flatnonzero(flags)
    given = text.texts.take(pa.array(rows)).to_pylist()
    kept, _ = neutralise(given)
    flags[rows] = [a != b for a, b in zip(given, kept, strict=True)]
    if not flags.any():
        return text, 0
    changed = strings([b for a, b in zip(given, kept, strict=True) if a != b])
    return text.with_texts(pc.replace_with_mask(text.texts, pa.array(flags), changed)), text.count(flags)


def _quoted(texts: Any, delimiter: str, *, everywhere: bool) -> Any:
    """Texts in double quotes where the delimiter, a quote or a line end is in them, or everywhere."""
    special = np.full(len(texts), True) if everywhere else holding(texts, delimiter, '"', "\n")
    if not special.any():
        return texts
    some = texts.filter(pa.array(special))
    if holding(some, '"').any():
        some = pc.replace_substring(some, '"', '""')
    return pc.replace_with_mask(texts, pa.array(special), joined('"', some, '"'))


def to_csv_bytes(frame: pd.DataFrame, *, delimiter: str = ",", decimal: str = ".", bom: bool = False) -> bytes:
    """The bytes of :func:`csv_bytes` alone."""
    return csv_bytes(frame, delimiter=delimiter, decimal=decimal, bom=bom)[0]


FORMAT = Format("csv", to_csv_bytes)
