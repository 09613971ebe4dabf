"""What the runs of :mod:`tests.golden.test_same_bytes` give, as hashes by file; `python -m tests.golden.frozen` writes.

A hash may change only on purpose: a rule, a word, a column. Whoever makes the job faster leaves them all as they are.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from benchmarks.scene import SHARED, SIZES, synthetic
from benchmarks.whole import frames
from geo import schema
from geo.assess import assess
from jobs.assessment.export import result_files, run_record
from jobs.assessment.job import Inputs, Source, load, run

FROZEN = Path(__file__).with_name("frozen.json")
NOW = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
OPEN = ("sites.csv", "sites.geojson", "evidence.csv", "rejected.csv")
"""Files that hold no version of a library."""
REAL = {
    "CAR": (
        ["mines/ipis_car_destinations_lines.geojson"],
        "conflict/ucdp_ged_23_1_car.geojson",
        ["admin/geoboundaries_caf_adm2_2015_simplified.geojson", "admin/caf_admin1_cod_ab_v201506.geojson"],
        dt.date(2018, 12, 31),
    ),
    "DRC": (
        ["mines/cod_mines_curated_all_opendata_p_ipis.csv"],
        "conflict/ucdp_ged_sample1000_v23_49cols.csv",
        [],
        dt.date(2023, 6, 30),
    ),
}
SCENES = {"S": ("S", True), "S many dates": ("S", False), "M": ("M", True)}


def of_scene(name: str) -> dict[str, str]:
    """Hashes of the files of a synthetic scene; with a date per site where it says so."""
    size, one = SCENES[name]
    scene = synthetic(size, *SIZES[size], one_date=one)
    sites, incidents, options = frames(scene)
    if not one:
        options["as_of"] = [dt.date(1970, 1, 1) + dt.timedelta(days=int(d)) for d in scene.as_of]
    rules = options["rules"]
    result = assess(sites, incidents, **options)
    record = run_record(result, rules, [], {}, NOW)
    return hashes(result_files(result, rules, schema.empty(schema.REJECTED), record, evidence="csv"))


def of_real(name: str, folder: Path) -> dict[str, str]:
    """Hashes of the files of a run over real data."""
    sites, events, boundaries, day = REAL[name]
    loaded = load(
        Inputs(
            sites=[Source.of(folder / s) for s in sites],
            incidents=[Source.of(folder / events)],
            boundaries=[Source.of(folder / b) for b in boundaries],
            boundaries_version="2015" if boundaries else "",
        )
    )
    return hashes(run(loaded, day, now=NOW, evidence="csv").made_files())


def hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of the files that hold no version of a library, by name."""
    return {name: hashlib.sha256(files[name]).hexdigest() for name in OPEN}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", nargs="*", help="names to compare; nothing is written")
    args = parser.parse_args()
    held = json.loads(FROZEN.read_text()) if FROZEN.is_file() else {}
    for name in args.check or [*SCENES, *(REAL if SHARED.is_dir() else ())]:
        found = of_scene(name) if name in SCENES else of_real(name, SHARED)
        print(
            name,
            "same" if held.get(name) == found else {k: v for k, v in found.items() if held.get(name, {}).get(k) != v},
        )
        held[name] = found
    if args.check is None:
        FROZEN.write_text(json.dumps(held, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
