"""Places held against the district or region that their rows state, where boundaries are given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.messages import Note
from geo.records.admin_units import Aliases, Texts, Units
from geo.records.place_names import fold
from geo.spatial.polygons import Boundaries, locate, nearest_edge

Ints = npt.NDArray[np.int64]
FAR_KM = 10.0
"""How far outside its stated unit a place is held to be elsewhere [km]: boundary sets differ by less."""
_SHOWN = 5


@dataclass(frozen=True)
class StatedPlaces:
    """What was found, a value per site.

    Attributes
    ----------
    compared
        The site states a unit that a boundary set holds, and its place is known.
    far_km
        Distance to the stated unit [km] where that is more than :data:`FAR_KM` and the position error; else NaN.
    stated
        The stated unit of a far place; blank for none.
    """

    compared: npt.NDArray[np.bool_]
    far_km: npt.NDArray[np.float64]
    stated: Texts


def stated_places(sites: pd.DataFrame, boundaries: Sequence[Boundaries], aliases: Aliases) -> StatedPlaces:
    """Hold places against the units of level 2, else 1, that they state; what no set names is not compared.

    Parameters
    ----------
    sites
        Columns `lon, lat, coord_precision_km, country, admin1, admin2`.
    boundaries
        Boundary sets, one a level; empty: none were loaded.
    aliases
        Other spellings of names of units.
    """
    n = len(sites)
    out = StatedPlaces(np.zeros(n, np.bool_), np.full(n, np.nan), np.full(n, "", object))
    lon, lat = sites["lon"].to_numpy(np.float64), sites["lat"].to_numpy(np.float64)
    error = sites["coord_precision_km"].to_numpy(np.float64)
    far = np.maximum(FAR_KM, np.nan_to_num(error, nan=0.0)) * 1000
    placed = np.isfinite(lon) & np.isfinite(lat)
    for layer, level in _with_levels(boundaries):
        hit = locate(lon, lat, layer)
        for at, rows in _held(sites, layer, level, aliases):
            compared = at[placed[at] & ~out.compared[at]]
            out.compared[compared] = True
            off = compared[~np.isin(hit[compared], rows)]
            if not len(off):
                continue
            metres = nearest_edge(lon[off], lat[off], layer, rows)[1]
            away = metres > far[off]
            out.far_km[off[away]] = metres[away] / 1000
            out.stated[off[away]] = sites[f"admin{level}"].to_numpy(dtype=object)[off[away]]
    return out


def stated_place_notes(found: StatedPlaces, ids: Sequence[str]) -> list[str]:
    """What is told of sites far from the unit that they state, with the first of them.

    Parameters
    ----------
    found
        How far each site lies from the unit that it states.
    ids
        Ids of the sites, in the same order.
    """
    far = sorted(np.flatnonzero(np.isfinite(found.far_km)).tolist(), key=lambda i: ids[i])
    if not far:
        return []
    shown = ", ".join(f"{ids[i]} ({found.stated[i]}: {found.far_km[i]:.0f} km)" for i in far[:_SHOWN])
    return [
        Note(
            "Places far from the district or region that they state: {n} ({sites}); taken as they are: a wrong "
            "number, or a false origin.",
            n=len(far),
            sites=shown + (" ..." if len(far) > _SHOWN else ""),
        )
    ]


def _with_levels(boundaries: Sequence[Boundaries]) -> Iterator[tuple[Boundaries, int]]:
    """Boundary sets with the level of the names that are looked for in them: a set of districts also names regions."""
    for level in (2, 1):
        for layer in boundaries:
            if layer.level in (level, 2):
                yield layer, level


def _held(sites: pd.DataFrame, layer: Boundaries, level: int, aliases: Aliases) -> Iterator[tuple[Ints, Ints]]:
    """For each unit that sites state: those sites, and the rows of the set that make it up."""
    units = Units(layer.level, layer, aliases)
    above, there = (layer.frame[c].to_numpy(dtype=object) for c in ("parent", "country"))
    above = np.array([fold(str(text)) for text in above], dtype=object)
    names = [sites[c].to_numpy(dtype=object) for c in ("country", "admin1", f"admin{level}")]
    known: dict[tuple[object, ...], int] = {}
    codes = np.array([known.setdefault(label, len(known)) for label in zip(*names, strict=True)], dtype=np.int64)
    labels = [tuple(map(str, label)) for label in known]
    if layer.level == level:
        texts = (pd.Series([label[i] for label in labels], dtype="str") for i in range(3))
        countries, regions, wanted = texts
        of_label = units.match(wanted, regions if level == 2 else regions.str.slice(0, 0), countries)
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(labels) + 1))
    for i, (country, _, name) in enumerate(labels):
        if not country or not fold(name):
            continue
        if layer.level == level:
            held = (units.of_row == of_label[i]) & (of_label[i] >= 0)
        else:
            folded = aliases.get((country, 1), {}).get(fold(name), fold(name))
            held = (above == folded) & ((there == country) | (there == ""))
        if held.any():
            yield order[ends[i] : ends[i + 1]], np.flatnonzero(held)
