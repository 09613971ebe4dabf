"""What going distributed costs: one process against two Dask workers on this machine, results compared.

`python -m benchmarks.cluster L` takes the main job at size L, whose evidence no process here could hold: every worker
writes its part, and one tile is compared with one process. It takes a quarter of an hour and tens of gigabytes of disk.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.scene import SIZES as SCENES
from benchmarks.scene import Scene, synthetic
from benchmarks.whole import frames

ANSWER = {True: "yes", False: "NO"}


def _tile_pairs(site_paths: tuple[str, ...], incident_paths: tuple[str, ...], radius_m: float, window: int) -> int:
    """On a worker: pairs of one tile of sites, with the incidents of the tiles that its halo meets."""
    from geo import threads
    from geo.spatial.proximity import within

    threads.THREADS = 1
    s = pd.read_parquet(list(site_paths))
    i = pd.read_parquet(list(incident_paths)) if incident_paths else pd.DataFrame(columns=["lon", "lat", "day", "end"])
    return len(
        within(
            s["lon"],
            s["lat"],
            i["lon"].astype(float),
            i["lat"].astype(float),
            i["day"].astype(np.int64),
            radius_m=radius_m,
            as_of_day=s["as_of"].to_numpy(),
            window_days=window,
            incident_end_day=i["end"].astype(np.int64),
        )
    )


def _write(folder: Path, columns: dict[str, np.ndarray], rows: int) -> list[tuple[str, tuple[float, ...]]]:
    from geo.cluster.tiles import split

    frame = pd.DataFrame(columns)
    out = []
    for k, at in enumerate(split(columns["lon"], columns["lat"], rows)):
        part = frame.iloc[at]
        path = folder / f"{k:05d}.parquet"
        part.to_parquet(path, index=False)
        low, high = part[["lon", "lat"]].min(), part[["lon", "lat"]].max()
        out.append((str(path), (low["lon"], low["lat"], high["lon"], high["lat"])))
    return out


def kernel(s: Scene, client: object) -> tuple[float, float, float, bool]:
    """Seconds in one process (reading the tiles included), seconds on two workers, seconds to write tiles, equal?"""
    from geo.spatial.geodesic import MIN_CURVATURE_RADIUS_M

    with tempfile.TemporaryDirectory() as temporary:
        at = Path(temporary)
        (at / "s").mkdir()
        (at / "i").mkdir()
        start = time.perf_counter()
        sites = _write(at / "s", {"lon": s.site_lon, "lat": s.site_lat, "as_of": s.as_of}, 20_000)
        incidents = _write(at / "i", {"lon": s.lon, "lat": s.lat, "day": s.day, "end": s.end}, 50_000)
        wrote = time.perf_counter() - start
        start = time.perf_counter()
        everything = tuple(p for p, _ in incidents)
        alone = _tile_pairs(tuple(p for p, _ in sites), everything, s.radius_m, s.window_days)
        one = time.perf_counter() - start
        halo = float(np.degrees(s.radius_m / MIN_CURVATURE_RADIUS_M)) * 1.1
        start = time.perf_counter()
        jobs = []
        for path, (w, south, e, n) in sites:
            near = tuple(
                p for p, b in incidents
                if b[0] <= e + halo and w - halo <= b[2] and b[1] <= n + halo and south - halo <= b[3]
            )  # fmt: skip
            jobs.append(client.submit(_tile_pairs, (path,), near, s.radius_m, s.window_days, pure=False))  # type: ignore[attr-defined]
        found = sum(client.gather(jobs))  # type: ignore[attr-defined]
        two = time.perf_counter() - start
    return one, two, wrote, found == alone


def cluster(sizes: list[str]) -> list[str]:
    """Two tables: the kernel alone at all sizes, the main job at sizes up to M."""
    if importlib.util.find_spec("distributed") is None:
        return ["## Two Dask workers", "", "Skipped: distributed is not installed.", ""]
    import distributed

    from geo.assess import assess
    from geo.cluster.dask_job import assess_on_cluster

    lines = [
        "## Two Dask workers",
        "",
        "The cluster is up before the clock starts; `one` is a single process. Kernel: tiles of Parquet to pairs, one",
        "thread, reading included. Main job: `assess` from frames; the cluster's time includes writing them as tiles.",
        "",
        "| job | size | one s | two workers s | of one | writing tiles s | equal |",
        "|---|---|--:|--:|--:|--:|---|",
    ]
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as here,
        distributed.Client(here) as client,
    ):
        _ = kernel(synthetic("warm", 100, 1000), client)
        for size in sizes:
            one, two, wrote, equal = kernel(synthetic(size, *SCENES[size]), client)
            lines.append(
                f"| kernel | {size} | {one:.3g} | {two:.3g} | {two / one:.2f} | {wrote:.3g} | {ANSWER[equal]} |"
            )
        for size in [s for s in sizes if s != "L"]:
            sites, incidents, options = frames(synthetic(size, *SCENES[size], one_date=True))
            start = time.perf_counter()
            alone = assess(sites, incidents, **options)
            one = time.perf_counter() - start
            start = time.perf_counter()
            both = assess_on_cluster(sites, incidents, cluster=client, rows=max(len(sites) // 8, 500), **options)
            two = time.perf_counter() - start
            equal = alone.sites.equals(both.sites) and alone.evidence.equals(both.evidence)
            lines.append(f"| main job | {size} | {one:.3g} | {two:.3g} | {two / one:.2f} | in it | {ANSWER[equal]} |")
    return [*lines, ""]


def _read(path: Path) -> pd.DataFrame:
    """A result with its dates in seconds, as `assess` has them: Parquet knows no seconds and keeps milliseconds."""
    frame = pd.read_parquet(path)
    return frame.astype({c: "datetime64[s]" for c in frame if pd.api.types.is_datetime64_any_dtype(frame[c])})


def _leave_out(nothing: bool) -> None:
    """On a worker: the intensity is left out, or is there again."""
    import geo.assess
    from geo.rules.figures import intensity

    def none(_: object, as_of: np.ndarray, *__: object, **___: object) -> np.ndarray:
        return np.full(len(as_of), np.nan)

    geo.assess.intensity = none if nothing else intensity


def large(size: str = "L", rows: int = 2_000) -> list[str]:
    """The main job through tiles, results left in files: a table of what it took."""
    import distributed
    import pyarrow.parquet as pq

    from benchmarks.methods import peak_mb
    from geo.assess import assess
    from geo.cluster.dask_job import assess_partitioned, write_incidents, write_sites

    sites, incidents, options = frames(synthetic(size, *SCENES[size], one_date=True))
    with (
        tempfile.TemporaryDirectory() as temporary,
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as here,
        distributed.Client(here) as client,
    ):
        at = Path(temporary)
        start = time.perf_counter()
        write_sites(sites, at / "sites", rows)
        write_incidents(incidents, at / "incidents", 200_000)
        wrote = time.perf_counter() - start
        lines = []
        # Classes first: the peak of a worker is that of its whole life.
        for name, explain in (("classes without the intensity", False), ("classes", False), ("evidence", True)):
            client.run(_leave_out, name.endswith("intensity"))
            start, busy = time.perf_counter(), sum(client.run(time.process_time).values())
            given = {**options, "explain": explain, "out": str(at / ("out" if explain else name))}
            assess_partitioned(at / "sites", at / "incidents", cluster=client, **given)
            took = time.perf_counter() - start
            used = sum(client.run(time.process_time).values()) - busy
            lines.append(f"{took:.3g} ({used:.3g}) | {max(client.run(peak_mb).values()):,.0f}")
            load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
            print(f"{name}: {lines[-1]}{load}", file=sys.stderr, flush=True)
        parts = sorted((at / "out").glob("evidence-*.parquet"))
        count = sum(pq.ParquetFile(p).metadata.num_rows for p in parts)
        size_mb = sum(p.stat().st_size for p in parts) / 1e6
        mine = pd.read_parquet(at / "sites" / "part-00000.parquet", columns=list(sites.columns))
        start = time.perf_counter()
        alone = assess(mine, incidents, **options)
        one = time.perf_counter() - start
        equal = alone.evidence.equals(_read(parts[0])) and alone.sites.equals(_read(at / "out" / "sites-00000.parquet"))
    return [
        f"Main job, {len(sites):,} sites × {len(incidents):,} incidents, one date, {len(parts)} tiles, two workers:",
        "",
        "| tiles written s | classes without the intensity s (of both processors) | peak of a worker MB | classes | "
        "peak | with evidence | peak | rows of evidence | Parquet MB | one tile in one process s | equal |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|",
        f"| {wrote:.3g} | {' | '.join(lines)} | {count:,} | {size_mb:,.0f} | {one:.3g} | {ANSWER[equal]} |",
        "",
    ]


if __name__ == "__main__":
    print("\n".join(large(sys.argv[1]) if sys.argv[1:] else cluster(["S", "M"])))
