"""Which programmes reach which sites: polygon, administrative unit, or point with a stated radius.

A country or a region is never painted: a programme that names only those reaches no site. A point without a stated
radius reaches none either, since nobody said how far it works; both are listed beside the map.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from geo.programmes.schema import Programmes
from geo.records.admin_units import Aliases
from geo.records.place_names import fold
from geo.spatial.proximity import within

STACK = 5
"""So many programmes on one point, not stated as exact, stand for the country (157 were seen on one capital)."""


_fold = lru_cache(maxsize=100_000)(fold)


def unstack(programmes: Programmes, stack: int = STACK) -> Programmes:
    """The same programmes, with stacked points turned into country footprints.

    A point is stacked when at least `stack` programmes share its coordinates to five decimals (about a metre), and it
    is called approximate, or neither its exactness nor a radius is stated. A stated radius without a word on exactness
    stands: five programmes may well work around one town. A stacked point
    keeps its coordinates, but its kind becomes ``country`` and it reaches no site.

    Parameters
    ----------
    programmes
        Programmes, their places and their money.
    stack
        How many programmes on one point stand for the country.
    """
    places = programmes.footprints
    vague = (places["exactness"] == "") & ~(places["radius_km"] > 0)
    vague |= ~places["exactness"].isin(["", "exact"])
    point = ((places["kind"] == "point") & vague).to_numpy()
    spot = pd.DataFrame({"x": places["lon"].round(5), "y": places["lat"].round(5), "p": places["programme"]})
    sharing = spot[point].groupby(["x", "y"])["p"].transform("nunique").reindex(places.index).fillna(0).to_numpy()
    stacked = point & (sharing >= stack)
    if not stacked.any():
        return programmes
    kind = places["kind"].mask(stacked, "country")
    return replace(programmes, footprints=places.assign(kind=kind.astype("str"), stacked=places["stacked"] | stacked))


def reached(
    sites: pd.DataFrame, programmes: Programmes, boundaries: object = None, aliases: Aliases | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """All pairs (site, programme) whose site lies in a footprint of the programme.

    Parameters
    ----------
    sites
        Columns `lon`, `lat`, `country`, `admin1`, `admin2` of ``geo.schema.ASSESSED``.
    programmes
        Programmes with their footprints, stacked points taken apart (:func:`unstack`).
    boundaries
        ``geo.spatial.polygons.Boundaries`` (one set, or one per level) that translate administrative codes to units;
        None uses names only.
    aliases
        Other names of units, as for ``geo.assess.assess``; they are looked up in the programme's country.

    Returns
    -------
    tuple of numpy.ndarray
        Positions of sites and of programmes, int64, each pair once, sorted.
    """
    found = [
        _in_polygons(sites, programmes),
        _in_circles(sites, programmes.footprints),
        _in_units(sites, programmes.footprints, boundaries, aliases or {}),
    ]
    site, place = (np.concatenate([pair[k] for pair in found]) for k in (0, 1))
    pairs = np.column_stack([site, programmes.footprints["programme"].to_numpy()[place]])
    pairs = np.unique(pairs, axis=0) if len(pairs) else pairs.reshape(0, 2)
    return pairs[:, 0].astype("int64"), pairs[:, 1].astype("int64")


def _located(sites: pd.DataFrame) -> np.ndarray:
    return np.flatnonzero(np.isfinite(sites["lon"].to_numpy()) & np.isfinite(sites["lat"].to_numpy()))


def _in_polygons(sites: pd.DataFrame, programmes: Programmes) -> tuple[np.ndarray, np.ndarray]:
    import shapely

    places = np.flatnonzero((programmes.footprints["kind"] == "polygon").to_numpy())
    here = _located(sites)
    if not len(places) or not len(here):
        return np.empty(0, "int64"), np.empty(0, "int64")
    tree = shapely.STRtree(shapely.points(sites["lon"].to_numpy()[here], sites["lat"].to_numpy()[here]))
    shape, point = tree.query(programmes.geometry[places], predicate="intersects")
    return here[point], places[shape]


def _in_circles(sites: pd.DataFrame, places: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    radius = places["radius_km"].to_numpy()
    lon, lat = places["lon"].to_numpy(), places["lat"].to_numpy()
    usable = (places["kind"] == "point").to_numpy() & (radius > 0) & np.isfinite(lon) & np.isfinite(lat)
    circles, here = np.flatnonzero(usable), _located(sites)
    x, y = sites["lon"].to_numpy()[here], sites["lat"].to_numpy()[here]
    found = [(np.empty(0, "int64"), np.empty(0, "int64"))]
    for km in np.unique(radius[circles]):
        same = circles[radius[circles] == km]
        always = np.zeros(len(same), "int64")
        pairs = within(x, y, lon[same], lat[same], always, radius_m=km * 1000, as_of_day=0, window_days=1)
        found.append((here[pairs.site], same[pairs.incident]))
    return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])


def _in_units(
    sites: pd.DataFrame, places: pd.DataFrame, boundaries: object, aliases: Aliases
) -> tuple[np.ndarray, np.ndarray]:
    chosen = np.flatnonzero((places["kind"] == "admin").to_numpy())
    if not len(chosen):
        return np.empty(0, "int64"), np.empty(0, "int64")
    country = sites["country"].to_numpy()
    by_unit = _by_unit(sites, aliases)
    translate = _codes(boundaries)
    out: list[tuple[np.ndarray, int]] = []
    columns = ("admin_code", "admin_name", "admin_level", "country")
    for place, (code, name, level, where) in zip(
        chosen, zip(*(places[c].to_numpy()[chosen] for c in columns), strict=True), strict=True
    ):
        here = _sites_of_unit(str(code), str(name), level, str(where), by_unit, translate, aliases)
        if where:
            here = here[(country[here] == where) | (country[here] == "")]
        out.append((here, int(place)))
    site = np.concatenate([here for here, _ in out])
    return site.astype("int64"), np.repeat([place for _, place in out], [len(here) for here, _ in out]).astype("int64")


def _by_unit(sites: pd.DataFrame, aliases: Aliases) -> dict[int, dict[str, np.ndarray]]:
    """Positions of the sites of each unit, by level and folded name."""
    country = sites["country"].to_numpy()
    folded = {level: _folded(sites[f"admin{level}"], country, level, aliases) for level in (1, 2)}
    return {
        level: {str(k): np.asarray(v) for k, v in names.groupby(names).indices.items()}
        for level, names in folded.items()
    }


def fall_back(
    sites: pd.DataFrame, programmes: Programmes, boundaries: object = None, aliases: Aliases | None = None
) -> Programmes:
    """The same programmes, exact places in a unit that nobody knows turned into their points.

    A code is known where a boundary set holds it, or where a site lies in a unit of that name. A place that is itself a
    region (IATI location class 1) stays a unit: its point only stands for it.

    Parameters
    ----------
    sites
        Columns `country`, `admin1`, `admin2` of ``geo.schema.ASSESSED``.
    programmes
        Programmes, their places and their money.
    boundaries
        Boundary sets that translate administrative codes to units; None: names only.
    aliases
        Other names of units, looked up in the programme's country; None: none.
    """
    places = programmes.footprints
    exact = (places["kind"] == "admin") & (places["exactness"] == "exact") & (places["place_class"] != "1")
    chosen = np.flatnonzero((exact & places["lon"].notna() & places["lat"].notna()).to_numpy())
    if not len(chosen):
        return programmes
    by_unit, translate = _by_unit(sites, aliases or {}), _codes(boundaries)
    unknown = np.zeros(len(places), dtype=bool)
    columns = ("admin_code", "admin_name", "admin_level", "country")
    for place, (code, name, level, country) in zip(
        chosen, zip(*(places[c].to_numpy()[chosen] for c in columns), strict=True), strict=True
    ):
        here = _sites_of_unit(str(code), str(name), level, str(country), by_unit, translate, aliases or {})
        unknown[place] = not len(here) and _fold(str(code)) not in translate
    return replace(programmes, footprints=places.assign(kind=places["kind"].mask(unknown, "point").astype("str")))


def _folded(names: pd.Series, country: np.ndarray, level: int, aliases: Aliases) -> pd.Series:
    """Folded names of units, other names replaced by the unit's own."""
    folded = names.map(_fold)
    if not aliases:
        return folded
    own = [aliases.get((c, level), {}).get(n, n) for c, n in zip(country, folded, strict=True)]
    return pd.Series(own, index=names.index, dtype="str")


