"""What the incidents within a radius and a window of each site add up to, without making their pairs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.spatial.candidate_search import Hits, Search
from geo.spatial.runs import run_of
from geo.spatial.search_inputs import days, floats

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sums:
    """Per site and precision class, over the incidents within the radius and window; all of shape (sites, classes).

    Parameters
    ----------
    classes
        The precision classes, ascending, shape (classes,); one class 0 when no precision was given.
    count
        Number of incidents, int64; 0 where there is none.
    deaths_low, deaths_best, deaths_high
        Sums of the estimates [people], float64; 0.0 where there is none or the array was not given.
    nearest_m
        Distance of the nearest [m], NaN where there is none.
    latest_day
        Last day of the latest, days since 1970-01-01; the smallest int64 (numpy's NaT) where there is none.
    """

    classes: Ints
    count: Ints
    deaths_low: Floats
    deaths_best: Floats
    deaths_high: Floats
    nearest_m: Floats
    latest_day: Ints


def summarise(
    site_lon: npt.ArrayLike,
    site_lat: npt.ArrayLike,
    incident_lon: npt.ArrayLike,
    incident_lat: npt.ArrayLike,
    incident_day: npt.ArrayLike,
    *,
    radius_m: float,
    as_of_day: npt.ArrayLike,
    window_days: npt.ArrayLike,
    incident_end_day: npt.ArrayLike | None = None,
    precision: npt.ArrayLike | None = None,
    deaths_low: npt.ArrayLike | None = None,
    deaths_best: npt.ArrayLike | None = None,
    deaths_high: npt.ArrayLike | None = None,
) -> Sums:
    """Counts, deaths, nearest and latest per site and precision class, without making the pairs.

    The numbers are those of the pairs that :func:`geo.spatial.proximity.within` gives.

    Parameters
    ----------
    precision
        Class of each incident, small integers, shape (incidents,); without it all are one class 0.
    deaths_low, deaths_best, deaths_high
        Estimates [people], shape (incidents,); NaN counts as 0.
    site_lon, site_lat, incident_lon, incident_lat, incident_day, incident_end_day
        As :func:`geo.spatial.proximity.within` takes them.
    radius_m, as_of_day, window_days
        As :func:`geo.spatial.proximity.within` takes them.

    Raises
    ------
    ValueError
        Classes or estimates that are not one an incident, and what :func:`geo.spatial.proximity.within` raises.

    Examples
    --------
    >>> sums = summarise([15.79], [4.26], [15.80, 15.81], [4.26, 4.26], [16000, 16000], radius_m=20_000,
    ...                  as_of_day=16_100, window_days=365, precision=[1, 2], deaths_best=[3, 1])
    >>> sums.classes.tolist(), sums.count.tolist(), sums.deaths_best.tolist(), sums.nearest_m.round(1).tolist()
    ([1, 2], [[1, 1]], [[3.0, 1.0]], [[1110.1, 2220.3]])
    """
    search = Search(
        site_lon,
        site_lat,
        incident_lon,
        incident_lat,
        incident_day,
        radius_m=radius_m,
        as_of_day=as_of_day,
        window_days=window_days,
        incident_end_day=incident_end_day,
    )
    return _sums(search, precision, (deaths_low, deaths_best, deaths_high))


def _classes(kind: Ints) -> tuple[Ints, npt.NDArray[np.int32]]:
    """The classes in ascending order and each incident's place among them; one class 0 where there is no incident."""
    if not kind.size:
        return np.zeros(1, np.int64), np.zeros(0, np.int32)
    least = int(kind.min())
    if int(kind.max()) - least > 1 << 16:
        found, which = np.unique(kind, return_inverse=True)
        return found, which.astype(np.int32)
    classes: Ints = np.flatnonzero(np.bincount(kind - least)).astype(np.int64)
    place: npt.NDArray[np.int32] = np.zeros(int(classes[-1]) + 1, np.int32)
    place[classes] = np.arange(classes.size)
    return classes + least, place.take(kind - least)


def _sums(search: Search, precision: npt.ArrayLike | None, deaths: tuple[npt.ArrayLike | None, ...]) -> Sums:
    """Sums of each site, block by block."""
    n, m = search.n_sites, search.n_incidents
    kind = np.zeros(m, np.int64) if precision is None else days(precision).reshape(-1)
    weights = [None if w is None else np.nan_to_num(floats(w)) for w in deaths]
    if any(w is not None and w.size != m for w in (kind, *weights)):
        raise ValueError("precision and deaths need one value per incident")
    classes, place = _classes(kind)
    k = classes.size
    place = place.astype(np.min_scalar_type(k)).take(search.incident)  # 8 bits sort in a few passes
    last_day = search.last_day.take(search.incident)
    weights = [None if w is None else w.take(search.incident) for w in weights]
    count, latest = np.zeros((n, k), np.int64), np.full((n, k), np.iinfo(np.int64).min)
    near = np.full((n, k), np.nan)
    sums = [np.zeros((n, k)) for _ in weights]

    def work(blocks: Iterator[Hits]) -> None:
        for hits in blocks:
            doubtful = np.flatnonzero(search.doubtful(hits))
            if doubtful.size:
                some = hits.take(doubtful)
                out = doubtful[search.measure(some) > search.radius]
                if out.size:
                    keep = np.ones(hits.at.size, dtype=np.bool_)
                    keep[out] = False
                    hits = hits.take(np.flatnonzero(keep))
            if not hits.at.size:
                continue
            kinds = place.take(hits.at)
            if k > 1:
                hits = hits.take(np.argsort(kinds, kind="stable"))
            # Hits of one class and site stand together now: each such run is one cell of the tables.
            bounds = np.concatenate(([0], np.cumsum(np.bincount(kinds, minlength=k))))
            begins = np.ones(hits.at.size, dtype=np.bool_)
            np.not_equal(hits.local[1:], hits.local[:-1], out=begins[1:])
            begins[bounds[bounds < begins.size]] = True
            start = np.flatnonzero(begins)
            length = np.diff(start, append=hits.at.size)
            cell = (hits.sites.take(hits.local.take(start)), np.searchsorted(bounds, start, side="right") - 1)
            count[cell] = length
            for total, weight in zip(sums, weights, strict=True):
                if weight is not None:
                    total[cell] = np.add.reduceat(weight.take(hits.at), start)
            latest[cell] = np.maximum.reduceat(last_day.take(hits.at), start)
            # The shortest chord is the nearest, but for chords so alike that curvature could turn them.
            chord2 = np.minimum.reduceat(hits.chord2, start) * (1 + search.radius * search.radius * 1e-14) ** 2
            rows = np.flatnonzero(hits.chord2 <= chord2.take(run_of(length)))
            near[cell] = np.minimum.reduceat(search.measure(hits.take(rows)), np.searchsorted(rows, start))

    for _ in search.slabs(search.order(np.arange(n)), work):
        pass
    return Sums(classes, count, sums[0], sums[1], sums[2], near, latest)
