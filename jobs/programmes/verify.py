"""What of a stocktake of programmes follows from its own tables and run record, and what only a new run proves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geo.schema import REJECTED
from jobs.accounts import OF_REJECTED, check_accounts, check_counts, check_neutralised
from jobs.assessment.verify import recorded_rules
from jobs.counted_file import OF_SITES, hold_of_sites, name_of, read_counted
from jobs.read_back import ROWS, WHOLE, Derived, DifferenceError, all_columns, texts, typed
from jobs.table_mark import MARK

SUMMED = (
    "sites", "at_risk_sites", "insufficient_sites", "at_risk_covered", "at_risk_not_applicable", "at_risk_unknown",
    "gaps", "gaps_certain", "gaps_possible", "overlaps", "workers_at_risk", "workers_uncovered",
    "workers_unknown_sites",
)  # fmt: skip
"""Columns of the units and zones that add up to those of the totals."""


def derive(files: Mapping[str, bytes], record: Mapping[str, Any]) -> Derived:
    """Holds the tables of a stocktake against each other and its record: every total is the sum of its parts.

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
    names = (
        "coverage",
        "gaps",
        "overlaps",
        "units",
        "totals",
        "zones",
        "national",
        "programmes",
        "money",
        "money_totals",
    )
    table = {name: texts(files[f"{name}.csv"], f"{name}.csv") for name in names}
    check_neutralised(files, record)
    rejected = typed(files["rejected.csv"], "rejected.csv", REJECTED)
    check_accounts(rejected, record)
    totals = {
        row.pop("programme_type"): row for row in table["totals"].drop(columns=MARK, errors="ignore").to_dict("records")
    }
    if table["totals"]["programme_type"].tolist() != list(record["programme_totals"]):
        raise DifferenceError("totals.csv: its rows are not the types of run.json")
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
            if int(row[name] or 0) != rows:  # gaps are blank where no programme could be read as any type
                raise DifferenceError(f"{name}.csv has {rows} rows of {kind}, totals.csv counts {row[name]}")
    for row in table["totals"].to_dict("records"):
        parts = ("at_risk_covered", "at_risk_not_applicable", "at_risk_unknown", "gaps")
        if sum(int(row[part] or 0) for part in parts) != int(row["at_risk_sites"]):
            raise DifferenceError(f"totals.csv: {row['programme_type']} does not add up to at_risk_sites")
    _overlaps(table["coverage"], table["overlaps"], table["programmes"])
    _money(table["money"], table["money_totals"])
    states = table["programmes"]["state"].value_counts().sort_index()
    check_counts(
        record,
        [
            ("programmes", {str(k): int(v) for k, v in states.items()}),
            ("not_on_the_map", len(table["national"])),
            ("sites", sum(n for zones in record["counts"].values() for n in zones.values())),
        ],
    )
    stated_totals = {k: {c: _text(v) for c, v in row.items()} for k, row in record["programme_totals"].items()}
    if stated_totals != totals:
        raise DifferenceError("run.json: programme_totals is not what totals.csv says")
    if "true" in set(table["programmes"]["demonstration"]) and not record.get("demonstration"):
        raise DifferenceError("run.json: demonstration is not said, though programmes of it are in the list")
    open_ = {}
    for name in sorted(n for n in files if n.endswith(".csv") and n != "totals.csv"):
        known = SUMMED if name in ("units.csv", "zones.csv") else ()
        open_[name] = OF_REJECTED if name == "rejected.csv" else all_columns(files[name], name, known)
    pages = {name: WHOLE for name in sorted(files) if name.startswith("brief_") or name == "map.html"}
    held = ("rules", "sites", "programmes", "programme_totals", "not_on_the_map")
    counted = read_counted(files, OF_SITES)
    if counted is not None:
        name = name_of(len(counted))
        hold_of_sites(counted, name, rules)
        open_[name] = (*map(str, counted.columns), ROWS)
    return Derived(0, {**open_, **pages}, held)


def _overlaps(coverage: pd.DataFrame, overlaps: pd.DataFrame, programmes: pd.DataFrame) -> None:
    """Every overlap is a place of several programmes and donors; where each has one donor, every such place is one."""
    keys = ["source", "site_id", "programme_type", "programmes", "donors"]
    several = coverage[coverage["programmes"].str.contains(";") & coverage["donors"].str.contains(";")]
    listed = set(map(tuple, overlaps[keys].to_numpy()))
    possible = set(map(tuple, several[keys].to_numpy()))
    joint = set(programmes.loc[programmes["donor"].str.contains(";"), "programme_id"])
    sure = {row for row in possible if not joint & set(row[3].split(";"))}
    if not sure <= listed <= possible:
        raise DifferenceError("overlaps.csv is not what coverage.csv says")


def _money(rows: pd.DataFrame, totals: pd.DataFrame) -> None:
    """Each total is the sum of its rows."""
    sums = rows.assign(amount=rows["amount"].astype("float64")).groupby(["kind", "currency"])["amount"].sum()
    for total in totals.to_dict("records"):
        want = float(sums.get((total["kind"], total["currency"]), float("nan")))
        for column in ("amount", "amount_in_rows"):
            if not abs(float(total[column]) - want) <= 1e-6 * max(1.0, abs(want)):
                raise DifferenceError(f"money_totals.csv: {column} of {total['kind']} is not what money.csv adds up to")
    if len(sums) != len(totals):
        raise DifferenceError("money_totals.csv does not hold every kind and currency of money.csv")


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else f"{value:g}" if isinstance(value, float) else str(value)  # type: ignore[call-overload]
