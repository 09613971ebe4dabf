"""``cahra compare``: its options and its run."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.shared import add_result_options, perform
from i18n.languages import offered

if TYPE_CHECKING:
    from jobs.compare.job import Comparison


def made(args: argparse.Namespace, now: dt.datetime | None = None) -> Comparison:
    """`cahra compare`: two results of one job; every site that moved, each with its one cause."""
    from jobs.compare.job import load, run

    return run(load(Path(args.before or ""), Path(args.after or "")), now)


def compare(args: argparse.Namespace) -> int:
    """The comparison into its folder, or only its counts."""
    if args.out:
        return perform(args)
    from i18n.translator import translator

    print("\n".join(line.sentence(translator(args.language)) for line in made(args).summary()))
    return 0


def add(commands: Any) -> None:
    """The command and its options."""
    to = commands.add_parser("compare", help="what changed between two results", description=made.__doc__)
    to.add_argument("before", metavar="A", help="folder of the earlier result")
    to.add_argument("after", metavar="B", help="folder of the later result")
    to.add_argument("--language", choices=tuple(offered()), default="en", help="language of what is printed")
    to.add_argument("--out", metavar="DIR", help="folder for moves.csv and run.json; default: only print the counts")
    add_result_options(to)
    to.set_defaults(call=compare, make=made)
