"""The nearest of a few incidents: measured to each of them, which costs less than circle after circle around a site."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.spatial.candidate_search import Search
from geo.spatial.geodesic import ecef, longest_rival_m

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FEW = 256
"""Up to so many incidents a site is measured to all of them."""
TOGETHER = 1 << 15
"""Pairs that are measured at a time: small enough for the processor's cache."""


def are_few(search: Search) -> bool:
    """Whether it pays: some incidents, and few, every one of them in the window of every site.

    Parameters
    ----------
    search
        Checked inputs; its radius plays no part.
    """
    return not search.empty and not search.timed and len(search.incident) <= FEW


def nearest_of_few(search: Search) -> tuple[Ints, Ints, Floats]:
    """(site, incident, distance_m) of the nearest incident of each site that has a place; of equal ones the first.

    Parameters
    ----------
    search
        Checked inputs for which :func:`are_few` holds.
    """
    sites = np.flatnonzero(search.usable)
    lon, lat = search.lon[sites], search.lat[sites]
    here, there = ecef(lon, lat), (search.x, search.y, search.z)
    rows, ats = [], []
    step = max(TOGETHER // len(search.incident), 1)
    for start in range(0, len(sites), step):
        part = slice(start, start + step)
        chord2 = np.zeros((len(sites[part]), len(search.incident)))
        for mine, its in zip(here, there, strict=True):
            along = np.subtract.outer(mine[part], its)
            along *= along
            chord2 += along
        limit = longest_rival_m(np.sqrt(chord2.min(axis=1))) ** 2 + 1e-6
        row, at = np.nonzero(chord2 <= limit[:, None])
        rows.append(row + start)
        ats.append(at)
    row, at = np.concatenate(rows), np.concatenate(ats)
    metres = search.metres(sites[row], at)
    order = np.lexsort((search.incident[at], metres, row))
    first = order[np.flatnonzero(np.diff(row[order], prepend=-1))]
    return sites, search.incident[at[first]], metres[first]
