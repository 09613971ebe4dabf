"""The route on a road network: lines of the user made into a graph of networkx, and the quickest or shortest path.

Lines meet where they share a vertex (to about a metre). A place is joined to the nearest vertex by a straight leg.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.spatial.geodesic import geodesic_m
from geo.spatial.nearest_incident import nearest

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ROUND_DEGREES = 5
"""Decimals of a degree to which vertices are the same: about a metre."""
PIECE_DEGREES = 0.005
"""Long edges get vertices of their own this often (about 550 m), so that a place beside them is joined there."""
MAX_ACCESS_KM = 25.0
"""A place further than this from every road is not joined to the network."""
DEFAULT_SPEED = 30.0
CLASS_SPEEDS = {
    "motorway": 90.0,
    "trunk": 70.0,
    "primary": 60.0,
    "secondary": 50.0,
    "tertiary": 40.0,
    "unclassified": 30.0,
    "residential": 25.0,
    "track": 15.0,
    "path": 5.0,
    "rn": 60.0,
    "rr": 40.0,
    "piste": 20.0,
}
"""km/h by class of road where the lines state no speed: a rough order for choosing a route, nothing else."""


@dataclass(frozen=True)
class Route:
    """One route: vertices (n, 2) from origin to destination, the straight legs to the network [km], and what to know.

    `line` is None where the network gives no route; `note` then says why.
    """

    line: Floats | None
    access_km: float
    note: str = ""


@dataclass(frozen=True, eq=False)
class Network:
    """A graph of vertices; edges weigh hours where speeds are known, else km."""

    lon: Floats
    lat: Floats
    graph: Any = field(repr=False)
    weighted: str = "length"
    name: str = ""

    def routes(self, origin: Floats, destination: Floats) -> list[Route]:
        """The best route for each pair of rows of `origin` and `destination` (shape (n, 2), degrees).

        Parameters
        ----------
        origin
            Where each route begins, shape (n, 2): longitude and latitude [degrees].
        destination
            Where each route ends, shape (n, 2): longitude and latitude [degrees].
        """
        import networkx as nx

        ends = np.concatenate([origin, destination]).reshape(-1, 2)
        vertex, distance = self._snap(ends)
        n = len(ends) // 2
        out: list[Route | None] = [None] * n
        by_start: dict[int, list[int]] = {}
        for i in range(n):
            if max(distance[i], distance[n + i]) > MAX_ACCESS_KM * 1000:
                out[i] = Route(None, np.nan, "no_road_near")
            else:
                by_start.setdefault(int(vertex[i]), []).append(i)
        for start, rows in by_start.items():
            wanted = {int(vertex[n + i]) for i in rows}
            if len(wanted) == 1:
                goal = next(iter(wanted))
                try:
                    paths = {goal: nx.bidirectional_dijkstra(self.graph, start, goal, weight="weight")[1]}
                except nx.NetworkXNoPath:
                    paths = {}
            else:
                paths = nx.single_source_dijkstra_path(self.graph, start, weight="weight")
            for i in rows:
                path = paths.get(int(vertex[n + i]))
                if path is None:
                    out[i] = Route(None, np.nan, "roads_not_connected")
                    continue
                line = np.column_stack([self.lon[path], self.lat[path]])
                whole = np.vstack([ends[i], line, ends[n + i]])
                whole = whole[np.append(True, (np.diff(whole, axis=0) != 0).any(axis=1))]
                out[i] = Route(whole, float(distance[i] + distance[n + i]) / 1000)
        return [route if route is not None else Route(None, np.nan, "roads_not_connected") for route in out]

    def _snap(self, points: Floats) -> tuple[Ints, Floats]:
        """The nearest vertex of each point and its distance [m], by the one kernel of distances."""
        day = np.zeros(len(self.lon), np.int64)
        found, distance = nearest(
            points[:, 0],
            points[:, 1],
            self.lon,
            self.lat,
            day,
            as_of_day=np.zeros(len(points), np.int64),
            window_days=np.ones(len(points), np.int64),
        )
        return found, np.where(found >= 0, distance, np.inf)


def count_pieces(lines: Sequence[Any]) -> int:
    """How many edges :func:`network` makes of lines, about: what long ones cost, before they cost it.

    Parameters
    ----------
    lines
        LineStrings and MultiLineStrings, longitude and latitude [degrees].

    Examples
    --------
    >>> import shapely
    >>> count_pieces([shapely.LineString([(20, 0), (21, 0)]), None])
    202
    """
    import shapely

    given = np.array(list(lines), dtype=object)
    return int(np.nansum(shapely.length(given)) / PIECE_DEGREES + shapely.get_num_coordinates(given).sum())


def network(
    lines: Sequence[Any], speed: npt.ArrayLike | None = None, classes: Sequence[str] | None = None, name: str = ""
) -> Network:
    """The graph of lines.

    Parameters
    ----------
    lines
        LineStrings or MultiLineStrings of shapely, in degrees on WGS 84; None is passed over.
    speed
        km/h, one a line; blank: by `classes`, else by a default where any line states one.
    classes
        Class of each line in the terms of OpenStreetMap (or rn, rr, piste); blank is not known.
    name
        Of the file that they came from, for messages.

    Examples
    --------
    >>> import shapely
    >>> net = network([shapely.LineString([(20, 0), (20, 1)]), shapely.LineString([(20, 1), (21, 1)])])
    >>> route = net.routes(np.array([[20.0, 0.0]]), np.array([[21.0, 1.0]]))[0]
    >>> route.line[[0, -1]].tolist(), route.access_km, bool((route.line == [20, 1]).all(axis=1).any())
    ([[20.0, 0.0], [21.0, 1.0]], 0.0, True)
    """
    import networkx as nx
    import shapely

    given = np.array(list(lines), dtype=object)
    kph = np.full(len(given), np.nan) if speed is None else np.asarray(speed, dtype=np.float64).copy()
    kph[~(kph > 0)] = np.nan
    if classes is not None:
        by_class = np.array(
            [CLASS_SPEEDS.get(str(c).strip().casefold().removesuffix("_link"), np.nan) for c in classes]
        )
        kph = np.where(np.isfinite(kph), kph, by_class)
    timed = bool(np.isfinite(kph).any())
    kph = np.where(np.isfinite(kph), kph, DEFAULT_SPEED)
    parts, owner = shapely.get_parts(given, return_index=True)
    parts = shapely.segmentize(parts, PIECE_DEGREES)
    points, line = shapely.get_coordinates(parts, return_index=True)
    vertices, place = np.unique(np.round(points[:, :2], ROUND_DEGREES), axis=0, return_inverse=True)
    place = place.reshape(-1)
    joined = np.flatnonzero((line[1:] == line[:-1]) & (place[1:] != place[:-1]))
    a, b = place[joined], place[joined + 1]
    metres = geodesic_m(vertices[a, 0], vertices[a, 1], vertices[b, 0], vertices[b, 1])
    weight = metres / 1000 / (kph[owner[line[joined]]] if timed else 1.0)
    graph = nx.Graph()
    # Of several lines between two vertices the best one stays: edges are added from the worst to the best.
    order = np.argsort(-weight, kind="stable")
    graph.add_weighted_edges_from(zip(a[order].tolist(), b[order].tolist(), weight[order].tolist(), strict=True))
    used = np.array(sorted(graph.nodes), dtype=np.int64)
    if len(used) < len(vertices):
        graph = nx.relabel_nodes(graph, dict(zip(used.tolist(), range(len(used)), strict=True)))
        vertices = vertices[used]
    return Network(vertices[:, 0], vertices[:, 1], graph, "time" if timed else "length", name)
