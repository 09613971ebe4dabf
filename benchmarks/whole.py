"""The main job whole: all rules, zones, units, evidence and the files, at the sizes of the scenes.

    .venv/bin/python -m benchmarks.whole --against geopandas   # three rounds, medians; JSON as its last line
    .venv/bin/python -m benchmarks.whole --profile csv         # where the time goes
    .venv/bin/python -m benchmarks.whole --part classes --dates many   # one part, with a date per site

Every part runs in a child process of its own, rounds through all of them in turn, as in :mod:`benchmarks.run`. A part
starts from frames in memory (reading and imports aside); files are made as the command makes them for its folder, and
each piece is let go when it is made: the disk is not measured. `--against` divides by GeoPandas
`sjoin(predicate="dwithin")` of the same scene with a date per site, and by its form with one date, of the same run.
"""

from __future__ import annotations

import argparse
import contextlib
import cProfile
import datetime as dt
import importlib.util
import json
import os
import pstats
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import shapely

from benchmarks.methods import peak_mb
from benchmarks.scene import BOX, LAST_DAY, SHARED, Scene, synthetic
from benchmarks.scene import SIZES as SCENES
from geo.compiled.compiler import compiles

ROOT = Path(__file__).resolve().parents[1]
NOW = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
PARTS = {
    "csv": "the whole job: `assess`, evidence, files with CSV",
    "parquet": "the same with evidence as Parquet",
    "classes": "classes alone (`explain=False`), without the intensity",
}
PEERS = {
    "geopandas": ("geopandas_dwithin", "M", "many"),
    "geopandas_one": ("geopandas_dwithin", "M", "one"),
    "ours_one": ("ours", "M", "one"),
    "tree_one": ("ecef_tree", "M", "one"),
    "ours_car": ("ours", "CAR", "many"),
    "tree_car": ("ecef_tree", "CAR", "many"),
}
"""Methods of :mod:`benchmarks.methods` that run between the parts."""


def units(level: int, step: float, corners: int) -> object:
    """Boundaries made of wavy squares of `step` degrees with so many corners a side: like districts in number."""
    from geo.spatial.polygons import Boundaries

    shapes, names = [], []
    for x in np.arange(BOX[0], BOX[2], step):
        for y in np.arange(BOX[1], BOX[3], step):
            t = np.linspace(0, 1, corners, endpoint=False)

            def wave(v: np.ndarray) -> np.ndarray:
                return 0.05 * step * np.sin(v * 40)

            ring = np.concatenate(
                (
                    np.column_stack((x + t * step, y + wave(x + t * step))),
                    np.column_stack((x + step + wave(y + t * step), y + t * step)),
                    np.column_stack((x + step - t * step, y + step + wave(x + step - t * step))),
                    np.column_stack((x + wave(y + step - t * step), y + step - t * step)),
                )
            )
            shapes.append(shapely.make_valid(shapely.Polygon(ring)))
            names.append(f"L{level} {x:.1f} {y:.1f}")
    country = ["CAF" if "8.0" not in n else "COD" for n in names]
    frame = pd.DataFrame({"unit": names, "code": "", "parent": "", "country": country, "level": level})
    text = dict.fromkeys(("unit", "code", "parent", "country"), "str")
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    return Boundaries(frame.astype(text), geometry, version="2015", dataset="waves", name="waves.geojson")


def frames(s: Scene) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, object]]:
    """Sites, incidents and options of `assess` for a scene."""
    from geo import schema
    from geo.spatial.polygons import locate
    from layers.reference.legal_schemes import restrictions
    from layers.reference.rule_files import default_rules
    from layers.reference.unit_aliases import unit_aliases
    from layers.sources.zone_register import read_register

    n, m = s.site_lon.size, s.lon.size
    second, first = units(2, 1.25, 60), units(1, 5.0, 200)
    rng = np.random.default_rng(7)
    names = second.frame["unit"].to_numpy(dtype=object)
    label = names[np.maximum(locate(s.lon, s.lat, second), 0)]
    sites = pd.DataFrame(
        {
            "source": "bench",
            "site_id": np.arange(n).astype(str),
            "name": "Site",
            "lon": s.site_lon,
            "lat": s.site_lat,
            "coord_precision_km": rng.choice([0.1, 2.0, 5.0], n),
            "country": "CAF",
            "country_basis": "row",
            "minerals": rng.choice(["gold", "diamond", "cassiterite"], n),
            "demonstration": True,
            "row": np.arange(n) + 2,
        }
    )
    day = np.asarray(s.day).astype("datetime64[D]").astype("datetime64[s]")
    end = np.asarray(s.end).astype("datetime64[D]").astype("datetime64[s]")
    incidents = pd.DataFrame(
        {
            "source": "ucdp",
            "dataset": "UCDP GED",
            "dataset_version": "23.1",
            "record_id": np.arange(m).astype(str),
            "date_start": day,
            "date_end": end,
            "date_prec": 1.0,
            "precision": s.precision,
            "country": "CAF",
            "lon": s.lon,
            "lat": s.lat,
            "admin2": label,
            "deaths_best": s.best,
            "deaths_low": np.maximum(s.best - 1, 0),
            "deaths_high": s.best + 1,
            "actor_a": rng.choice(["Government", "Group A", "Group B"], m),
            "actor_b": "Civilians",
            "effect": "lethal",
            "row": np.arange(m) + 2,
        }
    )
    covered = pd.DataFrame(
        {"dataset": ["UCDP GED"], "country_iso3": ["CAF"], "from": ["1989-01-01"], "to": ["2022-12-31"]}
    ).astype({"from": "datetime64[s]", "to": "datetime64[s]"})
    outline = units(0, 25.0, 2000)
    outline.frame["country"] = ["CAF"] * len(outline)
    options = {
        "as_of": dt.date(1970, 1, 1) + dt.timedelta(days=LAST_DAY - 365),
        "rules": default_rules(),
        "zones": read_register().frame,
        "boundaries": [second, first],
        "coverage": schema.conform(covered, schema.COVERAGE),
        "restrictions": restrictions(),
        "outlines": outline,
        "aliases": unit_aliases(),
        "files": {"UCDP GED": "events.csv"},
    }
    return schema.conform(sites, schema.SITES), schema.conform(incidents, schema.INCIDENTS), options


