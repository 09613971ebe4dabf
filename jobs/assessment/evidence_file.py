"""The files that evidence is written to: CSV for readers, Parquet where there are more rows than anybody reads."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from geo import schema
from jobs.parquet_back import parquet_of
from jobs.read_back import DifferenceError, typed

CSV, PARQUET = "evidence.csv", "evidence.parquet"
CHOICES = {"csv": (CSV,), "parquet": (PARQUET,), "both": (CSV, PARQUET)}
MOST_CSV_ROWS = 100_000
"""Where nothing is asked for: more rows than this are written as Parquet alone."""


def files_of(choice: str, rows: int) -> tuple[str, ...]:
    """The files that evidence of so many rows is written to; a blank choice leaves it to their number.

    Parameters
    ----------
    choice
        `csv`, `parquet` or `both`; blank where nothing was asked for.
    rows
        Rows of evidence.

    Examples
    --------
    >>> files_of("", 10), files_of("", 100_001), files_of("both", 10)
    (('evidence.csv',), ('evidence.parquet',), ('evidence.csv', 'evidence.parquet'))
    """
    return CHOICES[choice or ("csv" if rows <= MOST_CSV_ROWS else "parquet")]


def choice_of(files: Mapping[str, object]) -> str:
    """The choice by which these files were written; blank where there is no evidence among them.

    Parameters
    ----------
    files
        Files of a result by name; only the names are looked at.
    """
    return next((c for c, names in CHOICES.items() if set(names) == {CSV, PARQUET} & set(files)), "")


def read_evidence(files: Mapping[str, bytes]) -> pd.DataFrame:
    """:data:`geo.schema.EVIDENCE` of a result, of whichever file it is in.

    Parameters
    ----------
    files
        Files of a result by name.

    Raises
    ------
    DifferenceError
        No file holds it, one is not what this program writes, or two say different things.
    """
    found: pd.DataFrame | None = None
    if CSV in files:
        found = typed(files[CSV], CSV, schema.EVIDENCE)
    if PARQUET in files:
        other = parquet_of(files, PARQUET, schema.EVIDENCE)
        if found is not None and not found.equals(other):
            raise DifferenceError(f"{PARQUET} does not say what {CSV} says")
        found = other
    if found is None:
        raise DifferenceError(f"{CSV} is missing")
    return found
