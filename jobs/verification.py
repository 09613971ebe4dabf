"""`cahra verify`: a result held against its hashes, against its own evidence, and against a new run of the same inputs.

Hashes come first and find any byte that was changed. Whoever changes a file can write new hashes too: then what follows
from the evidence is derived again, and given the inputs all is made again and compared byte for byte.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from geo.errors import InputError
from geo.messages import N_, Note
from jobs.accounts import check_demonstration, check_inputs
from jobs.data_page import DATA_CARDS, page
from jobs.hashed_files import opened, read_folder, unchanged
from jobs.read_back import Derived, DifferenceError, same_files
from jobs.run_record import RECORD, SIGNATURE
from jobs.signature import signer
from layers.formats import LOCAL
from layers.formats.readers.strict_json import load_json

WITHHELD = N_("{n} site{n?|s} {n?rests|rest} on rows withheld by licence: a new run with your file verifies them.")
_AS_IT_IS = "{text}"  # a difference names columns, rows and digests, as they stand in the files


@dataclass(frozen=True)
class Verification:
    """What was found.

    Parameters
    ----------
    differences
        In words, each with its file; none: all that was looked at is as it was written.
    job
        Which of the commands wrote the result.
    withheld
        Sites that rest on evidence which its licence withholds.
    unproven
        Columns by file that only a new run proves; empty where one was made.
    signed_by
        The public key of a signature that holds, in hex.
    taken
        What a new run takes as it stands, by file: only the look before proves it.
    """

    differences: tuple[str, ...] = ()
    job: str = ""
    withheld: int = 0
    unproven: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    signed_by: str = ""
    made_again: bool = False
    taken: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def lines(self) -> list[Note]:
        """What to print, each line in the reader's language but for a difference, which names columns and rows."""
        if self.differences:
            return [line if isinstance(line, Note) else Note(_AS_IT_IS, text=line) for line in self.differences]
        out = [
            Note("A result of cahra {job}: every file is as it was written.", job=self.job),
            Note("What the evidence decides follows from it."),
        ]
        if self.signed_by:
            out.append(Note("Signed by the Ed25519 key {key}.", key=self.signed_by))
        if self.withheld:
            out.append(Note(WITHHELD, n=self.withheld))
        before = [
            Note(
                "Only the folder that the look before left proves of {file}: {columns}. Name it with --earlier.",
                file=name,
                columns=", ".join(columns),
            )
            for name, columns in self.taken.items()
        ]
        if self.made_again:
            return [*out, Note("A new run of the inputs gives the same bytes."), *before]
        out.append(Note("Nothing proves run_at of run.json, the time of the run, but a signature."))
        for name, columns in self.unproven.items():
            if left := [c for c in columns if c not in self.taken.get(name, ())]:
                out.append(Note("Only a new run proves of {file}: {columns}.", file=name, columns=", ".join(left)))
        return [*out, *before, Note("Give the inputs of the run to prove these too.")]


def verify(
    folder: str | Path,
    *,
    again: Callable[[Mapping[str, Any]], Mapping[str, bytes]] | None = None,
    trust: Path | None = None,
    earlier: Path | None = None,
) -> Verification:
    """Verifies a result.

    Parameters
    ----------
    again
        Makes the files of a new run of the same inputs, at the time that the given run record says.
    trust
        Public key that must have signed the record.
    folder
        The folder of a result.
    earlier
        The folder as the look before left it, of a watch.

    Raises
    ------
    geo.errors.InputError
        The folder is not a result, or is one of an earlier version; `earlier` is none that is as it was written.
    """
    before = unchanged(earlier)[0] if earlier is not None else None
    return verify_files(read_folder(Path(folder)), str(folder), again=again, trust=trust, earlier=before)


def verify_files(
    files: Mapping[str, bytes],
    where: str,
    *,
    again: Callable[[Mapping[str, Any]], Mapping[str, bytes]] | None = None,
    trust: Path | None = None,
    earlier: Mapping[str, bytes] | None = None,
) -> Verification:
    """:func:`verify` for files in memory; `where` names them in messages.

    Parameters
    ----------
    files
        Files of a result by name.
    where
        The folder, for errors.
    again
        Makes the files again from the record; None: the inputs were not given.
    trust
        File of the public key that must have signed the record; None: any, or none at all.
    earlier
        Files that the look before left, of a watch.

    Raises
    ------
    geo.errors.InputError
        `earlier` is given with another result than a watch.
    """
    record, differences = opened(files, where)
    if differences:
        return Verification(tuple(differences))
    job = str(record.get("job"))
    try:
        signed_by = signer(files, trust)
        result = derived(job, files, record)
        if earlier is not None:
            result = _following(job, files, record, result, earlier)
        if again is not None:
            held_against(files, again(record))
    except DifferenceError as difference:
        return Verification((str(difference),), job)
    made = again is not None
    return Verification((), job, result.withheld, result.unproven, signed_by, made_again=made, taken=result.taken)


