"""Parquet of columns that are codes already: pages, and the footer that says where they are.

Arrow would look each value of a million rows up once more to find the codes that are there. Written is the plainest
form that every reader knows: one page of data a column and group of rows, behind a page of its different values where
those are fewer bytes than the rows; version 1 of pages, Zstandard.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from geo.coded import COMPILED
from geo.compiled.compiler import compiles
from layers.formats.writers.run_lengths import run_lengths, width_of
from layers.formats.writers.thrift import Long, Value, struct

Codes = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]

MAGIC, WRITTEN_BY = b"PAR1", "cahra-atlas version 1.0.0 (build 1)"
THREADS = min(4, os.cpu_count() or 1)
ZSTD, PLAIN, RLE, BY_DICTIONARY, DATA_PAGE, DICTIONARY_PAGE = 6, 0, 3, 8, 0, 2
REQUIRED, OPTIONAL = 0, 1
KINDS: dict[str, tuple[int, int | None, Value | None]] = {
    "flag": (0, None, None),
    "day": (1, 6, {6: {}}),
    "whole": (2, None, None),
    "number": (5, None, None),
    "text": (6, 0, {1: {}}),
}
"""Number of the physical type, of the older logical type, and the logical type."""
ARROW = {"flag": pa.bool_(), "day": pa.date32(), "whole": pa.int64(), "number": pa.float64()}
ARROW["text"] = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True)
class Values:
    """The different values of a column, as Parquet writes them plainly.

    Parameters
    ----------
    kind
        A key of :data:`KINDS`.
    data
        The bytes of all of them: little-endian numbers, texts with their length before them; of flags a byte each.
    ends
        Where each text ends in `data`, behind 0; None: all are of one size.
    texts
        The texts themselves; None where they are none.
    """

    kind: str
    data: Any
    ends: npt.NDArray[np.int64] | None = None
    texts: Any = None

    @classmethod
    def of_texts(cls, texts: Any) -> Values:
        """Texts (pyarrow.LargeStringArray)."""
        _, offsets, data = texts.buffers()
        begins = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
        sizes = np.diff(begins)
        ends = np.concatenate(([0], np.cumsum(sizes + 4)))
        out, own = np.empty(int(ends[-1]), np.uint8), np.ones(int(ends[-1]), np.bool_)
        heads = sizes.astype("<u4").view(np.uint8).reshape(-1, 4)
        for k in range(4):
            out[ends[:-1] + k] = heads[:, k]
            own[ends[:-1] + k] = False
        if data is not None:
            out[own] = np.frombuffer(data, np.uint8)[begins[0] : begins[-1]]
        return cls("text", out, ends, texts)

    def __len__(self) -> int:
        return len(self.data) if self.ends is None else len(self.ends) - 1

    def span(self, start: int, stop: int) -> Bytes:
        """The bytes of the values from one on to before another."""
        if self.ends is not None:
            return np.asarray(self.data[self.ends[start] : self.ends[stop]])
        return np.asarray(self.data[start:stop].view(np.uint8))


@dataclass(frozen=True)
class Column:
    """A column: its values, and which of them each row has.

    Parameters
    ----------
    name
        Its name.
    values
        Its different values; where there are no `codes`, those of the rows one after the other, without what is blank.
    place
        Position among `values` of each code; -1: blank. Where there are no `codes`, of each row.
    codes
        The code of each row; None: `place` has the rows themselves.
    bounded
        Whether the least and the most of a group are told, so that a reader may pass it over.
    """

    name: str
    values: Values
    place: Codes
    codes: Codes | None = None
    bounded: bool = False

    def __len__(self) -> int:
        return len(self.place) if self.codes is None else len(self.codes)

    @property
    def optional(self) -> bool:
        """Whether the file says of each row whether something is there; a text is blank and never missing."""
        return self.values.kind != "text"


def parquet_bytes(columns: Sequence[Column], rows: int) -> bytes:
    """A file of columns of one length, in groups of so many rows."""
    n = len(columns[0]) if columns else 0
    starts = range(0, n, rows)
    size = n * COMPILED
    tasks = [(c, g, slice(s, min(s + rows, n))) for s in starts for c, g in zip(columns, _gaps(columns), strict=True)]
    levels: dict[tuple[int, int], bytes] = {}
    out, at = [MAGIC], len(MAGIC)
    groups: list[Value] = []
    chunks = _spread(lambda task: _chunk(*task, size=size, levels=levels), tasks)
    for start in starts:
        described: list[Value] = []
        total = packed = 0
        for _ in columns:
            chunk = next(chunks)
            described.append({2: Long(at), 3: chunk.described(at)})
            out += chunk.pieces
            at += chunk.packed
            total, packed = total + chunk.size, packed + chunk.packed
        groups.append({1: described, 2: Long(total), 3: Long(min(rows, n - start)), 6: Long(packed)})
    footer = struct(_footer(columns, n, groups))
    return b"".join((*out, footer, len(footer).to_bytes(4, "little"), MAGIC))


def _gaps(columns: Sequence[Column]) -> list[int]:
    """A number for each column: the same for columns that are blank in the same rows, as far as their codes say so."""
    numbers: dict[tuple[int, bytes], int] = {}
    alike = [(id(c.place if c.codes is None else c.codes), (c.place < 0).tobytes()) for c in columns]
    return [numbers.setdefault(key, len(numbers)) for key in alike]


def _spread(work: Callable[[Any], _Chunk], tasks: Sequence[Any]) -> Iterator[_Chunk]:
    if THREADS < 2 or len(tasks) < 2:
        yield from map(work, tasks)
        return
    with ThreadPoolExecutor(THREADS) as threads:
        yield from threads.map(work, tasks)


@dataclass(frozen=True)
class _Chunk:
    """A column of one group of rows: its pages, and what the footer says of them."""

    pieces: tuple[bytes, ...]
    column: Column
    rows: int
    first: int  # bytes of the page of different values; 0: there is none
    packed: int
    size: int
    bounds: Value | None

    def described(self, at: int) -> Value:
        kind = KINDS[self.column.values.kind][0]
        encodings = [PLAIN, RLE, BY_DICTIONARY] if self.first else [PLAIN, RLE]
        return {
            1: kind, 2: encodings, 3: [self.column.name], 4: ZSTD, 5: Long(self.rows), 6: Long(self.size),
            7: Long(self.packed), 9: Long(at + self.first), 11: Long(at) if self.first else None, 12: self.bounds,
        }  # fmt: skip


def _chunk(column: Column, gaps: int, rows: slice, *, size: int, levels: dict[tuple[int, int], bytes]) -> _Chunk:
    """A column of a group; `levels` has which rows are blank, by the number of :func:`_gaps` and the first row."""
    own, known, least, most = _taken(column, rows, size)
    n = rows.stop - rows.start
    start = b""
    if column.optional and known is not None:
        if (gaps, rows.start) not in levels:
            packed = run_lengths(known, 1, size).tobytes()
            levels[gaps, rows.start] = len(packed).to_bytes(4, "little") + packed
        start = levels[gaps, rows.start]
    pages, encoding, bounds = [], PLAIN, None
    if column.codes is not None and _by_dictionary(column.values, own, least, most):
        if column.bounded:
            bounds = _bounds(column.values.texts, own)
        own = own - np.int32(least)
        width, encoding = width_of(most - least), BY_DICTIONARY
        head: Value = {1: most - least + 1, 2: PLAIN}
        pages.append(_page(DICTIONARY_PAGE, 7, head, column.values.span(least, most + 1).tobytes()))
        body = bytes([width]) + run_lengths(own, width, size).tobytes()
    else:
        body = _plain(column, own, least, most)
    pages.append(_page(DATA_PAGE, 5, {1: n, 2: encoding, 3: RLE, 4: RLE}, start + body))
    pieces = tuple(piece for page, _ in pages for piece in page)
    first = sum(map(len, pages[0][0])) if len(pages) > 1 else 0
    return _Chunk(pieces, column, n, first, sum(map(len, pieces)), sum(s for _, s in pages), bounds)


def _page(kind: int, field: int, head: Value, data: bytes) -> tuple[tuple[bytes, bytes], int]:
    """A page with its header, and how large it is unpacked."""
    packed = pa.Codec("zstd", compression_level=1).compress(data, asbytes=True)
    header = struct({1: kind, 2: len(data), 3: len(packed), field: head})
    return (header, packed), len(header) + len(data)


def _taken(column: Column, rows: slice, size: int) -> tuple[Codes, Codes | None, int, int]:
    """Positions among the values of the rows that have one; 1 for each of the rows that has, else 0; least and most."""
    n = rows.stop - rows.start
    if column.codes is not None and compiles(size):
        from geo.compiled.page_loops import gathered, gathered_known

        values = np.empty(n + 1, np.int32)
        if not column.optional:
            least, most = gathered(column.codes[rows], column.place, values)
            return values[:n], None, int(least), int(most)
        known = np.empty(n, np.int32)
        many, least, most = gathered_known(column.codes[rows], column.place, values, known)
        return values[:many], known, int(least), int(most)
    own = column.place[rows] if column.codes is None else column.place.take(column.codes[rows], mode="clip")
    there = own >= 0
    own = own if there.all() else own[there]
    return own, there.astype(np.int32), *((int(own.min()), int(own.max())) if len(own) else (0, -1))


def _by_dictionary(values: Values, own: Codes, least: int, most: int) -> bool:
    """Whether different values and positions among them are fewer bytes than the values of all rows."""
    if values.kind == "text":
        return True
    if values.kind == "flag" or not len(own):
        return False
    each = values.data.itemsize
    fewer: bool = (most - least + 1) * each + len(own) * width_of(most - least) // 8 < len(own) * each
    return fewer


def _plain(column: Column, own: Codes, least: int, most: int) -> bytes:
    """The values themselves."""
    data = column.values.data
    taken = data[least : most + 1] if column.codes is None else data.take(own)
    if column.values.kind == "flag":
        taken = np.packbits(taken.view(np.bool_), bitorder="little")
    return bytes(taken.tobytes())


def _bounds(texts: Any, own: Codes) -> Value:
    there = np.flatnonzero(np.bincount(own))
    found = pc.min_max(texts.take(pa.array(there)))
    return {3: Long(0), 5: found["max"].as_py(), 6: found["min"].as_py()}


def _footer(columns: Sequence[Column], n: int, groups: list[Value]) -> dict[int, Value]:
    elements: list[Value] = [{4: "schema", 5: len(columns)}]
    fields = []
    for c in columns:
        kind, older, logical = KINDS[c.values.kind]
        elements.append({1: kind, 3: OPTIONAL if c.optional else REQUIRED, 4: c.name, 6: older, 10: logical})
        fields.append(pa.field(c.name, ARROW[c.values.kind], nullable=c.optional))
    arrow = base64.b64encode(pa.schema(fields).serialize()).decode()
    return {
        1: 2, 2: elements, 3: Long(n), 4: groups, 5: [{1: "ARROW:schema", 2: arrow}], 6: WRITTEN_BY,
        7: [{1: {}} for _ in columns],
    }  # fmt: skip
