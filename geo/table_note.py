"""A small table as a message: a command prints it in aligned columns, in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from geo.messages import Note, spoken

GAP = "  "
"""Between two columns."""


class TableNote(Note):
    """Rows under a head, each cell a note, a number or data; numbers stand to the right.

    Examples
    --------
    >>> print(TableNote.of(("Class", "Sites"), [("high-risk", 4), (Note("none"), 12)]))
    Class      Sites
    ---------  -----
    high-risk      4
    none          12
    >>> print(TableNote.of(("Class", "Sites"), [(Note("none"), 12)]).sentence({"none": "aucune"}.get))
    Class   Sites
    ------  -----
    aucune     12
    """

    head: tuple[object, ...]
    rows: tuple[tuple[object, ...], ...]

    @classmethod
    def of(cls, head: Sequence[object], rows: Iterable[Sequence[object]]) -> TableNote:
        """A table of a head and rows of as many cells.

        Parameters
        ----------
        head
            What stands over each column.
        rows
            The cells, row by row; a missing one is blank.
        """
        given = tuple(tuple(row) for row in rows)
        text = _laid(tuple(head), given, str)
        made = cls.finished(text, text)
        assert isinstance(made, TableNote)
        made.head, made.rows = tuple(head), given
        return made

    @classmethod
    def again(cls, text: str, template: str) -> Note:
        """The text alone: a record keeps no cells.

        Parameters
        ----------
        text
            The table as text.
        template
            Of no use here: a text has no cells.
        """
        return Note.finished(text, text)

    def _sentence(self, translate: Callable[[str], Any]) -> str:
        return _laid(self.head, self.rows, lambda cell: spoken(cell, translate))


def _laid(head: tuple[object, ...], rows: tuple[tuple[object, ...], ...], say: Callable[[object], str]) -> str:
    texts = [["" if cell is None else say(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    right = [
        bool(rows) and all(isinstance(row[i], int | float) or row[i] is None for row in rows) for i in range(len(head))
    ]
    texts.insert(1, ["-" * width for width in widths])
    lines = (
        GAP.join(t.rjust(w) if r else t.ljust(w) for t, w, r in zip(row, widths, right, strict=True)) for row in texts
    )
    return "\n".join(line.rstrip() for line in lines)
