"""What of a sensitivity study follows from its own run record: its passes are not among its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geo.rules.classify import RANK
from geo.rules.rule_set import Rules
from geo.schema import REJECTED
from jobs.accounts import OF_REJECTED, check_accounts, check_counts, check_neutralised
from jobs.assessment.verify import recorded_rules
from jobs.counted_file import CSV, OF_SITES, hold_of_sites, name_of, read_counted
from jobs.read_back import ROWS, WHOLE, Derived, DifferenceError, texts, typed


def derive(files: Mapping[str, bytes], record: Mapping[str, Any]) -> Derived:
    """Holds the counts of a study against its tables; every share is for a new run to prove.

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
    names = [name for name in files if name.endswith(".csv")]
    check_neutralised(files, record)
    check_accounts(typed(files["rejected.csv"], "rejected.csv", REJECTED), record)
    timeline = texts(files["timeline.csv"], "timeline.csv")
    months = timeline["month"]
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
    rows = read_counted(files, OF_SITES)
    if rows is None:
        if "incidents_counted" in record:
            raise DifferenceError(f"{CSV} is missing")
        return Derived(0, open_, ("rules", "sites"))  # a result of before they were written
    name = name_of(len(rows))
    hold_of_sites(rows, name, rules)
    _hold_at_last(rows, name, timeline, str(record["settings"]["to"]), rules)
    check_counts(
        record,
        [("incidents_counted.rows", len(rows)), ("incidents_counted.incidents", rows["record_id"].nunique())],
    )
    return Derived(0, {**open_, name: (*map(str, rows.columns), ROWS)}, ("rules", "sites"))


def _hold_at_last(rows: pd.DataFrame, name: str, timeline: pd.DataFrame, last: str, rules: Rules) -> None:
    """No site with an incident under a rule is of a calmer class in the last month, and none began after that day."""
    latest = timeline[timeline["month"] == last[:7]]
    keys = zip(latest["source"], latest["site_id"], strict=True)
    class_of = dict(zip(keys, latest["site_class"], strict=True))
    classes_of_rules = {r.id: r.cls for r in rules.answering("site")}
    for source, site, rule in rows[["source", "site_id", "rule"]].drop_duplicates().itertuples(index=False, name=None):
        found = class_of.get((source, site))
        if found is None:
            raise DifferenceError(f"{name}: {site} is not in timeline.csv in the last month")
        if RANK[found] < RANK[classes_of_rules[rule]]:
            raise DifferenceError(f"{name}: {rule} fired at {site}, timeline.csv says {found}")
    if (rows["date_start"] > pd.Timestamp(last)).any():
        raise DifferenceError(f"{name}: an incident began after {last}")
