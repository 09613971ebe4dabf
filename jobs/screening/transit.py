"""What was found on the routes of a list: what lies along each, what it crosses, and the evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import InputError
from geo.messages import N_, Note
from geo.rules.coverage_gaps import covering_sources
from geo.rules.evidence import withheld
from geo.schema import EVIDENCE, conform
from geo.screening.route_exposure import POINTS_AT_ONCE, Along, Cut, RouteSettings, cut, incidents_along, worst
from geo.screening.schema import ROUTES, SEGMENTS
from geo.time_window import NO_DAY, Days, months_before, to_dates, to_days
from jobs.screening.country_counts import country_counts
from jobs.screening.crossings import Context, Crossed, crossed
from jobs.screening.listings import kimberley_on_route
from jobs.screening.roadblocks import roadblocks
from jobs.screening.row_routes import Routes

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]

MOST_SAMPLES = 60_000_000
"""Samples of all routes together: 50,000 routes of 1,200 km; else a small file keeps a machine busy for days."""
MOST_SEGMENTS = 500_000
"""Beyond this many segments only those with something on them are listed (and the record says so)."""


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
        The route of each row (:func:`jobs.screening.row_routes.routes_of_rows`).
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
    blocks = roadblocks(cut_routes, as_of, context.visits, settings)
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
