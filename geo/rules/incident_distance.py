"""The distance rules (C1, H1, H2, H4): incidents around each site, per source, nominal, certain and possible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.records.incidents import Incidents
from geo.rules.evidence import Evidence
from geo.rules.finding import Finding
from geo.rules.rule_set import Rule, Rules
from geo.spatial.proximity import nearest, within
from geo.time_window import NO_DAY, Days, months_before

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FIGURE_KM, FIGURE_MONTHS = 20.0, 12
"""What the columns incidents_20km_12m and deaths_20km_12m count."""
NEAREST_MONTHS = 36
LATEST_KM = 50.0

_ERROR_BANDS_KM = (5.0, 25.0, 100.0)
"""Sites are searched in groups of like position error, so that one vague site does not widen everyone's circle."""


@dataclass(frozen=True)
class Near:
    """What the distance rules found, and the figures that stand beside the classes (one per site)."""

    findings: list[Finding]
    incidents_20km_12m: Ints
    deaths_20km_12m: Ints
    nearest_m: Floats
    latest_day: Days


@dataclass(frozen=True)
class _Pairs:
    """Every incident that may matter to a site, by (site, distance, incident); `reach` is its uncertainty in metres."""

    site: Ints
    incident: Ints
    distance: Floats
    reach: Floats
    after: dict[int, Bools]  # months -> pair lies in the window of that many months


def ask(
    rules: Rules,
    lon: Floats,
    lat: Floats,
    error_km: Floats,
    as_of: Days,
    incidents: Incidents,
    evidence: Evidence,
) -> Near:
    """Asks every distance rule of every site.

    Parameters
    ----------
    lon, lat
        Degrees on WGS 84, one per site; NaN where the position is not known: then every rule is unknown.
    error_km
        Position error of each site [km]; NaN where it is not known: then nothing measured from it is certain and
        everything is possible.
    as_of
        Days since 1970-01-01, one per site.
    """
    n = len(lon)
    known = np.isfinite(lon) & np.isfinite(lat)
    asked = rules.of_kind("near")
    months = sorted({t.months for r in asked for t in r.tests} | {FIGURE_MONTHS, NEAREST_MONTHS})
    widest_m = max([r.within_km for r in asked] + [LATEST_KM]) * 1000
    pairs = _pairs(lon, lat, error_km, as_of, incidents, known, widest_m, months, rules.settings.imprecise_radius_km)
    findings = [_ask_one(rule, pairs, known, error_km, incidents, evidence) for rule in asked]
    nominal = (incidents.best >= 1)[pairs.incident]
    exact = nominal & (incidents.precision == 1)[pairs.incident] & pairs.after[FIGURE_MONTHS]
    exact &= pairs.distance <= FIGURE_KM * 1000
    events, deaths = _per_site(pairs, exact, incidents, incidents.best, n)
    best = np.lexsort((deaths, events), axis=0)[-1] if len(events) else np.zeros(n, np.int64)
    rows = np.arange(n)
    near_m, latest = _nearest(pairs, nominal, lon, lat, as_of, incidents, known, evidence)
    return Near(
        findings,
        events[best, rows].astype(np.int64) if len(events) else np.zeros(n, np.int64),
        deaths[best, rows].astype(np.int64) if len(events) else np.zeros(n, np.int64),
        near_m,
        latest,
    )


def _pairs(
    lon: Floats,
    lat: Floats,
    error_km: Floats,
    as_of: Days,
    incidents: Incidents,
    known: Bools,
    widest_m: float,
    months: list[int],
    imprecise_km: float,
) -> _Pairs:
    site_parts, incident_parts, distance_parts = [], [], []
    reach_of = np.where(incidents.precision == 2, imprecise_km * 1000, 0.0)
    placed = np.isfinite(incidents.lon) & np.isfinite(incidents.lat) & (incidents.high >= 1)
    error = np.where(np.isfinite(error_km), error_km, 0.0)
    limits = sorted({*_ERROR_BANDS_KM, float(error.max(initial=0.0))})
    longest = months_before(as_of, max(months))
    low = -1.0
    for limit in limits:
        sites = np.flatnonzero(known & (error > low) & (error <= limit))
        low = limit
        if not len(sites):
            continue
        margin = float(error[sites].max()) * 1000
        for precision in (1, 2):
            rows = np.flatnonzero(placed & (incidents.precision == precision))
            if not len(rows):
                continue
            found = within(
                lon[sites],
                lat[sites],
                incidents.lon[rows],
                incidents.lat[rows],
                incidents.start[rows],
                radius_m=widest_m + margin + (imprecise_km * 1000 if precision == 2 else 0.0),
                as_of_day=as_of[sites],
                window_days=as_of[sites] - longest[sites],
                incident_end_day=incidents.end[rows],
            )
            site_parts.append(sites[found.site])
            incident_parts.append(rows[found.incident])
            distance_parts.append(found.distance_m)
    none = np.zeros(0, np.int64)
    site = np.concatenate(site_parts or [none])
    incident = np.concatenate(incident_parts or [none])
    distance = np.concatenate(distance_parts or [np.zeros(0)])
    # A group is searched as wide as its vaguest site needs; what a site is told must not depend on its neighbours.
    reach = reach_of[incident] + error[site] * 1000
    order = np.flatnonzero(np.round(distance, 3) - reach <= widest_m)
    order = order[_sorted(site[order], distance[order], incident[order])]
    site, incident, distance, reach = site[order], incident[order], distance[order], reach[order]
    ends = incidents.end[incident]
    after = {m: ends > months_before(as_of, m)[site] for m in months}
    return _Pairs(site, incident, distance, reach, after)


