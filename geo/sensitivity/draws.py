"""What the incidents' own uncertainty leaves of a class: places, days and deaths drawn again and again.

Every draw puts each incident at one exact place, on one day, with one number of deaths, all within what its source
says; the distance rules then ask it like any exact incident. The share of draws stands beside a class, never for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod

from geo.records.admin_units import IncidentUnits, Units
from geo.records.incidents import Incidents
from geo.rules.classify import AFFECTED
from geo.rules.incident_pairs import find_pairs, measure
from geo.rules.pair_sums import per_site
from geo.rules.rule_set import Rules
from geo.sensitivity.pass_once import CLASSES, Pass
from geo.sensitivity.scaling import distance_rules
from geo.spatial.prepared import prepare

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_GEOD = Geod(ellps="WGS84")
EXACT = 1
"""The precision that every drawn incident has."""


def shares(
    done: Pass,
    placed: Mapping[int, tuple[Units, IncidentUnits]],
    *,
    draws: int,
    seed: int,
    progress: Callable[[int, int], None] = lambda k, n: None,
) -> pd.DataFrame:
    """`site_id, source, draws`, and per class ``share_...``: in how many draws each site has it.

    Parameters
    ----------
    placed
        Units by level (2 and 1), for incidents known by a district or region only; without them those stay out.
    draws, seed
        How many, and where chance begins: the same seed gives the same shares.
    done
        The sites with all that is around them.
    progress
        Is told how far the work is; None: nobody asks.
    """
    rng = np.random.default_rng(seed)
    n = len(done)
    counts = np.zeros((len(CLASSES), n), np.int64)
    inc, where = _candidates(done, placed)
    for i in range(draws):
        codes = _codes(done, _drawn(inc, where, done.rules, placed, rng))
        for code in range(len(CLASSES)):
            counts[code] += codes == code
        progress(i + 1, draws)
    out = pd.DataFrame({"site_id": done.sites["site_id"], "source": done.sites["source"], "draws": draws})
    for code, cls in enumerate(CLASSES):
        out[f"share_{cls.replace(' ', '_').replace('-', '_')}"] = np.round(counts[code] / draws, 6)
    return out


def _candidates(done: Pass, placed: Mapping[int, tuple[Units, IncidentUnits]]) -> tuple[Incidents, Ints]:
    """Incidents that a draw may bring into a circle, and the unit that holds each (-1: a place of its own)."""
    inc = done.incidents
    unit = np.full(len(inc), -1, np.int64)
    usable = (inc.precision <= 2) & np.isfinite(inc.lon)
    for precision, level in ((3, 2), (4, 1)):
        if level in placed:
            mine = (inc.precision == precision) & (placed[level][1].code >= 0)
            unit[mine] = placed[level][1].code[mine]
            usable |= mine
    first = int(done.pairs.days.min(initial=0)) if len(done) else 0
    months = max((r.longest_months for r in distance_rules(done.rules)), default=0)
    usable &= inc.end + inc.slack > first - months * 31 - 31
    rows = np.flatnonzero(usable)
    return inc.take(rows), unit[rows]


def _drawn(
    inc: Incidents,
    unit: Ints,
    rules: Rules,
    placed: Mapping[int, tuple[Units, IncidentUnits]],
    rng: np.random.Generator,
) -> Incidents:
    m = len(inc)
    lon, lat = inc.lon.copy(), inc.lat.copy()
    vague = np.flatnonzero(inc.precision == 2)
    # Uniform over the disc: its radius grows with the root of the share of its area.
    metres = np.sqrt(rng.random(len(vague))) * rules.settings.imprecise_radius_km * 1000
    lon[vague], lat[vague], _ = _GEOD.fwd(lon[vague], lat[vague], rng.random(len(vague)) * 360, metres)
    for precision, level in ((3, 2), (4, 1)):
        rows = np.flatnonzero((inc.precision == precision) & (unit >= 0))
        if len(rows) and level in placed:
            lon[rows], lat[rows] = _in_units(placed[level][0], unit[rows], rng)
    begin, end = inc.start - inc.slack, inc.end + inc.slack
    day = begin + np.floor(rng.random(m) * (end - begin + 1)).astype(np.int64)
    best = inc.low + np.floor(rng.random(m) * (inc.high - inc.low + 1))
    return replace(
        inc, start=day, end=day, slack=np.zeros(m, np.int64), lon=lon, lat=lat, best=best, low=best, high=best,
        precision=np.full(m, EXACT, np.int64),
    )  # fmt: skip


def _in_units(units: Units, codes: Ints, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """One place in the polygon of each unit: uniform in its box by area, until it is inside."""
    assert units.boundaries is not None
    row_of = {int(c): i for i, c in enumerate(units.of_row)}
    shapes = units.boundaries.geometry[[row_of[int(c)] for c in codes]]
    prepare(shapes)
    west, south, east, north = shapely.bounds(shapes).T
    lon, lat = np.full(len(codes), np.nan), np.full(len(codes), np.nan)
    todo = np.arange(len(codes))
    for _ in range(200):
        if not len(todo):
            break
        x = west[todo] + rng.random(len(todo)) * (east[todo] - west[todo])
        low, high = np.sin(np.radians(south[todo])), np.sin(np.radians(north[todo]))
        y = np.degrees(np.arcsin(low + rng.random(len(todo)) * (high - low)))
        inside = shapely.intersects_xy(shapes[todo], x, y)
        lon[todo[inside]], lat[todo[inside]] = x[inside], y[inside]
        todo = todo[~inside]
    return lon, lat


def _codes(done: Pass, inc: Incidents) -> Ints:
    n, near = len(done), [r for r in distance_rules(done.rules) if EXACT in r.precision]
    sites = done.sites
    pairs = find_pairs(
        sites["lon"].to_numpy(np.float64),
        sites["lat"].to_numpy(np.float64),
        np.zeros(n),
        done.pairs.days,
        inc,
        widest_m=max([r.within_km for r in near] or [0.0]) * 1000,
        months=max([r.longest_months for r in near] or [1]),
        imprecise_km=0.0,
    )
    flags = {True: np.zeros(n, np.bool_), False: np.zeros(n, np.bool_)}
    for rule in near:
        inside = pairs.distance <= rule.within_km * 1000
        for test in rule.tests:
            counted, deaths = measure(rule, test, inc)
            use = np.flatnonzero(inside & counted[pairs.incident] & pairs.inside(test.months))
            events, summed = per_site(pairs.site[use], pairs.incident[use], deaths, inc, n)
            hit = np.zeros(n, np.bool_)
            if test.min_events:
                hit |= (events >= test.min_events).any(axis=0)
            if test.min_deaths:
                hit |= (summed >= test.min_deaths).any(axis=0)
            flags[rule.cls == AFFECTED] |= hit & done.asked[rule.id]
    return done.code(flags[True], flags[False])
