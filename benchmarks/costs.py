"""Where our own time goes, how it grows with the pairs found, and what reading the inputs costs."""

from __future__ import annotations

import importlib.util
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np

from benchmarks.scene import SIZES as SCENES
from benchmarks.scene import Scene, synthetic

RADII_KM = (5, 10, 25, 50)
STEPS = ((2_000, 20_000), (6_000, 60_000), (20_000, 200_000), (60_000, 600_000), (200_000, 2_000_000))


def _clocked(spent: dict[str, float], name: str, work: Callable) -> Callable:
    def timed(*args: object, **kwargs: object) -> object:
        start = time.perf_counter()
        try:
            return work(*args, **kwargs)
        finally:
            spent[name] = spent.get(name, 0.0) + time.perf_counter() - start

    return timed


def by_phase(sizes: list[str]) -> list[str]:
    """Seconds of each phase of `within` on one thread, medians of three."""
    from geo import threads
    from geo.spatial import candidate_search, grid, proximity

    parts = {
        "check, filter and index the incidents": (candidate_search.Search, "__init__"),
        "order the sites": (candidate_search.Search, "order"),
        "find ranges in the grid": (grid.Grid, "ranges"),
        "test candidates by chord and window, measure arcs and sort": (proximity, "sorted_pairs"),
    }
    lines = ["## Where our time goes", "", "One thread, a date per site; seconds and share.", ""]
    lines += ["| phase | " + " | ".join(sizes) + " |", "|---|" + "--:|" * len(sizes)]
    table: dict[str, list[str]] = {name: [] for name in [*parts, "put pairs in place", "whole"]}
    for size in sizes:
        s = synthetic(size, *SCENES[size])
        rounds: list[dict[str, float]] = []
        for _ in range(3):
            spent: dict[str, float] = {}
            with mock.patch.object(threads, "THREADS", 1):
                patches = [
                    mock.patch.object(owner, name, _clocked(spent, phase, getattr(owner, name)))
                    for phase, (owner, name) in parts.items()
                ]
                for patch in patches:
                    patch.start()
                start = time.perf_counter()
                _count_pairs(s, s.radius_m)
                spent["whole"] = time.perf_counter() - start
                for patch in patches:
                    patch.stop()
            spent["put pairs in place"] = spent["whole"] - sum(v for k, v in spent.items() if k in parts)
            rounds.append(spent)
        whole = statistics.median(r["whole"] for r in rounds)
        for name, cells in table.items():
            value = statistics.median(r[name] for r in rounds)
            cells.append(f"{value:.3g} ({100 * value / whole:.0f} %)")
    return [*lines, *(f"| {name} | " + " | ".join(cells) + " |" for name, cells in table.items()), ""]


def _count_pairs(s: Scene, radius_m: float) -> int:
    """Number of pairs; made in chunks, so that the largest case fits."""
    from geo.spatial.proximity import within_chunks

    return sum(
        len(part)
        for part in within_chunks(
            s.site_lon,
            s.site_lat,
            s.lon,
            s.lat,
            s.day,
            radius_m=radius_m,
            as_of_day=s.as_of,
            window_days=s.window_days,
            incident_end_day=s.end,
        )
    )


