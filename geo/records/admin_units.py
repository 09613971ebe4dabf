"""The administrative unit of a site or an incident: by polygon where the place is known, else by its label."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.equal_texts import codes_of
from geo.once import Once
from geo.records.incidents import Incidents
from geo.records.label_codes import Coded, different_numbers, together
from geo.records.place_names import alias_dict, fold
from geo.spatial.polygons import Boundaries, locate, own_edge_m

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Aliases = Mapping[tuple[str, int], Mapping[str, str]]
"""Folded alias to folded unit, by (country, level)."""


Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class SiteUnits:
    """Units of one level, one row a site.

    `code` is the unit (-1: not known); `key` its country and folded name, blank where not known; `basis` polygon,
    stated or blank; `row` its row in the boundaries (-1: none).
    """

    level: int
    name: Texts
    key: Texts
    code: Ints
    row: Ints
    basis: Texts
    _measure: Callable[[], Floats]

    @Once
    def edge_m(self) -> Floats:
        """Distance to the edge of the unit's polygon [m], measured when it is asked for; NaN where it is stated."""
        return self._measure()

    def take(self, rows: Ints) -> SiteUnits:
        """The units of these sites, in this order.

        Parameters
        ----------
        rows
            Positions of the sites, from 0.
        """
        each = (getattr(self, name)[rows] for name in ("name", "key", "code", "row", "basis", "edge_m"))
        return SiteUnits(self.level, *each)


@dataclass(frozen=True)
class IncidentUnits:
    """Units of one level, one row an incident: `code` as in :class:`SiteUnits`, -1 for none.

    `unmatched` is true where no polygon holds an incident's place, boundaries of its country (or of any, where it has
    none) are loaded, and no unit has the name of its label.
    """

    level: int
    code: Ints
    unmatched: Bools
    report: dict[str, object]


class Units:
    """The units of one level: those of a boundary set, or without one those that labels and sites name.

    Units of one name are told apart by their parent; a label that fits several is not matched.
    """

    def __init__(self, level: int, boundaries: Boundaries | None, aliases: Aliases) -> None:
        self.level, self.aliases = level, aliases
        self.boundaries = boundaries if boundaries is not None and boundaries.level == level else None
        self._codes: dict[str, int] = {}
        self._named: dict[tuple[str, str], list[int]] = {}
        self.of_row: Ints = np.zeros(0, np.int64)
        self.parent: list[str] = []
        if self.boundaries is not None:
            self._index(self.boundaries)

    def _index(self, boundaries: Boundaries) -> None:
        frame = boundaries.frame
        rows = []
        columns = (frame[c].to_numpy(dtype=object) for c in ("unit", "parent", "country", "code"))
        for row, (name, parent, country, code) in enumerate(zip(*columns, strict=True)):
            folded, above = self._folded(str(country), str(name)), fold(str(parent))
            # Polygons of one name are parts of one unit only where a code says so.
            key = f"{country}|{above}|{folded}|{code or f'row {row}'}"
            if key not in self._codes:
                self._codes[key] = len(self._codes)
                self._named.setdefault((str(country), folded), []).append(self._codes[key])
                self.parent.append(above)
            rows.append(self._codes[key])
        self.of_row = np.array(rows, dtype=np.int64)

    def _folded(self, country: str, name: str) -> str:
        folded = fold(name)
        return self.aliases.get((country, self.level), {}).get(folded, folded)

    @property
    def countries(self) -> set[str]:
        """Countries of the boundary set; blank among them where it does not say."""
        return set() if self.boundaries is None else {str(c) for c in pd.unique(self.boundaries.frame["country"])}

    def match(self, names: pd.Series[str], parents: pd.Series[str], country: pd.Series[str]) -> Ints:
        """The unit of each label; -1 where it is blank, names none, or fits several that its parent cannot part.

        Parameters
        ----------
        names
            Labels of one level as a site list writes them; blank where it says nothing.
        parents
            The unit above as the labels state it; blank where they do not.
        country
            Country of each row (ISO 3166 alpha-3); blank where not known.
        """
        return self.match_coded(codes_of(names), codes_of(parents), codes_of(country))

    def match_coded(self, names: Coded, parents: Coded, country: Coded) -> Ints:
        """The same of labels as :func:`geo.equal_texts.codes_of` gives them.

        Parameters
        ----------
        names
            Labels of one level.
        parents
            The unit above as the labels state it.
        country
            Country of each row.
        """
        named, aboves, lands = names[1], parents[1], country[1]
        end = len(lands) * len(named) * len(aboves)
        label = together(country, names, parents)
        codes, distinct = different_numbers(label, end, by_first=self.boundaries is None)
        found = []
        for one in distinct.tolist():
            rest, third = divmod(one, len(aboves))
            first, second = divmod(rest, len(named))
            found.append(self._one(lands[first], named[second], aboves[third]))
        return np.array([*found, -1], dtype=np.int64).take(codes)

    def _one(self, country: str, name: str, parent: str) -> int:
        folded = self._folded(country, name)
        if not folded:
            return -1
        if self.boundaries is None:
            return self._codes.setdefault(f"{country}|{folded}", len(self._codes))
        near = self._named.get((country, folded), []) or self._named.get(("", folded), [])
        if len(near) > 1:
            above = self.aliases.get((country, self.level - 1), {}).get(fold(parent), fold(parent))
            near = [code for code in near if self.parent[code] == above]
        return near[0] if len(near) == 1 else -1

    def homonyms(self) -> bool:
        """Whether two units of the set share name and country, and no parent tells them apart."""
        several = [codes for codes in self._named.values() if len(codes) > 1]
        return any(len({self.parent[c] for c in codes}) < len(codes) for codes in several)


