"""Why a figure differs between two backtests: they leave no evidence, but each date stands by itself in the record."""

from __future__ import annotations

from typing import Any

from jobs.compare.causes import differing, single
from jobs.compare.folder import Folder, Key

ASKS_NO_RULES = ("base_rate", "region_25_deaths", "persistence")
"""Figures that rest on incidents and places alone; the other baselines flag as many places as the classes do."""
RULES_ALONE = ("rules", "visits_and_statuses", "register")


class BacktestCauses:
    """Gives each figure of two backtests that differs its one cause."""

    def __init__(self, a: Folder, b: Folder) -> None:
        self.a, self.b, self.found = a, b, differing(a, b)
        tables: list[Any] = [f.rules.source["rule"] for f in (a, b)]
        self._rules: list[dict[str, Any]] = [{str(r["id"]): r for r in table} for table in tables]
        self._by_date = [{str(d["date"]): d for d in f.record["by_date"]} for f in (a, b)]

    def records(self, key: Key) -> str:
        """Nothing: the incidents behind a figure are not among the files."""
        del key
        return ""

    def of(self, key: Key) -> str:
        """The cause of the move of one figure."""
        kind, name = key
        if len(self.found) == 1:
            return self.found[0]
        able = [c for c in self.found if not (name in ASKS_NO_RULES and c in RULES_ALONE)]
        if kind == "rule" and "rules" in able and self._same_rule(name):
            able.remove("rules")
        if len(able) > 1 and "date" in able and self._same_at_common_dates(name):
            return "date"
        return single(able)

    def _same_rule(self, name: str) -> bool:
        one, two = (rules.get(name) for rules in self._rules)
        same_settings = self.a.rules.settings == self.b.rules.settings
        return one is not None and one == two and same_settings

    def _same_at_common_dates(self, name: str) -> bool:
        """Whether nothing of a figure differs at any date that both ask: then only other dates can have moved it."""
        column = f"auc_{name}"
        one, two = self._by_date
        common = sorted(set(one) & set(two))
        told = [(one[d], two[d]) for d in common if column in one[d] and column in two[d]]
        return bool(told) and all(a[c] == b[c] for a, b in told for c in ("cases", "hits", column))
