"""Blocks of a document as HTML, all of their text escaped."""

from __future__ import annotations

from collections.abc import Iterable

from layers.formats.writers.blocks import Block, Heading, Pairs, Rows, Text
from layers.formats.writers.escape import html


def html_of(blocks: Iterable[Block]) -> str:
    """Blocks as HTML, all text escaped."""
    return "".join(_html(block) for block in blocks)


def _html(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h2>{html(block.text)}</h2>"
    if isinstance(block, Text):
        kind = " class='small'" if block.small else " class='why'" if block.bold else ""
        return f"<p{kind}>{html(block.text)}</p>"
    if isinstance(block, Pairs):
        rows = "".join(f"<tr><th scope='row'>{html(k)}</th><td>{html(v)}</td></tr>" for k, v in block.rows if v)
        return f"<table>{rows}</table>"
    if isinstance(block, Rows):
        head = "".join(f"<th scope='col'>{html(c)}</th>" for c in block.head)
        body = "".join(
            "<tr>" + "".join(f"<td{_fill(block, i, k)}>{html(c)}</td>" for k, c in enumerate(row)) + "</tr>"
            for i, row in enumerate(block.rows)
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    raise TypeError(f"a page has no {type(block).__name__}")


def _fill(block: Rows, row: int, column: int) -> str:
    colour = block.fills.get((row, column), "")
    return f" style='background:{html(colour)}'" if colour else ""