def aliases_of(table: pd.DataFrame | None) -> Aliases:
    """The alias table (columns country, level, alias, unit) as dictionaries of folded names.

    Parameters
    ----------
    table
        Columns country, level, alias and unit, a spelling a row.
    """
    if table is None or not len(table):
        return {}
    out: dict[tuple[str, int], Mapping[str, str]] = {}
    for (country, level), group in table.groupby(["country", "level"]):
        out[str(country), int(str(level))] = alias_dict(zip(group["alias"], group["unit"], strict=True))
    return out


def keys_of(names: pd.Series[str], country: pd.Series[str], level: int, aliases: Aliases) -> npt.NDArray[np.object_]:
    """``COUNTRY|folded name`` of each name; blank where the name is.

    Parameters
    ----------
    names
        Names of units as a layer writes them; blank where not known.
    country
        Country of each row (ISO 3166 alpha-3); blank where not known.
    level
        Administrative level: 0 the country, 1 the region, 2 the district, 3 below.
    aliases
        Other spellings of names of units.
    """
    return keys_of_coded(codes_of(names), codes_of(country), level, aliases)


def keys_of_coded(names: Coded, country: Coded, level: int, aliases: Aliases) -> npt.NDArray[np.object_]:
    """The same of texts as :func:`geo.equal_texts.codes_of` gives them.

    Parameters
    ----------
    names
        Names of units.
    country
        Country of each row.
    level
        Administrative level.
    aliases
        Other spellings of names of units.
    """
    codes, keys = _keys(names, country, level, aliases)
    return np.array([*keys, ""], dtype=object)[codes]


