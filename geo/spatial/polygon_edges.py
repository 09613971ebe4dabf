"""Edges of polygons as short straight pieces in longitude and latitude, and the exact distance to them in metres.

An edge is the straight line between two vertices in degrees, as :func:`geo.spatial.polygons.locate` and every map draw
it. Long
ones are cut, runs of pieces go into a tree of boxes, and the foot on a piece is found on the ellipsoid itself, so that
moving a point by d metres never changes the result by more than d (and rounding, below a micrometre).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from geo.compiled.compiler import compiles
from geo.once import Once
from geo.spatial.edge_runs import CHORD_SLACK_M, Levels, dot, expand, rivals
from geo.spatial.geodesic import E2, MIN_CURVATURE_RADIUS_M, A, ecef, geodesic_m
from geo.threads import spread

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PIECE_DEG = 0.05
"""Edges longer than this are cut [degrees]: then a straight chord is within 1 m of the edge."""
POINTS = 4_096
"""Points handled at a time: bounds the memory."""
RUNS_AT_ONCE = 1 << 20
"""Pairs of a point and a long run looked at together: bounds the memory where outlines have very many corners."""
POINT_COST = 1 << 14
"""What a point weighs where it is asked whether loops are compiled: 16,000 points are a large job."""


def _pieces(a: Floats, b: Floats) -> Ints:
    """Into how many pieces each edge from `a` to `b` is cut."""
    far = np.abs(b - a)
    cuts: Ints = np.maximum(np.ceil(np.maximum(far[:, 0], far[:, 1]) / PIECE_DEG).astype(np.int64), 1)
    return cuts


def count_pieces(geometry: npt.NDArray[np.object_]) -> int:
    """How many pieces :class:`Edges` makes of polygons, at most: what long edges cost, before they cost it.

    Parameters
    ----------
    geometry
        Polygons and MultiPolygons [degrees, WGS 84], shape (n,); None has none.

    Examples
    --------
    >>> square, other = shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)
    >>> count_pieces(np.array([square, None])), count_pieces(np.array([shapely.MultiPolygon([square, other])]))
    (80, 160)
    """
    xy, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(geometry)), return_index=True)
    same = np.flatnonzero(ring[1:] == ring[:-1])
    return int(_pieces(xy[same], xy[same + 1]).sum())


class Edges:
    """The edges of polygons, ready to be asked for distances.

    Parameters
    ----------
    geometry
        (Multi)Polygons in degrees on WGS 84, object array of shape (n,); None and empty ones have no edges. Where a
        polygon was cut along the antimeridian (parts that end at 180 and at -180), the cut is not an edge, and
        neither is a line along a pole.
    boxes
        West, south, east and north of a box of each polygon [degrees], shape (n, 4): edges that do not meet it are left
        out. None: all are there.

    Attributes
    ----------
    owner
        Position in `geometry` of each piece.
    """

    def __init__(self, geometry: npt.NDArray[np.object_], boxes: Floats | None = None) -> None:
        parts, part_owner = shapely.get_parts(geometry, return_index=True)
        rings, ring_part = shapely.get_rings(parts, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        same = np.flatnonzero(ring[1:] == ring[:-1])
        a, b, owner = xy[same], xy[same + 1], part_owner[ring_part[ring[same]]].astype(np.int64)
        ring = ring[same]
        keep = ((a[:, 0] != b[:, 0]) | (a[:, 1] != b[:, 1])) & ~_seams(a, b, owner)
        if boxes is not None:
            keep &= _meeting(a, b, boxes, owner)
        if not keep.all():
            # Where edges are left out a ring falls into several, or runs would be as long as what is between.
            ring = np.cumsum(~keep | (np.diff(ring, prepend=-1) != 0))
            a, b, owner, ring = a[keep], b[keep], owner[keep], ring[keep]
        cuts = _pieces(a, b)
        if (cuts > 1).any():
            which = np.repeat(np.arange(len(a)), cuts)
            step = np.arange(which.size) - np.repeat(np.cumsum(cuts) - cuts, cuts)
            n = cuts[which]
            a0, whole, along = a[which], b[which], (b - a)[which]
            a = a0 + along * (step / n)[:, None]
            b = np.where((step + 1 == n)[:, None], whole, a0 + along * ((step + 1) / n)[:, None])
            owner, ring = owner[which], ring[which]
        self.start, self.end, self.owner = a, b, owner
        self._p = np.stack(ecef(self.start[:, 0], self.start[:, 1]))
        self._levels = Levels(self._p, self._ends(), owner, ring)
        self._long = self._levels.long

    def _ends(self) -> Floats:
        """The other end of each piece, earth-centred [m]: mostly where the next one starts."""
        chained = np.zeros(len(self), np.bool_)
        chained[:-1] = (self.start[1:] == self.end[:-1]).all(axis=1)
        alone = np.flatnonzero(~chained)
        out = np.roll(self._p, -1, axis=1)
        out[:, alone] = ecef(self.end[alone, 0], self.end[alone, 1])
        return out

    @Once
    def _tree(self) -> shapely.STRtree:
        """The boxes of the long runs."""
        low = np.minimum.reduceat(np.minimum(self.start, self.end), self._long.first, axis=0)
        high = np.maximum.reduceat(np.maximum(self.start, self.end), self._long.first, axis=0)
        return shapely.STRtree(shapely.box(*low.T, *high.T))

    def __len__(self) -> int:
        return int(self.owner.size)

    def within(
        self, lon: Floats, lat: Floats, radius_m: npt.ArrayLike, own: tuple[Ints, Ints] | None = None
    ) -> tuple[Ints, Ints, Floats]:
        """Every (point, owner) whose edge lies within a radius of the point, with the distance to it.

        Parameters
        ----------
        lon, lat
            Degrees, finite, shape (m,).
        radius_m
            One radius, or one per point [m].
        own
            A code of each point and one of each polygon: those of a point's own code are left out. None: none is.

        Returns
        -------
        point, owner, distance_m
            Sorted by (point, owner), each pair once.
        """
        radius = np.array(np.broadcast_to(np.asarray(radius_m, dtype=np.float64), lon.shape))
        quick = compiles(lon.size * POINT_COST)

        def reached(i: int) -> tuple[Ints, Ints, Floats]:
            part = slice(i, i + POINTS)
            mine = None if own is None else (own[0][part], own[1])
            return self._within(lon[part], lat[part], radius[part], each_owner=True, quick=quick, own=mine)

        parts = list(spread(reached, range(0, lon.size if len(self) else 0, POINTS)))
        if not parts:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
        point = np.concatenate([p[0] + i * POINTS for i, p in enumerate(parts)])
        return point, np.concatenate([p[1] for p in parts]), np.concatenate([p[2] for p in parts])

    def nearest(self, lon: Floats, lat: Floats) -> tuple[Ints, Floats]:
        """Owner of the nearest edge of each point and the distance [m]; -1 and NaN where there are no edges.

        Parameters
        ----------
        lon
            Longitudes [degrees, WGS 84]; missing where there is no position.
        lat
            Latitudes [degrees, WGS 84]; missing where there is no position.
        """
        owner, distance = np.full(lon.size, -1, dtype=np.int64), np.full(lon.size, np.nan)
        quick = compiles(lon.size * POINT_COST)
        for i in range(0, lon.size if len(self) else 0, POINTS):
            x, y = lon[i : i + POINTS], lat[i : i + POINTS]
            # The nearest box in degrees gives a bound; what is within it is then measured.
            _, box = self._tree.query_nearest(shapely.points(wrap(x), y), all_matches=False)
            bound = self._long.upper(np.stack(ecef(x, y)), box)
            # A bound on the chord, made one on the geodesic.
            bound = 2 * A * np.arcsin(np.minimum(bound / (2 * MIN_CURVATURE_RADIUS_M), 1.0)) * (1 + 1e-9) + 1e-3
            point, found, metres = self._within(x, y, bound, each_owner=False, quick=quick)
            owner[i + point], distance[i + point] = found, metres
        return owner, distance

    def own(self, lon: Floats, lat: Floats, owner: Ints) -> Floats:
        """Distance from each point to the nearest edge of the owner that is named for it [m]; NaN without edges.

        Parameters
        ----------
        lon
            Longitudes [degrees, WGS 84]; missing where there is no position.
        lat
            Latitudes [degrees, WGS 84]; missing where there is no position.
        owner
            The polygon that each point is measured to, its number.
        """
        distance = np.full(lon.size, np.nan)
        low, high = np.searchsorted(self._long.owner, owner), np.searchsorted(self._long.owner, owner, side="right")
        quick = compiles(lon.size * POINT_COST)
        step = max(min(POINTS, RUNS_AT_ONCE // max(int((high - low).max(initial=1)), 1)), 1)

        def measure(i: int) -> None:
            part = slice(i, i + step)
            x, y, everywhere = lon[part], lat[part], np.full(low[part].size, np.inf)
            here = np.stack(ecef(x, y))
            if quick:
                pairs = self._levels.pieces_compiled(here, everywhere, low[part], high[part], each_owner=False)
            else:
                some = expand(np.arange(x.size), low[part], high[part])
                pairs = self._levels.pieces(here, everywhere, *some, each_owner=False)
            if pairs[0].size:
                found, _, metres = self._closest(x, y, here, everywhere, *pairs, each_owner=False)
                distance[i + found] = metres

        for _ in spread(measure, range(0, lon.size, step)):
            pass
        return distance

    def _within(
        self,
        lon: Floats,
        lat: Floats,
        radius: Floats,
        *,
        each_owner: bool,
        quick: bool,
        own: tuple[Ints, Ints] | None = None,
    ) -> tuple[Ints, Ints, Floats]:
        """The nearest edge of each point, or of each point and owner, where it is within the radius."""
        here = np.stack(ecef(lon, lat))
        if quick:
            none, every = np.zeros(lon.size, np.int64), np.full(lon.size, self._long.owner.size)
            pairs = self._levels.pieces_compiled(here, radius, none, every, each_owner=each_owner, own=own)
        else:
            point, run = self._reached(lon, lat, radius)
            if own is not None:
                other = np.flatnonzero(own[0].take(point) != own[1].take(self._long.owner.take(run)))
                point, run = point.take(other), run.take(other)
            pairs = self._levels.pieces(here, radius, point, run, each_owner=each_owner)
        return self._closest(lon, lat, here, radius, *pairs, each_owner=each_owner)

    def _closest(
        self, lon: Floats, lat: Floats, here: Floats, radius: Floats, point: Ints, piece: Ints, *, each_owner: bool
    ) -> tuple[Ints, Ints, Floats]:
        """The same among some pieces."""
        along, to = self._levels.along.take(piece, axis=1), here.take(point, axis=1)
        to -= self._p.take(piece, axis=1)
        share = np.clip(dot(along, to) / self._levels.length2.take(piece), 0.0, 1.0)
        along *= share
        to -= along
        chord = np.sqrt(dot(to, to))
        keep = np.flatnonzero(chord <= radius.take(point) + CHORD_SLACK_M)
        point, piece, share, chord = point.take(keep), piece.take(keep), share.take(keep), chord.take(keep)
        owner = self.owner.take(piece)
        keep = np.flatnonzero(chord <= rivals(chord, point, owner if each_owner else None) + CHORD_SLACK_M)
        point, piece, share, owner = point.take(keep), piece.take(keep), share.take(keep), owner.take(keep)
        foot, chord2 = self._foot(here.take(point, axis=1), piece, share)
        keep = np.flatnonzero(chord2 <= rivals(np.sqrt(chord2), point, owner if each_owner else None) ** 2 + 1e-6)
        point, owner, foot = point.take(keep), owner.take(keep), foot[keep]
        distance = geodesic_m(lon[point], lat[point], foot[:, 0], foot[:, 1])
        if each_owner:
            order = np.lexsort((distance, owner, point))
            begin = np.diff(point[order], prepend=-1) | np.diff(owner[order], prepend=-1)
        else:
            order = np.lexsort((owner, distance, point))
            begin = np.diff(point[order], prepend=-1)
        first = order[np.flatnonzero(begin)]
        inside = first[distance[first] <= radius[point[first]]]
        return point[inside], owner[inside], distance[inside]

    def _reached(self, lon: Floats, lat: Floats, radius: Floats) -> tuple[Ints, Ints]:
        """(point, long run) where the box of degrees around the circle meets the box of the run."""
        at = wrap(lon)
        half_lon, half_lat = circle_box(lat, radius)
        south, north = np.maximum(lat - half_lat, -90.0), np.minimum(lat + half_lat, 90.0)
        point, box = self._tree.query(shapely.box(at - half_lon, south, at + half_lon, north))
        for shift in (-360.0, 360.0):
            over = np.flatnonzero((at - half_lon < -180.0) if shift > 0 else (at + half_lon > 180.0))
            if over.size:
                moved = at[over] + shift
                p, b = self._tree.query(
                    shapely.box(moved - half_lon[over], south[over], moved + half_lon[over], north[over])
                )
                point, box = np.concatenate((point, over[p])), np.concatenate((box, b))
        n = self._long.owner.size
        pair = np.unique(point.astype(np.int64) * n + box)
        return pair // n, pair % n

    def _foot(self, here: Floats, piece: Ints, share: Floats) -> tuple[Floats, Floats]:
        """Nearest point of each piece (degrees) and the squared chord to it, by Gauss-Newton on the ellipsoid."""
        a, d = self.start[piece], self.end[piece] - self.start[piece]
        for last in (False, False, False, True):
            foot = a + share[:, None] * d
            there = np.stack(ecef(foot[:, 0], foot[:, 1]))
            to = here - there
            if last:
                break
            tangent = _tangent(foot, d)
            share = np.clip(share + dot(to, tangent) / np.maximum(dot(tangent, tangent), 1e-12), 0.0, 1.0)
        return foot, dot(to, to)


def _meeting(a: Floats, b: Floats, boxes: Floats, owner: Ints) -> npt.NDArray[np.bool_]:
    """Edges from `a` to `b` whose box of degrees meets that of their owner."""
    west, south, east, north = boxes.T
    meets = (np.minimum(a[:, 0], b[:, 0]) <= east[owner]) & (np.maximum(a[:, 0], b[:, 0]) >= west[owner])
    meets &= (np.minimum(a[:, 1], b[:, 1]) <= north[owner]) & (np.maximum(a[:, 1], b[:, 1]) >= south[owner])
    return np.asarray(meets)


def _seams(a: Floats, b: Floats, owner: Ints) -> npt.NDArray[np.bool_]:
    """Pieces along the antimeridian of polygons that have such pieces on both sides, and pieces along a pole."""
    pole = (np.abs(a[:, 1]) == 90.0) & (a[:, 1] == b[:, 1])
    west, east = (a[:, 0] == -180.0) & (b[:, 0] == -180.0), (a[:, 0] == 180.0) & (b[:, 0] == 180.0)
    both = np.intersect1d(owner[west], owner[east])
    return np.asarray(pole | ((west | east) & np.isin(owner, both)))


def _tangent(at: Floats, d: Floats) -> Floats:
    """Derivative of the earth-centred position along a line in degrees."""
    lam, phi = np.radians(at[:, 0]), np.radians(at[:, 1])
    sl, cl, sp, cp = np.sin(lam), np.cos(lam), np.sin(phi), np.cos(phi)
    w2 = 1 - E2 * sp * sp
    n = A / np.sqrt(w2)
    m = n * (1 - E2) / w2
    east, north = np.radians(d[:, 0]) * n * cp, np.radians(d[:, 1]) * m
    return np.stack((-sl * east - sp * cl * north, cl * east - sp * sl * north, cp * north))


def wrap(lon: Floats) -> Floats:
    """Longitude in [-180, 180); what already is in [-180, 180] stays as it is.

    Parameters
    ----------
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    """
    off = np.flatnonzero(~((lon >= -180) & (lon <= 180)))
    if not off.size:
        return lon
    out = lon.copy()
    out[off] = (lon[off] + 180.0) % 360.0 - 180.0
    return out


def circle_box(lat: Floats, radius_m: Floats) -> tuple[Floats, Floats]:
    """Half width and half height of a box of degrees that holds the circle around each point.

    Parameters
    ----------
    lat
        Latitude of the middle of each circle [degrees].
    radius_m
        Geodesic radius [m], the shape of `lat`.

    Returns
    -------
    half_lon, half_lat
        Degrees; a circle that reaches a pole has the half width 180.
    """
    half_lat = np.degrees(radius_m / MIN_CURVATURE_RADIUS_M) + 1e-9
    poleward = np.minimum(np.abs(lat) + half_lat, 90.0)
    axis = ecef(np.zeros_like(lat), lat)[0]
    least = np.maximum(ecef(np.zeros_like(lat), poleward)[0], 0.0)
    least[poleward >= 90.0] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        half = radius_m / (2 * np.sqrt(axis * least))
    whole = ~(half < 1.0)
    half[whole] = 1.0
    half_lon = 2 * np.degrees(np.arcsin(half)) + 1e-9
    half_lon[whole] = 180.0
    return half_lon, half_lat
