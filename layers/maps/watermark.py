"""The words that lie across whatever rests on synthetic rows: page, map, report."""

from __future__ import annotations

from urllib.parse import quote

from layers.formats.writers.escape import html

WIDTH, HEIGHT = 420, 240


def watermark(text: str, *, alpha: float = 0.10) -> str:
    """A picture of slanted words for a style sheet's ``background-image``; repeated, it fills any area.

    Examples
    --------
    >>> watermark("<b>").startswith('url("data:image/svg+xml,')
    True
    >>> "<" in watermark("<b>")
    False
    """
    x, y = WIDTH // 2, HEIGHT // 2
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"><text x="{x}" y="{y}" '
        f'transform="rotate(-24 {x} {y})" text-anchor="middle" font-family="sans-serif" font-size="26" '
        f'font-weight="700" fill="#b04a00" fill-opacity="{alpha:g}">{html(text)}</text></svg>'
    )
    return f'url("data:image/svg+xml,{quote(picture, safe="")}")'


def sheet(selector: str, text: str, *, fixed: bool = True) -> str:
    """The rule that lays the words across `selector`, above all and in the way of nothing; they print too."""
    place = "fixed" if fixed else "absolute"
    return (
        f"{selector}::after{{content:'';position:{place};inset:0;z-index:2000;pointer-events:none;"
        f"background-image:{watermark(text)};-webkit-print-color-adjust:exact;print-color-adjust:exact}}"
    )
