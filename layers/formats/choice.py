"""Which part of a file is meant, and by what its header is known: what a reader of rows wants of the gateway."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geo.errors import FormatError
from layers.formats.header_words import HeaderWords
from layers.formats.table import Report

SEARCHED = 20
"""Rows at the top of a table among which the header is looked for."""


@dataclass(frozen=True)
class Choice:
    """What to take of a file that holds more than one table, or more than a table.

    Parameters
    ----------
    sheet, layer
        Name of the sheet or layer; blank for the first that fits.
    header_row
        Row of the header, counted from 1; 0 to look for it.
    header
        By what a header is known; None where any will do.
    raw
        Of a workbook: all cells of its sheets (`sheet` names them, parted by colons) by their letters, without a
        header.
    """

    sheet: str = ""
    layer: str = ""
    header_row: int = 0
    header: HeaderWords | None = None
    raw: bool = False

    def as_record(self) -> dict[str, Any]:
        """The same as plain JSON, for a process that parses."""
        words = None if self.header is None else self.header.as_record()
        return {
            "sheet": self.sheet,
            "layer": self.layer,
            "header_row": self.header_row,
            "header": words,
            "raw": self.raw,
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Choice:
        """The inverse of :meth:`as_record`.

        Examples
        --------
        >>> Choice.from_record(Choice(sheet="Mines").as_record())
        Choice(sheet='Mines', layer='', header_row=0, header=None, raw=False)
        """
        words = None if record["header"] is None else HeaderWords.from_record(record["header"])
        raw = bool(record["raw"])
        return cls(str(record["sheet"]), str(record["layer"]), int(record["header_row"]), words, raw)


ANY = Choice()


@dataclass(frozen=True)
class Header:
    """The header that was found among the first rows.

    Attributes
    ----------
    names
        The cells, of two rows joined where the header has two.
    first, last
        Positions among the rows looked at: of its first row, and of its last.
    whole
        All that is needed is there.
    score
        Cells that name a known column.
    """

    names: list[str]
    first: int
    last: int
    whole: bool = False
    score: int = 0


def find_header(rows: Sequence[tuple[int, list[str]]], choice: Choice, usual: int | None) -> Header | None:
    """The row of the first ones that fits best, or two that fit better together; else the `usual` one.

    Parameters
    ----------
    rows
        Row numbers and cells of the first rows.
    usual
        Position of the row that would be taken where nothing is known; None for none.

    Examples
    --------
    >>> words = {"id": ("id",), "lat": ("lat", "coord lat"), "lon": ("lon", "coord lon")}
    >>> choice = Choice(header=HeaderWords(words, (), (("id", "lat", "lon"),)))
    >>> rows = [(1, ["Mines", "", "Coord", ""]), (2, ["id", "", "", ""]), (3, ["id", "x", "lat", "lon"])]
    >>> find_header(rows, choice, 0)
    Header(names=['id', 'x', 'lat', 'lon'], first=2, last=2, whole=True, score=3)
    >>> find_header([(1, ["id", "x", "Coord", ""]), (2, ["", "", "lat", "lon"])], choice, 0).names
    ['id', 'x', 'Coord lat', 'Coord lon']
    """
    if choice.header_row:
        at = next((i for i, (number, _) in enumerate(rows) if number == choice.header_row), None)
        return None if at is None else _tested(rows[at][1], at, at, choice)
    if choice.header is None:
        return None if usual is None else Header(rows[usual][1], usual, usual)
    best = None if usual is None else _tested(rows[usual][1], usual, usual, choice)
    sure = best is not None and best.whole and best.score > 2
    for at in range(0 if sure else min(len(rows), SEARCHED)):
        if sum(bool(c.strip()) for c in rows[at][1]) > 1:
            best = _better(best, _tested(rows[at][1], at, at, choice))
    for at in range(min(len(rows), SEARCHED) - 1):
        if joined := join_rows(rows[at][1], rows[at + 1][1]):
            found = _tested(joined, at, at + 1, choice)
            if best is None or found.score > best.score:
                best = _better(best, found)
    return best


def join_rows(top: list[str], bottom: list[str]) -> list[str] | None:
    """Two rows of a header in one: a title above several columns stands before each; None where they do not fit.

    Examples
    --------
    >>> join_rows(["id", "Coordinates", ""], ["", "lat", "lon"])
    ['id', 'Coordinates lat', 'Coordinates lon']
    >>> join_rows(["id", "name"], ["1", "A"]) is None
    True
    """
    width = max(len(top), len(bottom))
    over = [*top, *[""] * (width - len(top))]
    under = [*bottom, *[""] * (width - len(bottom))]
    if not any(a.strip() for a in over) or not any(
        b.strip() and not a.strip() for a, b in zip(over, under, strict=True)
    ):
        return None
    if sum(bool(b.strip()) for b in under) < 2 or any(_number(b) for b in under):
        return None
    out, title = [], ""
    for a, b in zip(over, under, strict=True):
        title = a.strip() or (title if b.strip() else "")
        out.append(f"{title} {b.strip()}".strip() if b.strip() else a.strip())
    return out


def _number(text: str) -> bool:
    """Whether a cell is a number, as data is and names of columns are not."""
    return text.strip().replace(",", "").replace(".", "").lstrip("-+").isdigit()


def _tested(cells: list[str], first: int, last: int, choice: Choice) -> Header:
    score, whole = choice.header.test(cells) if choice.header is not None else (0, False)
    return Header(cells, first, last, whole, score)


def _better(best: Header | None, other: Header) -> Header:
    if best is None or (other.whole, other.score) > (best.whole, best.score):
        return other
    return best


def layer_name(member: str) -> str:
    """The name of a layer that a member of an archive holds: without folders and ending.

    Examples
    --------
    >>> layer_name("shp/caf_adm2.shp"), layer_name("points")
    ('caf_adm2', 'points')
    """
    last = member.rsplit("/", 1)[-1]
    return last.rsplit(".", 1)[0] if "." in last else last


def chosen_layer(members: Sequence[str], wanted: str, name: str, report: Report) -> str:
    """The member or layer that is meant: as the user says, else the first; the others are told.

    Raises
    ------
    geo.errors.FormatError
        There is none of that name.
    """
    if wanted:
        found = [m for m in members if wanted.casefold() in (m.casefold(), layer_name(m).casefold())]
        if not found:
            raise FormatError(
                "There is no such layer.",
                where=name,
                expected=", ".join(layer_name(m) for m in members[:20]),
                got=wanted,
            )
        return found[0]
    if len(members) > 1:
        report.note(
            "Only the layer {layer} was read; also there: {others} (option --layer).",
            layer=repr(layer_name(members[0])),
            others=", ".join(layer_name(m) for m in members[1:11]),
        )
    return members[0]
