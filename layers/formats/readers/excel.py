"""XLSX by openpyxl, read only, stored values only; every part is looked over before it is parsed."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import warnings
from collections.abc import Collection
from typing import Any

import numpy as np

from geo.errors import FormatError
from geo.messages import Note
from layers.formats.archive import Archive
from layers.formats.limits import Clock
from layers.formats.readers.delimited import Parsed, _decimal, _header, is_hxl
from layers.formats.source import Source
from layers.formats.table import Report, id_of, text_frame

_ERRORS = {"#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!", "#CALC!"}
_LAST_ROW = 1_048_576
_WIDE_XML = re.compile(rb"(?:\xff\xfe|\xfe\xff|\x00\x00\xfe\xff|\x00*<\x00)")
_BAD_XML = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)


def _look_over(archive: Archive, name: str) -> int:
    """Unpack every part (counting) and refuse document types, entities and macros; formulas without a value."""
    hollow = 0
    for member in list(archive.members):
        if member.lower().endswith("vbaproject.bin"):
            raise FormatError(
                "The workbook is refused: it carries macros.", where=name, remedy="Save it as .xlsx without macros."
            )
        data = archive.read(member)
        # by content and not by name: a relationship may call any part a sheet
        if _BAD_XML.search(data) or _WIDE_XML.match(data):
            raise FormatError(
                "The workbook is refused: a part of it declares a document type or entities.",
                where=name,
                got=member,
            )
        if "worksheets/" in member:
            hollow += len(re.findall(rb"</f>\s*+(?:<v\s*+/>|<v>\s*+</v>)?\s*+</c>|<f[^<>]*+/>\s*+</c>", data))
    return hollow


def cell_text(value: Any) -> str:
    """The text of one cell: whole numbers without a point, dates as ISO.

    Examples
    --------
    >>> [cell_text(v) for v in ("001", 3.0, 0.1, True, None, dt.datetime(2021, 3, 12))]
    ['001', '3', '0.1', 'true', '', '2021-03-12']
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time(0) else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


class _Sheet:
    """Rows of one sheet as text, blank cells at the right end cut off."""

    def __init__(self, sheet: Any, clock: Clock, name: str) -> None:
        self.clock, self.name = clock, name
        sheet.reset_dimensions()
        self._rows = enumerate(sheet.iter_rows(values_only=True), start=1)
        self.errors: list[int] = []

    def __iter__(self) -> Any:
        door = self.clock.door
        for number, values in self._rows:
            if number > _LAST_ROW:
                raise FormatError("A row number passes the last row of Excel.", where=self.name)
            if not number % 1000:
                self.clock.check(self.name)
            cells = [cell_text(v) for v in values]
            while cells and not cells[-1].strip():
                cells.pop()
            door.check("columns", len(cells), self.name)
            for i, text in enumerate(cells):
                if text[:1] == "#" and text in _ERRORS:
                    cells[i] = ""
                    self.errors.append(number)
            yield number, cells


def _library() -> Any:
    """openpyxl, reading by the parser in C.

    With defusedxml at hand openpyxl takes a parser in pure Python that is five times slower. What that one refuses,
    document types and entities, was refused in every part before this is called.
    """
    kept = os.environ.get("OPENPYXL_DEFUSEDXML")
    os.environ["OPENPYXL_DEFUSEDXML"] = "False"
    try:
        import openpyxl
    finally:
        if kept is None:
            del os.environ["OPENPYXL_DEFUSEDXML"]
        else:
            os.environ["OPENPYXL_DEFUSEDXML"] = kept
    return openpyxl


def read_xlsx(
    source: Source, archive: Archive, clock: Clock, report: Report, columns: Collection[str] | None
) -> Parsed:
    """Rows of the first sheet that has any; the others are named in a note."""
    name, door = source.name, clock.door
    hollow = _look_over(archive, name)
    openpyxl = _library()
    # once and for all, since filters are shared by threads: openpyxl remarks on styles that are not read anyway
    warnings.filterwarnings("ignore", module="openpyxl")
    book = openpyxl.load_workbook(io.BytesIO(source.data()), read_only=True, data_only=True, keep_links=False)
    try:
        sheets = [s for s in book.worksheets if s.sheet_state == "visible"] or list(book.worksheets)
        for sheet in sheets:
            rows = _Sheet(sheet, clock, name)
            walk = iter(rows)
            skipped = 0
            header: list[str] = []
            for _, cells in walk:
                filled = sum(bool(c.strip()) for c in cells)
                if filled >= 2 or (filled and len(sheets) == 1 and skipped > 20):
                    header = cells
                    break
                skipped += bool(filled)
            if header:
                return _body(header, walk, rows, sheet.title, hollow, skipped, sheets, clock, report, columns)
    finally:
        book.close()
    raise FormatError(
        "The workbook has no table.", where=name, expected=Note("a header of 2 to {n} columns", n=door.columns)
    )


def _body(
    header: list[str],
    walk: Any,
    sheet: _Sheet,
    title: str,
    hollow: int,
    skipped: int,
    sheets: list[Any],
    clock: Clock,
    report: Report,
    columns: Collection[str] | None,
) -> Parsed:
    door, name = clock.door, sheet.name
    names = _header(header, Source(b"-", name, door))
    width, id_at = len(names), id_of(names)
    kept: list[list[str]] = []
    rows: list[int] = []
    blank = 0
    for number, cells in walk:
        row_id = cells[id_at] if id_at is not None and id_at < len(cells) else ""
        if not cells:
            blank += 1
        elif len(cells) > width:
            got = f"{len(cells)} cells"
            report.reject(number, "too_many_fields", id=row_id, expected=f"{width} cells", got=got)
        elif max(map(len, cells)) > door.cell_characters:
            report.reject(number, "cell_too_long", id=row_id, expected=f"{door.cell_characters} characters at most")
        elif not kept and is_hxl(cells):
            report.note("The second line of HXL tags was passed over.")
        else:
            kept.append(cells + [""] * (width - len(cells)))
            rows.append(number)
            door.check("rows", len(rows), name)
    if skipped:
        report.note("{n} line(s) above the header were passed over.", n=skipped)
    if blank and kept:
        report.note("{n} blank row(s) were passed over.", n=blank)
    if sheet.errors:
        report.remark("cell_error", dict.fromkeys(sheet.errors))
    if hollow:
        report.remark("formula_without_value")
    others = [s.title for s in sheets if s.title != title]
    if others:
        report.note(
            "Only the sheet {sheet} was read; also there: {others}.", sheet=repr(title), others=", ".join(others[:10])
        )
    wanted = [i for i, n in enumerate(names) if columns is None or n in columns]
    frame = text_frame({names[i]: [r[i] for r in kept] for i in wanted}, len(kept))
    meta = {"sheet": title, "decimal": _decimal(frame)}
    return Parsed(frame, np.asarray(rows, dtype=np.int64), None, "xlsx", meta)
