"""``cahra sensitivity``: its options and its run."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import TYPE_CHECKING, Any

from cli.shared import Progress, add_inputs, add_result, inputs, iso_date, rule_file

if TYPE_CHECKING:
    from jobs.result import Result


def sensitivity(args: argparse.Namespace, now: dt.datetime | None = None) -> Result:
    """`cahra sensitivity`: how sure each class is, what would flip it, and how it changed by month."""
    as_of, files, rules = iso_date(args.as_of), inputs(args), rule_file(args)
    first, last = (iso_date(d, o) if d else None for d, o in ((args.begin, "--from"), (args.end, "--to")))
    progress = Progress(("read", "vary"))
    from jobs.sensitivity.job import load, run

    loaded = load(files)
    progress.step()
    result = run(
        loaded, as_of, rules, first=first, last=last, draws=args.draws, seed=args.seed, now=now, progress=progress.part
    )
    progress.step()
    return result


def add(commands: Any) -> None:
    """The command and its options."""
    to = commands.add_parser("sensitivity", help="how sure the classes are", description=sensitivity.__doc__)
    add_inputs(to, required=True)
    to.add_argument(
        "--from", dest="begin", metavar="YYYY-MM-DD", help="first month of the timeline; default: 60 months up to --to"
    )
    to.add_argument("--to", dest="end", metavar="YYYY-MM-DD", help="last day of the timeline; default: --as-of")
    to.add_argument("--seed", type=int, default=0, metavar="N", help="where chance begins; default: 0")
    add_draws(to)
    add_result(to, sensitivity, "date whose classes are questioned", language="summary")


def add_draws(to: argparse.ArgumentParser) -> None:
    """Its own options: draws, seed, and the months of the timeline."""
    to.add_argument(
        "--draws", type=int, default=200, metavar="N", help="draws of places, days and deaths; default: 200"
    )
