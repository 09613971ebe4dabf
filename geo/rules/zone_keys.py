"""The named unit of every site as a number: one for each of the few keys that there are, whatever the date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.equal_texts import codes_of
from geo.records.admin_units import Aliases, SiteUnits, key_of
from geo.records.label_codes import different_numbers
from geo.spatial.polygons import Boundaries

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

BASES = np.array(["", "stated", "polygon"], dtype=object)
"""How the sub-prefecture of a site is known; a code is a position here."""
_STATED, _POLYGON = 1, 2
_NOBODY = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Located:
    """The sub-prefecture of each site: the number of its key (0: not known), and how it is known (:data:`BASES`)."""

    key: Ints
    basis: Ints
    inside: Bools
    _names: Texts

    def name(self, stated: pd.Series[str]) -> Texts:
        """Its name, that of its polygon before the one that the site states.

        Parameters
        ----------
        stated
            The sub-prefecture that each site states.
        """
        out = stated.to_numpy(dtype=object, copy=True)
        out[self.inside] = self._names
        return out


@dataclass
class SiteKeys:
    """Some sites of a run (`rows`, positions in `sites`) and the keys of their units; arrays are one per row.

    Parameters
    ----------
    sites
        The sites of the run, whose country and sub-prefecture are texts.
    rows
        Positions of those that are looked at.
    units
        By level, the unit of each site.
    boundaries
        The loaded sets, by level.
    aliases
        Other spellings of names of units.
    """

    sites: pd.DataFrame
    rows: Ints
    units: Mapping[int, SiteUnits]
    boundaries: Mapping[int, Boundaries]
    aliases: Aliases
    _numbers: dict[str, int] = field(default_factory=lambda: {"": 0})
    _located: dict[tuple[bool, bool], Located] = field(default_factory=dict)

    def __post_init__(self) -> None:
        codes, self.countries = codes_of(self.sites["country"])
        self.country = codes[self.rows]
        self.lon, self.lat = (self.sites[name].to_numpy(np.float64)[self.rows] for name in ("lon", "lat"))
        self.placed = ~(np.isnan(self.lon) | np.isnan(self.lat))

    def number(self, key: str) -> int:
        """The number of a key; a new one where no site has it so far.

        Parameters
        ----------
        key
            As :func:`geo.rules.zone_entries.unit_key` gives it.
        """
        return self._numbers.setdefault(key, len(self._numbers))

    def located(self, by_two: bool, by_three: bool) -> Located:
        """The sub-prefecture of each site: of its polygon, of its commune's polygon, else as the site states.

        Parameters
        ----------
        by_two, by_three
            Whether polygons of sub-prefectures and of communes may say so.
        """
        if (by_two, by_three) not in self._located:
            self._located[by_two, by_three] = self._locate(by_two, by_three)
        return self._located[by_two, by_three]

    def _locate(self, by_two: bool, by_three: bool) -> Located:
        inside, own, named = np.zeros(len(self.rows), np.bool_), _NOBODY, np.zeros(0, dtype=object)
        if by_two and 2 in self.units:
            two = self.units[2]
            row = two.row[self.rows]
            inside = row >= 0
            own, named = self._of_polygons(row, inside, two.key), two.name[self.rows[inside]]
        elif by_three and 3 in self.units and (self.boundaries[3].frame["parent"] != "").any():
            row, above = self.units[3].row[self.rows], self.boundaries[3].frame["parent"].to_numpy(dtype=object)
            inside = row >= 0
            own, named = self._keys(row[inside], above.tolist(), self.country[inside]), above[row[inside]]
        out = np.empty(len(self.rows), np.int64)
        out[inside] = own
        codes, stated = codes_of(self.sites["admin2"])
        out[~inside] = self._keys(codes[self.rows[~inside]], stated, self.country[~inside])
        return Located(out, np.where(inside, _POLYGON, np.where(out == 0, 0, _STATED)), inside, named)

    def _of_polygons(self, row: Ints, inside: Bools, key: Texts) -> Ints:
        """Numbers of the keys of sites inside a polygon: those of one polygon and country share theirs."""
        at = np.flatnonzero(inside)
        lands = max(len(self.countries), 1)
        codes, pairs = different_numbers(row[at] * lands + self.country[at], len(self.boundaries[2]) * lands)
        some = np.empty(len(pairs), np.int64)
        some[codes] = at  # any of them
        return np.array([*(self.number(str(k)) for k in key[self.rows[some]]), 0], np.int64)[codes]

    def _keys(self, codes: Ints, texts: list[str], country: Ints) -> Ints:
        """Numbers of the keys of sub-prefectures by name, as codes, and country."""
        width = max(len(texts), 1)
        pairs, different = different_numbers(country * width + codes, max(len(self.countries), 1) * width)
        own = [key_of(texts[p % width], self.countries[p // width], 2, self.aliases) for p in different.tolist()]
        return np.array([*map(self.number, own), 0], np.int64)[pairs]

    def communes(self, named: Mapping[str, int]) -> Ints:
        """Number of the key of each site's commune, 0 where it is none of those that are named.

        Parameters
        ----------
        named
            Row of each named commune in the boundaries, by its key.
        """
        of_row = np.zeros(len(self.boundaries[3]) + 1, np.int64)
        for key, row in named.items():
            of_row[row] = self.number(key)
        return of_row.take(self.units[3].row[self.rows])
