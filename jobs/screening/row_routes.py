"""The route of each row of a list: the line that it states, a way on the roads, or the straight guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.screening.road_network import Network

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Routes:
    """The route of each row: `basis`, `note`, vertices (None where only countries are known) and access [km]."""

    basis: list[str]
    note: list[str]
    lines: list[Floats | None]
    access_km: Floats


def no_routes(n: int) -> Routes:
    """No routes for `n` rows.

    Parameters
    ----------
    n
        Number of rows.
    """
    return Routes(["none"] * n, [""] * n, [None] * n, np.full(n, np.nan))


def routes_of_rows(rows: pd.DataFrame, lines: Sequence[object], roads: Network | None) -> Routes:
    """The route of each row: its own line, else the network from origin to destination, else the straight geodesic.

    A line of two vertices is a pair of places, not a route: it is treated like origin and destination.

    Parameters
    ----------
    rows
        Accepted rows of the list, with their positions.
    lines
        The route that each row states as a LineString [degrees, WGS 84]; None where it states none.
    roads
        Roads; None: rows without a line get a straight guess.
    """
    n = len(rows)
    basis, note, out = ["none"] * n, [""] * n, [None] * n
    shapes: list[Floats | None] = list(out)
    access = np.full(n, np.nan)
    lon, lat = rows["lon"].to_numpy(np.float64), rows["lat"].to_numpy(np.float64)
    x, y = rows["dest_lon"].to_numpy(np.float64), rows["dest_lat"].to_numpy(np.float64)
    paired = np.isfinite(lon) & np.isfinite(lat) & np.isfinite(x) & np.isfinite(y)
    countries, destination = rows["route_countries"].tolist(), rows["destination"].tolist()
    pairs: list[int] = []
    ends: list[tuple[float, float, float, float]] = []
    for i in range(n):
        line = lines[i]
        at = None if line is None else np.asarray(line.coords, dtype=np.float64)[:, :2]  # type: ignore[attr-defined]
        if at is not None and len(at) > 2:
            basis[i], shapes[i] = "given_line", at
        elif at is not None or paired[i]:
            pairs.append(i)
            ends.append((*at[0], *at[-1]) if at is not None else (lon[i], lat[i], x[i], y[i]))
        elif countries[i]:
            basis[i] = "countries"
        elif destination[i] and not np.isfinite(x[i]):
            note[i] = "destination_without_position"
    if pairs:
        array = np.array(ends)
        found = roads.routes(array[:, :2], array[:, 2:]) if roads is not None else None
        for k, i in enumerate(pairs):
            route = None if found is None else found[k]
            if route is not None and route.line is not None:
                basis[i], shapes[i], access[i] = "network", route.line, route.access_km
            else:
                basis[i], shapes[i] = "straight_guess", array[k].reshape(2, 2)
                note[i] = route.note if route is not None else "no_roads_given"
    return Routes(basis, note, shapes, access)