def linearity(chart: Path, largest: int) -> list[str]:
    """Time against pairs found, five sizes and four radii, as a table, a fit and a chart."""
    lines = [
        "## Cost against pairs found",
        "",
        "| sites × incidents | radius km | pairs | seconds | microseconds per pair |",
        "|---|--:|--:|--:|--:|",
    ]
    seen: list[tuple[int, int, int, float]] = []
    for sites, incidents in STEPS:
        if sites > largest:
            continue
        s = synthetic("step", sites, incidents)
        _count_pairs(s, 1_000.0)
        for km in RADII_KM:
            times = []
            for _ in range(3 if sites < 100_000 else 2):
                start = time.perf_counter()
                pairs = _count_pairs(s, km * 1000.0)
                times.append(time.perf_counter() - start)
            best = min(times)
            seen.append((sites, km, pairs, best))
            lines.append(
                f"| {sites:,} × {incidents:,} | {km} | {pairs:,} | {best:.3g} | {best / max(pairs, 1) * 1e6:.3g} |"
            )
    # Cost = a per site and incident + b per pair, least squares in relative terms.
    rows = np.array([(11.0 * n, pairs) for n, _, pairs, _ in seen])
    seconds = np.array([t for *_, t in seen])
    a, b = np.linalg.lstsq(rows / seconds[:, None], np.ones(len(seconds)), rcond=None)[0]
    off = rows @ np.array([a, b]) / seconds
    lines += [
        "",
        f"Fit over all cases: {a * 1e6:.2g} µs per site and incident read and {b * 1e6:.3g} µs per pair found; the fit "
        f"is between {off.min():.2f} and {off.max():.2f} of what was measured.",
        "",
        f"![time against pairs found](../docs/{chart.name})",
        "",
    ]
    if importlib.util.find_spec("matplotlib") is None:
        return [*lines, "No chart: matplotlib is not installed.", ""]
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "cahra"
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4.5))
    for n in sorted({row[0] for row in seen}):
        mine = [row for row in seen if row[0] == n]
        axes.plot([r[2] for r in mine], [r[3] for r in mine], "o-", label=f"{n:,} × {10 * n:,}")
    span = np.array([min(r[2] for r in seen if r[2]), max(r[2] for r in seen)], dtype=float)
    axes.plot(span, b * span, "k--", linewidth=1, label="pairs alone (fit)")
    axes.set(xscale="log", yscale="log", xlabel="pairs found", ylabel="seconds")
    axes.set_title("Radius 5, 10, 25 and 50 km at five sizes")
    axes.legend(title="sites × incidents", fontsize=8)
    axes.grid(alpha=0.3, which="both")
    figure.tight_layout()
    chart.parent.mkdir(exist_ok=True)
    figure.savefig(chart, metadata={"Date": None, "Creator": None})
    return lines


def reading(incidents: int) -> list[str]:
    """Seconds to get longitude, latitude and days of incidents out of files of the usual kinds."""
    import geopandas as gpd
    import pandas as pd
    import pyarrow.csv
    import pyarrow.parquet
    import pyogrio
    import shapely

    s = synthetic("reading", 10, incidents)
    frame = pd.DataFrame({"lon": s.lon, "lat": s.lat, "day": s.day, "end": s.end, "best": s.best})
    lines = [
        "## Reading costs",
        "",
        f"{incidents:,} incidents: longitude, latitude, two days and deaths into arrays; best of three.",
        "",
        "| file | MB | seconds |",
        "|---|--:|--:|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        frame.to_csv(at / "i.csv", index=False)
        frame.to_parquet(at / "i.parquet", index=False)
        shapes = gpd.GeoDataFrame(frame, geometry=shapely.points(s.lon, s.lat), crs="EPSG:4326")
        shapes.to_parquet(at / "i.geo.parquet", index=False)
        few = shapes.iloc[: min(len(shapes), 200_000)]
        pyogrio.write_dataframe(few, at / "i.geojson", driver="GeoJSON")

        def columns(table: object) -> int:
            return len([np.asarray(table[c]) for c in frame.columns])  # type: ignore[index]

        methods: dict[str, tuple[str, Callable[[], object]]] = {
            "Parquet, plain columns (pyarrow)": (
                "i.parquet",
                lambda: columns(pyarrow.parquet.read_table(at / "i.parquet", columns=list(frame.columns))),
            ),
            "GeoParquet, its lon and lat columns only (pyarrow)": (
                "i.geo.parquet",
                lambda: columns(pyarrow.parquet.read_table(at / "i.geo.parquet", columns=list(frame.columns))),
            ),
            "GeoParquet with its points (GeoPandas)": (
                "i.geo.parquet",
                lambda: columns(gpd.read_parquet(at / "i.geo.parquet")),
            ),
            "CSV (pyarrow)": ("i.csv", lambda: columns(pyarrow.csv.read_csv(at / "i.csv"))),
            "CSV (pandas)": ("i.csv", lambda: columns(pd.read_csv(at / "i.csv"))),
            f"GeoJSON of {len(few):,} (GDAL)": ("i.geojson", lambda: columns(gpd.read_file(at / "i.geojson"))),
        }
        for name, (file, work) in methods.items():
            times = []
            for _ in range(3):
                start = time.perf_counter()
                work()
                times.append(time.perf_counter() - start)
            lines.append(f"| {name} | {(at / file).stat().st_size / 1e6:,.1f} | {min(times):.3g} |")
    return [*lines, ""]
