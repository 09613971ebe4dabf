"""People within circles: ours beside exactextract and rasterstats, and a raster of many gigabytes in little memory.

.venv/bin/python -m benchmarks.exposure          # all, each in a process of its own; peers where they are installed
.venv/bin/python -m benchmarks.exposure --large  # a raster of 20 GB is made (3.3 GB on the disk) and asked
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from benchmarks.scene import SHARED

RASTER = SHARED / "raster" / "burundi_worldpop.tif"
N = 20_000
PEERS = ("ours", "exactextract", "rasterstats")


def places(n: int = N) -> tuple[np.ndarray, np.ndarray]:
    """Random places in Burundi's box."""
    rng = np.random.default_rng(1)
    return rng.uniform(29.1, 30.6, n), rng.uniform(-4.4, -2.4, n)


def polygons(n: int, km: float) -> Any:
    """The same circles as polygons."""
    from geo.rasters.circles import rings

    return shapely.polygons(np.stack(rings(*places(n), km * 1000), axis=-1))


def ours(n: int, km: float) -> tuple[float, np.ndarray]:
    """From the places to the sums, the reading of the raster by a child and the drawing of circles included."""
    from jobs.rasters.measure import circles
    from layers.sources.rasters import read_population

    lon, lat = places(n)
    begun = time.perf_counter()
    people, _ = circles(read_population(RASTER), lon, lat, [km])
    return time.perf_counter() - begun, people[0]


def exactextract(n: int, km: float) -> tuple[float, np.ndarray]:
    """The circles are given, and their drawing is not counted."""
    import geopandas as gpd
    from exactextract import exact_extract

    frame = gpd.GeoDataFrame(geometry=polygons(n, km), crs=4326)
    begun = time.perf_counter()
    found = exact_extract(str(RASTER), frame, ["sum"], output="pandas")
    return time.perf_counter() - begun, found["sum"].to_numpy()


def rasterstats(n: int, km: float) -> tuple[float, np.ndarray]:
    """Whole pixels by their middle; circles given."""
    from rasterstats import zonal_stats

    shapes = list(polygons(n, km))
    begun = time.perf_counter()
    found = zonal_stats(shapes, str(RASTER), stats=["sum"])
    return time.perf_counter() - begun, np.array([f["sum"] or 0 for f in found], dtype=float)


def alone(name: str, n: int, km: float) -> dict[str, Any]:
    """One of them in a process of its own: the best of three times [s], its memory [MB], and the sums' sum."""
    code = (
        f"import json, resource, warnings\nwarnings.simplefilter('ignore')\nfrom benchmarks import exposure\n"
        f"runs = [exposure.{name}({n}, {km}) for _ in range({1 if name == 'rasterstats' else 3})]\n"
        "import numpy as np\n"
        "usage = [resource.getrusage(w).ru_maxrss / 1000 for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]\n"
        "print(json.dumps([min(t for t, _ in runs), max(usage), np.nan_to_num(runs[0][1]).tolist()]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        return {"error": done.stderr.strip().splitlines()[-1][:100]}
    seconds, memory, sums = json.loads(done.stdout)
    return {"seconds": seconds, "mb": memory, "sums": np.array(sums)}


def made(path: str) -> None:
    """A raster of 100,000 × 50,000 pixels of 4 bytes, tiled and packed."""
    import rasterio

    size = 360 / 100_000
    block = np.random.default_rng(3).integers(0, 9, (256, 100_000), dtype=np.uint8).astype(np.float32)
    with rasterio.open(
        path, "w", driver="GTiff", width=100_000, height=50_000, count=1, dtype="float32", crs="EPSG:4326",
        transform=rasterio.Affine(size, 0, -180, 0, -size, 90), tiled=True, compress="lzw", BIGTIFF="YES", nodata=-1,
    ) as raster:  # fmt: skip
        for row in range(0, 50_000, 256):
            high = min(256, 50_000 - row)
            raster.write(block[:high], 1, window=rasterio.windows.Window(0, row, 100_000, high))


def areas_of(path: str) -> None:
    """2,000 places of Africa, two radii."""
    from jobs.rasters.measure import circles
    from layers.sources.rasters import read_population

    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(-17, 50, 2000), rng.uniform(-34, 36, 2000)
    begun = time.perf_counter()
    people, share = circles(read_population(path, values="counts"), lon, lat, [5.0, 20.0])
    seconds = time.perf_counter() - begun
    used = [resource.getrusage(w).ru_maxrss / 1000 for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    size = Path(path).stat().st_size / 1e9
    print(f"{size:.1f} GB on the disk: {seconds:.0f} s, {used[0]:.0f} MB here, {used[1]:.0f} MB "
          f"in the largest child; all found: {np.isfinite(people).all()}, least share {share.min():.3f}")  # fmt: skip


def large() -> None:
    """A raster of 20 GB with every pixel written, made by one process and asked by another."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "pop.tif")
        for step in ("made", "asked"):
            code = f"from benchmarks.exposure import {step}\n{step}({path!r})"
            subprocess.run([sys.executable, "-c", code], check=True)


def main() -> None:
    """Prints a table."""
    if "--large" in sys.argv:
        large()
        return
    for km in (5.0, 20.0):
        found = {name: alone(name, N, km) for name in PEERS}
        for name, case_figures in found.items():
            if "error" in case_figures:
                print(f"{km:g} km  {name:14} {case_figures['error']}")
                continue
            known = found["ours"]["sums"] > 1000
            other = np.abs(case_figures["sums"][known] / found["ours"]["sums"][known] - 1)
            print(f"{km:g} km  {name:14} {case_figures['seconds']:8.2f} s  {case_figures['mb']:7.0f} MB  "
                  f"median difference {np.median(other):.2e}, largest {other.max():.2e}")  # fmt: skip


if __name__ == "__main__":
    main()
