"""How long `cahra screen` takes, and how much memory: a list of many rows on the demonstration data.

    .venv/bin/python -m benchmarks.screening --rows 50000            # origins alone
    .venv/bin/python -m benchmarks.screening --rows 50000 --ways     # and a way for every row

Rows lie at random over the Central African Republic and the east of the DR Congo; one in fifty has no coordinates, one
in a hundred is faulty. With ``--ways`` every row goes in a straight line to one of six towns.
"""

from __future__ import annotations

import argparse
import csv
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

import cli
from layers.reference.files import DATA

HEADER = ("supplier_id", "site_name", "lat", "lon", "coord_precision_km", "country", "mineral", "dest_lat", "dest_lon")
HEADER += ("as_of",)
BOXES = (("CAF", 14.5, 3.6, 26.0, 9.5), ("COD", 25.5, -6.0, 29.4, 3.5))
TOWNS = {
    "CAF": ((18.555, 4.361), (15.79, 4.26), (20.67, 5.76)),
    "COD": ((29.235, -1.679), (28.86, -2.51), (30.25, 1.56)),
}


def listed(path: Path, rows: int, with_routes: bool) -> None:
    rng = np.random.default_rng(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(HEADER)
        for i in range(rows):
            country, west, south, east, north = BOXES[int(rng.integers(2))]
            lon, lat = round(float(rng.uniform(west, east)), 5), round(float(rng.uniform(south, north)), 5)
            end = TOWNS[country][i % 3] if with_routes else ("", "")
            mineral, own = ("gold", "diamond", "coltan")[i % 3], "2016-09-19" if i % 7 == 0 else ""
            row = [f"S{i}", f"Site {i}", lat, lon, ("", "0.1", "2", "5")[i % 4], country, mineral, end[1], end[0], own]
            if i % 50 == 0:
                row[1], row[2], row[3] = f"Demonstration site {i % 150:03d}", "", ""
            elif i % 101 == 0:
                row[2] = "north"
            out.writerow(row)


def _busy() -> float:
    """Processor seconds of this process and its children so far."""
    return sum(
        u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--ways", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place, out = Path(folder) / "list.csv", Path(folder) / "out"
        listed(place, given.rows, given.ways)
        begun, busy = time.monotonic(), _busy()
        options = [
            ("--list", place), ("--out", out), ("--as-of", "2018-12-31"),
            ("--sites", DATA / "demonstration_sites.csv"), ("--sites", DATA / "demonstration_visits.csv"),
            ("--incidents", DATA / "demonstration_incidents.csv"),
            ("--incident-coverage", DATA / "demonstration_coverage.csv"),
        ]  # fmt: skip
        cli.main(["screen", *[str(word) for pair in options for word in pair]])
        seconds = time.monotonic() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{given.rows} rows, {'with' if given.ways else 'no'} ways: {seconds:.0f} s, "
            f"{_busy() - busy:.1f} processor s, peak {peak:.0f} MB"
        )
        for file in sorted(out.iterdir()):
            print(f"  {file.name:20} {file.stat().st_size / 1e6:8.1f} MB")


if __name__ == "__main__":
    main()
