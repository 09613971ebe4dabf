"""What a document is made of, before it is HTML or PDF: plain text in blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Heading:
    """A heading inside the document."""

    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str
    small: bool = False
    bold: bool = False


@dataclass(frozen=True)
class Pairs:
    """Names with their values; blank values are left out."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Rows:
    """A table whose heading is repeated on every page.

    Parameters
    ----------
    shares
        Widths of the columns, in any unit.
    tints
        Colour behind the first cell of a row, ``#RRGGBB`` or blank.
    fills
        Colour behind single cells, by row and column of `rows`.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    shares: Sequence[float]
    tints: Sequence[str] = ()
    fills: Mapping[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """A picture (PNG) and how wide it stands, as a share of the page's width."""

    data: bytes
    share: float = 1.0


Block = Heading | Text | Pairs | Rows | Picture
