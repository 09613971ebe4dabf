"""Places held against what their rows state: in another country, or in the right one only when turned round.

A place in another country than stated is taken as it is and told: a false origin is a red flag of the OECD guidance
(Annex II), and a slip of the pen at least as often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.messages import Note
from geo.spatial.polygons import locate
from geo.spatial.unit_reach import units_within
from layers.reference.country_outlines import country_outlines
from layers.reference.tables import country_boxes

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
BOX_MARGIN = 0.5
"""Degrees around a country's box within which a place still counts as lying there (outlines are coarse)."""
BORDER_KM = 2.0
"""How far beyond the drawn border a place still counts as inside: the drawn borders are off by up to that [km]."""


@dataclass(frozen=True)
class Placed:
    """What was found, a value per row.

    Attributes
    ----------
    turned
        Outside the stated country, and inside it were longitude and latitude exchanged.
    outside
        Outside the stated country otherwise.
    found
        ISO 3166 alpha-3 of the outline that an outside place lies in; blank for none, or where none is at hand.
    """

    turned: Bools
    outside: Bools
    found: npt.NDArray[np.object_]


def place_check(lon: Floats, lat: Floats, countries: Sequence[str], precision_km: Floats | None = None) -> Placed:
    """Hold places against the countries that their rows state; blank places and countries are never wrong.

    Parameters
    ----------
    lon, lat
        Degrees of WGS 84, NaN for none.
    countries
        ISO 3166 alpha-3 as stated, blank for none.
    precision_km
        Position error, NaN unknown: a place that may lie inside is not outside.
    """
    n = len(lon)
    stated = np.asarray(countries, dtype=object)
    turned, outside, found = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool), np.full(n, "", dtype=object)
    boxes = country_boxes()
    known = np.isfinite(lon) & np.isfinite(lat)
    for code in set(stated.tolist()) & set(boxes):
        west, south, east, north = boxes[code]
        west, south, east, north = west - BOX_MARGIN, south - BOX_MARGIN, east + BOX_MARGIN, north + BOX_MARGIN
        rows = (stated == code) & known
        beyond = rows & ~((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
        turned |= beyond & (lat >= west) & (lat <= east) & (lon >= south) & (lon <= north)
        outside |= beyond & ~turned
    _over_the_border(lon, lat, stated, known & ~turned, precision_km, outside, found)
    return Placed(turned, outside, found)


def _over_the_border(
    lon: Floats,
    lat: Floats,
    stated: npt.NDArray[np.object_],
    wanted: Bools,
    precision_km: Floats | None,
    outside: Bools,
    found: npt.NDArray[np.object_],
) -> None:
    """Mark places in another country's outline, or in none, further from their own than the drawing's error."""
    outlines = country_outlines()
    own = outlines.frame["country"].to_numpy(dtype=object)
    at = np.flatnonzero(wanted & np.isin(stated.astype(str), own.astype(str)))
    if not len(at):
        return
    hit = locate(lon[at], lat[at], outlines)
    there = np.where(hit >= 0, own[hit], "")
    off = at[there != stated[at]]
    if not len(off):
        return
    error = np.nan_to_num(precision_km[off], nan=0.0) if precision_km is not None else np.zeros(len(off))
    reach = units_within(lon[off], lat[off], outlines, (BORDER_KM + error) * 1000)
    near = np.zeros(len(off), dtype=bool)
    near[reach.point[own[reach.unit] == stated[off][reach.point]]] = True
    outside[off] = ~near
    found[off[~near]] = there[there != stated[at]][~near]


def place_notes(placed: Placed, rows: npt.NDArray[np.int64], countries: Sequence[str], where: Bools) -> list[str]:
    """What is told of the rows `where`: places outside their country with the first rows, and the offer of a swap."""
    notes: list[str] = []
    at = np.flatnonzero(placed.outside & where)
    if len(at):
        shown = ", ".join(
            f"{rows[i]} ({countries[i]}" + (f" → {placed.found[i]})" if placed.found[i] else ")")
            for i in at[:5].tolist()
        )
        notes.append(
            Note(
                "{n} place{n?|s} {n?lies|lie} outside the country that {n?its|their} row states (rows "
                "{rows}); taken as they are: a wrong number, or a false origin.",
                n=len(at),
                rows=shown + (" ..." if len(at) > 5 else ""),
            )
        )
    turned = int((placed.turned & where).sum())
    if turned:
        notes.append(
            Note(
                "{n} row{n?|s} would lie in the country that {n?it states|they state} if longitude and "
                "latitude were exchanged: ask for it (--swap) if it is so.",
                n=turned,
            )
        )
    return notes
