"""The incidents behind a result that leaves no evidence: CSV, or Parquet where more rows are than anybody reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from geo.coded import CodedTable
from geo.columns import Column, Table, conform
from geo.errors import InputError
from geo.rules.rule_set import Rules
from geo.schema_inputs import SITE_ID, SOURCE
from jobs.assessment.evidence_file import MOST_CSV_ROWS
from jobs.read_back import DifferenceError, typed
from jobs.result import Later
from layers.formats.readers.coded_parquet import read_coded_parquet
from layers.formats.writers.coded_parquet import coded_parquet_bytes

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
    """:data:`OF_SITES` of the evidence as it may leave: what a licence withholds has no id, and is not here."""
    mine = evidence["kind"].equal("incident") & ~evidence["record_id"].equal("")
    mine &= evidence["rule"].within([r.id for r in rules.answering("site")])
    rows = mine.nonzero()[0]
    return conform(evidence.take(rows).frame(), OF_SITES)


def name_of(rows: int) -> str:
    """The file that so many rows are written to."""
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
        """The CSV, by name."""
        return {CSV: lambda: (self.rows, self.table)}

    def others(self) -> dict[str, Callable[[], bytes]]:
        """The Parquet, by name."""
        return {PARQUET: lambda: coded_parquet_bytes(CodedTable.of(self.rows), self.table)}

    def without(self) -> set[str]:
        """The file that they are not written to."""
        return {CSV, PARQUET} - {name_of(len(self.rows))}


def read_counted(files: Mapping[str, bytes], table: Table) -> pd.DataFrame | None:
    """The rows of a result; None of one that was made before they were written.

    Raises
    ------
    DifferenceError
        The file is not what this program writes.
    """
    if CSV in files:
        return typed(files[CSV], CSV, table)
    if PARQUET not in files:
        return None
    try:
        return read_coded_parquet(files[PARQUET], PARQUET, table)
    except InputError as fault:
        raise DifferenceError(f"{PARQUET} is not what this program writes ({fault.sentence()[:200]})") from None
