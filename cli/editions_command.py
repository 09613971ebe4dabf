"""``cahra editions``: what was fetched, pinned, removed, and what a new edition changes before it is used."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import TYPE_CHECKING, Any

from cli.fetch_command import folder_of
from cli.shared import add_inputs, add_result_options, existing, inputs, iso_date, perform, rule_file
from geo.errors import InputError
from i18n.languages import offered

if TYPE_CHECKING:
    from jobs.editions.job import EditionChanges
    from jobs.inputs import Source


def editions(args: argparse.Namespace) -> int:
    """`cahra editions`: lists what was fetched; shows all of one, pins, unpins or removes it."""
    from i18n.translator import translator
    from jobs.edition_references import all_stored, find, parse
    from jobs.editions.lines import details, listed

    folder = folder_of(args)
    if args.do != "list":
        if not args.reference:
            raise InputError("An edition is asked for.", where="editions", expected="ucdp:CAF@25.1")
        kept = [k for k in all_stored(folder) if k.entry.name == args.reference]
        reference = None if kept else parse(args.reference, folder)
        if reference is None and not kept:
            raise InputError("This was not fetched.", where=args.reference[:80])
        one = kept[0] if kept or reference is None else find(reference, folder)
        if args.do == "show":
            print("\n".join(line.sentence(translator(args.language)) for line in details(one)))
            return 0
        if args.do == "remove":
            one.store.remove(one.entry.name)
        else:
            one.store.pin(one.entry.name, args.do == "pin")
    _ = translator(args.language)
    print("\n".join(line.sentence(_) for line in listed(all_stored(folder))))
    return 0


def changes(args: argparse.Namespace, now: dt.datetime | None = None) -> EditionChanges:
    """`cahra edition-changes`: what a later edition does to incidents and to one's own sites, before it is used."""
    from jobs.editions.job import run

    as_of = iso_date(args.as_of) if args.as_of else None
    if args.sites and as_of is None:
        raise InputError("A date is asked for.", where="--as-of", expected="YYYY-MM-DD")
    return run([_one(args.before)], [_one(args.after)], inputs(args), as_of, rule_file(args), now)


def _one(text: str) -> Source:
    from jobs.inputs import Source

    return Source.named(text) or Source.of(existing([text], "editions")[0])


def _changes(args: argparse.Namespace) -> int:
    if args.out:
        return perform(args)
    from i18n.translator import translator

    _ = translator(args.language)
    print("\n".join(line.sentence(_) for line in changes(args).summary()))
    return 0


def add(commands: Any) -> None:
    """The commands and their options."""
    to = commands.add_parser(
        "editions", help="what was fetched; show, pin, unpin, remove", description=editions.__doc__
    )
    to.add_argument("do", nargs="?", default="list", choices=("list", "show", "pin", "unpin", "remove"))
    to.add_argument("reference", nargs="?", metavar="REFERENCE", help="ucdp:CAF@25.1, or the name of a kept file")
    to.add_argument("--data", metavar="DIR", help="data folder; default: CAHRA_DATA, else the system's")
    to.add_argument("--language", choices=tuple(offered()), default="en", help="language of what is printed")
    to.set_defaults(call=editions)
    two = commands.add_parser("edition-changes", help="what a new edition changes", description=changes.__doc__)
    two.add_argument("before", metavar="A", help="the edition that is used: a reference or a file")
    two.add_argument("after", metavar="B", help="the later edition")
    add_inputs(two, required=False)
    two.add_argument("--rules", metavar="F.toml", help="rule set; default: data/rules.toml")
    two.add_argument("--as-of", metavar="YYYY-MM-DD", help="day at which sites are classified, with --sites")
    two.add_argument("--language", choices=tuple(offered()), default="en", help="language of what is printed")
    two.add_argument("--out", metavar="DIR", help="folder for incident_changes.csv, years.csv, moves.csv and run.json")
    add_result_options(two)
    two.set_defaults(call=_changes, make=changes)
