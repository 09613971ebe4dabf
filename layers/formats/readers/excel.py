"""XLSX by openpyxl, read only, stored values only; every part is looked over before it is parsed."""

from __future__ import annotations

import datetime as dt
import io
import os
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from geo.errors import FormatError
from geo.messages import Note
from layers.formats.alike import chosen
from layers.formats.archive import Archive
from layers.formats.choice import ANY, SEARCHED, Choice, Header, find_header
from layers.formats.limits import Clock
from layers.formats.readers.delimited import _decimal, header_names, is_hxl, note_repeated_columns
from layers.formats.readers.workbook_parts import sound_parts
from layers.formats.source import Source
from layers.formats.table import Columns, Parsed, Report, id_of

_ERRORS = {"#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!", "#CALC!"}
SHEET = "sheet"
"""Column that names the sheet, where cells of several are read by their letters."""
_UNREADABLE = "\x00"
"""Stands for a cell that cannot be read; no XML holds this character."""


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
        gateway = self.clock.gateway
        for number, values in self._rows:
            if not number % 1000:
                self.clock.check(self.name)
            cells = [cell_text(v) for v in values]
            while cells and not cells[-1].strip():
                cells.pop()
            gateway.check("columns", len(cells), self.name)
            for i, text in enumerate(cells):
                if text[:1] == "#" and text in _ERRORS:
                    cells[i] = ""
                    self.errors.append(number)
            yield number, cells


def _library() -> Any:
    """openpyxl, reading by the parser in C, and a cell that it cannot read as such a cell instead of a file that fails.

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
    from openpyxl.worksheet import _read_only
    from openpyxl.worksheet._reader import WorkSheetParser

    class Patient(WorkSheetParser):  # type: ignore[misc]
        def parse_cell(self, element: Any) -> dict[str, Any]:
            try:
                cell: dict[str, Any] = super().parse_cell(element)
            except (ValueError, IndexError, OverflowError, TypeError):
                place = {"row": self.row_counter, "column": self.col_counter}
                return place | {"value": _UNREADABLE, "data_type": "s", "style_id": 0}
            return cell

    if _read_only.WorkSheetParser is WorkSheetParser:
        _read_only.WorkSheetParser = Patient
    return openpyxl


def _opened(parts: io.BytesIO) -> Any:
    """The workbook of the parts that may be parsed."""
    openpyxl = _library()
    # once and for all, since filters are shared by threads: openpyxl remarks on styles that are not read anyway
    warnings.filterwarnings("ignore", module="openpyxl")
    return openpyxl.load_workbook(parts, read_only=True, data_only=True, keep_links=False)


@dataclass
class _Found:
    """A sheet and the header found in it; `rows` goes on behind the first rows, which are in `top`."""

    sheet: Any
    rows: _Sheet
    top: list[tuple[int, list[str]]]
    seen: list[tuple[int, list[str]]]
    header: Header


def _look(sheet: Any, clock: Clock, name: str, choice: Choice, *, alone: bool) -> _Found | None:
    """The header of a sheet, among its first rows; None where it has no table."""
    rows = _Sheet(sheet, clock, name)
    top: list[tuple[int, list[str]]] = []
    seen: list[tuple[int, list[str]]] = []
    for number, cells in rows:
        seen.append((number, cells))
        if any(c.strip() for c in cells):
            top.append((number, cells))
        if len(top) > SEARCHED + 5:
            break
    wide = [at for at, (_, cells) in enumerate(top) if sum(bool(c.strip()) for c in cells) >= 2]
    usual = wide[0] if wide else (len(top) - 1 if alone and len(top) > SEARCHED else None)
    header = find_header(top, choice, usual)
    return None if header is None else _Found(sheet, rows, top, seen, header)


def read_xlsx(
    source: Source,
    archive: Archive,
    clock: Clock,
    report: Report,
    columns: Collection[str] | None,
    choice: Choice = ANY,
) -> Parsed:
    """Rows of the first sheet whose header fits, else of that which fits best; the others are named in a note."""
    name, gateway = source.name, clock.gateway
    parts, hollow = sound_parts(archive, name)
    book = _opened(parts)
    try:
        sheets = [s for s in book.worksheets if s.sheet_state == "visible"] or list(book.worksheets)
        if choice.raw:
            named_sheets = {title.strip().casefold() for title in choice.sheet.split(":")}
            some = [s for s in book.worksheets if str(s.title).strip().casefold() in named_sheets]
            return _raw(some, hollow, tuple(str(s.title) for s in book.worksheets), clock, report)
        wanted = _named(book.worksheets, choice.sheet, name) if choice.sheet else sheets
        looked = (_look(sheet, clock, name, choice, alone=len(wanted) == 1) for sheet in wanted)
        found = [one for one in looked if one is not None]
        if found:
            best, alike = _best(found)
            others = [str(s.title) for s in sheets if s.title != best.sheet.title]
            titles = tuple(str(s.title) for s in book.worksheets)
            return _body(best, hollow, others, alike, titles, clock, report, columns)
    finally:
        book.close()
    raise FormatError(
        "The workbook has no table.", where=name, expected=Note("a header of 2 to {n} column{n?|s}", n=gateway.columns)
    )


def _raw(sheets: list[Any], hollow: int, titles: tuple[str, ...], clock: Clock, report: Report) -> Parsed:
    """All cells of some sheets by row and letter, the sheet's name first; rows without any cell are left out."""
    from openpyxl.utils import get_column_letter

    gateway = clock.gateway
    rows: list[int] = []
    kept: list[list[str]] = []
    width = 0
    for sheet in sheets:
        for number, cells in _Sheet(sheet, clock, report.name):
            if not any(c.strip() for c in cells):
                continue
            width = max(width, len(cells))
            gateway.check("rows", len(rows) + 1, report.name)
            gateway.check("cells", width * (len(rows) + 1), report.name)
            texts = ["" if c == _UNREADABLE or len(c) > gateway.cell_characters else c for c in cells]
            kept.append([str(sheet.title), *texts])
            rows.append(number)
    if hollow:
        report.remark("formula_without_value")
    names = [SHEET, *(get_column_letter(i + 1) for i in range(width))]
    table = Columns({name: [r[i] if i < len(r) else "" for r in kept] for i, name in enumerate(names)}, len(rows))
    row = np.asarray(rows, dtype=np.int64)
    return Parsed(table, row, None, "xlsx", len(rows), {}, header=tuple(names), layers=titles)


