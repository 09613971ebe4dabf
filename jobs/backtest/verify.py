"""What of a backtest follows from its tables and record: its cases are not among its files, their incidents are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geo.backtest.counted import BEFORE, COUNTED, OUTCOME
from geo.schema import REJECTED
from jobs.accounts import check_counts, check_neutralised
from jobs.assessment.verify import recorded_rules
from jobs.counted_file import CSV, name_of, read_counted
from jobs.read_back import ROWS, WHOLE, Derived, DifferenceError, all_columns, texts, typed


def derive(files: Mapping[str, bytes], record: Mapping[str, Any]) -> Derived:
    """Holds the counts of a backtest against each other; every other figure is for a new run to prove.

    Parameters
    ----------
    files, record
        As :func:`jobs.verification.derived` takes them.

    Raises
    ------
    DifferenceError
        The first thing that does not follow.
    """
    rules = recorded_rules(record)
    table = texts(files["track_record.csv"], "track_record.csv")
    typed(files["rejected.csv"], "rejected.csv", REJECTED)
    check_neutralised(files, record)
    base = table[table["name"] == "base_rate"].iloc[0]
    dates = record["by_date"]
    check_counts(
        record,
        [
            ("cases", int(base["n"])),
            ("hits", int(base["hits"])),
            ("cases", sum(d["cases"] for d in dates)),
            ("hits", sum(d["hits"] for d in dates)),
            ("settings.dates", len(dates)),
            ("settings.from", dates[0]["date"]),
            ("settings.to", dates[-1]["date"]),
        ],
    )
    for row in table.to_dict("records"):
        if row["n"] and row["hit_rate"] and abs(int(row["hits"]) / int(row["n"]) - float(row["hit_rate"])) > 1e-6:
            raise DifferenceError(f"track_record.csv: hit_rate of {row['name']} is not hits by n")
    open_ = {name: all_columns(files[name], name) for name in files if name.endswith(".csv")}
    open_["track_record.html"] = WHOLE
    held = ("rules", "cases", "hits")
    counted = read_counted(files, COUNTED)
    if counted is None:
        if "incidents_counted" in record:
            raise DifferenceError(f"{CSV} is missing")
        return Derived(0, open_, held)
    name = name_of(len(counted))
    _hold_counted(counted, name, table, [*rules.ids, OUTCOME, BEFORE], int(base["hits"]))
    check_counts(
        record,
        [
            ("incidents_counted.rows", len(counted)),
            ("incidents_counted.incidents", len(counted[["source", "record_id"]].drop_duplicates())),
        ],
    )
    open_[name] = (*map(str, counted.columns), ROWS)
    return Derived(0, open_, (*held, "incidents_counted"))


def _hold_counted(counted: pd.DataFrame, name: str, table: pd.DataFrame, order: list[str], hits: int) -> None:
    """Every row is of a rule of the run or the outcome, stands in order, and counts no more cases than there are."""
    place = counted["what"].map({what: i for i, what in enumerate(order)})
    if place.isna().any():
        raise DifferenceError(f"{name}: {counted['what'][place.isna()].iloc[0]} is no rule of the run")
    keys = list(zip(place, counted["source"], counted["record_id"], strict=True))
    if keys != sorted(set(keys)):
        raise DifferenceError(f"{name}: the rows are not in the order of rules, sources and ids")
    of_rule = table[table["kind"] == "rule"]
    most = {str(r): int(n or 0) for r, n in zip(of_rule["name"], of_rule["n"], strict=True)} | {OUTCOME: hits}
    for what, cases in counted.groupby("what", sort=False)["cases"]:
        if cases.min() < 1 or cases.max() > most.get(str(what), cases.max()):
            raise DifferenceError(f"{name}: {what} counts more cases than track_record.csv has")
