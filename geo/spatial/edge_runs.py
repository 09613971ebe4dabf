"""Runs of consecutive pieces of edges, looked at as one, and the pieces that may be nearest to a point."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiles
from geo.once import Once
from geo.spatial.geodesic import MIN_CURVATURE_RADIUS_M, longest_rival_m
from geo.spatial.runs import run_of, runs

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LENGTHS = (128, 16, 4)
"""Consecutive pieces of a ring that are looked at as one: first long runs, then shorter ones of those in question."""
CHORD_SLACK_M = 3.0
"""Pieces whose chord is this much farther than the best one are not looked at again [m]."""
PIECE_COST = 1 << 9
"""What a piece weighs where it is asked whether loops are compiled: half a million pieces are a large job."""
BEND = 0.005 / MIN_CURVATURE_RADIUS_M**2
"""What :func:`geo.spatial.geodesic.longest_rival_m` adds to a chord, for its square [1/m^2]."""


class Runs:
    """Runs of up to `length` consecutive pieces of one ring: a vertex of each, and a ball around it that holds it.

    Parameters
    ----------
    start, end
        Ends of the pieces, earth-centred [m], shape (3, n).
    owner, ring
        Polygon and ring of each piece, shape (n,); the pieces of a ring are neighbours.
    length
        Of a run.

    Attributes
    ----------
    first, last
        The pieces of each run, the last one exclusive.
    owner
        Position of its polygon.
    middle
        Its vertex, earth-centred [m], shape (3, runs).
    reach
        How far the run reaches from it [m].
    """

    def __init__(self, start: Floats, end: Floats, owner: Ints, ring: Ints, length: int) -> None:
        begin = np.flatnonzero(np.diff(ring, prepend=-1))
        position = np.arange(ring.size) - np.repeat(begin, np.diff(begin, append=ring.size))
        self.first = np.flatnonzero(position % length == 0)
        self.last = np.append(self.first[1:], ring.size)[: self.first.size]
        self.owner = owner[self.first]
        self.middle = start.take((self.first + self.last) // 2, axis=1)
        self.reach = np.sqrt(self._furthest(start, end)) + CHORD_SLACK_M

    def _furthest(self, start: Floats, end: Floats) -> Floats:
        """The square of how far the pieces of each run reach from its vertex [m^2]."""
        if compiles(start.shape[1] * PIECE_COST):
            from geo.compiled.edge_loops import reaches

            return np.asarray(reaches(self.first, self.last, self.middle, start, end))
        some = np.repeat(self.middle, self.last - self.first, axis=1)
        far = np.maximum(*(dot(v - some, v - some) for v in (start, end)))
        return np.maximum.reduceat(far, self.first) if self.first.size else far

    def upper(self, here: Floats, run: Ints) -> Floats:
        """A chord [m] that is not shorter than the one to the nearest place of the run: to one of its vertices.

        Parameters
        ----------
        here
            Places, earth-centred [m], shape (3, n).
        run
            One run a place.
        """
        to = self.middle.take(run, axis=1)
        to -= here
        return np.sqrt(dot(to, to))


class Levels:
    """Long runs of pieces and the shorter ones in them.

    Parameters
    ----------
    start, end
        Ends of the pieces, earth-centred [m], shape (3, n).
    owner, ring
        Polygon and ring of each piece, shape (n,); the pieces of a ring are neighbours.
    """

    def __init__(self, start: Floats, end: Floats, owner: Ints, ring: Ints) -> None:
        self.levels = [Runs(start, end, owner, ring, length) for length in LENGTHS]
        self.inside = [
            (np.searchsorted(fine.first, coarse.first), np.searchsorted(fine.first, coarse.last))
            for coarse, fine in pairwise(self.levels)
        ]
        self.inside.append((self.levels[-1].first, self.levels[-1].last))
        self.long = self.levels[0]
        self.start, self.along = start, end - start
        self.length2 = np.maximum(dot(self.along, self.along), 1e-12)

    def pieces(self, here: Floats, radius: Floats, point: Ints, run: Ints, *, each_owner: bool) -> tuple[Ints, Ints]:
        """Pairs of a point and a piece: all that may be nearest to a point, or to point and owner, and some more.

        Parameters
        ----------
        here
            The points, earth-centred [m], shape (3, n).
        radius
            What is farther counts not [m], shape (n,).
        point, run
            Points and the long runs that each is to look at, by ascending point.
        each_owner
            Whether the nearest of each owner is wanted.
        """
        bounded = bool(np.isfinite(radius).any())
        for level, (low, high) in zip(self.levels, self.inside, strict=True):
            middle = level.upper(here.take(point, axis=1), run)
            lower = middle - level.reach.take(run)
            near = lower <= rivals(middle, point, level.owner.take(run) if each_owner else None)
            if bounded:
                near &= lower <= radius.take(point)
            keep = np.flatnonzero(near)
            point, run = point.take(keep), run.take(keep)
            point, run = expand(point, low.take(run), high.take(run))
        return point, run

    def pieces_compiled(
        self,
        here: Floats,
        radius: Floats,
        low: Ints,
        high: Ints,
        *,
        each_owner: bool,
        own: tuple[Ints, Ints] | None = None,
    ) -> tuple[Ints, Ints]:
        """The same by compiled loops: fewer of them, and still all that may be nearest.

        Parameters
        ----------
        here
            The points, earth-centred [m], shape (3, n).
        radius
            What is farther counts not [m], shape (n,).
        low, high
            The long runs that each point is to look at, the last one exclusive.
        each_owner
            Whether the nearest of each owner is wanted.
        own
            A code of each point and one of each owner, which are left out where they are equal; None: none is.
        """
        from geo.compiled.edge_loops import near_pieces

        if own is None:
            own = np.full(len(radius), -1), np.zeros(int(self.long.owner.max(initial=-1)) + 1, np.int64)
        found: tuple[Ints, Ints] = near_pieces(
            here, radius, low, high, *own, each_owner, self.long.owner, CHORD_SLACK_M, BEND, *self._arrays
        )
        return found

    @Once
    def _arrays(self) -> tuple[Any, ...]:
        from geo.compiled.edge_loops import balls

        levels = tuple((r.middle, r.reach, *ends) for r, ends in zip(self.levels, self.inside, strict=True))
        return balls(self.long.middle, self.long.reach), levels, self.start, self.along, self.length2


def rivals(chord: Floats, point: Ints, owner: Ints | None) -> Floats:
    """The longest chord that may be as near as the shortest one to its point, or to its point and owner [m].

    Parameters
    ----------
    chord
        Chords [m], shape (n,).
    point
        Point of each, ascending.
    owner
        Polygon of each; None: the shortest to the point, whosever it is.
    """
    if owner is None:
        begin = np.flatnonzero(np.diff(point, prepend=-1))
        longest = longest_rival_m(np.minimum.reduceat(chord, begin) if len(begin) else chord)
        return longest.take(run_of(np.diff(begin, append=len(point))))
    which = np.unique(point * (int(owner.max(initial=0)) + 1) + owner, return_inverse=True)[1]
    best = np.full(int(which.max(initial=-1)) + 1, np.inf)
    np.minimum.at(best, which, chord)
    return np.asarray(longest_rival_m(best).take(which))


def expand(point: Ints, low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """Each point with every number of its range.

    Parameters
    ----------
    point
        Points, shape (n,).
    low, high
        First and last number of each, the last one exclusive.
    """
    count = high - low
    return point.take(run_of(count)), runs(low, count)


def dot(u: Floats, v: Floats) -> Floats:
    """Scalar products of vectors, shape (n,).

    Parameters
    ----------
    u, v
        Vectors, shape (3, n).
    """
    return np.asarray(u[0] * v[0] + u[1] * v[1] + u[2] * v[2])
