"""Names of columns that are one whatever their case, hyphens and accents."""

from __future__ import annotations

from functools import lru_cache

from geo.records.place_names import plain


class Spelled(frozenset[str]):
    """Plain names of columns; a name is one of them whatever its case, hyphens and accents.

    Examples
    --------
    >>> "DATE-START" in Spelled({"date start"}), "notes" in Spelled({"date start"})
    (True, False)
    """

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(_plain_name(name))


@lru_cache(maxsize=4096)
def _plain_name(name: str) -> str:
    """:func:`geo.records.place_names.plain`, remembered: a GeoJSON asks for every column of every feature."""
    return plain(name)