def _keys(names: Coded, country: Coded, level: int, aliases: Aliases) -> Coded:
    """The different keys, and which of them each row has; -1 for none where there is no row."""
    (name, named), (land, lands) = names, country
    missing = (name < 0) | (land < 0)
    if missing.any():
        name, land, named = np.where(missing, len(named), name), np.where(missing, 0, land), [*named, ""]
    number = together((land, lands), (name, named))
    codes, pairs = different_numbers(number, max(len(lands), 1) * len(named), by_first=False)
    return codes, [
        key_of(named[pair % len(named)], lands[pair // len(named)] if lands else "", level, aliases)
        for pair in pairs.tolist()
    ]


def key_of(name: str, country: str, level: int, aliases: Aliases) -> str:
    """The same of one name.

    Parameters
    ----------
    name
        Name of a unit; blank where not known.
    country
        Its country (ISO 3166 alpha-3); blank where not known.
    level
        Administrative level.
    aliases
        Other spellings of names of units.

    Examples
    --------
    >>> key_of("Boda region", "CAF", 2, {}), key_of("", "CAF", 2, {})
    ('CAF|boda', '')
    """
    folded = fold(name)
    return f"{country}|{aliases.get((country, level), {}).get(folded, folded)}" if folded else ""


def site_units(sites: pd.DataFrame, units: Units) -> SiteUnits:
    """The unit of each site: the polygon it falls in, else the unit that the site itself states.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    units
        The units of the level.
    """
    n, level, boundaries = len(sites), units.level, units.boundaries
    blank = np.zeros(n, np.int64), [""]
    country = codes_of(sites["country"])
    stated = codes_of(sites[f"admin{level}"]) if f"admin{level}" in sites.columns else blank
    above = codes_of(sites["admin1"]) if level > 1 else blank
    codes, keys = _keys(stated, country, level, units.aliases)
    code, row, name = units.match_coded(stated, above, country), np.full(n, -1, np.int64), stated[0]
    names, bases = stated[1], ["stated" if key else "" for key in keys]
    lon, lat = sites["lon"].to_numpy(np.float64), sites["lat"].to_numpy(np.float64)
    at = np.zeros(0, np.int64)
    if boundaries is not None:
        placed = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        row[placed] = locate(lon[placed], lat[placed], boundaries)
        at, unit = np.flatnonzero(row >= 0), boundaries.frame["unit"].tolist()
        code[at] = units.of_row[row[at]]
        name, names = np.where(row >= 0, row + len(names), name), [*names, *unit]
        own, named = _keys((row[at], unit), (country[0][at], country[1]), level, units.aliases)
        codes[at] = own + len(keys)
        keys, bases = [*keys, *named], [*bases, *["polygon"] * len(named)]

    def measure() -> Floats:
        edge = np.full(n, np.nan)
        if boundaries is not None:
            edge[at] = own_edge_m(lon[at], lat[at], boundaries.geometry, row[at])
        return edge

    texts = (np.array([*some, last], dtype=object) for some, last in ((names, np.nan), (keys, ""), (bases, "")))
    each_name, each_key, each_basis = (text[of] for text, of in zip(texts, (name, codes, codes), strict=True))
    return SiteUnits(level, each_name, each_key, code, row, each_basis, measure)


def parents(sites: pd.DataFrame, boundaries: Boundaries | None) -> pd.DataFrame:
    """Sites whose blank `admin1` is filled with the parent that the level 2 polygon around them names.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    boundaries
        The set of level 2; None: nothing is filled.
    """
    if boundaries is None or boundaries.level != 2 or not (boundaries.frame["parent"] != "").any():
        return sites
    lon, lat = sites["lon"].to_numpy(np.float64), sites["lat"].to_numpy(np.float64)
    wanted = np.flatnonzero((sites["admin1"] == "").to_numpy() & np.isfinite(lon) & np.isfinite(lat))
    hit = locate(lon[wanted], lat[wanted], boundaries)
    admin1 = sites["admin1"].to_numpy(dtype=object, copy=True)
    inside = hit >= 0
    admin1[wanted[inside]] = boundaries.frame["parent"].to_numpy(dtype=object)[hit[inside]]
    return sites.assign(admin1=pd.array(admin1, dtype="str"))


def _pairs(units: pd.Series[str], rows: Ints, labels: Ints, texts: list[str]) -> dict[str, int]:
    """How often each unit (by row) stands beside each label, as ``unit / label``, in the order of the texts."""
    pairs, distinct = different_numbers(rows * len(texts) + labels, len(units) * len(texts))
    found, named = np.divmod(distinct, max(len(texts), 1))
    counts = np.bincount(pairs, minlength=len(distinct)).tolist()
    out: dict[str, int] = {}
    for unit, label, count in zip(units.array.take(found), named.tolist(), counts, strict=True):
        text = f"{unit} / {texts[label]}"
        out[text] = out.get(text, 0) + count
    return dict(sorted(out.items()))


def _rows_with(coded: Coded, wanted: Callable[[str], bool]) -> Bools:
    """The rows whose text is wanted."""
    codes, texts = coded
    flags = np.array([wanted(text) for text in texts], np.bool_)
    return np.full(len(codes), flags.all()) if flags.all() or len(texts) == 1 else flags.take(codes)


def incident_units(
    incidents: Incidents, units: Units, placed: tuple[Ints, Floats, Floats] | None = None
) -> IncidentUnits:
    """The unit of each incident: precision 1 and 2 by polygon (by label outside all polygons), 3 and 4 by label.

    The report counts labels that match no polygon of their country, and disagreements between polygon and label.

    Parameters
    ----------
    incidents
        The incidents, ready to be asked.
    units
        The units of the level.
    placed
        What :meth:`geo.records.incidents.Incidents.placed` gives, where it is at hand.
    """
    level, boundaries = units.level, units.boundaries
    blank = np.zeros(len(incidents), np.int64), [""]
    name = incidents.coded(f"admin{level}") if level < 3 else blank
    parent, country = incidents.coded("admin1") if level > 1 else blank, incidents.coded("country")
    label = units.match_coded(name, parent, country)
    code, unmatched = label, np.zeros(len(incidents), np.bool_)
    report: dict[str, object] = {"level": level, "basis": "label"}
    if boundaries is not None:
        rows, lon, lat = placed or incidents.placed()
        row = np.full(len(incidents), -1, np.int64)
        row[rows] = locate(lon, lat, boundaries)
        inside = row >= 0
        code = np.where(inside, np.append(units.of_row, -1).take(row), label)
        has_label = _rows_with(name, bool)
        # An incident whose country is not known may lie in any of them.
        countries = units.countries
        here = _rows_with(country, lambda iso: "" in countries or not iso or iso in countries)
        named = has_label & here
        labelled = named & inside
        unlike = label < 0
        unmatched = here & unlike & ~inside & (incidents.precision <= 4)
        differs = np.flatnonzero(labelled & (label != code))
        spelled = np.bincount(name[0][unmatched & has_label], minlength=len(name[1])).tolist()
        report |= {
            "basis": "polygon",
            "boundaries": boundaries.name,
            "boundary_version": boundaries.version,
            "placed": int(inside.sum()),
            "labelled": int(labelled.sum()),
            "named": int(named.sum()),
            "matched": int((named & ~unlike).sum()),
            "disagreements": len(differs),
            "disagreeing_units": _pairs(boundaries.frame["unit"], row.take(differs), name[0].take(differs), name[1]),
            "unmatched_labels": {k: n for k, n in sorted(zip(name[1], spelled, strict=True)) if n},
        }
    return IncidentUnits(level, code, unmatched, report)