def files_of(result, rules, evidence: str = "csv") -> dict[str, int]:
    """Makes the files as the command does, piece by piece and hashed, the largest beside others; sizes by name."""
    from geo import schema
    from jobs.assessment.export import result_files, run_record

    record = run_record(result, rules, [], {}, NOW)
    sizes: dict[str, int] = {}

    def put(name: str, content: bytes | Iterable[object]) -> None:
        pieces = (content,) if isinstance(content, bytes) else content
        sizes[name] = sum(memoryview(piece).nbytes for piece in pieces)

    result_files(result, rules, schema.empty(schema.REJECTED), record, evidence=evidence).put_away(put)
    return sizes


def scene_of(size: str, dates: str) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, object]]:
    """Sites, incidents and options of `assess` for a synthetic scene: of `one` date, or of `many`, a date per site."""
    scene = synthetic(size, *SCENES[size], one_date=dates == "one")
    sites, incidents, options = frames(scene)
    if dates == "many":
        options["as_of"] = pd.Series(np.asarray(scene.as_of).astype("datetime64[D]").astype("datetime64[s]"))
    return sites, incidents, options


def part(name: str, size: str, dates: str = "one") -> dict[str, float]:
    """Seconds, processor seconds and peak memory of one part, in this process."""
    import geo.assess

    # Imports, JIT and first-call set-up aside: small as it is, the first takes the way of a large one.
    warm = frames(synthetic("S", 200, 2_000, one_date=True))
    large = compiles(SCENES[size][0] * SCENES[size][1])
    with mock.patch.dict(os.environ, {"CAHRA_COMPILED": "always"} if large else {}):
        geo.assess.assess(warm[0], warm[1], explain=False, **warm[2])
        files_of(geo.assess.assess(warm[0], warm[1], **warm[2]), warm[2]["rules"], "both")
    sites, incidents, options = scene_of(size, dates)
    before = peak_mb()
    figures: dict[str, float] = {"before_mb": before}
    left_out = mock.patch.object(geo.assess, "intensity", lambda around, as_of, *_, **__: np.full(len(as_of), np.nan))
    with left_out if name == "classes" else contextlib.nullcontext():
        start, cpu = time.perf_counter(), time.process_time()
        result = geo.assess.assess(sites, incidents, explain=name != "classes", **options)
        assessed = time.perf_counter()
        if name != "classes":
            figures["bytes"] = sum(files_of(result, options["rules"], name).values())
        figures["seconds"], figures["cpu"] = time.perf_counter() - start, time.process_time() - cpu
    return figures | {
        "assess": assessed - start,
        "peak_mb": peak_mb(),
        "rows": len(result.evidence),
    }


