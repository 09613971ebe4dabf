"""400,000 events of UCDP's columns: from the CSV to a layer, and the second start from GeoParquet; time and memory.

    .venv/bin/python -m benchmarks.fast_start [EVENTS]

Each start is a process of its own; memory is the peak that the system counts of it.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

MEASURE = """
import hashlib, re, sys, time
import layers.sources.incidents, layers.publishers.fast_layer as fast
from pathlib import Path
folder, name, sha, how = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024
idle = peak()
began, cpu = time.perf_counter(), time.process_time()
if how == "csv":
    layer = layers.sources.incidents.read_incidents(folder / name, name)
    told, cpu = time.perf_counter() - began, time.process_time() - cpu
    fast.write_fast(layer, folder)
else:
    assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha  # as the store does
    layer = fast.read_fast(folder, sha, name)
    told, cpu = time.perf_counter() - began, time.process_time() - cpu
print(how, len(layer.frame), round(told, 2), round(cpu, 2), idle, peak())
"""


def table(count: int) -> bytes:
    """Events as wide as UCDP's, with texts of usual length; every number from one seed."""
    random = np.random.default_rng(7)
    heading = (
        "id,relid,year,active_year,code_status,type_of_violence,conflict_name,dyad_name,side_a,side_b,"
        "number_of_sources,source_article,source_headline,where_prec,where_coordinates,where_description,adm_1,adm_2,"
        "latitude,longitude,geom_wkt,priogrid_gid,country,country_id,region,event_clarity,date_prec,date_start,"
        "date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low,gwnoa,gwnob"
    )
    days = np.datetime64("1989-01-01") + random.integers(0, 13_000, count)
    lat, lon = random.uniform(-20, 20, count).round(5), random.uniform(10, 40, count).round(5)
    best, code = random.poisson(4, count), random.integers(1, 7, count)
    article = '"Reuters,2014-05-01,Clashes in the north of the region leave several dead, officials say"'
    lines = [
        f"{i},REL-{i},{d.astype(object).year},1,Clear,1,A: Government,Government - Rebels {i % 300},Government of A,"
        f"Rebels {i % 300},3,{article},Clashes in the north,{p},Town {i % 5000},Town {i % 5000} in the district,"
        f"Province {i % 90},District {i % 900},{y},{x},POINT ({x} {y}),{i % 90000},Central African Republic,482,Africa,"
        f"1,1,{d},{d},1,1,{b},0,{b},{b + 3},{b // 2},482,"
        for i, (d, y, x, b, p) in enumerate(zip(days, lat, lon, best, code, strict=True))
    ]
    return (heading + "\n" + "\n".join(lines) + "\n").encode()


def main(count: int = 400_000) -> None:
    with tempfile.TemporaryDirectory() as place:
        data = table(count)
        (Path(place) / "events.csv").write_bytes(data)
        sha = hashlib.sha256(data).hexdigest()
        print(f"{len(data) / 1e6:.0f} MB of CSV; start, events, seconds, of the processor, MB before, MB at the peak")
        for how in ("csv", "geoparquet"):
            subprocess.run([sys.executable, "-c", MEASURE, place, "events.csv", sha, how], check=True)
        size = next((Path(place) / "fast").iterdir()).stat().st_size
        print(f"{size / 1e6:.0f} MB of GeoParquet")


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
