"""Where a map opens."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Bounds = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class View:
    """Where a map opens: centre [degrees, WGS 84] and zoom level.

    Parameters
    ----------
    bounds
        (south, west), (north, east): what the map shows whole, however large it is on the reader's screen. None: the
        centre and zoom as they stand.
    """

    lat: float
    lon: float
    zoom: int
    bounds: Bounds | None = None

    @classmethod
    def around(cls, lon: Sequence[float], lat: Sequence[float], *, width: int = 900, height: int = 560) -> View:
        """The view that shows all given points; the whole of Central Africa when there are none.

        Examples
        --------
        >>> View.around([15.0, 17.0], [4.0, 5.0])
        View(lat=4.5, lon=16.0, zoom=9, bounds=((4.0, 15.0), (5.0, 17.0)))
        """
        x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
        known = np.isfinite(x) & np.isfinite(y)
        if not known.any():
            return cls(3.0, 22.0, 5)
        x, y = x[known], y[known]
        span_x, span_y = max(np.ptp(x), 0.05), max(np.ptp(y), 0.05)
        zoom = math.floor(min(math.log2(360 * width / 256 / span_x), math.log2(360 * height / 256 / span_y)) - 0.15)
        south, north, west, east = (round(float(v), 4) for v in (y.min(), y.max(), x.min(), x.max()))
        return cls(
            round((south + north) / 2, 4),
            round((west + east) / 2, 4),
            max(3, min(zoom, 12)),
            ((south, west), (north, east)),
        )