def _codes(boundaries: object) -> dict[str, tuple[int, str]]:
    """From folded code to (level, folded name) of one boundary set, or of several."""
    sets = boundaries if isinstance(boundaries, list | tuple) else [boundaries]
    frames = [frame for frame in (getattr(one, "frame", None) for one in sets) if frame is not None]
    return {
        fold(str(code)): (int(level), fold(str(unit)))
        for frame in frames
        for code, unit, level in zip(frame["code"], frame["unit"], frame["level"], strict=True)
        if code
    }


def _sites_of_unit(
    code: str,
    name: str,
    level: float,
    country: str,
    by_unit: dict[int, dict[str, np.ndarray]],
    translate: dict[str, tuple[int, str]],
    aliases: Aliases,
) -> np.ndarray:
    """Positions of the sites of a unit, by code, else by name; the smaller unit first (nothing is overstated)."""
    none = np.empty(0, "int64")
    key = _fold(code)
    if key and key in translate:
        unit_level, unit = translate[key]
        return by_unit.get(unit_level, {}).get(unit, none)
    levels = (int(level),) if level in (1, 2) else (2, 1)
    for word in (key, _fold(name)):
        for unit_level in levels:
            unit = aliases.get((country, unit_level), {}).get(word, word)
            if unit and unit in by_unit[unit_level]:
                return by_unit[unit_level][unit]
    return none


def find_units(place: pd.Series, boundaries: object) -> object:
    """The polygon of an administrative footprint in a boundary set (or several), None where none holds it.

    The same rule as for sites: by code, else by name, the smaller unit first.

    Parameters
    ----------
    place
        The row of the footprint: country, level, code and name of its unit.
    boundaries
        Boundary sets, one a level; None: nothing is found.
    """
    sets: list[Any] = list(boundaries) if isinstance(boundaries, list | tuple) else [boundaries]
    loaded = [(one.frame, one.geometry) for one in sets if getattr(one, "frame", None) is not None]
    level = place["admin_level"]
    for word in (fold(str(place["admin_code"])), fold(str(place["admin_name"]))):
        for column in ("code", "unit"):
            for wanted in (2, 1):
                for frame, geometry in loaded:
                    here = (frame["level"] == wanted) & (frame[column].map(fold) == word)
                    if place["country"]:
                        here &= frame["country"].isin(["", place["country"]])
                    if word and here.any() and (column == "code" or level == wanted or level != level):
                        return geometry[np.flatnonzero(here)[0]]
    return None
