"""From a list to its routes: the line of each row, what lies along it, and what it crosses."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import InputError
from geo.messages import N_, Note
from geo.records.incidents import Incidents
from geo.rules.coverage_gaps import covering_sources
from geo.rules.evidence import withheld
from geo.schema import EVIDENCE, conform
from geo.screening.road_network import Network
from geo.screening.route_exposure import POINTS_AT_ONCE, Along, Cut, RouteSettings, cut, incidents_along, worst
from geo.screening.schema import ROUTES, SEGMENTS
from geo.spatial.proximity import within
from geo.time_window import NO_DAY, Days, months_before, to_dates, to_days
from jobs.screening.crossings import Context, Crossed, crossed
from jobs.screening.listings import kimberley_on_route

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]

MOST_SAMPLES = 60_000_000
"""Samples of all routes together: 50,000 routes of 1,200 km; else a small file keeps a machine busy for days."""
MOST_SEGMENTS = 500_000
"""Beyond this many segments only those with something on them are listed (and the record says so)."""


@dataclass(frozen=True)
class Routes:
    """The route of each row: `basis`, `note`, vertices (None where only countries are known) and access [km]."""

    basis: list[str]
    note: list[str]
    lines: list[Floats | None]
    access_km: Floats


@dataclass(frozen=True)
class Transit:
    """What was found on the routes; evidence has `supplier_id` and `segment` besides the columns of the schema.

    `shortened`: there are so many segments that only those with something on them are listed.
    """

    routes: pd.DataFrame
    segments: pd.DataFrame
    evidence: pd.DataFrame
    lines: list[Floats | None]
    shortened: bool = False


def no_routes(n: int) -> Routes:
    """No routes for `n` rows.

    Parameters
    ----------
    n
        Number of rows.
    """
    return Routes(["none"] * n, [""] * n, [None] * n, np.full(n, np.nan))


def routes_of_rows(rows: pd.DataFrame, lines: Sequence[object], roads: Network | None) -> Routes:
    """The route of each row: its own line, else the network from origin to destination, else the straight geodesic.

    A line of two vertices is a pair of places, not a route: it is treated like origin and destination.

    Parameters
    ----------
    rows
        Accepted rows of the list, with their positions.
    lines
        The route that each row states as a LineString [degrees, WGS 84]; None where it states none.
    roads
        Roads; None: rows without a line get a straight guess.
    """
    n = len(rows)
    basis, note, out = ["none"] * n, [""] * n, [None] * n
    shapes: list[Floats | None] = list(out)
    access = np.full(n, np.nan)
    lon, lat = rows["lon"].to_numpy(np.float64), rows["lat"].to_numpy(np.float64)
    x, y = rows["dest_lon"].to_numpy(np.float64), rows["dest_lat"].to_numpy(np.float64)
    paired = np.isfinite(lon) & np.isfinite(lat) & np.isfinite(x) & np.isfinite(y)
    countries, destination = rows["route_countries"].tolist(), rows["destination"].tolist()
    pairs: list[int] = []
    ends: list[tuple[float, float, float, float]] = []
    for i in range(n):
        line = lines[i]
        at = None if line is None else np.asarray(line.coords, dtype=np.float64)[:, :2]  # type: ignore[attr-defined]
        if at is not None and len(at) > 2:
            basis[i], shapes[i] = "given_line", at
        elif at is not None or paired[i]:
            pairs.append(i)
            ends.append((*at[0], *at[-1]) if at is not None else (lon[i], lat[i], x[i], y[i]))
        elif countries[i]:
            basis[i] = "countries"
        elif destination[i] and not np.isfinite(x[i]):
            note[i] = "destination_without_position"
    if pairs:
        array = np.array(ends)
        found = roads.routes(array[:, :2], array[:, 2:]) if roads is not None else None
        for k, i in enumerate(pairs):
            route = None if found is None else found[k]
            if route is not None and route.line is not None:
                basis[i], shapes[i], access[i] = "network", route.line, route.access_km
            else:
                basis[i], shapes[i] = "straight_guess", array[k].reshape(2, 2)
                note[i] = route.note if route is not None else "no_roads_given"
    return Routes(basis, note, shapes, access)


def screen_routes(
    rows: pd.DataFrame, routes: Routes, as_of: Days, context: Context, settings: RouteSettings
) -> Transit:
    """Everything about the routes of a list; equal routes at equal dates are worked out once.

    Parameters
    ----------
    rows
        Columns `supplier_id, route_countries, coord_precision_km, country`.
    as_of
        Days since 1970-01-01, one a row.
    routes
        The route of each row (:func:`routes_of_rows`).
    context
        What the routes are held against: zones, listed areas, incidents, coverage.
    settings
        How routes are cut into segments, and what counts along them.
    """
    at = np.flatnonzero(np.array([line is not None for line in routes.lines], dtype=bool))
    error = rows["coord_precision_km"].to_numpy(np.float64)
    keys = [
        (hashlib.sha256(np.asarray(routes.lines[i]).tobytes()).digest(), int(as_of[i]), str(error[i]))
        for i in at.tolist()
    ]
    which: dict[tuple[bytes, int, str], int] = {}
    first: list[int] = []
    for k, key in enumerate(keys):
        if key not in which:
            which[key] = len(first)
            first.append(int(at[k]))
    distinct = np.array(first, dtype=np.int64)
    of = np.array([which[k] for k in keys], dtype=np.int64)
    lines = [routes.lines[i] for i in distinct]
    km = [_rough_km(line) for line in lines]
    if sum(km) / settings.step_km > MOST_SAMPLES:
        raise InputError(
            "The routes of the list are {km} km long together: too long to be worked out at once.",
            where="MOST_SAMPLES",
            expected=Note("{km:,.0f} km at most", km=MOST_SAMPLES * settings.step_km),
            remedy="Split the list, or leave out routes that are no routes.",
            km=Note("{km:,.0f}", km=sum(km)),
        )
    many = sum(km[r] / settings.segment_km + 1 for r in of) > MOST_SEGMENTS
    tables, segments, proofs = [], [], []
    for chunk in _chunks(km, settings):
        table, pieces, proof = _some(
            [lines[r] for r in chunk], as_of[distinct[chunk]], error[distinct[chunk]], context, settings
        )
        pieces = pieces[_holds_something(pieces)] if many else pieces
        tables.append(table)
        segments.append(pieces.assign(_route=chunk[pieces["_route"].to_numpy()]))
        proofs.append(proof.assign(_route=chunk[proof["_route"].to_numpy()]))
    ids = rows["supplier_id"].to_numpy(dtype=object)
    found = _routes_table(rows, routes, as_of, pd.concat(tables, ignore_index=True), at, of, context, settings)
    shown, owner = _each(pd.concat(segments, ignore_index=True), of)
    proof, whose = _each(pd.concat(proofs, ignore_index=True), of)
    evidence = conform(proof.assign(site_id=ids[at[whose]]), EVIDENCE).assign(segment=proof["segment"].to_numpy())
    return Transit(
        conform(found, ROUTES),
        conform(shown.assign(supplier_id=ids[at[owner]]), SEGMENTS),
        evidence,
        routes.lines,
        bool(many),
    )


def _rough_km(line: Floats | None) -> float:
    """About how long a line is, for parting the work."""
    assert line is not None
    return float(np.hypot(*np.diff(line, axis=0).T).sum()) * 111.3


def _chunks(km: list[float], settings: RouteSettings) -> list[npt.NDArray[np.int64]]:
    """Routes that are worked out together, so that memory does not grow with their number; one empty chunk for none."""
    points = np.cumsum([k / settings.step_km + 2 for k in km])
    part = (points // POINTS_AT_ONCE).astype(np.int64)
    cuts = np.flatnonzero(np.diff(part)) + 1
    return np.split(np.arange(len(km), dtype=np.int64), cuts)


def _each(frame: pd.DataFrame, of: npt.NDArray[np.int64]) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """The rows of the distinct routes, once for every row of the list that takes it, and which row that is."""
    route = frame["_route"].to_numpy(np.int64)
    start, stop = np.searchsorted(route, of), np.searchsorted(route, of, side="right")
    size = stop - start
    owner = np.repeat(np.arange(len(of)), size)
    pick = np.arange(len(owner)) - np.repeat(np.cumsum(size) - size, size) + np.repeat(start, size)
    return frame.iloc[pick].reset_index(drop=True), owner


def _holds_something(segments: pd.DataFrame) -> pd.Series[bool]:
    """Segments along which anything was found."""
    found_on_it: pd.Series[bool] = (
        (segments["incidents_possible"] > 0)
        | (segments["exposed_km_possible"] > 0)
        | (segments["roadblocks"] > 0)
        | (segments["zones"] != "")
        | (segments["listed"] != "")
    )
    return found_on_it


def _some(
    lines: Sequence[Floats | None], as_of: Days, error_km: Floats, context: Context, settings: RouteSettings
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Some routes worked out: a row each, their segments, and their evidence; `_route` is the position of the route."""
    cut_routes = cut([line for line in lines if line is not None], settings)
    along = incidents_along(cut_routes, context.incidents, as_of, settings, error_km)
    met = crossed(cut_routes, as_of, context)
    blocks = _roadblocks(cut_routes, as_of, context.visits, settings)
    segments = _segments(cut_routes, along)
    for name, (by_segment, _by_route, _changes) in met.items():
        segments[name] = pd.array([(";" if name == "countries" else "; ").join(v) for v in by_segment], dtype="str")
    segments["roadblocks"], segments["armed_roadblocks"] = blocks[0], blocks[1]
    worst_of = worst(segments, cut_routes.segment_route, len(lines))
    table = _route_table(cut_routes, along, met, blocks, worst_of)
    return table, segments.assign(_route=cut_routes.segment_route), _evidence(cut_routes, along, context, settings)


