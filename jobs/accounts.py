"""What a run record counts of its tables and of the files that were read, held against the tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from jobs.demonstration import FILE, note
from jobs.read_back import ROWS, DifferenceError, texts
from jobs.table_mark import MARK, MARK_TEXT, OWN
from layers.formats.writers.spreadsheet_guard import neutralise

_HASHED = "sha256:"
LEFT = ("rejected", "superseded", "after_as_of")
"""Rows of an account that are read and not used."""


OF_REJECTED = ("row", "id", "reason", "expected", "got", ROWS)
"""Columns of rejected.csv that no account of the record counts."""


def check_counts(record: Mapping[str, Any], counted: Iterable[tuple[str, object]]) -> None:
    """Holds members of the record, by dotted name, against what the tables give.

    Parameters
    ----------
    record
        The run record, as `run.json` has it.
    counted
        Dotted name in the record and the number that the tables give, in the order in which they are held.

    Raises
    ------
    DifferenceError
        The first that is another one.
    """
    for name, want in counted:
        have: Any = record
        for part in name.split("."):
            have = have.get(part) if isinstance(have, Mapping) else None
        if have != want:
            raise DifferenceError(f"run.json: {name} is {have}, the tables give {want}")


def check_neutralised(files: Mapping[str, bytes], record: Mapping[str, Any]) -> None:
    """Holds the counts of cells that a spreadsheet would have run against the tables.

    Parameters
    ----------
    files
        Files of a result by name.
    record
        The run record, as `run.json` has it.
    """
    want = {}
    for name in sorted(n for n in files if n.endswith(".csv")):
        table = texts(files[name], name)
        want[name] = sum(neutralise(table[c])[1] for c in table.columns) + neutralise(table.columns)[1]
    if record.get("cells_neutralised") != want:
        raise DifferenceError(
            f"run.json: cells_neutralised is {record.get('cells_neutralised')}, the tables give {want}"
        )


def check_inputs(record: Mapping[str, Any]) -> None:
    """Holds what the record says of each file that was read against itself: its hash against the version made of it.

    Parameters
    ----------
    record
        The run record, as `run.json` has it.

    Raises
    ------
    DifferenceError
        A hash is none, a version is not that of its hash, or a dataset is of no file that was read.
    """
    versions: dict[str, set[str]] = {}
    for entry in record["inputs"]:
        digest, version = str(entry.get("sha256")), str(entry.get("dataset_version", ""))
        if not re.fullmatch("[0-9a-f]{64}", digest):
            raise DifferenceError(f"run.json: the hash of {entry['file']} is none")
        if version.startswith(_HASHED) and version != f"{_HASHED}{digest[:12]}":
            raise DifferenceError(f"run.json: the version of {entry['file']} is not that of its hash")
        versions.setdefault(str(entry["file"]), set()).add(version)
    for one in record.get("datasets", ()):
        of = versions.get(str(one["file"]))
        if not one["file"]:
            continue
        if of is None:
            raise DifferenceError(f"run.json: {one['file']} of {one['dataset']} is none of the files that were read")
        if str(one["dataset_version"]).startswith(_HASHED) and one["dataset_version"] not in of:
            raise DifferenceError(f"run.json: the version of {one['dataset']} is not that of {one['file']}")


def check_demonstration(files: Mapping[str, bytes], record: Mapping[str, Any]) -> None:
    """Holds the note on synthetic data, the names of its layers, and the mark of every table against the record.

    Parameters
    ----------
    files
        Files of a result by name.
    record
        The run record, as `run.json` has it.

    Raises
    ------
    DifferenceError
        One of them says another thing.
    """
    marked_in_record, layers = bool(record.get("demonstration")), record.get("demonstration_layers", [])
    if marked_in_record != bool(layers):
        raise DifferenceError("run.json: demonstration and demonstration_layers do not say the same")
    if files.get(FILE) != (note(record) if marked_in_record else None):
        raise DifferenceError(f"{FILE} is not what run.json says")
    for name in sorted({*record.get("cells_neutralised", ())} - OWN):
        table = texts(files[name], name)
        if marked_in_record and (table.columns[-1] != MARK or set(table[MARK]) - {MARK_TEXT}):
            raise DifferenceError(
                f"{name}: {MARK} is not {MARK_TEXT} in every row, run.json says that data are synthetic"
            )
        if not marked_in_record and MARK in table:
            raise DifferenceError(f"{name}: {MARK} is said, run.json says that no data are synthetic")


def check_accounts(rejected: pd.DataFrame, record: Mapping[str, Any], elsewhere: Iterable[str] = ()) -> None:
    """Holds the accounts of the files that were read against each other and against the rows that were not used.

    Parameters
    ----------
    elsewhere
        Roles of files whose rejected rows stand in another table.
    rejected
        Rows that were not used, with the reason (`geo.schema.REJECTED`).
    record
        The run record, as `run.json` has it.
    """
    reasons = Counter(zip(rejected["source_file"].tolist(), rejected["reason"].tolist(), strict=True))
    want: dict[tuple[str, str], int] = {}
    for entry in record["inputs"]:
        if "rows" not in entry:
            continue
        rows = {k: v for k, v in entry["rows"].items() if isinstance(v, int)}
        if rows.get("read") != sum(v for k, v in rows.items() if k in ("accepted", *LEFT)):
            raise DifferenceError(f"run.json: the rows of {entry['file']} do not add up")
        if entry["role"] not in elsewhere:
            for kind in LEFT:
                want[entry["file"], kind] = want.get((entry["file"], kind), 0) + rows.get(kind, 0)
    have = dict.fromkeys(want, 0)
    twice: dict[str, int] = {}
    for (file, reason), number in reasons.items():
        key = (file, reason if reason in LEFT else "rejected")
        have[key] = have.get(key, 0) + number
        twice[file] = twice.get(file, 0) + (number if reason == "duplicate_id" else 0)
    for (file, kind), number in have.items():
        # A row whose id another file has too is no rejected one of its own file.
        spare = twice.get(file, 0) if kind == "rejected" else 0
        rows_of_file = want.get((file, kind), 0)
        if not rows_of_file <= number <= rows_of_file + spare:
            raise DifferenceError(f"rejected.csv has {number} rows of {file} ({kind}), run.json counts {rows_of_file}")
