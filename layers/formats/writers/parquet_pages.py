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
from layers.formats.writers.run_lengths import run_lengths, run_of, width_of
from layers.formats.writers.thrift import Long, Value, struct

Codes = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
_Page = tuple[tuple[bytes, bytes], int]
"""Header and packed data of a page, and how large both are unpacked."""

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


def parquet_pieces(columns: Sequence[Column], rows: int) -> Iterator[bytes]:
    """A file of columns of one length in groups of so many rows, piece by piece."""
    n = len(columns[0]) if columns else 0
    starts = range(0, n, rows)
    alike = _alike(columns)
    tasks = [([columns[i] for i in some], slice(s, min(s + rows, n))) for s in starts for some in alike]
    at = len(MAGIC)
    groups: list[Value] = []
    made = _spread(lambda task: _chunks(*task, size=n * COMPILED), tasks)
    yield MAGIC
    for start in starts:
        of_group = {i: chunk for some in alike for i, chunk in zip(some, next(made), strict=True)}
        described: list[Value] = []
        total = packed = 0
        for i in range(len(columns)):
            chunk = of_group[i]
            described.append({2: Long(at), 3: chunk.described(at)})
            yield from chunk.pieces
            at += chunk.packed
            total, packed = total + chunk.size, packed + chunk.packed
        groups.append({1: described, 2: Long(total), 3: Long(min(rows, n - start)), 6: Long(packed)})
    footer = struct(_footer(columns, n, groups))
    yield footer + len(footer).to_bytes(4, "little") + MAGIC


def _alike(columns: Sequence[Column]) -> list[list[int]]:
    """Positions of columns that share their codes, together: what is known of their rows is found once."""
    by_codes: dict[int, list[int]] = {}
    for i, column in enumerate(columns):
        by_codes.setdefault(-i if column.codes is None else id(column.codes), []).append(i)
    return list(by_codes.values())


def _spread(work: Callable[[Any], list[_Chunk]], tasks: Sequence[Any]) -> Iterator[list[_Chunk]]:
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


def _chunks(columns: Sequence[Column], rows: slice, *, size: int) -> list[_Chunk]:
    """Columns of a group of rows: one that has no codes, or such as share theirs."""
    if columns[0].codes is None:
        return [_of_rows(column, rows, size) for column in columns]
    shared = _Shared(columns[0].codes[rows], len(columns[0].place), size)
    return [shared.chunk(column) for column in columns]


def _of_rows(column: Column, rows: slice, size: int) -> _Chunk:
    """A column whose values are those of the rows."""
    own = column.place[rows]
    known = (own >= 0).astype(np.int32)
    there = own[own >= 0]
    start = _levels(run_lengths(known, np.arange(2, dtype=np.int32), 1, size)) if column.optional else b""
    data = column.values.data[there[0] : there[-1] + 1] if len(there) else column.values.data[:0]
    return _chunk(column, len(own), None, _page_of_rows(len(own), PLAIN, start + _plain(column, data)))


