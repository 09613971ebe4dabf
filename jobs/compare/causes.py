"""Why a site moved between two results: one cause each, from what the two runs say of themselves and their evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from geo.columns import empty
from geo.rules.classify import INSUFFICIENT
from geo.rules.rederive import rederive
from jobs.compare.folder import OWN, Folder, Key
from jobs.counted_file import OF_SITES

CAUSES = (
    "date", "rules", "incidents", "boundaries", "register", "coverage", "visits_and_statuses", "sites", "programmes",
    "settings", "program", "several",
)  # fmt: skip
ROLES = {
    "incidents": "incidents", "boundaries": "boundaries", "zones": "register", "coverage": "coverage", "sites": "sites",
    "suppliers": "sites", "list": "sites", "programmes": "programmes",
}  # fmt: skip
SETTINGS = ("outcome", "seed", "draws", "routes")
"""Settings of a run beside its date and rules."""
TABLES = ("sector_types", "type_words", "radii")
"""Members of a stocktake's record that say by which tables programmes were read."""
CLASS_BY = ("date", "rules", "incidents", "coverage", "visits_and_statuses", "sites", "settings", "program")
"""Causes that can move a site class: it asks no register, and boundaries only place the area."""
ZONE_BY = ("date", "boundaries", "register", "sites", "program")
"""Causes that can move a zone status."""


def differing(a: Folder, b: Folder) -> list[str]:
    """The components in which two runs differ, by their records; ``sites`` stands for all that site files hold.

    Parameters
    ----------
    a
        The earlier result.
    b
        The later result.
    """
    found = {"date"} if a.as_of != b.as_of else set()
    if a.rules.hash != b.rules.hash:
        found.add("rules")
    if a.record.get("tool_version") != b.record.get("tool_version"):
        found.add("program")
    one, two = hashes(a.record), hashes(b.record)
    found |= {cause for role, cause in ROLES.items() if one.get(role) != two.get(role)}
    before, after = a.record["settings"], b.record["settings"]
    for name, cause in (("coverage", "coverage"), ("country", "sites"), ("boundaries_version", "boundaries")):
        if before.get(name) != after.get(name):
            found.add(cause)
    if any(before.get(name) != after.get(name) for name in SETTINGS if a.job in ("backtest", "screen")):
        found.add("settings")
    if any(a.record.get(name) != b.record.get(name) for name in TABLES):
        found.add("settings")
    if _days(a) != _days(b):
        found.add("date")
    if "incidents" in found and "coverage" in found and one.get("coverage") == two.get("coverage"):
        found.discard("coverage")  # the incident files declare their own coverage
    return [c for c in CAUSES if c in found]


def hashes(record: dict[str, Any]) -> dict[str, list[str]]:
    """The hashes of the input files by role.

    Parameters
    ----------
    record
        The run record, as `run.json` has it.
    """
    out: dict[str, list[str]] = {}
    for entry in record.get("inputs", []):
        out.setdefault(str(entry["role"]), []).append(str(entry["sha256"]))
    return {role: sorted(each) for role, each in out.items()}


def _days(folder: Folder) -> set[str]:
    """The dates of the rows, where they have their own, or of a backtest."""
    if folder.job == "backtest":
        return {str(d["date"]) for d in folder.record["by_date"]}
    return set()


def single(found: list[str], first: tuple[str, ...] = ()) -> str:
    """The only cause there is, or the only one of some that come first; else ``several``.

    Parameters
    ----------
    found
        Components in which the two runs differ.
    first
        Components that decide alone where they differ, such as the date.
    """
    if len(found) == 1:
        return found[0]
    named = [c for c in first if c in found]
    return named[0] if len(named) == 1 else "several"


Counted = tuple[str, str, str, int]
"""An incident that counted: id, first day, last day, months of the rule (0: not told)."""


class Causes:
    """Gives each move of two results with site classes its one cause."""

    def __init__(self, a: Folder, b: Folder, moved: Iterable[Key]) -> None:
        self.a, self.b, self.found = a, b, differing(a, b)
        keys = set(moved)
        if any(a.day(k) != b.day(k) for k in keys if k in a.rows.index and k in b.rows.index):
            self.found = [c for c in CAUSES if c in {*self.found, "date"}]
        self._lists_alone = _lists_alone(a, b)
        self._counted = [counted_at(f, keys) for f in (a, b)]
        self._in_part = any(_in_part(f) for f in (a, b))
        self._by_rules = _by_rules(a, b, keys) if "rules" in self.found and len(self.found) > 1 else {}

    def records(self, key: Key) -> str:
        """Incident ids that came or went among those counted: ``new X;gone Y``.

        Parameters
        ----------
        key
            Source and id of the site.
        """
        old, new = ({r[0] for r in side.get(key, ())} for side in self._counted)
        return came_and_went(old, new)

    def of(self, key: Key) -> str:
        """The cause of the move of one site.

        Parameters
        ----------
        key
            Source and id of the site.
        """
        a, b = self.a.rows, self.b.rows
        if key not in a.index or key not in b.index:
            return single(self.found, ("sites",) if self.a.job == "screen" else ("sites", "date"))
        rows: Any = (a.loc[key], b.loc[key])
        old, new = rows
        found = self._of_row(key, old, new)
        if len(found) == 1:
            return found[0]
        causes = set()
        if old["site_class"] != new["site_class"]:
            able = [c for c in found if c in CLASS_BY]
            causes.add(self._of_class(key, able, str(old["site_class"]), str(new["site_class"])))
        if old["zone_status"] != new["zone_status"]:
            causes.add(single([c for c in found if c in ZONE_BY]))
        return causes.pop() if len(causes) == 1 else "several"

    def _of_row(self, key: Key, old: Any, new: Any) -> list[str]:
        """What of the differences of the runs is a difference for this row: its own date, its own place."""
        found = list(self.found)
        if "date" in found and self.a.day(key) == self.b.day(key):
            found.remove("date")
        if "sites" not in found or any(str(old.get(c, "")) != str(new.get(c, "")) for c in OWN):
            return found
        if self._lists_alone and len(found) > 1:
            found.remove("sites")  # the row says the same, and no other file of sites differs
        elif not self._lists_alone:
            found[found.index("sites")] = "visits_and_statuses"
        return found

    def _of_class(self, key: Key, found: list[str], before: str, then: str) -> str:
        if len(found) < 2:
            return found[0] if found else "several"
        if "rules" in found and self._by_rules.get(key) == then:
            return "rules"
        rest = [c for c in found if c != "rules"] if key in self._by_rules else found
        old, new = (set(side.get(key, ())) for side in self._counted)
        had, has = {r[0] for r in old}, {r[0] for r in new}
        turned = [(r, "new") for r in new if r[0] not in had] + [(r, "gone") for r in old if r[0] not in has]
        if self._in_part or (turned and self.a.evidence is None and "rules" in rest):
            return "several"
        if turned and "rules" not in rest:
            return by_turned([r for r, _ in turned], rest, self.a.day(key), self.b.day(key))
        # The same incidents count on both sides, so they did not move it; of a gap, what their files cover may.
        gap = INSUFFICIENT in (before, then)
        left = [c for c in rest if c != "incidents" or gap]
        return left[0] if len(left) == 1 else "several"


