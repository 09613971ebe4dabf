"""``cahra programmes``: its options and its run."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli import exposure_command
from cli.shared import Progress, add_inputs, add_result, inputs, iso_date, maybe, rule_file, source_of

if TYPE_CHECKING:
    from jobs.result import Result


OLD_NAMES = ("coverage",)
"""What the command was called before."""


def programmes(args: argparse.Namespace, now: dt.datetime | None = None) -> Result:
    """`cahra programmes`: what donors' programmes cover, where they overlap, what is left."""
    as_of, files, rules = iso_date(args.as_of), inputs(args), rule_file(args)
    given = [
        text if Path(text).is_dir() else source_of(text, "--programmes", "programmes") for text in args.programmes or ()
    ]
    sectors, words, rates = (maybe(getattr(args, name), f"--{name}", name) for name in ("sectors", "words", "rates"))
    radii = args.radii if args.radii in ("none", None) else source_of(args.radii, "--radii", "radii")
    around = exposure_command.rasters(args)
    progress = Progress(("read", "assess"))
    from jobs.programmes.job import ProgrammeInputs, load, run
    from jobs.rasters.given import read_rasters

    loaded = load(ProgrammeInputs(files, given, sectors, words, rates, radii))
    measured = read_rasters(around)
    progress.step()
    result = run(loaded, as_of, rules, now, rasters=measured, progress=progress.part)
    progress.step()
    return result


def add(commands: Any) -> None:
    """The command and its options."""
    to = commands.add_parser(
        "programmes", aliases=OLD_NAMES, help="what programmes cover", description=programmes.__doc__
    )
    add_inputs(to, required=True)
    add_programmes(to, required=True)
    exposure_command.add_rasters(to)
    add_result(to, programmes, "day of classes and of programmes", language="map")


def add_programmes(to: argparse.ArgumentParser, *, required: bool = False) -> None:
    """What `cahra programmes` asks besides the inputs."""
    to.add_argument(
        "--programmes",
        action="append",
        required=required,
        metavar="F",
        help="table, polygons, IATI XML, a folder of it, or a fetched edition: iati:CAF",
    )
    to.add_argument("--sectors", metavar="F", help="own table of sectors: vocabulary,code,programme_type")
    to.add_argument("--words", metavar="F", help="own table of words: programme_type,words,where,with,without")
    to.add_argument(
        "--radii",
        metavar="F",
        help="radii of points that state none: exactness,class,feature,radius_km; or the word none",
    )
    to.add_argument("--rates", metavar="F", help="rates to convert money with: currency,rate,to and a year, or none")
