"""Sums that fade with distance, of neighbouring sites together: near those of :mod:`geo.spatial.decay`, with a bound.

Sites of a tile are held against all incidents around it at once, as rows and columns of a block: nothing is looked up
pair by pair. What the block leaves away of the arc is so small that rounding hides it for nearly all sites; of the
others the bound says that they are to be asked exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.spatial.candidate_search import spread
from geo.spatial.geodesic import E2, A, B, ecef

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

TILE_DEG = 0.8
"""Height of a tile [degrees]: wider ones hold more incidents in vain, smaller ones cost more to make."""
FIELD = 4
"""Tiles along the side of a field: incidents are sought for a field, then for each of its tiles."""
BLOCK = 1 << 17
"""Pairs of a block, which shall fit the cache."""
WORTH = 1 << 18
"""Sites times incidents from which on a tile pays."""
EDGE_M = 0.02
"""Within this much of the radius nothing is decided here [m]."""

_E2_SECOND = E2 / (1 - E2)
_SHARE = _E2_SECOND**2 / 8
"""Of the square of a share of one, a straight line leaves at most this, the factor of the square considered."""
_ALONG_Z = (2 * _E2_SECOND + _E2_SECOND**2) / (1 - _SHARE)
_SIXTH = (1 - E2) * (1 - _SHARE) / (24 * A * A)


@dataclass(frozen=True)
class Sums:
    """What fades around each site, shape (groups, sites), how much it may be off by, and who is not answered."""

    sums: Floats
    error: Floats
    open: Bools


def worth(site_lon: Floats, site_lat: Floats, incidents: int) -> bool:
    """Whether tiles hold so many sites that blocks pay.

    Parameters
    ----------
    site_lon
        Longitudes of sites [degrees, WGS 84].
    site_lat
        Latitudes of sites [degrees, WGS 84].
    incidents
        Number of incidents.
    """
    if len(site_lon) * incidents < WORTH:
        return False
    tiles = len(np.unique(_cell(site_lon, site_lat, TILE_DEG)))
    return len(site_lon) * incidents >= WORTH * tiles


def faded(
    site_lon: Floats, site_lat: Floats, lon: Floats, lat: Floats, weight: Floats, *, radius_m: float, scale_m: float
) -> Sums:
    """Sums of weight times exp(-distance / `scale_m`) over the incidents within `radius_m` of each site.

    Parameters
    ----------
    site_lon, site_lat, lon, lat
        Degrees on WGS 84, finite.
    weight
        Of each incident between 0 and 1, shape (groups, incidents).
    radius_m
        Inclusive limit of the geodesic distance, 300 km at the most [m].
    scale_m
        The distance over which weights fall to 1/e [m].
    """
    here, there = np.stack(ecef(site_lon, site_lat)), np.stack(ecef(lon, lat))
    # Fourth row: half the square, so that one product tells which points lie within a ball.
    there = np.vstack([there, (there * there).sum(axis=0) / 2])
    sums, error = np.zeros((len(weight), len(site_lon))), np.zeros(len(site_lon))
    doubt = np.zeros(len(site_lon), np.bool_)
    field, tile = _cell(site_lon, site_lat, TILE_DEG * FIELD), _cell(site_lon, site_lat, TILE_DEG)
    order = np.lexsort((tile, field))
    steepest = min(3 * scale_m, radius_m)
    steepest = steepest**3 * np.exp(-steepest / scale_m) / scale_m

    def work(sites: Ints) -> None:
        near = _around(here[:, sites], there, radius_m)
        points, weights = there.take(near, axis=1), weight.take(near, axis=1)
        for mine in np.split(sites, np.flatnonzero(np.diff(tile[sites])) + 1):
            among = _around(here[:, mine], points, radius_m)
            if not len(among):
                continue
            told = weights.take(among, axis=1)
            block = _Block(points[:3].take(among, axis=1), here[:, mine], radius_m)
            bound = told.sum(axis=1).max() * steepest * block.off + len(among) * 1e-13 + 1e-10
            step = max(BLOCK // len(among), 1)
            for part in (mine[i : i + step] for i in range(0, len(mine), step)):
                away, inside, edge = block.of(here[:, part])
                away *= -1.0 / scale_m
                np.exp(away, out=away)
                away *= inside
                sums[:, part] = np.einsum("ij,kj->ki", away, told)
                error[part] = bound + sums[:, part].max(axis=0) * (len(among) * 2.3e-16 + 1e-14)
                doubt[part] = edge

    for _ in spread(work, list(_runs(field, order))):
        pass
    return Sums(sums, error, doubt)


class _Block:
    """The incidents around a tile, ready to be measured from its sites.

    The arc above a chord q is q (1 + y + 2.7 y^2), y = (q k)^2 / 24, as in :func:`geo.spatial.geodesic.arc_m`. Of the
    curvature k, what hangs on the direction is taken as straight in the square of its share along z, and what hangs on
    the latitude as straight around the tile: `off` times the cube of q is the most that this changes an arc by.
    """

    def __init__(self, points: Floats, sites: Floats, radius_m: float) -> None:
        self.x, self.y, self.z = points
        self.radius_m = radius_m
        low, high = sites[2].min(), sites[2].max()
        self.z0 = (low + high) / 2
        step = 1e5
        up, down = _flat(self.z0 + step), _flat(self.z0 - step)
        self.level, self.slope = float(_flat(self.z0)) * _SIXTH, float(up - down) / (4 * step) * _SIXTH
        self.beyond = self.slope * (self.z - self.z0)
        widest = (float(np.abs(self.z - self.z0).max()) + float(high - low) / 2) / 2
        self.off = (_SHARE + 1.1 * E2 / (B * B) * widest * widest) / (24 * A * A) * 1.05

    def of(self, sites: Floats) -> tuple[Floats, Bools, Bools]:
        """Distances from some sites, which of them lie within the radius, and of which sites that is not sure."""
        chord2 = np.subtract.outer(sites[0], self.x)
        chord2 *= chord2
        bent = np.subtract.outer(sites[1], self.y)
        bent *= bent
        chord2 += bent
        np.subtract.outer(sites[2], self.z, out=bent)
        bent *= bent
        chord2 += bent
        bent *= _ALONG_Z
        bent += chord2
        curved = np.add.outer(self.level + self.slope * (sites[2] - self.z0), self.beyond)
        bent *= curved
        np.multiply(bent, 2.7, out=curved)
        curved += 1.0
        bent *= curved
        bent += 1.0
        away = np.sqrt(chord2, out=chord2)
        away *= bent
        inside, perhaps = away <= self.radius_m - EDGE_M, away <= self.radius_m + EDGE_M
        edge = np.zeros(len(away), np.bool_)
        if np.count_nonzero(inside) != np.count_nonzero(perhaps):
            edge = (inside != perhaps).any(axis=1)
        return away, inside, edge


def _flat(z: float) -> float:
    """What the curvature at a middle between two places owes to its latitude, `z` from the equator's plane [m]."""
    return 1.0 / (1 - E2 + E2 * z * z / (B * B))


def _cell(lon: Floats, lat: Floats, step: float) -> Ints:
    """The tile of each place: bands of latitude, about as wide as high."""
    row = np.floor(lat / step).astype(np.int64)
    column = np.floor(lon * np.cos(np.radians((row + 0.5) * step)) / step).astype(np.int64)
    cell: Ints = row * (1 << 20) + column
    return cell


def _runs(key: Ints, order: Ints) -> Iterator[Ints]:
    """The places of each key, by an order that puts them together."""
    if len(order):
        yield from np.split(order, np.flatnonzero(np.diff(key[order])) + 1)


def _around(sites: Floats, points: Floats, radius_m: float) -> Ints:
    """The points that may lie within the radius of some of the sites: within a ball around all of them."""
    centre = sites.mean(axis=1)
    to = sites - centre[:, None]
    reach = radius_m + float(np.sqrt((to * to).sum(axis=0).max())) + 1.0
    inside = (reach * reach - (centre * centre).sum()) / 2
    return np.flatnonzero(points[3] - np.einsum("i,ij->j", centre, points[:3]) <= inside)
