"""By what a header is known, as plain data: a process that parses a file is told it and needs no table of ours.

A cell of a header speaks of a field by its whole spelling or by its words; how the words are told apart is here, which
words there are comes from the callers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from geo.records.place_names import plain

_CAMEL = re.compile(
    r"(?<=[a-z\u00df-\u00ff])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])"
)
_SIGNS = re.compile(r"[^\w\s]|_")
_LONGEST = 120
LONGEST_NAME = 100
"""Characters of a cell that can name a column; a longer one explains something."""


@lru_cache(maxsize=8192)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a column's name: without case, accents, signs; parted at capitals and digits.

    Examples
    --------
    >>> words_of("_GPS_site_latitude"), words_of("MineID"), words_of("commod1"), words_of("Latitude (°)")
    (('gps', 'site', 'latitude'), ('mine', 'id'), ('commod', '1'), ('latitude',))
    """
    return tuple(plain(_SIGNS.sub(" ", _CAMEL.sub(" ", name[:_LONGEST]))).split())


@dataclass(frozen=True)
class Rule:
    """What a column's name must, may and must not hold to speak of a field.

    Parameters
    ----------
    words
        Of each of these groups one word must stand in the name.
    rest
        Words that may stand there besides; None for any.
    unless
        Words that must not.
    """

    field: str
    words: tuple[frozenset[str], ...]
    rest: frozenset[str] | None
    unless: frozenset[str]

    def left(self, name: str) -> tuple[str, ...] | None:
        """The words of a name that the rule leaves over; None where it does not hold.

        Examples
        --------
        >>> rule = Rule("lat", (frozenset({"latitude"}),), None, frozenset({"destination"}))
        >>> rule.left("Latitude (DD)"), rule.left("destination latitude"), rule.left("Longitude")
        (('dd',), None, None)
        """
        left = list(words_of(name))
        if self.unless & set(left):
            return None
        for wanted in self.words:
            found = next((word for word in left if word in wanted), None)
            if found is None:
                return None
            left.remove(found)
        return tuple(left) if self.rest is None or set(left) <= self.rest else None


@dataclass(frozen=True)
class HeaderWords:
    """What a reader knows columns by, and which it cannot do without.

    Parameters
    ----------
    spelled
        Field to the plain spellings of its column.
    rules
        Rules of words.
    enough
        Sets of fields, any one of which makes a table that the reader can use; ``=name`` is a column of that very name.
    unnamed_orders
        Orders of columns in which files without a header are published: name and form of each, blank for any.

    Examples
    --------
    >>> known = HeaderWords({"lat": ("lat", "y"), "lon": ("lon", "x")}, (), (("lat", "lon"), ("=pcode",)))
    >>> known.test(["Lat", "Lon", "Foreman"]), known.test(["PCODE"]), known.test(["Our mines", "2024"])
    ((2, True), (1, True), (0, False))
    >>> HeaderWords.from_record(known.as_record()) == known
    True
    """

    spelled: dict[str, tuple[str, ...]]
    rules: tuple[Rule, ...]
    enough: tuple[tuple[str, ...], ...]
    unnamed_orders: tuple[tuple[tuple[str, str], ...], ...] = ()

    def unnamed(self, cells: Sequence[str]) -> list[str] | None:
        """Names of the columns of a file whose first row is data of a known order; None where it is none.

        Examples
        --------
        >>> known = HeaderWords({}, (), (), ((("id", "[0-9]+"), ("day", "[0-9-]{10}"), ("place", "")),))
        >>> known.unnamed(["7", "2024-01-02", "Boda"]), known.unnamed(["id", "day", "place"])
        (['id', 'day', 'place'], None)
        """
        for order in self.unnamed_orders:
            pairs = zip(order, cells, strict=False)
            if len(order) == len(cells) and all(re.fullmatch(form or ".*", c, re.DOTALL) for (_, form), c in pairs):
                return [name for name, _ in order]
        return None

    def test(self, cells: Sequence[str]) -> tuple[int, bool]:
        """How many cells name a known column, and whether all that is needed is among them."""
        names = [cell.strip() for cell in cells if cell.strip() and len(cell) <= LONGEST_NAME]
        if not names:
            return 0, False
        by_spelling: dict[str, set[str]] = {}
        for field, spelled in self.spelled.items():
            for word in spelled:
                by_spelling.setdefault(word, set()).add(field)
        found: set[str] = set()
        known: set[str] = set()
        for name in names:
            word = plain(name)
            fields = by_spelling.get(word, set()) | {r.field for r in self.rules if r.left(name) is not None}
            fields |= {f"={word}"} & self._columns()
            found |= fields
            if fields:
                known.add(word)
        return len(known), any(set(group) <= found for group in self.enough)

    def _columns(self) -> set[str]:
        return {name for group in self.enough for name in group if name.startswith("=")}

    def as_record(self) -> dict[str, Any]:
        """The same as plain JSON."""
        return {
            "spelled": {field: list(words) for field, words in self.spelled.items()},
            "rules": [
                [r.field, [sorted(g) for g in r.words], None if r.rest is None else sorted(r.rest), sorted(r.unless)]
                for r in self.rules
            ],
            "enough": [list(group) for group in self.enough],
            "unnamed_orders": [[list(column) for column in order] for order in self.unnamed_orders],
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> HeaderWords:
        """The inverse of :meth:`as_record`."""
        return cls(
            {str(field): tuple(words) for field, words in record["spelled"].items()},
            tuple(
                Rule(
                    field, tuple(frozenset(g) for g in words), None if rest is None else frozenset(rest), frozenset(no)
                )
                for field, words, rest, no in record["rules"]
            ),
            _groups(record["enough"]),
            tuple(tuple((name, form) for name, form in order) for order in record["unnamed_orders"]),
        )


def _groups(groups: Iterable[Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(group) for group in groups)
