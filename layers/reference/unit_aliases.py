"""Other names of administrative units, from data/unit_aliases.csv."""

from __future__ import annotations

from functools import cache

from geo.records.admin_units import Aliases, aliases_of
from layers.reference.tables import table


@cache
def unit_aliases() -> Aliases:
    """Folded alias to folded unit, by (country, level).

    Examples
    --------
    >>> unit_aliases()["COD", 2]["wlikale"]
    'walikale'
    """
    return aliases_of(table("unit_aliases"))
