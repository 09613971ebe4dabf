"""Rows of typed values as text by column, shapes as WKB, and what was turned down; filled in a child."""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
import math
from collections.abc import Collection
from typing import Any

import numpy as np
import shapely

from layers.formats.limits import Clock
from layers.formats.readers.delimited import header_names, note_repeated_columns
from layers.formats.readers.strict_json import plain_text
from layers.formats.row_ids import id_of
from layers.formats.table import Columns, Parsed, Report


def value_text(value: Any) -> str | None:
    """The text of a typed value; None for bytes, which no table shows.

    Examples
    --------
    >>> [value_text(v) for v in (1, 0.5, None, True, float("nan"), dt.datetime(2020, 1, 2), b"x", [1, {"a": None}])]
    ['1', '0.5', '', 'true', '', '2020-01-02', None, '[1,{"a":null}]']
    """
    if isinstance(value, bytes | bytearray | memoryview):
        return None
    if isinstance(value, float) and math.isnan(value):
        return ""
    if isinstance(value, dt.datetime):
        return (
            value.date().isoformat()
            if value.time() == dt.time(0) and value.tzinfo is None
            else value.isoformat(sep=" ")
        )
    if isinstance(value, dt.date | dt.time | dt.timedelta | decimal.Decimal):
        return str(value)
    if value is None or isinstance(value, str | bool | int | float):
        return plain_text(value)
    try:
        return plain_text(value)
    except (TypeError, ValueError):
        return str(value)


UNREADABLE = object()
"""Stands for a cell that its own library cannot read."""


def shapes_of(given: list[bytes | None]) -> np.ndarray:
    """Shapes of WKB, None for what is none; curves, which GEOS does not know, are none of these either."""
    wkb = np.empty(len(given), dtype=object)
    wkb[:] = given
    try:
        shapes: np.ndarray = shapely.from_wkb(wkb, on_invalid="ignore")
    except Exception:  # one at a time, to find those that are at fault
        shapes = np.empty(len(given), dtype=object)
        for i, one in enumerate(given):
            with contextlib.suppress(Exception):
                shapes[i] = None if one is None else shapely.from_wkb(one)
    return shapes


class RowSet:
    """Collects rows in the child, within the limits of the gateway."""

    def __init__(self, names: list[str], clock: Clock, *, with_shapes: bool) -> None:
        self.names, self.clock, self.with_shapes = names, clock, with_shapes
        self.cells: list[list[str]] = [[] for _ in names]
        self.row: list[int] = []
        self.wkb: list[bytes | None] = []
        self.rejected: list[tuple[int, str, str]] = []
        self.read = 0
        self.binary: set[str] = set()
        self._size = 0
        self._id_at = id_of(names)

    def add(self, number: int, values: Collection[Any], wkb: bytes | None = None, why: str = "") -> None:
        """One row; `why` rejects it."""
        gateway = self.clock.gateway
        self.read += 1
        texts = []
        for name, value in zip(self.names, values, strict=True):
            if value is UNREADABLE:
                why, value = why or "cell_unreadable", ""
            text = value if type(value) is str else value_text(value)
            if text is None:
                self.binary.add(name)
                text = ""
            texts.append(text)
        row_id = texts[self._id_at][:200] if self._id_at is not None else ""
        longest = max(map(len, texts), default=0)
        if why or longest > gateway.cell_characters or any("\x00" in t for t in texts):
            reason = why or ("cell_too_long" if longest > gateway.cell_characters else "number_unreadable")
            self.rejected.append((number, reason, row_id))
            gateway.check("rows", self.read)
            return
        self._size += sum(map(len, texts)) + len(wkb or b"")
        for column, text in zip(self.cells, texts, strict=True):
            column.append(text)
        self.row.append(number)
        self.wkb.append(wkb)
        if not number % 500:
            self.clock.check()
        gateway.check("rows", self.read)
        gateway.check("cells", len(self.row) * len(self.names))
        gateway.check("unpacked_bytes", self._size)

    def parsed(self, form: str, meta: dict[str, str], report: Report) -> Parsed:
        """The rows, and what was turned down; shapes are parsed here."""
        if self.binary:
            report.note("Binary columns were left out: {names}.", names=", ".join(sorted(self.binary)))
        for number, reason, row_id in self.rejected:
            report.reject(number, reason, id=row_id)
        names, twice = header_names(list(self.names), report.name) if self.names else ([], {})
        note_repeated_columns(twice, report)
        row = np.asarray(self.row, dtype=np.int64)
        table = Columns(dict(zip(names, self.cells, strict=True)), len(row))
        shapes = None
        if self.with_shapes:
            shapes = shapes_of(self.wkb)
            lost = shapely.is_missing(shapes) & np.asarray([w is not None for w in self.wkb], dtype=bool)
            ids = table.ids()
            for i in np.flatnonzero(lost).tolist():
                report.reject(int(row[i]), "geometry_malformed", id=ids[i])
            self.clock.gateway.check("vertices", int(shapely.get_num_coordinates(shapes).sum()))
            table, row, shapes = table.where(~lost), row[~lost], shapes[~lost]
        if meta.get("crs") == "undefined":
            meta["crs"] = ""
            report.note("The coordinate reference system is undefined: degrees of WGS 84 are taken for granted.")
        return Parsed(table, row, shapes, form, self.read, meta, twice=twice)
