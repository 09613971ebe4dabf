"""``cahra screen``: its options and its run."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.shared import Progress, add_inputs, add_result, existing, inputs, iso_date, maybe, rule_file, source_of

if TYPE_CHECKING:
    from jobs.result import Result


def screen(args: argparse.Namespace, now: dt.datetime | None = None) -> Result:
    """`cahra screen`: a company's list in; every row answered, origin and route, with a report and a record out."""
    as_of, files, suppliers = iso_date(args.as_of), inputs(args), source_of(args.list or "", "--list", "suppliers")
    roads, rules = maybe(args.roads, "--roads", "roads"), rule_file(args)
    places = maybe(args.places, "--places", "confirmed places")
    reviews = existing([args.reviews] if args.reviews else [], "--reviews")
    actors = maybe(args.actors, "--actors", "actors")
    governance = maybe(args.governance, "--governance", "governance")
    towns = [source_of(text, "--towns", "towns") for text in args.towns or ()]
    progress = Progress(("read", "screen"))
    from geo.memory import keep_tight
    from jobs.screening.job import ScreeningInputs, load, run

    keep_tight()

    route_settings = {"segment_km": args.segment_km, "within_km": args.within_km, "months": args.months}
    loaded = load(
        ScreeningInputs(
            suppliers=suppliers,
            data=files,
            roads=roads,
            compare=Path(args.compare) if args.compare else None,
            reviews=reviews[0] if reviews else None,
            places=places,
            actors=actors,
            governance=governance,
            towns=towns,
        )
    )
    progress.step()
    result = run(loaded, as_of, rules, now, route_settings=route_settings)
    progress.step()
    return result


def add(commands: Any) -> None:
    """The command and its options."""
    to = commands.add_parser("screen", help="answer a company's list", description=screen.__doc__)
    add_screen(to, required=True)
    add_inputs(to, required=False)
    add_result(to, screen, "for rows that state no date of their own", language="report")


def add_screen(to: argparse.ArgumentParser, *, required: bool = False) -> None:
    """What `cahra screen` asks besides the inputs."""
    to.add_argument("--list", required=required, metavar="F", help="the company's list, in any format that is read")
    to.add_argument("--roads", metavar="F", help="road network: lines with an optional speed or class")
    to.add_argument("--segment-km", type=float, metavar="KM", help="length of a segment of a route; default: 10")
    to.add_argument("--within-km", type=float, metavar="KM", help="how near to a route an incident counts; default: 20")
    to.add_argument("--months", type=int, metavar="N", help="window before the date for routes; default: 12")
    to.add_argument("--compare", metavar="DIR", help="folder of an earlier screening: what changed, and through what")
    to.add_argument("--places", metavar="F", help="places.csv of an earlier run, with what somebody confirmed in it")
    to.add_argument(
        "--towns", action="append", metavar="F",
        help="towns and villages for names without a place: geonames:CAF, or a file of its columns; may be repeated",
    )  # fmt: skip
    to.add_argument("--reviews", metavar="F", help="the reviewers' file (SQLite); default: no decisions")
    to.add_argument("--actors", metavar="F", help="named or sanctioned actors: name,aliases,list,from,to,source")
    to.add_argument("--governance", metavar="F", help="indicators by area: area,indicator,value,edition,source")
