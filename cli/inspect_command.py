"""``cahra inspect``: its options and its run."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from cli.reading import add_reading, wishes
from cli.shared import existing, known_country

UNUSABLE = 2
ROLES = (
    "sites", "suppliers", "incidents", "boundaries", "coverage", "programmes", "zones", "findings", "eu_list", "roads",
    "rules",
)  # fmt: skip


def inspect(args: argparse.Namespace) -> int:
    """`cahra inspect`: what each file is, which columns are taken for what, and what of it can be used."""
    from jobs.inspection import inspect as inspected

    options, country = wishes(args), known_country(args.country)
    reports = [
        inspected(path, role=args.role or "", options=options.of(path.name), country=country)
        for path in map(_path, args.files)
    ]
    if args.json:
        print(json.dumps([report.as_record() for report in reports], ensure_ascii=False, indent=2))
    else:
        print("\n".join(str(line) for report in reports for line in report.lines()))
    return UNUSABLE if any(report.error for report in reports) else 0


def _path(text: str) -> Path:
    """A file, or that of a fetched edition."""
    from jobs.edition_references import find, parse

    reference = parse(text)
    return find(reference).path if reference is not None else existing([text], "FILE")[0]


def add(commands: Any) -> None:
    """The command and its options."""
    to = commands.add_parser("inspect", help="what a file is and how it is read", description=inspect.__doc__)
    to.add_argument("files", nargs="+", metavar="FILE", help="files of any kind")
    to.add_argument("--role", choices=ROLES, help="what they are; default: found out")
    to.add_argument("--json", action="store_true", help="the reports as JSON")
    to.add_argument("--country", metavar="ISO3", help="country of rows that do not state one")
    add_reading(to)
    to.set_defaults(call=inspect)