def came_and_went(old: set[str], new: set[str]) -> str:
    """Ids on one side only: ``new X;gone Y``.

    Parameters
    ----------
    old
        Ids of the earlier result.
    new
        Ids of the later result.

    Examples
    --------
    >>> came_and_went({"a", "b"}, {"b", "c"})
    'new c;gone a'
    """
    return ";".join([f"new {i}" for i in sorted(new - old)] + [f"gone {i}" for i in sorted(old - new)])


def _lists_alone(a: Folder, b: Folder) -> bool:
    """Whether of all files of sites only the supplier list differs."""
    one, two = hashes(a.record), hashes(b.record)
    same_country = a.record["settings"].get("country") == b.record["settings"].get("country")
    return a.job == "screen" and one.get("sites") == two.get("sites") and same_country


def counted_at(folder: Folder, keys: set[Key]) -> dict[Key, set[Counted]]:
    """By site, the counted incidents of its site rules.

    Parameters
    ----------
    folder
        A result that was read back.
    keys
        Source and id of the sites wanted.
    """
    out: dict[Key, set[Counted]] = {}
    if folder.evidence is None:
        rows = folder.counted if folder.counted is not None else empty(OF_SITES)
    else:
        e = folder.evidence
        site_rules = {r.id for r in folder.rules.answering("site")}
        rows = e[(e["kind"] == "incident") & (e["record_id"] != "") & e["rule"].isin(site_rules)]
    r: Any
    for r in rows.itertuples(index=False):
        key = (str(r.source), str(r.site_id))
        if key in keys:
            first, last = (f"{d:%Y-%m-%d}" if pd.notna(d) else "" for d in (r.date_start, r.date_end))
            months = int(r.limit_months) if pd.notna(r.limit_months) else 0
            out.setdefault(key, set()).add((str(r.record_id), first, last, months))
    return out


def by_turned(turned: Iterable[Counted], able: Iterable[str], before: str, after: str) -> str:
    """The cause of incidents that count on one side only: the date where all do by their own days, or the files.

    Parameters
    ----------
    turned
        Incidents that count in one result only.
    able
        Causes that can move what is counted, in which the two runs differ.
    before
        As-of date of the earlier result, YYYY-MM-DD.
    after
        As-of date of the later result, YYYY-MM-DD.
    """
    dated = [_by_date(row, before, after) for row in turned]
    if "date" in able and all(dated):
        return "date"
    return "incidents" if "incidents" in able and not any(dated) else "several"


def _by_date(row: Counted, before: str, after: str) -> bool:
    """Whether an incident counts at one of two dates only, by its own days."""
    _, first, last, months = row
    if not first or not months:
        return False
    inside = [
        first <= day and pd.Timestamp(last) > pd.Timestamp(day) - pd.DateOffset(months=months)
        for day in (before, after)
    ]
    return inside[0] != inside[1]


def _in_part(folder: Folder) -> bool:
    """Whether not all incidents that counted are told, in a result without evidence: an old one, or a licence keeps."""
    if folder.evidence is not None:
        return False
    return folder.counted is None or bool(folder.record.get("incidents_counted", {}).get("withheld"))


def _by_rules(a: Folder, b: Folder, keys: set[Key]) -> dict[Key, str]:
    """The class that A's evidence gives under B's rules, where that can be told."""
    if a.sites is None or a.evidence is None:
        return {}
    pairs = [(str(s), str(i)) in keys for s, i in zip(a.sites["source"], a.sites["site_id"], strict=True)]
    mine = a.sites[pairs].reset_index(drop=True)
    moved = [(str(s), str(i)) in keys for s, i in zip(a.evidence["source"], a.evidence["site_id"], strict=True)]
    source_of = {str(d["dataset"]): str(d["source"]) for d in a.record["datasets"]}
    derived = rederive(mine, a.evidence[moved].reset_index(drop=True), b.rules, source_of)
    each = zip(mine["source"], mine["site_id"], derived["site_class"], strict=True)
    return {(str(s), str(i)): str(c) for s, i, c in each if isinstance(c, str)}
