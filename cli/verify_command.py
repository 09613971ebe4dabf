"""``cahra verify``: its options, which are those of all jobs, and its run."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cli.shared import PATHS, add_inputs, existing

Adder = Callable[[argparse.ArgumentParser], None]


def verify(args: argparse.Namespace) -> int:
    """`cahra verify`: hashes, then what follows from the evidence; given the same inputs, every byte of a new run."""
    from jobs.verification import verify

    given = any(getattr(args, name, None) for name in (*PATHS, "random_points"))
    trust = existing([args.trust], "--trust")[0] if args.trust else None
    found = verify(args.folder, again=made_again(args) if given else None, trust=trust)
    print("\n".join(found.lines()))
    return 1 if found.differences else 0


BEFORE = (("before_from", "before_from"), ("before_to", "before_to"))
"""Options and members of the settings of an earlier period."""


def made_again(args: argparse.Namespace) -> Callable[[Mapping[str, Any]], Mapping[str, bytes]]:
    """Makes the files of a run again, from the options; of its record only its time, dates, job and language are read.

    Dates that are no option are those of the record: they stand in its tables too.
    """
    from i18n.languages import offered
    from jobs.assessment.evidence_file import choice_of
    from jobs.verification import run_at

    def again(record: Mapping[str, Any]) -> Mapping[str, bytes]:
        settings = record["settings"]
        asked = argparse.Namespace(**vars(args))
        for option, name in (("as_of", "as_of"), ("begin", "from"), ("end", "to"), *BEFORE):
            setattr(asked, option, getattr(args, option, None) or settings.get(name))
        asked.evidence = choice_of(record["files"])
        language = record.get("language") if record.get("language") in offered() else "en"
        made: Mapping[str, bytes] = args.jobs[record["job"]](asked, run_at(record)).files(language)
        return made

    return again


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
    to.set_defaults(call=verify, jobs=jobs)
