"""A workbook for people, by XlsxWriter: sheets with formats, filters and frozen headings, and a page of text first.

Text is always text: nothing that a spreadsheet would run is a formula, and no address becomes a link. The same content
gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from geo.errors import InputError
from geo.messages import Note
from i18n.translator import translator
from layers.formats.writers.spreadsheet_guard import is_formula, refuse_restricted, visible
from layers.formats.writers.xlsx import LONGEST, MOST_ROWS

_WIDEST, _NARROWEST, _WRAPPED = 44, 7, 60
_EPOCH = dt.datetime(2000, 1, 1)
_FONT = "Calibri"


@dataclass(frozen=True)
class TableSheet:
    """A sheet of one table.

    Parameters
    ----------
    frame
        Headings as column names; numbers, days and texts keep their types.
    fixed
        Columns at the left that stay in sight.
    digits
        Decimals by heading; other numbers are whole.
    wrapped
        Headings of columns whose text runs over several lines.
    fills
        By heading: colour of a cell by its text (``#RRGGBB``), as a tint behind it.
    """

    title: str
    frame: pd.DataFrame
    fixed: int = 1
    digits: Mapping[str, int] = field(default_factory=dict)
    wrapped: Sequence[str] = ()
    fills: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class TextSheet:
    """A sheet of blocks below each other.

    `blocks` are pairs of a kind and its content: ``title``, ``mark``, ``heading``, ``line`` with a text, ``table`` with
    a frame whose headings are its column names.
    """

    title: str
    blocks: Sequence[tuple[str, Any]]


def workbook_bytes(
    sheets: Sequence[TableSheet | TextSheet], language: str, *, title: str = "", mark: str = ""
) -> bytes:
    """The workbook.

    Parameters
    ----------
    mark
        Stands above each printed page and in what the file says of itself, for synthetic data.

    Raises
    ------
    geo.errors.InputError
        Rows that may not leave, or more of them than a sheet holds.
    """
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        comments = visible(f"CAHRA Atlas. {mark}") if mark else "CAHRA Atlas"
        book.set_properties({"title": visible(title), "created": _EPOCH, "comments": comments})
        styles = _Styles(book, translator(language).date_form.lower())
        taken: set[str] = set()
        for sheet in sheets:
            name = _sheet_name(sheet.title, taken)
            if isinstance(sheet, TableSheet):
                _table(book.add_worksheet(name), sheet, styles)
            else:
                _page(book.add_worksheet(name), sheet, styles)
            if mark:
                book.worksheets()[-1].set_header(f"&R&B{visible(mark).replace('&', '&&')[:80]}")
    return out.getvalue()


class _Styles:
    """Formats of a workbook, each made once."""

    def __init__(self, book: Any, day: str) -> None:
        self.book, self.day = book, day
        self.made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(self, *, quoted: bool = False, **how: Any) -> Any:
        key = (*sorted(how.items()), ("quoted", quoted))
        if key not in self.made:
            made = self.book.add_format({"font_name": _FONT, "font_size": 10, "valign": "top", **how})
            if quoted:
                made.set_quote_prefix()
            self.made[key] = made
        return self.made[key]


def _sheet_name(title: str, taken: set[str]) -> str:
    base = "".join("_" if c in "[]:*?/\\'" else c for c in visible(title))[:31].strip() or "sheet"
    name, number = base, 2
    while name.casefold() in taken:
        name, number = f"{base[:28]} {number}", number + 1
    taken.add(name.casefold())
    return name


def _table(page: Any, sheet: TableSheet, styles: _Styles) -> None:
    frame = sheet.frame
    refuse_restricted(frame)
    if len(frame) + 1 > MOST_ROWS:
        raise InputError(
            "There are more rows than an Excel sheet holds.", expected=Note("{n} at most", n=str(MOST_ROWS - 1))
        )
    head = styles.of(bold=True, bg_color="#E8E4DB", bottom=1, text_wrap=True)
    for at, name in enumerate(frame.columns):
        heading = str(name)
        _text(page, 0, at, heading, styles, bold=True, bg_color="#E8E4DB", bottom=1, text_wrap=True)
        column = frame[name]
        wide = _write_column(page, at, column, sheet, heading, styles)
        page.set_column(at, at, wide)
    page.set_row(0, 44, head)
    page.freeze_panes(1, sheet.fixed)
    if len(frame.columns):
        page.autofilter(0, 0, max(len(frame), 1), len(frame.columns) - 1)
        page.repeat_rows(0)
    _paper(page, sheet.title)


def _write_column(page: Any, at: int, column: pd.Series, sheet: TableSheet, heading: str, styles: _Styles) -> float:
    """Writes the cells below the heading and gives the width of the column [characters]."""
    longest = max((len(word) for word in heading.split()), default=0) + 3
    if pd.api.types.is_datetime64_any_dtype(column):
        how = styles.of(num_format=styles.day, align="left")
        for i, value in enumerate(column.tolist(), 1):
            if not pd.isna(value):
                page.write_datetime(i, at, value.to_pydatetime(), how)
        return max(11, longest)
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        digits = sheet.digits.get(heading, 0)
        how = styles.of(num_format="#,##0" + ("." + "0" * digits if digits else ""))
        for i, value in enumerate(column.tolist(), 1):
            if value is not pd.NA and value == value:
                page.write_number(i, at, value, how)
        return max(_NARROWEST + digits, longest)
    wrap = heading in sheet.wrapped
    fills = sheet.fills.get(heading, {})
    cells: dict[str, tuple[str, Any]] = {}  # many rows say the same: each text is looked at once
    for i, value in enumerate(column.tolist(), 1):
        text = value if type(value) is str else "" if value is None or value is pd.NA or value != value else str(value)
        if text and text not in cells:
            tint = {"bg_color": fills[text], "bold": True} if text in fills else {}
            cells[text] = _worded(text, styles, **({"text_wrap": True} if wrap else {}), **tint)
            longest = max(longest, min(len(text) + 2, _WIDEST))
        if text:
            page.write_string(i, at, *cells[text])
    return _WRAPPED if wrap else max(_NARROWEST, longest)


def _text(page: Any, row: int, at: int, text: str, styles: _Styles, **how: Any) -> None:
    page.write_string(row, at, *_worded(text, styles, **how))


def _worded(text: str, styles: _Styles, **how: Any) -> tuple[str, Any]:
    """A text as a cell holds it, and its format."""
    shown = visible(text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(shown) > LONGEST:
        shown = shown[: LONGEST - 1] + "…"
    return shown, styles.of(quoted=is_formula(shown), **how)


def _page(page: Any, sheet: TextSheet, styles: _Styles) -> None:
    page.hide_gridlines(2)
    page.set_column(0, 0, 34)
    page.set_column(1, 12, 17)
    row = 0
    for kind, content in sheet.blocks:
        if kind == "table":
            row = _small_table(page, row, content, styles)
            continue
        looks: dict[str, dict[str, Any]] = {
            "title": {"bold": True, "font_size": 16}, "line": {},
            "heading": {"bold": True, "font_size": 12, "font_color": "#00598C"},
            "mark": {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1C1C1C", "font_size": 12},
        }  # fmt: skip
        how = looks[kind]
        if kind == "heading":
            row += 1
        line = str(content)
        page.merge_range(row, 0, row, 6, "", styles.of(text_wrap=True, **how))
        _text(page, row, 0, line, styles, text_wrap=True, **how)
        page.set_row(row, (22 if kind == "title" else 15) * max(1, -(-len(line) // 150)))
        row += 1
    _paper(page, sheet.title)


def _small_table(page: Any, row: int, frame: pd.DataFrame, styles: _Styles) -> int:
    refuse_restricted(frame)
    for at, name in enumerate(frame.columns):
        _text(page, row, at, str(name), styles, bold=True, bg_color="#E8E4DB", text_wrap=True, border=1)
    page.set_row(row, 30)
    for i, cells in enumerate(frame.itertuples(index=False), row + 1):
        longest = max((len(str(value)) for value in cells[1:]), default=1)
        page.set_row(i, 14 * max(1, -(-longest // 17)))
        for at, value in enumerate(cells):
            if isinstance(value, int | float) and not isinstance(value, bool) and value == value:
                page.write_number(i, at, value, styles.of(num_format="#,##0", border=1))
            else:
                shown = "" if value is None or value is pd.NA or value != value else str(value)
                _text(page, i, at, shown, styles, text_wrap=True, border=1)
    return row + 1 + len(frame)


def _paper(page: Any, title: str) -> None:
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_footer(f"&L{visible(title).replace('&', '&&')[:80]}&R&P / &N")
