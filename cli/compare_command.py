"""``cahra compare``: its options and its run."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cli.shared import Progress, add_force, finish, result_folder


def compare(args: argparse.Namespace) -> int:
    """`cahra compare`: two results of one job; every site that moved, each with its one cause."""
    from jobs.compare.job import load, run

    folder = result_folder(args) if args.out else None
    result = run(load(Path(args.before), Path(args.after)))
    if folder is not None:
        return finish(result, folder, Progress(("write",)), args.language)
    from i18n.translator import translator

    print("\n".join(line.sentence(translator(args.language)) for line in result.summary()))
    return 0


def add(commands: Any) -> None:
    """The command and its options."""
    to = commands.add_parser("compare", help="what changed between two results", description=compare.__doc__)
    to.add_argument("before", metavar="A", help="folder of the earlier result")
    to.add_argument("after", metavar="B", help="folder of the later result")
    to.add_argument("--language", choices=("en", "fr"), default="en", help="language of what is printed")
    to.add_argument("--out", metavar="DIR", help="folder for moves.csv and run.json; default: only print the counts")
    add_force(to)
    to.set_defaults(call=compare)
