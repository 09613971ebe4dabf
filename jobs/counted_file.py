"""The incidents behind a result that leaves no evidence: CSV, or Parquet where more rows are than anybody reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.coded import CodedTable
from geo.columns import Column, Table, conform
from geo.rules.evidence import RESTRICTED
from geo.rules.rule_set import Rules
from geo.schema_inputs import SITE_ID, SOURCE
from jobs.assessment.evidence_file import MOST_CSV_ROWS
from jobs.parquet_back import parquet_of
from jobs.read_back import DifferenceError, typed
from jobs.result import Later

CSV, PARQUET = "incidents_counted.csv", "incidents_counted.parquet"

OF_SITES: Table = (
    SITE_ID,
    SOURCE,
    Column("rule", "text", "id of the site rule that fired"),
    Column("record_id", "text", "id of an incident that it counted"),
    Column("date_start", "date", "first day of the incident"),
    Column("date_end", "date", "last day of the incident", "not stated"),
    Column("limit_months", "integer", "window of the rule [months]"),
)
"""Incidents counted at each site, of a job that tells the class and leaves no evidence."""


def of_sites(evidence: CodedTable, rules: Rules) -> pd.DataFrame:
    """:data:`OF_SITES` of the evidence as it may leave: what a licence withholds has no id, and is not here.

    Parameters
    ----------
    evidence
        Rows of evidence, their texts as codes.
    rules
        The rule set with its settings.
    """
    return conform(evidence.take(_named(evidence, rules).nonzero()[0]).frame(), OF_SITES)


def open_of_sites(evidence: CodedTable, rules: Rules) -> tuple[pd.DataFrame, int]:
    """:data:`OF_SITES` without any row of an incident that a licence keeps, and how many such incidents counted.

    Parameters
    ----------
    evidence
        Rows of evidence, their texts as codes.
    rules
        The rule set with its settings.
    """
    mine = _named(evidence, rules)
    shut = np.asarray(evidence[RESTRICTED].array(), np.bool_)
    kept = evidence.take((mine & shut).nonzero()[0]).frame()
    withheld = len(kept[["dataset", "dataset_version", "record_id"]].drop_duplicates())
    return conform(evidence.take((mine & ~shut).nonzero()[0]).frame(), OF_SITES), withheld


def _named(evidence: CodedTable, rules: Rules) -> npt.NDArray[np.bool_]:
    mine = evidence["kind"].equal("incident") & ~evidence["record_id"].equal("")
    return mine & evidence["rule"].within([r.id for r in rules.answering("site")])


def hold_of_sites(counted: pd.DataFrame, name: str, rules: Rules) -> None:
    """Incidents are of site rules of the run, each once under a rule of a site.

    Parameters
    ----------
    counted
        Rows of :data:`OF_SITES` as read back from the result.
    name
        Name of the file, for the error.
    rules
        The rule set with its settings.

    Raises
    ------
    DifferenceError
        The first that is not.
    """
    unknown = ~counted["rule"].isin([r.id for r in rules.answering("site")])
    if unknown.any():
        raise DifferenceError(f"{name}: {counted['rule'][unknown].iloc[0]} is no site rule of the run")
    if counted.duplicated(["site_id", "source", "rule", "record_id"]).any():
        raise DifferenceError(f"{name}: an incident stands twice under one rule of a site")


def name_of(rows: int) -> str:
    """The file that so many rows are written to.

    Parameters
    ----------
    rows
        How many rows it has: up to `MOST_CSV_ROWS` it is CSV, beyond that Parquet.
    """
    return CSV if rows <= MOST_CSV_ROWS else PARQUET


@dataclass(frozen=True)
class CountedFiles:
    """Both files that the rows could be written to, made when one is taken, and which of them is left away."""

    make: Callable[[], pd.DataFrame]
    table: Table

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The rows, made once."""
        return self.make()

    def sheets(self) -> dict[str, Later]:
        """Both, by name."""
        return dict.fromkeys((CSV, PARQUET), lambda: (self.rows, self.table))

    def without(self) -> set[str]:
        """The file that they are not written to."""
        return {CSV, PARQUET} - {name_of(len(self.rows))}


def read_counted(files: Mapping[str, bytes], table: Table) -> pd.DataFrame | None:
    """The rows of a result; None of one that was made before they were written.

    Parameters
    ----------
    files
        Files of a result by name.
    table
        The schema of the rows.

    Raises
    ------
    DifferenceError
        The file is not what this program writes.
    """
    if CSV in files:
        return typed(files[CSV], CSV, table)
    if PARQUET not in files:
        return None
    return parquet_of(files, PARQUET, table)
