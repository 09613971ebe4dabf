"""The columns of a company's list: which field each is taken for, by its spelling, its words, or as the user says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from geo.errors import InputError
from layers.formats import Table as Read
from layers.sources.column_words import header_words
from layers.sources.layer import Fields
from layers.sources.positions import PLACED
from layers.sources.read_options import NOTHING, ReadOptions

FIELDS = (
    "supplier_id",
    "site_name",
    "lat",
    "lon",
    "location",
    "coord_precision_km",
    "country",
    "admin1",
    "admin2",
    "minerals",
    "route_countries",
    "route_line",
    "destination",
    "dest_lat",
    "dest_lon",
    "as_of",
    "known_site_id",
    "match_id",
    "dest_match_id",
    "supplier",
    "smelter",
    "quantity",
    "quantity_unit",
    "cn_code",
    "certificate",
    "shipment_date",
    "demonstration",
)
"""What a column of the list may hold, in the order in which a page offers it."""

IDENTIFYING = (("supplier_id",), ("site_name",), ("country",), ("route_line",))
"""Fields any one of which tells something of an origin."""
HEADER = header_words("suppliers", *PLACED, *IDENTIFYING)
"""By which words the row of the headings is known."""


def fields_of(table: Read, options: ReadOptions = NOTHING, mapping: Mapping[str, str] | None = None) -> Fields:
    """Columns by field: as the user says, else by their spelling, else by their words.

    `mapping` speaks of this list alone, the options perhaps of other files too: what they name may not be here.

    Parameters
    ----------
    table
        The file as it was read.
    options
        Columns that the user names, and how the file is read.
    mapping
        Field (of :data:`FIELDS`) to column, by hand; None: none.

    Raises
    ------
    geo.errors.InputError
        The user names a field or a column that is not there.
    """
    wishes = mapping or {}
    fields = Fields(table, "suppliers", replace(options, columns=tuple({**options.mapping, **wishes}.items())))
    strange = sorted(set(wishes) - set(FIELDS))
    absent = sorted(c for c in wishes.values() if c and fields.named(c) is None)
    if strange or absent:
        raise InputError(
            "The mapping of columns names what is not there.",
            where=table.name,
            expected=", ".join(FIELDS) if strange else fields.found(),
            got=", ".join(strange or absent),
        )
    return fields


def taken(fields: Fields) -> dict[str, str]:
    """The column taken for each field that has one; several are joined by a comma.

    Parameters
    ----------
    fields
        The columns that were found for each field.
    """
    found = {name: fields.columns_of(name) for name in FIELDS}
    return {name: ", ".join(columns) for name, columns in found.items() if columns}
