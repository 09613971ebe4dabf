"""The same jobs from a shell: ``cahra assess | screen | coverage | fetch | verify | bench``."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import CahraError, InputError

if TYPE_CHECKING:
    from layers.job import Run

UNUSABLE = 2
"""Exit status where the input cannot be used; one message on standard error says why."""


class Progress:
    """A bar on standard error, drawn only once the work has taken longer than a second."""

    def __init__(self, steps: Sequence[str]) -> None:
        self.steps, self.done, self.begun, self.shown = steps, 0, time.monotonic(), False

    def step(self) -> None:
        """One step is done."""
        self.done += 1
        if self.shown or time.monotonic() - self.begun > 1.0:
            self.shown = True
            bar = "#" * self.done + "-" * (len(self.steps) - self.done)
            now = self.steps[self.done] if self.done < len(self.steps) else "done"
            end = "\n" if self.done == len(self.steps) else ""
            print(f"\r[{bar}] {self.done}/{len(self.steps)} {now:<24}", end=end, file=sys.stderr, flush=True)


def iso_date(text: str) -> dt.date:
    """A date written YYYY-MM-DD."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(
            "The as-of date is not a date.", where="--as-of", expected="YYYY-MM-DD", got=text, remedy="2021-12-31"
        ) from None


def existing(paths: Sequence[str] | None, option: str) -> list[Path]:
    """The paths, each an existing file."""
    out = [Path(p) for p in paths or ()]
    for path in out:
        if not path.is_file():
            raise InputError("There is no such file.", where=option, got=str(path), remedy="Check the path.")
    return out


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Writes every file of a run into `folder`, which is made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise InputError("The results cannot be written.", where=str(folder), got=str(error.strerror)) from None


def assess(args: argparse.Namespace) -> int:
    """`cahra assess`: files in; site list with classes, evidence and run record out."""
    as_of = iso_date(args.as_of)
    given = {
        name: existing(getattr(args, name), f"--{name}") for name in ("sites", "incidents", "boundaries", "coverage")
    }
    zones = existing([args.zones] if args.zones else [], "--zones")
    listed = existing([args.eu_list] if args.eu_list else [], "--eu-list")
    rule_file = existing([args.rules] if args.rules else [], "--rules")
    progress = Progress(("read", "assess", "write"))
    from layers.job import Inputs, Source, load, run
    from layers.rules import read_rules

    rules = read_rules(rule_file[0] if rule_file else None)
    loaded = load(
        Inputs(
            sites=[Source.of(p) for p in given["sites"]],
            incidents=[Source.of(p) for p in given["incidents"]],
            zones=Source.of(zones[0]) if zones else None,
            boundaries=[Source.of(p) for p in given["boundaries"]],
            coverage=[Source.of(p) for p in given["coverage"]],
            eu_list=Source.of(listed[0]) if listed else None,
            country=args.country or "",
            boundaries_version=args.boundaries_version or "",
        )
    )
    progress.step()
    result = run(loaded, as_of, rules)
    progress.step()
    write(Path(args.out), result.files())
    progress.step()
    report(result, as_of)
    return 0


def report(result: Run, as_of: dt.date) -> None:
    """Prints the quadrant table, what was left out, and what the reader should know."""
    from layers.export import quadrants

    print(f"As of {as_of}: {len(result.assessment.sites)} sites (exposure x zone status)")
    print(quadrants(result.assessment.sites).to_string())
    if len(result.rejected):
        counts = result.rejected["reason"].value_counts().sort_index()
        print("Rows not used (rejected.csv): " + ", ".join(f"{k} {v}" for k, v in counts.items()))
    notes = result.assessment.report.get("notes", [])
    for note in notes if isinstance(notes, list) else []:
        print(f"Note: {note}")
    print(
        "A class is an indication for due diligence, not a conclusion of law; see sites.csv and evidence.csv for why."
    )


def verify(args: argparse.Namespace) -> int:
    """`cahra verify`: derives every derived column again from evidence.csv and run.json."""
    from layers.verification import verify_folder

    difference = verify_folder(Path(args.folder))
    print(difference or "Every derived column follows from the evidence.")
    return 1 if difference else 0


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(
        prog="cahra", description="Mine sites in conflict-affected and high-risk areas, with evidence and a date."
    )
    commands = top.add_subparsers(dest="command", required=True)
    one = commands.add_parser("assess", help="classify sites at a date", description=assess.__doc__)
    one.add_argument(
        "--sites", action="append", required=True, metavar="F", help="site list or visits; may be repeated"
    )
    one.add_argument("--incidents", action="append", metavar="F", help="UCDP GED or ACLED file; may be repeated")
    one.add_argument("--zones", metavar="F", help="zone register (CSV); default: the one that ships with the project")
    one.add_argument(
        "--boundaries", action="append", metavar="F", help="polygons of administrative units; one file a level"
    )
    one.add_argument(
        "--boundaries-version", metavar="V", help="vintage of the boundaries where the file does not say it"
    )
    one.add_argument(
        "--coverage", action="append", metavar="F", help="what the incident files cover: dataset,country_iso3,from,to"
    )
    one.add_argument("--eu-list", metavar="F", help="EU indicative list: area,country,code,kind,valid_from,valid_to")
    one.add_argument("--rules", metavar="F.toml", help="rule set; default: data/rules.toml")
    one.add_argument("--country", metavar="ISO3", help="country of sites that do not state one")
    one.add_argument("--as-of", required=True, metavar="YYYY-MM-DD", help="time of events, not of knowledge")
    one.add_argument("--out", required=True, metavar="DIR", help="folder for the results")
    one.set_defaults(call=assess)
    two = commands.add_parser("verify", help="check a result against its own evidence", description=verify.__doc__)
    two.add_argument("folder", metavar="DIR", help="folder written by cahra assess")
    two.set_defaults(call=verify)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; 0 is success, 1 a difference found, 2 unusable input with one message."""
    args = parser().parse_args(argv)
    call: Callable[[argparse.Namespace], int] = args.call
    try:
        return call(args)
    except CahraError as error:
        print(f"cahra: {error.sentence()}", file=sys.stderr)
        return UNUSABLE


if __name__ == "__main__":
    sys.exit(main())
