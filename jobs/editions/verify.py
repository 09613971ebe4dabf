"""What of a comparison of two editions follows from its own tables and run record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from jobs.accounts import check_counts, check_neutralised
from jobs.editions.incident_changes import CHANGED, CHANGES, counts
from jobs.read_back import Derived, DifferenceError, all_columns, texts, typed

CHANGED_FILE, YEARS_FILE, MOVES_FILE = "incident_changes.csv", "years.csv", "moves.csv"


def derive(files: Mapping[str, bytes], record: Mapping[str, Any]) -> Derived:
    """Holds the counts of changes, causes and sites against the tables; the rest is for the two editions to prove.

    Parameters
    ----------
    files, record
        As :func:`jobs.verification.derived` takes them.

    Raises
    ------
    DifferenceError
        The first thing that does not follow.
    """
    changes = typed(files[CHANGED_FILE], CHANGED_FILE, CHANGED)
    check_neutralised(files, record)
    if set(changes["change"].str.split(";").explode().dropna()) - set(CHANGES):
        raise DifferenceError(f"{CHANGED_FILE}: a change that no edition makes")
    check_counts(record, [("changes", counts(changes))])
    years = texts(files[YEARS_FILE], YEARS_FILE)
    _check_years(years)
    unproven = {
        CHANGED_FILE: all_columns(files[CHANGED_FILE], CHANGED_FILE, ["change"]),
        YEARS_FILE: all_columns(files[YEARS_FILE], YEARS_FILE, ["deaths_change"]),
    }
    if MOVES_FILE not in files:
        check_counts(record, [("sites_moved", None)])
        return Derived(0, unproven, ("changes", "sites_moved"))
    moves = texts(files[MOVES_FILE], MOVES_FILE)
    found = moves["cause"].value_counts()
    if set(found.index) - set(record["causes"]):
        raise DifferenceError(f"{MOVES_FILE}: a cause that run.json does not know")
    check_counts(record, [("sites_moved", len(moves)), ("causes", {c: int(found.get(c, 0)) for c in record["causes"]})])
    unproven[MOVES_FILE] = all_columns(files[MOVES_FILE], MOVES_FILE, ["cause"])
    return Derived(0, unproven, ("changes", "sites_moved", "causes"))


def _check_years(years: pd.DataFrame) -> None:
    """The share by which deaths differ follows from the deaths."""
    before, after = (pd.to_numeric(years[f"deaths_{n}"]) for n in ("before", "after"))
    stated = pd.to_numeric(years["deaths_change"].where(years["deaths_change"] != "", None))
    wanted = ((after - before) / before.where(before > 0)).round(4)
    if not (((stated - wanted).abs() < 1e-9) | (stated.isna() & wanted.isna())).all():
        raise DifferenceError(f"{YEARS_FILE}: a change of deaths that the deaths do not give")