def _following(
    job: str, files: Mapping[str, bytes], record: Mapping[str, Any], result: Derived, earlier: Mapping[str, bytes]
) -> Derived:
    """What is left to prove of a look once it was held against the one before."""
    if job != "watch":
        raise InputError("Only a watch has a look before.", where="--earlier", got=job)
    from jobs.watch.verify import follows

    follows(files, record, earlier)
    left = {}
    for name, columns in result.unproven.items():
        left[name] = tuple(c for c in columns if c not in result.taken.get(name, ()))
    return replace(result, unproven={name: columns for name, columns in left.items() if columns}, taken={})


def derived(job: str, files: Mapping[str, bytes], record: Mapping[str, Any]) -> Derived:
    """Holds a result of a command against its own evidence.

    Parameters
    ----------
    job
        Command that wrote the result, such as `assess`.
    files
        Files of a result by name.
    record
        The run record, as `run.json` has it.

    Raises
    ------
    DifferenceError
        What does not follow.
    """
    try:
        derive: Callable[[Mapping[str, bytes], Mapping[str, Any]], Derived]
        if job == "assess":
            from jobs.assessment.verify import derive
        elif job == "screen":
            from jobs.screening.verify import derive
        elif job == "coverage":
            from jobs.programmes.verify import derive
        elif job == "backtest":
            from jobs.backtest.verify import derive
        elif job == "sensitivity":
            from jobs.sensitivity.verify import derive
        elif job == "exposure":
            from jobs.exposure.verify import derive
        elif job == "density":
            from jobs.density.verify import derive
        elif job == "compare":
            from jobs.compare.verify import derive
        elif job == "editions":
            from jobs.editions.verify import derive
        elif job == "meeting":
            from jobs.meeting.verify import derive
        elif job == "watch":
            from jobs.watch.verify import derive
        else:
            raise DifferenceError(f"{RECORD}: no command is called {job!r}")
        result = derive(files, record)
        check_inputs(record)
        check_demonstration(files, record)
        if DATA_CARDS in files and files[DATA_CARDS] != page(record):
            raise DifferenceError(f"{DATA_CARDS} is not what run.json says")
        loose = tuple(name for name in record if name not in (*HELD, *result.held))
        return replace(result, unproven={**result.unproven, RECORD: loose} if loose else result.unproven)
    except (DifferenceError, InputError):
        raise
    except Exception as fault:
        # A forger's tables and record may say anything; whatever breaks on them is no result of ours.
        fault_text = f"{type(fault).__name__}: {str(fault)[:120]}"
        raise DifferenceError(f"The files are not what this program writes ({fault_text})") from None


HELD = ("run_at", "tool", "job", "demonstration", "demonstration_layers", "cells_neutralised", "files")
"""Members of every run record that are held against the files, or that nothing proves."""
CAUSES = ("tool", "tool_version", "job", "python", "libraries", "rules", "settings", "language", "inputs")
"""Members of a run record that may explain any other difference: they are compared first."""


def held_against(files: Mapping[str, bytes], made: Mapping[str, bytes]) -> None:
    """Holds the files of a result against those of a new run, byte for byte.

    Parameters
    ----------
    files
        Files of a result by name.
    made
        Files of a new run of the same inputs, bytes by name.

    Raises
    ------
    DifferenceError
        The first difference, and of the record the member.
    """
    have, want = (load_json(f[RECORD], LOCAL, RECORD) for f in (files, made))
    for name in [*CAUSES, *sorted({*have, *want} - {*CAUSES, "files", "run_at"})]:
        if difference := _member(have.get(name), want.get(name), name):
            raise DifferenceError(f"{RECORD}: {difference}")
    given = {name: data for name, data in files.items() if name != SIGNATURE}
    if difference := same_files(given, made, "a new run"):
        raise DifferenceError(difference)


def _member(have: object, want: object, path: str) -> str:
    """The first difference between two values of JSON, with where it stands; blank where there is none."""
    if isinstance(have, dict) and isinstance(want, dict):
        pairs = [(have.get(k), want.get(k), f"{path}.{k}") for k in [*have, *(k for k in want if k not in have)]]
        if list(have) == list(want):
            return next((d for a, b, p in pairs if (d := _member(a, b, p))), "")
    elif isinstance(have, list) and isinstance(want, list) and len(have) == len(want):
        pairs = [(a, b, f"{path}[{i}]") for i, (a, b) in enumerate(zip(have, want, strict=True))]
        return next((d for a, b, p in pairs if (d := _member(a, b, p))), "")
    elif type(have) is type(want) and have == want:
        return ""
    else:
        pairs = []
    inner = next((d for a, b, p in pairs if (d := _member(a, b, p))), "")
    return inner or f"{path} is {_short(have)}, a new run gives {_short(want)}"


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 120 else f"{text[:117]}…"


def run_at(record: Mapping[str, Any]) -> dt.datetime:
    """The time of a run, as its record says it.

    Parameters
    ----------
    record
        The run record, as `run.json` has it.

    Raises
    ------
    DifferenceError
        It says none.
    """
    text = str(record.get("run_at", "")).partition("[")[0]
    try:
        return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)
    except ValueError:
        raise DifferenceError(f"{RECORD}: run_at is no time") from None
