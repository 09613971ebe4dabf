"""All incidents within a radius and a time window of each site, exact on WGS 84: the one place for distances.

:func:`within` gives the pairs, :func:`within_chunks` the same in bounded pieces; :mod:`geo.spatial.nearby_sums` sums
without pairs, :mod:`geo.spatial.nearest_incident` finds the nearest at any distance. Membership equals
:class:`pyproj.Geod` for every pair: a grid finds candidates by straight chords (never longer than the geodesic),
:func:`geo.spatial.geodesic.arc_m` measures them, and where that is within a micrometre of the radius, or beyond 100 km,
`Geod.inv` decides. `distance_m` differs from `Geod` by at most 1e-8 m to 50 km, 4e-7 m to 100 km, not at all beyond.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.spatial.candidate_search import Candidates, Search
from geo.spatial.geodesic import ARC
from geo.spatial.repeated_places import RepeatedPlaces
from geo.spatial.runs import run_of, runs
from geo.threads import spread

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Array = npt.NDArray[Any]
Part = tuple[Ints, npt.NDArray[np.int32], tuple[Array, ...]]
"""Pairs of a block: sites, how many of each, and the columns incident, distance_m and what more is said of them."""

CHUNK_SITES = 1 << 15
"""Sites per piece of :func:`within_chunks`."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of a site and an incident, sorted by (site, distance_m, incident).

    Parameters
    ----------
    site, incident
        Positions in the arrays that were given, int64, shape (n,).
    distance_m
        Geodesic distance on WGS 84 [m], float64, shape (n,).
    more
        What the function that chose them says of each, arrays of shape (n,).
    """

    site: Ints
    incident: Ints
    distance_m: Floats
    more: tuple[Array, ...] = ()

    def __len__(self) -> int:
        return self.site.size


def within(
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
) -> Pairs:
    """All pairs with ``distance <= radius_m``, ``incident_day <= as_of_day`` and ``end > as_of_day - window_days``.

    Parameters
    ----------
    site_lon, site_lat, incident_lon, incident_lat
        Degrees on WGS 84, float64, shapes (sites,) and (incidents,). NaN is an unknown position and pairs with nothing.
    incident_day, incident_end_day
        First and last day, days since 1970-01-01; without last days each incident is its one day. NaT cast to int64
        pairs with nothing.
    radius_m
        Inclusive limit of the geodesic distance [m].
    as_of_day, window_days
        One number, or one per site.

    Returns
    -------
    Pairs
        Sorted by (site, distance_m, incident); positions, not labels.

    Raises
    ------
    ValueError
        Arrays of different length, a latitude outside [-90, 90], a radius that is negative or not finite.

    Examples
    --------
    >>> pairs = within([15.79], [4.26], [15.80, 16.5], [4.26, 4.26], [16000, 16000],
    ...                radius_m=20_000, as_of_day=16_100, window_days=365)
    >>> pairs.incident, pairs.distance_m.round(1)
    (array([0]), array([1110.1]))
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
    places = RepeatedPlaces.of(search)
    return found_by(search) if places is None else _at_places(places)


Chosen = Callable[[Ints, Ints, Floats], tuple[Ints, tuple[Array, ...]]]
"""Of pairs (sites, incidents, distances), whole sites at a time, the positions of those that are kept, and what there
is to say of each of these."""


def found_by(search: Search, part: Callable[[Search, Candidates], Part] | None = None) -> Pairs:
    """All pairs of a search, as :func:`within` gives them, or those that are wanted of the candidates of each block.

    Parameters
    ----------
    search
        Checked inputs and the grid.
    part
        The pairs to give of a block; None: all of them.
    """
    return _pairs(search, 0, search.n_sites, part or sorted_pairs)


