"""``cahra density``: its options and its run."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import TYPE_CHECKING, Any

from cli.shared import Progress, add_inputs, add_result_options, inputs, iso_date, perform
from geo.errors import InputError
from geo.messages import Note
from i18n.languages import offered

if TYPE_CHECKING:
    from jobs.result import Result


SURFACE = ("bandwidth_km", "cell_km", "weight", "effect")
"""How a surface is made, :class:`jobs.density.model.Options`; `cahra verify` takes what is not said from the record."""


def density(args: argparse.Namespace, now: dt.datetime | None = None) -> Result:
    """`cahra density`: incidents as a surface (GeoTIFF), and how it changed from an earlier period."""
    if not args.begin or not args.end:
        raise InputError(
            "No period was given.", where="--from, --to", expected="YYYY-MM-DD",
            remedy=Note("Say the first and the last day."),
        )  # fmt: skip
    if bool(args.before_from) != bool(args.before_to):
        raise InputError(
            "No period was given.", where="--before-from, --before-to", expected="YYYY-MM-DD",
            remedy=Note("Say the first and the last day."),
        )  # fmt: skip
    files = inputs(args)
    period = iso_date(args.begin, "--from"), iso_date(args.end, "--to")
    earlier = None
    if args.before_from:
        earlier = iso_date(args.before_from, "--before-from"), iso_date(args.before_to, "--before-to")
    progress = Progress(("read", "surfaces"))
    from jobs.density.job import load, run
    from jobs.density.model import Options

    loaded = load(files)
    progress.step()
    settings = {name: getattr(args, name) for name in SURFACE if getattr(args, name) is not None}
    options = Options(**settings)
    result = run(loaded, period, earlier, options, now=now, progress=progress.part)
    progress.step()
    return result


def add(commands: Any) -> None:
    """The command and its options."""
    to = commands.add_parser("density", help="incidents as a surface", description=density.__doc__)
    add_inputs(to, required=False)
    to.add_argument("--from", dest="begin", metavar="YYYY-MM-DD", help="first day")
    to.add_argument("--to", dest="end", metavar="YYYY-MM-DD", help="last day")
    add_surface(to)
    to.add_argument("--language", choices=tuple(offered()), default="en", help="language of the summary")
    to.add_argument("--out", required=True, metavar="DIR", help="folder for the results")
    add_result_options(to)
    to.set_defaults(call=perform, make=density, rules=None)


def add_surface(to: argparse.ArgumentParser) -> None:
    """Its own options: kernel, cells and weights of the surface."""
    to.add_argument("--before-from", metavar="YYYY-MM-DD", help="first day of an earlier period to compare with")
    to.add_argument("--before-to", metavar="YYYY-MM-DD", help="last day of it")
    to.add_argument("--bandwidth-km", type=float, metavar="KM", help="of the kernel; default: 25")
    to.add_argument("--cell-km", type=float, metavar="KM", help="side of a cell; default: 5")
    to.add_argument("--weight", choices=("events", "deaths"), help="what is counted; default: events")
    to.add_argument(
        "--effect", choices=("lethal", "violent"),
        help="deadly incidents, or violent ones without deaths too; default: lethal",
    )  # fmt: skip
