"""``cahra fetch``: its options and its run."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.shared import existing, iso_date
from geo.errors import InputError
from i18n.languages import offered

if TYPE_CHECKING:
    from layers.publishers.fetch import Fetched

UCDP_VARIABLE = "UCDP_TOKEN"
"""Environment variable that holds the user's own token for the UCDP API; it is never written down."""
OLDER = {"incidents": "ucdp-api", "boundaries": "geoboundaries"}
"""Names of before there was a table of publishers."""


def folder_of(args: argparse.Namespace) -> Path:
    """The data folder: that of the options, else ``CAHRA_DATA``, else the system's."""
    from layers.publishers.folder import data_folder

    workspace = getattr(args, "workspace", None)
    if workspace:
        return Path(workspace) / "editions"
    given = getattr(args, "out", None) or getattr(args, "data", None)
    return Path(given) if given else data_folder()


def fetch(args: argparse.Namespace) -> int:
    """`cahra fetch`: brings data from a publisher, only when asked; what came is kept, dated and cited."""
    from i18n.translator import translator
    from jobs.editions.lines import fetched
    from layers.publishers.table import sources

    _ = translator(args.language)
    folder = folder_of(args)
    if args.what == "list":
        for row in sources(folder).values():
            print(f"{row.name:28}{row.role:12}{row.licence:24}{row.account or '-':28}{row.address}")
        return 0
    from jobs.data_place import check_place

    check_place(folder, existing([args.file], "--file") if args.file else ())
    found = _brought(args, folder)
    if args.what in OLDER:
        entry = found.entry
        print(f"{entry.name}: {entry.dataset} {entry.version}, {entry.licence}, {entry.size} bytes")
        return 0
    print("\n".join(line.sentence(_) for line in fetched(found, folder)))
    return 0


def _brought(args: argparse.Namespace, folder: Path) -> Fetched:
    from layers.publishers.fetch import Means, drop_in
    from layers.publishers.fetch import fetch as bring
    from layers.publishers.keep import Wanted

    first, last = (iso_date(d, o) if d else None for d, o in ((args.begin, "--from"), (args.end, "--to")))
    wanted = Wanted(args.country or "", args.edition or "", args.level, first, last)
    name = OLDER.get(args.what, args.what)
    if args.what == "incidents":
        if not os.environ.get(UCDP_VARIABLE, ""):
            raise InputError("UCDP asks for a token.", where=UCDP_VARIABLE, remedy="Set it in the environment.")
        if not args.edition:
            wanted = Wanted(args.country or "", "25.1", args.level, first, last)
    if args.file:
        path = existing([args.file], "--file")[0]
        return drop_in(name, wanted, folder, path.read_bytes(), path.name)
    shown = 0

    def progress(done: int, total: int) -> None:
        nonlocal shown
        if sys.stderr.isatty() and (done - shown > 500_000 or done == total):
            shown = done
            print(f"\r{done / 1e6:.1f} MB" + (f" of {total / 1e6:.1f}" if total else ""), end="", file=sys.stderr)

    found = bring(name, wanted, folder, Means(progress=progress))
    if shown:
        print(file=sys.stderr)
    return found


def add(commands: Any) -> None:
    """The command and its options."""
    to = commands.add_parser("fetch", help="download from a publisher", description=fetch.__doc__)
    to.add_argument("what", metavar="NAME", help="a name of data/sources.csv: ucdp, ipis-drc, ...; list: all of them")
    to.add_argument("--country", help="code or name; CAF+ takes its neighbours along")
    to.add_argument("--edition", help="as the publisher numbers it: 25.1, 25.0.8 for a month; default: the table's")
    to.add_argument(
        "--from",
        dest="begin",
        metavar="YYYY-MM-DD",
        help="first day, of ucdp-api and acled; default: all the edition holds",
    )
    to.add_argument("--to", dest="end", metavar="YYYY-MM-DD", help="last day")
    to.add_argument("--level", type=int, default=2, choices=(0, 1, 2, 3), help="level of the boundaries")
    to.add_argument("--file", metavar="F", help="a file that was downloaded by hand: nothing is asked of the network")
    to.add_argument("--language", choices=tuple(offered()), default="en", help="language of what is printed")
    kept = to.add_mutually_exclusive_group()
    kept.add_argument(
        "--out", metavar="DIR", help="folder that keeps the files; default: CAHRA_DATA, else the system's"
    )
    kept.add_argument("--workspace", metavar="DIR", help="workspace of the app: the files go into its folder editions")
    to.set_defaults(call=fetch)
