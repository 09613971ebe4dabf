"""``cahra exposure``: its options and its run."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import TYPE_CHECKING, Any

from cli.shared import Progress, add_inputs, add_result, existing, inputs, iso_date, rule_file

if TYPE_CHECKING:
    from jobs.rasters.given import RasterInputs
    from jobs.result import Result


def exposure(args: argparse.Namespace, now: dt.datetime | None = None) -> Result:
    """`cahra exposure`: who lives near sites, in zones and near deadly incidents; how long the way to a town is."""
    as_of, files, rules, given = iso_date(args.as_of), inputs(args), rule_file(args), rasters(args)
    progress = Progress(("read", "measure"))
    from jobs.exposure.job import MONTHS, ExposureInputs, load, run

    loaded = load(ExposureInputs(files, given))
    progress.step()
    months = MONTHS if args.near_months is None else args.near_months
    result = run(loaded, as_of, rules, months=months, now=now, progress=progress.part)
    progress.step()
    return result


def rasters(args: argparse.Namespace) -> RasterInputs:
    """The rasters that the options name, each checked to exist."""
    from jobs.inputs import Source
    from jobs.rasters.given import RasterInputs

    travel = existing([args.travel_time] if args.travel_time else [], "--travel-time")
    return RasterInputs(
        [Source.of(path) for path in existing(args.population, "--population")],
        Source.of(travel[0]) if travel else None,
        args.population_values or "",
        args.population_band,
        args.travel_time_band,
    )


def add(commands: Any) -> None:
    """The command and its options."""
    to = commands.add_parser("exposure", help="who lives near sites and incidents", description=exposure.__doc__)
    add_inputs(to, required=True)
    add_rasters(to)
    add_window(to)
    add_result(to, exposure, "day of classes, zones and the end of the window of incidents", language="summary")


def add_rasters(to: argparse.ArgumentParser) -> None:
    """Rasters, and what is to be known of them."""
    to.add_argument(
        "--population", metavar="F.tif", action="append",
        help="raster of people: WorldPop, GHSL, LandScan (docs/rasters.md); repeated: tiles of one year, added up",
    )  # fmt: skip
    to.add_argument(
        "--population-values", choices=("counts", "density"),
        help="people in each pixel, or per km2; default: what its words say",
    )  # fmt: skip
    to.add_argument("--population-band", type=int, default=0, metavar="N", help="which band; default: the only one")
    to.add_argument("--travel-time", metavar="F.tif", help="raster of minutes of travel, such as to the nearest town")
    to.add_argument("--travel-time-band", type=int, default=0, metavar="N", help="which band; default: the only one")


def add_window(to: argparse.ArgumentParser) -> None:
    """Its own option: the months of incidents near which people are counted."""
    to.add_argument(
        "--near-months", type=int, metavar="N", help="window of the incidents people live near; default: 12"
    )
