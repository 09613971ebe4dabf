"""``cahra assess``: its options and its run."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cli import exposure_command
from cli.shared import Progress, add_inputs, add_result, inputs, iso_date, rule_file

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from jobs.result import Result


def engine(cluster: str | None, workers: int, tiles: str | None = None) -> Callable[..., Assessment]:
    """The main job in this process, or spread over a Dask cluster: the same result, byte for byte."""
    from geo.assess import assess as in_one_process

    if not cluster:
        return in_one_process
    from functools import partial

    from geo.cluster.dask_job import assess_on_cluster

    def shown(done: int, total: int) -> None:
        print(f"\r{done}/{total} tiles", end="\n" if done == total else "", file=sys.stderr, flush=True)

    return partial(assess_on_cluster, cluster=cluster, workers=workers, folder=tiles, progress=shown)


def assess(args: argparse.Namespace, now: dt.datetime | None = None) -> Result:
    """`cahra assess`: files in; site list with classes, evidence and run record out."""
    as_of, files = iso_date(args.as_of), inputs(args)
    progress = Progress(("read", "assess"))
    from geo.ahead import ahead
    from jobs.inputs import load

    read = ahead(lambda: load(files))
    rules, given = rule_file(args), exposure_command.rasters(args)
    from geo.spatial.geodesic import geod
    from jobs.assessment.job import run
    from jobs.rasters.given import read_rasters

    geod()  # what a run asks for beside what reading asks for is loaded while a child reads
    loaded = read()
    measured = read_rasters(given)
    progress.step()
    chosen = engine(args.cluster, args.workers, args.tiles)
    result = run(
        loaded, as_of, rules, now, engine=chosen, evidence=args.evidence or "", rasters=measured, progress=progress.part
    )
    progress.step()
    return result


def add(commands: Any) -> None:
    """The command and its options."""
    to = commands.add_parser("assess", help="classify sites at a date", description=assess.__doc__)
    add_inputs(to, required=True)
    add_cluster(to)
    add_evidence(to)
    exposure_command.add_rasters(to)
    add_result(to, assess, "time of events, not of knowledge")


def add_cluster(to: argparse.ArgumentParser) -> None:
    """Where the work is done: the result is the same."""
    to.add_argument("--cluster", metavar="local|ADDRESS", help="spread the work with Dask (docs/cluster.md)")
    to.add_argument("--workers", type=int, default=2, metavar="N", help="processes of a local cluster")
    to.add_argument("--tiles", metavar="DIR", help="new folder that all workers can read, for --cluster ADDRESS")


def add_evidence(to: argparse.ArgumentParser) -> None:
    """As what evidence is written."""
    to.add_argument(
        "--evidence", choices=("csv", "parquet", "both"),
        help="as what evidence is written; default: CSV, above 100,000 rows Parquet",
    )  # fmt: skip
