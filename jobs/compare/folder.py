"""A result folder of any job that has site classes, read back: what it says of each site, and of its own run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geo.errors import InputError
from geo.rules.rule_set import Rules, from_dict
from jobs.assessment.earlier_version import refuse_version_1
from jobs.assessment.verify import read_result
from jobs.run_record import RECORD
from layers.formats import LOCAL, read
from layers.formats.readers.strict_json import load_json
from layers.formats.writers.spreadsheet_guard import restore

TABLES = {"assess": "sites.csv", "screen": "screening.csv", "sensitivity": "timeline.csv"}
"""By job, the file that says the class of each site."""
OWN = ("lon", "lat", "coord_precision_km", "country", "minerals")
"""What a row of a list says of its site itself."""


@dataclass(frozen=True)
class Folder:
    """One result.

    Parameters
    ----------
    rows
        By (source, id): text columns of the job's table, of those that have a class.
    sites, evidence
        As :func:`jobs.assessment.verify.read_result` gives them; None for other jobs than ``assess``.
    """

    name: str
    job: str
    record: dict[str, Any]
    rules: Rules
    rows: pd.DataFrame
    sites: pd.DataFrame | None = None
    evidence: pd.DataFrame | None = None

    @property
    def as_of(self) -> str:
        """The date of the run, YYYY-MM-DD."""
        return str(self.record["settings"].get("to" if self.job == "sensitivity" else "as_of", ""))


def read_folder(place: Path) -> Folder:
    """The result in a folder.

    Raises
    ------
    InputError
        It is no result with site classes, or one of version 0.1.
    """
    run = place / RECORD
    expected = ", ".join(TABLES)
    if not run.is_file():
        raise InputError("The folder is not a result.", where=str(place), expected=RECORD)
    record = load_json(run.read_bytes(), LOCAL, "run.json")
    refuse_version_1((), record, str(place))
    if not isinstance(record, dict) or not isinstance(record.get("settings"), dict):
        raise InputError("The folder is not a result.", where=str(place), expected=expected)
    # Records of version 0.1 name no job; what their tables hold says it.
    job = str(record.get("job") or next((j for j, name in TABLES.items() if (place / name).is_file()), ""))
    if job not in TABLES or not (place / TABLES[job]).is_file():
        raise InputError("A result of this job has no site classes.", where=str(place), expected=expected, got=job)
    table = restore(read(place / TABLES[job], purpose="table").frame)
    refuse_version_1(table.columns, record, str(place))
    try:
        rows, rules = _keyed(table, job), from_dict(record["rules"]["table"], "run.json")
    except (KeyError, TypeError) as error:
        raise InputError("The result cannot be read back.", where=str(place), got=str(error)[:200]) from None
    if job != "assess":
        return Folder(place.name, job, record, rules, rows)
    sites, evidence, _ = read_result(place)
    return Folder(place.name, job, record, rules, rows, sites, evidence)


def _keyed(table: pd.DataFrame, job: str) -> pd.DataFrame:
    if job == "screen":
        table = table[(table["answer"] == "accepted") & (table["supplier_id"] != "")].copy()
        table["site_id"], table["source"] = table["supplier_id"], "supplier list"
    if job == "sensitivity":
        table = table.sort_values("month", kind="stable")
    table = table.drop_duplicates(["source", "site_id"], keep="last")
    _ = table[["site_class", "zone_status"]]
    return table.set_index(pd.MultiIndex.from_frame(table[["source", "site_id"]]))
