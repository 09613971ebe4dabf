"""The loop below :mod:`geo.spatial.proximity`: slabs of sites, blocks of candidates, membership."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from geo import threads
from geo.compiled.compiler import compiles
from geo.spatial.geodesic import ARC, ARC_LIMIT_M, MAX_DISTANCE_M, MIN_CURVATURE_RADIUS_M, arc_m, ecef, geodesic_m
from geo.spatial.grid import Grid, Ranges, in_stable_order, turns
from geo.spatial.runs import run_of, runs
from geo.spatial.search_inputs import DAY_LIMIT, dated, days, floats, per_site, reached

if TYPE_CHECKING:
    from geo.compiled.hit_loops import Around

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
T = TypeVar("T")

BLOCK = 1 << 17
"""Candidates handled at a time by one thread: small enough for its cache."""
SLAB = 1 << 12
"""Sites handled at a time by one thread: bounds the memory of what is one number per site or per range."""
LEAST_SLAB = 1 << 9
"""So many sites at least: fewer cost more to begin than what is won by sharing them evenly."""
ROWS, COLUMNS = 3, 4
"""Rows of cells to a radius and columns to the height of one, where time plays no part: a row costs something to look
up, columns hold fewer candidates in vain and cost nothing."""
DECIDE_M = 1e-6
"""This near the radius `Geod.inv` decides, not the arc [m]."""
NO_DAYS = np.zeros(0, np.int64)
"""Where days play no part."""


@dataclass(frozen=True)
class Hits:
    """Candidates of one block that pass the chord and the window, grouped by ascending `local`.

    Parameters
    ----------
    sites
        The sites of the block, in its order, shape (k,).
    z
        Their third coordinate [m], shape (k,).
    local
        Position in `sites`, shape (n,).
    at
        Position in the sorted incidents, shape (n,).
    chord2
        Squared chord [m^2], shape (n,).
    """

    sites: Ints
    z: Floats
    local: npt.NDArray[np.int32]
    at: Ints
    chord2: Floats

    def take(self, keep: Ints) -> Hits:
        """Some of them.

        Parameters
        ----------
        keep
            Positions of the hits wanted.
        """
        return Hits(self.sites, self.z, self.local.take(keep), self.at.take(keep), self.chord2.take(keep))


class Candidates(NamedTuple):
    """What the grid says may be near some sites.

    Parameters
    ----------
    sites
        The sites of a block, in its order, shape (k,).
    position
        Where they lie, earth-centred [m].
    ranges
        Ranges of sorted incidents of each; its sites are positions in `sites`.
    """

    sites: Ints
    position: tuple[Floats, Floats, Floats]
    ranges: Ranges


class Search:
    """Checked inputs and the grid of one search; parameters are those of :func:`geo.spatial.proximity.within`.

    `block` is how many candidates are handled at a time, `job` the size of the job that the search is a part of (sites
    times incidents), where it is larger than the search.

    Attributes
    ----------
    compiled
        The job is so large that its loops are compiled.
    incident
        Position in the given arrays of each sorted incident, shape (incidents,).
    doubt
        The radius, how near to it `Geod.inv` decides [m], and beyond which squared chord it does [m^2].
    empty
        No site or no incident that can pair is given: nothing is found.
    timed
        Windows differ, or an incident is outside of them: without, time plays no part.
    x, y, z
        Where each sorted incident lies [m], shape (incidents,).
    """

    def __init__(
        self,
        site_lon: npt.ArrayLike,
        site_lat: npt.ArrayLike,
        incident_lon: npt.ArrayLike,
        incident_lat: npt.ArrayLike,
        incident_day: npt.ArrayLike,
        *,
        radius_m: float,
        as_of_day: npt.ArrayLike,
        window_days: npt.ArrayLike,
        incident_end_day: npt.ArrayLike | None,
        block: int = BLOCK,
        job: int = 0,
    ) -> None:
        self.block = block
        self.lon, self.lat = floats(site_lon), floats(site_lat)
        ilon, ilat = floats(incident_lon), floats(incident_lat)
        day = days(incident_day).reshape(-1)
        end = day if incident_end_day is None else days(incident_end_day).reshape(-1)
        if self.lon.size != self.lat.size:
            raise ValueError(f"site_lon has {self.lon.size} values, site_lat {self.lat.size}")
        if not ilon.size == ilat.size == day.size == end.size:
            raise ValueError(
                "the arrays of incidents differ in length: "
                f"lon {ilon.size}, lat {ilat.size}, day {day.size}, end {end.size}"
            )
        if not (np.isfinite(radius_m) and radius_m >= 0):
            raise ValueError(f"radius_m must be a number of metres, 0 or more; got {radius_m}")
        self.radius = min(float(radius_m), MAX_DISTANCE_M)
        far2 = (ARC_LIMIT_M - 1000) ** 2 if self.radius > ARC_LIMIT_M - 1000 else np.inf
        self.doubt = self.radius, DECIDE_M, far2
        self._limit2 = (self.radius + 1e-5) ** 2
        self.n_sites, self.n_incidents = self.lon.size, ilon.size
        self.compiled = compiles(max(self.n_sites * self.n_incidents, job))
        if (np.abs(self.lat) > 90).any():
            raise ValueError("site_lat has values outside -90 to 90 degrees")
        self.as_of = per_site(as_of_day, self.n_sites)
        self.since = self.as_of - np.clip(per_site(window_days, self.n_sites), 0, DAY_LIMIT) + 1
        self.incident_lon, self.incident_lat, self.first_day, self.last_day = ilon, ilat, day, end
        self.usable = np.isfinite(self.lon) & np.isfinite(self.lat) & dated(self.as_of)

        # Only what some site's window can reach goes into the grid.
        as_of, since = self.as_of[self.usable], self.since[self.usable]
        window = (int(as_of.max()), int(since.min())) if as_of.size else None
        rows, lon, lat = reached(ilon, ilat, day, end, window, self.compiled)
        one_window = bool(as_of.size) and bool((as_of == as_of[0]).all() and (since == since[0]).all())
        self.empty = not (rows.size and as_of.size)
        self.incident = rows
        self.timed = not one_window
        if self.empty:
            return
        self._end: Ints | None = None
        if one_window:
            # Every incident left is in every window: time drops out.
            self._grid = Grid(
                lon,
                lat,
                None,
                None,
                self.radius,
                cells_per_radius=ROWS,
                columns_per_row=COLUMNS,
                compiled=self.compiled,
            )
        else:
            day, end = day.take(rows), end.take(rows)
            span = end - day
            self._grid = Grid(lon, lat, day, span, self.radius, compiled=self.compiled)
            self._end = end.take(self._grid.order) if span.any() else None
        order = self._grid.order
        self.incident = rows.take(order)
        self._ilon, self._ilat = lon.take(order), lat.take(order)
        self.x, self.y, self.z = threads.in_parts(lambda s: np.stack(ecef(self._ilon[s], self._ilat[s])), rows.size)

    def order(self, sites: Ints) -> Ints:
        """The usable ones of `sites`, neighbours together: what one touches in memory the next one touches too.

        Parameters
        ----------
        sites
            Positions of sites in the given arrays.
        """
        if self.empty:
            return sites[:0]
        sites = sites[self.usable[sites]]
        row = np.floor((self.lat[sites] + 90.0) / max(self._grid.height, 1e-3)).astype(np.int64)
        column = (turns(self.lon[sites]) * (1 << 20)).astype(np.int64)
        return sites.take(in_stable_order((row << 20) | column, 1 << 38)[0])

    def slabs(self, sites: Ints, work: Callable[[Iterator[Hits]], T]) -> Iterator[T]:
        """`work` on the hits of each slab of consecutive `sites`, in order, by several threads.

        A site's hits are all in one block of one slab.

        Parameters
        ----------
        sites
            Positions of sites in the given arrays, as :meth:`order` puts them.
        work
            Called once a slab with the hits of its blocks; by several threads at once.
        """
        return self.slabs_of_candidates(sites, lambda blocks: work(self.hits(block) for block in blocks))

    def slabs_of_candidates(self, sites: Ints, work: Callable[[Iterator[Candidates]], T]) -> Iterator[T]:
        """The same before anything is measured.

        Parameters
        ----------
        sites
            Positions of sites in the given arrays, as :meth:`order` puts them.
        work
            Called once a slab with the candidates of its blocks; by several threads at once.
        """
        step = min(SLAB, max(-(-sites.size // (4 * threads.THREADS)), LEAST_SLAB))
        slabs = [sites[i : i + step] for i in range(0, sites.size, step)]
        return threads.spread(lambda slab: work(self._blocks(slab)), slabs)

    def _blocks(self, sites: Ints) -> Iterator[Candidates]:
        window = (self.as_of[sites], self.since[sites]) if self.timed else (None, None)
        lon, lat = self.lon.take(sites), self.lat.take(sites)
        position = ecef(lon, lat)
        ranges = self._grid.ranges(lon, lat, position, *window)
        if not ranges.site.size:
            return
        for a, b in pairwise(self._cuts(ranges)):
            x, y, z = position
            mine = slice(int(ranges.site[a]), int(ranges.site[b - 1]) + 1)
            own_ranges = Ranges(ranges.site[a:b] - mine.start, ranges.lo[a:b], ranges.hi[a:b])
            yield Candidates(sites[mine], (x[mine], y[mine], z[mine]), own_ranges)

    def _cuts(self, ranges: Ranges) -> list[int]:
        """Where blocks begin and end: between sites, where the running number of candidates passes a multiple."""
        if self.compiled:
            from geo.compiled.grid_loops import cuts

            found: list[int] = cuts(*ranges, self.block).tolist()
            return found
        first = np.flatnonzero(np.diff(ranges.site, prepend=-1))
        before = np.concatenate(([0], np.cumsum(ranges.hi - ranges.lo)))[first]
        return [*first[np.flatnonzero(np.diff(before // self.block, prepend=-1))].tolist(), ranges.site.size]

    def around(self, candidates: Candidates) -> Around:
        """Candidates as a compiled loop takes them.

        Parameters
        ----------
        candidates
            Those of one block.
        """
        from geo.compiled.hit_loops import Around

        days = (NO_DAYS, NO_DAYS) if self._end is None else (self._end, self.since[candidates.sites])
        return Around(*candidates.ranges, *candidates.position, self.x, self.y, self.z, self._limit2, *days)

    def hits(self, candidates: Candidates) -> Hits:
        """The candidates of a block that pass the chord and the window.

        Parameters
        ----------
        candidates
            Those of one block.
        """
        sites, position, ranges = candidates
        if self.compiled:
            from geo.compiled.hit_loops import short_chords

            return Hits(sites, position[2], *short_chords(self.around(candidates)))
        count = ranges.hi - ranges.lo
        at = runs(ranges.lo, count)
        mine = ranges.site.take(run_of(count))
        chord2 = self.x.take(at)
        chord2 -= position[0].take(mine)
        chord2 *= chord2
        dy = self.y.take(at)
        dy -= position[1].take(mine)
        dy *= dy
        chord2 += dy
        dz = self.z.take(at)
        dz -= position[2].take(mine)
        dz *= dz
        chord2 += dz
        keep = np.flatnonzero(chord2 <= self._limit2)
        local = mine.take(keep).astype(np.int32)
        at = at.take(keep)
        hits = Hits(sites, position[2], local, at, chord2.take(keep))
        if self._end is not None:
            late = self._end.take(at) >= self.since[sites].take(local)
            if not late.all():
                hits = hits.take(np.flatnonzero(late))
        return hits

    def measure(self, hits: Hits) -> Floats:
        """Distance of each hit [m]: the arc, or `Geod.inv` where the decision hangs on it or the arc is too long.

        Parameters
        ----------
        hits
            Candidates of one block.
        """
        if self.compiled:
            from geo.compiled.arc_loops import arcs

            distance, rows = arcs(hits.local, hits.at, hits.chord2, hits.z, self.z, ARC, self.doubt)
        else:
            there, here = self.z.take(hits.at), hits.z.take(hits.local)
            distance = arc_m(hits.chord2, there - here, there + here)
            doubtful = np.abs(distance - self.radius) <= DECIDE_M
            if self.doubt[2] < np.inf:
                doubtful |= hits.chord2 > self.doubt[2]
            rows = np.flatnonzero(doubtful)
        if rows.size:
            distance[rows] = self.exact(hits, rows)
        return distance

    def exact(self, hits: Hits, rows: Ints) -> Floats:
        """Distance of some hits by `Geod.inv` [m].

        Parameters
        ----------
        hits
            Candidates of one block.
        rows
            Positions of the pairs to measure.
        """
        return self.metres(hits.sites[hits.local[rows]], hits.at[rows])

    def metres(self, site: Ints, at: Ints) -> Floats:
        """Distance of some pairs by `Geod.inv` [m].

        Parameters
        ----------
        site
            Positions in the given arrays.
        at
            Positions in the sorted incidents.
        """
        return geodesic_m(self.lon[site], self.lat[site], self._ilon[at], self._ilat[at])

    def doubtful(self, hits: Hits) -> npt.NDArray[np.bool_]:
        """Hits whose chord alone does not tell that they are within the radius.

        Parameters
        ----------
        hits
            Candidates of one block.
        """
        if self.radius > ARC_LIMIT_M - 1000:
            return np.ones(hits.at.size, dtype=np.bool_)
        # The arc is longer than the chord by at most this much.
        bulge = self.radius**3 / (24 * MIN_CURVATURE_RADIUS_M**2) * 1.01 + 2 * DECIDE_M
        return hits.chord2 > max(self.radius - bulge, 0.0) ** 2
