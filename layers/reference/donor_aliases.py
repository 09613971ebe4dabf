"""Other names and identifiers of donors (``data/donor_aliases.csv``)."""

from __future__ import annotations

from functools import lru_cache

from geo.programmes.donors import DonorNames, donor_names
from layers.reference import files
from layers.reference.tables import rows


@lru_cache(maxsize=1)
def known_donors() -> DonorNames:
    """The donors of the table.

    Examples
    --------
    >>> known_donors().joined("UK - Department for International Development;DFID;Banque mondiale")
    ['United Kingdom', 'World Bank']
    """
    return donor_names([(r["donor"], r["alias"], r["identifier"]) for r in rows(files.DONOR_ALIASES.name)])
