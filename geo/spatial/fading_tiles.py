"""Sums that fade with distance, of neighbouring sites together: near those of :mod:`geo.spatial.decay`, with a bound.

Sites of a tile are held against all incidents around it at once, as rows and columns of a block: nothing is looked up
pair by pair. What the block leaves away of the arc is so small that rounding hides it for nearly all sites; of the
others the bound says that they are to be asked exactly. Compiled loops leave away the same and need no block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiles
from geo.spatial.geodesic import E2, A, B, ecef
from geo.threads import spread

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

TILE_DEG = 1.0
"""Height of a tile [degrees]: wider ones hold more incidents in vain, smaller ones cost more to make."""
CROWD, LEAST_DEG = 1 << 25, 0.25
"""A tile whose sites times all incidents are more is worth smaller ones, down to this height [degrees]."""
FIELD = 5
"""Tiles along the side of a field: incidents are sought for a field, then for each of its tiles."""
BLOCK = 40_000
"""Pairs of a block, which shall fit the cache; products of larger ones would be given to threads of their own."""
WIDE = 5_000
"""Incidents of a block: their columns are read once for several sites, and shall fit the cache beside it."""
RINGS = 3 * BLOCK
"""Pairs of a tile from which on rings pay."""
NEAR_M = 10_000.0
"""Nearer than this a chord is not a product but measured: there the rounding of a product would show [m]."""
FEW, TASKS = 128, 16
"""Sites from which on a tile of the compiled loops is worth smaller ones, and into how many tasks fields are put."""
WORTH = 1 << 18
"""Sites times incidents from which on a tile pays."""
EDGE_M = 0.02
"""Within this much of the radius nothing is decided here [m]."""
ARC_SHARE = 1e-3
"""More than what an arc of 300 km is longer than its chord by, as a share of it."""

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
    site_lon: Floats,
    site_lat: Floats,
    lon: Floats,
    lat: Floats,
    weight: Floats,
    group: Ints,
    groups: int,
    *,
    radius_m: float,
    scale_m: float,
) -> Sums:
    """Sums of weight times exp(-distance / `scale_m`) over the incidents within `radius_m` of each site.

    Parameters
    ----------
    site_lon, site_lat, lon, lat
        Degrees on WGS 84, finite.
    weight, group
        Of each incident its weight, between 0 and 1, and its group, from 0.
    groups
        How many groups there are.
    radius_m
        Inclusive limit of the geodesic distance, 300 km at the most [m].
    scale_m
        The distance over which weights fall to 1/e [m].
    """
    here, there = np.stack(ecef(site_lon, site_lat)), np.stack(ecef(lon, lat))
    field = _cell(site_lon, site_lat, TILE_DEG * FIELD)
    if compiles(len(site_lon) * len(lon)):
        from geo.compiled.fading_loops import SCALES

        if radius_m <= SCALES * scale_m:
            tile = _tiles(site_lon, site_lat, FEW)
            return _pair_by_pair(here, field, tile, there, weight, group, groups, radius_m, scale_m)
    tile = _tiles(site_lon, site_lat, CROWD // max(len(lon), 1))
    by_group = np.zeros((groups, len(lon)))
    by_group[group, np.arange(len(lon))] = weight
    return _by_products(here, field, tile, there, by_group, radius_m, scale_m)


def _pair_by_pair(
    here: Floats,
    field: Ints,
    tile: Ints,
    there: Floats,
    weight: Floats,
    group: Ints,
    groups: int,
    radius_m: float,
    scale_m: float,
) -> Sums:
    """The same by compiled loops; `field` and `tile` are those of each site."""
    from geo.compiled.fading_loops import FADE_SHARE, fade

    n = here.shape[1]
    order, by_group = np.lexsort((tile, field)), np.lexsort((there[2], group))
    sites, points = here.take(order, axis=1), np.vstack((there, weight)).take(by_group, axis=1)
    starts = np.searchsorted(group.take(by_group), np.arange(groups + 1))
    new_field = np.diff(field.take(order), prepend=-(1 << 62)) != 0
    tiles = np.flatnonzero(new_field | (np.diff(tile.take(order), prepend=-(1 << 62)) != 0))
    fields = np.append(np.flatnonzero(new_field.take(tiles)), len(tiles))
    low, high = np.minimum.reduceat(sites[2], tiles), np.maximum.reduceat(sites[2], tiles)
    middle, half = (low + high) / 2, (high - low) / 2
    level, slope, off = _bends(middle, radius_m / 2 + half, radius_m, scale_m)
    bends = np.stack((level - 2 * slope * middle, slope, 2.7 * level * level), axis=1)
    tiles = np.append(tiles, n)
    sums, doubt = np.empty((n, groups)), np.empty(n, np.bool_)
    whole, around = np.empty(len(bends)), np.empty(len(bends), np.int64)
    limits = radius_m, scale_m, EDGE_M

    def work(task: Ints) -> None:
        fade(task, fields, tiles, sites, starts, points, bends, _ALONG_Z, *limits, sums, whole, around, doubt)

    # Fields of about as many sites for each task.
    cuts = np.unique(np.searchsorted(tiles.take(fields), np.linspace(0, n, TASKS + 1)))
    for _ in spread(work, list(np.stack((cuts[:-1], cuts[1:]), axis=1))):
        pass
    back = np.empty(n, np.int64)
    back[order] = np.arange(n)
    of = np.repeat(np.arange(len(bends)), np.diff(tiles))
    share = around.take(of) * 2.3e-16 + 1e-14 + FADE_SHARE
    error = (whole * off + around * 1e-13 + 1e-10).take(of) + sums.max(axis=1) * share
    return Sums(np.ascontiguousarray(sums.take(back, axis=0).T), error.take(back), doubt.take(back))


def _by_products(
    here: Floats, field: Ints, tile: Ints, there: Floats, weight: Floats, radius_m: float, scale_m: float
) -> Sums:
    """The same by products of blocks; `weight` has shape (groups, incidents)."""
    sums, error = np.zeros((len(weight), here.shape[1])), np.zeros(here.shape[1])
    doubt = np.zeros(here.shape[1], np.bool_)
    order = np.lexsort((tile, field))

    def work(sites: Ints) -> None:
        middle = here[:, sites].mean(axis=1)
        near = np.flatnonzero(_Rows(here[:, sites], middle).around(_columns(there, middle), radius_m))
        if not len(near):
            return
        columns, weights = _columns(there.take(near, axis=1), middle), weight.take(near, axis=1)
        room = np.empty((3, BLOCK))
        for mine in np.split(sites, np.flatnonzero(np.diff(tile[sites])) + 1):
            rows = _Rows(here[:, mine], middle)
            among, rings = rows.rings(columns, radius_m)
            if not len(among):
                continue
            weighed = weights.take(among, axis=1)
            block = _Block(columns.take(among, axis=1), rows, middle, radius_m, scale_m)
            sums[:, mine], off, doubt[mine] = block.sums(weighed, rings, room)
            error[mine] = off + sums[:, mine].max(axis=0) * (len(among) * 2.3e-16 + 1e-14)

    for _ in spread(work, list(_runs(field, order))):
        pass
    return Sums(sums, error, doubt)


def _columns(points: Floats, middle: Floats) -> Floats:
    """Of each point what products need: its place from a middle, the square of its distance, that of its z, and 1."""
    out = np.empty((6, points.shape[1]))
    np.subtract(points, middle[:, None], out=out[:3])
    np.einsum("ij,ij->j", out[:3], out[:3], out=out[3])
    np.multiply(out[2], out[2], out=out[4])
    out[5] = 1.0
    return out


class _Rows:
    """Of each site what a product with :func:`_columns` needs to give the square of the chord to each point."""

    def __init__(self, sites: Floats, middle: Floats) -> None:
        self.to = sites - middle[:, None]
        self.chord2 = np.zeros((sites.shape[1], 6))
        self.chord2[:, :3] = -2 * self.to.T
        self.chord2[:, 3] = 1.0
        self.chord2[:, 5] = np.einsum("ij,ij->j", self.to, self.to)

    def around(self, columns: Floats, radius_m: float) -> Bools:
        """The points that may lie within the radius of some of the sites: within a ball around all of them."""
        away2, reach = self._from_middle(columns)
        return np.asarray(away2 <= (radius_m + reach) ** 2)

    def rings(self, columns: Floats, radius_m: float) -> tuple[Ints, list[_Ring]]:
        """The same points ring by ring, and the rings: most hold nothing that is near a site or near its limit."""
        away2, reach = self._from_middle(columns)
        among = np.flatnonzero(away2 <= (radius_m + reach) ** 2)
        if len(among) * self.to.shape[1] < RINGS:
            return among, [_Ring(0, len(among), True, True)]
        away = np.sqrt(away2.take(among))
        near, edge = away <= NEAR_M + reach, away + reach >= radius_m * (1 - ARC_SHARE) - EDGE_M
        kind = near + 2 * edge.astype(np.int8)
        order = np.argsort(kind, kind="stable")
        cuts = np.concatenate(([0], np.cumsum(np.bincount(kind, minlength=4)))).tolist()
        rings = [_Ring(cuts[i], cuts[i + 1], bool(i & 1), bool(i & 2)) for i in range(4) if cuts[i + 1] > cuts[i]]
        return among.take(order), rings

    def _from_middle(self, columns: Floats) -> tuple[Floats, float]:
        """Of each point the square of the chord to the middle of the sites, and how far that is from the farthest."""
        centre = self.to.mean(axis=1)
        to = self.to - centre[:, None]
        away2 = np.array([*(-2 * centre), 1.0, 0.0, 0.0]) @ columns + centre @ centre
        return np.maximum(away2, 0.0), float(np.sqrt(np.einsum("ij,ij->j", to, to).max())) + 1.0


class _Ring(NamedTuple):
    """Columns from `first` to `last`; whether a site may be within :data:`NEAR_M` of them, and whether the edge may."""

    first: int
    last: int
    near: bool
    edge: bool


class _Block:
    """The incidents around a tile, ready to be measured from its sites.

    The arc above a chord q is q (1 + y + 2.7 y^2), y = (q k)^2 / 24, as in :func:`geo.spatial.geodesic.arc_m`. Of the
    curvature k, what hangs on the direction is taken as straight in the square of its share along z, and what hangs on
    the latitude as straight around the tile; in the square of y the chord stands for both. So the square of the chord,
    y, and what bends it are each a product of a row of the site and a column of the incident.
    """

    def __init__(self, columns: Floats, rows: _Rows, middle: Floats, radius_m: float, scale_m: float) -> None:
        self.columns, self.rows, self.scale_m = columns, rows, scale_m
        z, points = rows.to[2], columns[2]
        low, high = float(z.min()), float(z.max())
        z0 = (low + high) / 2
        widest = (max(float(points.max()) - z0, z0 - float(points.min())) + (high - low) / 2) / 2
        bends = _bends(np.array([middle[2] + z0]), np.array([widest]), radius_m, scale_m)
        level, slope, off = (float(v[0]) for v in bends)
        # Rounding of a product, and what keeps the square of a chord from falling below zero by it [m2].
        rounding = 1e-15 * (float(columns[3].max()) ** 0.5 + float(rows.chord2[:, 5].max()) ** 0.5) ** 2 + 1e-9
        self.off = off + rounding / NEAR_M / scale_m
        self.sure, self.perhaps = -(radius_m - EDGE_M) / scale_m, -(radius_m + EDGE_M) / scale_m
        chord2 = rows.chord2.copy()
        chord2[:, 5] += rounding
        self._curved = 2.7 * level * level * chord2
        self._curved[:, 2] += slope
        self._curved[:, 5] += level + slope * (z - 2 * z0)
        self._curved *= -1.0 / scale_m
        self._bent = chord2.copy()
        self._bent[:, 2] += -2 * _ALONG_Z * z
        self._bent[:, 4] += _ALONG_Z
        self._bent[:, 5] += _ALONG_Z * z * z
        self._chord2 = chord2

    def sums(self, weights: Floats, rings: Sequence[_Ring], room: Floats) -> tuple[Floats, float, Bools]:
        """Sums of weight times exp(-distance / scale), how much they are off by, and of which sites that is not sure.

        Work is done in `room`, shape (3, :data:`BLOCK`).
        """
        n, m = self.rows.to.shape[1], self.columns.shape[1]
        out, doubt = np.zeros((len(weights), n)), np.zeros(n, np.bool_)
        for ring in rings:
            for start in range(ring.first, ring.last, WIDE):
                some = slice(start, min(start + WIDE, ring.last))
                columns, weighed = self.columns[:, some], weights[:, some]
                w = columns.shape[1]
                step = BLOCK // w
                for i in range(0, n, step):
                    part = slice(i, min(i + step, n))
                    k = part.stop - i
                    faded, unsure = self._faded(part, columns, ring, (one[: k * w].reshape(k, w) for one in room))
                    out[:, part] += weighed @ faded.T
                    doubt[part] |= unsure
        return out, float(weights.sum(axis=1).max()) * self.off + m * 1e-13 + 1e-10, doubt

    def _faded(self, part: slice, columns: Floats, ring: _Ring, room: Iterable[Floats]) -> tuple[Floats, Bools | bool]:
        """exp(-distance / scale) from some sites, 0 beyond the radius, and of which sites that is not sure."""
        away, bent, curved = room
        np.matmul(self._bent[part], columns, out=bent)
        np.matmul(self._curved[part], columns, out=curved)
        bent *= curved
        bent -= 1.0 / self.scale_m
        np.matmul(self._chord2[part], columns, out=away)
        if ring.near:
            near = np.flatnonzero(away <= NEAR_M * NEAR_M)
            row, column = np.divmod(near, away.shape[1])
            to = self.rows.to[:, part].take(row, axis=1) - columns[:3].take(column, axis=1)
            away.ravel()[near] = np.einsum("ij,ij->j", to, to)
        np.sqrt(away, out=away)
        away *= bent
        if not ring.edge:
            return np.exp(away, out=away), False
        inside, perhaps = away >= self.sure, away >= self.perhaps
        unsure = (inside != perhaps).any(axis=1)
        np.exp(away, out=away)
        away *= inside
        return away, unsure


def _most(power: int, scale_m: float, radius_m: float) -> float:
    """The most that q^power exp(-q / scale) / scale is up to the radius."""
    q = min(power * scale_m, radius_m)
    return float(q**power * np.exp(-q / scale_m) / scale_m)


def _bends(z: Floats, widest: Floats, radius_m: float, scale_m: float) -> tuple[Floats, Floats, Floats]:
    """What an arc is longer by than its chord, around a middle, and how much what fades is off by that at the most.

    The first is a share of the cube of the chord [1/m2], once that is bent by :data:`_ALONG_Z`; the second is what it
    grows by with the sum of both z [1/m3], the third a share of the weight.

    Parameters
    ----------
    z
        Where the middle lies from the equator's plane [m].
    widest
        How far from it the middle of a pair may be [m].
    """
    step = 1e5
    level = _flat(z) * _SIXTH
    slope = (_flat(z + step) - _flat(z - step)) / (4 * step) * _SIXTH
    # Of the cube and of the fifth power of the chord, what an arc is off by at the most.
    off = (_SHARE + 1.1 * E2 / (B * B) * widest * widest) / (24 * A * A) * 1.05
    bent = (1 + _ALONG_Z) * (1 + 2 * np.abs(slope) * widest / level) ** 2 - 1
    off5 = 2.7 * (1 + _ALONG_Z) * level * level * bent * 1.05
    return level, slope, _most(3, scale_m, radius_m) * off + _most(5, scale_m, radius_m) * off5


def _flat(z: Floats) -> Floats:
    """What the curvature at a middle between two places owes to its latitude, `z` from the equator's plane [m]."""
    return np.asarray(1.0 / (1 - E2 + E2 * z * z / (B * B)))


def _tiles(lon: Floats, lat: Floats, most: int) -> Ints:
    """The tile of each site: of half the height where more than so many would lie in one, again and again."""
    tile, step = _cell(lon, lat, TILE_DEG), TILE_DEG
    while step > LEAST_DEG:
        step /= 2
        own, count = np.unique(tile, return_inverse=True, return_counts=True)[1:]
        many = np.flatnonzero(count.take(own) > most)
        if not len(many):
            break
        # Halves of a tile need not lie within it: those of two tiles are two tiles.
        finer = np.unique(_cell(lon[many], lat[many], step), return_inverse=True)[1]
        tile[many] = np.int64(tile.max()) + 1 + own[many] * (int(finer.max()) + 1) + finer
    return tile


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
