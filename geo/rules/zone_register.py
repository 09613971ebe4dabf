"""The register of zones at a day: which entries are in force, of which units, and which polygons are those units."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.columns import blank
from geo.errors import ZoneError
from geo.messages import Note
from geo.records.admin_units import Aliases
from geo.records.place_names import fold
from geo.rules.zone_entries import LEVELS, Entry, HeldUnits, ends_of, entries_of, unit_key
from geo.spatial.polygons import Boundaries
from geo.time_window import NO_DAY, Days, to_days

Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]

INSIDE = {
    "compliant": "inside_compliant",
    "restored": "inside_compliant",
    "priority": "inside_priority",
    "monitored": "inside_monitored",
    "suspended": "inside_suspended",
    "restricted": "outside",
    "lifted": "not_applicable",
    "unknown": "unknown",
}
"""What an entry of a named unit says of a diamond site in it."""


def check_register(register: pd.DataFrame) -> pd.DataFrame:
    """The register with its types, or a ZoneError where two entries of a unit are in force at once.

    Parameters
    ----------
    register
        Entries of the zone register.

    Raises
    ------
    ZoneError
        Names the unit and the day.
    """
    table = schema.conform(register, schema.ZONES)
    of_unit: dict[tuple[str, ...], list[Entry]] = {}
    entries = entries_of(table)
    for e in entries:
        if e.begin == NO_DAY or e.end <= e.begin:
            raise ZoneError(
                "An entry of the zone register has no beginning, or ends before it begins.",
                where=e.unit,
                expected="valid_from before valid_to",
            )
        of_unit.setdefault((e.country, e.scheme, e.level, fold(e.parent), fold(e.unit)), []).append(e)
    for one, other in (pair for of in of_unit.values() for pair in itertools.pairwise(sorted(of, key=_beginning))):
        if one.end > other.begin:
            raise ZoneError(
                "Two entries of the zone register are in force at once.",
                where=one.unit,
                expected="the earlier one ended by valid_to",
                got=Note(
                    "{one} and {other} on {day}",
                    one=Note(one.status),
                    other=Note(other.status),
                    day=f"{other.valid_from:%Y-%m-%d}",
                ),
                remedy="Correct valid_to of the earlier entry.",
            )
    return table


def _beginning(entry: Entry) -> int:
    return entry.begin


def in_force(register: pd.DataFrame, day: int) -> pd.DataFrame:
    """The entries in force on a day: `valid_from` inclusive, `valid_to` exclusive.

    Parameters
    ----------
    register
        Entries of the zone register.
    day
        The day [days since 1970-01-01].
    """
    return register[(to_days(register["valid_from"]) <= day) & (day < ends_of(register))]


def states(register: pd.DataFrame | None, days: Days, countries: set[str]) -> tuple[Ints, Ints]:
    """Positions of one day of each state that the register had on `days`, and the state of each day.

    Two days are of one state where the same entries of these countries are in force; a blank one stands for any.

    Parameters
    ----------
    register
        Entries of the zone register; None: none.
    days
        Dates in any order [days since 1970-01-01].
    countries
        Countries of the sites (ISO 3166 alpha-3).
    """
    if register is not None and "" not in countries:
        register = register[register["country"].isin(countries)]
    if register is None or not len(register):
        return np.zeros(min(len(days), 1), np.int64), np.zeros(len(days), np.int64)
    begin, end = to_days(register["valid_from"])[:, None], ends_of(register)[:, None]
    _, first, state = np.unique((begin <= days) & (days < end), axis=1, return_index=True, return_inverse=True)
    return first.astype(np.int64), state.reshape(-1).astype(np.int64)


def units_in_force(register: pd.DataFrame, day: int) -> pd.DataFrame:
    """Entries of named units in force on a day; where the whole country is free again, its units speak no longer.

    Parameters
    ----------
    register
        Entries of the zone register.
    day
        The day [days since 1970-01-01].
    """
    return named_units(in_force(register, day))


def named_units(now: pd.DataFrame) -> pd.DataFrame:
    """The named units among entries that are in force, but those of countries that are wholly free again.

    Parameters
    ----------
    now
        Entries in force on one day (:func:`in_force`).
    """
    free = set(now.loc[(now["level"] == "country") & (now["status"] == "lifted"), "country"])
    return now[now["level"].isin(list(LEVELS)) & ~now["country"].isin(free)]


def unit_keys(units: pd.DataFrame, aliases: Aliases) -> Texts:
    """``COUNTRY|folded name`` of sub-prefectures, ``COUNTRY|folded parent|folded name`` of communes.

    Parameters
    ----------
    units
        Entries of the register: `unit`, `parent`, `country`, `level` (text, such as `admin3`).
    aliases
        Other spellings of names of units.
    """
    rows = zip(*(units[name].tolist() for name in ("unit", "parent", "country", "level")), strict=True)
    out = np.empty(len(units), dtype=object)
    out[:] = [unit_key(unit, parent, country, level, aliases) for unit, parent, country, level in rows]
    return out


def named_rows(register: pd.DataFrame, boundaries: Boundaries, aliases: Aliases, day: int) -> dict[str, int]:
    """Row in `boundaries` of every unit of its level that the register names in force on a day, by :func:`unit_keys`.

    Empty for a set that holds no unit of the register's countries.

    Parameters
    ----------
    register
        Entries of the zone register.
    boundaries
        Boundaries of one level.
    aliases
        Other spellings of names of units.
    day
        The day [days since 1970-01-01].

    Raises
    ------
    ZoneError
        The boundary set lacks such a unit: in older sets Gadzi town falls inside Carnot, and a join would call it
        compliant.
    """
    return HeldUnits(boundaries, aliases).rows(entries_of(units_in_force(register, day)))


def ready_register(register: pd.DataFrame | None, restrictions: pd.DataFrame | None) -> pd.DataFrame | None:
    """The register with restrictions of countries (:func:`register_with`), checked (:func:`check_register`).

    Parameters
    ----------
    register
        Entries of the zone register; None: none.
    restrictions
        Restrictions of the Kimberley Process by country and date; None: none.

    Raises
    ------
    ZoneError
        The register contradicts itself.
    """
    whole = register_with(register, restrictions)
    return check_register(whole) if whole is not None and len(whole) else whole


def register_with(register: pd.DataFrame | None, table: pd.DataFrame | None) -> pd.DataFrame | None:
    """The register with the restrictions of countries that it does not name itself.

    Parameters
    ----------
    register
        Entries of the zone register; None: none.
    table
        Countries under restriction: `country, restricted_from, restricted_to` (exclusive); None: none.
    """
    if table is None or register is None:
        return register
    begun, has = table["restricted_from"].notna().tolist(), set(register["country"].tolist())
    rows = [i for i, country in enumerate(table["country"].tolist()) if begun[i] and country not in has]
    if not rows:
        return register
    given = schema.conform(register, schema.ZONES)
    countries = [table["country"].iloc[i] for i in rows]
    cells: dict[str, Any] = {
        "unit": countries,
        "country": countries,
        "level": ["country"] * len(rows),
        "scheme": ["KP"] * len(rows),
        "status": ["restricted"] * len(rows),
        "valid_from": table["restricted_from"].to_numpy()[rows],
        "valid_to": table["restricted_to"].to_numpy()[rows],
        "recorded_at": [given["recorded_at"].max()] * len(rows),
    }
    out = {}
    for column in schema.ZONES:
        own = given[column.name].array
        more = cells.get(column.name, blank(column.type, len(rows)))
        out[column.name] = own._concat_same_type([own, pd.array(more, dtype=own.dtype)])
    return pd.DataFrame(out)
