"""`cahra verify`: a result folder against its own evidence, and against a new run of the same inputs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo import schema
from geo.errors import InputError
from geo.messages import Note
from geo.rules.explanation import reasons
from geo.rules.rederive import rederive
from geo.rules.rule_set import from_dict
from i18n.translator import LANGUAGES, translator
from jobs.assessment.earlier_version import refuse_version_1
from layers.formats import LOCAL, read
from layers.formats.readers.strict_json import load_json
from layers.formats.writers.spreadsheet_guard import restore

if TYPE_CHECKING:
    from jobs.assessment.job import Inputs

FILES = ("sites.csv", "evidence.csv", "run.json")
CLOCK = '"run_at"'
WHY = tuple(schema.Column(f"why_{code}", "text", "why the site has its class") for code in LANGUAGES)


def read_result(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Sites, evidence and run record of a result folder, with the types of the schema.

    Raises
    ------
    InputError
        A file is missing or is not what this program writes.
    """
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise InputError(
            "The folder is not a result.",
            where=str(folder),
            expected=", ".join(FILES),
            got=Note("no {name}", name=missing[0]),
        )
    try:
        record = load_json((folder / "run.json").read_bytes(), LOCAL, "run.json")
        sites = _read(folder / "sites.csv", schema.ASSESSED + WHY, record)
        evidence = _read(folder / "evidence.csv", schema.EVIDENCE)
    except InputError:
        raise
    except (ValueError, KeyError) as error:
        raise InputError("The result cannot be read back.", where=str(folder), got=str(error)[:200]) from None
    return sites, evidence, record


def _read(path: Path, table: schema.Table, record: object = None) -> pd.DataFrame:
    table_read = read(path)
    if len(table_read.rejected):
        first = table_read.rejected.iloc[0]
        raise InputError("A row cannot be read.", where=f"{path.name} row {first['row']}", got=str(first["reason"]))
    # A cell that a spreadsheet would run was written with an apostrophe before it.
    text = restore(table_read.frame)
    refuse_version_1(text.columns, record, str(path.parent))
    lacking = [c.name for c in table if c.name not in text.columns]
    if lacking:
        raise InputError("A column is missing.", where=path.name, expected=lacking[0], got=", ".join(text.columns))
    out = pd.DataFrame(index=text.index)
    for column in table:
        values = text[column.name]
        if column.type in ("number", "integer"):
            numbers = pd.to_numeric(values.astype(object).where(values != "", np.nan))
            out[column.name] = numbers.astype("float64" if column.type == "number" else "int64")
        elif column.type == "date":
            out[column.name] = pd.to_datetime(
                values.astype(object).where(values != "", None), format="%Y-%m-%d"
            ).astype("datetime64[s]")
        elif column.type in ("flag", "tri"):
            out[column.name] = values.map({"true": True, "false": False}).astype("boolean")
        else:
            out[column.name] = values
    return out


@dataclass(frozen=True)
class Verification:
    """The first difference (``""``: none), and how many sites rest on evidence that is withheld by licence."""

    difference: str
    withheld: int = 0


def verify_folder(folder: Path) -> Verification:
    """Holds `sites.csv` against what follows from its evidence and run record."""
    sites, evidence, record = read_result(folder)
    rules = from_dict(record["rules"]["table"], "run.json")
    if rules.hash != record["rules"]["hash"]:
        return Verification(
            f"run.json: the hash of the rules is {record['rules']['hash']}, the rules give {rules.hash}"
        )
    if len(evidence) != record["evidence_rows"] or len(sites) != record["sites"]:
        return Verification(f"run.json counts {record['sites']} sites and {record['evidence_rows']} rows of evidence")
    source_of: Mapping[str, str] = {d["dataset"]: d["source"] for d in record["datasets"]}
    derived = rederive(sites, evidence, rules, source_of)
    faulty = derived.pop("fault")
    if (faulty != "").any():
        i = int(np.flatnonzero((faulty != "").to_numpy())[0])
        site = f"{sites['source'].iloc[i]} {sites['site_id'].iloc[i]}"
        return Verification(f"{site}: the rows of evidence of {faulty.iloc[i]} contradict each other")
    known = derived["site_class"].notna().to_numpy()
    notes = list(reasons(rules, sites[known].reset_index(drop=True), evidence, source_of))
    for code in LANGUAGES:
        said = np.full(len(sites), None, dtype=object)
        said[known] = [note.sentence(translator(code)) for note in notes]
        derived[f"why_{code}"] = said
    for name in derived.columns:
        for i, (have, want) in enumerate(zip(sites[name], derived[name], strict=True)):
            if want is not None and not _same(have, want):
                site = f"{sites['source'].iloc[i]} {sites['site_id'].iloc[i]}"
                return Verification(f"{site}: {name} is {have!s}, the evidence gives {want!s}")
    return Verification("", int(derived["site_class"].isna().sum()))


def rerun_difference(folder: Path, inputs: Inputs) -> str:
    """The first difference between a result folder and a new run of the same inputs; ``""`` where there is none.

    Date and rules are those of the run record.
    """
    from jobs.assessment.job import load, run

    record = read_result(folder)[2]
    rules = from_dict(record["rules"]["table"], "run.json")
    files = run(load(inputs), dt.date.fromisoformat(record["settings"]["as_of"]), rules).files()
    return same_bytes(folder, files)


def _same(have: object, want: object) -> bool:
    if pd.isna(have) or pd.isna(want):  # type: ignore[call-overload]
        return bool(pd.isna(have) and pd.isna(want))  # type: ignore[call-overload]
    if isinstance(have, float | np.floating):
        return abs(float(have) - float(want)) < 0.0005 + 1e-9  # type: ignore[arg-type]
    if isinstance(have, pd.Timestamp):
        return have == pd.Timestamp(want)  # type: ignore[arg-type]
    return str(have) == str(want)


def same_bytes(folder: Path, files: Mapping[str, bytes]) -> str:
    """The first difference between a result folder and the files of a new run, the clock line aside."""
    for name, data in files.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if _without_clock(path.read_bytes()) != _without_clock(data):
            pairs = zip(_without_clock(path.read_bytes()), _without_clock(data), strict=False)
            line = next((i + 1 for i, (a, b) in enumerate(pairs) if a != b), 0)
            return f"{name} differs from a new run" + (f" at line {line}" if line else " in length")
    return ""


def _without_clock(data: bytes) -> list[bytes]:
    return [line for line in data.split(b"\n") if CLOCK.encode() not in line]
