"""`python -m benchmarks.run`: everything in one run, ratios side by side, results in benchmarks/results.md.

Every method runs in a child process of its own, so that its peak memory is its own; rounds go through all methods, so
that a busy moment of the machine does not fall on one of them. Figures are medians of the rounds. A method whose first
round takes longer than `--patience` seconds gets no further rounds, and the table says so; those that a stated ratio
rests on get all of theirs.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.cluster import cluster
from benchmarks.costs import by_phase, linearity, reading
from benchmarks.methods import METHODS
from benchmarks.polygons import polygons
from benchmarks.scene import SHARED, SIZES
from benchmarks.whole import whole

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results.md"
CHART = ROOT / "docs" / "proximity-cost.svg"
CASES = (("S", "many"), ("M", "many"), ("M", "one"), ("CAR", "many"), ("L", "many"))
TARGETS = ("ours", "ours_sums", "geopandas_dwithin", "duckdb")
"""What the stated ratios are made of: these get all their rounds, however long they take."""
TITLES = {
    ("S", "many"): "S: 2,000 sites × 20,000 incidents, a date per site",
    ("M", "many"): "M: 20,000 sites × 200,000 incidents, a date per site",
    ("M", "one"): "M with one date for all sites (everyone may filter by date first)",
    ("CAR", "many"): "Central African Republic, real: 272 sites at 156 months × 1,848 UCDP events",
    ("L", "many"): "L: 200,000 sites × 2,000,000 incidents, a date per site",
}


def absent(method: str) -> str:
    """Why a peer cannot run here; blank when it can."""
    missing = [name for name in METHODS[method][2] if importlib.util.find_spec(name) is None]
    if missing:
        return f"{', '.join(missing)} not installed"
    if method == "postgis" and "CAHRA_BENCH_POSTGIS" not in os.environ:
        return "no server named in CAHRA_BENCH_POSTGIS"
    return ""


def child(method: str, size: str, dates: str, truth: Path) -> dict[str, float] | str:
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.methods", method, size, dates, "--truth", str(truth)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        return lines[-1][:200]
    figures: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def case(size: str, dates: str, repeats: int, patience: float, skip: set[str]) -> list[str]:
    rounds: dict[str, list[dict[str, float]]] = {}
    failed: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        truth = Path(folder) / "truth.npy"
        for turn in range(repeats):
            for method in METHODS:
                done = rounds.get(method)
                slow = method not in TARGETS and done and done[0]["seconds"] > patience
                if absent(method) or method in failed or slow or method in skip or f"{size}:{method}" in skip:
                    continue
                figures = child(method, size, dates, truth)
                if isinstance(figures, str):
                    failed[method] = figures
                else:
                    rounds.setdefault(method, []).append(figures)
                    took = f"{figures['seconds']:.3f} s, {figures['cpu']:.3f} processor s, {figures['peak_mb']:.0f} MB"
                    print(f"  {size} {dates} round {turn + 1} {method}: {took}", flush=True)
    medians = {m: statistics.median(r["seconds"] for r in rows) for m, rows in rounds.items()}
    base, mine = medians.get("geopandas_dwithin"), medians.get("ours")
    own_cpu = statistics.median(r["cpu"] for r in rounds["ours"]) if "ours" in rounds else None
    lines = [
        f"### {TITLES[size, dates]}",
        "",
        "| method | seconds (spread) | of GeoPandas `dwithin` | ours takes … of it | processor seconds "
        "| ours takes … of them | peak memory MB | pairs | lost | false |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for method, rows in rounds.items():
        seconds = [r["seconds"] for r in rows]
        spread = f"{min(seconds):.3g} to {max(seconds):.3g}" if len(rows) > 1 else "one round"
        first = rows[0]
        ratio = f"{medians[method] / base:.3f}" if base else "–"
        of_it = f"{mine / medians[method]:.3f}" if mine and method not in ("ours", "ours_sums") else "–"
        cpu = statistics.median(r["cpu"] for r in rows)
        cpu_of_it = f"{own_cpu / cpu:.3f}" if own_cpu and method not in ("ours", "ours_sums") else "–"
        lines.append(
            f"| {METHODS[method][0]} | {medians[method]:.3g} ({spread}) | {ratio} | {of_it} "
            f"| {cpu:.3g} | {cpu_of_it} "
            f"| {max(r['peak_mb'] for r in rows):,.0f} | {int(first['pairs']):,} "
            f"| {int(first['lost']) if 'lost' in first else '–'} | {int(first['false']) if 'false' in first else '–'} |"
        )
    if mine and "ours_sums" in medians:
        busy = statistics.median(r["cpu"] for r in rounds["ours_sums"]) / (own_cpu or 1.0)
        lines += [
            "",
            f"Sums take {medians['ours_sums'] / mine:.2f} of the time of pairs ({busy:.2f} of processor time).",
        ]
    left = [METHODS[m][0] for m in METHODS if m in skip or f"{size}:{m}" in skip]
    if left:
        lines += ["", f"Left out of this run: {'; '.join(left)}."]
    lines += [f"\nFailed: {METHODS[m][0]}: {why}" for m, why in failed.items()]
    return [*lines, ""]


def machine() -> str:
    import geopandas
    import pandas
    import shapely

    names = {"numpy": np.__version__, "pandas": pandas.__version__, "geopandas": geopandas.__version__}
    names["shapely"] = shapely.__version__
    for name in ("sklearn", "scipy", "duckdb", "sedonadb"):
        if importlib.util.find_spec(name):
            module = importlib.import_module(name)
            names[name] = str(getattr(module, "__version__", "?"))
    versions = ", ".join(f"{k} {v}" for k, v in names.items())
    load = f", load {os.getloadavg()[0]:.1f} before the start" if hasattr(os, "getloadavg") else ""
    here = f"{os.cpu_count()} processors{load}, {platform.system()}, Python {platform.python_version()}"
    return f"{here}; {versions}."


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="S,M,CAR,L", help="which of S, M, CAR, L; L takes long (default: all)")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--patience", type=float, default=60.0, help="seconds after which a method is not repeated")
    parser.add_argument(
        "--skip", default="", help="methods to leave out, joined by commas: balltree, or L:balltree for one size"
    )
    parser.add_argument("--no-costs", action="store_true", help="leave out phases, the chart and the reading table")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="folder of the results and the chart; default: where they are published",
    )
    args = parser.parse_args(argv)
    results, chart = (args.out / path.name for path in (RESULTS, CHART)) if args.out else (RESULTS, CHART)
    wanted, skip = set(args.size.upper().split(",")), set(args.skip.split(",")) - {""}
    if strange := wanted - {size for size, _ in CASES}:
        parser.error(f"no such size: {', '.join(sorted(strange))}")
    started = time.perf_counter()
    lines = [
        "# Results of `make bench`",
        "",
        "Written by `python -m benchmarks.run`; every ratio below comes from this one run. All pairs within 25 km and",
        "a window of 36 months. Seconds are medians of the rounds; memory is the peak of the whole child process.",
        "Processor seconds (all threads together) say the same where other work on the machine disturbs the clock.",
        "",
        machine(),
        "",
        "## Pairs within 25 km and 36 months",
        "",
    ]
    gone = {METHODS[m][0]: absent(m) for m in METHODS if absent(m)}
    lines += [f"Skipped: {name} ({why})." for name, why in gone.items()] + ([""] if gone else [])
    if "CAR" in wanted and not SHARED.is_dir():
        lines += ["Skipped: the real case (the files are not on this machine).", ""]
        wanted.discard("CAR")
    parts = [partial(case, *c, args.repeats, args.patience, skip) for c in CASES if c[0] in wanted]
    if not args.no_costs:
        top = "L" if "L" in wanted else "M"
        some = [s for s in ("S", "M", "L") if s in wanted]
        parts += [
            partial(by_phase, [s for s in some if s != "S"] or ["S"]),
            partial(linearity, chart, largest=SIZES[top][0]),
            partial(reading, SIZES[top][1]),
            partial(cluster, some),
        ]
        parts += [polygons, partial(whole, "M", args.repeats)] if "M" in wanted else []
    for part in parts:
        lines += part()
        # Written as it grows: a run takes long, and what is measured is measured.
        results.write_text("\n".join(lines), encoding="utf-8")
    lines += [f"The whole run took {(time.perf_counter() - started) / 60:.0f} minutes.", ""]
    results.write_text("\n".join(lines), encoding="utf-8")
    print(f"written: {results}" + ("" if args.no_costs else f", {chart}"))


if __name__ == "__main__":
    main()
