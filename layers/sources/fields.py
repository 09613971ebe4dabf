"""The columns of a table by field: as the user says, else by whole spelling, else by their words."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from geo.errors import InputError
from geo.messages import Note, Word, joined
from geo.records.place_names import plain
from i18n import column_labels
from layers.formats.header_words import words_of
from layers.formats.table import Table, shorten
from layers.reference.tables import spellings
from layers.sources.column_words import WORDS, glued_ids, is_numbered, matches, spelled
from layers.sources.read_options import NOTHING, ReadOptions

SEVERAL = ("minerals",)
"""Fields that several numbered columns may hold together (mineral1, mineral2)."""
PRIMARY = frozenset({"primary", "principal", "principale", "principales", "principaux", "main", "haupt"})
"""Words of the column that says what a mine is for, beside columns of secondary and other minerals."""
BY_PRODUCTS = frozenset(
    ("secondary", "tertiary", "second", "third", "other", "others", "secondaire", "secondaires", "autre", "autres",
     "otros", "otras", "outros", "outras", "neben")
)  # fmt: skip
"""Words of columns of by-products, which are not joined to a primary one."""
CUT = 10
"""Characters that a shapefile keeps of a column's name."""
_PAIRS = (("lat", "lon"), ("northing", "easting"))
_YIELDS_TO = {"admin1": ("region",)}
"""Spellings that give way to a column known by its words: beside states, a region is a part of the world."""


class ColumnNames:
    """Names of columns by field; the table behind them is not needed to know which is which.

    Parameters
    ----------
    names
        The columns, in the file's order.
    layout
        Key of data/column_names.csv, and of data/column_words.csv where it has rules of words; blank: fields are
        columns.
    options
        What the user says of the file: a mapping goes before every spelling.
    cut
        Names may be cut after ten characters, as shapefiles cut them.
    """

    def __init__(
        self, names: Sequence[str], layout: str = "", options: ReadOptions = NOTHING, *, cut: bool = False
    ) -> None:
        self.options, self._cut = options, cut
        self._layouts = [name for name in (layout, "site_list" if layout == "suppliers" else "") if name]
        self._words = WORDS.get(layout, ())
        self._known = spelled(layout)
        self._own: dict[str, str] = {}
        for column in names:
            self._own.setdefault(plain(column), column)
        self._short = short_names(names)
        for column, short in self._short.items():
            self._own.setdefault(plain(short), column)
        self._given: dict[str, str | None] = {}
        for field, column in options.columns:
            if column == "":
                self._given[field] = None
            elif plain(column) in self._own:
                self._given[field] = self._own[plain(column)]
        self._found: dict[str, tuple[str, ...]] = {}

    def has(self, *names: str) -> bool:
        """Whether every one of these columns is there, by its plain spelling, or is said by the user to be."""
        return all(self._get(plain(name)) or self._given.get(name) for name in names)

    def _get(self, word: str) -> str | None:
        """The column of a plain name, or of what a shapefile leaves of it."""
        found = self._own.get(word)
        return self._own.get(cut_name(word)) if found is None and self._cut and len(word) > CUT else found

    def column(self, name: str) -> str | None:
        """The column for a field (the first of several), None when there is none."""
        return next(iter(self.columns_of(name)), None)

    def columns_of(self, name: str) -> tuple[str, ...]:
        """All columns that hold a field together, in the file's order; one for most fields."""
        if name not in self._found:
            self._found[name] = self._look(name)
        return self._found[name]

    def _look(self, name: str) -> tuple[str, ...]:
        if name in self._given:
            stated = self._given[name]
            return (stated,) if stated is not None else ()
        exact = self._exact(name)
        if name in SEVERAL:
            return self._family(name, exact)
        if exact is not None and plain(exact) in _YIELDS_TO.get(name, ()):
            exact = next((column for column, _ in self._by_words(name)), exact)
        if exact is not None:
            return (exact,)
        found = [column for column, _ in self._by_words(name)]
        for pair in _PAIRS:
            if name in pair:
                other = pair[1 - pair.index(name)]
                if self._exact(other) is None and other not in self._given:
                    found = self._paired(name, other) or found
        if not found and name in ("site_id", "supplier_id") and self._words:
            # A list of origins is numbered by its sites where it names no suppliers.
            found = [column for column, _ in self._by_words("site_id")]
            found = found or glued_ids([c for c in self._own.values() if c not in self._taken()])
        return tuple(found[:1])

    def _exact(self, name: str) -> str | None:
        found = (self._get(spelling) for spelling in self._known.get(name, (plain(name),)))
        return next((column for column in found if column is not None), None)

    def _taken(self) -> set[str]:
        """Columns that are a field's by their whole spelling, or by the user's word."""
        exact = {self._exact(field) for field in self._known if field not in self._given}
        return {column for column in (exact | set(self._given.values())) if column is not None}

    def _by_words(self, name: str) -> list[tuple[str, tuple[str, ...]]]:
        if not self._words:
            return []
        taken = self._taken()
        named = {self._short.get(c, c): c for c in dict.fromkeys(self._own.values()) if c not in taken}
        return [(named[short], left) for short, left in matches(list(named), name, self._words)]

    def _paired(self, name: str, other: str) -> list[str]:
        """Of several columns the one that has a partner of the same other words (site latitude, site longitude)."""
        partners = {frozenset(left) for _, left in self._by_words(other)}
        return [column for column, left in self._by_words(name) if frozenset(left) in partners][:1]

    def _family(self, name: str, exact: str | None) -> tuple[str, ...]:
        """The one column, and with it those that only a number or an order tells from it."""
        found = self._by_words(name)
        numbered = [column for column, left in found if is_numbered(left)]
        if exact is None and any(set(left) & PRIMARY for _, left in found):
            # What a mine is for; its by-products stand in columns of their own and are told as not used.
            numbered = [column for column, left in found if is_numbered(left) and not set(left) & BY_PRODUCTS]
        chosen = [exact] if exact is not None else [column for column, left in found if not is_numbered(left)][:1]
        if numbered and exact is None:  # beside commod1 and commod2 a column of ores is something else
            stems = {word[:5] for column in numbered for word in words_of(column) if len(word) > 4}
            chosen = [column for column in chosen if any(word[:5] in stems for word in words_of(column))]
        order = list(self._own.values())
        return tuple(sorted({*chosen, *numbered}, key=order.index))


