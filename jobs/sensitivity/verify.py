"""What of a sensitivity study follows from its own run record: its passes are not among its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.schema import REJECTED
from jobs.accounts import OF_REJECTED, check_accounts, check_counts, check_neutralised
from jobs.assessment.verify import recorded_rules
from jobs.read_back import WHOLE, Derived, texts, typed


def derive(files: Mapping[str, bytes], record: Mapping[str, Any]) -> Derived:
    """Holds the counts of a study against its tables; every share is for a new run to prove.

    Raises
    ------
    DifferenceError
        The first thing that does not follow.
    """
    recorded_rules(record)
    names = [name for name in files if name.endswith(".csv")]
    check_neutralised(files, record)
    check_accounts(typed(files["rejected.csv"], "rejected.csv", REJECTED), record)
    months = texts(files["timeline.csv"], "timeline.csv")["month"]
    counted: list[tuple[str, object]] = [
        ("sites", len(texts(files["stability.csv"], "stability.csv"))),
        ("sites", sum(n for zones in record["counts"].values() for n in zones.values())),
    ]
    if len(months):
        settings = record["settings"]
        counted += [("settings.from", settings["from"] if settings["from"][:7] == months.min() else months.min())]
        counted += [("settings.to", settings["to"] if settings["to"][:7] == months.max() else months.max())]
    check_counts(record, counted)
    open_ = {n: WHOLE if n != "rejected.csv" else OF_REJECTED for n in names}
    return Derived(0, open_, ("rules", "sites"))
