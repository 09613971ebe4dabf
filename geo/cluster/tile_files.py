"""The files of a tile's results; in how many parts it was assessed shows in no byte of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.coded import CodedTable

Ints = npt.NDArray[np.int64]
Part = tuple[pd.DataFrame, CodedTable, Ints]
"""Some sites as they were assessed, a table of evidence, and the rows of it that are theirs."""

EVIDENCE_ROWS = 1 << 18
"""Rows of evidence that a worker makes a frame of at a time: a frame of a million takes a gigabyte."""


def write_tile(number: int, parts: Iterable[Part], folder: str, system: Any) -> None:
    """Writes ``sites-00000.parquet`` and ``evidence-00000.parquet`` of a tile.

    Parameters
    ----------
    number
        Number of the tile.
    parts
        The tile in the order of its results, one part or more; each is let go before the next one is asked for.
    folder
        Path within the file system; it is there.
    system
        The pyarrow file system.
    """
    sites: list[pd.DataFrame] = []
    with _EvidenceFile(f"{folder}/evidence-{number:05d}.parquet", system) as file:
        for mine, table, rows in parts:
            sites.append(mine)
            file.add(table, rows)
            del mine, table, rows  # else they stand beside the next ones while these are made
    whole = pd.concat(sites, ignore_index=True)
    whole.to_parquet(f"{folder}/sites-{number:05d}.parquet", index=False, filesystem=system)


class _EvidenceFile:
    """Parquet of rows that come in parts, each row group but the last of :data:`EVIDENCE_ROWS`."""

    def __init__(self, path: str, system: Any) -> None:
        self._path, self._system = path, system
        self._file: Any = None
        self._left: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, fault: object, *_: object) -> None:
        if self._file is None:
            return
        if self._left is not None and fault is None:
            self._file.write_table(self._left)
        self._file.close()

    def add(self, table: CodedTable, rows: Ints) -> None:
        """Writes some rows of a table, but for those that do not fill a row group yet."""
        import pyarrow as pa
        from pyarrow import parquet

        if self._file is None:
            nothing = table.take(np.zeros(0, np.int64)).frame()
            self._kind = pa.Schema.from_pandas(nothing, preserve_index=False)
            self._file = parquet.ParquetWriter(self._path, self._kind, filesystem=self._system)
        start = 0
        while start < len(rows):
            end = start + EVIDENCE_ROWS - (0 if self._left is None else len(self._left))
            part = table.take(rows[start:end]).frame()
            group = pa.Table.from_pandas(part, schema=self._kind, preserve_index=False)
            if self._left is not None:
                group, self._left = pa.concat_tables([self._left, group]).combine_chunks(), None
            if len(group) < EVIDENCE_ROWS:
                self._left = group
            else:
                self._file.write_table(group)
            start = end
