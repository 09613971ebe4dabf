"""Columns of a table of many rows and few values: the different values, and for each row which of them it has.

Evidence of a million rows repeats the same sites, incidents and limits; as codes it is sorted, counted and written
without a Python object per cell. A :class:`CodedTable` becomes a frame where somebody asks for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.compiled.compiler import compiles

Codes = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
LOOKED_AT = 1 << 17
"""Rows that are looked at together for the values they have."""
COMPILED = 1 << 8
"""A row of a table of codes is so much work, as :func:`geo.compiled.compiler.compiles` counts it."""


@dataclass(frozen=True)
class Coded:
    """One column.

    Parameters
    ----------
    pool
        The different values; a NumPy or pandas array of the type of the column.
    codes
        Position in `pool` of each row; None where `pool` has the rows themselves. Columns that are told by one thing
        (all that is known of an incident) share one array of codes.
    """

    pool: Any
    codes: Codes | None = None

    def __len__(self) -> int:
        return len(self.pool) if self.codes is None else len(self.codes)

    def array(self) -> Any:
        """The column row by row."""
        return self.pool if self.codes is None else self.pool.take(self.codes)

    def equal(self, value: object) -> Bools:
        """Which rows have a value.

        Parameters
        ----------
        value
            The value to look for; a missing one equals none.
        """
        same = np.asarray(self.pool == value, np.bool_)
        return same if self.codes is None else np.asarray(same.take(self.codes))

    def within(self, wanted: Iterable[object]) -> Bools:
        """Which rows have one of some values.

        Parameters
        ----------
        wanted
            Values to look for; a missing one equals none.
        """
        own = Coded(self.pool)
        same = np.logical_or.reduce([np.zeros(len(own), np.bool_), *(own.equal(v) for v in wanted)])
        return np.asarray(same if self.codes is None else same.take(self.codes))


@dataclass(frozen=True)
class CodedTable:
    """Columns by name, in order, all of one length."""

    columns: Mapping[str, Coded]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def __getitem__(self, name: str) -> Coded:
        return self.columns[name]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> CodedTable:
        """A frame as it is.

        Parameters
        ----------
        frame
            The frame; none of its columns is copied.
        """
        return cls({str(n): Coded(frame[n].array) for n in frame.columns})

    def frame(self) -> pd.DataFrame:
        """All rows and columns as a frame."""
        return pd.DataFrame({name: column.array() for name, column in self.columns.items()})

    def without(self, *names: str) -> CodedTable:
        """The other columns.

        Parameters
        ----------
        *names
            Names of columns that are left out.
        """
        return CodedTable({n: c for n, c in self.columns.items() if n not in names})

    def take(self, rows: Ints) -> CodedTable:
        """Some rows.

        Parameters
        ----------
        rows
            Positions of the rows to give, from 0, in the order wanted.
        """
        taken: dict[int, Codes] = {}
        out = {}
        for name, column in self.columns.items():
            if column.codes is None:
                out[name] = Coded(column.pool.take(rows))
                continue
            if id(column.codes) not in taken:
                taken[id(column.codes)] = column.codes.take(rows)
            out[name] = Coded(column.pool, taken[id(column.codes)])
        return CodedTable(out)


def stacked(tables: Sequence[CodedTable]) -> CodedTable:
    """Tables of the same columns, one below the other; columns that share their codes in all of them still do.

    Parameters
    ----------
    tables
        Tables of the same columns in the same order; one or more.
    """
    if len(tables) == 1:
        return tables[0]
    kept: dict[tuple[tuple[int, int], ...], Codes] = {}
    out = {}
    for name in tables[0].columns:
        parts = [table[name] for table in tables]
        pool = pd.concat([pd.Series(part.pool) for part in parts], ignore_index=True).array
        if all(part.codes is None for part in parts):
            out[name] = Coded(pool)
            continue
        key = tuple((id(part.codes), len(part.pool)) for part in parts)
        if key not in kept:
            first = np.cumsum([0, *(len(part.pool) for part in parts)])
            own = (np.arange(len(part), dtype=np.int32) if part.codes is None else part.codes for part in parts)
            kept[key] = np.concatenate([codes + np.int32(at) for codes, at in zip(own, first, strict=False)])
        out[name] = Coded(pool, kept[key])
    return CodedTable(out)


def masked(table: CodedTable, rows: Bools, blanks: Mapping[str, object]) -> CodedTable:
    """The table with some columns blank in some rows; columns that share their codes still do.

    Parameters
    ----------
    table
        Columns of one length.
    rows
        True where the cells become blank, one a row.
    blanks
        What stands where nothing does, by the name of each column that is masked.

    Examples
    --------
    >>> table = CodedTable({"a": Coded(np.array([7.0, 8.0]), np.array([1, 0, 1], np.int32))})
    >>> masked(table, np.array([True, False, False]), {"a": np.nan})["a"].array()
    array([nan,  7.,  8.])
    """
    kept: dict[tuple[int, int], Codes] = {}
    out = dict(table.columns)
    for name, blank in blanks.items():
        pool, codes = table[name].pool, table[name].codes
        extended = isinstance(pool, pd.api.extensions.ExtensionArray)
        if codes is None:
            series = pd.Series(pool).mask(rows, blank)
            out[name] = Coded(series.array if extended else series.to_numpy())
            continue
        key = id(codes), len(pool)
        if key not in kept:
            kept[key] = np.where(rows, np.int32(len(pool)), codes)
        more = pd.array([blank], dtype=pool.dtype) if extended else np.array([blank], dtype=pool.dtype)
        whole = type(pool)._concat_same_type([pool, more]) if extended else np.concatenate((pool, more))
        out[name] = Coded(whole, kept[key])
    return CodedTable(out)


def firsts(table: CodedTable) -> Ints:
    """The rows that no row before them is equal to, as `DataFrame.drop_duplicates` keeps them.

    Parameters
    ----------
    table
        Columns of one length.

    Examples
    --------
    >>> firsts(CodedTable({"a": Coded(np.array(["x", "y", "x"]), np.array([0, 1, 2, 0])), "b": Coded(np.zeros(4))}))
    array([0, 1])
    """
    alike: dict[int, tuple[Ints, Codes | None]] = {}  # by array of codes: pools that say the same at two places
    for column in table.columns.values():
        own, different = pd.factorize(column.pool, use_na_sentinel=False)
        key = id(column.codes)
        known = alike[key][0] if key in alike else np.zeros(len(own), np.int64)
        alike[key] = pd.factorize(known * len(different) + own)[0], column.codes
    rows = _maybe_again(list(alike.values()), len(table))
    group = np.zeros(len(rows), np.int64)
    for values, codes in sorted(alike.values(), key=lambda one: -int(one[0].max(initial=0))):
        own = values.take(rows if codes is None else codes.take(rows))
        group = pd.factorize(group * (int(values.max(initial=0)) + 1) + own)[0]
        several = np.bincount(group).take(group) > 1
        rows, group = rows[several], group[several]
    kept = np.ones(len(table), np.bool_)
    kept[rows] = False
    kept[rows[np.unique(group, return_index=True)[1]]] = True
    return np.flatnonzero(kept)


def _maybe_again(columns: Sequence[tuple[Ints, Codes | None]], n: int) -> Ints:
    """Of `n` rows those that may be equal to another one: no others share a sum of mixed numbers of their values."""
    mixed = np.zeros(n, np.uint64)
    for k, (values, codes) in enumerate(columns):
        own = pd.util.hash_array(values + (k << 40))
        mixed += own if codes is None else own.take(codes)
    return np.flatnonzero(pd.Series(mixed).duplicated(keep=False))


def coded_as(frame: pd.DataFrame, like: CodedTable) -> CodedTable:
    """A frame as codes: columns share them where those of `like` do, and what stands in rows alike stands once.

    Parameters
    ----------
    frame
        Rows with the columns of `like`, and maybe others, which stay as they are.
    like
        A table of codes that the frame is to be put beside (:func:`stacked`).

    Examples
    --------
    >>> like = CodedTable({"a": Coded(np.zeros(1), np.zeros(1, np.int32)), "b": Coded(np.zeros(1))})
    >>> table = coded_as(pd.DataFrame({"a": [7.0, 8.0, 7.0], "b": [1.0, 1.0, 1.0]}), like)
    >>> [float(v) for v in table["a"].pool], table["a"].codes.tolist(), table["b"].codes
    ([7.0, 8.0], [0, 1, 0], None)
    """
    groups: dict[int, list[str]] = {}
    for name, column in like.columns.items():
        if column.codes is not None and name in frame:
            groups.setdefault(id(column.codes), []).append(name)
    out = {str(n): Coded(frame[n].array) for n in frame.columns}
    for names in groups.values():
        group = np.zeros(len(frame), np.int64)
        for name in names:
            values = frame[name].array
            if frame[name].dtype == np.float64:  # 0.0 is not -0.0
                values = frame[name].to_numpy(np.float64).view(np.int64)
            own, different = pd.factorize(values, use_na_sentinel=False)
            group = pd.factorize(group * max(len(different), 1) + own)[0]
        first = np.unique(group, return_index=True)[1]
        codes = group.astype(np.int32)
        for name in names:
            out[name] = Coded(frame[name].array.take(first), codes)
    return CodedTable(out)


def used(codes: Ints | Codes, n: int) -> tuple[Ints, Codes]:
    """Which of `n` values some row has, and the codes of the rows among those alone.

    Parameters
    ----------
    codes
        A code a row, each below `n`.
    n
        How many values there are; codes are below it.

    Examples
    --------
    >>> used(np.array([4, 1, 4]), 6)
    (array([1, 4]), array([1, 0, 1], dtype=int32))
    """
    if compiles(len(codes) * COMPILED):
        from geo.compiled.code_loops import first_rows

        codes, first = codes.astype(np.int32, copy=False), np.full(n, -1)
        first_rows(codes, first)
        there = first >= 0
        if there.all():
            return np.arange(n), codes
        return np.flatnonzero(there), numbered(codes, np.cumsum(there, dtype=np.int32) - np.int32(1))
    there = np.zeros(n, np.bool_)
    for start in range(0, len(codes), LOOKED_AT):  # mostly the first rows have them all
        there |= np.bincount(codes[start : start + LOOKED_AT], minlength=n) > 0
        if there.all():
            break
    if there.all():
        return np.arange(n), codes.astype(np.int32, copy=False)
    place, own = np.cumsum(there, dtype=np.int32) - np.int32(1), np.empty(len(codes), np.int32)
    for start in range(0, len(codes), LOOKED_AT):
        part = slice(start, start + LOOKED_AT)
        place.take(codes[part], out=own[part], mode="clip")  # each is below the number of places
    return np.flatnonzero(there), own


def numbered(codes: Ints | Codes, numbers: Codes) -> Codes:
    """The number of each row's code.

    Parameters
    ----------
    codes
        The code of each row.
    numbers
        The number of each code.

    Examples
    --------
    >>> numbered(np.array([2, 0, 2]), np.array([5, 6, 7], np.int32))
    array([7, 5, 7], dtype=int32)
    """
    if not compiles(len(codes) * COMPILED):
        return numbers.take(codes)
    from geo.compiled.code_loops import renumbered

    out = np.empty(len(codes), np.int32)
    renumbered(codes.astype(np.int32, copy=False), numbers, out)
    return out


def pooled(table: CodedTable) -> Iterator[tuple[str, Any, Codes | None]]:
    """Each column by name: its values, none of which is without a row, and which of them each row has (None: in order).

    Columns that share their codes share the work.

    Parameters
    ----------
    table
        The rows, as codes or plain columns.
    """
    kept: dict[int, tuple[Ints, Codes]] = {}
    for name, given in table.columns.items():
        values, codes = given.pool, given.codes
        if codes is not None:
            if id(codes) not in kept:
                kept[id(codes)] = used(codes, len(values))
            rows, codes = kept[id(codes)]
            values = values.take(rows)
        yield name, values, codes
