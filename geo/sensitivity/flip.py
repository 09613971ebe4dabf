"""What would flip a class: the nearest radius, window or threshold at which it changes, and the incident behind."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.rules.classify import AFFECTED, HIGH_RISK
from geo.rules.incident_pairs import measure
from geo.rules.pair_sums import starts
from geo.rules.rule import Rule, Test
from geo.sensitivity.pass_once import CLASSES, CODE, Pass
from geo.sensitivity.scaling import distance_rules
from geo.time_window import months_before

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

REACH = 3
"""Radii and windows are searched to so many times the limit."""
STEP_KM = 1e-6
COLUMNS = ("site_id", "source", "rule", "what", "current", "flips_at", "class_now", "class_then", "record_id")


@dataclass(frozen=True)
class _NearIncidents:
    """Counted incidents of one row, source and test, by distance: their distances, deaths, last days and positions."""

    distance: Floats
    deaths: Floats
    end: Ints
    incident: Ints


@dataclass(frozen=True)
class Flip:
    """One number that would change a class: from `current` to `flips_at`; `record` is the incident that decides."""

    what: str
    current: float
    at: float
    record: int


def flips(done: Pass) -> pd.DataFrame:
    """Per site and distance rule the nearest value of each number at which the class changes (:data:`COLUMNS`).

    `what` is ``radius_km`` (to 1e-6, rounded so that applying it flips), ``window_months``, ``events`` or ``deaths``;
    one number of one rule changes, all else stays. The pass must reach to :data:`REACH` times radius and window. What
    no value of a number changes has no row for it. Where its licence withholds a
    record, `record_id` is blank and its radius a whole kilometre, which still flips.

    Parameters
    ----------
    done
        The sites with all that is around them, wide and long enough.
    """
    pairs, n = done.pairs, len(done)
    near = distance_rules(done.rules)
    first = starts(pairs.site)
    begin = dict(zip(pairs.site[first].tolist(), first.tolist(), strict=True))
    ends = np.append(first[1:], len(pairs.site))[: len(first)]
    stop = dict(zip(pairs.site[first].tolist(), ends.tolist(), strict=True))
    sets = {r.id: [measure(r, t, done.incidents) for t in r.tests] for r in near}
    fired = {r.id: np.zeros(n, np.bool_) for r in near}
    found: dict[tuple[str, int], list[Flip]] = {}
    for rule in near:
        for row in np.flatnonzero(done.asked[rule.id]).tolist():
            part = slice(begin.get(row, 0), stop.get(row, 0))
            fired[rule.id][row], found[rule.id, row] = _of_rule(done, rule, sets[rule.id], row, part)
    rows = []
    secret = done.incidents.restricted
    ids = done.incidents.frame["record_id"].to_numpy(dtype=object)
    for rule in near:
        code = CODE[rule.cls]
        for row in range(n):
            others = [CODE[r.cls] for r in near if r.id != rule.id and fired[r.id][row]]
            without = max([int(done.fixed[row]), *others])
            if without >= code:
                continue
            now, then = (code, without) if fired[rule.id][row] else (without, code)
            for flip in found.get((rule.id, row), ()):
                hidden = flip.record >= 0 and bool(secret[flip.record])
                record = "" if flip.record < 0 or hidden else str(ids[flip.record])
                at = flip.at
                if hidden and flip.what == "radius_km":  # whole kilometres, outward: applying it still flips
                    at = float(math.ceil(at) if at > flip.current else math.floor(at))
                rows.append(
                    (done.sites["site_id"].iloc[row], done.sites["source"].iloc[row], rule.id, flip.what, flip.current,
                     at, CLASSES[now], CLASSES[then], record)
                )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of_rule(
    done: Pass, rule: Rule, sets: list[tuple[Bools, Floats]], row: int, part: slice
) -> tuple[bool, list[Flip]]:
    """Whether a rule fires for a row, and for each of its numbers where that would change."""
    tests = [(t, list(_by_source(done, rule, s, part))) for t, s in zip(rule.tests, sets, strict=True)]
    day = np.array([done.pairs.days[row]])
    limit = rule.within_km * 1000
    met = [_is_met(t, groups, limit, day) for t, groups in tests]
    fires = any(met)
    out = [*_radius(rule, tests, day, fires)]
    for i, (test, groups) in enumerate(tests):
        if fires and any(m for j, m in enumerate(met) if j != i):
            continue
        out += [*_month_span(test, groups, limit, day, fires), *_thresholds(test, groups, limit, day, fires)]
    return fires, out


def _by_source(done: Pass, rule: Rule, counted: tuple[Bools, Floats], part: slice) -> Iterator[_NearIncidents]:
    inc, pairs = done.incidents, done.pairs
    incident = pairs.incident[part]
    keep = counted[0][incident] & np.isin(inc.precision[incident], rule.precision)
    incident, distance = incident[keep], pairs.distance[part][keep]
    for source in np.unique(inc.source[incident]):
        mine = inc.source[incident] == source
        at = incident[mine]
        yield _NearIncidents(distance[mine], counted[1][at], inc.end[at], at)


def _inside(group: _NearIncidents, months: int, day: Ints) -> _NearIncidents:
    keep = group.end > int(months_before(day, months)[0])
    return _NearIncidents(group.distance[keep], group.deaths[keep], group.end[keep], group.incident[keep])


def _is_met(test: Test, groups: list[_NearIncidents], limit: float, day: Ints) -> bool:
    for group in (_inside(g, test.months, day) for g in groups):
        near = group.distance <= limit
        if test.min_events and near.sum() >= test.min_events:
            return True
        if test.min_deaths and group.deaths[near].sum() >= test.min_deaths:
            return True
    return False


def _reached(test: Test, order: Floats, deaths: Floats) -> list[int]:
    """Positions in an order of incidents at which a threshold is first met."""
    out = []
    if test.min_events and len(order) >= test.min_events:
        out.append(test.min_events - 1)
    if test.min_deaths and len(order) and deaths.sum() >= test.min_deaths:
        out.append(int(np.searchsorted(np.cumsum(deaths), test.min_deaths)))
    return out


def _radius(rule: Rule, tests: list[tuple[Test, list[_NearIncidents]]], day: Ints, fires: bool) -> Iterator[Flip]:
    """The radius from which the rule fires: it is one number, whichever test meets it first."""
    best: tuple[float, int] | None = None
    for test, groups in tests:
        for group in (_inside(g, test.months, day) for g in groups):
            for k in _reached(test, group.distance, group.deaths):
                if best is None or group.distance[k] < best[0]:
                    best = (float(group.distance[k]), int(group.incident[k]))
    if best is None:
        return
    metres, record = best
    if not fires:
        km = round(math.ceil(metres / 1000 / STEP_KM) * STEP_KM, 6)
        while km * 1000 < metres:
            km = round(km + STEP_KM, 6)
        if km <= rule.within_km * REACH:
            yield Flip("radius_km", rule.within_km, km, record)
        return
    km = round(math.floor(metres / 1000 / STEP_KM) * STEP_KM, 6)
    while km * 1000 >= metres:
        km = round(km - STEP_KM, 6)
    if km >= 0:
        yield Flip("radius_km", rule.within_km, km, record)


def _month_span(test: Test, groups: list[_NearIncidents], limit: float, day: Ints, fires: bool) -> Iterator[Flip]:
    """The months from which the test is met: the last day that its k-th newest incident has must lie in them."""
    best: tuple[int, int] | None = None
    for group in groups:
        near = group.distance <= limit
        end, deaths, incident = group.end[near], group.deaths[near], group.incident[near]
        newest = np.lexsort((incident, -end))
        end, deaths, incident = end[newest], deaths[newest], incident[newest]
        for k in _reached(test, end.astype(np.float64), deaths):
            months = _months_to(int(end[k]), day, test.months * REACH)
            if months is not None and (best is None or months < best[0]):
                best = (months, int(incident[k]))
    if best is None:
        return
    if not fires and best[0] > test.months:
        yield Flip("window_months", test.months, best[0], best[1])
    if fires and best[0] > 1:
        yield Flip("window_months", test.months, best[0] - 1, best[1])


def _months_to(end: int, day: Ints, most: int) -> int | None:
    """The fewest whole months whose window holds a last day; None where more than `most` would be needed."""
    # A longer window begins no later, so that what one holds the next one holds too.
    fewest = 1 + bisect.bisect_left(range(1, most + 1), True, key=lambda m: end > int(months_before(day, m)[0]))
    return fewest if fewest <= most else None


def _thresholds(test: Test, groups: list[_NearIncidents], limit: float, day: Ints, fires: bool) -> Iterator[Flip]:
    """The counts met now: asking one more than there are ends the rule, asking as many as there are begins it."""
    inside = [_inside(g, test.months, day) for g in groups]
    counts = [(int((g.distance <= limit).sum()), float(g.deaths[g.distance <= limit].sum()), g) for g in inside]
    if not counts:
        return
    events, deaths = max(c[0] for c in counts), max(c[1] for c in counts)
    by_events = bool(test.min_events) and events >= test.min_events
    by_deaths = bool(test.min_deaths) and deaths >= test.min_deaths
    for what, current, have, mine, other in (
        ("events", test.min_events, events, by_events, by_deaths),
        ("deaths", test.min_deaths, deaths, by_deaths, by_events),
    ):
        if not current or have < 1 or (fires and other):
            continue
        last = max(counts, key=lambda c: c[0] if what == "events" else c[1])[2]
        record = int(last.incident[np.flatnonzero(last.distance <= limit)[-1]])
        if fires and mine:
            yield Flip(what, current, math.floor(have) + 1, record)
        elif not fires:
            yield Flip(what, current, math.floor(have), record)


__all__ = ["AFFECTED", "COLUMNS", "HIGH_RISK", "REACH", "Flip", "flips"]
