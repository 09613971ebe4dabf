"""The thresholds of a rule set as a table that a reader may change, and back: for comparing two settings."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd

from geo.errors import CahraError
from geo.rules.rule_set import Rules, from_dict

NUMBERS = ("within_km", "months", "min_events", "min_deaths")


def to_table(rules: Rules) -> pd.DataFrame:
    """One row per rule and test: ``rule``, ``test`` (number, -1 for rules without tests), and the numbers it has.

    Parameters
    ----------
    rules
        The rule set with its settings.
    """
    rows: list[dict[str, Any]] = []
    source: Any = rules.source
    for rule in source["rule"]:
        tests = rule.get("tests") or [{"months": rule.get("months")}]
        for number, test in enumerate(tests):
            rows.append(
                {
                    "rule": rule["id"],
                    "test": number if rule.get("tests") else -1,
                    "enabled": bool(rule.get("enabled", True)),
                    "within_km": rule.get("within_km"),
                    **{name: test.get(name) for name in NUMBERS[1:]},
                }
            )
    frame = pd.DataFrame(rows)
    return frame.astype(dict.fromkeys(NUMBERS, "float64"))


def from_table(rules: Rules, table: pd.DataFrame) -> Rules:
    """The rule set with the numbers of `table`; a blank leaves a number as it is.

    Parameters
    ----------
    rules
        The rule set with its settings.
    table
        Rows as :func:`to_table` gives them, with numbers changed.

    Raises
    ------
    RuleError
        A number is outside its range.
    """
    source: Any = copy.deepcopy(dict(rules.source))
    by_id = {rule["id"]: rule for rule in source["rule"]}
    for row in table.to_dict("records"):
        rule = by_id[str(row["rule"])]
        if not row["enabled"]:
            rule["enabled"] = False
        if pd.notna(row["within_km"]) and "within_km" in rule:
            rule["within_km"] = _plain(row["within_km"])
        target = rule["tests"][int(row["test"])] if row["test"] >= 0 else rule
        for name in NUMBERS[1:]:
            if name in target and pd.notna(row[name]):
                target[name] = _plain(row[name])
    return from_dict(source, "rules")


def to_link(rules: Rules, table: pd.DataFrame) -> str:
    """What `table` changes in the rule set, for an address; blank where it changes nothing.

    Parameters
    ----------
    rules
        The rule set with its settings.
    table
        Rows as :func:`to_table` gives them, with numbers changed.

    Examples
    --------
    >>> from layers.reference.rule_files import default_rules
    >>> table = to_table(default_rules())
    >>> table.loc[table["rule"] == "H1", "within_km"] = 30
    >>> to_link(default_rules(), table)
    'H1:0:within_km:30'
    """
    return ";".join(
        f"{now['rule']}:{now['test']}:{name}:{_plain(now[name])}"
        for was, now in zip(to_table(rules).to_dict("records"), table.to_dict("records"), strict=True)
        for name in ("enabled", *NUMBERS)
        if pd.notna(now[name]) and pd.notna(was[name]) and now[name] != was[name]
    )


def from_link(rules: Rules, text: str) -> pd.DataFrame:
    """The table of the rule set with the changes of :func:`to_link`; what cannot be read or may not be is left out.

    Parameters
    ----------
    rules
        The rule set with its settings.
    text
        `rule:test:name:number`, joined by `;`, as :func:`to_link` writes it.
    """
    table = to_table(rules)
    for change in text.split(";"):
        rule, test, name, number = (*change.split(":"), "", "", "", "")[:4]
        at = np.flatnonzero((table["rule"] == rule) & (table["test"].astype(str) == test))
        if not len(at) or name not in ("enabled", *NUMBERS) or pd.isna(table.loc[at[0], name]):
            continue
        changed = table.copy()
        try:
            value = float(number)
            changed.loc[at, name] = bool(value) if name == "enabled" else value
            from_table(rules, changed)
        except (ValueError, OverflowError, CahraError):
            continue
        if np.isfinite(value):
            table = changed
    return table


def _plain(value: float) -> float | int:
    return int(value) if float(value).is_integer() else float(value)
