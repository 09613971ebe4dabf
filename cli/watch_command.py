"""``cahra watch``: its options and its run."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.shared import existing, iso_date
from i18n.languages import offered

if TYPE_CHECKING:
    from jobs.watch.job import Looked

ALERTED = 1
"""Exit status where something is said: a job of cron can send it on."""


def watch(args: argparse.Namespace) -> int:
    """`cahra watch`: looks at a saved list; 0 nothing new, 1 alerts (also in alerts.csv and feed.xml), 2 unusable."""
    from i18n.translator import translator
    from jobs.watch.job import look
    from jobs.watch.saved_list import read_list

    _ = translator(args.language)
    saved = read_list(Path(args.list), Path(args.data) if args.data else None)
    day = iso_date(args.as_of) if args.as_of else None
    found = look(saved, Path(args.out), day, language=_)
    print("\n".join(line.sentence(_) for line in found.summary()))
    return ALERTED if found.rows else 0


def again(args: argparse.Namespace, now: dt.datetime) -> Looked:
    """The look that left a folder once more, of the list that is named; for `cahra verify`."""
    from jobs.hashed_files import unchanged
    from jobs.watch.job import run_again
    from jobs.watch.saved_list import read_list

    saved = read_list(existing([args.watch_list or ""], "--watch-list")[0])
    files, record = unchanged(Path(args.folder))
    return run_again(saved, files, int(record["alerts"]), iso_date(args.as_of), now)


def add_list(to: argparse.ArgumentParser) -> None:
    """What `cahra verify` asks of a watch."""
    to.add_argument("--watch-list", metavar="LIST.toml", help="the saved list, of a watch")
    to.add_argument("--earlier", metavar="DIR", help="the folder as the look before left it, of a watch")


def add(commands: Any) -> None:
    """The command and its options."""
    to = commands.add_parser("watch", help="what is new at the sites of a saved list", description=watch.__doc__)
    to.add_argument("list", metavar="LIST.toml", help="[watch] with sites, incidents, rules (docs/data.md)")
    to.add_argument("--out", required=True, metavar="DIR", help="folder of alerts.csv, feed.xml and the memory")
    to.add_argument("--as-of", metavar="YYYY-MM-DD", help="default: the last day that the incidents speak of")
    to.add_argument("--data", metavar="DIR", help="data folder; default: CAHRA_DATA, else the system's")
    to.add_argument("--language", choices=tuple(offered()), default="en", help="language of the feed and the screen")
    to.set_defaults(call=watch)
