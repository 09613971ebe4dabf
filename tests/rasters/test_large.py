"""A raster that declares 20 GB is asked by a process, and by its children, that may take 2 GB of addresses in all."""

from __future__ import annotations

import json
import math
import resource
import subprocess
import sys

import numpy as np
import pytest
import rasterio

ASKED = """
import json, resource, sys
import numpy as np
from jobs.rasters.measure import circles, sampled
from layers.sources.rasters import read_population
layer = read_population(sys.argv[1], values="counts")
lon, lat = np.array([22.0, 21.5, -60.0]), np.array([5.0, 4.2, 0.0])
people, share = circles(layer, lon, lat, [5.0, 20.0])
peak = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps([people.tolist(), share.tolist(), sampled(layer, lon, lat).tolist(), max(peak)]))
"""
LIMIT = 2_000_000_000


@pytest.mark.slow
def test_twenty_gigabytes_in_two(tmp_path, children):
    size, path = 360 / 100_000, tmp_path / "pop.tif"
    column, row = round((21 + 180) / size) // 256 * 256, round((90 - 6) / size) // 256 * 256
    with rasterio.open(
        path, "w", driver="GTiff", width=100_000, height=50_000, count=1, dtype="float32", crs="EPSG:4326", nodata=-1,
        transform=rasterio.Affine(size, 0, -180, 0, -size, 90), tiled=True, compress="deflate", BIGTIFF="YES",
        SPARSE_OK="TRUE",
    ) as raster:  # fmt: skip
        for i in range(3):
            for j in range(3):
                at = rasterio.windows.Window(column + 256 * j, row + 256 * i, 256, 256)
                raster.write(np.full((256, 256), 2, np.float32), 1, window=at)
        assert raster.width * raster.height * 4 >= 20_000_000_000
    with path.open("r+b") as file:  # a file of real data is not packed a thousand times: a hole makes up for it
        file.truncate(30_000_000)

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))

    done = subprocess.run(
        [sys.executable, "-c", ASKED, str(path)], capture_output=True, text=True, check=False, preexec_fn=limited
    )
    assert done.returncode == 0, done.stderr[-2000:]
    people, share, at, peak_kb = json.loads(done.stdout)
    pixel_km2 = 110.57 * size * 111.32 * size * math.cos(math.radians(5))
    assert people[1][0] == pytest.approx(2 * math.pi * 400 / pixel_km2, rel=0.01)
    assert people[0][1] == pytest.approx(2 * math.pi * 25 / pixel_km2, rel=0.02)
    assert [share[1][0], share[0][1], share[1][2]] == pytest.approx([1, 1, 0], abs=1e-6)
    assert math.isnan(people[1][2]), "tiles that are not there hold no value"
    assert at[:2] == [2, 2]
    assert math.isnan(at[2])
    assert peak_kb * 1024 < LIMIT / 4
