"""What `cahra verify` makes of single edits: by the hashes, by a new run where they were rewritten, and by neither."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from geo.errors import CahraError
from jobs.hashed_files import opened
from jobs.read_back import ROWS, DifferenceError
from jobs.run_crate import CRATE
from jobs.run_record import RECORD
from jobs.verification import held_against, verify_files
from jobs.watch.verify import PAST
from tests.jobs.edited_results import Made
from tests.jobs.edits import cell_edits, flipped, forged, value_edits

FEATURES = 1
"""Of a GeoJSON the features whose values are edited: the first ones."""
RULES = 6
"""Of the table of rules in run.json each so manieth value is edited: all of it lies under one hash."""


@dataclass(frozen=True)
class Edit:
    """One file of a result with one change in it; `column` is that of a table, or the path in a document."""

    file: str
    column: str
    make: Callable[[], bytes]


def single_edits(files: Mapping[str, bytes]) -> Iterator[Edit]:
    """Of every column of every table one cell, of every document every value, of any other file five bytes."""
    for name, data in files.items():
        if name.endswith(".csv"):
            yield from (Edit(name, column, make) for column, make in cell_edits(data))
        elif name.endswith("json"):
            rules = 0
            for path, make in value_edits(data):
                steps = path.split(".")
                rules += steps[:2] == ["rules", "table"]
                more = steps[0] == "features" and int(steps[1]) >= FEATURES
                if not more and (steps[:2] != ["rules", "table"] or rules % RULES == 0):
                    yield Edit(name, path, make)
        else:
            yield from (Edit(name, what, partial(bytes, changed)) for what, changed in flipped(data, 5))


@dataclass
class Trial:
    """How many single edits of a result were tried, and what came of them."""

    files: int = 0
    columns: int = 0
    edits: int = 0
    unseen: list[Edit] = field(default_factory=list)
    """Hashes as they were: not found, or the file not named."""
    forged: int = 0
    passed: list[Edit] = field(default_factory=list)
    """New hashes, held against a new run: not found."""
    alone: int = 0
    """New hashes and no inputs: found all the same."""
    declared: int = 0
    """New hashes and no inputs: not found, of a column that is said to be unproven."""
    undeclared: list[Edit] = field(default_factory=list)
    """New hashes and no inputs: not found and not said."""


def tried(it: Made, every: int = 1) -> Trial:
    """Tries each `every`-th single edit of a result in all three ways."""
    out = Trial(files=len(it.files))
    unproven = verify_files(it.files, "d").unproven
    for number, edit in enumerate(single_edits(it.files)):
        out.columns += edit.file.endswith(".csv")
        if number % every:
            continue
        out.edits += 1
        changed = edit.make()
        if verify_files({**it.files, edit.file: changed}, "d").differences != (
            f"{edit.file} is not as it was written",
        ):
            out.unseen.append(edit)
        try:
            fake = forged(it.files, edit.file, changed)
        except (ValueError, KeyError):  # no JSON any more, or no time of the run: the hashes alone find it
            continue
        if fake == it.files:  # the crate is made from the record, and the forger makes it again
            continue
        out.forged += 1
        if not found_again(it, fake):
            out.passed.append(edit)
        if verify_files(fake, "d").differences:
            out.alone += 1
        elif is_declared(edit, unproven, it.files):
            out.declared += 1
        else:
            out.undeclared.append(edit)
    return out


def found_again(it: Made, fake: Mapping[str, bytes]) -> bool:
    """Whether a new run of the inputs finds the forgery, without what derivation finds before."""
    record, found = opened(fake, "d")
    if found:
        return True
    try:
        held_against(fake, it.again(record, fake))
    except (CahraError, DifferenceError, LookupError, TypeError, ValueError):
        return True
    return False


def is_declared(edit: Edit, unproven: Mapping[str, tuple[str, ...]], files: Mapping[str, bytes] | None = None) -> bool:
    """Whether the file, or the column of it, is said to be proven by a new run alone, or by the look before."""
    said = {text.partition(" (")[0] for text in unproven.get(edit.file, ())}
    if PAST in said and files is not None:
        mine = json.loads(files[RECORD])["alerts"]
        head, *rows = files[edit.file].decode().splitlines()
        other, *edited = edit.make().decode().splitlines()
        if head == other and rows[-mine:] == edited[-mine:]:
            return True
    if edit.file in (RECORD, CRATE):
        return any(edit.column == name or edit.column.startswith(f"{name}.") for name in said)
    if edit.file.endswith(".geojson") and edit.column.startswith("features."):
        return edit.column.split(".")[2] in said
    if edit.column in ("a row less", "a row twice", "rows exchanged", "a column more"):
        return bool({"all of it", ROWS} & said)
    return bool({"all of it", "every column", edit.column} & said)