def _sorted(site: Ints, distance: Floats, incident: Ints) -> Ints:
    """The order (site, distance, incident) of pairs that come as a few sorted runs: merging them is nearly free."""
    key = np.empty(len(site), np.complex128)  # compared by its real part, then by the other; sites count exactly in it
    key.real, key.imag = site, distance
    order = np.argsort(key, kind="stable")
    key, ordered = key[order], incident[order]
    if ((key[1:] == key[:-1]) & (ordered[1:] < ordered[:-1])).any():
        return np.lexsort((incident, distance, site))  # two incidents of two runs at one place
    return order


def _per_site(pairs: _Pairs, mask: Bools, incidents: Incidents, deaths: Floats, n: int) -> tuple[Floats, Floats]:
    """Events and deaths per source and site, shape (sources, sites); sources are never added together."""
    sources = len(incidents.sources)
    which = np.flatnonzero(mask)
    inc = pairs.incident[which]
    key = incidents.source[inc] * n + pairs.site[which]
    events = np.bincount(key, minlength=sources * n).astype(np.float64).reshape(sources, n)
    summed = np.bincount(key, weights=deaths[inc], minlength=sources * n).reshape(sources, n)
    return events, np.asarray(summed, dtype=np.float64)


def _fires(
    rule: Rule, pairs: _Pairs, mask: Bools, counts: Floats, deaths: Floats, incidents: Incidents, n: int
) -> tuple[Bools, Bools]:
    """Which sites fire (one source alone is enough), and which pairs of `mask` lie in a window that was asked.

    `counts` are the deaths that make an incident count at all (1 or more), `deaths` those that are summed.
    """
    fired = np.zeros(n, np.bool_)
    used = np.zeros(len(mask), np.bool_)
    mask = mask & (counts >= 1)[pairs.incident]
    for test in rule.tests:
        inside = mask & pairs.after[test.months]
        used |= inside
        events, summed = _per_site(pairs, inside, incidents, deaths, n)
        if test.min_events:
            fired |= (events >= test.min_events).any(axis=0)
        if test.min_deaths:
            fired |= (summed >= test.min_deaths).any(axis=0)
    return fired, used


