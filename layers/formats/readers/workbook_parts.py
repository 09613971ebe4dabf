"""The parts of an XLSX that are parsed, each gone through by the parser itself before openpyxl builds anything of it.

What a table needs is kept: the workbook, its relationships, sheets, shared strings, and of the styles the formats of
numbers alone. Everything else (customXml, themes, drawings, properties, links) is left unread, whatever it holds; a
relationship that calls such a part a sheet finds nothing.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from geo.errors import FormatError, LimitExceededError
from geo.messages import Note
from layers.formats.archive import Archive

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_STYLES, _FORMATS, _CODE = 65_490, 10_000, 255
"""Most cell styles, own number formats, and characters of one, that Excel itself allows or writes."""
_UNREAD = re.compile(
    r"(?:customXml|docProps|xl/(?:theme|media|drawings|charts|chartsheets|diagrams|embeddings|externalLinks|pivot\w*"
    r"|queryTables|tables|comments?\w*|threadedComments|persons|printerSettings|activeX|ctrlProps|webextensions"
    r"|slicer\w*|timeline\w*|revisions|richData|model|customProperty))/.*"
    r"|xl/(?:comments\d*|calcChain|metadata|connections|volatileDependencies|xmlMaps|sharedLinks)\.xml",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_HOLLOW = re.compile(rb"</f>\s*+(?:<v\s*+/>|<v>\s*+</v>)?\s*+</c>|<f[^<>]*+/>\s*+</c>")
_MACROS = re.compile(rb"macroEnabled|vbaProject", re.IGNORECASE)


def sound_parts(archive: Archive, name: str) -> tuple[io.BytesIO, int]:
    """A workbook of the parts that are parsed, and how many formulas in it have no stored value.

    Raises
    ------
    geo.errors.FormatError
        Macros; a part that declares a document type (without which there is no entity), or is no XML; a row or cell
        that stands twice, out of order or beyond the last.
    geo.errors.LimitExceededError
        More styles than Excel allows.
    """
    out, hollow = io.BytesIO(), 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        for member in archive.members:
            low = member.lower()
            if low.endswith("vbaproject.bin"):
                raise _macros(name)
            if not low.endswith((".xml", ".rels")) or _UNREAD.fullmatch(member):
                continue
            data = archive.read(member)
            if low == "[content_types].xml" and _MACROS.search(data):
                raise _macros(name)
            if low == "xl/styles.xml":
                data = _Styles(name, member).read(data)
            else:
                _Part(name, member).read(data)
            hollow += len(_HOLLOW.findall(data)) if "sheets/" in low else 0
            made.writestr(zipfile.ZipInfo(member), data)
            archive.clock.check(name)
    out.seek(0)
    return out, hollow


def _macros(name: str) -> FormatError:
    return FormatError(
        "The workbook is refused: it carries macros.", where=name, remedy="Save it as .xlsx without macros."
    )


class _Part:
    """One part, gone through: no document type, and rows and cells of a sheet in their order, each once."""

    def __init__(self, name: str, member: str) -> None:
        self.name, self.member = name, member
        self.row = self.column = 0
        self.prefix = ""

    def read(self, data: bytes) -> bytes:
        """The same bytes; raises for what is refused."""
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._doctype
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        try:
            parser.Parse(data, True)
        except expat.ExpatError as fault:
            raise FormatError(
                "A part of the workbook is not XML that can be read.", where=self.name, got=f"{self.member}: {fault}"
            ) from None
        return data

    def _doctype(self, *_: Any) -> None:
        raise FormatError(
            "The workbook is refused: a part of it declares a document type or entities.",
            where=self.name,
            got=self.member,
        )

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A row or a cell is held against the one before it; the rest is passed over."""
        if tag[-1] == "c" and (tag == "c" or tag.endswith(":c")):
            given, style = attributes.get("r"), attributes.get("s", "0")
            if not (style.isascii() and style.isdigit() and len(style) < 8):
                raise self._astray(Note("A cell of a sheet has a style that is no number."), style)
            if given is None:
                self.column += 1
                return
            found = _REFERENCE.fullmatch(given)
            column = 0
            for letter in found[1] if found else "":
                column = column * 26 + ord(letter) - 64
            if found is None or column > LAST_COLUMN:
                raise self._astray(Note("A cell of a sheet lies beyond the last column, or has no place."), given)
            if column <= self.column or int(found[2]) != self.row:
                raise self._astray(Note("A cell of a sheet stands twice, out of order or in another row."), given)
            self.column = column
        elif tag[-1] == "w" and (tag == "row" or tag.endswith(":row")):
            given = attributes.get("r", str(self.row + 1))
            row = int(given) if given.isascii() and given.isdigit() and len(given) < 8 else 0
            if not 0 < row <= LAST_ROW:
                raise self._astray(Note("A row of a sheet lies beyond the last, or has no number."), given)
            if row <= self.row:
                raise self._astray(Note("A row of a sheet stands twice or out of order."), given)
            self.row, self.column = row, 0

    def end(self, tag: str) -> None:
        """Nothing to do for most parts."""

    def _astray(self, what: str, got: str) -> FormatError:
        return FormatError(
            str(what),
            where=self.name,
            expected=Note("rows and cells in their order, each once"),
            got=f"{self.member}: {got[:20]}",
            remedy=Note("Save the workbook anew in Excel or LibreOffice."),
        )


class _Styles(_Part):
    """The styles: only number formats are kept, since they alone say which numbers are dates."""

    def __init__(self, name: str, member: str) -> None:
        super().__init__(name, member)
        self.formats: list[str] = []
        self.cells: list[str] = []
        self.inside = False

    def read(self, data: bytes) -> bytes:
        """Styles that say the same of numbers, and nothing else."""
        super().read(data)
        return (
            '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            f"<numFmts>{''.join(self.formats)}</numFmts><fonts><font/></fonts><fills><fill><patternFill/></fill></fills>"
            "<borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>"
            f"<cellXfs>{''.join(self.cells) or '<xf/>'}</cellXfs></styleSheet>"
        ).encode()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rsplit(":", 1)[-1]
        if local == "cellXfs":
            self.inside = True
        elif local == "xf" and self.inside:
            number = attributes.get("numFmtId", "0")
            self.cells.append(f'<xf numFmtId="{int(number) if number.isascii() and number.isdigit() else 0}"/>')
            self._most(len(self.cells), _STYLES)
        elif local == "numFmt":
            number, code = attributes.get("numFmtId", ""), attributes.get("formatCode", "")
            if number.isascii() and number.isdigit() and len(number) < 8 and len(code) <= _CODE:
                self.formats.append(f'<numFmt numFmtId="{number}" formatCode={quoteattr(code)}/>')
            self._most(len(self.formats), _FORMATS)

    def end(self, tag: str) -> None:
        if tag.rsplit(":", 1)[-1] == "cellXfs":
            self.inside = False

    def _most(self, count: int, most: int) -> None:
        if count > most:
            raise LimitExceededError(
                "The workbook has more styles of cells than Excel allows.",
                where=self.name,
                expected=Note("{n} at most", n=str(most)),
                remedy=Note("Copy the table into a new workbook."),
            )