def child(*command: str) -> dict[str, float]:
    """The figures that a child process prints as its last line."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    figures: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def rounds(repeats: int, size: str, peers: dict[str, tuple[str, str, str]]) -> dict[str, list[dict[str, float]]]:
    """Figures of every part and peer, `repeats` of each, taken in turn."""
    out: dict[str, list[dict[str, float]]] = {}
    for turn in range(repeats):
        for name in PARTS:
            out.setdefault(name, []).append(child("benchmarks.whole", "--part", name, "--size", size))
        for name, (method, scene, dates) in peers.items():
            out.setdefault(name, []).append(child("benchmarks.methods", method, scene, dates))
        for name, rows in out.items():
            last = rows[-1]
            print(f"round {turn + 1} {name}: {last['seconds']:.3f} s, {last['cpu']:.3f} processor s, "
                  f"{last['peak_mb']:.0f} MB", file=sys.stderr, flush=True)  # fmt: skip
    return out


def medians(of: dict[str, list[dict[str, float]]], key: str) -> dict[str, float]:
    """The median of one figure by part."""
    return {name: statistics.median(r[key] for r in rows) for name, rows in of.items()}


def ratios(of: dict[str, list[dict[str, float]]]) -> dict[str, float | None]:
    """The ratios that were asked for."""
    clock, busy = medians(of, "seconds"), medians(of, "cpu")
    out: dict[str, float | None] = {
        "whole_ratio": clock["csv"] / clock["geopandas"],
        "parquet_ratio": clock["parquet"] / clock["geopandas"] if "parquet" in clock else None,
        "classes_ratio": clock["classes"] / clock["geopandas"],
        "one_date_ratio": clock["csv"] / clock["geopandas_one"],
        "peak_mb": max(r["peak_mb"] for r in of["csv"]),
        "whole_s": clock["csv"],
        "whole_cpu_ratio": busy["csv"] / busy["geopandas"],
        "classes_cpu_ratio": busy["classes"] / busy["geopandas"],
    }
    if "tree_one" in clock:
        out["kernel_one_date_of_tree"] = clock["ours_one"] / clock["tree_one"]
    if "parquet" in busy:
        out["parquet_cpu_ratio"] = busy["parquet"] / busy["geopandas"]
    if "tree_car" in clock and "ours_car" in clock:
        out["kernel_car_of_tree"] = clock["ours_car"] / clock["tree_car"]
    return {k: v if v is None else float(f"{v:.4g}") for k, v in out.items()}


def table(of: dict[str, list[dict[str, float]]]) -> list[str]:
    """The parts as a table of the results file."""
    base = medians(of, "seconds").get("geopandas")
    lines = [
        "| part | seconds (spread) | processor seconds | of GeoPandas | peak memory MB |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, rows in of.items():
        took = [r["seconds"] for r in rows]
        middle, cpu = statistics.median(took), statistics.median(r["cpu"] for r in rows)
        ratio = f"{middle / base:.3f}" if base else "–"
        label = PARTS.get(name) or f"`{PEERS[name][0]}`, {PEERS[name][1]}, {PEERS[name][2]} dates"
        peak = max(r["peak_mb"] for r in rows)
        lines.append(
            f"| {label} | {middle:.3g} ({min(took):.3g} to {max(took):.3g}) | {cpu:.3g} | {ratio} | {peak:,.0f} |"
        )
    return lines


def whole(size: str = "M", repeats: int = 3) -> list[str]:
    """The table of the results file."""
    of = rounds(repeats, size, {name: (m, size, d) for name, (m, _, d) in PEERS.items() if m == "geopandas_dwithin"})
    n, m = SCENES[size]
    first = of["csv"][0]
    return [
        "## The main job whole",
        "",
        f"`assess` with every rule, zones, {n:,} sites × {m:,} incidents, one date, and the files made; reading and",
        f"imports aside; medians of {repeats}. {first['rows']:,.0f} rows of evidence, {first['bytes'] / 1e6:.0f} MB.",
        "",
        *table(of),
        "",
    ]


def profile(name: str, size: str, dates: str = "one") -> None:
    """Where the time of a part goes, on standard output."""
    sites, incidents, options = scene_of(size, dates)
    from geo.assess import assess

    watch = cProfile.Profile()
    watch.enable()
    result = assess(sites, incidents, explain=name != "classes", **options)
    if name != "classes":
        files_of(result, options["rules"], name)
    watch.disable()
    pstats.Stats(watch).sort_stats("cumulative").print_stats(45)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", choices=("geopandas",), default="geopandas")
    parser.add_argument("--size", default="M", choices=SCENES)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--part", choices=PARTS, help="one part in this process (what the others call)")
    parser.add_argument("--profile", choices=PARTS)
    parser.add_argument("--dates", choices=("one", "many"), default="one", help="of --part and --profile")
    args = parser.parse_args()
    if args.part:
        print(json.dumps(part(args.part, args.size, args.dates)))
    elif args.profile:
        profile(args.profile, args.size, args.dates)
    else:
        peers = {k: (m, args.size if s == "M" else s, d) for k, (m, s, d) in PEERS.items()}
        tree = importlib.util.find_spec("scipy") is not None
        peers = {k: v for k, v in peers.items() if (tree or v[0] != "ecef_tree") and (SHARED.is_dir() or v[1] != "CAR")}
        load = f", load {os.getloadavg()[0]:.1f} before the start" if hasattr(os, "getloadavg") else ""
        of = rounds(args.repeats, args.size, peers)
        print(f"{os.cpu_count()} processors{load}; medians of {args.repeats}.", "", *table(of), "", sep="\n")
        print(json.dumps(ratios(of)))


if __name__ == "__main__":
    main()
