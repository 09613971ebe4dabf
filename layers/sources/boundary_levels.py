"""Of which level the units of a boundary set are, and which columns name them: as stated, and never guessed.

A layer of country outlines or of mining titles read as districts would make every site of a country exposed, or none.
So where neither the user, the rows, the columns, the names nor the file say a level, there is none, and that is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from geo.messages import Note
from layers.formats.table import Table
from layers.reference.tables import country_codes
from layers.sources.fields import Fields

UNKNOWN = 0
"""Level of units of which none is stated: that of countries, so that no rule of regions or districts uses them."""
DEEPEST = 3
BASES = ("option", "rows", "columns", "names", "file", "unknown")
"""What said the level."""
_NAMED = re.compile(
    r"(?:adm|admin|admbnda[ _-]adm|adm[ _-]adm|gadm\d*[ _-][a-z]{3}|level)[ _-]?([0-3])(?!\d)", re.IGNORECASE
)
_STATED = re.compile(r"\s*(?:adm|admin|level)?[ _-]?([0-3])\s*", re.IGNORECASE)
_WHOLE = 0.8
"""Share of the names that must be those of countries, for a set of countries."""


@dataclass(frozen=True)
class Level:
    """A level and what said it; the names of the units, their codes and parents as the file has them."""

    order: int
    basis: str
    names: pd.Series[str]
    codes: pd.Series[str]
    parents: pd.Series[str]


def level_of(fields: Fields, table: Table, option: int | None, notes: list[str]) -> Level:
    """The level of a set and the columns that name its units.

    Raises
    ------
    geo.errors.InputError
        There is no column of names or P-codes. A feature's own id names nothing.
    """
    order, basis = (option, "option") if option is not None else _stated(fields)
    if order is None:
        order, basis = _of_columns(fields)
    if order is None and fields.column("unit") is None and fields.column("code") is None and not _any_word(fields):
        fields.require("unit")
    if order is None:
        order, basis = _of_names(fields, table)
    names, codes = _names(fields, order if order is not None else -1)
    if order is None:
        notes.append(
            Note(
                "The level of the units is not stated, neither by a column nor by the file's name: no rule of regions "
                "or districts uses them until it is given (--level 1, --level 2)."
            )
        )
    parent = {2: "parent", 3: "parent2"}.get(order or 0)
    parents = fields.text(parent) if parent is not None else pd.Series([""] * len(names), dtype="str")
    if order == 2 and (parents == "").all():
        for field in ("unit1", "level1"):
            if fields.column(field) is not None:
                parents = fields.text(field).str.strip()
                break
    return Level(UNKNOWN if order is None else order, basis if order is not None else "unknown", names, codes, parents)


def stated_in_name(text: str) -> int | None:
    """The level that the name of a file or layer states.

    Examples
    --------
    >>> [stated_in_name(n) for n in ("caf_admbnda_adm2_ocha", "ADM_ADM_1", "gadm41_COD_2", "titles_2015", "adm2015")]
    [2, 1, 2, None, None]
    """
    found = _NAMED.search(text)
    return int(found[1]) if found else None


def _stated(fields: Fields) -> tuple[int | None, str]:
    """The one level that the rows state in a column."""
    if fields.column("level") is None:
        return None, ""
    column = fields.columns_of("level")[0]
    texts = {str(text) for text in pd.unique(fields.table.frame[column]) if str(text).strip()}
    found = {match[1] for text in texts if (match := _STATED.fullmatch(text))}
    if len(found) == 1 and all(_STATED.fullmatch(text) for text in texts):
        fields.text("level")
        return int(found.pop()), "rows"
    return None, ""


def _of_columns(fields: Fields) -> tuple[int | None, str]:
    """The deepest level whose names or codes have a column; words of kind count where they tell the order.

    A district or a municipality alone may be of any level; under a state or a region it is of the second.
    """
    for order in range(DEEPEST, -1, -1):
        for field in (f"unit{order}", f"code{order}"):
            column = fields.column(field)
            if column is None or not (fields.table.frame[column].str.strip() != "").any():
                continue
            if order == 2 and not fields.is_exact(field):
                above = fields.column("unit1") is not None or fields.column("level1") is not None
                if not above:
                    continue
            if order == 0 and fields.column("unit") is not None and field == "unit0":
                continue  # a column of countries beside one of names says where the units lie, not what they are
            if order == 0 and field == "code0" and fields.column("unit0") is None:
                continue
            return order, "columns"
    return None, ""


def _any_word(fields: Fields) -> bool:
    return any(fields.column(f"unit{order}") is not None for order in range(DEEPEST + 1))


def _of_names(fields: Fields, table: Table) -> tuple[int | None, str]:
    """The level that the layer's or file's name states; else 0 where the units have the names of countries."""
    for text in (table.meta.get("layer", ""), table.meta.get("collection_name", ""), table.name):
        if (order := stated_in_name(text)) is not None:
            return order, "file"
    names, _ = _names(fields, -1)
    filled = names[names.str.strip() != ""]
    if len(filled) and float((country_codes(filled) != "").mean()) >= _WHOLE:
        return 0, "names"
    return None, ""


def _names(fields: Fields, order: int) -> tuple[pd.Series[str], pd.Series[str]]:
    """Names of the units, their codes where a name is blank, and the codes."""
    own = (f"unit{order}", "unit") if order >= 0 else ("unit", "unit2", "unit1", "unit3", "unit0")
    filled = [f for f in own if (c := fields.column(f)) and (fields.table.frame[c].str.strip() != "").any()]
    # A column of names by its whole spelling goes before one that only a word such as region speaks for.
    name = next((f for f in filled if fields.is_exact(f)), filled[0] if filled else None)
    code = next((field for field in (f"code{order}", "code") if fields.column(field) is not None), None)
    if name is None and code is None:
        fields.require("unit")
    codes = fields.text(code) if code is not None else pd.Series([""] * len(fields.table.frame), dtype="str")
    names = fields.text(name) if name is not None else codes
    return names.where(names.str.strip() != "", codes).str.strip(), codes
