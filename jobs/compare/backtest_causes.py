"""Why a figure differs between two backtests: by each date in the record, and by the incidents that were counted."""

from __future__ import annotations

from typing import Any

import pandas as pd

from geo.backtest.counted import BEFORE, OUTCOME
from jobs.compare.causes import differing, single
from jobs.compare.folder import Folder, Key

ASKS_NO_RULES = ("base_rate", "region_25_deaths", "persistence")
"""Figures that rest on incidents and places alone; the other baselines flag as many places as the classes do."""
NAMED = 50
"""Incidents that are named behind one figure; the others are counted."""
RULES_ALONE = ("rules", "visits_and_statuses", "register")


class BacktestCauses:
    """Gives each figure of two backtests that differs its one cause."""

    def __init__(self, a: Folder, b: Folder) -> None:
        self.a, self.b, self.found = a, b, differing(a, b)
        tables: list[Any] = [f.rules.source["rule"] for f in (a, b)]
        self._rules: list[dict[str, Any]] = [{str(r["id"]): r for r in table} for table in tables]
        self._by_date = [{str(d["date"]): d for d in f.record["by_date"]} for f in (a, b)]

    def records(self, key: Key) -> str:
        """Incident ids that came or went among those behind a figure: ``new X;gone Y``, the most counted first.

        Where only the incidents differ, also those that count at other places or dates: ``changed X``.

        Parameters
        ----------
        key
            Kind and name of the figure.
        """
        one, two = (_by_id(self._behind(f, key)) for f in (self.a, self.b))
        turned = {i: ("new", two[i]) for i in two.keys() - one.keys()}
        turned |= {i: ("gone", one[i]) for i in one.keys() - two.keys()}
        if set(self.found) <= {"incidents", "coverage"}:
            turned |= {i: ("changed", two[i]) for i in one.keys() & two.keys() if one[i] != two[i]}
        order = {"new": 0, "gone": 1, "changed": 2}
        ids = sorted(turned, key=lambda i: (order[turned[i][0]], -sum(turned[i][1].values()), i))
        more = [f"more {len(ids) - NAMED}"] if len(ids) > NAMED else []
        return ";".join([f"{turned[i][0]} {i}" for i in ids[:NAMED]] + more)

    def _behind(self, folder: Folder, key: Key) -> pd.DataFrame:
        """The rows of counted incidents that a figure rests on: of its rules, and of the outcome."""
        kind, name = key
        if folder.counted is None:
            return pd.DataFrame({"what": [], "record_id": [], "cases": []})
        what = [OUTCOME]
        if kind in ("rule", "rule_alone"):
            what.append(name)
        elif name == "persistence":
            what.append(BEFORE)
        elif name != "base_rate":
            what += [r.id for r in folder.rules.answering("area" if name == "area_class" else "site")]
        rows: pd.DataFrame = folder.counted[folder.counted["what"].isin(what)]
        return rows

    def of(self, key: Key) -> str:
        """The cause of the move of one figure.

        Parameters
        ----------
        key
            Kind and name of the figure.
        """
        kind, name = key
        if len(self.found) == 1:
            return self.found[0]
        able = [c for c in self.found if not (name in ASKS_NO_RULES and c in RULES_ALONE)]
        if kind == "rule" and "rules" in able and self._same_rule(name):
            able.remove("rules")
        if len(able) > 1 and "date" in able and self._same_at_common_dates(name):
            return "date"
        if len(able) > 1 and "incidents" in able and "date" not in able and self._same_incidents(key):
            able.remove("incidents")
        return single(able)

    def _same_incidents(self, key: Key) -> bool:
        """Whether the same incidents made the outcome of both, and none of a class or rule is in one of the files only.

        Only where the files are all in the tables: nothing was withheld, and nothing rests on distant incidents.
        """
        if key[0] not in ("class", "rule", "rule_alone") or self.a.counted is None or self.b.counted is None:
            return False
        if any(f.record["incidents_counted"]["withheld"] for f in (self.a, self.b)):
            return False
        one, two = (_by_id(self._behind(f, key)) for f in (self.a, self.b))
        made = [{i: n[OUTCOME] for i, n in side.items() if OUTCOME in n} for side in (one, two)]
        return made[0] == made[1] and one.keys() == two.keys()

    def _same_rule(self, name: str) -> bool:
        one, two = (rules.get(name) for rules in self._rules)
        same_settings = self.a.rules.settings == self.b.rules.settings
        return one is not None and one == two and same_settings

    def _same_at_common_dates(self, name: str) -> bool:
        """Whether nothing of a figure differs at any date that both ask: then only other dates can have moved it."""
        column = f"auc_{name}"
        one, two = self._by_date
        common = sorted(set(one) & set(two))
        pairs = [(one[d], two[d]) for d in common if column in one[d] and column in two[d]]
        return bool(pairs) and all(a[c] == b[c] for a, b in pairs for c in ("cases", "hits", column))


def _by_id(rows: pd.DataFrame) -> dict[str, dict[str, int]]:
    """By incident, the cases in which it counted, by rule or outcome."""
    out: dict[str, dict[str, int]] = {}
    for what, record, cases in zip(rows["what"], rows["record_id"], rows["cases"], strict=True):
        out.setdefault(str(record), {})[str(what)] = int(cases)
    return out