def _segments(cut_routes: Cut, along: Along) -> pd.DataFrame:
    first, last = cut_routes.ends()
    return along.segments.assign(
        segment=cut_routes.segment_number,
        from_km=(cut_routes.from_m / 1000).round(6),
        to_km=(cut_routes.to_m / 1000).round(6),
        lon_from=cut_routes.lon[first].round(6),
        lat_from=cut_routes.lat[first].round(6),
        lon_to=cut_routes.lon[last].round(6),
        lat_to=cut_routes.lat[last].round(6),
    )


def _roadblocks(
    cut_routes: Cut, as_of: Days, visits: pd.DataFrame, settings: RouteSettings
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Roadblocks and armed ones per segment, then per route: of each site the newest informative visit counts."""
    s, r = len(cut_routes.segment_route), len(cut_routes.length_m)
    zero = (np.zeros(s, np.int64), np.zeros(s, np.int64), np.zeros(r, np.int64), np.zeros(r, np.int64))
    seen = visits[visits["informative"] & visits["visit_date"].notna() & visits["lon"].notna() & visits["lat"].notna()]
    if not len(seen) or not len(cut_routes.lon):
        return zero
    seen = seen.sort_values(["source", "site_id", "visit_date"], kind="stable")
    day = to_days(seen["visit_date"])
    site = pd.factorize(seen["source"] + "\x1f" + seen["site_id"])[0]
    # A visit speaks until the next day on which somebody went there.
    later = np.full(len(day), np.iinfo(np.int64).max)
    for i in range(len(day) - 2, -1, -1):
        if site[i] == site[i + 1]:
            later[i] = day[i + 1] if day[i + 1] != day[i] else later[i + 1]
    blocked = seen["roadblock"].fillna(False).to_numpy(bool) | seen["armed_roadblock"].fillna(False).to_numpy(bool)
    armed = seen["armed_roadblock"].fillna(False).to_numpy(bool)
    rows = np.flatnonzero(blocked)
    if not len(rows):
        return zero
    route = cut_routes.point_route
    pairs = within(
        cut_routes.lon,
        cut_routes.lat,
        seen["lon"].to_numpy(np.float64)[rows],
        seen["lat"].to_numpy(np.float64)[rows],
        day[rows],
        radius_m=settings.roadblock_km * 1000,
        as_of_day=as_of[route],
        window_days=as_of[route] - months_before(as_of[route], settings.months),
    )
    visit = rows[pairs.incident]
    keep = later[visit] > as_of[route[pairs.site]]
    point, visit = pairs.site[keep], visit[keep]
    out = []
    for group, size in ((cut_routes.point_segment[point], s), (route[point], r)):
        for mask in (np.ones(len(visit), bool), armed[visit]):
            pair = np.unique(group[mask] * (int(site.max()) + 1) + site[visit[mask]])
            out.append(np.bincount(pair // (int(site.max()) + 1), minlength=size).astype(np.int64))
    return out[0], out[1], out[2], out[3]


def _route_table(
    cut_routes: Cut,
    along: Along,
    met: Crossed,
    blocks: tuple[npt.NDArray[np.int64], ...],
    worst_of: Floats,
) -> pd.DataFrame:
    table = along.routes.assign(
        length_km=(cut_routes.length_m / 1000).round(6),
        segments=np.bincount(cut_routes.segment_route, minlength=len(cut_routes.length_m)).astype(np.float64),
        worst_segment=worst_of,
        roadblocks=blocks[2],
        armed_roadblocks=blocks[3],
    )
    table["countries"] = [";".join(v) for v in met["countries"][1]]
    table["borders"] = ["; ".join(v) for v in met["countries"][2]]
    table["zones"] = ["; ".join(v) for v in met["zones"][1]]
    table["listed"] = ["; ".join(v) for v in met["listed"][1]]
    return table


def _routes_table(
    rows: pd.DataFrame,
    routes: Routes,
    as_of: Days,
    table: pd.DataFrame,
    at: npt.NDArray[np.int64],
    of: npt.NDArray[np.int64],
    context: Context,
    settings: RouteSettings,
) -> pd.DataFrame:
    """One row for each row of the list that has a route of any kind."""
    every = np.array(routes.basis, dtype=object)
    kept = np.flatnonzero(every != "none")
    n, basis, as_of, at = len(kept), every[kept], as_of[kept], np.searchsorted(kept, at)
    rows = rows.iloc[kept].reset_index(drop=True)
    out = pd.DataFrame(index=range(n))
    for name in table.columns:
        text = name in ("countries", "borders", "zones", "listed")
        column = np.full(n, "" if text else np.nan, dtype=object if text else np.float64)
        column[at] = table[name].to_numpy(dtype=object if text else np.float64)[of]
        out[name] = column
    if not len(context.visits):
        out[["roadblocks", "armed_roadblocks"]] = np.nan
    out["supplier_id"] = rows["supplier_id"].to_numpy(dtype=object)
    out["route_basis"], out["access_km"] = basis, routes.access_km[kept]
    out["note"] = np.array(routes.note, dtype=object)[kept]
    out["as_of"] = to_dates(as_of)
    lists = [
        list(dict.fromkeys([c for c in (*str(found).split(";"), *str(stated).split(";")) if c]))
        for found, stated in zip(out["countries"], rows["route_countries"], strict=True)
    ]
    out["countries"] = [";".join(v) for v in lists]
    flat = [(i, c) for i, v in enumerate(lists) for c in v]
    who = np.array([i for i, _ in flat], dtype=np.int64)
    iso = np.array([c for _, c in flat], dtype=object)
    day = as_of[who]
    own = covering_sources(context.coverage, context.datasets, iso, months_before(day, settings.months), day)
    covered = np.logical_or.reduce(list(own.values())) if own else np.zeros(len(iso), bool)
    out["uncovered"] = _joined(n, who[~covered], iso[~covered])
    frank = _in_table(iso, day, context.covered_countries, "valid_from", "valid_to")
    out["dodd_frank_countries"] = _joined(n, who[frank], iso[frank])
    under = _in_table(iso, day, context.restricted_countries, "restricted_from", "restricted_to")
    out["kp_restricted"] = _joined(n, who[under], iso[under])
    out["kp_on_route"] = kimberley_on_route(pd.Series(out["countries"], dtype="str"), rows["minerals"], out["as_of"])
    only = basis == "countries"
    counted = np.zeros(n)
    np.add.at(counted, who[only[who]], country_counts(context.incidents, iso, day, settings.months)[0][only[who]])
    out["country_incidents"] = np.where(only, counted, np.nan)
    return out


def country_counts(
    incidents: Incidents, country: Texts, as_of: Days, months: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Incidents and deaths of a whole country in the window, of any precision; of the source with most incidents.

    Parameters
    ----------
    incidents
        The incidents, ready to be asked.
    country
        Country of each row (ISO 3166 alpha-3); blank where not known.
    as_of
        The date of each site, time of events and not of knowledge [days since 1970-01-01].
    months
        Length of the window [months].
    """
    events, deaths = np.zeros(len(country), np.int64), np.zeros(len(country), np.int64)
    where = incidents.frame["country"].to_numpy(dtype=object)
    known: dict[tuple[str, int], tuple[int, int]] = {}
    for i, (iso, day) in enumerate(zip(country, as_of.tolist(), strict=True)):
        if (iso, day) not in known:
            after = months_before(np.array([day]), months)[0]
            rows = (where == iso) & (incidents.start <= day) & (incidents.end > after) & (incidents.best >= 1)
            size = max(len(incidents.sources), 1)
            count = np.bincount(incidents.source[rows], minlength=size)
            died = np.bincount(incidents.source[rows], weights=incidents.best[rows], minlength=size)
            best = int(np.lexsort((died, count))[-1])
            known[iso, day] = int(count[best]), int(died[best])
        events[i], deaths[i] = known[iso, day]
    return events, deaths


def _joined(n: int, row: npt.NDArray[np.int64], value: Texts) -> list[str]:
    out: list[list[str]] = [[] for _ in range(n)]
    for i, v in zip(row.tolist(), value, strict=True):
        out[i].append(str(v))
    return [";".join(v) for v in out]


def _in_table(iso: Texts, day: Days, table: pd.DataFrame, start_column: str, end_column: str) -> npt.NDArray[np.bool_]:
    out = np.zeros(len(iso), dtype=bool)
    start, end = to_days(table[start_column]), to_days(table[end_column])
    end = np.where(end == NO_DAY, np.iinfo(np.int64).max, end)
    for i, country in enumerate(table["country"]):
        if start[i] != NO_DAY:
            out |= (iso == country) & (start[i] <= day) & (day < end[i])
    return out


def _evidence(cut_routes: Cut, along: Along, context: Context, settings: RouteSettings) -> pd.DataFrame:
    """The incidents along every route, each once, at its nearest segment."""
    order = np.lexsort((along.distance_m, along.incident, cut_routes.segment_route[along.segment]))
    route, incident = cut_routes.segment_route[along.segment][order], along.incident[order]
    once = np.ones(len(order), dtype=bool)
    once[1:] = (np.diff(route) != 0) | (np.diff(incident) != 0)
    rows = order[once]
    what = along.incident[rows]
    source = context.incidents.frame
    frame = pd.DataFrame({name: source[name].array.take(what) for name in _COPIED})
    frame = frame.assign(
        kind="transit",
        precision=context.incidents.precision[what].astype(np.float64),
        distance_m=along.distance_m[rows].round(3),
        fact=pd.array(along.kind[rows], dtype="str"),
        limit_km=settings.within_km,
        limit_months=float(settings.months),
        provisional=pd.array(source["provisional"].to_numpy()[what], dtype="boolean"),
    )
    shut = source["restricted"].to_numpy(np.bool_)[what]
    ground = N_("OECD red flag: transit through a conflict-affected or high-risk area")
    evidence = withheld(conform(frame.assign(ground=ground), EVIDENCE).assign(restricted=shut))
    segment = cut_routes.segment_number[along.segment[rows]].astype(np.float64)
    return evidence.assign(segment=segment, _route=route[once])


_COPIED: tuple[str, ...] = ("record_id", "dataset", "dataset_version", "date_start", "date_end", "date_prec")
_COPIED += (
    "deaths_best",
    "deaths_low",
    "deaths_high",
    "deaths_civilians",
    "effect",
    "violence",
    "actor_a",
    "actor_b",
    "place",
    "provisional",
)

__all__ = ["Context", "Routes", "Transit", "country_counts", "no_routes", "routes_of_rows", "screen_routes"]
