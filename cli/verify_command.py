"""``cahra verify``: its options, which are those of all jobs, and its run."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from cli.shared import PATHS, add_inputs, existing
from i18n.languages import offered

Adder = Callable[[argparse.ArgumentParser], None]


def verify(args: argparse.Namespace) -> int:
    """`cahra verify`: hashes, then what follows from the evidence; given the same inputs, every byte of a new run."""
    from i18n.translator import translator
    from jobs.verification import verify

    given = any(getattr(args, name, None) for name in (*PATHS, "random_points"))
    trust = existing([args.trust], "--trust")[0] if args.trust else None
    earlier = Path(args.earlier) if args.earlier else None
    found = verify(args.folder, again=made_again(args) if given else None, trust=trust, earlier=earlier)
    _ = translator(args.language)
    print("\n".join(line.sentence(_) for line in found.lines()))
    return 1 if found.differences else 0


BEFORE = (("before_from", "before_from"), ("before_to", "before_to"))
"""Options and members of the settings of an earlier period."""
NUMBERS = (("bandwidth_km", "bandwidth_km"), ("cell_km", "cell_km"), ("near_months", "months"))
WORDS = {"weight": ("events", "deaths"), "effect": ("lethal", "violent")}
"""Options of surfaces and of people that the settings tell, where they are not said again."""


def made_again(args: argparse.Namespace) -> Callable[[Mapping[str, Any]], Mapping[str, bytes]]:
    """Makes the files of a run again, from the options; what is no input is taken of its record where it is not said.

    That are its time, its dates, its job and language, how a surface is made, near which window people are counted, and
    which band of a raster is meant and what it counts.
    """
    from jobs.assessment.evidence_file import choice_of
    from jobs.verification import run_at

    def again(record: Mapping[str, Any]) -> Mapping[str, bytes]:
        settings = record["settings"]
        again_args = argparse.Namespace(**vars(args))
        for option, name in (("as_of", "as_of"), ("begin", "from"), ("end", "to"), *BEFORE):
            setattr(again_args, option, getattr(args, option, None) or settings.get(name))
        _of_record(again_args, record)
        again_args.evidence = choice_of(record["files"])
        language = record.get("language") if record.get("language") in offered() else "en"
        made: Mapping[str, bytes] = args.jobs[record["job"]](again_args, run_at(record)).files(language)
        return made

    return again


def _of_record(again_args: argparse.Namespace, record: Mapping[str, Any]) -> None:
    """Fills options of numbers and words that were not said; what a record says wrongly is left to the comparison."""
    settings = record["settings"]
    for option, name in NUMBERS:
        value = settings.get(name)
        if getattr(again_args, option, None) is None and isinstance(value, int | float):
            setattr(again_args, option, value)
    for option, known in WORDS.items():
        if getattr(again_args, option, None) is None and settings.get(option) in known:
            setattr(again_args, option, settings[option])
    for entry in record["inputs"]:
        role, band = entry.get("role"), entry.get("band")
        if (
            role in ("population", "travel_time")
            and isinstance(band, int)
            and not getattr(again_args, f"{role}_band", 1)
        ):
            setattr(again_args, f"{role}_band", band)
        if role == "population" and entry.get("values_basis") == "option" and not again_args.population_values:
            again_args.population_values = entry["values"] if entry.get("values") in ("counts", "density") else None


def add(commands: Any, jobs: Mapping[str, Callable[..., Any]], adders: Iterable[Adder]) -> None:
    """The command and its options: what the jobs ask besides the inputs is added by `adders`."""
    to = commands.add_parser("verify", help="check a result", description=verify.__doc__)
    to.add_argument("folder", metavar="DIR", help="folder that one of the jobs wrote; then what the job was given")
    add_inputs(to, required=False)
    for adder in adders:
        adder(to)
    to.add_argument("--rules", metavar="F.toml", help="rule set of the run; default: data/rules.toml")
    to.add_argument("--as-of", metavar="YYYY-MM-DD", help="default: what the run record says")
    to.add_argument("--before", metavar="A", help="earlier result, of a comparison")
    to.add_argument("--after", metavar="B", help="later result, of a comparison")
    to.add_argument("--trust", metavar="KEY", help="public Ed25519 key that must have signed the result")
    to.add_argument("--language", choices=tuple(offered()), default="en", help="language of what is printed")
    to.set_defaults(call=verify, jobs=jobs)