def _ask_one(
    rule: Rule, pairs: _Pairs, known: Bools, error_km: Floats, incidents: Incidents, evidence: Evidence
) -> Finding:
    n = len(known)
    limit_m = rule.within_km * 1000
    precise = np.isin(incidents.precision, rule.precision)
    # An incident known to 25 km may truly lie anywhere around its point: what asks for a place may be true of it.
    may_be = precise | ((incidents.precision == 2) if 1 in rule.precision else np.zeros(len(incidents), np.bool_))
    here = precise[pairs.incident]
    known_error = np.isfinite(error_km)
    best, low, high = incidents.best, incidents.low, incidents.high
    fired, used = _fires(rule, pairs, here & (pairs.distance <= limit_m), best, best, incidents, n)
    # Evidence shows millimetres; what is certain or possible is decided on what is shown, so that it can be re-derived.
    shown = np.round(pairs.distance, 3)
    surely = here & (shown + pairs.reach <= limit_m) & known_error[pairs.site]
    certain, _ = _fires(rule, pairs, surely, low, low, incidents, n)
    maybe = may_be[pairs.incident] & (shown - pairs.reach <= limit_m)
    possible, hinted = _fires(rule, pairs, maybe, high, high, incidents, n)
    possible |= known & ~known_error
    limit = rule.limit()

    rows = np.flatnonzero(used & fired[pairs.site])
    evidence.incidents("incident", rule.id, pairs.site[rows], pairs.incident[rows], pairs.distance[rows], "", limit)
    rows = np.flatnonzero((used | hinted) & ~fired[pairs.site])
    value = np.where(
        used[rows], "counts, below the threshold", "possible: place, distance or deaths are not certain"
    ).astype(object)
    evidence.incidents("near_miss", rule.id, pairs.site[rows], pairs.incident[rows], pairs.distance[rows], value, limit)
    # The nearest one beyond the limit, where nothing else comes near.
    alone = ~fired
    alone[pairs.site[rows]] = False
    far = np.flatnonzero(here & pairs.after[rule.longest_months] & (best >= 1)[pairs.incident] & alone[pairs.site])
    first = far[_starts(pairs.site[far])]
    beyond = np.array([f"{d - limit_m:.0f} m beyond the limit" for d in pairs.distance[first]], dtype=object)
    evidence.incidents(
        "near_miss", rule.id, pairs.site[first], pairs.incident[first], pairs.distance[first], beyond, limit
    )
    alone[pairs.site[first]] = False
    nothing = np.flatnonzero(alone & known)
    said = f"nothing that counts within {rule.within_km:g} km, nor near it, in {rule.longest_months} months"
    evidence.facts("near_miss", rule.id, nothing, value=said, limit=limit)
    return Finding.of(rule.id, fired, certain, possible, ~known)


def _starts(site: Ints) -> Ints:
    """Where each site's run begins; pairs stand by site."""
    return np.flatnonzero(np.diff(site, prepend=-1))


def _nearest(
    pairs: _Pairs,
    nominal: Bools,
    lon: Floats,
    lat: Floats,
    as_of: Days,
    incidents: Incidents,
    known: Bools,
    evidence: Evidence,
) -> tuple[Floats, Days]:
    """Nearest incident of precision 1 or 2 in 36 months at any distance, and the latest within 50 km."""
    n = len(lon)
    near_m = np.full(n, np.nan)
    latest = np.full(n, NO_DAY, np.int64)
    counted = np.flatnonzero(nominal & pairs.after[NEAREST_MONTHS])
    first = counted[_starts(pairs.site[counted])]
    near_site, near_incident, near_distance = pairs.site[first], pairs.incident[first], pairs.distance[first]
    # Beyond the rules' circles the search goes on, for the figure only.
    rest = np.setdiff1d(np.flatnonzero(known), near_site)
    rows = np.flatnonzero(
        (incidents.best >= 1) & (incidents.precision <= 2) & np.isfinite(incidents.lon) & np.isfinite(incidents.lat)
    )
    if len(rest) and len(rows):
        found, distance = nearest(
            lon[rest],
            lat[rest],
            incidents.lon[rows],
            incidents.lat[rows],
            incidents.start[rows],
            as_of_day=as_of[rest],
            window_days=as_of[rest] - months_before(as_of[rest], NEAREST_MONTHS),
            incident_end_day=incidents.end[rows],
        )
        has = found >= 0
        near_site = np.concatenate([near_site, rest[has]])
        near_incident = np.concatenate([near_incident, rows[found[has]]])
        near_distance = np.concatenate([near_distance, distance[has]])
    near_m[near_site] = np.round(near_distance, 3)
    evidence.incidents("near_miss", "", near_site, near_incident, near_distance, "nearest")
    around = counted[pairs.distance[counted] <= LATEST_KM * 1000]
    day = np.minimum(incidents.end[pairs.incident[around]], as_of[pairs.site[around]])
    start = _starts(pairs.site[around])
    newest = np.maximum.reduceat(day, start) if len(start) else day
    # Of several on that day the nearest, then the one of the lowest position: the first in the order of the pairs.
    on_it = np.flatnonzero(day == np.repeat(newest, np.diff(start, append=len(around))))
    last = on_it[_starts(pairs.site[around[on_it]])]
    latest[pairs.site[around[last]]] = day[last]
    # The day of a row that may not leave is part of that row.
    secret = incidents.frame["restricted"].to_numpy()[pairs.incident[around[last]]]
    latest[pairs.site[around[last]][secret]] = NO_DAY
    evidence.incidents(
        "near_miss", "", pairs.site[around[last]], pairs.incident[around[last]], pairs.distance[around[last]], "latest"
    )
    return near_m, latest
