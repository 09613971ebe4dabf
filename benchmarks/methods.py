"""The ways to find all pairs within a radius and a window; each is a function of a scene that gives (site, incident).

Every peer gets the arrays that ours gets (longitude and latitude columns, days as integers) and has to hand back the
pairs; what it must build for that (points, projections, trees, tables) is part of its time, as it is of ours. With one
as-of date for all sites everyone may drop the incidents outside the window first; with a date per site nobody can.
`python -m benchmarks.methods METHOD ...` is the child process in which one of them is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np

from benchmarks.scene import Scene, real_car, synthetic
from geo.compiled.compiler import compiles

Found = tuple[np.ndarray, np.ndarray]
CHUNK = 10_000
"""Sites per piece for the peers that cannot hold all candidates of size L."""


def kernel_kwargs(s: Scene) -> dict[str, object]:
    return {
        "radius_m": s.radius_m,
        "as_of_day": s.as_of,
        "window_days": s.window_days,
        "incident_end_day": s.end,
    }


def ours(s: Scene) -> Found:
    from geo.spatial.proximity import within

    pairs = within(s.site_lon, s.site_lat, s.lon, s.lat, s.day, **kernel_kwargs(s))
    return pairs.site, pairs.incident


def ours_sums(s: Scene) -> Found:
    """Counts, deaths, nearest and latest per precision class: no pairs come out."""
    from geo.spatial.nearby_sums import summarise

    deaths = {"deaths_low": s.best, "deaths_best": s.best, "deaths_high": s.best}
    sums = summarise(s.site_lon, s.site_lat, s.lon, s.lat, s.day, **kernel_kwargs(s), precision=s.precision, **deaths)
    return np.repeat(np.arange(s.site_lon.size), sums.count.sum(axis=1)), np.zeros(0, np.int64)


def in_time(s: Scene, site: np.ndarray, incident: np.ndarray) -> np.ndarray:
    t = s.as_of[site]
    return (s.day[incident] <= t) & (s.end[incident] > t - s.window_days)


def possible(s: Scene) -> np.ndarray:
    """Incidents that any window can hold: all that a prefilter by date can do."""
    return np.flatnonzero((s.day <= s.as_of.max()) & (s.end > s.as_of.min() - s.window_days))


def by_geod(s: Scene, site: np.ndarray, incident: np.ndarray) -> Found:
    from pyproj import Geod

    d = Geod(ellps="WGS84").inv(s.site_lon[site], s.site_lat[site], s.lon[incident], s.lat[incident])[2]
    keep = d <= s.radius_m
    return site[keep], incident[keep]


def _geopandas(s: Scene, radius: float) -> Found:
    import geopandas as gpd

    rows = possible(s)
    crs = s.epsg_aeqd
    sites = gpd.GeoDataFrame(
        {"as_of": s.as_of}, geometry=gpd.points_from_xy(s.site_lon, s.site_lat), crs="EPSG:4326"
    ).to_crs(crs)
    incidents = gpd.GeoDataFrame(
        {"day": s.day[rows], "end": s.end[rows]}, geometry=gpd.points_from_xy(s.lon[rows], s.lat[rows]), crs="EPSG:4326"
    ).to_crs(crs)
    out = []
    for i in range(0, len(sites), CHUNK if len(sites) > 50_000 else len(sites)):
        part = sites.iloc[i : i + (CHUNK if len(sites) > 50_000 else len(sites))]
        joined = part.sjoin(incidents, predicate="dwithin", distance=radius)
        joined = joined[(joined["day"] <= joined["as_of"]) & (joined["end"] > joined["as_of"] - s.window_days)]
        out.append((joined.index.to_numpy(), rows[joined["index_right"].to_numpy()]))
    return np.concatenate([a for a, _ in out]), np.concatenate([b for _, b in out])


def geopandas_dwithin(s: Scene) -> Found:
    return _geopandas(s, s.radius_m)


def geopandas_exact(s: Scene) -> Found:
    return by_geod(s, *_geopandas(s, s.radius_m * 1.016 + 50))


def balltree(s: Scene) -> Found:
    from sklearn.neighbors import BallTree

    rows = possible(s)
    tree = BallTree(np.radians(np.column_stack((s.lat[rows], s.lon[rows]))), metric="haversine")
    sites = np.radians(np.column_stack((s.site_lat, s.site_lon)))
    out = []
    for i in range(0, len(sites), CHUNK):
        hits = tree.query_radius(sites[i : i + CHUNK], s.radius_m * 1.006 / 6_371_008.8)
        count = np.fromiter(map(len, hits), dtype=np.int64, count=len(hits))
        site = np.repeat(np.arange(i, i + len(hits)), count)
        incident = rows[np.concatenate(hits)]
        timely = in_time(s, site, incident)
        out.append(by_geod(s, site[timely], incident[timely]))
    return np.concatenate([a for a, _ in out]), np.concatenate([b for _, b in out])


def ecef_tree(s: Scene) -> Found:
    from scipy.spatial import cKDTree

    from geo.spatial.geodesic import arc_m, ecef

    rows = possible(s)
    incidents = np.column_stack(ecef(s.lon[rows], s.lat[rows]))
    sites = np.column_stack(ecef(s.site_lon, s.site_lat))
    tree = cKDTree(incidents)
    out = []
    for i in range(0, len(sites), CHUNK):
        part = sites[i : i + CHUNK]
        found = cKDTree(part).sparse_distance_matrix(tree, s.radius_m + 1e-5, output_type="ndarray")
        site, at, chord = found["i"] + i, found["j"], found["v"]
        timely = in_time(s, site, rows[at])
        site, at, chord = site[timely], at[timely], chord[timely]
        dz = incidents[at, 2] - sites[site, 2]
        keep = arc_m(chord * chord, dz, incidents[at, 2] + sites[site, 2]) <= s.radius_m
        out.append((site[keep], rows[at[keep]]))
    return np.concatenate([a for a, _ in out]), np.concatenate([b for _, b in out])


def duckdb(s: Scene) -> Found:
    """Grid equi-join in SQL, then ST_Distance_Spheroid (which takes latitude, longitude)."""
    import duckdb as db
    import duckdb_extension_spatial as extension
    import pandas as pd

    folder = Path(extension.__file__).parent / "extensions" / f"v{db.__version__}"
    con = db.connect(config={"allow_unsigned_extensions": "true"})
    con.execute(f"LOAD '{folder / 'spatial.duckdb_extension'}'")
    rows = possible(s)
    con.register(
        "s0", pd.DataFrame({"site": np.arange(s.site_lon.size), "lon": s.site_lon, "lat": s.site_lat, "t": s.as_of})
    )
    con.register(
        "i0",
        pd.DataFrame({"incident": rows, "lon": s.lon[rows], "lat": s.lat[rows], "a": s.day[rows], "z": s.end[rows]}),
    )
    # Cells of the radius in degrees at the latitude where a degree is shortest; valid away from poles and antimeridian.
    dlat = s.radius_m / 110_574.0 * 1.001
    dlon = s.radius_m / (111_320.0 * np.cos(np.radians(max(abs(s.site_lat).max(), abs(s.lat).max())))) * 1.01
    table = con.execute(
        f"""
        WITH s AS (SELECT *, floor(lon / {dlon})::INT AS cx, floor(lat / {dlat})::INT AS cy FROM s0),
             o AS (SELECT s.*, cx + dx AS x, cy + dy AS y FROM s,
                   (VALUES (-1), (0), (1)) AS u(dx), (VALUES (-1), (0), (1)) AS v(dy)),
             i AS (SELECT *, floor(lon / {dlon})::INT AS x, floor(lat / {dlat})::INT AS y FROM i0)
        SELECT o.site, i.incident FROM o JOIN i USING (x, y)
        WHERE i.a <= o.t AND i.z > o.t - {s.window_days}
          AND abs(i.lat - o.lat) <= {dlat} AND abs(i.lon - o.lon) <= {dlon}
          AND ST_Distance_Spheroid(ST_Point2D(o.lat, o.lon), ST_Point2D(i.lat, i.lon)) <= {s.radius_m}
        """
    ).fetchnumpy()
    return np.asarray(table["site"]), np.asarray(table["incident"])


def _sedona(s: Scene, sites: dict, incidents: dict, where: str) -> Found:
    import pandas as pd
    import sedonadb

    sd = sedonadb.connect()
    rows = possible(s)
    left = {"site": np.arange(s.site_lon.size), "t": s.as_of} | sites
    right = {"incident": rows, "a": s.day[rows], "z": s.end[rows]} | {k: v[rows] for k, v in incidents.items()}
    sd.create_data_frame(pd.DataFrame(left)).to_view("s", overwrite=True)
    sd.create_data_frame(pd.DataFrame(right)).to_view("i", overwrite=True)
    table = sd.sql(
        f"SELECT s.site, i.incident FROM s JOIN i ON {where} WHERE i.a <= s.t AND i.z > s.t - {s.window_days}"
    ).to_arrow_table()
    return table["site"].to_numpy(), table["incident"].to_numpy()


def sedonadb(s: Scene) -> Found:
    """ST_DWithin in an equidistant plane with a margin, then `Geod.inv`."""
    from pyproj import Transformer

    plane = Transformer.from_crs("EPSG:4326", s.epsg_aeqd, always_xy=True)
    sx, sy = plane.transform(s.site_lon, s.site_lat)
    ix, iy = plane.transform(s.lon, s.lat)
    where = f"ST_DWithin(ST_Point(s.x, s.y), ST_Point(i.x, i.y), {s.radius_m * 1.016 + 50})"
    return by_geod(s, *_sedona(s, {"x": sx, "y": sy}, {"x": ix, "y": iy}, where))


def sedonadb_geography(s: Scene) -> Found:
    """ST_DWithin on geographies (a sphere) with a margin, then `Geod.inv`."""
    at = f"ST_DWithin(ST_GeogPoint(s.lon, s.lat), ST_GeogPoint(i.lon, i.lat), {s.radius_m * 1.006})"
    return by_geod(s, *_sedona(s, {"lon": s.site_lon, "lat": s.site_lat}, {"lon": s.lon, "lat": s.lat}, at))


def postgis(s: Scene) -> Found:
    """ST_DWithin on geography with GiST; loading and indexing count. Needs CAHRA_BENCH_POSTGIS (a DSN)."""
    import io

    import psycopg

    rows = possible(s)
    with psycopg.connect(os.environ["CAHRA_BENCH_POSTGIS"]) as con, con.cursor() as cur:
        cur.execute("CREATE TEMP TABLE s (site int, t int, lon float8, lat float8)")
        cur.execute("CREATE TEMP TABLE i (incident int, a int, z int, lon float8, lat float8)")
        for name, columns in (
            ("s", (np.arange(s.site_lon.size), s.as_of, s.site_lon, s.site_lat)),
            ("i", (rows, s.day[rows], s.end[rows], s.lon[rows], s.lat[rows])),
        ):
            text = io.StringIO()
            for row in zip(*(c.tolist() for c in columns), strict=True):
                text.write("\t".join(map(repr, row)) + "\n")
            with cur.copy(f"COPY {name} FROM STDIN") as copy:
                copy.write(text.getvalue())
            cur.execute(f"ALTER TABLE {name} ADD g geography")
            cur.execute(f"UPDATE {name} SET g = ST_MakePoint(lon, lat)::geography")
        cur.execute("CREATE INDEX ON i USING gist (g)")
        cur.execute("ANALYZE i")
        cur.execute(
            "SELECT site, incident FROM s JOIN i ON ST_DWithin(s.g, i.g, %s) WHERE a <= t AND z > t - %s",
            (s.radius_m, s.window_days),
        )
        table = np.array(cur.fetchall(), dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


METHODS: dict[str, tuple[str, Callable[[Scene], Found], tuple[str, ...]]] = {
    "ours": ("**this project, pairs**", ours, ()),
    "ours_sums": ("**this project, sums only**", ours_sums, ()),
    "geopandas_dwithin": ("GeoPandas `sjoin(dwithin)`, equidistant CRS", geopandas_dwithin, ("geopandas",)),
    "geopandas_exact": ("the same with a margin, then `Geod.inv`", geopandas_exact, ("geopandas",)),
    "balltree": ("scikit-learn BallTree (haversine), then `Geod.inv`", balltree, ("sklearn",)),
    "ecef_tree": ("SciPy cKDTree on ECEF, arc correction", ecef_tree, ("scipy",)),
    "duckdb": ("DuckDB spatial, grid equi-join", duckdb, ("duckdb", "duckdb_extension_spatial")),
    "sedonadb": ("SedonaDB planar, then `Geod.inv`", sedonadb, ("sedonadb", "geoarrow")),
    "sedonadb_geography": ("SedonaDB geography, then `Geod.inv`", sedonadb_geography, ("sedonadb", "geoarrow")),
    "postgis": ("PostGIS geography, GiST (its server's memory and processor not counted)", postgis, ("psycopg",)),
}


def scene(name: str, dates: str) -> Scene:
    if name == "CAR":
        car = real_car()
        if car is None:
            raise SystemExit("real data are not on this machine")
        return car
    sizes = {"S": (2_000, 20_000), "M": (20_000, 200_000), "L": (200_000, 2_000_000)}
    return synthetic(name, *sizes[name], one_date=dates == "one")


def peak_mb() -> float:
    """Peak memory of this process [MB]; `ru_maxrss` would count what the parent held when it started us."""
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("method", choices=METHODS)
    parser.add_argument("size")
    parser.add_argument("dates", choices=("one", "many"))
    parser.add_argument("--truth", type=Path, help="npy file of site * 2^32 + incident; ours writes it")
    args = parser.parse_args()
    s = scene(args.size, args.dates)
    before = peak_mb()
    run = METHODS[args.method][1]
    # Imports, JIT and first-call set-up are nobody's running cost; few as they are, ours takes the way of many.
    large = args.method.startswith("ours") and compiles(s.site_lon.size * s.lon.size)
    with mock.patch.dict(os.environ, {"CAHRA_COMPILED": "always"} if large else {}):
        run(synthetic("warm", 500, 5_000, one_date=args.dates == "one"))
    start, cpu = time.perf_counter(), time.process_time()
    site, incident = run(s)
    took, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = peak_mb()
    line_of_figures: dict[str, object] = {
        "seconds": took,
        "cpu": cpu,
        "peak_mb": peak,
        "before_mb": before,
        "pairs": int(site.size),
    }
    if args.truth and incident.size == site.size:
        key = (site.astype(np.int64) << 32) | incident.astype(np.int64)
        key.sort()
        if args.method == "ours":
            np.save(args.truth, key)
            line_of_figures |= {"lost": 0, "false": 0}
        else:
            truth = np.load(args.truth)
            common = np.intersect1d(truth, key, assume_unique=True).size
            line_of_figures |= {"lost": int(truth.size - common), "false": int(key.size - common)}
    print(json.dumps(line_of_figures))


if __name__ == "__main__":
    main()
