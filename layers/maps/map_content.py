"""From a run to what its map shows: zones in force, roadblocks, trade lines, the shading of incidents."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import shape

from geo.errors import ZoneError
from geo.records.admin_units import Aliases
from geo.records.place_names import fold
from geo.rules.zone_register import INSIDE, named_rows, unit_keys, units_in_force
from geo.spatial.polygons import Boundaries
from geo.time_window import NO_DAY, months_before, to_dates, to_days
from layers.maps.blob import Line, Mark, ZoneArea
from layers.maps.png import png
from layers.reference import files


@cache
def indicative_areas() -> tuple[tuple[str, str, shapely.Geometry], ...]:
    """(unit, country, polygon) of the areas that are only drawn, because no polygons of the zones are at hand."""
    if not files.INDICATIVE_ZONES.is_file():
        return ()
    features = json.loads(files.INDICATIVE_ZONES.read_text(encoding="utf-8"))["features"]
    return tuple((f["properties"]["unit"], f["properties"]["country"], shape(f["geometry"])) for f in features)


def zone_areas(
    register: pd.DataFrame, boundaries: Sequence[Boundaries], day: np.datetime64, aliases: Aliases
) -> list[ZoneArea]:
    """The named units with a status in force on `day`: by polygon where a set has all of them, else indicative."""
    at = int(to_days([day])[0])
    units = units_in_force(register, at)
    keys = unit_keys(units, aliases)
    found: dict[str, ZoneArea] = {}
    for b in boundaries:
        try:
            rows = named_rows(register, b, aliases, at)
        except ZoneError:
            continue
        for key, unit in zip(keys, units.itertuples(), strict=True):
            if key in rows:
                found[key] = ZoneArea(
                    str(unit.unit), INSIDE[str(unit.status)], b.geometry[rows[key]], since=unit.valid_from
                )
    if found:
        return list(found.values())
    drawn = {(fold(unit), country): area for unit, country, area in indicative_areas()}
    return [
        ZoneArea(str(u.unit), INSIDE[str(u.status)], drawn[fold(str(u.unit)), str(u.country)], True, u.valid_from)
        for u in units.itertuples()
        if (fold(str(u.unit)), str(u.country)) in drawn
    ]


def zones_through(
    register: pd.DataFrame,
    boundaries: Sequence[Boundaries],
    first: np.datetime64,
    last: np.datetime64,
    aliases: Aliases,
) -> list[ZoneArea]:
    """Every area that has a status on some day from `first` to `last`, with the days of each status."""
    begin, end = (int(d) for d in to_days([first, last]))
    starts, ends = to_days(register["valid_from"]), to_days(register["valid_to"])
    turns = np.concatenate([starts, ends[ends != NO_DAY] + 1])
    days = [begin, *sorted({int(d) for d in turns if begin < d <= end})]
    found: dict[tuple[str, str, str, bool], ZoneArea] = {}
    for day, until in zip(days, [*(d - 1 for d in days[1:]), end], strict=True):
        for area in zone_areas(register, boundaries, to_dates(np.array([day]))[0], aliases):
            key = (area.name, area.status, str(area.since), area.indicative)
            spans = found[key].spans if key in found else ()
            joins = spans and spans[-1][1] == day - 1
            spans = (*spans[:-1], (spans[-1][0], until)) if joins else (*spans, (day, until))
            found[key] = replace(area, spans=spans)
    return list(found.values())


def roadblocks_through(visits: Sequence[pd.DataFrame], months: int = 12) -> list[Mark]:
    """Roadblocks of all visits, each with the days on which :func:`roadblocks` draws it."""
    out = []
    for frame in visits:
        if frame.empty:
            continue
        blocked = (frame["roadblock"].fillna(False) | frame["armed_roadblock"].fillna(False)).to_numpy(bool)
        kept = frame[blocked & (frame["lon"].notna() & frame["lat"].notna() & frame["visit_date"].notna()).to_numpy()]
        seen = to_days(kept["visit_date"])
        armed = kept["armed_roadblock"].fillna(False).to_numpy(np.bool_)
        place = kept[["lon", "lat"]].to_numpy(np.float64).tolist()
        for (lon, lat), name, arms, day, end in zip(
            place, kept["name"], armed, seen.tolist(), (months_before(seen, -months) - 1).tolist(), strict=True
        ):
            out.append(Mark(lon, lat, "armed_roadblock" if arms else "roadblock", str(name), (day, end)))
    return out


def roadblocks(visits: Sequence[pd.DataFrame], day: np.datetime64, months: int = 12) -> list[Mark]:
    """Roadblocks of visits within `months` before `day`, one a place."""
    at = to_days([day])
    out: dict[tuple[float, float], Mark] = {}
    for frame in visits:
        if frame.empty:
            continue
        seen = to_days(frame["visit_date"])
        keep = (seen <= at[0]) & (seen > months_before(at, months)[0]) & frame["lon"].notna() & frame["lat"].notna()
        blocked = frame["roadblock"].fillna(False) | frame["armed_roadblock"].fillna(False)
        for row in frame[keep & blocked.to_numpy(bool)].itertuples():
            armed = row.armed_roadblock is not pd.NA and bool(row.armed_roadblock)
            style = "armed_roadblock" if armed else "roadblock"
            out[float(row.lon), float(row.lat)] = Mark(float(row.lon), float(row.lat), style, str(row.name))
    return list(out.values())


def trade_lines(routes: Sequence[pd.DataFrame | None], shown: Collection[str] | None = None) -> list[Line]:
    """Trade lines from sites to trading places; of the `shown` sites alone, by id, where that is given."""
    return [
        Line(line, "trade")
        for frame in routes
        if frame is not None
        for line, site in zip(frame["geometry"], frame["site_id"].astype(str), strict=True)
        if shown is None or site in shown
    ]


def shading(incidents: pd.DataFrame, words: str) -> dict[str, object] | None:
    """The density of incidents as a data address for :func:`layers.maps.map.blob`, None when there are none to draw."""
    from geo.spatial.density import picture

    drawn = incidents[incidents["precision"].isin([1, 2])]
    made = picture(drawn["lon"].to_numpy(np.float64), drawn["lat"].to_numpy(np.float64))
    if made is None:
        return None
    address = "data:image/png;base64," + base64.b64encode(png(made.rgba)).decode()
    return {"u": address, "b": [[made.south, made.west], [made.north, made.east]], "t": words}
