"""The register of zones at a day: which entries are in force, of which units, and which polygons are those units."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.errors import ZoneError
from geo.messages import Note
from geo.records.admin_units import Aliases, keys_of
from geo.records.place_names import fold
from geo.spatial.polygons import Boundaries
from geo.time_window import NO_DAY, Days, to_days

Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]

LEVELS = {"admin2": 2, "admin3": 3}

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
    start, end = to_days(table["valid_from"]), ends_of(table)
    for i in np.flatnonzero((start == NO_DAY) | (end <= start)):
        raise ZoneError(
            "An entry of the zone register has no beginning, or ends before it begins.",
            where=str(table["unit"][i]),
            expected="valid_from before valid_to",
        )
    named = zip(table["country"], table["scheme"], table["level"], table["parent"], table["unit"], strict=True)
    unit = pd.Series([f"{c}|{s}|{level}|{fold(p)}|{fold(u)}" for c, s, level, p, u in named], dtype="str")
    for name in unit.unique():
        rows = np.flatnonzero(unit == name)
        rows = rows[np.argsort(start[rows], kind="stable")]
        for a, b in itertools.pairwise(rows):
            if end[a] > start[b]:
                raise ZoneError(
                    "Two entries of the zone register are in force at once.",
                    where=str(table["unit"][a]),
                    expected="the earlier one ended by valid_to",
                    got=Note(
                        "{one} and {other} on {day}",
                        one=Note(table["status"][a]),
                        other=Note(table["status"][b]),
                        day=f"{table['valid_from'][b]:%Y-%m-%d}",
                    ),
                    remedy="Correct valid_to of the earlier entry.",
                )
    return table


def ends_of(register: pd.DataFrame) -> Days:
    """The first day on which each entry is no longer in force; the largest int64 where none is stated.

    Parameters
    ----------
    register
        Entries of the zone register.
    """
    end = to_days(register["valid_to"])
    return np.where(end == NO_DAY, np.iinfo(np.int64).max, end)


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
    two = keys_of(units["unit"], units["country"], 2, aliases)
    communes = (units["level"] == "admin3").to_numpy(np.bool_)
    if not communes.any():
        return two
    three = keys_of(units["unit"], units["country"], 3, aliases)
    above = keys_of(units["parent"], units["country"], 2, aliases)
    deep = np.array([f"{p}|{k.split('|', 1)[1]}" if k and p else "" for p, k in zip(above, three, strict=True)],
                    dtype=object)  # fmt: skip
    return np.where(communes, deep, two)


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
    return rows_of(units_in_force(register, day), boundaries, aliases)


def rows_of(named: pd.DataFrame, boundaries: Boundaries, aliases: Aliases) -> dict[str, int]:
    """Row in `boundaries` of every named unit of its level, by :func:`unit_keys`; see :func:`named_rows`.

    Parameters
    ----------
    named
        Entries of named units in force on one day (:func:`units_in_force`).
    boundaries
        Boundaries of one level.
    aliases
        Other spellings of names of units.

    Raises
    ------
    ZoneError
        See :func:`named_rows`.
    """
    units = named[(named["level"] == f"admin{boundaries.level}").to_numpy(np.bool_)]
    frame = boundaries.frame
    held = set(pd.unique(frame["country"]))
    units = units[units["country"].isin(held) | ("" in held)]
    if not len(units):
        return {}
    have: dict[str, int] = {}
    for iso in pd.unique(units["country"]):
        mine = np.flatnonzero(((frame["country"] == iso) | (frame["country"] == "")).to_numpy())
        table = frame.iloc[mine].assign(country=str(iso), level=f"admin{boundaries.level}").reset_index(drop=True)
        for key, row in zip(unit_keys(table, aliases), mine, strict=True):
            have.setdefault(str(key), int(row))
    wanted = unit_keys(units, aliases)
    missing = [str(u) for u, k in zip(units["unit"], wanted, strict=True) if k not in have]
    if missing:
        raise ZoneError(
            "The boundary set lacks a unit that the zone register names: {units}.",
            where=boundaries.name,
            expected=", ".join(sorted(units["unit"])),
            remedy="Use a boundary set that has every named unit; until then zones are read from the sites' own unit.",
            units=", ".join(missing),
        )
    return {str(k): have[str(k)] for k in wanted}


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
    more = table[table["restricted_from"].notna() & ~table["country"].isin(register["country"])]
    if not len(more):
        return register
    entries = pd.DataFrame(
        {
            "unit": more["country"],
            "country": more["country"],
            "level": "country",
            "scheme": "KP",
            "status": "restricted",
            "valid_from": more["restricted_from"],
            "valid_to": more["restricted_to"],
            "recorded_at": register["recorded_at"].max(),
        }
    )
    parts = [schema.conform(register, schema.ZONES), schema.conform(entries, schema.ZONES)]
    return pd.concat(parts, ignore_index=True)
