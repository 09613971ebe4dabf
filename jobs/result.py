"""What every job gives: files by name, made when they are asked for, and a summary.

For the disk they are made piece by piece, so that none need fit into memory, and two at a time where a job says so.
"""

from __future__ import annotations

import functools
import hashlib
import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Any

import pandas as pd

from geo.ahead import SWITCH_S, ahead
from geo.coded import CodedTable
from geo.columns import Table
from geo.memory import give_back
from jobs.data_page import DATA_CARDS, inputs_of, page
from jobs.demonstration import FILE, note
from jobs.run_crate import CRATE
from jobs.run_record import RECORD, closing, fingerprint
from jobs.table_mark import with_mark
from layers.formats.writers.cells import plain_types
from layers.formats.writers.delimited import coded_csv_pieces, csv_pieces
from layers.formats.writers.text_columns import TextColumn, whole

Sheet = tuple[pd.DataFrame | CodedTable, Table]
"""A frame or columns of codes, and the table of the schema that says which of its columns are whole numbers."""
Later = Callable[[], Sheet]
"""What makes a sheet when its file is taken."""
Content = bytes | Iterable[Any]
"""A file whole, or piece by piece (bytes or buffers), each made when it is taken."""
Put = Callable[[str, Content], None]
"""Takes a file of a result by its name and puts it away."""
LARGE = 1 << 22
"""A file of so many bytes is hashed while the next one is made."""
HEAVY = 1 << 26
"""Behind a file of so many bytes memory goes back: what is smaller leaves little, and is needed by the next one."""


