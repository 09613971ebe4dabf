"""How many sites are explained together: as many as their evidence has room for, by what lies around them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.rules import figures
from geo.rules.rule_set import Rules
from geo.time_window import Days, months_before, to_days

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

WEIGHT = 3_000_000
"""What is explained together weighs no more: 1.5 million rows of evidence at the densest, half a gigabyte."""
SITE = 100
"""A site weighs as much as so many incidents around it: rows that tell other things than incidents."""
DEGREE_KM = 111.2


class Weights:
    """What the evidence of a site weighs, from how many incidents lie in its cell of a grid and the eight around it.

    The nine cells are as large as the widest circle of a rule. Rows of evidence follow that number closely (three
    fifths of it at the densest sites of size L), and nothing but memory rests on it.

    Parameters
    ----------
    incidents
        The incidents that the sites are assessed with (:data:`geo.schema.INCIDENTS`); None: none.
    rules
        The rules that are asked.
    """

    def __init__(self, incidents: pd.DataFrame | None, rules: Rules) -> None:
        widest_km = max([figures.LATEST_KM, *(rule.within_km for rule in rules.of_kind("near"))])
        self._side = float(widest_km * np.sqrt(np.pi) / 3 / DEGREE_KM)
        self._columns = int(360 / self._side) + 3
        self._months = max([figures.NEAREST_MONTHS, *(rule.longest_months for rule in rules.of_kind("near"))])
        self._keys = np.zeros(0, np.int64)
        if incidents is not None:
            lon, lat = incidents["lon"].to_numpy(np.float64), incidents["lat"].to_numpy(np.float64)
            counted = np.isfinite(lon) & np.isfinite(lat) & (incidents["precision"] <= 2).to_numpy(np.bool_)
            counted &= incidents["date_start"].notna().to_numpy()
            rows = np.flatnonzero(counted)
            days = to_days(incidents["date_start"].iloc[rows])
            self._keys = np.sort(_key(self._cell(lon[rows], lat[rows]), days))

    def of(self, sites: pd.DataFrame, days: Days) -> Floats:
        """The weight of each site.

        Parameters
        ----------
        sites
            The sites (:data:`geo.schema.SITES`); around one without a position lies nothing.
        days
            The date of each site [days since 1970-01-01].
        """
        lon, lat = sites["lon"].to_numpy(np.float64), sites["lat"].to_numpy(np.float64)
        out = np.full(len(lon), float(SITE))
        known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        cell, days = self._cell(lon[known], lat[known]), days[known]
        after = months_before(days, self._months)
        for row in (-1, 0, 1):
            for column in (-1, 0, 1):
                at = cell + row * self._columns + column
                begin, end = (np.searchsorted(self._keys, _key(at, day), side="right") for day in (after, days))
                out[known] += end - begin
        return out

    def _cell(self, lon: Floats, lat: Floats) -> Ints:
        """The cell of a place; cells of a row follow each other, and no row begins where the one before it ends."""
        row, column = np.floor((lat + 90) / self._side), np.floor((lon + 180) / self._side)
        return ((row + 1) * self._columns + column + 1).astype(np.int64)


def _key(cell: Ints, day: Days) -> Ints:
    """By cell, then by day; days of the years 1 to 9999 lie within 2^22 days of 1970."""
    return np.asarray((cell << 23) + day + (1 << 22), np.int64)


def together(weights: Sequence[float], most: float) -> tuple[tuple[int, ...], ...]:
    """Positions of neighbours in groups that weigh no more than `most`; what weighs more is alone.

    Parameters
    ----------
    weights
        What each one weighs, in their order.
    most
        What a group may weigh.

    Examples
    --------
    >>> together([2, 2, 9, 1, 1, 2], 4)
    ((0, 1), (2,), (3, 4, 5))
    """
    out: list[list[int]] = []
    held = most + 1
    for i, weight in enumerate(weights):
        if held + weight > most:
            out.append([])
            held = 0
        out[-1].append(i)
        held += weight
    return tuple(map(tuple, out))


def parts_of(weights: Floats, most: float) -> list[slice]:
    """Neighbours in as few parts of like weight as may weigh `most` each, give or take one of them.

    Parameters
    ----------
    weights
        What each one weighs, in their order.
    most
        What a part may weigh.

    Examples
    --------
    >>> parts_of(np.ones(6), 2), parts_of(np.ones(3), 4)
    ([slice(0, 2, None), slice(2, 4, None), slice(4, 6, None)], [slice(0, 3, None)])
    """
    upto, many = np.cumsum(weights), int(np.ceil(weights.sum() / most))
    ends = [int(np.searchsorted(upto, upto[-1] * k / many, side="right")) for k in range(1, many)]
    return [slice(begin, end) for begin, end in pairwise(sorted({0, *ends, len(weights)}))] or [slice(0, 0)]
