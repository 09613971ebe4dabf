"""Sums that fade with distance and time: what lies around each site, near and recent things counting most.

The weight of a pair is smooth, so that the arc above the chord (within 1e-4 m to 300 km) is distance enough; only
whether a pair lies within the radius is asked of `Geod.inv` where that hangs on less than a millimetre.

Weights are added span of days by span of days, each as of the span's last day and as a whole number of tiny steps: such
sums are exact, whatever stands in one search and in which order. A span's sum then fades to the date that is asked
for; :class:`Fading` keeps it for the next date and gives the same bits.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from geo.once import Once
from geo.spatial import fading_tiles
from geo.spatial.candidate_search import Hits, Search
from geo.spatial.geodesic import arc_m

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SPAN_DAYS = 32
"""Days that are added up together."""
STEP = 2.0**-44
"""Weights are whole numbers of this; 512 incidents at one place in one span still add up exactly."""
BLOCK = 1 << 15
"""Candidates at a time: much is made of each, and all of it shall fit the cache."""
SURE_M = 1e-3
"""Within this much of the radius `Geod.inv` decides [m]."""


class Fading:
    """Sums of exp(-distance / `scale_m`) exp(-age / `scale_days`) around sites, for one date after the other.

    Parameters
    ----------
    site_lon, site_lat
        Degrees on WGS 84; NaN is not known.
    lon, lat, day, group
        One per incident; days since 1970-01-01, `group` from 0 to `groups` - 1.
    radius_m
        Inclusive limit of the geodesic distance, 300 km at the most [m].
    """

    def __init__(
        self,
        site_lon: Floats,
        site_lat: Floats,
        lon: Floats,
        lat: Floats,
        day: Ints,
        group: Ints,
        groups: int,
        *,
        radius_m: float,
        scale_m: float,
        scale_days: float,
    ) -> None:
        known = np.isfinite(lon) & np.isfinite(lat)
        if not known.all():
            lon, lat, day, group = lon[known], lat[known], day[known], group[known]
        self.site_lon, self.site_lat, self.groups = site_lon, site_lat, groups
        self.lon, self.lat, self.day, self.group = lon, lat, day, group
        self.radius_m, self.scale_m, self.scale_days = radius_m, scale_m, scale_days
        self._kept: dict[int, Floats] = {}

    @Once
    def span(self) -> Ints:
        """The span of days of each incident."""
        return self.day // SPAN_DAYS

    def sums(self, as_of_day: Ints, window_days: Ints) -> Floats:
        """The sums at a date per site, shape (groups, sites); 0 where nothing is near or the position is not known.

        An incident counts where ``day <= as_of_day`` and ``day > as_of_day - window_days``, one of each per site.

        Parameters
        ----------
        as_of_day
            The date of each site [days since 1970-01-01].
        window_days
            Length of each site's window [days].
        """
        out = np.zeros((self.groups, len(self.site_lon)))
        for sites, first, sums in self._by_span(np.arange(len(self.day)), as_of_day, window_days):
            out[:, sites] = self._faded(enumerate(sums, first), as_of_day[sites])
        return out

    def most(self, as_of_day: Ints, window_days: Ints, digits: int) -> Floats:
        """The largest of the groups' sums of each site, so near to that of :meth:`sums` that both are rounded alike.

        Where many sites lie together this is much less work.

        Parameters
        ----------
        as_of_day
            The date of each site [days since 1970-01-01].
        window_days
            Length of each site's window [days].
        digits
            Decimal places to which it will be rounded.
        """
        sites = np.flatnonzero(np.isfinite(self.site_lon) & np.isfinite(self.site_lat))
        one = len(sites) and (as_of_day == as_of_day[0]).all() and (window_days == window_days[0]).all()
        rows = np.flatnonzero((self.day <= as_of_day[0]) & (self.day > as_of_day[0] - window_days[0])) if one else sites
        lon, lat = self.site_lon[sites], self.site_lat[sites]
        if not one or not fading_tiles.worth(lon, lat, len(rows)):
            return np.asarray(self.sums(as_of_day, window_days).max(axis=0))
        near = fading_tiles.faded(
            lon,
            lat,
            self.lon[rows],
            self.lat[rows],
            np.exp((self.day[rows] - as_of_day[0]) / self.scale_days),
            self.group[rows],
            self.groups,
            radius_m=self.radius_m,
            scale_m=self.scale_m,
        )
        out, most = np.zeros(len(self.site_lon)), near.sums.max(axis=0)
        out[sites] = most
        # How far it is to where rounding turns; nearer than the sum may be off by, it is asked exactly.
        steps = most * 10.0**digits
        turn = np.abs(steps - np.floor(steps) - 0.5) / 10.0**digits
        again = np.flatnonzero(near.open | (turn <= near.error))
        if len(again):
            mine, exact = sites[again], self._of(lon[again], lat[again])
            out[mine] = exact.sums(as_of_day[mine], window_days[mine]).max(axis=0)
        return out

    def at(self, as_of_day: int, window_days: int) -> Floats:
        """The same at one date for all sites; what is summed is kept for other dates.

        Parameters
        ----------
        as_of_day
            The date [days since 1970-01-01].
        window_days
            Length of the window [days].
        """
        n, since = len(self.site_lon), as_of_day - window_days + 1
        spans = range(since // SPAN_DAYS, as_of_day // SPAN_DAYS + 1)
        whole = [b for b in spans if b * SPAN_DAYS >= since and (b + 1) * SPAN_DAYS - 1 <= as_of_day]
        self._kept.update(self._all([b for b in whole if b not in self._kept], as_of_day, window_days))
        of_date = self._all([b for b in spans if b not in whole], as_of_day, window_days)
        of_date |= {b: self._kept[b] for b in whole}
        return self._faded(((b, of_date[b]) for b in spans), np.full(n, as_of_day))

    def _of(self, site_lon: Floats, site_lat: Floats) -> Fading:
        """The same around other sites."""
        return Fading(
            site_lon,
            site_lat,
            self.lon,
            self.lat,
            self.day,
            self.group,
            self.groups,
            radius_m=self.radius_m,
            scale_m=self.scale_m,
            scale_days=self.scale_days,
        )

    def _all(self, spans: list[int], as_of_day: int, window_days: int) -> dict[int, Floats]:
        """Sums of some spans over all sites, shape (groups, sites) each, of days in a window."""
        out = {b: np.zeros((self.groups, len(self.site_lon))) for b in spans}
        rows = np.flatnonzero(np.isin(self.span, spans)) if spans else np.zeros(0, np.int64)
        when = np.full(len(self.site_lon), as_of_day)
        for sites, first, sums in self._by_span(rows, when, np.full(len(when), window_days)):
            for b, mine in enumerate(sums, first):
                if b in out:
                    out[b][:, sites] = mine
        return out

    def _faded(self, sums: Iterator[tuple[int, Floats]], as_of_day: Ints) -> Floats:
        """Sums of ascending spans, each as of its last day, as of the dates of the sites."""
        out = np.zeros((self.groups, len(as_of_day)))
        for span, mine in sums:
            ahead = np.minimum((span + 1) * SPAN_DAYS - 1 - as_of_day, SPAN_DAYS)
            out += mine * np.exp(ahead / self.scale_days)
        return out * STEP

    def _by_span(self, rows: Ints, as_of_day: Ints, window_days: Ints) -> Iterator[tuple[Ints, int, Floats]]:
        """Slabs of sites, the first span, and their sums in steps by span, shape (spans, groups, sites)."""
        if rows.size and len(as_of_day):
            day = self.day[rows]
            rows = rows[(day <= as_of_day.max()) & (day > (as_of_day - window_days).min())]
        if not rows.size or not len(as_of_day):
            return
        search = Search(
            self.site_lon,
            self.site_lat,
            self.lon[rows],
            self.lat[rows],
            self.day[rows],
            radius_m=self.radius_m,
            as_of_day=as_of_day,
            window_days=window_days,
            incident_end_day=None,
            block=BLOCK,
        )
        if search.empty:
            return
        rows = rows.take(search.incident)
        span = self.span[rows]
        first = int(span.min())
        spans, groups = int(span.max()) - first + 1, self.groups
        weight = np.exp((self.day[rows] - (span + 1) * SPAN_DAYS + 1) / self.scale_days) / STEP
        kind = (span - first) * groups + self.group[rows]

        def work(blocks: Iterator[Hits]) -> tuple[Ints, int, Floats]:
            sites, sums = [], []
            for hits in blocks:
                added, k = self._weights(search, hits), hits.sites.size
                added *= weight.take(hits.at)
                np.rint(added, out=added)
                cell = kind.take(hits.at) * k + hits.local
                sums.append(np.bincount(cell, weights=added, minlength=spans * groups * k).reshape(spans, groups, k))
                sites.append(hits.sites)
            none = np.zeros((spans, groups, 0))
            return np.concatenate([np.zeros(0, np.int64), *sites]), first, np.concatenate([none, *sums], axis=2)

        yield from search.slabs(search.order(np.arange(len(as_of_day))), work)

    def _weights(self, search: Search, hits: Hits) -> Floats:
        """exp(-distance / scale) of each hit; 0 beyond the radius."""
        there, here = search.z.take(hits.at), hits.z.take(hits.local)
        distance = arc_m(hits.chord2, there - here, there + here)
        inside = distance <= self.radius_m - SURE_M
        if not inside.all():
            unsure = np.flatnonzero(~inside)
            unsure = unsure[distance[unsure] <= self.radius_m + SURE_M]
            if unsure.size:
                distance[unsure] = search.exact(hits, unsure)
                inside[unsure] = distance[unsure] <= self.radius_m
        distance *= -1.0 / self.scale_m
        np.exp(distance, out=distance)
        distance *= inside
        return distance
