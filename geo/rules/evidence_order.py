"""The one order of rows of evidence: by site, group (rule and kind), distance, then by what tells equal ones apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.coded import COMPILED
from geo.compiled.compiler import compiles

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Order:
    """Where rows stand.

    Parameters
    ----------
    rows
        Position of the row that comes first, of that which comes second, and so on.
    site
        Site of each of them.
    group
        Number of the group of each of them.
    """

    rows: Ints | Codes
    site: Codes
    group: Codes


def ordered(
    site: Ints,
    groups: Sequence[tuple[int, int]],
    sizes: Sequence[int],
    distance: Floats,
    rank: Callable[[Ints], Ints],
) -> tuple[Order, list[tuple[int, int]]]:
    """Rows by site, group, distance (none last) and rank, else as they come; and the groups by their numbers.

    Where a row goes is counted: only within the groups that come out of order is anything sorted.

    Parameters
    ----------
    site
        Site of each row.
    groups
        The group of each part: rows come in parts, each of one group.
    sizes
        How many rows each part has.
    distance
        Distance of each row [m]; NaN where there is none.
    rank
        The rank of some rows, by their positions.
    """
    names = sorted(set(groups))
    ends, sites = np.cumsum(sizes), int(site.max()) + 1
    count = np.empty((len(names), sites), np.int64)
    arranged: list[tuple[Ints, Ints]] = []
    for number, name in enumerate(names):
        spans = [slice(int(ends[i] - sizes[i]), int(ends[i])) for i, group in enumerate(groups) if group == name]
        rows = np.concatenate([np.arange(s.start, s.stop) for s in spans])
        own, away = (_joined([v[s] for s in spans]) for v in (site, distance))
        arranged.append(_arranged(rows, own, away, rank))
        count[number] = np.bincount(own, minlength=sites)
    by_site = count.T.ravel()
    begin = (np.cumsum(by_site) - by_site).reshape(sites, len(names)).T
    if compiles(len(site) * COMPILED):
        from geo.compiled.order_loops import placed

        out = tuple(np.empty(len(site), np.int32) for _ in range(3))
        for number, ((rows, own), first) in enumerate(zip(arranged, begin, strict=True)):
            placed(rows, own, number, first.copy(), *out)
        return Order(*out), names
    order, group = np.empty(len(site), np.int64), np.empty(len(site), np.int32)
    for number, ((rows, own), first, mine) in enumerate(zip(arranged, begin, count, strict=True)):
        to = (first - (np.cumsum(mine) - mine)).take(own)
        to += np.arange(len(rows))
        order[to], group[to] = rows, number
    return Order(order, site.astype(np.int32).take(order), group), names


def _joined(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _arranged(rows: Ints, site: Ints, distance: Floats, rank: Callable[[Ints], Ints]) -> tuple[Ints, Ints]:
    """The rows of a group by site, distance and rank, and the site of each."""
    alike = _alike(site, distance)
    if alike is None:
        near = np.empty(len(rows), np.complex128)  # compared by its real part, then by the other
        near.real, near.imag = site, np.where(np.isnan(distance), np.inf, distance)
        again = np.argsort(near, kind="stable")  # sorted runs are merged
        rows, site, distance = rows.take(again), site.take(again), distance.take(again)
        alike = _alike(site, distance)
        assert alike is not None, "they are sorted now"
    first = np.flatnonzero(alike)
    if not len(first):
        return rows, site
    if 2 * len(first) > len(rows):
        ranks = rank(rows)
        wrong = first[(ranks[1:] < ranks[:-1]).take(first)]
    else:
        wrong = first[rank(rows.take(first + 1)) < rank(rows.take(first))]
    if len(wrong):
        # A run of equal rows is sorted where its neighbours are; the others are few.
        run = np.concatenate(([0], np.cumsum(~alike)))
        unsorted = np.zeros(int(run[-1]) + 1, np.bool_)
        unsorted[run.take(wrong)] = True
        at = np.flatnonzero(unsorted.take(run))
        rows = rows.copy()
        rows[at] = rows[at[np.lexsort((rank(rows.take(at)), run.take(at)))]]
    return rows, site


def _alike(site: Ints, distance: Floats) -> Bools | None:
    """Which rows are of the site and distance of the next one; None where rows do not stand by both, NaN last."""
    step = np.diff(site)
    alike: Bools = step == 0
    blank = np.isnan(distance)
    behind = bool((step < 0).any())
    if not blank.all():
        a, b = distance[:-1], distance[1:]
        behind |= bool((alike & ((b < a) | (blank[:-1] & ~blank[1:]))).any())
        alike &= (a == b) | (blank[:-1] & blank[1:])
    return None if behind else alike
