"""Pairs of sites and incidents put together by site: events and deaths per source, the source with most, the latest."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiles
from geo.records.incidents import Incidents
from geo.spatial.runs import run_of
from geo.time_window import Days

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def per_site(key: Ints, incident: Ints, deaths: Floats, incidents: Incidents, n: int) -> tuple[Floats, Floats]:
    """Events and deaths per source and position `key`, shape (sources, n); sources are never added together.

    Parameters
    ----------
    key
        Position of the site of each pair, below `n`.
    incident
        Incident of each pair.
    deaths
        Deaths of each pair [people].
    incidents
        The incidents, ready to be asked.
    n
        Number of sites.
    """
    sources = max(len(incidents.sources), 1)
    if compiles(n * len(incidents)):
        from geo.compiled.site_loops import add_up

        both: Floats = np.zeros((2, sources, n))
        add_up(key, incident, incidents.source, deaths, both[0], both[1])
        return both[0], both[1]
    at = incidents.source[incident] * n + key
    counted = np.bincount(at, minlength=sources * n).astype(np.float64).reshape(sources, n)
    summed = np.bincount(at, weights=deaths[incident], minlength=sources * n).reshape(sources, n)
    return counted, np.asarray(summed, dtype=np.float64)


def most(events: Floats, deaths: Floats) -> tuple[Ints, Floats, Floats]:
    """Of the source with most events (then deaths) at each position: its number, events and deaths.

    Parameters
    ----------
    events
        Events by source and position, shape (sources, n).
    deaths
        Deaths by source and position, shape (sources, n).
    """
    best = np.lexsort((deaths, events), axis=0)[-1]
    rows = np.arange(events.shape[1])
    return best, events[best, rows], deaths[best, rows]


def newest(site: Ints, incident: Ints, days: Days, incidents: Incidents) -> Ints:
    """Of pairs that stand by site the first of each site's latest day, by the last day of an incident to the date.

    Parameters
    ----------
    site
        Site of each pair, ascending.
    incident
        Incident of each pair.
    days
        The date of each site [days since 1970-01-01].
    incidents
        The incidents, ready to be asked.
    """
    if compiles(len(days) * len(incidents)):
        from geo.compiled import site_loops

        first = np.empty(len(site), np.int64)
        return first[: site_loops.newest(site, incident, incidents.end, days, first)]
    day = np.minimum(incidents.end.take(incident), days.take(site))
    start = starts(site)
    last = np.maximum.reduceat(day, start) if len(start) else day
    on_it = np.flatnonzero(day == last.take(run_of(np.diff(start, append=len(site)))))
    return on_it.take(starts(site.take(on_it)))


def starts(site: Ints) -> Ints:
    """Where each site's run begins; pairs stand by site.

    Parameters
    ----------
    site
        Site of each pair, ascending.
    """
    begins = np.ones(len(site), np.bool_)
    np.not_equal(site[1:], site[:-1], out=begins[1:])
    return np.flatnonzero(begins)
