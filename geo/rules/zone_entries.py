"""Entries of the zone register as plain rows: few, and read again for every state that the register had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import ZoneError
from geo.records.admin_units import Aliases, key_of
from geo.spatial.polygons import Boundaries
from geo.time_window import NO_DAY, Days, to_days

Ints = npt.NDArray[np.int64]

LEVELS = {"admin2": 2, "admin3": 3}


class Entry(NamedTuple):
    """One entry, its cells as pandas gives them; `begin` and `end` (exclusive) are days since 1970-01-01."""

    unit: str
    country: str
    level: str
    parent: str
    scheme: str
    status: str
    valid_from: Any
    valid_to: Any
    recorded_at: Any
    decided_by: str
    begin: int
    end: int


def entries_of(register: pd.DataFrame) -> list[Entry]:
    """The entries of a register, in its order.

    Parameters
    ----------
    register
        Entries of the zone register (`geo.schema.ZONES`).
    """
    cells = [register[name].tolist() for name in Entry._fields[:-2]]
    return list(map(Entry, *cells, to_days(register["valid_from"]).tolist(), ends_of(register).tolist()))


def ends_of(register: pd.DataFrame) -> Days:
    """The first day on which each entry is no longer in force; the largest int64 where none is stated.

    Parameters
    ----------
    register
        Entries of the zone register.
    """
    end = to_days(register["valid_to"])
    return np.where(end == NO_DAY, np.iinfo(np.int64).max, end)


def by_state(entries: Sequence[Entry], days: Days) -> Iterator[tuple[list[Entry], Ints]]:
    """The entries in force together, and the positions of the days on which they are: a state once, by their order.

    Parameters
    ----------
    entries
        The entries of a register.
    days
        Dates in any order [days since 1970-01-01].

    Examples
    --------
    >>> both = [Entry(u, "CAF", "admin2", "", "KP", "", None, None, None, "", b, 90) for u, b in (("A", 5), ("B", 7))]
    >>> [([e.unit for e in now], at.tolist()) for now, at in by_state(both, np.array([8, 2, 6, 7]))]
    [([], [1]), (['A'], [2]), (['A', 'B'], [0, 3])]
    """
    if not len(days):
        return
    if (days == days[0]).all():
        parts = [np.arange(len(days))]
    else:
        turns = np.unique([day for e in entries for day in (e.begin, e.end)])
        state = np.searchsorted(turns, days, side="right")
        order = np.argsort(state, kind="stable")
        sizes = np.bincount(state)
        parts = np.split(order, np.cumsum(sizes[sizes > 0])[:-1])
    for at in parts:
        day = int(days[at[0]])
        yield [e for e in entries if e.begin <= day < e.end], at


def named_entries(now: Sequence[Entry]) -> list[Entry]:
    """Those of named units among entries that are in force, but those of countries that are wholly free again.

    Parameters
    ----------
    now
        Entries in force on one day.
    """
    free = {e.country for e in now if e.level == "country" and e.status == "lifted"}
    return [e for e in now if e.level in LEVELS and e.country not in free]


def unit_key(unit: str, parent: str, country: str, level: str, aliases: Aliases) -> str:
    """``COUNTRY|folded name`` of a sub-prefecture, ``COUNTRY|folded parent|folded name`` of a commune.

    Parameters
    ----------
    unit, parent
        The name of the unit, and of the one above.
    country
        ISO 3166 alpha-3.
    level
        Its level as the register writes it, such as `admin3`.
    aliases
        Other spellings of names of units.
    """
    if level != "admin3":
        return key_of(unit, country, 2, aliases)
    own, above = key_of(unit, country, 3, aliases), key_of(parent, country, 2, aliases)
    return f"{above}|{own.split('|', 1)[1]}" if own and above else ""


class HeldUnits:
    """The units of a boundary set by their keys, for the countries that are asked about."""

    def __init__(self, boundaries: Boundaries, aliases: Aliases) -> None:
        self.boundaries, self.aliases = boundaries, aliases
        self._columns: list[list[str]] = [boundaries.frame[c].tolist() for c in ("unit", "parent", "country")]
        self._by_country: dict[str, dict[str, int]] = {}

    def of(self, country: str) -> dict[str, int]:
        """Row of each unit of a country by its key; units whose country is not stated are those of any.

        Parameters
        ----------
        country
            ISO 3166 alpha-3.
        """
        if country not in self._by_country:
            found: dict[str, int] = {}
            level = f"admin{self.boundaries.level}"
            for row, (unit, parent, land) in enumerate(zip(*self._columns, strict=True)):
                if land in (country, ""):
                    found.setdefault(unit_key(unit, parent, country, level, self.aliases), row)
            self._by_country[country] = found
        return self._by_country[country]

    def rows(self, named: Iterable[Entry]) -> dict[str, int]:
        """Row of every unit of the set's level that is named, by :func:`unit_key`.

        Parameters
        ----------
        named
            Entries of named units in force on one day (:func:`named_entries`).

        Raises
        ------
        ZoneError
            The set lacks such a unit: in older sets Gadzi town falls inside Carnot, and a join would call it compliant.
        """
        held, level = set(self._columns[2]), f"admin{self.boundaries.level}"
        units = [e for e in named if e.level == level and ("" in held or e.country in held)]
        have: dict[str, int] = {}
        for country in dict.fromkeys(e.country for e in units):
            have = self.of(country) | have
        wanted = [unit_key(e.unit, e.parent, e.country, e.level, self.aliases) for e in units]
        missing = [e.unit for e, key in zip(units, wanted, strict=True) if key not in have]
        if not missing:
            return {key: have[key] for key in wanted}
        raise ZoneError(
            "The boundary set lacks a unit that the zone register names: {units}.",
            where=self.boundaries.name,
            expected=", ".join(sorted(e.unit for e in units)),
            remedy="Use a boundary set that has every named unit; until then zones are read from the sites' own unit.",
            units=", ".join(missing),
        )
