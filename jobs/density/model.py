"""How a surface is made, and one of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import InputError
from geo.messages import Note
from geo.rasters.surface import SurfaceGrid
from jobs.density.placing import EFFECTS, Placed

Floats = npt.NDArray[np.float64]
Period = tuple[dt.date, dt.date]
"""The first and the last day."""


@dataclass(frozen=True)
class Options:
    """How a surface is made.

    Parameters
    ----------
    bandwidth_km
        Standard deviation of the Gaussian kernel.
    cell_km
        Side of a cell.
    weight, effect
        events or deaths; lethal, or violent for those without a death too.
    disc_km
        Over what an incident of precision 2 is spread.
    """

    bandwidth_km: float = 25.0
    cell_km: float = 5.0
    weight: str = "events"
    effect: str = "lethal"
    disc_km: float = 25.0

    def check(self) -> None:
        """Raises :class:`geo.errors.InputError` where a surface cannot be made so."""
        if not 0.1 <= self.cell_km <= self.bandwidth_km <= 1000:
            raise InputError(
                "The bandwidth and the cell of the surface do not fit.", where="--bandwidth-km, --cell-km",
                expected=Note("a cell of 0.1 km or more, not larger than the bandwidth, and 1000 km at most"),
                got=f"{self.bandwidth_km:g}, {self.cell_km:g}",
            )  # fmt: skip
        if self.weight not in ("events", "deaths") or self.effect not in EFFECTS:
            raise ValueError(f"{self.weight}, {self.effect}")


@dataclass(frozen=True)
class Surface:
    """One period of one source: `cells` per 1,000 km², NaN where nothing was looked at and nothing lies near."""

    source: str
    period: Period
    placed: Placed
    cells: Floats


@dataclass(frozen=True)
class Surfaces:
    """Surfaces on one grid, by source, then period; the last period of each less its first."""

    grid: SurfaceGrid
    options: Options
    surfaces: tuple[Surface, ...]
    rejected: pd.DataFrame
    record: dict[str, object] = field(default_factory=dict)

    @property
    def differences(self) -> dict[str, Floats]:
        """Of sources with two periods: the later less the earlier."""
        out = {}
        for source in dict.fromkeys(s.source for s in self.surfaces):
            mine = [s for s in self.surfaces if s.source == source]
            if len(mine) == 2:
                out[source] = mine[1].cells - mine[0].cells
        return out
