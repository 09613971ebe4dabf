"""``cahra sensitivity``: its options and its run."""

from __future__ import annotations

import argparse
from typing import Any

from cli.shared import Progress, add_force, add_inputs, finish, inputs, iso_date, result_folder, rule_file


def sensitivity(args: argparse.Namespace) -> int:
    """`cahra sensitivity`: how sure each class is, what would flip it, and how it changed by month."""
    as_of, files, folder = iso_date(args.as_of), inputs(args), result_folder(args)
    first, last = (iso_date(d, o) if d else None for d, o in ((args.begin, "--from"), (args.end, "--to")))
    progress = Progress(("read", "vary", "write"))
    from jobs.sensitivity.job import load, run

    rules = rule_file(args)
    loaded = load(files)
    progress.step()
    result = run(loaded, as_of, rules, first=first, last=last, draws=args.draws, seed=args.seed, progress=progress.part)
    progress.step()
    return finish(result, folder, progress, args.language)


def add(commands: Any) -> None:
    """The command and its options."""
    to = commands.add_parser("sensitivity", help="how sure the classes are", description=sensitivity.__doc__)
    add_inputs(to, required=True)
    to.add_argument("--rules", metavar="F.toml", help="rule set; default: data/rules.toml")
    to.add_argument("--as-of", required=True, metavar="YYYY-MM-DD", help="date whose classes are questioned")
    to.add_argument(
        "--from", dest="begin", metavar="YYYY-MM-DD", help="first month of the timeline; default: 60 months up to --to"
    )
    to.add_argument("--to", dest="end", metavar="YYYY-MM-DD", help="last day of the timeline; default: --as-of")
    to.add_argument(
        "--draws", type=int, default=200, metavar="N", help="draws of places, days and deaths; default: 200"
    )
    to.add_argument("--seed", type=int, default=0, metavar="N", help="where chance begins; default: 0")
    to.add_argument("--language", choices=("en", "fr"), default="en", help="language of what is printed")
    to.add_argument("--out", required=True, metavar="DIR", help="folder for the results")
    add_force(to)
    to.set_defaults(call=sensitivity)