def cut_name(word: str) -> str:
    """What a shapefile leaves of a plain name: ten characters.

    Examples
    --------
    >>> cut_name("event id cnty"), cut_name("sub event type")
    ('event id c', 'sub event')
    """
    return word[:CUT].strip()


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Names without the group that survey tools write before them, where several columns share it.

    Examples
    --------
    >>> short_names(["start", "group_site/nom", "group_site/minerai", "_group_site/gps_latitude", "State/Province"])
    {'group_site/nom': 'nom', 'group_site/minerai': 'minerai', '_group_site/gps_latitude': 'gps_latitude'}
    """
    groups: dict[str, list[str]] = {}
    for name in names:
        group, slash, short = name.rpartition("/")
        if slash and group.strip() and short.strip():
            groups.setdefault(group.strip().lstrip("_"), []).append(name)
    several = [name for shared in groups.values() if len(shared) > 1 for name in shared]
    return {name: name.rpartition("/")[2].strip() for name in names if name in several}


class Fields(ColumnNames):
    r"""The columns of a table by field, whatever their spelling; spellings and words are data.

    Parameters
    ----------
    table
        As read.
    layout
        Key of data/column_names.csv, and of data/column_words.csv where it has rules of words; blank: fields are
        columns.
    options
        What the user says of the file: a mapping goes before every spelling.

    Examples
    --------
    >>> from layers.formats import read
    >>> table = read(b"MineID,Mine Name,Latitude (DD),Longitude (DD),Shift\n1,A,4.3,17.4,x\n", "m.csv")
    >>> fields = Fields(table, "site_list")
    >>> [fields.column(name) for name in ("site_id", "name", "lat", "lon", "minerals")]
    ['MineID', 'Mine Name', 'Latitude (DD)', 'Longitude (DD)', None]
    >>> fields.text("lat").tolist(), fields.used, fields.ignored
    (['4.3'], {'lat': ('Latitude (DD)',)}, ('MineID', 'Mine Name', 'Longitude (DD)', 'Shift'))
    """

    def __init__(self, table: Table, layout: str = "", options: ReadOptions = NOTHING) -> None:
        names = [str(column) for column in table.frame.columns]
        super().__init__(names, layout, options, cut=table.format == "shapefile")
        self.table = table
        self._asked: dict[str, tuple[str, ...]] = {}

    def text(self, name: str) -> pd.Series[str]:
        """The text of a field, exact; blank where the table has no such column; several columns joined by ``;``.

        Raises
        ------
        geo.errors.InputError
            The column stands twice in the file, with different values.
        """
        found = self.columns_of(name)
        if not found:
            return pd.Series([""] * len(self.table.frame), dtype="str")
        self._check_twice(found)
        self._asked[name] = found
        first, *rest = (self.table.frame[column] for column in found)
        for more in rest:
            blank = (first.str.strip() == "") | (more.str.strip() == "")
            first = first.where(blank, first + ";" + more).where(first.str.strip() != "", more)
        return first

    def is_exact(self, name: str) -> bool:
        """Whether the column of a field is known by its whole spelling or the user's word, not by its words alone."""
        return bool(self._given.get(name)) or self.column(name) == self._exact(name)

    def named(self, name: str) -> str | None:
        """The column of exactly this plain name, whatever field it is taken for."""
        return self._get(plain(name))

    def also(self, name: str, *more: str) -> None:
        """Note that a field was read from these columns together."""
        self._asked[name] = tuple(dict.fromkeys((*self._asked.get(name, ()), *more)))

    def take(self, name: str, column: str) -> None:
        """Take a column for a field, whatever its name: its content has shown what it is."""
        self._found[name] = (column,)

    def drop(self, name: str) -> None:
        """Take no column for a field: the content has shown that it is something else."""
        self._found[name] = ()
        self._asked.pop(name, None)

    def require(self, *wanted: str) -> None:
        """Raise :class:`geo.errors.InputError` naming all fields of `wanted` that no column holds."""
        missing = [name for name in wanted if self.column(name) is None]
        if missing:
            raise InputError(
                "There is no column for {missing}.",
                where=self.where(),
                expected="; ".join(f"{name} ({self._spellings(name)})" for name in missing),
                got=self.found(),
                remedy=Note("Say which column it is: --map {field}=COLUMN, or rename the column.", field=missing[0]),
                missing=joined(Word(name, column_labels.COLUMNS.get(name, name)) for name in missing),
            )

    def where(self) -> str:
        """File, and the sheet or layer that was looked at."""
        inner = self.table.meta.get("sheet") or self.table.meta.get("layer")
        return f"{self.table.name} ({inner})" if inner else self.table.name

    def found(self) -> str:
        """The columns of the table in one line."""
        names = [shorten(str(column), 40) for column in self.header]
        shown = ", ".join(names[:40])
        if len(names) > 40:
            return Note("{rows} and {n} more", rows=shown, n=len(names) - 40)
        return shown or Note("no columns")

    @property
    def header(self) -> tuple[str, ...]:
        """All columns of the file, also those that were not read."""
        return self.table.header or tuple(map(str, self.table.frame.columns))

    @property
    def used(self) -> dict[str, tuple[str, ...]]:
        """Columns by field, of the fields that were asked for."""
        return dict(self._asked)

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns that no field was read from."""
        taken = {column for found in self._asked.values() for column in found}
        return tuple(column for column in self.header if column not in taken)

    def _spellings(self, name: str) -> str:
        every_spelling = dict.fromkeys(
            w for lay in self._layouts for w in spellings(lay, name).split(", ") if name in self._known
        )
        return ", ".join(list(every_spelling)[:6]) or name

    def _check_twice(self, found: Sequence[str]) -> None:
        for column in found:
            again = [name for name in self.table.twice.get(column, ()) if name in self.table.frame]
            if any(not self.table.frame[name].equals(self.table.frame[column].rename(name)) for name in again):
                raise InputError(
                    "A column that is needed stands twice, with different values.",
                    where=self.where(),
                    expected="one column of each name",
                    got=column,
                    remedy="Rename or delete one of them.",
                )
