"""Points in polygons, and distances to edges: ours against what GeoPandas does."""

from __future__ import annotations

import statistics
import time
from functools import partial

import numpy as np
import pandas as pd
import shapely

from benchmarks.scene import BOX


def _wavy(rng: np.random.Generator, lon: float, lat: float, size: float, corners: int) -> shapely.Geometry:
    a = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    r = 1 + sum(rng.normal(0, 0.15 / k) * np.cos(k * a + rng.uniform(0, 7)) for k in range(2, 60))
    r = np.clip(r, 0.3, 1.2) * size
    return shapely.make_valid(shapely.Polygon(np.column_stack((lon + r * np.cos(a), lat + r * np.sin(a)))))


def _boundaries(shapes: list[shapely.Geometry]) -> object:
    from geo.spatial.polygons import Boundaries

    frame = pd.DataFrame({"unit": [f"u{i}" for i in range(len(shapes))], "code": "", "parent": "", "country": "CAF"})
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    return Boundaries(frame.assign(level=2), geometry)


def polygons(points: int = 200_000, side: int = 71, repeats: int = 3) -> list[str]:
    """Two tables: location, and the distances to edges."""
    import geopandas as gpd

    from geo.spatial.polygons import edge_distance_m, locate, nearest_edge
    from geo.spatial.unit_reach import units_within

    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(BOX[0], BOX[2], points), rng.uniform(BOX[1], BOX[3], points)
    step = (BOX[2] - BOX[0]) / side
    shapes = [
        _wavy(rng, BOX[0] + (i % side) * step, BOX[1] + (i // side) * step, 0.7 * step, 500) for i in range(side * side)
    ]
    ours, theirs, made = [], [], []
    for _ in range(repeats):
        fresh = shapely.from_wkb(shapely.to_wkb(np.array(shapes)))
        b = _boundaries(list(fresh))
        start = time.perf_counter()
        mine = locate(lon, lat, b)
        ours.append(time.perf_counter() - start)
        fresh = shapely.from_wkb(shapely.to_wkb(np.array(shapes)))
        units = gpd.GeoDataFrame(geometry=list(fresh), crs="EPSG:4326")
        start = time.perf_counter()
        frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326")
        made.append(time.perf_counter() - start)
        joined = frame.sjoin(units, predicate="within")
        theirs.append(time.perf_counter() - start)
    agree = set(joined.index.unique()) == set(np.flatnonzero(mine >= 0))
    a, g, p = (statistics.median(v) for v in (ours, theirs, made))
    lines = [
        "## Points in polygons, distances to edges",
        "",
        f"{points:,} points, {side * side:,} polygons of 500 corners, medians of {repeats}, nothing prepared before.",
        "",
        "| method | seconds | of GeoPandas |",
        "|---|--:|--:|",
        f"| **`locate`** | {a:.3g} | {a / g:.2f} |",
        f"| GeoPandas `sjoin(within)`, points made from columns | {g:.3g} | 1.00 |",
        f"| the same, points made before | {g - p:.3g} | {(g - p) / g:.2f} |",
        "",
        f"The same points are inside: {'yes' if agree else 'NO'}.",
        "",
        "| 15 outlines of 4,000 corners | 3,409 points | 20,000 points |",
        "|---|--:|--:|",
    ]
    outlines = [_wavy(rng, 10 + 5 * i, -8 + 6 * j, 2.9, 4000) for i in range(5) for j in range(3)]
    rows: dict[str, list[str]] = {}
    for n in (3_409, 20_000):
        x, y = lon[:n], lat[:n]
        b = _boundaries(outlines)
        hit = locate(x, y, b)
        inside = hit >= 0
        for name, work in {
            "units within 50 km": partial(units_within, x, y, b, 50_000.0),
            "distance to the own unit's edge": partial(edge_distance_m, x[inside], y[inside], b.geometry[hit[inside]]),
            "nearest edge of 3 units": partial(nearest_edge, x, y, b, [1, 4, 7]),
        }.items():
            start = time.perf_counter()
            work()
            rows.setdefault(name, []).append(f"{time.perf_counter() - start:.3g} s")
    return [*lines, *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()), ""]


if __name__ == "__main__":
    print("\n".join(polygons()))
