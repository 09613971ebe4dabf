"""Sites that stand at few places, each at many dates: what is near is found once a place, and then parted by date."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from geo.spatial.candidate_search import Search
from geo.spatial.runs import run_of, runs

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SITES_TO_A_PLACE = 4
"""Sites to a place, at the least, from which on this pays."""
TOGETHER = 1 << 16
"""Pairs, about, that are held against their windows at a time: few enough for the processor's cache."""


@dataclass(frozen=True)
class RepeatedPlaces:
    """The places of the sites of a search.

    Parameters
    ----------
    search
        Checked inputs, sites with windows of their own among them.
    site
        The sites that have a place and a date, ascending, shape (k,).
    place
        The place of each of these, its number.
    first
        One of the sites of each place, shape (places,).
    """

    search: Search
    site: Ints
    place: Ints
    first: Ints

    @classmethod
    def of(cls, search: Search) -> RepeatedPlaces | None:
        """The places, or None where sites share a window, or places are many for the sites or their windows short.

        Parameters
        ----------
        search
            Checked inputs of any sites.
        """
        if search.empty or not search.timed:
            return None
        site = np.flatnonzero(search.usable)
        lon, lat = search.lon.take(site), search.lat.take(site)
        # A mix of the bits puts equal places together; whether neighbours are equal is then asked of themselves.
        mixed = lon.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15) ^ lat.view(np.uint64)
        order = np.argsort(mixed)
        lon, lat = lon.take(order), lat.take(order)
        new = np.ones(site.size, np.bool_)
        new[1:] = (lon[1:] != lon[:-1]) | (lat[1:] != lat[:-1])
        begin = np.flatnonzero(new)
        if begin.size * SITES_TO_A_PLACE > site.size:
            return None
        place = np.empty(site.size, np.int64)
        place[order] = np.cumsum(new) - 1
        made = cls(search, site, place, site.take(order.take(begin)))
        # What lies around the places in all that time shall not be more than what is sought.
        days = search.as_of.take(site) - search.since.take(site) + 1
        return made if begin.size * made.all_days[1] <= days.sum(dtype=np.float64) else None

    @property
    def all_days(self) -> tuple[int, int]:
        """The last day of any window, and the number of days since the first of any."""
        last = int(self.search.as_of.take(self.site).max())
        return last, last - int(self.search.since.take(self.site).min()) + 1

    def in_windows(self, place: Ints, day: Ints, end: Ints) -> tuple[Ints, Ints]:
        """The sites, ascending, and the positions of those pairs of their places that lie in their windows, in order.

        Parameters
        ----------
        place
            The place of each pair, ascending.
        day, end
            First and last day of the incident of each pair, days since 1970-01-01.
        """
        begin = np.searchsorted(place, np.arange(self.first.size + 1))
        count = np.diff(begin).take(self.place)
        as_of, since = self.search.as_of.take(self.site), self.search.since.take(self.site)
        cuts = np.searchsorted(np.cumsum(count), np.arange(0, int(count.sum()) + TOGETHER, TOGETHER))
        sites, pairs = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for a, b in pairwise(sorted({0, *cuts.tolist(), len(count)})):
            number = run_of(count[a:b])
            number += a
            pair = runs(begin.take(self.place[a:b]), count[a:b])
            inside = day.take(pair) <= as_of.take(number)
            inside &= end.take(pair) >= since.take(number)
            kept = np.flatnonzero(inside)
            sites.append(self.site.take(number.take(kept)))
            pairs.append(pair.take(kept))
        return np.concatenate(sites), np.concatenate(pairs)