def _best(found: list[_Found]) -> tuple[_Found, list[str]]:
    """The sheet to be read, and the titles of others of the same kind.

    The first whose header fits; a cover page that explains the columns names a few of them too, so half of what the
    best names is the least.
    """
    most = max(found, key=lambda one: (one.header.whole, one.header.score))
    if not most.header.whole:
        return most, []
    fit = [one for one in found if one.header.whole and 2 * one.header.score >= most.header.score]
    return fit[0], [str(one.sheet.title) for one in fit[1:]]


def _named(sheets: list[Any], title: str, name: str) -> list[Any]:
    """The sheet of this name; a hidden one may be asked for."""
    found = [s for s in sheets if str(s.title).strip().casefold() == title.strip().casefold()]
    if not found:
        raise FormatError(
            "The workbook has no such sheet.",
            where=name,
            expected=", ".join(str(s.title) for s in sheets[:20]),
            got=title,
        )
    return found[:1]


def _body(
    found: _Found,
    hollow: int,
    others: list[str],
    alike: list[str],
    titles: tuple[str, ...],
    clock: Clock,
    report: Report,
    columns: Collection[str] | None,
) -> Parsed:
    gateway, sheet, title = clock.gateway, found.rows, str(found.sheet.title)
    name = sheet.name
    names, twice = header_names(found.header.names, name)
    note_repeated_columns(twice, report)
    width, id_at = len(names), id_of(names)
    first, last = found.top[found.header.first][0], found.top[found.header.last][0]
    walk = chain((one for one in found.seen if one[0] > last), iter(sheet))
    kept: list[list[str]] = []
    rows: list[int] = []
    blank = read = 0
    for number, cells in walk:
        row_id = cells[id_at] if id_at is not None and id_at < len(cells) else ""
        if not cells:
            blank += 1
            continue
        read += 1
        gateway.check("rows", read, name)
        if len(cells) > width:
            got = f"{len(cells)} cells"
            report.reject(number, "too_many_fields", id=row_id, expected=f"{width} cells", got=got)
        elif max(map(len, cells)) > gateway.cell_characters:
            report.reject(number, "cell_too_long", id=row_id, expected=f"{gateway.cell_characters} characters at most")
        elif _UNREADABLE in cells:
            report.reject(number, "cell_unreadable", id=row_id, got=names[cells.index(_UNREADABLE)])
        elif not kept and is_hxl(cells):
            report.note("The second line of HXL tags was passed over.")
            read -= 1
        else:
            gateway.check("cells", width * (len(rows) + 1), name)
            kept.append(cells + [""] * (width - len(cells)))
            rows.append(number)
    if found.header.first:
        report.note(
            "{n} line{n?|s} above the header {n?was|were} passed over; the header is row {row}.",
            n=found.header.first,
            row=last,
        )
    if last > first:
        report.note("The header has two rows, which were joined ({a} and {b}).", a=first, b=last)
    if blank and kept:
        report.note("{n} blank row{n?|s} {n?was|were} passed over.", n=blank)
    if sheet.errors:
        report.remark("cell_error", dict.fromkeys(sheet.errors))
    if hollow:
        report.remark("formula_without_value")
    if others:
        report.note(
            "Only the sheet {sheet} was read; not read: {others} (option --sheet).",
            sheet=repr(title),
            others=", ".join(others[:10]),
        )
    if alike:
        report.note("These sheets have the same kind of table and were not read: {names}.", names=", ".join(alike[:10]))
    wanted = chosen(names, twice, columns)
    table = Columns({names[i]: [r[i] for r in kept] for i in wanted}, len(kept))
    meta = {"sheet": title, "decimal": _decimal(table), "header_row": str(last)}
    row = np.asarray(rows, dtype=np.int64)
    return Parsed(table, row, None, "xlsx", read, meta, header=tuple(names), twice=twice, layers=titles)
