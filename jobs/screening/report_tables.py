"""A table of a report as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from layers.formats.writers.escape import html


def _cell(text: object, css: str = "") -> str:
    return f'<td class="{css}">{html(text)}</td>' if css else f"<td>{html(text)}</td>"


def table(
    headings: Sequence[str],
    lines: Iterable[Sequence[str]],
    numbers: Sequence[int] = (),
    css: str = "",
    long: Sequence[int] = (),
    whole: Sequence[int] = (),
) -> str:
    """A table of texts: columns of `numbers` stand right, those of `long` have room, those of `whole` never break.

    Parameters
    ----------
    headings
        What stands over each column.
    lines
        The rows, each with as many texts as there are headings.
    numbers
        Positions of columns of numbers.
    css
        Class of the table's element.
    long
        Positions of columns of long text.
    whole
        Positions of columns whose cells stay on one line.
    """
    look = {**dict.fromkeys(long, "long"), **dict.fromkeys(whole, "day"), **dict.fromkeys(numbers, "n")}
    head = "".join(f'<th class="n">{html(h)}</th>' if i in numbers else f"<th>{html(h)}</th>" for i, h in enumerate(headings))  # fmt: skip  # noqa: E501
    body = "".join("<tr>" + "".join(_cell(c, look.get(i, "")) for i, c in enumerate(line)) + "</tr>" for line in lines)
    return f'<table class="{css}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
