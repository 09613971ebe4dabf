"""One sheet of XLSX: exact numbers, days, and text that is never a formula; the same bytes for the same cells.

Written by hand because the library at hand rounds numbers to 16 digits, stamps the time, and takes ten times as long.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable
from typing import Any

import pandas as pd

from geo.errors import InputError
from geo.messages import Note
from layers.formats.writers.cells import values_of
from layers.formats.writers.format import Format
from layers.formats.writers.spreadsheet_guard import is_formula, refuse_restricted, safe_name, visible
from layers.formats.writers.xml_text import escape, quoteattr

LONGEST = 32_767
MOST_ROWS = 1_048_576
_TEXT, _QUOTED, _DAY = 0, 1, 2
_FIRST_DAY = dt.date(1899, 12, 30)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId3" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts count="1">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '</numFmts><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill>'
    '<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>',
}


def column_letters(number: int) -> str:
    """The letters of a column counted from 0.

    Examples
    --------
    >>> column_letters(0), column_letters(25), column_letters(26), column_letters(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _cell(place: str, value: Any, shared: dict[str, int], endings: dict[str, str]) -> str:
    """One cell as XML; blank for None and for blank text.

    Texts go to `shared`, each once, and what follows the place in their cells to `endings`.
    """
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    if isinstance(value, dt.date):
        return f'<c r="{place}" s="{_DAY}"><v>{(value - _FIRST_DAY).days}</v></c>'
    text = given = str(value)
    if text in endings:
        return f'<c r="{place}"{endings[text]}'
    if len(text) > LONGEST:
        raise InputError(
            "A text is too long for Excel.", where=place, expected=Note("{n} character{n?|s} at most", n=LONGEST)
        )
    style = f' s="{_QUOTED}"' if is_formula(text) else ""
    text = visible(text.replace("\r\n", "\n").replace("\r", "\n"))  # XML knows no lone CR
    endings[given] = f'{style} t="s"><v>{shared.setdefault(text, len(shared))}</v></c>'
    return f'<c r="{place}"{endings[given]}'


def workbook(rows: Iterable[Iterable[Any]], sheet: str) -> bytes:
    """The bytes of a workbook of one sheet.

    Parameters
    ----------
    rows
        Cells: text, int, float, bool, date, or None for blank. The first row is frozen as the header.
    sheet
        Title of the sheet, 31 characters at most.

    Raises
    ------
    geo.errors.InputError
        More rows, or a longer text, than Excel can hold.
    """
    letters: list[str] = []
    shared: dict[str, int] = {}
    endings: dict[str, str] = {}
    out = io.StringIO()
    out.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">')
    out.write('<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>')
    out.write("<sheetData>")
    for number, cells in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise InputError(
                "There are more rows than an Excel sheet holds.", expected=Note("{n} at most", n=str(MOST_ROWS - 1))
            )
        out.write(f'<row r="{number}">')
        for at, value in enumerate(cells):
            if at == len(letters):
                letters.append(column_letters(at))
            out.write(_cell(f"{letters[at]}{number}", value, shared, endings))
        out.write("</row>")
    out.write("</sheetData></worksheet>")
    title = "".join("_" if c in "[]:*?/\\'" else c for c in visible(sheet))[:31] or "sheet"
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name={quoteattr(title)} sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    parts = {name: _XML + text for name, text in _PARTS.items()} | {"xl/workbook.xml": _XML + book}
    parts["xl/worksheets/sheet1.xml"] = out.getvalue()
    texts = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in shared)
    parts["xl/sharedStrings.xml"] = f'{_XML}<sst xmlns="{_MAIN}" uniqueCount="{len(shared)}">{texts}</sst>'
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, date_time=(2000, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text.encode("utf-8", "replace"))
    return made.getvalue()


def xlsx_bytes(frame: pd.DataFrame, *, sheet: str = "sites") -> bytes:
    """An XLSX of one sheet: numbers as numbers, days as days, text always as text and never as a formula.

    Line ends inside a cell become LF, as Excel has them; what Excel would run carries its mark of quoted text.

    Raises
    ------
    geo.errors.InputError
        More rows or longer text than Excel holds, or rows that may not leave.
    """
    refuse_restricted(frame)
    columns = [
        [None if v is pd.NaT else v.date() for v in frame[n]]
        if pd.api.types.is_datetime64_any_dtype(frame[n])
        else values_of(frame[n])
        for n in frame.columns
    ]
    return workbook([[str(n) for n in frame.columns], *zip(*columns, strict=True)], safe_name(sheet))


FORMAT = Format("xlsx", xlsx_bytes)
