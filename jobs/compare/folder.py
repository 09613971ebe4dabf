"""A result folder of any job, read back: what it says of each site or figure, and of its own run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from geo.backtest.counted import COUNTED
from geo.errors import InputError
from geo.programmes.schema import TYPES
from geo.rules.rule_set import Rules, from_dict
from jobs.assessment.earlier_version import refuse_version_1
from jobs.assessment.verify import sites_and_evidence
from jobs.counted_file import OF_SITES, read_counted
from jobs.hashed_files import unchanged
from jobs.read_back import DifferenceError, texts, typed
from jobs.screening.screened import screened
from jobs.screening.verify import EVIDENCE as SCREENING_EVIDENCE

TABLES = {
    "assess": "sites.csv", "screen": "screening.csv", "sensitivity": "timeline.csv", "coverage": "gaps.csv",
    "backtest": "track_record.csv",
}  # fmt: skip
"""By job, the file that says what is compared."""
_CLASSES = {"class": "site_class", "zone": "zone_status"}
WATCHED = {
    "assess": _CLASSES,
    "screen": _CLASSES,
    "sensitivity": _CLASSES,
    "coverage": {"gaps": "gaps", "covered": "covered"},
    "backtest": {"n": "n", "hits": "hits", "hit_rate": "hit_rate", "auc": "auc"},
}
"""By job, what a row moves by: name in moves.csv and column here."""
IDENTITY = {"screen": ("supplier_id", "source"), "backtest": ("name", "kind")}
"""By job, the names of a row's key; of the others ``site_id, source``."""
OWN = ("lon", "lat", "coord_precision_km", "country", "minerals")
"""What a row of a list says of its site itself."""
LIST = "supplier list"
Key = tuple[str, str]


@dataclass(frozen=True)
class Folder:
    """One result.

    Parameters
    ----------
    rows
        By (source, id), of a backtest (kind, name): text columns of the job's table.
    sites, evidence
        As :func:`jobs.assessment.verify.sites_and_evidence` gives them, of a screening those of the origins; None for
        jobs that leave no evidence.
    programmes
        Rows of ``programmes.csv`` by id, of a stocktake.
    covering
        Ids of the programmes that cover a site, by its key and a type.
    counted
        Incidents behind the figures of a backtest (:data:`geo.backtest.counted.COUNTED`), or behind the classes of a
        stocktake or of the last month of a study (:data:`jobs.counted_file.OF_SITES`); None of results of before they
        were written.
    """

    name: str
    job: str
    record: dict[str, Any]
    rules: Rules
    rows: pd.DataFrame
    sites: pd.DataFrame | None = None
    evidence: pd.DataFrame | None = None
    programmes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    covering: Mapping[tuple[Key, str], tuple[str, ...]] = field(default_factory=dict)
    counted: pd.DataFrame | None = None

    @property
    def as_of(self) -> str:
        """The date of the run, YYYY-MM-DD; of a backtest the first and the last."""
        settings = self.record["settings"]
        if self.job == "backtest":
            return f"{settings['from']}/{settings['to']}"
        return str(settings.get("to" if self.job == "sensitivity" else "as_of", ""))

    def day(self, key: Key) -> str:
        """The date of one row: its own where rows have one.

        Parameters
        ----------
        key
            Key of the row (:data:`IDENTITY`).
        """
        if "as_of" in self.rows and key in self.rows.index:
            row: Any = self.rows.loc[key]
            return str(row["as_of"])
        return self.as_of


def read_folder(place: Path) -> Folder:
    """The result in a folder.

    Parameters
    ----------
    place
        The folder that a job left.

    Raises
    ------
    InputError
        It is no result that can be compared, or one of version 0.1.
    """
    files, record = unchanged(place)
    expected = ", ".join(TABLES)
    if not isinstance(record.get("settings"), dict):
        raise InputError("The folder is not a result.", where=str(place), expected=expected)
    job = str(record.get("job"))
    if job not in TABLES or TABLES[job] not in files:
        raise InputError("A result of this job is not compared.", where=str(place), expected=expected, got=job)
    try:
        return _read(place.name, job, files, dict(record), str(place))
    except (KeyError, TypeError, DifferenceError) as error:
        raise InputError("The result cannot be read back.", where=str(place), got=str(error)[:200]) from None


