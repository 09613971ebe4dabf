"""The watch replayed over years of CAR: alerts per site and year, and how many were followed by a lethal event.

.venv/bin/python -m benchmarks.watch_replay SITES INCIDENTS FIRST LAST
"""

from __future__ import annotations

import datetime as dt
import sys
import time

from jobs.inputs import Inputs, Source, load
from jobs.watch.replay import month_ends, replay
from layers.reference.rule_files import default_rules


def main(sites: str, incidents: str, first: str, last: str) -> None:
    began = time.perf_counter()
    loaded = load(Inputs(sites=[Source.of(sites)], incidents=[Source.of(incidents)]))
    days = month_ends(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    found = replay(loaded, days, default_rules())
    print(found.table().to_string(index=False))
    print(f"{found.sites} sites, {found.months} months, {found.unsaid} changes not said again")
    shares = (found.any_month, found.grave_month, found.calm_month)
    print("followed after any look {:.3f}, of a grave class {:.3f}, of another {:.3f}".format(*shares))
    a = found.alerts
    worse = a[a["kind"] == "worse"].groupby(["class_before", "class_after"])["followed"]
    print(worse.agg(["size", "mean"]).round(3).to_string())
    print(a.groupby(a["day"].str[:4]).size().to_string())
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
