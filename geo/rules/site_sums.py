"""Sums of the incidents around every site: what classes and figures are made of without pairs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geo.time_window import Days

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
NOBODY = np.iinfo(np.int64).max
"""The position of an incident that is not there."""


@dataclass(frozen=True)
class Sums:
    """Answers of all sites; names are those of the asks.

    `events` and `deaths` have the shape (sources, sites). `near_m`, `near` are the distance and position of the nearest
    incident of the ask called near (inf and :data:`NOBODY` without one), `latest_day`, `latest` the last day and
    position of the latest, likewise.
    """

    events: dict[str, Floats]
    deaths: dict[str, Floats]
    near_m: Floats
    near: Ints
    latest_day: Days
    latest: Ints

    def numbered(self, rows: Ints) -> Sums:
        """The same where the incidents asked were some among others.

        Parameters
        ----------
        rows
            Position of each of them among all, ascending.
        """
        every = np.append(rows, NOBODY)
        near, latest = (every.take(np.minimum(some, rows.size)) for some in (self.near, self.latest))
        return replace(self, near=near, latest=latest)
