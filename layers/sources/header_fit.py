"""Whether a row of cells is the header of a table that a reader can use: what the door looks for a header by."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from layers.formats.choice import Choice, HeaderTest
from layers.sources.fields import ColumnNames
from layers.sources.read_options import ReadOptions

Enough = Callable[[ColumnNames], bool]
"""Whether the columns that a layout cannot do without are among some names."""


def header_test(layout: str, enough: Enough, options: ReadOptions) -> HeaderTest:
    """A test of headers: how many cells name a column of `layout`, and whether `enough` is there.

    Examples
    --------
    >>> fits = header_test("site_list", placed, ReadOptions())
    >>> fits(["MineID", "Lat", "Long", "Foreman"]), fits(["Our mines", "2024"]), fits(["Name", "Meaning"])
    ((3, True), (0, False), (1, False))
    """

    def fits(cells: Sequence[str]) -> tuple[int, bool]:
        names = [cell.strip() for cell in cells if cell.strip()]
        if not names or max(map(len, names)) > 300:
            return 0, False
        found = ColumnNames(names, layout, options)
        known = found.known_columns
        return len(known), enough(found)

    return fits


def choice_of(layout: str, enough: Enough, options: ReadOptions) -> Choice:
    """What the door is to look for: the user's sheet, layer and header row, else the header that fits."""
    return Choice(options.sheet, options.layer, options.header_row, header_test(layout, enough, options))


def placed(names: ColumnNames) -> bool:
    """A place can be read: two columns of coordinates, or one of both, or a grid's."""
    two = names.column("lon") is not None and names.column("lat") is not None
    grid = names.column("easting") is not None and names.column("northing") is not None
    return two or grid or names.column("location") is not None
