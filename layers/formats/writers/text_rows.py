"""Rows of a file from its columns of texts: neighbours with few combinations of texts become one column first.

What an incident is told by stands in twenty columns of evidence and is one text: a row is put together of five or six
texts instead of forty cells, by Arrow, some ten thousand rows at a time, in several threads.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from geo.coded import Codes, used
from layers.formats.writers.text_columns import TextColumn, ended, joined

Ints = npt.NDArray[np.int64]

ROWS = 1 << 15
"""Rows that are put together at a time, at the most."""
BYTES = 1 << 22
"""About so many bytes are put together at a time: what was made for the piece before serves again."""
PART = 1 << 21
"""So many rows are looked at together."""
FEW = 1 << 16
"""Of so many possible combinations of two columns each is looked for."""
SPARE = 8
"""A combination of texts is worth making for so many rows that have it."""
LONG = (64, 1 << 16)
"""Of so many texts, the least and the most, it is looked whether they repeat."""
SAMPLE = 1 << 12
"""Rows that are looked at first."""
THREADS = min(4, os.cpu_count() or 1)


def lines(columns: Sequence[TextColumn], between: str, after: str) -> Iterator[Any]:
    """The rows as UTF-8, in pieces (buffers): texts of a row with `between` between them and `after` behind the last.

    The texts of all columns stand in one array, and a piece is what Arrow takes out of it, row after row. Of very many
    rows that is done for some at a time: what is known of each row on the way would stand in memory for all.
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
    runs = _runs(columns)
    ends = [between] * (len(runs) - 1) + [after]
    pools = [run.texts(between, end) for run, end in zip(runs, ends, strict=True)]
    codes = [run.codes for run in runs]
    wide = sum(pool.nbytes / max(len(pool), 1) for pool in pools)
    step = max(min(ROWS, int(BYTES / max(wide, 1))), 1)
    first = np.cumsum([0, *(len(p) for p in pools)])
    pool = pa.concat_arrays([p.combine_chunks() if isinstance(p, pa.ChunkedArray) else p for p in pools])
    del pools, runs, columns
    kind: type[np.integer[Any]] = np.int32 if len(pool) < 1 << 31 else np.int64

    def piece(start: int) -> Any:
        stop = min(start + step, n)
        at = np.empty((stop - start, len(codes)), kind)
        for i, own in enumerate(codes):
            np.add(np.arange(start, stop) if own is None else own[start:stop], first[i], out=at[:, i], casting="unsafe")
        made = pool.take(pa.array(at.ravel()))
        bounds = np.frombuffer(made.buffers()[1], np.int64)[made.offset : made.offset + len(made) + 1]
        return made.buffers()[2].slice(int(bounds[0]), int(bounds[-1] - bounds[0]))

    starts = range(0, n, step)
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


@dataclass(frozen=True)
class _Run:
    """Neighbouring columns as one: `codes` says which combination of their texts each row has (None: row by row).

    `of` has for each array of codes, by its id, the code of each combination; columns that share their codes are
    told by one of them.
    """

    columns: tuple[TextColumn, ...]
    codes: Codes | None
    size: int
    of: Mapping[int, Ints | None]

    @classmethod
    def start(cls, column: TextColumn) -> _Run:
        return cls((column,), column.codes, len(column.texts), {id(column.codes): None})

    def texts(self, between: str, end: str) -> Any:
        """The text of each combination."""
        parts = []
        for key, columns in itertools.groupby(self.columns, lambda c: id(c.codes)):
            alike, at = _side_by_side([c.texts for c in columns], between), self.of[key]
            parts.append(alike if at is None else alike.take(pa.array(at)))
        whole = _side_by_side(parts, between)
        return ended(whole, end) if end else whole

    def followed(self, column: TextColumn) -> _Run | None:
        """The run with one more column; None where too many combinations would be in it."""
        if self.codes is None or column.codes is None:
            return None
        if id(column.codes) in self.of:
            return _Run((*self.columns, column), self.codes, self.size, self.of)
        found = _combined(self.codes, self.size, column.codes, len(column.texts))
        if found is None:
            return None
        codes, mine, its = found
        of = {key: mine if at is None else at[mine] for key, at in self.of.items()}
        return _Run((*self.columns, column), codes, len(mine), {**of, id(column.codes): its})


def _runs(columns: Sequence[TextColumn]) -> list[_Run]:
    """The columns, neighbours made one where they have few combinations of texts."""
    out: list[_Run] = []
    for column in columns:
        longer = out[-1].followed(column) if out else None
        if longer is None and (once := _tight(column)) is not column:
            column, longer = once, out[-1].followed(once) if out else None
        if longer is None:
            out.append(_Run.start(column))
        else:
            out[-1] = longer
    return out


def _combined(a: Codes, size: int, b: Codes, other: int) -> tuple[Codes, Ints, Ints] | None:
    """Two arrays of codes as one, and the codes of both that each of its codes stands for; None where they are many."""
    n = len(a)
    if other == 1:
        return a, np.arange(size), np.zeros(size, np.int64)
    if size == 1:
        return b, np.zeros(other, np.int64), np.arange(other)
    if size * other <= FEW:
        there, codes = used(a * np.int32(other) + b, size * other)
        return None if SPARE * len(there) > n else (codes, *np.divmod(there, other))
    # Nearly every row has the commonest text of one of them, such as none: the others alone are looked at.
    for rare, commonest in ((b, _commonest(b)), (a, _commonest(a))):
        if commonest is None:
            continue
        kept, usual = (a, size) if rare is b else (b, other)
        if SPARE * usual > n:
            continue
        rows = np.flatnonzero(rare != commonest)
        own, pairs = pd.factorize(a[rows].astype(np.int64) * other + b[rows])
        if usual + len(pairs) > min(2 * (size + other), n // SPARE):
            continue
        codes = kept.copy()
        codes[rows] = own + usual
        every, one = np.arange(usual), np.full(usual, commonest)
        mine, its = (every, one) if rare is b else (one, every)
        return codes, np.concatenate((mine, pairs // other)), np.concatenate((its, pairs % other))
    return None


def _commonest(codes: Codes) -> int | None:
    """The code that most rows have, as some of them say; None where not three of four have it."""
    some = codes[:: max(len(codes) // SAMPLE, 1)]
    counts = np.bincount(some)
    best = int(counts.argmax())
    return best if 4 * counts[best] >= 3 * len(some) else None


def _side_by_side(parts: Sequence[Any], between: str) -> Any:
    return joined(*parts, between=between) if len(parts) > 1 else parts[0]


def _tight(column: TextColumn) -> TextColumn:
    """The column with each text once."""
    if column.codes is None or not LONG[0] <= len(column.texts) <= LONG[1]:
        return column
    once = column.texts.dictionary_encode()
    if 2 * len(once.dictionary) > len(column.texts):
        return column
    return TextColumn(once.dictionary, once.indices.to_numpy().take(column.codes))
