"""What of a stocktake of programmes follows from its own tables and run record, and what only a new run proves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geo.schema import REJECTED
from jobs.accounts import check_accounts, check_counts, check_neutralised
from jobs.assessment.verify import recorded_rules
from jobs.read_back import Derived, DifferenceError, texts, typed

SUMMED = (
    "sites", "at_risk_sites", "insufficient_sites", "at_risk_covered", "gaps", "gaps_certain", "gaps_possible",
    "overlaps", "workers_at_risk", "workers_uncovered",
)  # fmt: skip
"""Columns of the units and zones that add up to those of the totals."""


def derive(files: Mapping[str, bytes], record: Mapping[str, Any]) -> Derived:
    """Holds the tables of a stocktake against each other and its record: every total is the sum of its parts.

    Raises
    ------
    DifferenceError
        The first thing that does not follow.
    """
    recorded_rules(record)
    names = ("coverage", "gaps", "overlaps", "units", "totals", "zones", "national", "programmes")
    table = {name: texts(files[f"{name}.csv"], f"{name}.csv") for name in names}
    check_neutralised(files, record)
    rejected = typed(files["rejected.csv"], "rejected.csv", REJECTED)
    check_accounts(rejected, record)
    totals = {row.pop("programme_type"): row for row in table["totals"].to_dict("records")}
    for name in ("units", "zones"):
        numbers = table[name][list(SUMMED)].replace("", "0").astype("float64")
        summed = numbers.groupby(table[name]["programme_type"]).sum().to_dict("index")
        for kind, row in totals.items():
            for column in SUMMED:
                have, want = float(row[column] or 0), float(summed.get(kind, {}).get(column, 0))
                if abs(have - want) > 1e-6:
                    raise DifferenceError(f"totals.csv: {column} of {kind} is {have:g}, {name}.csv adds up to {want:g}")
    for name in ("gaps", "overlaps"):
        counts = table[name]["programme_type"].value_counts()
        for kind, row in totals.items():
            rows = int(counts.get(kind, 0))
            if int(row[name]) != rows:
                raise DifferenceError(f"{name}.csv has {rows} rows of {kind}, totals.csv counts {row[name]}")
    many = table["coverage"][table["coverage"]["programmes"].str.contains(";")]
    keys = ["source", "site_id", "programme_type", "programmes", "donors"]
    if set(map(tuple, table["overlaps"][keys].to_numpy())) != set(map(tuple, many[keys].to_numpy())):
        raise DifferenceError("overlaps.csv is not what coverage.csv says")
    states = table["programmes"]["state"].value_counts().sort_index()
    check_counts(
        record,
        [
            ("programmes", {str(k): int(v) for k, v in states.items()}),
            ("not_on_the_map", len(table["national"])),
            ("sites", sum(n for zones in record["counts"].values() for n in zones.values())),
        ],
    )
    told = {k: {c: _text(v) for c, v in row.items()} for k, row in record["programme_totals"].items()}
    if told != totals:
        raise DifferenceError("run.json: programme_totals is not what totals.csv says")
    if "true" in set(table["programmes"]["demonstration"]) and not record.get("demonstration"):
        raise DifferenceError("run.json: demonstration is not said, though programmes of it are in the list")
    rest = {f"{name}.csv": ("every column that no total counts",) for name in (*names, "next_units", "remarks")}
    return Derived(0, {**rest, "map.html": ("all of it",)})


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else f"{value:g}" if isinstance(value, float) else str(value)  # type: ignore[call-overload]
