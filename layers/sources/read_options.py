"""What a person says of a file that the file does not say itself; one form for the command line and the app."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import PurePath
from typing import Any

from geo.errors import InputError
from geo.messages import Note
from layers.formats.choice import Choice
from layers.formats.header_words import HeaderWords


@dataclass(frozen=True)
class ReadOptions:
    """Wishes for one file; the defaults say nothing, and the reader finds out for itself.

    Parameters
    ----------
    columns
        Pairs of field and column, for columns that are not recognised or wrongly so; a blank column: there is none.
    sheet, layer
        Sheet of a workbook, layer of a GeoPackage or zip, by name.
    header_row
        Row of the header in the file, counted from 1; 0 to look for it.
    swap
        Longitude and latitude stand in each other's place.
    areas_as_points
        A point inside an area stands for it, half the area's extent being the position error.
    level
        Level of administrative units, 0 to 3.
    day_first
        True where 03/04/2020 is 3 April, False where it is March 4.
    decimal
        ``","`` or ``"."``.
    crs
        ``EPSG:n`` or a UTM zone (35S) of coordinates in metres.
    country
        Code or name of the country of rows that state none; it goes before that of the run.
    version
        Vintage of boundaries that do not state one; it goes before that of the run.

    Examples
    --------
    >>> ReadOptions(columns=(("lat", "Breite"),)).mapping
    {'lat': 'Breite'}
    """

    columns: tuple[tuple[str, str], ...] = ()
    sheet: str = ""
    layer: str = ""
    header_row: int = 0
    swap: bool = False
    areas_as_points: bool = False
    level: int | None = None
    day_first: bool | None = None
    decimal: str = ""
    crs: str = ""
    country: str = ""
    version: str = ""

    @property
    def mapping(self) -> dict[str, str]:
        """Field to column."""
        return dict(self.columns)

    def as_record(self) -> dict[str, Any]:
        """The options as JSON."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> ReadOptions:
        """The inverse of :meth:`as_record`."""
        return cls(**{**record, "columns": tuple((str(name), str(column)) for name, column in record["columns"])})

    def choice(self, header: HeaderWords | None = None) -> Choice:
        """What the gateway is to take: the user's sheet, layer and header row, else the header that is known so."""
        return Choice(self.sheet, self.layer, self.header_row, header)


MOST_HEADER = 50
"""The last row that may be named as that of the header."""
NOTHING = ReadOptions()
"""No wishes."""


@dataclass(frozen=True)
class Wishes:
    """Options for all files, and for some by their name.

    Examples
    --------
    >>> wishes = Wishes.parse(columns=["lat=Y", "b.xlsx:lon=Easting"], sheet=["b.xlsx:Mines"])
    >>> wishes.of("a.csv").mapping, wishes.of("b.xlsx").mapping, wishes.of("b.xlsx").sheet
    ({'lat': 'Y'}, {'lat': 'Y', 'lon': 'Easting'}, 'Mines')
    """

    common: ReadOptions = NOTHING
    by_file: Mapping[str, ReadOptions] = field(default_factory=dict)

    def of(self, name: str, *, of_places: bool = True) -> ReadOptions:
        """The options of a file, by its name without folders.

        `of_places` is false for files that are not lists of places (incidents, boundaries): a swap, or areas taken as
        points, reaches them only when they are named.

        Examples
        --------
        >>> asked = Wishes.parse(swap=[""])
        >>> asked.of("sites.csv").swap, asked.of("events.csv", of_places=False).swap
        (True, False)
        """
        found = self.by_file.get(PurePath(name).name)
        if found is not None:
            return found
        return self.common if of_places else replace(self.common, swap=False, areas_as_points=False)

    @classmethod
    def parse(
        cls,
        *,
        columns: Iterable[str] = (),
        sheet: Iterable[str] = (),
        layer: Iterable[str] = (),
        swap: Iterable[str] = (),
        areas_as_points: Iterable[str] = (),
        level: Iterable[str] = (),
        header_row: Iterable[str] = (),
        crs: Iterable[str] = (),
        day_first: bool | None = None,
        decimal: str = "",
    ) -> Wishes:
        """Options as they are written on a command line: ``VALUE`` for all files, ``FILE:VALUE`` for one.

        For `swap` and `areas_as_points` a value is the file's name alone, blank for all files.

        Raises
        ------
        geo.errors.InputError
            A column without ``=``, a level that is no number from 0 to 3, or a row that is none from 1 to 50.
        """
        common: dict[str, Any] = {"day_first": day_first, "decimal": decimal}
        own: dict[str, dict[str, Any]] = {}
        mapped: dict[str, dict[str, str]] = {}
        for text in columns:
            head, equals, column = text.partition("=")
            if not equals:
                raise InputError("A mapping is written FIELD=COLUMN.", where="--map", got=text)
            file, _, name = head.rpartition(":")
            mapped.setdefault(file, {})[name.strip()] = column.strip()
        given = {"sheet": sheet, "layer": layer, "level": level, "header_row": header_row, "crs": crs}
        for key, texts in given.items():
            for text in texts:
                file, value = _parted(text, key)
                (own.setdefault(file, {}) if file else common)[key] = _READ.get(key, str)(value)
        for key, files in (("swap", swap), ("areas_as_points", areas_as_points)):
            for file in files:
                (own.setdefault(PurePath(file).name, {}) if file else common)[key] = True
        for file in mapped:
            if file:
                own.setdefault(PurePath(file).name, {})
        base = replace(NOTHING, **common, columns=tuple(mapped.get("", {}).items()))
        by_file = {
            file: replace(base, **stated, columns=tuple({**mapped.get("", {}), **mapped.get(file, {})}.items()))
            for file, stated in own.items()
        }
        return cls(base, by_file)


def _parted(text: str, key: str) -> tuple[str, str]:
    """File name and value of ``FILE:VALUE``; an EPSG code and a drive letter are no file."""
    file, colon, value = text.rpartition(":")
    if not colon or (key == "crs" and file.upper().endswith("EPSG")):
        head, second, tail = file.rpartition(":")
        return (PurePath(head).name, f"{tail}:{value}") if second and colon else ("", text)
    return PurePath(file).name, value


def _level(text: str) -> int:
    if text.strip() not in ("0", "1", "2", "3"):
        raise InputError("The level of boundaries is not known.", where="--level", expected="0, 1, 2 or 3", got=text)
    return int(text)


def _header_row(text: str) -> int:
    if not text.strip().isdecimal() or not 1 <= int(text) <= MOST_HEADER:
        expected = Note("a whole number from {low} to {high}", low="1", high=str(MOST_HEADER))
        raise InputError("The row of the header is not known.", where="--header-row", expected=expected, got=text)
    return int(text)


_READ = {"level": _level, "header_row": _header_row}
"""Options whose value is a number, and what reads it."""
