"""What routes cross: countries and their borders, named zone units, listed areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import ZoneError
from geo.records.admin_units import Aliases, keys_of
from geo.records.incidents import Incidents
from geo.rules.zone_register import INSIDE, named_rows, unit_keys, units_in_force
from geo.screening.route_exposure import Cut, sequence
from geo.spatial.polygons import Boundaries, locate
from geo.time_window import NO_DAY, Days, to_days

Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Context:
    """What routes are held against; each part may be missing, and then its columns stay blank."""

    incidents: Incidents
    datasets: pd.DataFrame
    coverage: pd.DataFrame | None
    visits: pd.DataFrame
    outlines: Boundaries | None
    boundaries: Sequence[Boundaries]
    zones: pd.DataFrame | None
    listed: pd.DataFrame | None
    aliases: Aliases
    covered_countries: pd.DataFrame
    restricted_countries: pd.DataFrame


Crossed = dict[str, tuple[list[list[str]], list[list[str]], list[list[str]]]]
Ints = npt.NDArray[np.int64]


def crossed(cut_routes: Cut, as_of: Days, context: Context) -> Crossed:
    """Countries, named zone units with their status, and listed areas at every sample, in order.

    Parameters
    ----------
    cut_routes
        All routes cut into samples.
    as_of
        The day of each route [days since 1970-01-01].
    context
        What the routes are held against.
    """
    n = len(cut_routes.lon)
    country, names = np.full(n, -1, dtype=np.int64), [""]
    if context.outlines is not None and n:
        iso, of = np.unique(context.outlines.frame["country"].to_numpy(dtype=object).astype(str), return_inverse=True)
        hit = locate(cut_routes.lon, cut_routes.lat, context.outlines)
        country, names = np.where(hit >= 0, of.reshape(-1)[hit], -1).astype(np.int64), [str(c) for c in iso]
    out: Crossed = {"countries": sequence(cut_routes, country, names)}
    by_level: dict[int, tuple[Boundaries, Ints]] = {}
    for b in context.boundaries:
        if b.level in (1, 2) and n:
            by_level[b.level] = (b, locate(cut_routes.lon, cut_routes.lat, b))
    day = as_of[cut_routes.point_route] if n else np.zeros(0, np.int64)
    out["zones"] = sequence(cut_routes, *_zones(n, day, by_level, context))
    met = _listed(day, country, names, by_level, context)
    parts = [sequence(cut_routes, inside.astype(np.int64) - 1, [name]) for name, inside in met]
    out["listed"] = (
        [[name for p in parts for name in p[0][s]] for s in range(len(cut_routes.segment_route))],
        [[name for p in parts for name in p[1][r]] for r in range(len(cut_routes.length_m))],
        [[] for _ in cut_routes.length_m],
    )
    return out


def _zones(n: int, day: Days, by_level: dict[int, tuple[Boundaries, Ints]], context: Context) -> tuple[Ints, list[str]]:
    """``Carnot (inside_compliant)`` at samples inside a named unit, as codes and names."""
    codes, names = np.full(n, -1, dtype=np.int64), list[str]()
    if context.zones is None or 2 not in by_level:
        return codes, names
    boundaries, hit = by_level[2]
    for d in np.unique(day[hit >= 0]):
        try:
            rows = named_rows(context.zones, boundaries, context.aliases, int(d))
        except ZoneError:
            continue
        units = units_in_force(context.zones, int(d))
        keys = unit_keys(units, context.aliases)
        for key, unit, status in zip(keys, units["unit"], units["status"], strict=True):
            if str(key) in rows:
                text = f"{unit} ({INSIDE[str(status)]})"
                if text not in names:
                    names.append(text)
                codes[(hit == rows[str(key)]) & (day == d)] = names.index(text)
    return codes, names


def _listed(
    day: Days, country: Ints, names: list[str], by_level: dict[int, tuple[Boundaries, Ints]], context: Context
) -> list[tuple[str, npt.NDArray[np.bool_]]]:
    """Each listed area that is met, and the samples inside it."""
    out: list[tuple[str, npt.NDArray[np.bool_]]] = []
    if context.listed is None or not len(day):
        return out
    start, end = to_days(context.listed["valid_from"]), to_days(context.listed["valid_to"])
    end = np.where(end == NO_DAY, np.iinfo(np.int64).max, end)
    keys = {
        level: keys_of(b.frame["unit"], b.frame["country"], level, context.aliases)
        for level, (b, _) in by_level.items()
    }
    for i, area in enumerate(context.listed.itertuples(index=False)):
        now = (start[i] <= day) & (day < end[i])
        level = {"admin1": 1, "admin2": 2}.get(str(area.kind), 0)
        here = country == (names.index(str(area.country)) if str(area.country) in names else -2)
        if level == 0:
            inside = now & here
        elif level in by_level:
            own = keys_of(
                pd.Series([area.area], dtype="str"), pd.Series([area.country], dtype="str"), level, context.aliases
            )[0]
            # A boundary set of one country often does not say which.
            alone = own.split("|", 1)[1]
            rows = [r for r, k in enumerate(keys[level]) if k in (own, f"|{alone}")]
            inside = now & np.isin(by_level[level][1], rows) & (here | (country < 0))
        else:
            continue
        if inside.any():
            out.append((f"{str(area.area) or str(area.country)} ({area.kind!s})", inside))
    return out