class Result(ABC):
    """The result of a job: load → run → files → summary."""

    @abstractmethod
    def made_files(self, language: str = "en") -> Mapping[str, bytes]:
        """The files of the run by name, each made when it is taken.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """

    def files(self, language: str = "en") -> dict[str, bytes]:
        """All files of the run by name; the same call gives the same bytes, `run_at` of run.json aside.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        return dict(self.made_files(language))

    def put_away(self, put: Put, language: str = "en") -> None:
        """The same, each given to `put` as it is made, run.json last; none of them is kept here.

        Parameters
        ----------
        put
            Takes each file; it may be asked for two at once, by two threads.
        language
            Code of the reader's language, such as `fr`.
        """
        made = self.made_files(language)
        if isinstance(made, ResultFiles):
            made.put_away(put)
            return
        for name in sorted(made, key=lambda n: (n == RECORD, n)):
            put(name, made[name])

    @abstractmethod
    def summary(self, language: str = "en") -> Sequence[str]:
        """What to say of the run in a few lines: messages, or texts in `language`.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """


class ResultFiles(Mapping[str, bytes]):
    """Files by name, sorted; a file is made when it is first taken, and kept.

    Parameters
    ----------
    tables
        What is written as CSV, or as Parquet where the file name ends so, or what makes it; each with a mark where the
        record says that data of the run are synthetic (:mod:`jobs.table_mark`).
    others
        How each other file is made, by file name.
    record
        The run record; the cells that were neutralised in each CSV are counted in it, and it is sealed with the hashes
        of all files (:mod:`jobs.run_record`).
    without
        Names of files that are left away; asked for when it has to be known. They can be taken all the same.
    first
        Names of the files that take longest, where it pays to make two at a time: these are begun with. Or what tells
        them when the files are put away.
    whole
        Makes the record with what is known of it only when its files are made; None: `record` is all.
    texts
        Makes columns of a table that are text already, by file name: another file says them too.
    """

    def __init__(
        self,
        tables: Mapping[str, Sheet | Later],
        others: Mapping[str, Callable[[], Content]],
        record: Mapping[str, object],
        whole: Callable[[], Mapping[str, object]] | None = None,
        without: Callable[[], Collection[str]] = tuple,
        first: Sequence[str] | Callable[[], Sequence[str]] = (),
        texts: Mapping[str, Callable[[], Mapping[str, TextColumn]]] = MappingProxyType({}),
    ) -> None:
        self._tables, self._others, self._first = tables, dict(others), first
        self._texts = texts
        self._record, self._without = whole or (lambda: record), without
        self._synthetic = bool(record.get("demonstration"))
        if self._synthetic:
            self._others[FILE] = functools.partial(note, record)
        if inputs_of(record):
            self._others[DATA_CARDS] = functools.partial(page, record)
        self._made: dict[str, bytes] = {}
        self._hashed: dict[str, Callable[[], dict[str, object]]] = {}
        self._neutralised: dict[str, int] = {}

    def __getitem__(self, name: str) -> bytes:
        if name not in self._made:
            if name in (CRATE, RECORD):  # they speak of all the others
                names = [n for n in self if n not in (CRATE, RECORD)]
                data = {n: self[n] for n in names}
                prints = {n: self._hashed[n]() if n in self._hashed else fingerprint(data[n]) for n in names}
                self._made.update(self._closing(prints))
            else:
                self._made[name] = _whole(self._content(name))
            if len(self._made[name]) >= LARGE:
                self._hashed[name] = ahead(functools.partial(fingerprint, self._made[name]))
        return self._made[name]

    def _content(self, name: str) -> Content:
        if name in self._made:
            return self._made[name]
        if name not in self._tables:
            return self._others[name]()
        given = self._tables[name]
        frame, table = given() if callable(given) else given
        frame = with_mark(frame) if self._synthetic else frame
        if name.endswith(".parquet"):
            from layers.formats.writers.coded_parquet import coded_parquet_pieces  # few small runs write one

            return coded_parquet_pieces(frame if isinstance(frame, CodedTable) else CodedTable.of(frame), table)
        if isinstance(frame, CodedTable):
            pieces, self._neutralised[name] = coded_csv_pieces(frame, table)
        else:
            pieces, self._neutralised[name] = csv_pieces(plain_types(frame, table), texts=self._texts.get(name, dict)())
        return pieces

    def _closing(self, made: Mapping[str, Mapping[str, object]]) -> dict[str, bytes]:
        counts = {n: self._neutralised[n] for n in self._tables if n in made and n in self._neutralised}
        return closing(made, {**self._record(), "cells_neutralised": counts})

    def put_away(self, put: Put) -> None:
        """Every file once, made while `put` takes it, the crate and run.json last; none is kept here.

        Parameters
        ----------
        put
            Takes each file; where the job names the first ones, two threads call it.
        """
        made: dict[str, Mapping[str, object]] = {}

        def one(name: str) -> None:
            pieces = _Counted(self._content(name))
            put(name, pieces)
            made[name] = pieces.fingerprint
            if pieces.size >= HEAVY:
                give_back()

        names = [n for n in self if n not in (CRATE, RECORD)]
        first = self._first() if callable(self._first) else self._first
        if first and (os.cpu_count() or 1) > 1:
            names.sort(key=lambda n: first.index(n) if n in first else len(first))
            sys.setswitchinterval(min(sys.getswitchinterval(), SWITCH_S))
            with ThreadPoolExecutor(2) as threads:
                waiting = [threads.submit(one, name) for name in names]
                try:
                    for each in waiting:
                        each.result()
                finally:  # of what comes after a fault nothing is begun
                    threads.shutdown(wait=False, cancel_futures=True)
        else:
            for name in names:
                one(name)
        for name, data in self._closing(made).items():
            put(name, data)

    def __iter__(self) -> Iterator[str]:
        gone = self._without()
        return (name for name in self.offered if name not in gone)

    def __len__(self) -> int:
        return len(list(iter(self)))

    @property
    def offered(self) -> list[str]:
        """Names of all files that can be taken, also of those that are left away."""
        return sorted([*self._tables, *self._others, CRATE, RECORD])


class _Counted:
    """The pieces of a file, hashed as they are taken; they can be taken once."""

    def __init__(self, content: Content) -> None:
        self._content, self._hash, self.size = content, hashlib.sha256(), 0

    def __iter__(self) -> Iterator[Any]:
        pieces: Iterable[Any] = (self._content,) if isinstance(self._content, bytes) else self._content
        for piece in pieces:
            self._hash.update(piece)
            self.size += memoryview(piece).nbytes
            yield piece

    @property
    def fingerprint(self) -> dict[str, object]:
        """Hash and size of what was taken."""
        return {"sha256": self._hash.hexdigest(), "bytes": self.size}


def _whole(content: Content) -> bytes:
    return content if isinstance(content, bytes) else whole(content)
