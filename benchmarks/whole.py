"""The main job whole: all rules, zones, units, evidence and the files, at the sizes of the scenes."""

from __future__ import annotations

import cProfile
import datetime as dt
import pstats
import statistics
import time
from unittest import mock

import numpy as np
import pandas as pd
import shapely

from benchmarks.scene import BOX, LAST_DAY, Scene, synthetic
from benchmarks.scene import SIZES as SCENES


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


def once(size: str) -> dict[str, float]:
    """Seconds of the whole and of its parts: the kernel (pairs and nearest), the rest of `assess`, and the files."""
    from geo import schema
    from geo.assess import assess
    from geo.rules import incident_distance, visits_and_statuses
    from jobs.assessment.export import result_files, run_record

    sites, incidents, options = frames(synthetic(size, *SCENES[size], one_date=True))
    spent = {"kernel": 0.0}

    def clocked(work):
        def timed(*args, **kwargs):
            start = time.perf_counter()
            try:
                return work(*args, **kwargs)
            finally:
                spent["kernel"] += time.perf_counter() - start

        return timed

    with (
        mock.patch.object(incident_distance, "within", clocked(incident_distance.within)),
        mock.patch.object(incident_distance, "nearest", clocked(incident_distance.nearest)),
        mock.patch.object(visits_and_statuses, "within", clocked(visits_and_statuses.within)),
    ):
        start = time.perf_counter()
        result = assess(sites, incidents, **options)
        middle = time.perf_counter()
        record = run_record(result, options["rules"], [], {}, dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        files = dict(result_files(result, options["rules"], schema.empty(schema.REJECTED), record))
        end = time.perf_counter()
    spent["assess"] = middle - start
    spent["files"] = end - middle
    spent["whole"] = end - start
    spent["evidence rows"] = len(result.evidence)
    spent["megabytes"] = sum(map(len, files.values())) / 1e6
    return spent


def whole(size: str = "M", repeats: int = 3) -> list[str]:
    """The table of the results file."""
    rounds = [once(size) for _ in range(repeats)]
    of = {k: statistics.median(r[k] for r in rounds) for k in rounds[0]}
    n, m = SCENES[size]
    return [
        "## The main job whole",
        "",
        f"`assess` with every rule, zones, {n:,} sites × {m:,} incidents, one date, and the files made; reading and",
        f"imports aside; medians of {repeats}. {of['evidence rows']:,.0f} rows of evidence, {of['megabytes']:.0f} MB.",
        "",
        "| part | seconds | share |",
        "|---|--:|--:|",
        *(
            f"| {name} | {of[key]:.3g} | {100 * of[key] / of['whole']:.0f} % |"
            for name, key in (
                ("kernel (all pairs, nearest)", "kernel"),
                ("`assess`, kernel included", "assess"),
                ("files (CSV, GeoJSON, record)", "files"),
                ("whole", "whole"),
            )
        ),
        "",
    ]


def main() -> None:
    """A profile on standard output."""
    sites, incidents, options = frames(synthetic("M", *SCENES["M"], one_date=True))
    from geo import schema
    from geo.assess import assess
    from jobs.assessment.export import result_files, run_record

    profile = cProfile.Profile()
    profile.enable()
    result = assess(sites, incidents, **options)
    record = run_record(result, options["rules"], [], {}, dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    dict(result_files(result, options["rules"], schema.empty(schema.REJECTED), record))
    profile.disable()
    pstats.Stats(profile).sort_stats("cumulative").print_stats(45)


if __name__ == "__main__":
    main()
