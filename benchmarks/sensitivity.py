"""Sensitivity beside running again: 272 real sites and a large scene under 360 settings, and 240 months.

.venv/bin/python -m benchmarks.sensitivity
"""

from __future__ import annotations

import datetime as dt
import os
import resource
import time
from collections.abc import Callable

import numpy as np

from benchmarks.scene import SHARED, SIZES, synthetic
from benchmarks.whole import frames
from geo.assess import assess
from geo.records.incidents import prepare
from geo.sensitivity.pass_once import prepare_pass
from geo.sensitivity.scaling import Grid
from geo.sensitivity.sweep import sweep
from jobs.inputs import Inputs, Source, load
from jobs.known_sites import sites_at
from jobs.many_dates import at_dates
from jobs.run_options import assess_loaded
from jobs.sensitivity.job import month_ends
from layers.reference.rule_files import default_rules

GRID, RULES = Grid(), default_rules()
WIDEST = {"radius_factor": GRID.radius[-1], "months": 54}


def timed(work: Callable[[], object], times: int = 3) -> tuple[float, float, object]:
    """The best of some times in seconds, by the clock and of one processor, and what came."""
    best, busy, out = np.inf, np.inf, None
    for _ in range(times):
        begun, used = time.perf_counter(), time.process_time()
        out = work()
        best, busy = min(best, time.perf_counter() - begun), min(busy, time.process_time() - used)
    return best, busy, out


def row(what: str, seconds: float, busy: float, again: float) -> None:
    load_now, peak = os.getloadavg()[0], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {what} | {seconds:.2f} s | {busy:.2f} s | {again:,.1f} s | {peak:,.0f} MB | {load_now:.1f} |", flush=True)


def car() -> None:
    loaded = load(
        Inputs(
            sites=[Source.of(SHARED / "mines/ipis_car_destinations_lines.geojson")],
            incidents=[Source.of(SHARED / "conflict/ucdp_ged_23_1_car.geojson")],
        )
    )
    day = dt.date(2016, 9, 19)
    sites, _ = sites_at(loaded.sites, day)

    def once(rules: object = RULES) -> object:
        return assess_loaded(loaded, sites, day, rules, engine=lambda *a, **k: assess(*a, explain=False, **k))

    one, _, result = timed(once)
    incidents = prepare(loaded.incidents)
    quick, busy, _ = timed(lambda: sweep(prepare_pass(RULES, result, incidents, **WIDEST), GRID))
    row("272 CAR sites × 1,848 events × 360 settings, from an assessment", quick, busy, one * len(GRID))
    days = month_ends(dt.date(2003, 1, 1), dt.date(2022, 12, 31))
    quick, busy, _ = timed(lambda: at_dates(loaded, days, RULES))
    row(f"272 CAR sites × {len(days)} months, all rules and zones", quick, busy, one * len(days))


def large() -> None:
    sites, incidents, options = frames(synthetic("M", *SIZES["M"]))
    rules = options.pop("rules", RULES)
    one, _, result = timed(lambda: assess(sites, incidents, rules=rules, explain=False, **options), 1)
    prepared = prepare(incidents)
    quick, busy, _ = timed(lambda: sweep(prepare_pass(rules, result, prepared, **WIDEST), GRID), 1)
    row("20,000 sites × 200,000 incidents × 360 settings, from an assessment", quick, busy, one * len(GRID))


if __name__ == "__main__":
    print("| What | From one pass | of one processor | Rerunning (one run × number) | Peak memory | Load |", flush=True)
    print("|---|---|---|---|---|---|", flush=True)
    car()
    large()
