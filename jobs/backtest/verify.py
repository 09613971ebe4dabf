"""What of a backtest follows from its own tables and run record: its cases are not among its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.schema import REJECTED
from jobs.accounts import check_counts, check_neutralised
from jobs.assessment.verify import recorded_rules
from jobs.read_back import Derived, DifferenceError, texts, typed


def derive(files: Mapping[str, bytes], record: Mapping[str, Any]) -> Derived:
    """Holds the counts of a backtest against each other; every other figure is for a new run to prove.

    Raises
    ------
    DifferenceError
        The first thing that does not follow.
    """
    recorded_rules(record)
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
    unproven = {"track_record.csv": ("intervals and scores",), "decision_table.csv": ("all",)}
    return Derived(0, {**unproven, "track_record.html": ("all",)})
