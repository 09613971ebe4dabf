"""What a search is given, checked: numbers and days as arrays of one kind, and the incidents that it can reach."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
DAY_LIMIT = 1 << 40
"""Days as far as this from 1970 are none."""


def floats(values: npt.ArrayLike) -> Floats:
    """One-dimensional float64.

    Parameters
    ----------
    values
        Anything that NumPy makes numbers of.
    """
    return np.ascontiguousarray(values, dtype=np.float64).reshape(-1)


def own(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The same array, or a copy that may be written: a loop is compiled for no other.

    Parameters
    ----------
    values
        Any array without gaps.
    """
    return values if values.flags.writeable else values.copy()


def days(values: npt.ArrayLike) -> Ints:
    """Days since 1970-01-01 as int64; datetime64 of any unit is taken too.

    Parameters
    ----------
    values
        Days since 1970-01-01, or dates (datetime64).
    """
    array = np.asarray(values)
    if array.dtype.kind == "M":
        array = array.astype("datetime64[D]")
    return np.asarray(array.astype(np.int64, copy=False))


def dated(day: Ints) -> npt.NDArray[np.bool_]:
    """Which are days at all: NaT is the least whole number, whose absolute value is itself.

    Parameters
    ----------
    day
        Days since 1970-01-01.
    """
    return (day > -DAY_LIMIT) & (day < DAY_LIMIT)


def per_site(values: npt.ArrayLike, n: int) -> Ints:
    """One day or number of days per site, from one or from n of them.

    Parameters
    ----------
    values
        One for all sites, or one a site.
    n
        How many sites there are.
    """
    array = days(values)
    if array.ndim == 0:
        return np.full(n, array)
    if array.size != n:
        raise ValueError(f"as_of_day and window_days need one number or one per site: {n} sites, {array.size} given")
    return array.reshape(-1)


def reached(
    lon: Floats, lat: Floats, day: Ints, end: Ints, window: tuple[int, int] | None, compiled: bool
) -> tuple[Ints, Floats, Floats]:
    """The incidents that have a position and days, and that some window reaches; and where they lie.

    Parameters
    ----------
    lon, lat
        Degrees on WGS 84; missing where there is no position.
    day, end
        First and last day, days since 1970-01-01.
    window
        The last and the first day of any window; None leaves days out.
    compiled
        The loop is compiled.
    """
    if compiled and window:
        from geo.compiled.hit_loops import usable

        rows, x, y, good = usable(own(lon), own(lat), own(day), own(end), *window, DAY_LIMIT)
    else:
        good = not (np.abs(lat) > 90).any()
        reach = np.isfinite(lon) & np.isfinite(lat) & dated(day) & dated(end)
        if window:
            reach &= (day <= window[0]) & (end >= window[1])
        rows = np.flatnonzero(reach)
        x, y = lon.take(rows), lat.take(rows)
    if not good:
        raise ValueError("incident_lat has values outside -90 to 90 degrees")
    return rows, x, y