def _read(name: str, job: str, files: Mapping[str, bytes], record: dict[str, Any], where: str) -> Folder:
    table = texts(files[TABLES[job]], TABLES[job])
    refuse_version_1(table.columns, record, where)
    rules = from_dict(record["rules"]["table"], "run.json")
    if job == "coverage":
        return _stocktake(name, files, record, rules, table)
    rows = _keyed(table, job)
    if job == "assess":
        return Folder(name, job, record, rules, rows, *sites_and_evidence(files, record))
    if job == "screen":
        return Folder(name, job, record, rules, rows, *_origins(files))
    counted = read_counted(files, COUNTED if job == "backtest" else OF_SITES)
    return Folder(name, job, record, rules, rows, counted=counted)


def _keyed(table: pd.DataFrame, job: str) -> pd.DataFrame:
    if job == "screen":
        table = table[(table["answer"] == "accepted") & (table["supplier_id"] != "")].copy()
        table["site_id"], table["source"] = table["supplier_id"], LIST
    if job == "sensitivity":
        table = table.sort_values("month", kind="stable")
    if job == "backtest":
        table = table.rename(columns={"name": "site_id", "kind": "source"})
    table = table.drop_duplicates(["source", "site_id"], keep="last")
    _ = table[list(WATCHED[job].values())]
    return table.set_index(pd.MultiIndex.from_frame(table[["source", "site_id"]]))


def _origins(files: Mapping[str, bytes]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sites and evidence of the origins of a list, named as those of an assessment."""
    rows = typed(files["screening.csv"], "screening.csv", screened(), carried=True)
    rows = rows[(rows["answer"] == "accepted") & (rows["supplier_id"] != "")].drop_duplicates("supplier_id")
    evidence = typed(files["evidence.csv"], "evidence.csv", SCREENING_EVIDENCE)
    evidence = evidence[evidence["part"] == "origin"].rename(columns={"supplier_id": "site_id"})
    sites = rows.assign(site_id=rows["supplier_id"], source=LIST)
    return sites.reset_index(drop=True), evidence.assign(source=LIST).reset_index(drop=True)


def _stocktake(
    name: str, files: Mapping[str, bytes], record: dict[str, Any], rules: Rules, gaps: pd.DataFrame
) -> Folder:
    """By site the types that lack a programme and those that have one, joined by ';' in the order of the types."""
    covered = texts(files["coverage.csv"], "coverage.csv")
    of: dict[str, dict[Key, set[str]]] = {"gaps": {}, "covered": {}}
    for what, table in (("gaps", gaps), ("covered", covered)):
        for row in table[["source", "site_id", "programme_type"]].itertuples(index=False):
            of[what].setdefault((str(row.source), str(row.site_id)), set()).add(str(row.programme_type))
    keys = sorted({*of["gaps"], *of["covered"]})
    joined = {
        what: [";".join(t for t in TYPES if t in types_of.get(k, ())) for k in keys] for what, types_of in of.items()
    }
    index = (
        pd.MultiIndex.from_tuples(keys, names=["source", "site_id"]) if keys else pd.MultiIndex.from_arrays([[], []])
    )
    rows = pd.DataFrame(
        {"source": [k[0] for k in keys], "site_id": [k[1] for k in keys], **joined}, index=index, dtype="str"
    )
    covering = {
        ((str(r.source), str(r.site_id)), str(r.programme_type)): tuple(str(r.programmes).split(";"))
        for r in covered.itertuples(index=False)
    }
    programmes = texts(files["programmes.csv"], "programmes.csv")
    by_id = {str(r["programme_id"]): {str(k): str(v) for k, v in r.items()} for r in programmes.to_dict("records")}
    counted = read_counted(files, OF_SITES)
    return Folder(name, "coverage", record, rules, rows, programmes=by_id, covering=covering, counted=counted)