class _Shared:
    """Rows of a group as columns that share their codes have them: `codes` are those of the rows, below `n`."""

    def __init__(self, codes: Codes, n: int, size: int) -> None:
        self.codes, self.n, self.size = codes, n, size
        self.there = _present(codes, n, size)
        self._known: dict[bytes, tuple[bytes, Codes]] = {}
        self._pages: dict[tuple[bytes, bytes], _Page] = {}

    def chunk(self, column: Column) -> _Chunk:
        """A column of these rows."""
        place = column.place.take(self.there)
        known, gaps, start, codes = place >= 0, b"", b"", self.codes
        if column.optional:
            gaps = known.tobytes()
            start, codes = self._with_something(known, gaps)
        own, rows = place[known], len(self.codes)
        least, most = (int(own.min()), int(own.max())) if len(own) else (0, -1)
        if not _by_dictionary(column.values, len(codes), least, most):
            data = column.values.data.take(column.place.take(codes))
            return _chunk(column, rows, None, _page_of_rows(rows, PLAIN, start + _plain(column, data)))
        head: Value = {1: most - least + 1, 2: PLAIN}
        words = _page(DICTIONARY_PAGE, 7, head, column.values.span(least, most + 1).tobytes())
        key = gaps, (place - np.int32(least)).tobytes()
        if key not in self._pages:
            body = start + self._packed(codes, column.place - np.int32(least), most - least)
            self._pages[key] = _page_of_rows(rows, BY_DICTIONARY, body)
        return _chunk(
            column, rows, words, self._pages[key], _bounds(column.values.texts, own) if column.bounded else None
        )

    def _with_something(self, known: Bools, gaps: bytes) -> tuple[bytes, Codes]:
        """Which rows have something, as the format tells it, and the codes of those; by which codes have."""
        if gaps not in self._known:
            n = len(self.codes)
            if known.all():
                self._known[gaps] = _levels(run_of(1, n, 1)), self.codes
            elif not known.any():
                self._known[gaps] = _levels(run_of(0, n, 1)), self.codes[:0]
            else:
                flags = np.zeros(self.n, np.int32)
                flags[self.there[known]] = 1
                levels = _levels(run_lengths(self.codes, flags, 1, self.size))
                self._known[gaps] = levels, _known_codes(self.codes, flags, self.size)
        return self._known[gaps]

    def _packed(self, codes: Codes, place: Codes, most: int) -> bytes:
        """Positions among different values, the largest of which is `most`, behind their bits."""
        width = width_of(most)
        packed = run_lengths(codes, place, width, self.size).tobytes() if most else run_of(0, len(codes), 1)
        return bytes([width]) + packed


def _present(codes: Codes, n: int, size: int) -> Ints:
    """The codes, below `n`, that some row has."""
    if not compiles(size):
        return np.flatnonzero(np.bincount(codes, minlength=n))
    from geo.compiled.page_loops import present

    there = np.zeros(n, np.uint8)
    present(codes, there)
    return np.flatnonzero(there)


def _known_codes(codes: Codes, known: Codes, size: int) -> Codes:
    """The codes of the rows whose code is known (1, else 0)."""
    if not compiles(size):
        return codes[known.take(codes) > 0]
    from geo.compiled.page_loops import known_codes

    out = np.empty(len(codes) + 1, np.int32)
    return out[: known_codes(codes, known, out)]


def _levels(packed: Bytes | bytes) -> bytes:
    return len(packed).to_bytes(4, "little") + bytes(packed)


def _page(kind: int, field: int, head: Value, data: bytes) -> _Page:
    """A page with its header, and how large it is unpacked."""
    packed = pa.Codec("zstd", compression_level=1).compress(data, asbytes=True)
    header = struct({1: kind, 2: len(data), 3: len(packed), field: head})
    return (header, packed), len(header) + len(data)


def _page_of_rows(rows: int, encoding: int, data: bytes) -> _Page:
    return _page(DATA_PAGE, 5, {1: rows, 2: encoding, 3: RLE, 4: RLE}, data)


def _chunk(column: Column, rows: int, words: _Page | None, own: _Page, bounds: Value | None = None) -> _Chunk:
    """A column of a group by its pages, `words` being that of its different values."""
    first = 0 if words is None else sum(map(len, words[0]))
    pieces = own[0] if words is None else (*words[0], *own[0])
    size = own[1] if words is None else words[1] + own[1]
    return _Chunk(pieces, column, rows, first, sum(map(len, pieces)), size, bounds)


def _by_dictionary(values: Values, rows: int, least: int, most: int) -> bool:
    """Whether different values and positions among them are fewer bytes than the values of all rows."""
    if values.kind == "text":
        return True
    if values.kind == "flag" or not rows:
        return False
    each = values.data.itemsize
    fewer: bool = (most - least + 1) * each + rows * width_of(most - least) // 8 < rows * each
    return fewer


def _plain(column: Column, data: npt.NDArray[Any]) -> bytes:
    """The values themselves."""
    if column.values.kind == "flag":
        data = np.packbits(data.view(np.bool_), bitorder="little")
    return bytes(data.tobytes())


def _bounds(texts: Any, own: Codes) -> Value:
    found = pc.min_max(texts.take(pa.array(np.unique(own))))
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
