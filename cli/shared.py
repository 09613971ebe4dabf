"""What the commands share: dates, files and folders of options, the rule set, and a bar of progress."""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.reading import add_reading, wishes
from geo.errors import InputError
from geo.messages import Note, spoken
from i18n.languages import offered
from layers import child_process

if TYPE_CHECKING:
    from geo.rules.rule_set import Rules
    from jobs.inputs import Inputs, Source
    from jobs.result_folder import ResultFolder

PATHS = (
    "actors", "after", "before", "boundaries", "compare", "coverage", "eu_list", "findings", "governance", "incidents",
    "list", "places", "population", "programmes", "radii", "rates", "reviews", "roads", "rules", "sectors", "sites",
    "tiles", "towns", "travel_time", "watch_list", "words", "zones",
)  # fmt: skip
"""Options that name what a run reads: none of it may lie in the folder of its results."""
READ = ("sites", "incidents", "boundaries", "zones", "list", "programmes", "roads")
"""Those of them whose files may be large, or of a kind that a child process reads."""


class Progress:
    """A bar on standard error, drawn only once the work has taken longer than a second."""

    open = False
    """Whether a bar stands on an unfinished line: a message goes below it."""

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
            Progress.open = not end

    def part(self, what: str, done: int, total: int) -> None:
        """How far the present step is, for one that takes long."""
        if self.shown or time.monotonic() - self.begun > 1.0:
            self.shown = True
            bar = "#" * (20 * done // max(total, 1))
            print(f"\r[{bar:-<20}] {what} {done}/{total}{'':<12}", end="", file=sys.stderr, flush=True)
            Progress.open = True


def perform(args: argparse.Namespace) -> int:
    """A job: what its options name in, a folder and a summary out."""
    child_process.ahead(_named(args, READ))  # they load beside what is checked here, and wait for a file
    folder, language = result_folder(args), getattr(args, "language", "en")
    known_country(getattr(args, "country", None))
    key = existing([args.sign] if args.sign else [], "--sign")
    from i18n.translator import translator

    result = args.make(args)
    if key:
        from jobs.signature import signed

        aside = folder.write(signed(result.files(language), key[0]))
    else:
        aside = folder.write(functools.partial(result.put_away, language=language))
    print("\n".join(str(spoken(line, translator(language))) for line in result.summary(language)))
    if aside is not None:
        print(f"What was in the way is kept in {aside}.")
    return 0


def iso_date(text: str, option: str = "--as-of") -> dt.date:
    """A date written YYYY-MM-DD."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(
            "The date is not a date.", where=option, expected="YYYY-MM-DD", got=text, remedy="2021-12-31"
        ) from None


def existing(paths: Sequence[str] | None, option: str) -> list[Path]:
    """The paths, each an existing file."""
    out = [Path(p) for p in paths or ()]
    for path in out:
        if not path.is_file():
            from jobs.edition_references import parse

            if parse(str(path)) is not None:
                raise InputError("No fetched edition is read as this.", where=option, expected="a file", got=str(path))
            raise InputError("There is no such file.", where=option, got=str(path), remedy="Check the path.")
    return out


def source_of(text: str, option: str, role: str) -> Source:
    """What an option names: a fetched edition, a table of a database, or a file, each read as `role`."""
    from jobs.inputs import Source

    return Source.named(text, role=role) or Source.of(existing([text], option)[0])


def maybe(text: str | None, option: str, role: str) -> Source | None:
    """The same where the option was given."""
    return source_of(text, option, role) if text else None


def known_country(text: str | None) -> str:
    """What ``--country`` says, refused before any work where it is no country; blank where it was not given."""
    from layers.reference.tables import country_code

    if text and not country_code(text):
        raise InputError(
            "The country is not known.", where="--country", expected=Note("ISO 3166 alpha-3, such as CAF"), got=text,
            remedy="CAF",
        )  # fmt: skip
    return text or ""


def result_folder(args: argparse.Namespace) -> ResultFolder:
    """The folder of ``--out``, refused before any work where it holds what the run reads or something else."""
    from jobs.edition_references import parse
    from jobs.result_folder import ResultFolder
    from layers.publishers.folder import data_folder
    from layers.reference.files import DATA

    named = _named(args, PATHS)
    kept = [data_folder()] if any(isinstance(n, str) and parse(n) for n in named) else []
    return ResultFolder.of(args.out, [*named, *kept, DATA], force=args.force)


def _named(args: argparse.Namespace, options: Sequence[str]) -> list[str]:
    values = [getattr(args, name, None) for name in options]
    return [path for value in values for path in (value if isinstance(value, list) else [value]) if path]


def inputs(args: argparse.Namespace) -> Inputs:
    """The files that the options name, each checked to exist."""
    from jobs.inputs import Inputs

    def several(name: str, option: str = "") -> list[Source]:
        return [source_of(text, option or f"--{name}", name) for text in getattr(args, name) or ()]

    def single(option: str) -> Source | None:
        name = option.replace("-", "_")
        given = getattr(args, name)
        return source_of(given, f"--{option}", name) if given else None

    return Inputs(
        sites=several("sites"),
        incidents=several("incidents"),
        zones=single("zones"),
        boundaries=several("boundaries"),
        coverage=several("coverage", "--incident-coverage"),
        eu_list=single("eu-list"),
        findings=several("findings"),
        country=known_country(args.country),
        boundaries_version=args.boundaries_version or "",
        wishes=wishes(args),
    )


def rule_file(args: argparse.Namespace) -> Rules:
    """The rule set of ``--rules``, else the default one."""
    from layers.reference.rule_files import read_rules

    return read_rules(existing([args.rules], "--rules")[0] if args.rules else None)


def old_name(old: str, new: str) -> None:
    """A note that something was called by the name it had."""
    print(f"cahra: {old} is now {new}; the old name still works.", file=sys.stderr)


class OldName(argparse.Action):
    """``--coverage``, the name of ``--incident-coverage`` before 0.2.0: it does the same, with a note."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        """Adds the file to those of the new name."""
        old_name("--coverage", "--incident-coverage")
        namespace.coverage = [*(namespace.coverage or ()), values]


def add_inputs(to: argparse.ArgumentParser, *, required: bool) -> None:
    """The options that name input files."""
    many: Any = {"action": "append", "metavar": "F"}
    to.add_argument("--sites", required=required, help="site list or visits; may be repeated", **many)
    to.add_argument(
        "--incidents", help="UCDP GED or ACLED file, or a fetched edition: ucdp:CAF@25.1; may be repeated", **many
    )
    to.add_argument("--zones", metavar="F", help="zone register (CSV); default: the one that ships with the project")
    to.add_argument("--boundaries", help="polygons of administrative units; one file a level", **many)
    to.add_argument(
        "--boundaries-version", metavar="V", help="vintage of the boundaries where the file does not say it"
    )
    covered = "what the incidents cover: dataset,country_iso3,from,to"
    to.add_argument("--incident-coverage", dest="coverage", help=covered, **many)
    to.add_argument("--coverage", action=OldName, metavar="F", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    to.add_argument("--eu-list", metavar="F", help="EU indicative list: area,country,code,kind,valid_from,valid_to")
    to.add_argument("--findings", help="findings in zone units, beside those of the project; may be repeated", **many)
    to.add_argument("--country", metavar="ISO3", help="country of sites that do not state one")
    add_reading(to)


def add_result(to: argparse.ArgumentParser, make: Callable[..., Any], as_of: str, *, language: str = "") -> None:
    """The options of a job that leaves a result; `as_of` and `language` say what they are for, where they are asked."""
    to.add_argument("--rules", metavar="F.toml", help="rule set; default: data/rules.toml")
    if as_of:
        to.add_argument("--as-of", required=True, metavar="YYYY-MM-DD", help=as_of)
    if language:
        to.add_argument("--language", choices=tuple(offered()), default="en", help=f"language of the {language}")
    to.add_argument("--out", required=True, metavar="DIR", help="folder for the results")
    add_result_options(to)
    to.set_defaults(call=perform, make=make)


def add_result_options(to: argparse.ArgumentParser) -> None:
    """How a result is kept."""
    to.add_argument("--force", action="store_true", help="keep what is in the way of --out under another name")
    to.add_argument("--sign", metavar="KEY", help="private Ed25519 key that signs run.json")
