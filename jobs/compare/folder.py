"""A result folder of any job that has site classes, read back: what it says of each site, and of its own run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geo.errors import InputError
from geo.rules.rule_set import Rules, from_dict
from jobs.assessment.earlier_version import refuse_version_1
from jobs.assessment.verify import sites_and_evidence
from jobs.hashed_files import unchanged
from jobs.read_back import DifferenceError, texts

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
        As :func:`jobs.assessment.verify.sites_and_evidence` gives them; None for other jobs than ``assess``.
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
    files, record = unchanged(place)
    expected = ", ".join(TABLES)
    if not isinstance(record.get("settings"), dict):
        raise InputError("The folder is not a result.", where=str(place), expected=expected)
    job = str(record.get("job"))
    if job not in TABLES or TABLES[job] not in files:
        raise InputError("A result of this job has no site classes.", where=str(place), expected=expected, got=job)
    try:
        table = texts(files[TABLES[job]], TABLES[job])
        refuse_version_1(table.columns, record, str(place))
        rows, rules = _keyed(table, job), from_dict(record["rules"]["table"], "run.json")
        if job != "assess":
            return Folder(place.name, job, dict(record), rules, rows)
        sites, evidence = sites_and_evidence(files, record)
    except (KeyError, TypeError, DifferenceError) as error:
        raise InputError("The result cannot be read back.", where=str(place), got=str(error)[:200]) from None
    return Folder(place.name, job, dict(record), rules, rows, sites, evidence)


def _keyed(table: pd.DataFrame, job: str) -> pd.DataFrame:
    if job == "screen":
        table = table[(table["answer"] == "accepted") & (table["supplier_id"] != "")].copy()
        table["site_id"], table["source"] = table["supplier_id"], "supplier list"
    if job == "sensitivity":
        table = table.sort_values("month", kind="stable")
    table = table.drop_duplicates(["source", "site_id"], keep="last")
    _ = table[["site_class", "zone_status"]]
    return table.set_index(pd.MultiIndex.from_frame(table[["source", "site_id"]]))