def within_chunks(
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
    chunk_sites: int = CHUNK_SITES,
) -> Iterator[Pairs]:
    """The pairs of :func:`within` in pieces of `chunk_sites` consecutive sites; joined in order they are equal to it.

    Memory is bounded by the pairs of one piece. Errors are those of :func:`within`.

    Parameters
    ----------
    site_lon, site_lat, incident_lon, incident_lat, incident_day, incident_end_day
        As :func:`within` takes them.
    radius_m, as_of_day, window_days
        As :func:`within` takes them.
    chunk_sites
        Sites of a piece.
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
    return (
        _pairs(search, first, min(first + chunk_sites, search.n_sites), sorted_pairs)
        for first in range(0, search.n_sites, chunk_sites)
    )


def _pairs(search: Search, start: int, stop: int, part: Callable[[Search, Candidates], Part]) -> Pairs:
    """Pairs of the sites from `start` to `stop`."""
    n = stop - start
    count = np.zeros(n + 1, dtype=np.int64)
    parts: list[Part] = []

    def work(blocks: Iterator[Candidates]) -> list[Part]:
        return [part(search, block) for block in blocks]

    for found in search.slabs_of_candidates(search.order(np.arange(start, stop)), work):
        for made in found:
            if made[2][0].size:
                count[made[0] - start + 1] = made[1]
                parts.append(made)
    first = np.cumsum(count)
    # Blocks hold neighbouring sites; here each site's run goes to its place in the order given.
    if search.compiled:
        return _put_together(parts, first, start)
    total = int(first[-1])
    columns = [np.empty(total, c.dtype) for c in (parts[0][2] if parts else (np.zeros(0, np.int64), np.zeros(0)))]
    parts.reverse()
    while parts:
        sites, counts, found_columns = parts.pop()
        to = runs(first[sites - start], counts)
        for column, values in zip(columns, found_columns, strict=True):
            column[to] = values
    incident, distance, *more = columns
    site = run_of(count[1:])
    site += start
    return Pairs(site, incident, distance, tuple(more))


def _put_together(parts: list[Part], first: Ints, start: int) -> Pairs:
    """The pairs of blocks by site: `first` says where those of each site begin, counted from site `start` on."""
    from geo.compiled.hit_loops import put, put_more

    total = int(first[-1])
    more = tuple(np.empty(total, column.dtype) for column in (parts[0][2][2:] if parts else ()))
    pairs = Pairs(np.empty(total, np.int64), np.empty(total, np.int64), np.empty(total), more)
    blocks: list[Part | None] = [*parts]
    parts.clear()

    def work(number: int) -> None:
        part, blocks[number] = blocks[number], None  # what is put is let go
        assert part is not None, "each once"
        sites, counts, (incident, distance, *others) = part
        put(sites, counts, first, start, incident, distance, pairs.site, pairs.incident, pairs.distance_m)
        for values, out in zip(others, more, strict=True):
            put_more(sites, counts, first, start, values.view(np.int64), out.view(np.int64))

    for _ in spread(work, range(len(blocks))):
        pass
    return pairs


def _at_places(places: RepeatedPlaces) -> Pairs:
    """The pairs of sites that share their places: those of the places, and of these the ones of each window."""
    search = places.search
    as_of, window = places.all_days
    near = found_by(
        Search(
            search.lon.take(places.first),
            search.lat.take(places.first),
            search.incident_lon,
            search.incident_lat,
            search.first_day,
            radius_m=search.radius,
            as_of_day=as_of,
            window_days=window,
            incident_end_day=search.last_day,
        )
    )
    day, end = search.first_day.take(near.incident), search.last_day.take(near.incident)
    site, pair = places.in_windows(near.site, day, end)
    return Pairs(site, near.incident.take(pair), near.distance_m.take(pair))


def some(part: Part, chosen: Chosen) -> Part:
    """The chosen pairs of a block.

    Parameters
    ----------
    part
        The pairs of a block.
    chosen
        Which of them to give.
    """
    sites, counts, (incident, distance) = part
    local = run_of(counts)
    rows, more = chosen(sites.take(local), incident, distance)
    counts = np.bincount(local.take(rows), minlength=sites.size).astype(np.int32)
    return sites, counts, (incident.take(rows), distance.take(rows), *more)


def sorted_pairs(search: Search, candidates: Candidates) -> Part:
    """The pairs of one block, sorted by (site, distance_m, incident).

    Parameters
    ----------
    search
        Checked inputs and the grid.
    candidates
        Those of the block.
    """
    if search.compiled:
        from geo.compiled.hit_loops import in_order, sure_pairs

        counts, incident, distance, sure = sure_pairs(search.around(candidates), search.incident, ARC, search.doubt)
        if not sure:
            hits = search.hits(candidates)
            away = search.measure(hits)
            rest = search.incident, search.radius, hits.sites.size
            counts, incident, distance = in_order(hits.local, hits.at, away, *rest)
        return candidates.sites, counts, (incident, distance)
    hits = search.hits(candidates)
    distance = search.measure(hits)
    inside = distance <= search.radius
    local, incident = hits.local, search.incident.take(hits.at)
    if not inside.all():
        rows = np.flatnonzero(inside)
        distance, local, incident = distance.take(rows), local.take(rows), incident.take(rows)
    n = distance.size
    counts = np.bincount(local, minlength=hits.sites.size).astype(np.int32)
    # One sort of whole numbers: site, distance in steps, position; what the steps cannot tell apart comes after.
    low_bits = max(n - 1, 1).bit_length()
    step_bits = min(40, 62 - low_bits - max(hits.sites.size, 1).bit_length())
    key = (distance * (((1 << step_bits) - 1) / max(search.radius, 1e-9))).astype(np.int64)
    key |= local.astype(np.int64) << step_bits
    key <<= low_bits
    key |= np.arange(n)
    key.sort()
    order = key & ((1 << low_bits) - 1)
    distance, incident = distance.take(order), incident.take(order)
    key >>= low_bits
    tied = key[1:] == key[:-1]
    if tied.any():
        wrong = tied & (
            (distance[1:] < distance[:-1]) | ((distance[1:] == distance[:-1]) & (incident[1:] < incident[:-1]))
        )
        if wrong.any():
            run = np.concatenate(([0], np.cumsum(~tied)))
            rows = np.flatnonzero(np.isin(run, run[1:][wrong]))
            fixed = rows[np.lexsort((incident[rows], distance[rows], key[rows]))]
            distance[rows], incident[rows] = distance[fixed], incident[fixed]
    return hits.sites, counts, (incident, distance)
