"""The administrative unit of a site or an incident: by polygon where the place is known, else by its label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.records.incidents import Incidents
from geo.records.place_names import alias_dict, fold
from geo.spatial.polygons import Boundaries, edge_distance_m, locate

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

Aliases = Mapping[tuple[str, int], Mapping[str, str]]
"""Folded alias to folded unit, by (country, level)."""


@dataclass(frozen=True)
class SiteUnits:
    """Units of one level, one row a site. `key` is country and folded name, blank where the unit is not known.

    `edge_m` is the distance to the edge of the unit's polygon [m]; NaN where the unit is stated and not measured.
    """

    level: int
    name: npt.NDArray[np.object_]
    key: npt.NDArray[np.object_]
    basis: npt.NDArray[np.object_]
    edge_m: Floats


@dataclass(frozen=True)
class IncidentUnits:
    """Units of one level, one row an incident: positions in `keys`, -1 for none.

    `unit` decides; `other` is the label's unit where it disagrees with the polygon; `loose` is true where the unit
    could not be told at all.
    """

    level: int
    keys: tuple[str, ...]
    unit: Ints
    other: Ints
    loose: Bools
    report: dict[str, object]


def aliases_of(table: pd.DataFrame | None) -> Aliases:
    """The alias table (columns country, level, alias, unit) as dictionaries of folded names."""
    if table is None or not len(table):
        return {}
    out: dict[tuple[str, int], Mapping[str, str]] = {}
    for (country, level), group in table.groupby(["country", "level"]):
        out[str(country), int(str(level))] = alias_dict(zip(group["alias"], group["unit"], strict=True))
    return out


def keys_of(names: pd.Series[str], country: pd.Series[str], level: int, aliases: Aliases) -> npt.NDArray[np.object_]:
    """``COUNTRY|folded name`` of each name; blank where the name is."""
    codes, pairs = pd.factorize(country.astype("str") + "|" + names.astype("str"))
    keys = []
    for pair in pairs:
        iso, name = str(pair).split("|", 1)
        folded = fold(name)
        folded = aliases.get((iso, level), {}).get(folded, folded)
        keys.append(f"{iso}|{folded}" if folded else "")
    return np.array([*keys, ""], dtype=object)[codes]


def _polygon_keys(boundaries: Boundaries, aliases: Aliases, fallback: str) -> npt.NDArray[np.object_]:
    frame = boundaries.frame
    country = frame["country"].where(frame["country"] != "", fallback).astype("str")
    return keys_of(frame["unit"], country, boundaries.level, aliases)


def site_units(sites: pd.DataFrame, boundaries: Boundaries | None, level: int, aliases: Aliases) -> SiteUnits:
    """The unit of each site: the polygon it falls in, else the unit that the site itself states."""
    n = len(sites)
    stated = sites[f"admin{level}"]
    name = stated.to_numpy(dtype=object, copy=True)
    key = keys_of(stated, sites["country"], level, aliases)
    basis = np.where(key != "", "stated", "").astype(object)
    edge = np.full(n, np.nan)
    if boundaries is not None and boundaries.level == level:
        lon, lat = sites["lon"].to_numpy(np.float64), sites["lat"].to_numpy(np.float64)
        hit = np.full(n, -1, np.int64)
        placed = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        hit[placed] = locate(lon[placed], lat[placed], boundaries)
        inside = np.flatnonzero(hit >= 0)
        rows = hit[inside]
        for country in pd.unique(sites["country"].iloc[inside]):
            mine = sites["country"].to_numpy()[inside] == country
            key[inside[mine]] = _polygon_keys(boundaries, aliases, str(country))[rows[mine]]
        name[inside] = boundaries.frame["unit"].to_numpy(dtype=object)[rows]
        basis[inside] = "polygon"
        edge[inside] = edge_distance_m(lon[inside], lat[inside], boundaries.geometry[rows])
    return SiteUnits(level, name, key, basis, edge)


def parents(sites: pd.DataFrame, boundaries: Boundaries | None) -> pd.DataFrame:
    """Sites whose blank `admin1` is filled with the parent that the level 2 polygon around them names."""
    if boundaries is None or boundaries.level != 2 or not (boundaries.frame["parent"] != "").any():
        return sites
    lon, lat = sites["lon"].to_numpy(np.float64), sites["lat"].to_numpy(np.float64)
    wanted = np.flatnonzero((sites["admin1"] == "").to_numpy() & np.isfinite(lon) & np.isfinite(lat))
    hit = locate(lon[wanted], lat[wanted], boundaries)
    admin1 = sites["admin1"].to_numpy(dtype=object, copy=True)
    inside = hit >= 0
    admin1[wanted[inside]] = boundaries.frame["parent"].to_numpy(dtype=object)[hit[inside]]
    return sites.assign(admin1=pd.array(admin1, dtype="str"))


def incident_units(incidents: Incidents, boundaries: Boundaries | None, level: int, aliases: Aliases) -> IncidentUnits:
    """The unit of each incident: precision 1 and 2 by polygon (by label outside all polygons), 3 and 4 by label.

    The report counts labels that match no polygon of their country, and disagreements between polygon and label.
    """
    frame = incidents.frame
    label = keys_of(frame[f"admin{level}"], frame["country"], level, aliases)
    decided = label.copy()
    other = np.full(len(frame), "", dtype=object)
    unmatched = np.zeros(len(frame), np.bool_)
    report: dict[str, object] = {"level": level, "basis": "label"}
    if boundaries is not None and boundaries.level == level:
        known: set[str] = set()
        countries = [str(c) for c in pd.unique(frame["country"])]
        keys_by_country = {c: _polygon_keys(boundaries, aliases, c) for c in countries}
        own = {str(c) for c in pd.unique(boundaries.frame["country"])} - {""}
        for keys in keys_by_country.values():
            known.update(keys.tolist())
        by_place = np.flatnonzero((incidents.precision <= 2) & np.isfinite(incidents.lon) & np.isfinite(incidents.lat))
        hit = locate(incidents.lon[by_place], incidents.lat[by_place], boundaries)
        inside, rows = by_place[hit >= 0], hit[hit >= 0]
        of_country, names = pd.factorize(frame["country"].iloc[inside])
        polygon = np.full(len(inside), "", dtype=object)
        for i, name in enumerate(names):
            mine = of_country == i
            polygon[mine] = keys_by_country[str(name)][rows[mine]]
        decided[inside] = polygon
        differs = (label[inside] != polygon) & (label[inside] != "")
        other[inside[differs]] = label[inside[differs]]
        covered = frame["country"].isin(own or set(countries)).to_numpy(np.bool_)
        unmatched = covered & (label != "") & ~pd.Series(label).isin(known).to_numpy(np.bool_)
        pairs = pd.Series([f"{a} / {b}" for a, b in zip(polygon[differs], label[inside[differs]], strict=True)])
        report |= {
            "basis": "polygon",
            "boundaries": boundaries.name,
            "boundary_version": boundaries.version,
            "placed": len(inside),
            "disagreements": int(differs.sum()),
            "disagreeing_units": {str(k): int(v) for k, v in pairs.value_counts(sort=False).sort_index().items()},
        }
        spelled = frame[f"admin{level}"][unmatched]
        report["unmatched_labels"] = {str(k): int(v) for k, v in spelled.value_counts(sort=False).sort_index().items()}
        decided[unmatched & (decided == label)] = ""
    codes, keys = pd.factorize(np.concatenate([decided, other]), sort=True)
    if len(keys) and keys[0] == "":
        codes[codes == 0] = -1
    unit, alternative = codes[: len(frame)], codes[len(frame) :]
    return IncidentUnits(level, tuple(map(str, keys)), unit, alternative, unit < 0, report)
