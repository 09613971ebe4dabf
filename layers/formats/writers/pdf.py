"""A document as PDF, by ReportLab: headings, paragraphs, pairs, long tables and pictures, page by page.

Text is text: nothing of it is read as markup. The fonts are those that come with Matplotlib and are put into the file,
so that it looks the same everywhere. The same content gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from layers.formats.writers.blocks import Block, Heading, Pairs, Rows, Text
from layers.formats.writers.escape import clean
from layers.formats.writers.xml_text import escape

REGULAR, BOLD = "DejaVuSans", "DejaVuSans-Bold"
_MM = 72 / 25.4
_MARGIN = 15 * _MM
_LINE, _HEAD, _INK, _GREY = "#B9B4AA", "#F3F1EC", "#1C1C1C", "#444444"


def pdf_bytes(
    title: str, blocks: Sequence[Block], *, language: str, landscape: bool = False, subtitle: str = "", mark: str = "",
    foot: str = "",
) -> bytes:  # fmt: skip
    """The document, A4.

    Parameters
    ----------
    title, subtitle
        Stand large on the first page; the title stands small on every other.
    mark
        Written across every page and in what the file says of itself, for synthetic data.
    foot
        Stands at the foot of every page, beside its number.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.pagesizes import landscape as turned
    from reportlab.platypus import SimpleDocTemplate

    _fonts()
    size = turned(A4) if landscape else A4
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=size, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=17 * _MM, bottomMargin=17 * _MM,
        title=clean(title), author="CAHRA Atlas", creator="CAHRA Atlas", lang=language, invariant=1, pageCompression=1,
        **({"subject": clean(mark)} if mark else {}),
    )  # fmt: skip
    width = size[0] - 2 * _MARGIN
    story: list[Any] = [_paragraph(title, "title")]
    if subtitle:
        story.append(_paragraph(subtitle, "subtitle"))
    for block in blocks:
        story += _flowables(block, width)
    document.build(story, canvasmaker=_canvas(clean(title), clean(mark), clean(foot)))
    return out.getvalue()


@cache
def _fonts() -> None:
    import matplotlib as mpl
    from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    for name in (REGULAR, BOLD):
        registerFont(TTFont(name, str(folder / f"{name}.ttf")))
    registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


@cache
def _style(kind: str) -> Any:
    from reportlab.lib.styles import ParagraphStyle

    size, font, colour, before, after = {
        "title": (16, BOLD, _INK, 0, 3), "subtitle": (10, REGULAR, _GREY, 0, 6), "heading": (11.5, BOLD, _INK, 9, 3),
        "text": (9, REGULAR, _INK, 0, 4), "strong": (10, BOLD, _INK, 0, 5), "small": (7.5, REGULAR, _GREY, 0, 3),
        "cell": (7, REGULAR, _INK, 0, 0), "head": (7, BOLD, _INK, 0, 0),
    }[kind]  # fmt: skip
    return ParagraphStyle(
        kind, fontName=font, fontSize=size, leading=size * 1.25, textColor=colour, spaceBefore=before,
        spaceAfter=after, splitLongWords=1, keepWithNext=int(kind == "heading"),
    )  # fmt: skip


def _paragraph(text: str, kind: str) -> Any:
    from reportlab.platypus import Paragraph

    return Paragraph(escape(clean(text)).replace("\n", "<br/>"), _style(kind))


def _flowables(block: Block, width: float) -> list[Any]:
    if isinstance(block, Heading):
        return [_paragraph(block.text, "heading")]
    if isinstance(block, Text):
        return [_paragraph(block.text, "small" if block.small else "strong" if block.bold else "text")]
    if isinstance(block, Pairs):
        rows = [(_paragraph(k, "head"), _paragraph(v, "cell")) for k, v in block.rows if v]
        return [_table(rows, (0.3 * width, 0.7 * width), heading=False)] if rows else []
    if isinstance(block, Rows):
        whole = sum(block.shares)
        cells = [[_paragraph(c, "head") for c in block.head]]
        cells += [[_paragraph(c, "cell") for c in row] for row in block.rows]
        fills = {(0, i): tint for i, tint in enumerate(block.tints)} | {(c, r): v for (r, c), v in block.fills.items()}
        return [_table(cells, [width * s / whole for s in block.shares], heading=True, fills=fills)]
    from reportlab.platypus import Image

    picture = Image(io.BytesIO(block.data))
    picture.drawHeight *= width * block.share / picture.drawWidth
    picture.drawWidth = width * block.share
    picture.hAlign = "LEFT"
    return [picture]


def _table(
    cells: Sequence[Sequence[Any]],
    widths: Sequence[float],
    *,
    heading: bool,
    fills: Mapping[tuple[int, int], str] | None = None,
) -> Any:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import LongTable

    how: list[tuple[Any, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.4, HexColor(_LINE)), ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ("BACKGROUND", (0, 0), (-1, 0) if heading else (0, -1), HexColor(_HEAD)),
    ]  # fmt: skip
    how += [("BACKGROUND", (c, r + 1), (c, r + 1), HexColor(v)) for (c, r), v in (fills or {}).items() if v]
    made = LongTable(list(cells), colWidths=list(widths), repeatRows=int(heading), hAlign="LEFT", spaceAfter=5)
    made.setStyle(how)
    return made


def _canvas(title: str, mark: str, foot: str) -> Any:
    """A canvas that writes running title, mark, foot and “page / pages” once the number of pages is known."""
    from reportlab.lib.colors import HexColor
    from reportlab.pdfbase.pdfmetrics import stringWidth
    from reportlab.pdfgen.canvas import Canvas

    class Numbered(Canvas):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802  (the library's own name)
            self.pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self.pages, 1):
                self.__dict__.update(page)
                self.around(number, len(self.pages))
                super().showPage()
            super().save()

        def around(self, number: int, whole: int) -> None:
            wide, high = self._pagesize
            self.saveState()
            self.setFillColor(HexColor(_GREY))
            self.setFont(REGULAR, 7)
            if number > 1:
                self.drawString(_MARGIN, high - 11 * _MM, title[:140])
            self.drawRightString(wide - _MARGIN, 9 * _MM, f"{number} / {whole}")
            for i, line in enumerate(_lines(foot, wide - 2 * _MARGIN - 40, stringWidth)[:2]):
                self.drawString(_MARGIN, 11 * _MM - i * 8, line)
            if mark:
                self.setFont(BOLD, 8)
                across = stringWidth(mark, BOLD, 8) + 10
                self.setFillColor(HexColor(_INK))
                self.rect(wide - _MARGIN - across, high - 12.5 * _MM, across, 13, stroke=0, fill=1)
                self.setFillColor(HexColor("#FFFFFF"))
                self.drawCentredString(wide - _MARGIN - across / 2, high - 12.5 * _MM + 3.7, mark)
                self.setFillColor(HexColor("#000000"), alpha=0.09)
                self.translate(wide / 2, high / 2)
                self.rotate(35)
                size = min(52.0, 0.85 * wide / max(stringWidth(mark.upper(), BOLD, 1), 1))
                self.setFont(BOLD, size)
                self.drawCentredString(0, 0, mark.upper())
            self.restoreState()

    return Numbered


def _lines(text: str, width: float, measure: Any) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and measure(longer, REGULAR, 7) > width:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line] if line else lines
