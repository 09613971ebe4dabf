"""The incidents that rules may count at some sites: a worker of a cluster reads these and no others."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo import schema
from geo.cluster.tiles import Box, Tiles, meets, read
from geo.readiness import as_of_days, with_country
from geo.records.admin_units import keys_of, parents
from geo.records.incidents import SLACK_DAYS, prepare
from geo.rules import figures
from geo.rules.rule_set import Rules
from geo.spatial.geodesic import MAX_DISTANCE_M
from geo.spatial.nearest_incident import nearest
from geo.spatial.polygon_edges import circle_box, wrap
from geo.spatial.polygons import Boundaries, locate
from geo.time_window import Days, months_before

NOBODY, LONG_AGO, UNPLACED = "\U0010ffff", pd.Timestamp("1000-01-01").as_unit("s"), 7
"""Id, day and precision of a row that stands for a source and is counted nowhere."""
MANY = 64
"""More units than this are asked for by one box around all of them."""


def sets(boundaries: Any) -> list[Boundaries]:
    """Boundary sets as a list, however they were given.

    Parameters
    ----------
    boundaries
        One set, several, or None for none.
    """
    if boundaries is None:
        return []
    return [boundaries] if isinstance(boundaries, Boundaries) else list(boundaries)


def needed(sites: pd.DataFrame, tiles: Tiles, given: dict[str, Any]) -> pd.DataFrame:
    """Every incident that a rule could ask of these sites.

    The distance rules ask within the widest circle and its uncertainty (the halo); the area rules ask for the
    incidents of a unit, by polygon or by a label of the same country; one figure asks for the nearest at any distance.
    What lies outside every window is left out. A row that counts for nothing names each loaded dataset.

    Parameters
    ----------
    sites
        The sites of one tile (:data:`geo.schema.SITES`), with their dates.
    tiles
        The tiles of all incidents.
    given
        What :func:`geo.assess.assess` is given by name: rules, dates, boundaries, outlines and the rest.
    """
    import pyarrow.dataset as ds

    rules: Rules = given["rules"]
    days = as_of_days(given["as_of"], len(sites))
    timely, dated = windows(rules, days)

    lon, lat = sites["lon"].to_numpy(np.float64), sites["lat"].to_numpy(np.float64)
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    lon, lat, days = lon[known], lat[known], days[known]
    error = sites["coord_precision_km"].fillna(rules.settings.position_error_km).to_numpy(np.float64)[known]
    widest = (
        max([r.within_km for r in rules.of_kind("near")] + [figures.LATEST_KM]) + rules.settings.imprecise_radius_km
    )
    halo = (widest + float(error.max(initial=0.0))) * 1000 + 1.0
    countries, units = _places(sites, given)
    countries |= {""}  # an incident whose country is not known may lie in any
    boxes = _boxes(lon, lat, halo) + units
    wanted = ds.field("country").isin(sorted(countries))
    for box in boxes:
        wanted = wanted | _inside(box)
    around = _boxes(lon, lat, figures.INTENSITY_REACH_KM * 1000 + 1.0)
    further = ds.scalar(False)
    for box in around:
        further = further | _inside(box)
    paths = [
        t.path
        for t in tiles.tiles
        if meets(t, boxes + around) or any(t.countries[0] <= c <= t.countries[1] for c in countries)
    ]
    frame = read(tiles, paths, schema.INCIDENTS, (timely & wanted) | (dated & further))
    return _with_datasets(_with_nearest(frame, tiles, timely, lon, lat, days, halo), tiles)


def every(tiles: Tiles, rules: Rules, days: Days) -> pd.DataFrame:
    """Every incident that a rule could ask of any site, wherever it lies; and a row for each loaded dataset.

    Parameters
    ----------
    tiles
        The tiles of all incidents.
    rules
        The rules that are asked.
    days
        Days of sites, the first and the last among them [days since 1970-01-01].
    """
    timely, dated = windows(rules, days)
    return _with_datasets(read(tiles, [t.path for t in tiles.tiles], schema.INCIDENTS, timely | dated), tiles)


def windows(rules: Rules, days: Days) -> tuple[Any, Any]:
    """What a filter of :mod:`pyarrow.dataset` lets through: incidents of the windows of rules, of the intensity's.

    Parameters
    ----------
    rules
        The rules that are asked.
    days
        Days of sites, the first and the last among them [days since 1970-01-01].
    """
    import pyarrow.dataset as ds

    months = [figures.NEAREST_MONTHS, *(r.longest_months for r in rules.rules)]
    slack = max(SLACK_DAYS.values())
    newest = _date(int(days.max() if days.size else 0) + slack)
    since = _date(int(months_before(days, max(months)).min() if days.size else 0) - slack)
    older = _date(int(months_before(days, figures.INTENSITY_MONTHS).min() if days.size else 0) - 1)
    first, last = ds.field("date_start"), ds.field("date_end")
    timely = (first <= newest) & ((last > since) | (first > since) | last.is_null())
    dated = (first <= newest) & (first > older) & (ds.field("deaths_best") >= 1) & (ds.field("precision") <= 2)
    return timely, dated


def _with_datasets(frame: pd.DataFrame, tiles: Tiles) -> pd.DataFrame:
    """`frame` with a row for each loaded dataset; the first of each source that counts lies long before every window.

    Sources are then numbered as one process numbers them, also where none of their incidents is near: evidence of a
    unit without incidents names a source.
    """
    named = pd.DataFrame(tiles.facts["datasets"], columns=["source", "dataset", "dataset_version"])
    named = schema.conform(named, schema.INCIDENTS)
    first = named["source"].isin(tiles.facts.get("sources", [])) & ~named.duplicated("source")
    marks: dict[str, Any] = {"record_id": NOBODY, "precision": UNPLACED, "date_start": LONG_AGO, "date_end": LONG_AGO}
    for column, value in marks.items():
        named.loc[first, column] = value
    return pd.concat([frame, named], ignore_index=True)


def _date(day: int) -> dt.datetime:
    return dt.datetime.combine(dt.date(1970, 1, 1) + dt.timedelta(days=day), dt.time())


def _places(sites: pd.DataFrame, given: dict[str, Any]) -> tuple[set[str], list[Box]]:
    """Countries whose labels matter to the sites, and the boxes of the units that hold them or that they state."""
    aliases = given.get("aliases") or {}
    by_level = {b.level: b for b in sets(given.get("boundaries"))}
    table = parents(with_country(sites, given.get("outlines")), by_level.get(2))
    lon, lat = table["lon"].to_numpy(np.float64), table["lat"].to_numpy(np.float64)
    countries = set(table["country"]) - {""}
    boxes: list[Box] = []
    for level, b in by_level.items():
        of = b.frame["country"].astype("str")
        named = f"admin{level}"
        stated = set(keys_of(table[named], table["country"], level, aliases)) - {""} if named in table else set()
        holds = np.zeros(len(b), dtype=np.bool_)
        hit = locate(lon, lat, b)
        holds[hit[hit >= 0]] = True
        for iso in sorted(countries):
            keys = keys_of(b.frame["unit"].astype("str"), of.where(of != "", iso), level, aliases)
            holds |= np.array([k in stated for k in keys], dtype=np.bool_)
        if holds.any():
            countries |= set(of[holds]) - {""}
            bounds = shapely.bounds(b.geometry[holds])
            if len(bounds) > MANY:
                bounds = np.column_stack((bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0))).reshape(
                    1, -1, order="F"
                )
            boxes += [(w, s, e, n) for w, s, e, n in bounds.tolist()]
    return countries, boxes


def _boxes(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], radius_m: float) -> list[Box]:
    """Boxes of degrees that hold the circle around every point; two where they pass the antimeridian."""
    if not lon.size:
        return []
    half_lon, half_lat = circle_box(lat, np.full(lat.size, radius_m))
    at = wrap(lon)
    south, north = float((lat - half_lat).min()), float((lat + half_lat).max())
    west, east = float((at - half_lon).min()), float((at + half_lon).max())
    if east - west >= 360.0 or (west < -180.0 and east > 180.0):
        return [(-180.0, south, 180.0, north)]
    out = [(max(west, -180.0), south, min(east, 180.0), north)]
    if west < -180.0:
        out.append((west + 360.0, south, 180.0, north))
    if east > 180.0:
        out.append((-180.0, south, east - 360.0, north))
    return out


def _inside(box: Box) -> Any:
    import pyarrow.dataset as ds

    lon, lat = ds.field("lon"), ds.field("lat")
    return (lon >= box[0]) & (lon <= box[2]) & (lat >= box[1]) & (lat <= box[3])


def _with_nearest(
    frame: pd.DataFrame,
    tiles: Tiles,
    timely: Any,
    lon: npt.NDArray[np.float64],
    lat: npt.NDArray[np.float64],
    days: Days,
    halo: float,
) -> pd.DataFrame:
    """`frame` with the nearest countable incident of every site whose circle of `halo` metres holds none."""
    import pyarrow.dataset as ds

    candidates, radius = frame, halo
    while lon.size:
        prepared = prepare(candidates)
        rows = np.flatnonzero((prepared.best >= 1) & (prepared.precision <= 2))
        found, distance = nearest(
            lon,
            lat,
            prepared.lon[rows],
            prepared.lat[rows],
            prepared.start[rows],
            as_of_day=days,
            window_days=days - months_before(days, figures.NEAREST_MONTHS),
            incident_end_day=prepared.end[rows],
        )
        # Sure is what lies within the circle that was read whole.
        sure = (found >= 0) & (distance <= radius)
        if radius > halo and sure.any():
            taken = prepared.frame.iloc[rows[np.unique(found[sure])]]
            frame = pd.concat([frame, taken], ignore_index=True).drop_duplicates(["source", "record_id"])
        if radius > MAX_DISTANCE_M:
            break
        lon, lat, days = lon[~sure], lat[~sure], days[~sure]
        radius *= 4
        boxes = _boxes(lon, lat, min(radius, MAX_DISTANCE_M))
        if not boxes:
            break
        wanted = _inside(boxes[0])
        for box in boxes[1:]:
            wanted = wanted | _inside(box)
        countable = (ds.field("deaths_best") >= 1) & (ds.field("precision") <= 2)
        paths = [t.path for t in tiles.tiles if meets(t, boxes)]
        candidates = read(tiles, paths, schema.INCIDENTS, timely & wanted & countable)
    return frame
