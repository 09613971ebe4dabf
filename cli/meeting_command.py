"""``cahra meeting``: its options and its run."""

from __future__ import annotations

import argparse
import datetime as dt
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from cli import exposure_command
from cli.shared import Progress, add_inputs, add_result, inputs, iso_date, rule_file
from geo.errors import InputError

if TYPE_CHECKING:
    from jobs.result import Result


def meeting(args: argparse.Namespace, now: dt.datetime | None = None) -> Result:
    """`cahra meeting`: map, tables and workbook of an assessment, for a report or a slide."""
    as_of, files, rules = iso_date(args.as_of), inputs(args), rule_file(args)
    given = exposure_command.rasters(args)
    progress = Progress(("read", "assess"))
    from jobs.assessment.site_filters import Filters
    from jobs.meeting.job import filters_of, load, run
    from jobs.rasters.given import read_rasters

    known = {f.name for f in fields(Filters)}
    for pair in args.filter:
        if pair.partition("=")[0] not in known or "=" not in pair:
            raise InputError(
                "The filter is not known.", where="--filter", expected=f"KEY=VALUE; keys: {', '.join(sorted(known))}",
                got=pair, remedy="minerals=diamond~gold",
            )  # fmt: skip
    loaded, rasters = load(files), read_rasters(given)
    progress.step()
    result = run(loaded, as_of, rules, now, filters=filters_of(args.filter), rasters=rasters, progress=progress.part)
    progress.step()
    return result


def add(commands: Any) -> None:
    """The command and its options."""
    to = commands.add_parser("meeting", help="maps and tables for a meeting", description=meeting.__doc__)
    add_inputs(to, required=True)
    add_filter(to)
    exposure_command.add_rasters(to)
    add_result(to, meeting, "time of events, not of knowledge", language="files")


def add_filter(to: argparse.ArgumentParser) -> None:
    """Its own options: which sites are meant."""
    to.add_argument(
        "--filter", action="append", default=[], metavar="KEY=VALUE",
        help="only some sites, as in the app's address: minerals=diamond, classes=high-risk~conflict-affected",
    )  # fmt: skip
